"""What the pages show, read from a published night: shared bins, their lines, links and the findings still to settle."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

import duckdb
import polars as pl
from sqlalchemy import select

from regclean.bin_reports.evidence import postal_line
from regclean.bin_reports.letters import Defect, Material, MemberAsSent, one_line
from regclean.domain.findings import SEVERITIES, Severity, State
from regclean.domain.register import Subject
from regclean.ledger import Ledger
from regclean.ledger.tables import findings as findings_table
from regclean.warehouse import load_sql, registered, rows

_PACKAGE = "regclean.bin_reports"
# What the pages show, and of that what the letters ask about: not what a batch is already putting right.
SHOWN: tuple[State, ...] = ("open", "deferred", "accepted", "in_batch", "applied")
ASKED: tuple[State, ...] = ("open", "deferred", "accepted")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer whom a line may be about. `probability`: 0..1; `reasons`: codes of linkage."""

    customer_no: str
    name: str | None
    probability: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the list: as it was sent, and whom it is linked to. `share`: per cent."""

    line: MemberAsSent
    use: str | None
    share: float | None
    share_state: str
    start_on: date | None
    end_on: date | None
    informed_on: date | None
    proxy_contact: bool
    proxy_address: bool
    customer_no_given: str | None
    link_state: str | None
    linked: Candidate | None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of a shared bin, as the page words it."""

    defect: Defect
    state: str
    summary: str


@dataclass(frozen=True, slots=True)
class BinGroup:
    """A shared bin with everything on its page. `contact_address`: from the register, where the contact is surely known."""

    bin_group_no: str
    waste_type: str | None
    place: str | None
    billing: str | None
    start_on: date | None
    end_on: date | None
    confirmed_on: date | None
    host_customer_no: str | None
    host_site_no: str | None
    contact_customer_no: str | None
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    contact_is_known: bool
    contact_address: tuple[str, ...]
    language: str | None
    members: tuple[Member, ...] = ()
    found: tuple[Found, ...] = ()

    @property
    def material(self) -> Material:
        """What the letter is made of. Restricted shared bins do not come this far, so that every line may be named."""
        return Material(
            bin_group_no=self.bin_group_no,
            contact_name=self.contact_name,
            place=self.place,
            waste_type=self.waste_type,
            language=self.language,
            lines={member.line.member_no: member.line for member in self.members},
            defects=tuple(found.defect for found in self.found if found.state in ASKED),
        )

    def counts(self) -> dict[Severity, int]:
        """Severity -> how many findings."""
        return {name: sum(found.defect.severity == name for found in self.found) for name in SEVERITIES}


@dataclass(frozen=True, slots=True)
class Gathered:
    """The shared bins to write pages about, by number, and how many more there are that no page may be about."""

    groups: tuple[BinGroup, ...] = ()
    restricted: int = 0
    standing: int = 0
    by_rule: Mapping[str, int] = field(default_factory=dict)


def unsettled(ledger: Ledger) -> pl.DataFrame:
    """finding_id and state of the findings of shared bins that are still to be settled, by id."""
    query = (
        select(findings_table.c.finding_id, findings_table.c.state)
        .where(findings_table.c.kind == "bin_group", findings_table.c.state.in_(SHOWN))
        .order_by(findings_table.c.finding_id)
    )
    with ledger.read() as reading:
        found = [tuple(row) for row in reading.execute(query)]
    return pl.DataFrame(found, schema={"finding_id": pl.String, "state": pl.String}, orient="row")


def gather(connection: duckdb.DuckDBPyConnection, states: pl.DataFrame, only: Collection[str] = ()) -> Gathered:
    """Everything about the shared bins with findings among `states` (finding_id, state); `only`: of these, by default all."""
    restricted = restricted_groups(connection)
    with registered(connection, "finding_states", states.select("finding_id", "state")):
        found = rows(connection, load_sql("report_findings", _PACKAGE))
    found = [row for row in found if not only or row[0] in only]
    shown = [row for row in found if row[0] not in restricted and not row[-1]]
    numbers = pl.DataFrame({"bin_group_no": sorted({row[0] for row in shown})}, schema={"bin_group_no": pl.String})
    with registered(connection, "reported", numbers):
        groups = _dicts(connection, load_sql("report_groups", _PACKAGE))
        lines = _dicts(connection, load_sql("report_lines", _PACKAGE))
    members = {number: tuple(map(_member, of)) for number, of in groupby(lines, lambda line: line["bin_group_no"])}
    findings = {number: list(of) for number, of in groupby(shown, lambda row: row[0])}
    by_rule: dict[str, int] = {}
    for row in shown:
        by_rule[row[1]] = by_rule.get(row[1], 0) + 1
    return Gathered(
        groups=tuple(
            _group(row, members.get(row["bin_group_no"], ()), findings[row["bin_group_no"]]) for row in groups
        ),
        restricted=len({row[0] for row in found if row[0] in restricted}),
        standing=int(rows(connection, "SELECT count(*) FROM bin_groups")[0][0]),
        by_rule=dict(sorted(by_rule.items())),
    )


def restricted_groups(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Shared bins that no page and no letter may be about."""
    return frozenset(row[0] for row in rows(connection, load_sql("restricted_groups", _PACKAGE)))


def _group(row: Mapping[str, Any], members: tuple[Member, ...], found: list[tuple[Any, ...]]) -> BinGroup:
    number = row["bin_group_no"]
    known = {member.line.member_no for member in members}
    town = " ".join(part for part in (row["contact_postal_code"], row["contact_city"]) if part)
    return BinGroup(
        bin_group_no=number,
        waste_type=row["waste_type"],
        place=one_line(postal_line(row)) or None,
        billing=row["billing"],
        start_on=row["start_on"],
        end_on=row["end_on"],
        confirmed_on=row["confirmed_on"],
        host_customer_no=row["host_customer_no"],
        host_site_no=row["host_site_no"],
        contact_customer_no=row["contact_customer_no"],
        contact_name=one_line(row["contact_name"]) or None,
        contact_phone=row["contact_phone"],
        contact_email=row["contact_email"],
        contact_is_known=row["contact_is_known"],
        contact_address=tuple(one_line(part) for part in (row["contact_street_address"], town) if part),
        language=row["language"],
        members=members,
        found=tuple(_found(number, known, *one[1:7]) for one in found),
    )


def _found(
    number: str, known: set[str], rule: str, severity: Severity, state: str, summary: str, subjects: str, evidence: str
) -> Found:
    about = map(Subject.parse, json.loads(subjects))
    lines = tuple(one.member for one in about if one.group == number and one.member and one.member in known)
    return Found(Defect(rule, severity, json.loads(evidence), lines), state, one_line(summary))


def _member(row: Mapping[str, Any]) -> Member:
    candidates = tuple(
        Candidate(one["customer_no"], one_line(one["name"]) or None, one["probability"], tuple(one["reasons"] or ()))
        for one in json.loads(row["candidates"])
    )
    linked = None
    if row["linked_no"] is not None:
        reasons = next((one.reasons for one in candidates if one.customer_no == row["linked_no"]), ())
        linked = Candidate(
            row["linked_no"], one_line(row["linked_name"]) or None, row["match_probability"] or 0.0, reasons
        )
    return Member(
        line=MemberAsSent(row["member_no"], one_line(row["name"]) or None, one_line(postal_line(row)) or None),
        use=row["use"],
        share=row["share_percent"],
        share_state=row["share_state"],
        start_on=row["start_on"],
        end_on=row["end_on"],
        informed_on=row["informed_on"],
        proxy_contact=row["proxy_contact"],
        proxy_address=row["proxy_address"],
        customer_no_given=row["customer_no_given"],
        link_state=row["state"],
        linked=linked,
        candidates=candidates,
    )


def _dicts(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    frame: pl.DataFrame = connection.sql(query).pl()
    return frame.to_dicts()
