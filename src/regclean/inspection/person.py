"""What a person may ask of the register about themselves (GDPR 15): what is held, from where, to whom it was given, what was
decided and why. Nobody else is in it: no other customer, and none of the staff.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
from sqlalchemy import Connection, and_, func, or_, select, true

from regclean.domain.register import TABLES, subject_text
from regclean.errors import NotFoundError
from regclean.findings import subject_records
from regclean.handed_out import HandedOut, names
from regclean.inspection.subject import Section
from regclean.ledger import Ledger
from regclean.ledger.seen_tables import seen_records
from regclean.ledger.tables import (
    audit,
    batch_changes,
    comments,
    decisions,
    finding_subjects,
    findings,
    pair_decisions,
    receipts,
)
from regclean.rules import titles
from regclean.sealing import masked
from regclean.warehouse import about_customer, rows, typed_key

# Of a shared bin, what its host has not told of themselves is another's.
OF_THE_CONTACT = ("contact_customer_no", "contact_name", "contact_phone", "contact_email")
PLACE = ("_file", "_row", "_hash", "_taken", "key")
LOOKS = ("open_customer", "open_restricted", "reveal", "read", "person_report")


@dataclass(frozen=True, slots=True)
class PersonReport:
    """A customer's number, the night that it is of, and its sections by name; those without lines are left out."""

    customer_no: str
    run_id: str
    sections: tuple[Section, ...]

    @property
    def data(self) -> dict[str, Any]:
        """For programs: section -> its lines as objects."""
        told = {one.title: [dict(zip(one.columns, line, strict=True)) for line in one.lines] for one in self.sections}
        return {"customer_no": self.customer_no, "night": self.run_id, **told}


def person_report(
    connection: duckdb.DuckDBPyConnection,
    ledger: Ledger,
    customer_no: str,
    *,
    run_id: str,
    language: str,
    hidden: Collection[str],
    files: Iterable[HandedOut] = (),
) -> PersonReport:
    """Everything about one customer. `hidden`: subjects (`table:key`) that would tell of somebody under non-disclosure; `files`: what
    was written for somebody, of which those are told that hold the customer's number.

    Errors: NotFoundError when neither the night nor the ledger knows the customer.
    """
    subject = subject_text("customers", customer_no)
    record = json.loads(subject_records(connection, [subject]).get(subject, "{}"))
    clean = {name: value for name, value in (record.get("clean") or {}).items() if value is not None}
    sections = [
        Section("held", ("table", "column", "value", "file", "row"), tuple(_held(connection, customer_no, hidden))),
        Section("read", ("column", "value"), tuple((name, _text(value)) for name, value in clean.items())),
        Section("linked", ("what", "number"), _linked(connection, customer_no)),
    ]
    with ledger.read() as reading:
        written = [(one.at[:10], f"file ({one.what})", False) for one in files if names(one, customer_no)]
        sections += _history(reading, customer_no, titles(language), written, protected=subject in hidden)
    shown = tuple(section for section in sections if section.lines)
    if not any(section.title in ("held", "found", "decided", "changed") for section in shown):
        raise NotFoundError(f"nothing is known of a customer {customer_no}.", remedy="Write a customer's number.")
    return PersonReport(customer_no, run_id, shown)


def _held(
    connection: duckdb.DuckDBPyConnection, customer_no: str, hidden: Collection[str]
) -> Iterator[tuple[Any, ...]]:
    """Every value as it was landed, of every row that is about the customer."""
    for table in TABLES.values():
        mine = about_customer(table)
        if mine is None:
            continue
        contact = "t.contact_customer_no = $no" if table.name == "bin_groups" else "true"
        query = (
            f"SELECT k.*, {contact} AS whole FROM keyed.{table.name} AS k "  # noqa: S608  # names of our own declaration
            f"JOIN {table.name} AS t ON k.key = {typed_key(table)} WHERE {mine} ORDER BY _file, _row"
        )
        cursor = connection.execute(query, {"no": customer_no})
        columns = [str(column[0]) for column in cursor.description or ()]
        for line in dict.fromkeys(cursor.fetchall()):
            row = dict(zip(columns, line, strict=True))
            if subject_text(table.name, row["key"]) in hidden and subject_text("customers", customer_no) not in hidden:
                continue
            for name in columns:
                others = name in OF_THE_CONTACT and not row["whole"]
                if row[name] not in (None, "") and name not in (*PLACE, "whole") and not others:
                    yield table.name, name, masked(str(row[name])), row["_file"], row["_row"]


def _linked(connection: duckdb.DuckDBPyConnection, customer_no: str) -> tuple[tuple[Any, ...], ...]:
    """How many other customers it was found to be something to, and with how many it is one; not which."""
    query = """
        SELECT 'pair: ' || relation, count(*) FROM pairs WHERE $no IN (customer_no_l, customer_no_r) GROUP BY ALL
        UNION ALL
        SELECT 'one customer with', count(*) - 1 FROM clusters
        WHERE cluster_id = (SELECT cluster_id FROM clusters WHERE customer_no = $no) HAVING count(*) > 1
        UNION ALL
        SELECT 'line of a shared-bin list', count(*) FROM member_links WHERE customer_no = $no HAVING count(*) > 0
        ORDER BY 1"""
    return tuple(tuple(line) for line in rows(connection, query, {"no": customer_no}))


def _history(
    reading: Connection,
    customer_no: str,
    rules: dict[str, str],
    written: Iterable[tuple[Any, ...]],
    *,
    protected: bool,
) -> list[Section]:
    subject = subject_text("customers", customer_no)
    about = finding_subjects.c.subject
    its = select(finding_subjects.c.finding_id).where(
        or_(about == subject, about.startswith(f"{subject}:", autoescape=True))
    )
    visible = and_(findings.c.finding_id.in_(its), findings.c.protected.is_(False) if not protected else true())
    found = reading.execute(select(findings).where(visible).order_by(findings.c.opened_at)).mappings().all()
    ids = [row["finding_id"] for row in found]
    rule_of = {row["finding_id"]: row["rule"] for row in found}
    sides = or_(*(pair_decisions.c[side] == customer_no for side in ("customer_no_l", "customer_no_r")))
    bare = and_(  # of a pair that no finding was about
        decisions.c.finding_id.is_(None),
        decisions.c.decision_id.in_(select(pair_decisions.c.decision_id).where(sides)),
    )
    made = reading.execute(
        select(decisions).where(or_(decisions.c.finding_id.in_(ids), bare)).order_by(decisions.c.decision_id)
    )
    decided = made.mappings().all()
    said = reading.execute(select(comments).where(comments.c.finding_id.in_(ids)).order_by(comments.c.at)).mappings()
    lines = reading.execute(
        select(batch_changes)
        .outerjoin(findings, findings.c.finding_id == batch_changes.c.finding_id)
        .where(
            batch_changes.c.table == "customers",
            batch_changes.c.key == customer_no,
            true() if protected else func.coalesce(findings.c.protected, False).is_(False),
        )
        .order_by(batch_changes.c.batch_id, batch_changes.c.seq)
    ).mappings()
    changed = lines.all()
    batch_ids = sorted({row["batch_id"] for row in changed})
    given = reading.execute(
        select(receipts).where(receipts.c.batch_id.in_(batch_ids)).order_by(receipts.c.applied_at)
    ).mappings()
    return [
        Section(
            "found",
            ("rule", "what", "state", "since"),
            tuple((r["rule"], rules.get(r["rule"], r["rule"]), r["state"], _day(r["state_since"])) for r in found),
        ),
        Section(
            "decided",
            ("on", "verdict", "reason", "about", "stands"),
            tuple(
                (_day(r["decided_at"]), r["verdict"], _masked(r["reason"]), rule_of.get(r["finding_id"]), _stands(r))
                for r in decided
            ),
        ),
        Section(
            "said",
            ("on", "text"),
            (
                *((_day(r["decided_at"]), masked(r["comment"])) for r in decided if r["comment"] and r["finding_id"]),
                *((_day(r["at"]), masked(r["text"])) for r in said),
            ),
        ),
        Section(
            "changed",
            ("op", "column", "before", "after", "state"),
            tuple((r["op"], r["column"], *_values(r), r["state"]) for r in changed),
        ),
        Section(
            "given",
            ("on", "to", "taken back"),
            (*((_day(r["applied_at"]), f"register ({r['target']})", r["undo"]) for r in given), *written),
        ),
        Section("seen", ("night", "column", "value"), tuple(dict.fromkeys(_seen(reading, subject)))),
        Section("opened", ("on", "how", "reason"), tuple(_looks(reading, customer_no))),
    ]


def _seen(reading: Connection, subject: str) -> Iterator[tuple[Any, ...]]:
    """The customer's own record as it stood before whoever decided, commented or gave the case to somebody, and is kept."""
    of = seen_records.c
    query = select(of.run_id, of.payload).where(of.payload.contains(f'"{subject}":', autoescape=True))
    for run_id, payload in reading.execute(query.order_by(of.run_id, of.digest)):
        record = (json.loads(payload).get("records") or {}).get(subject) or {}
        for name, value in (record.get("raw") or {}).items():
            if value not in (None, ""):
                yield run_id, name, _text(value)


def _looks(reading: Connection, customer_no: str) -> Iterator[tuple[Any, ...]]:
    """When somebody opened the customer, and for which reason; not who."""
    subject = subject_text("customers", customer_no)
    query = (
        select(audit.c.at, audit.c.action, audit.c.detail)
        .where(audit.c.subject == subject, audit.c.action.in_(LOOKS))
        .order_by(audit.c.seq)
    )
    for row in reading.execute(query):
        yield _day(row.at), row.action, row.detail.get("reason")


def _values(line: Any) -> tuple[str | None, str | None]:
    """Before and after; with whom one was merged is another's number."""
    return (None, None) if line["op"] == "merge" else (_masked(line["before"]), _masked(line["after"]))


def _stands(row: Any) -> str:
    return "undone" if row["undone_at"] else "replaced" if row["superseded_by"] else "holds"


def _masked(text: str | None) -> str | None:
    return None if text is None else masked(text)


def _text(value: Any) -> str:
    return masked(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def _day(moment: Any) -> str:
    return f"{moment:%Y-%m-%d}"
