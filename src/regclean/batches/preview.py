"""What a decision on a duplicate would write, before anybody has taken it: the builder's own lines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import duckdb

from regclean import survivorship
from regclean.batches.accepted import Accepted, LeftOut, Planned
from regclean.batches.extract import Extract
from regclean.batches.merging import merged
from regclean.batches.plan import Numbers, plan
from regclean.config import Config
from regclean.domain.register import subject_text


@dataclass(frozen=True, slots=True)
class Preview:
    """`ranked`: all the customers, in the order in which they survive; `left_out`: the code of why no batch could take it now."""

    ranked: tuple[str, ...]
    answer: survivorship.Answer | None
    lines: tuple[Planned, ...]
    left_out: str | None = None


def preview(
    connection: duckdb.DuckDBPyConnection,
    config: Config,
    customers: Collection[str],
    choices: survivorship.Choices,
    *,
    as_of: date,
) -> Preview:
    """The merge of these customers by these choices, as a batch built now would write it.

    `connection`: the published night's database, read-only.
    """
    settings = config.section("survivorship")
    files = config.section("register")["target"] == "files"
    extract = Extract(connection, as_of, by_place=files)
    extract.load((), {"customers": set(customers)})
    known = [number for number in customers if number in extract.clean]
    ranked = tuple(sorted(known, key=lambda number: survivorship.rank(number, extract.clean[number])))
    subjects = tuple(subject_text("customers", number) for number in customers)
    finding = Accepted("", "duplicate", "duplicate", subjects, (), choices.kept(), 0, "", protected=False)
    answer = None
    try:
        answer = merged(customers, choices, extract, settings)
        lines = plan(finding, extract, settings, Numbers(extract, files))
    except LeftOut as left_out:
        return Preview(ranked, answer, (), left_out.code)
    return Preview(ranked, answer, tuple(lines))
