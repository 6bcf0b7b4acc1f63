"""Links the lines of shared-bin lists to customers.

Why not Splink here: a line is not compared as one row of a table with one row of another. It may name two people, it is held
against every address, name and role of a customer, its own phone may be somebody else's, and its answer is "one of
these candidates or nobody", not a set of independent pairs. So this is the same Fellegi and Sunter scoring, written out in
SQL: each piece of evidence adds log2(m / u) bits.

- u, the chance that a stranger agrees, is looked up for each value: how many customers bear this surname, this first
  name, live in this house, hold this site, have this phone. A rare name or a house of one household says much.
- m, the chance that the right customer agrees, starts from `PRIORS` and is estimated again on the lists themselves by
  expectation-maximisation (the priors act as `PRIOR_LINES` lines, so that a dozen lines do not invent extremes).
- The prior is "the member is a customer near the bin": being near is evidence like any other, with its own m and u.
- Candidates compete: the line is about one of them, about an unregistered member of a candidate's household (same surname,
  address, often phone, another first name), or about a stranger. Their probabilities add up to one, so namesakes take
  from each other, and the household keeps spouses apart.
- A given customer number is worth `number_bits`, no more: it loses against a name and an address that both conflict.

Invariant: a line is linked only when one party (a customer with its duplicate accounts; for couples and bare surnames one
household) reaches `member_probability` and leads the next by `member_margin`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import polars as pl

from regclean.config import Section
from regclean.standardise import name_counts, name_variants
from regclean.warehouse import load_sql, rows, temp_table

PRIOR_LINES = 100.0
ROUNDS = 3
CONTEST_ROUNDS = 3

# Estimated again on every register's own lists; they only have to be plausible.
PRIORS: dict[str, float] = {
    "place_home": 0.75,
    "place_other_flat": 0.01,
    "place_street": 0.05,
    "place_area": 0.10,
    "place_elsewhere": 0.09,
    "area_near": 0.93,
    "site_holder": 0.9,
    "bin_member": 0.5,
    "phone_agrees": 0.8,
    "email_agrees": 0.8,
    "number_agrees": 0.97,
    "new": 0.1,
}
# Each estimated level and the evidence that it is a level of.
_BASES = {
    "place_home": "places",
    "place_other_flat": "places",
    "place_street": "places",
    "place_area": "places",
    "place_elsewhere": "places",
    "area_near": "areas",
    "site_holder": "sites",
    "bin_member": "bins",
    "phone_agrees": "phones",
    "email_agrees": "emails",
    "number_agrees": "numbers",
}
# Probabilities of the ways in which people write the name of one and the same person; the variants and typos are those of
# one particular form, so they stay small.
NAME_RATES: dict[str, float] = {
    "first_exact": 0.9,
    "first_initial": 0.97,
    "first_variant": 0.015,
    "first_typo": 0.0004,
    "first_differs": 0.004,
    "second_given_agrees": 3.0,  # bits
    "second_given_differs": -3.0,  # bits
    "last_exact": 0.93,
    "last_part": 0.4,
    "last_typo": 0.0003,
    "last_differs": 0.02,
    "kin_last": 0.85,
    "kin_last_part": 0.3,
    "kin_namesake": 0.008,
    "swapped_penalty": 4.0,  # bits
}
_SCORE_RATES: dict[str, float] = {
    "number_bits": 10.0,  # a number that is wrong is most often a neighbour's or a spouse's, not just anybody's
    "bin_bonus": 1.0,
    "name_differs": -16.0,
    "estate_differs": -4.0,
    "kind_differs": -3.0,
    "ended": -3.0,
    # Lines about somebody who is not in the register, but of a customer's household (`kin`) or of its relatives nearby.
    "kin": 0.03,
    "kin_phone": 0.35,
    "kin_email": 0.25,
    "kin_number": 0.3,
    "nearby": 0.03,
    "nearby_home": 0.03,
    "nearby_street": 0.15,
    "nearby_area": 0.4,
    "nearby_elsewhere": 0.42,
    "nearby_contact": 0.02,
}
POPULATION_WEIGHT = 2000.0  # how many persons the national name statistics count for
CONTESTED_BITS = 6.0


@dataclass(frozen=True, slots=True)
class MemberLinkReport:
    """Counts of lines by state, and the rates that were estimated on this register's own lists."""

    lines: int
    linked: int
    new: int
    ambiguous: int
    given_refused: int  # lines whose given customer number was not taken
    candidates: int
    rates: Mapping[str, float]


def link_members(connection: duckdb.DuckDBPyConnection, *, country: str, settings: Section) -> MemberLinkReport:
    """Link every row of `bin_group_members`; reads the typed tables and `clusters`, writes `member_links`.

    `settings` is the section [linkage]: `member_probability`, `member_margin` (both 0..1).
    """
    connection.execute("DELETE FROM member_links")
    run = _Run(connection, country)
    run.prepare()
    rates = run.estimate()
    run.assign(rates)
    run.sql(
        "members_links",
        {"probability": settings["member_probability"], "margin": settings["member_margin"]},
    )
    report = run.report(rates)
    run.clean()
    return report


class _Run:
    """One linking: the temporary tables `link_member_*` of one connection, in the order in which they build up."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, country: str) -> None:
        self.connection = connection
        self.country = country
        self.customers = 1.0

    def sql(self, name: str, parameters: Mapping[str, object] | None = None) -> None:
        self.connection.execute(load_sql(name, "regclean.linkage"), dict(parameters) if parameters else None)

    def prepare(self) -> None:
        """Everything up to the evidence, which does not depend on estimated rates."""
        self.sql("members_lines")
        self._variants()
        self.sql("members_names", {"finnish": self.country == "fi"})
        self.sql("members_persons")
        self._population()
        self.sql("members_frequencies", {"population_weight": POPULATION_WEIGHT})
        for name in ("members_places", "members_groups", "members_areas", "members_sites", "members_candidates"):
            self.sql(name)
        self.customers = float(max(1, rows(self.connection, "SELECT count(*) FROM customers")[0][0]))
        persons = float(max(1, rows(self.connection, "SELECT count(*) FROM link_member_persons")[0][0]))
        self.sql("members_name_levels")
        self.sql("members_name_weights", {**NAME_RATES, "persons": persons})
        self.sql("members_organisations", {"org_exact": 0.9, "org_near": 0.05, "customers": self.customers})
        self.sql("members_evidence")

    def estimate(self) -> dict[str, float]:
        """Expectation-maximisation: probabilities by the rates, rates by the probabilities."""
        rates = dict(PRIORS)
        for number in range(ROUNDS):
            self._weigh(rates)
            if number == 0:
                self.sql("members_plausible")
            rates = self._reestimate()
        self._weigh(rates)
        return rates

    def assign(self, rates: Mapping[str, float]) -> None:
        """Choose for each line; let lines of one list that choose the same account give way to the best of them."""
        self.connection.execute("CREATE OR REPLACE TEMP TABLE link_member_yielded (line BIGINT, customer_no TEXT)")
        self.sql("members_parties")
        self.sql("members_choices")
        for _ in range(CONTEST_ROUNDS):
            self.sql("members_contested")
            if not rows(self.connection, "SELECT count(*) FROM link_member_contested")[0][0]:
                return
            self.sql("members_yield", {"contested": CONTESTED_BITS})
            self.connection.execute(
                "INSERT INTO link_member_yielded SELECT line, customer_no FROM link_member_contested"
            )
            self._posterior(rates)
            self.sql("members_parties")
            self.sql("members_choices")

    def report(self, rates: Mapping[str, float]) -> MemberLinkReport:
        lines, linked, new, ambiguous, refused = rows(self.connection, load_sql("members_report", "regclean.linkage"))[
            0
        ]
        candidates = rows(self.connection, "SELECT count(*) FROM link_member_evidence")[0][0]
        return MemberLinkReport(lines, linked, new, ambiguous, refused, candidates, rates)

    def clean(self) -> None:
        """Drop the temporary tables: they are large, and the connection lives on."""
        tables = rows(self.connection, "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'link_member_%'")
        for (table,) in sorted(tables):
            self.connection.execute(f"DROP TABLE {table}")

    def _weigh(self, rates: Mapping[str, float]) -> None:
        evidence = {name: rate for name, rate in rates.items() if name != "new"}
        self.sql("members_scores", {**evidence, **_SCORE_RATES, "customers": self.customers})
        self._posterior(rates)

    def _posterior(self, rates: Mapping[str, float]) -> None:
        self.sql("members_posterior", {"new": rates["new"], "customers": self.customers})

    def _reestimate(self) -> dict[str, float]:
        relation = self.connection.sql(load_sql("members_estimates", "regclean.linkage")).pl()
        seen = {name: float(value or 0.0) for name, value in relation.row(0, named=True).items()}
        rates = {
            name: _bounded((seen[name] + PRIOR_LINES * PRIORS[name]) / (seen[base] + PRIOR_LINES))
            for name, base in _BASES.items()
        }
        lost = seen["lines"] - seen["lines_found"]
        rates["new"] = _bounded((lost + PRIOR_LINES * PRIORS["new"]) / (seen["lines"] + PRIOR_LINES))
        return rates

    def _variants(self) -> None:
        variants = name_variants(self.country)
        names = sorted(variants)
        frame = pl.DataFrame(
            {"name": names, "variants": [sorted(variants[name]) for name in names]},
            schema={"name": pl.String, "variants": pl.List(pl.String)},
        )
        temp_table(self.connection, "link_member_variants", frame)

    def _population(self) -> None:
        """National shares of the names that the lists hold; none outside Finland, where no statistics are shipped."""
        asked = rows(
            self.connection,
            """SELECT DISTINCT 'last', unnest(parts) FROM link_member_names
               UNION SELECT DISTINCT 'first', unnest(given) FROM link_member_names
               UNION SELECT DISTINCT 'initial', first[1] FROM link_member_names WHERE first IS NOT NULL
               UNION SELECT DISTINCT 'first', first FROM link_member_names WHERE first IS NOT NULL
               UNION SELECT DISTINCT 'last', last FROM link_member_names WHERE last IS NOT NULL
               ORDER BY 1, 2""",
        )
        counts = name_counts() if self.country == "fi" else None
        known = {"first": counts.first, "last": counts.last} if counts else {}
        totals = {part: max(1, sum(names.values())) for part, names in known.items()}
        shares = [max(known[p].get(name, 0), 1) / totals[p] if p in known else None for p, name in asked]
        frame = pl.DataFrame(
            {"part": [p for p, _ in asked], "name": [name for _, name in asked], "share": shares},
            schema={"part": pl.String, "name": pl.String, "share": pl.Float64},
        )
        temp_table(self.connection, "link_member_population", frame)


def _bounded(rate: float) -> float:
    """No contradiction is worth more than some five bits: the lines that err most are the ones that were not found."""
    # Rounded, so that the order in which threads add up cannot reach the result.
    return round(min(max(rate, 0.02), 0.97), 6)
