"""Where defects are born: by the place on the chain from web page to feedback where a record was made.

A record's own column says it, else the name of its file, else who told its data. Customers under non-disclosure are in no figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from regclean.quality.intervals import Interval, wilson
from regclean.warehouse import load_sql, rows

CHAIN = ("web", "seller", "delivery", "pickup", "billing", "feedback")
TOUCHPOINTS = (*CHAIN, "list", "authority", "migration")
UNKNOWN = "unknown"
PER = 1000


@dataclass(frozen=True, slots=True)
class Born:
    """The records made at one touchpoint (`name` of `TOUCHPOINTS`, else "unknown"), and how many of them a finding is about.

    `rules`: findings by rule, most first; `sources`, `years`: (file or folder, year; 0 unknown) with records and defective ones.
    """

    name: str
    records: int
    defective: int
    rules: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int, int], ...]
    years: tuple[tuple[int, int, int], ...]

    @property
    def rate(self) -> Interval | None:
        """Defective records of a thousand."""
        share = wilson(self.defective, self.records)
        return Interval(share.value * PER, share.low * PER, share.high * PER, share.level) if share else None


def born(
    connection: duckdb.DuckDBPyConnection, words: Mapping[str, Sequence[str]], *, protected: Collection[str]
) -> list[Born]:
    """By touchpoint in the order of the chain, of one night. `words`: the section [touchpoints]; `protected`: "customers:…"."""
    known = [(word, name) for name, some in words.items() for word in some]
    asked = {
        "words": [word for word, _ in known],
        "places": [name for _, name in known],
        "protected": sorted(protected),
    }
    by_name: dict[str, list[tuple[str, int, str, int, int]]] = {}
    for name, *line in rows(connection, load_sql("touchpoints", "regclean.quality"), asked):
        by_name.setdefault(name, []).append(tuple(line))
    return [_of(name, by_name[name]) for name in (*TOUCHPOINTS, UNKNOWN) if name in by_name]


def _of(name: str, lines: list[tuple[str, int, str, int, int]]) -> Born:
    rules: Counter[str] = Counter()
    sources: dict[str, tuple[int, int]] = {}
    years: dict[int, tuple[int, int]] = {}
    for file, year, rule, records, defective in lines:
        if rule:
            rules[rule] += defective
            continue
        so_far = sources.get(file, (0, 0))
        sources[file] = (so_far[0] + records, so_far[1] + defective)
        so_far = years.get(year, (0, 0))
        years[year] = (so_far[0] + records, so_far[1] + defective)
    return Born(
        name,
        sum(records for records, _ in years.values()),
        sum(defective for _, defective in years.values()),
        tuple(sorted(rules.items(), key=lambda item: (-item[1], item[0]))),
        tuple((file, *sums) for file, sums in sorted(sources.items())),
        tuple((year, *sums) for year, sums in sorted(years.items())),
    )


def measures(found: Sequence[Born]) -> dict[str, float]:
    """What is kept of a night, for the trend: the rate of each touchpoint."""
    return {f"born_{one.name}": one.rate.value for one in found if one.rate}
