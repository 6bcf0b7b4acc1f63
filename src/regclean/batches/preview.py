"""What a decision on a duplicate would write, before anybody has taken it: the builder's own lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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


def previews(
    connection: duckdb.DuckDBPyConnection,
    config: Config,
    merges: Iterable[tuple[Collection[str], survivorship.Choices]],
    *,
    as_of: date,
) -> list[Preview]:
    """Of each merge, of some customers by some choices, what a batch built now would write. Reading for many takes hardly
    longer than for one.

    `connection`: the published night's database, read-only.
    """
    merges = list(merges)
    files = config.section("register")["target"] == "files"
    extract = Extract(connection, as_of, by_place=files)
    extract.load((), {"customers": {number for customers, _ in merges for number in customers}})
    return [_preview(extract, config, customers, choices, files=files) for customers, choices in merges]


def _preview(
    extract: Extract, config: Config, customers: Collection[str], choices: survivorship.Choices, *, files: bool
) -> Preview:
    settings = config.section("survivorship")
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
