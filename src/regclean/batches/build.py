"""Building a batch: accepted findings become lines; what cannot be done now is left out, and said so.

Invariant: a customer is in at most one open batch. What is planned outside of a transaction is checked again inside
the one that keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import duckdb
from sqlalchemy import Connection, RowMapping, insert, select

from regclean import checks
from regclean.batches import gate, lifecycle
from regclean.batches.accepted import Accepted, LeftOut, Planned
from regclean.batches.extract import Extract
from regclean.batches.plan import Numbers, plan, read_proposal
from regclean.config import Config
from regclean.domain.batches import OPEN
from regclean.domain.findings import digest
from regclean.domain.register import CUSTOMER_COLUMNS, subject_text
from regclean.errors import ConflictError
from regclean.ledger import Ledger, audit, in_chunks
from regclean.ledger.tables import batch_changes, batches, decisions, findings
from regclean.standardise import clean_key
from regclean.survivorship import check_settings

_ORDER = {"duplicate": 0, "bin_group": 1, "stale": 2, "field": 3}
_OPS = {"insert": 0, "merge": 1, "update": 2, "delete": 3}


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was built: no batch when nothing could be. `left_out`: [{"finding_id", "code", "why"}]."""

    batch_id: int | None
    lines: int
    findings: int
    left_out: tuple[Mapping[str, str], ...]
    warnings: tuple[checks.ExpectationResult, ...] = ()


@dataclass(slots=True)
class _Draft:
    lines: list[tuple[Planned, Accepted]] = field(default_factory=list)
    customers: dict[str, set[str]] = field(default_factory=dict)  # finding -> customers
    left_out: list[dict[str, str]] = field(default_factory=list)

    def leave_out(self, finding_id: str, code: str, why: str) -> None:
        self.left_out.append({"finding_id": finding_id, "code": code, "why": why})


def build(
    ledger: Ledger,
    connection: duckdb.DuckDBPyConnection,
    config: Config,
    *,
    as_of: date,
    user: str,
    now: datetime,
    title: str | None = None,
    only: Iterable[str] | None = None,
) -> BuildReport:
    """Make a batch of all accepted findings (or of those in `only`), against the last published night.

    `connection`: that night's database, read-only. Errors: GateError when the batch would do harm (nothing is kept
    then), ConflictError when decisions changed while it was being built.
    """
    settings = config.section("survivorship")
    check_settings(settings)
    files = config.section("register")["target"] == "files"
    draft = _Draft()
    with ledger.read() as reading:
        accepted = _accepted(reading, set(only) if only is not None else None, draft)
        busy = _busy_customers(reading)
    _plan(draft, accepted, busy, connection, settings, as_of=as_of, placeholders=files)
    if not draft.lines:
        return BuildReport(None, 0, 0, tuple(draft.left_out))
    numbered = [(number, line, finding) for number, (line, finding) in enumerate(_ordered(draft.lines), 1)]
    result = gate.judge(connection, numbered, as_of=as_of, country=config.country, exported=files)
    checks.gate(result)
    with ledger.write() as writing:
        batch_id = _keep(writing, draft, numbered, result, user=user, now=now, title=title)
    kept = {finding.finding_id for _, _, finding in numbered}
    return BuildReport(batch_id, len(numbered), len(kept), tuple(draft.left_out), result.warnings)


def _accepted(connection: Connection, only: set[str] | None, draft: _Draft) -> list[Accepted]:
    query = (
        select(findings, decisions.c.choices, decisions.c.user, decisions.c.fingerprint.label("decided_on"))
        .join(decisions, decisions.c.decision_id == findings.c.decision_id)
        .where(
            (findings.c.state == "accepted")
            | ((findings.c.state == "open") & (findings.c.reopened_because == "returned"))
        )
        .order_by(findings.c.finding_id)
    )
    accepted = []
    for row in connection.execute(query).mappings():
        if only is not None and row["finding_id"] not in only:
            continue
        if row["state"] == "open":
            draft.leave_out(row["finding_id"], "returned", "it came back from a batch and is open: decide it again")
        elif not row["present"]:
            draft.leave_out(row["finding_id"], "absent", "the last night did not find it any more")
        elif row["fingerprint"] != (row["decided_fingerprint"] or row["decided_on"]) or (
            row["decided_on"] is not None and row["decided_on"] != row["fingerprint"]
        ):
            draft.leave_out(row["finding_id"], "evidence_changed", "the evidence has changed since the decision")
        else:
            accepted.append(_read(row))
    return sorted(accepted, key=lambda finding: (_ORDER[finding.kind], finding.finding_id))


def _read(row: RowMapping) -> Accepted:
    return Accepted(
        finding_id=row["finding_id"],
        kind=row["kind"],
        rule=row["rule"],
        subjects=tuple(json.loads(row["subjects"])),
        proposal=read_proposal(row["proposal"]),
        choices=row["choices"] or {},
        decision_id=row["decision_id"],
        user=row["user"],
        protected=row["protected"],
    )


def _busy_customers(connection: Connection) -> dict[str, int]:
    """Customers of open batches, and which batch that is."""
    query = (
        select(batch_changes.c.batch_id, batch_changes.c.why)
        .join(batches, batches.c.batch_id == batch_changes.c.batch_id)
        .where(batches.c.state.in_(OPEN), batch_changes.c.state != "rejected")
    )
    return {
        customer: row.batch_id for row in connection.execute(query) for customer in (row.why or {}).get("customers", ())
    }


def _plan(
    draft: _Draft,
    accepted: Sequence[Accepted],
    busy: Mapping[str, int],
    connection: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    *,
    as_of: date,
    placeholders: bool,
) -> None:
    extract = Extract(connection, as_of, by_place=placeholders)
    keys: dict[str, set[str]] = {}
    for finding in accepted:
        for table, some in finding.keys.items():
            keys.setdefault(table, set()).update(some)
    extract.load((), keys)
    numbers = Numbers(extract, placeholders)
    claims = _Claims()
    for finding in accepted:
        try:
            lines = plan(finding, extract, settings, numbers)
            customers = _customers(finding, lines, extract)
            waiting = sorted(customers & busy.keys())
            if waiting:
                raise LeftOut("busy", f"customer {waiting[0]} is in batch {busy[waiting[0]]}, which is still open")
            claims.take(lines)
        except LeftOut as left_out:
            draft.leave_out(finding.finding_id, left_out.code, left_out.message)
            continue
        # The lines may reach further customers: a member's line that is given a protected customer's number, say.
        protected = any(extract.clean.get(customer, {}).get("non_disclosure") for customer in customers)
        kept = replace(finding, protected=finding.protected or protected)
        draft.customers[finding.finding_id] = customers
        draft.lines += [(line, kept) for line in lines]


@dataclass(slots=True)
class _Claims:
    """Which cells the findings of one batch change: no two the same, and nothing of a customer that is merged away."""

    cells: set[tuple[str, str, str | None]] = field(default_factory=set)
    rows: set[tuple[str, str]] = field(default_factory=set)
    losers: set[str] = field(default_factory=set)
    referred: set[str] = field(default_factory=set)

    def take(self, lines: Sequence[Planned]) -> None:
        """Errors: LeftOut when another finding of the batch changes the same."""
        losers = {line.key for line in lines if line.op == "merge"}
        referred = {clean_key(line.after) or "" for line in lines if _names_customer(line)}
        own_rows = {line.key for line in lines if line.table == "customers"}
        removed = {(line.table, line.key) for line in lines if line.op == "delete"}
        rows = {(line.table, line.key) for line in lines}
        clash = (
            {line.cell for line in lines} & self.cells
            or self.losers & (referred | own_rows)
            or losers & (self.referred | {key for table, key in self.rows if table == "customers"})
            or removed & self.rows
            or {row for row in rows if (*row, None) in self.cells}
        )
        if clash:
            raise LeftOut("clash", "another finding of this batch changes the same; it can go into the next one")
        self.cells |= {line.cell for line in lines}
        self.rows |= rows
        self.losers |= losers
        self.referred |= referred


def _names_customer(line: Planned) -> bool:
    return line.op == "merge" or (line.column in CUSTOMER_COLUMNS.get(line.table, ()) and line.after is not None)


def _customers(finding: Accepted, lines: Sequence[Planned], extract: Extract) -> set[str]:
    """Everybody whom the lines of a finding concern."""
    customers = set(finding.customers)
    for line in lines:
        if line.table == "customers":
            customers.add(line.key)
        found = extract.get(line.table, line.key)
        for column in CUSTOMER_COLUMNS.get(line.table, ()):
            customers |= {clean_key(found.row.get(column)) or ""} if found else set()
            if line.column == column:
                customers |= {clean_key(line.before) or "", clean_key(line.after) or ""}
    return customers - {""}


def _ordered(lines: Sequence[tuple[Planned, Accepted]]) -> list[tuple[Planned, Accepted]]:
    """New rows first, then merges, cells, and what goes; each finding's lines together within that."""
    place = {finding.finding_id: number for number, (_, finding) in enumerate(lines)}
    return sorted(lines, key=lambda item: (_OPS[item[0].op], item[0].table != "customers", place[item[1].finding_id]))


def _keep(
    writing: Connection,
    draft: _Draft,
    numbered: Sequence[gate.GateLine],
    result: checks.SuiteResult,
    *,
    user: str,
    now: datetime,
    title: str | None,
) -> int:
    finding_ids = set(draft.customers)
    busy = _busy_customers(writing)
    if any(customers & busy.keys() for customers in draft.customers.values()):
        raise ConflictError("somebody else has built a batch on the same customers meanwhile.", remedy="Build again.")
    if lifecycle.move(writing, finding_ids, ("accepted",), "in_batch", now) != len(finding_ids):
        raise ConflictError("decisions were changed while the batch was built.", remedy="Build again.")
    gates = [
        {"suite": one.suite, "expectation": one.expectation, "success": one.success, "severity": one.severity}
        for one in result.results
    ]
    batch_id: int = writing.execute(
        insert(batches)
        .values(
            state="built",
            title=title,
            built_by=user,
            built_at=now,
            gates=gates,
            left_out=draft.left_out,
            version=1,
        )
        .returning(batches.c.batch_id)
    ).scalar_one()
    rows = (
        {
            "batch_id": batch_id,
            "seq": number,
            "op": line.op,
            "table": line.table,
            "key": line.key,
            "column": line.column,
            "before": line.before,
            "after": line.after,
            "finding_id": finding.finding_id,
            "decision_id": finding.decision_id,
            "why": {
                **line.why,
                "customers": sorted(draft.customers[finding.finding_id]),
                "protected": finding.protected,
            },
            "state": "planned",
        }
        for number, line, finding in numbered
    )
    for chunk in in_chunks(rows):
        writing.execute(insert(batch_changes), [dict(row) for row in chunk])
    detail = {
        "lines": len(numbered),
        "findings": len(finding_ids),
        "left_out": len(draft.left_out),
        "digest": _lines_digest(numbered),
    }
    audit.append(writing, audit.Entry(now, user, "batch_build", subject_text("batches", batch_id), detail=detail))
    return batch_id


def _lines_digest(numbered: Sequence[gate.GateLine]) -> str:
    """Digest of the lines: the audit log says what was built without saying any value."""
    return digest([[number, *line.cell, line.before, line.after] for number, line, _ in numbered])
