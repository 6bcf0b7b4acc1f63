"""Shares of a shared bin's bill: what a line that goes leaves behind, another line takes over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regclean.batches.accepted import LeftOut, Planned
from regclean.batches.extract import Extract, Found
from regclean.domain.register import group_of
from regclean.standardise import clean_key, read_share


def share_of(found: Found) -> float | None:
    """The share of a line in percent; None where there is none to read."""
    return read_share(found.row.get("share_percent"))[0]


def added_share(extract: Extract, kept: Found, gone: Found, why: Mapping[str, Any]) -> list[Planned]:
    """The share of a line that goes, put on the one that stays."""
    one, other = share_of(kept), share_of(gone)
    if other is None:
        return []
    after = extract.written(kept.table, "share_percent", _number((one or 0.0) + other))
    return [Planned("update", kept.table, kept.key, "share_percent", kept.row.get("share_percent"), after, why)]


def share_out(lines: Sequence[Planned], extract: Extract) -> list[Planned]:
    """What must go with removing or ending lines of a list whose bill is split. Errors: LeftOut when nobody takes over.

    Where the finding says shares of the list itself, they are what was told. A new line takes over the share of the one that ends; a line that was removed as a repetition leaves its share to
    the other line of the same finding.
    """
    added: list[Planned] = []
    for line in lines:
        if line.table != "bin_group_members":
            continue
        ends = line.op == "update" and line.column == "end_on" and line.before is None and line.after is not None
        gone = extract.get(line.table, line.key) if ends or line.op == "delete" else None
        if gone is None or not share_of(gone) or not _split(extract, gone):
            continue
        added += _taken_over(lines, extract, line, gone)
    return added


def _taken_over(lines: Sequence[Planned], extract: Extract, line: Planned, gone: Found) -> list[Planned]:
    group = group_of(line.key)
    if any(one.column == "share_percent" and group_of(one.key) == group for one in lines if one.table == line.table):
        return []
    new = {one.key for one in lines if one.op == "insert" and group_of(one.key) == group}
    if new:
        after = gone.row.get("share_percent")
        return [Planned("insert", line.table, min(new), "share_percent", None, after, line.why)]
    twins = [found for found in extract.members(group) if found.key != line.key and _one_household(found, gone)]
    if line.op == "delete" and len(twins) == 1:
        return added_share(extract, twins[0], gone, line.why)
    raise LeftOut("shares", f"the shares of {group} would not sum to 100 % any more: give the share to somebody first")


def _one_household(one: Found, other: Found) -> bool:
    return any(
        one.row.get(column) is not None and clean_key(one.row.get(column)) == clean_key(other.row.get(column))
        for column in ("customer_no", "site_no", "street_address")
    )


def _split(extract: Extract, found: Found) -> bool:
    group = extract.get("bin_groups", group_of(found.key))
    return group is not None and extract.same_code("bin_groups", "billing", group.row.get("billing"), "split")


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
