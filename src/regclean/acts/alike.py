"""Deciding many alike findings at once.

Invariant: customers are joined in bulk only where a certificate in force shows that pairs of such evidence and score are
right often enough; whoever looks at one case alone needs none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import Connection, select

from regclean import quality
from regclean.acts.cases import decide_all, undo_decision
from regclean.acts.context import Context, act
from regclean.acts.samples import night_in_force
from regclean.acts.visibility import visible_to
from regclean.domain.register import subject_text
from regclean.errors import ConflictError, NotFoundError
from regclean.findings import customers_of, ordered
from regclean.findings.decide import DecideReport, DecisionLine
from regclean.ledger import in_chunks
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import findings
from regclean.warehouse import rows

Version = tuple[str, int]  # of a finding: its id, and the version that was seen
APART = "other_person"  # why records that only belong together are told apart


def verdict_of(kind: str, relation: str | None) -> str:
    """What is said of a finding among alike ones: the likely verdict."""
    if kind != "duplicate":
        return "accept"
    return "different" if relation == "related" else "same"


@act("findings:decide")
def uncertified(context: Context, finding_ids: Collection[str]) -> frozenset[str]:
    """Those of these duplicates that no certificate in force allows to join in bulk."""
    with context.ledger.read() as connection:
        found = _seen(connection, context, finding_ids)
    return _uncertified(context, found)


def _uncertified(context: Context, seen: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    pairs = {
        row["finding_id"]: _pairs(row["subjects"]) for row in seen if verdict_of(row["kind"], row["relation"]) == "same"
    }
    if not pairs:
        return frozenset()
    with context.ledger.read() as connection:
        standing = [one for one in quality.stands(connection, settled=True) if one.revoked_because is None]
    needed = float(context.workspace.config.section("linkage")["same_precision"])
    bands = [quality.Band.parse(one.band) for one in standing if quality.lower_bound(one.checks) >= needed]
    if not bands:
        return frozenset(pairs)
    query = """SELECT customer_no_l, customer_no_r, evidence, match_probability FROM pairs
        WHERE relation = 'same' AND customer_no_l IN (SELECT unnest($numbers))"""
    numbers = sorted({number for some in pairs.values() for pair in some for number in pair})
    with night_in_force(context) as (night, _):
        found = rows(night, query, {"numbers": numbers})
    sure = {(left, right) for left, right, evidence, score in found if any(one.holds(evidence, score) for one in bands)}
    return frozenset(finding_id for finding_id, some in pairs.items() if not some <= sure)


@act("findings:decide")
def decide_alike(context: Context, seen: Sequence[Version]) -> DecideReport:
    """Accept alike findings, of duplicates join their customers or tell them apart, in one act that is undone as one.

    What has changed since it was seen is refused, line by line. Errors: ConflictError where customers would be joined
    without a certificate; nothing is written then.
    """
    with context.ledger.read() as connection:
        found = _seen(connection, context, [finding_id for finding_id, _ in seen])
    missing = _uncertified(context, found)
    if missing:
        raise ConflictError(
            f"{len(missing)} of these join customers, and no certificate in force covers them.",
            remedy="Check a blind sample of the band first, or decide them one by one.",
        )
    verdicts = {row["finding_id"]: verdict_of(row["kind"], row["relation"]) for row in found}
    lines = [
        DecisionLine(
            number=number,
            verdict=verdicts.get(finding_id, "accept"),
            user=context.user.name,
            finding_id=finding_id,
            reason=APART if verdicts.get(finding_id) == "different" else None,
            expected_version=version,
        )
        for number, (finding_id, version) in enumerate(seen, start=1)
    ]
    report = decide_all(context, lines)
    if report.new_ids:
        detail = {"findings": report.taken, "first": report.new_ids[0], "last": report.new_ids[-1]}
        with context.ledger.write() as connection:
            entry = Entry(
                context.now, context.user.name, "decide_alike", subject_text("alike", report.new_ids[0]), detail=detail
            )
            append(connection, entry)
    return report


@act("findings:decide")
def undo_alike(context: Context, decision_ids: Sequence[int]) -> int:
    """Take back what was decided in one act; returns how many. What does not stand any more, or went on, is left."""
    undone = 0
    for decision_id in reversed(decision_ids):
        try:
            undo_decision(context, decision_id)
        except (ConflictError, NotFoundError):
            continue
        undone += 1
    return undone


def _pairs(subjects: str) -> set[tuple[str, str]]:
    return {ordered(*pair) for pair in combinations(sorted(customers_of(subjects)), 2)}


def _seen(connection: Connection, context: Context, finding_ids: Collection[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for some in in_chunks(sorted(set(finding_ids))):
        query = select(findings.c.finding_id, findings.c.kind, findings.c.relation, findings.c.subjects).where(
            findings.c.finding_id.in_(some), visible_to(context.user)
        )
        found += [dict(row) for row in connection.execute(query).mappings()]
    return found
