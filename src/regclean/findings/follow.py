"""What follows from a decision, and taking a decision back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, or_, select, update

from regclean.domain.decisions import SEPARATING_VERDICTS
from regclean.domain.register import subject_text
from regclean.errors import ConflictError, UsageError
from regclean.findings.edges import Decided, edges_around
from regclean.findings.plan import customers_of
from regclean.findings.states import DECIDABLE, after_decision
from regclean.findings.workpools import workpool
from regclean.ledger import Ledger, audit, in_chunks
from regclean.ledger.tables import decisions, finding_subjects, findings, pair_decisions


def follow_up(connection: Connection, customers: Iterable[str], now: datetime) -> list[str]:
    """Decide the waiting findings around these customers that need not be asked any more; returns their ids.

    A finding that the register contradicted, or that has come back, waits for a person all the same.
    """
    waiting = _duplicates(connection, _around(connection, customers), _WAITING)
    involved = {customer for row in waiting for customer in customers_of(row["subjects"])}
    decided = Decided(edges_around(connection, involved)) if waiting else Decided([])
    followed = []
    for row in waiting:
        found = decided.follows(sorted(customers_of(row["subjects"])))
        if found:
            settle(connection, row, found[0], follow(connection, row, *found, now), now)
            followed.append(row["finding_id"])
    return followed


def follow(
    connection: Connection, finding: Mapping[str, Any] | RowMapping, verdict: str, source: int, now: datetime
) -> int:
    """Note the decision that nobody need be asked for, because it follows from an earlier one; returns its id."""
    user = connection.execute(select(decisions.c.user).where(decisions.c.decision_id == source)).scalar_one()
    decision_id: int = connection.execute(
        insert(decisions)
        .values(
            finding_id=finding["finding_id"],
            verdict=verdict,
            user=user,
            reason="follows",
            fingerprint=finding["fingerprint"],
            evidence_digest=finding["evidence_digest"],
            decided_at=now,
            follows_from=source,
        )
        .returning(decisions.c.decision_id)
    ).scalar_one()
    return decision_id


def reconsider(connection: Connection, customers: Iterable[str], user: str, now: datetime) -> None:
    """After edges were taken away: what no longer follows is asked again, what still follows is not."""
    around = _around(connection, customers)
    for row in _duplicates(connection, around, _FOLLOWED):
        group = sorted(customers_of(row["subjects"]))
        found = Decided(edges_around(connection, group)).follows(group)
        if found is None or after_decision(found[0]) != row["state"]:
            _take_back(connection, row["decision_id"], user, now)
    follow_up(connection, around, now)


def give_way(connection: Connection, earlier: int, later: int) -> None:
    """Let a later decision take the place of an earlier one. What it tells apart stays so where the later is no answer."""
    connection.execute(update(decisions).where(decisions.c.decision_id == earlier).values(superseded_by=later))
    its = update(pair_decisions).where(pair_decisions.c.decision_id == earlier)
    connection.execute(its.where(pair_decisions.c.verdict.in_(SEPARATING_VERDICTS)).values(lapsed=True))
    connection.execute(its.where(pair_decisions.c.verdict.not_in(SEPARATING_VERDICTS)).values(current=False))


def undo(ledger: Ledger, decision_id: int, *, user: str, now: datetime) -> None:
    """Take a decision back, with all that followed from it; what it had taken the place of holds again.

    Errors: UsageError when there is no such decision, ConflictError when it does not hold any more or its finding is
    already in a batch.
    """
    with ledger.write() as connection:
        row = connection.execute(select(decisions).where(decisions.c.decision_id == decision_id)).mappings().first()
        if row is None:
            raise UsageError(f"there is no decision {decision_id}.")
        if row["undone_at"] is not None or row["superseded_by"] is not None or row["follows_from"] is not None:
            raise ConflictError(f"decision {decision_id} does not stand on its own any more.")
        around = _around(connection, _customers_of_decision(connection, decision_id))
        _take_back(connection, decision_id, user, now)
        earlier = connection.execute(select(decisions).where(decisions.c.superseded_by == decision_id)).mappings().all()
        for old in earlier:
            _restore(connection, old, now)
        audit.append(connection, audit.Entry(now, user, "undo", subject_text("decisions", decision_id)))
        reconsider(connection, around, user, now)


_WAITING = and_(
    findings.c.state.in_(("open", "deferred")),
    or_(findings.c.reopened_because.is_(None), findings.c.reopened_because.not_in(("contradicted", "returned"))),
)
_FOLLOWED = findings.c.decision_id.in_(
    select(decisions.c.decision_id).where(decisions.c.follows_from.is_not(None), decisions.c.undone_at.is_(None))
) & findings.c.state.in_(("accepted", "rejected", "in_batch"))


def _around(connection: Connection, customers: Iterable[str]) -> list[str]:
    """These customers and everybody whom decisions tie to them."""
    around = set(customers)
    around.update(customer for edge in edges_around(connection, around) for customer in edge.pair)
    return sorted(around)


def _duplicates(connection: Connection, customers: list[str], condition: ColumnElement[bool]) -> list[RowMapping]:
    """The duplicate findings on any of these customers, sorted."""
    found: dict[str, RowMapping] = {}
    for some in in_chunks(customers):
        subjects = [subject_text("customers", customer) for customer in some]
        query = (
            select(findings)
            .join(finding_subjects, finding_subjects.c.finding_id == findings.c.finding_id)
            .where(finding_subjects.c.subject.in_(subjects), findings.c.kind == "duplicate", condition)
        )
        found.update({row["finding_id"]: row for row in connection.execute(query).mappings()})
    return [found[finding_id] for finding_id in sorted(found)]


def _customers_of_decision(connection: Connection, decision_id: int) -> set[str]:
    edges = select(pair_decisions.c.customer_no_l, pair_decisions.c.customer_no_r).where(
        pair_decisions.c.decision_id == decision_id
    )
    return {customer for edge in connection.execute(edges) for customer in edge}


def settle(
    connection: Connection,
    row: RowMapping,
    verdict: str,
    decision_id: int,
    now: datetime,
    *,
    deferred_until: date | None = None,
    chosen: bool = False,
) -> None:
    """The finding takes the state that the decision on it gives. `chosen`: it names values, and so a change."""
    state = after_decision(verdict, "change" if chosen else row["ends_in"])
    connection.execute(
        update(findings)
        .where(findings.c.finding_id == row["finding_id"])
        .values(
            state=state,
            state_since=now,
            decision_id=decision_id,
            decided_fingerprint=row["fingerprint"],
            rejected_fingerprint=row["fingerprint"] if state == "rejected" else row["rejected_fingerprint"],
            reopened_because=None,
            deferred_until=deferred_until,
            workpool=workpool(row["kind"], row["relation"], row["protected"], state, verdict, None),
            version=row["version"] + 1,
        )
    )


def has_fields(choices: Mapping[str, Any] | None) -> bool:
    """Do the choices of a decision give a value to a field?"""
    return bool((choices or {}).get("fields"))


def _take_back(connection: Connection, decision_id: int, user: str, now: datetime) -> None:
    connection.execute(
        update(decisions).where(decisions.c.decision_id == decision_id).values(undone_at=now, undone_by=user)
    )
    connection.execute(update(pair_decisions).where(pair_decisions.c.decision_id == decision_id).values(current=False))
    _ask_again(connection, decision_id)
    # A decision on a group may stand behind findings on its pairs too, that it settles while its records are the same.
    settled = select(findings).where(findings.c.decision_id == decision_id, findings.c.state != "open")
    for row in connection.execute(settled).mappings().all():
        if row["state"] not in DECIDABLE:
            raise ConflictError(f"the finding {row['finding_id']} is {row['state']}: undo the batch first.")
        connection.execute(
            update(findings)
            .where(findings.c.finding_id == row["finding_id"])
            .values(
                state="open",
                state_since=now,
                opened_at=now,
                decided_fingerprint=None,
                rejected_fingerprint=None if row["state"] == "rejected" else row["rejected_fingerprint"],
                reopened_because="undone",
                deferred_until=None,
                workpool=workpool(row["kind"], row["relation"], row["protected"], "open", None, "undone"),
                version=row["version"] + 1,
            )
        )


def _ask_again(connection: Connection, undone: int) -> None:
    """Pairs that an earlier decision told apart, and the undone one answered, stay apart until they are answered again."""
    its = pair_decisions.alias()
    pair = (
        pair_decisions.c.customer_no_l == its.c.customer_no_l,
        pair_decisions.c.customer_no_r == its.c.customer_no_r,
    )
    earlier = (
        select(its.c.customer_no_l, its.c.customer_no_r, func.max(pair_decisions.c.decision_id).label("decision_id"))
        .join(pair_decisions, and_(*pair))
        .join(decisions, decisions.c.decision_id == pair_decisions.c.decision_id)
        .where(its.c.decision_id == undone, decisions.c.undone_at.is_(None))
        .group_by(its.c.customer_no_l, its.c.customer_no_r)
    )
    for left, right, decision_id in connection.execute(earlier).tuples().all():
        connection.execute(
            update(pair_decisions)
            .where(
                pair_decisions.c.customer_no_l == left,
                pair_decisions.c.customer_no_r == right,
                pair_decisions.c.decision_id == decision_id,
                pair_decisions.c.verdict.in_(SEPARATING_VERDICTS),
                ~pair_decisions.c.current,
            )
            .values(current=True, lapsed=True)
        )


def _restore(connection: Connection, old: RowMapping, now: datetime) -> None:
    """Let a decision hold again that the one just undone had taken the place of."""
    connection.execute(
        update(decisions).where(decisions.c.decision_id == old["decision_id"]).values(superseded_by=None)
    )
    row = connection.execute(select(findings).where(findings.c.finding_id == old["finding_id"])).mappings().first()
    # On a finding that had reopened, the old decision did not hold any more: it stays history.
    if row is not None and row["fingerprint"] != old["fingerprint"]:
        return
    edges = pair_decisions.c.decision_id == old["decision_id"]
    decided = connection.execute(select(pair_decisions).where(edges)).mappings().all()
    around = _around(connection, {row[side] for row in decided for side in ("customer_no_l", "customer_no_r")})
    graph = Decided(edges_around(connection, around)).graph
    if any(graph.contradiction(row["customer_no_l"], row["customer_no_r"], row["verdict"]) for row in decided):
        return
    connection.execute(update(pair_decisions).where(edges).values(current=True, lapsed=False))
    if row is not None:
        settle(connection, row, old["verdict"], old["decision_id"], now, chosen=has_fields(old["choices"]))
