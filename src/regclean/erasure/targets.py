"""What of the ledger an erasure is about: the rows that tell of a customer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, or_, select

from regclean.domain.findings import canonical_json
from regclean.domain.register import TABLES, key_parts, subject_text
from regclean.erasure.marks import Marks
from regclean.ledger import enquiry_tables
from regclean.ledger.sample_tables import sample_pairs
from regclean.ledger.seen_tables import seen_records
from regclean.ledger.tables import (
    audit,
    batch_changes,
    batches,
    comments,
    decisions,
    desks,
    evidence,
    finding_subjects,
    findings,
    last_clusters,
    pair_decisions,
    protected_subjects,
    runs,
    sealed,
    sessions,
)
from regclean.ledger.task_tables import tasks

Line = tuple[int, int]  # batch, number


@dataclass(slots=True)
class Targets:
    """Keys of rows. Findings and what only they need go; of the others the values go."""

    findings: set[str] = field(default_factory=set)
    evidence: set[tuple[str, str]] = field(default_factory=set)  # of findings that stay
    decisions: set[int] = field(default_factory=set)
    pairs: set[tuple[str, str, int]] = field(default_factory=set)
    comments: set[int] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    lines: set[Line] = field(default_factory=set)
    titles: set[int] = field(default_factory=set)  # of batches
    tasks: set[str] = field(default_factory=set)
    samples: set[tuple[int, int]] = field(default_factory=set)
    sealed: set[str] = field(default_factory=set)  # subjects
    protected: set[str] = field(default_factory=set)
    clusters: set[str] = field(default_factory=set)
    desks: set[str] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    enquiries: set[int] = field(default_factory=set)
    answers: set[int] = field(default_factory=set)
    notices: set[int] = field(default_factory=set)
    audit: set[int] = field(default_factory=set)  # entries that name it: they stay, as the chain would not hold without

    def counts(self) -> dict[str, int]:
        """Table -> rows, of those that have some."""
        every = {name: len(getattr(self, name)) for name in self.__slots__}
        return {name: count for name, count in every.items() if count}


def told_of(reading: Connection, marks: Marks) -> Targets:
    """Every row of the ledger that tells of a customer."""
    number, subject, tell = marks.customer_no, subject_text("customers", marks.customer_no), marks.tell
    found = Targets()

    def ask(*columns: Column[Any], where: Any = None) -> Iterable[Any]:
        query = select(*columns) if where is None else select(*columns).where(where)
        return reading.execute(query, execution_options={"yield_per": 2_000})

    about = finding_subjects.c.subject
    mine = or_(about == subject, about.startswith(f"{subject}:", autoescape=True))
    found.findings |= {row[0] for row in ask(finding_subjects.c.finding_id, where=mine)}
    of = findings.c
    for row in ask(of.finding_id, of.subjects, of.summary, of.proposal, of.label):
        if any(tell(text) for text in row[1:]):
            found.findings.add(row.finding_id)
    for row in ask(evidence.c.finding_id, evidence.c.digest, evidence.c.payload):
        if row.finding_id not in found.findings and tell(row.payload):
            found.evidence.add((row.finding_id, row.digest))
    sides = (pair_decisions.c.customer_no_l, pair_decisions.c.customer_no_r)
    found.pairs |= {
        (row[0], row[1], row[2])
        for row in ask(*sides, pair_decisions.c.decision_id, where=or_(*(side == number for side in sides)))
    }
    said = {row.digest for row in ask(seen_records.c.digest, seen_records.c.payload) if tell(row.payload)}
    for row in reading.execute(select(decisions)).mappings():
        named = number in (row["customer_no_l"], row["customer_no_r"]) or _names(row["choices"], number)
        texts = (row["reason"], row["comment"], canonical_json(row["choices"]))
        if row["finding_id"] in found.findings or named or any(tell(text) for text in texts):
            found.decisions.add(row["decision_id"])
            said |= {row["seen_digest"]} if row["finding_id"] in found.findings or named else set()
    for row in reading.execute(select(comments)).mappings():
        if row["finding_id"] in found.findings or tell(row["text"]):
            found.comments.add(row["comment_id"])
            said |= {row["seen_digest"]} if row["finding_id"] in found.findings else set()
    found.seen |= {digest for digest in said if digest is not None}
    found.lines |= {
        (row["batch_id"], row["seq"])
        for row in reading.execute(select(batch_changes).where(batch_changes.c.state != "erased")).mappings()
        if row["finding_id"] in found.findings or _is_about(row, number) or any(tell(text) for text in _texts(row))
    }
    found.titles |= {row.batch_id for row in ask(batches.c.batch_id, batches.c.title) if tell(row.title)}
    found.tasks |= {
        row.finding_id
        for row in ask(tasks.c.finding_id, tasks.c.answer)
        if row.finding_id in found.findings or tell(canonical_json(row.answer))
    }
    ends = (sample_pairs.c.customer_no_l, sample_pairs.c.customer_no_r)
    drawn = or_(*(end == number for end in ends))
    found.samples |= {(row[0], row[1]) for row in ask(sample_pairs.c.sample_id, sample_pairs.c.number, where=drawn)}
    found.sealed |= {row[0] for row in ask(sealed.c.subject, where=sealed.c.subject == subject)}
    found.protected |= {
        row[0] for row in ask(protected_subjects.c.subject, where=protected_subjects.c.subject == subject)
    }
    found.clusters |= {row[0] for row in ask(last_clusters.c.customer_no, where=last_clusters.c.customer_no == number)}
    hit = hits(marks, found.findings)
    found.desks |= {row.user for row in ask(desks.c.user, desks.c.data) if without(row.data, hit) != row.data}
    found.sessions |= {
        row.session_digest
        for row in ask(sessions.c.session_digest, sessions.c.data)
        if without(row.data, hit) != row.data
    }
    found.runs |= {row.run_id for row in ask(runs.c.run_id, runs.c.gates) if without(row.gates, hit) != row.gates}
    asked, got, told = enquiry_tables.enquiries.c, enquiry_tables.answers.c, enquiry_tables.notices.c
    for kept, key, *columns in (
        (found.enquiries, asked.enquiry_id, asked.question),
        (found.answers, got.answer_id, got.told),
        (found.notices, told.notice_id, told.question, told.told),
    ):
        kept |= {row[0] for row in ask(key, *columns) if any(tell(canonical_json(text)) for text in row[1:])}
    found.audit |= {row.seq for row in ask(audit.c.seq, audit.c.detail) if tell(canonical_json(row.detail))}
    return found


def _names(choices: Any, number: str) -> bool:
    """Do a decision's choices name the customer: as the one that stays, is left out, or gives a value?"""
    if isinstance(choices, dict):
        return any(_names(inner, number) for inner in choices.values())
    if isinstance(choices, list):
        return any(_names(inner, number) for inner in choices)
    return bool(choices == number)


def _is_about(line: Any, number: str) -> bool:
    parts = key_parts(line["table"], line["key"]) if line["table"] in TABLES else {}
    own = any(name.endswith("customer_no") and value == number for name, value in parts.items())
    moved = (line["column"] or "").endswith("customer_no") or line["op"] == "merge"
    return own or (moved and number in (line["before"], line["after"]))


def _texts(line: Any) -> Iterable[str | None]:
    return line["before"], line["after"], line["state_reason"], canonical_json(line["why"])


def hits(marks: Marks, ids: Collection[str]) -> Callable[[str], bool]:
    """Is a text of a desk, a session or a gate about what goes?"""
    return lambda text: text in ids or text == marks.customer_no or marks.tell(text)


def without(data: Any, hit: Callable[[str], bool], *, top: bool = True) -> Any:
    """JSON data without the objects and members that a text of theirs gives away; None for one that goes whole."""
    if isinstance(data, str):
        return None if hit(data) else data
    if isinstance(data, list):
        kept = [(item, without(item, hit, top=False)) for item in data]
        return [left for item, left in kept if left is not None or item is None]
    if isinstance(data, dict):
        if not top and any(isinstance(value, str) and hit(value) for value in data.values()):
            return None
        left = {key: without(value, hit, top=False) for key, value in data.items() if not hit(key)}
        return {key: value for key, value in left.items() if value is not None or data[key] is None}
    return data
