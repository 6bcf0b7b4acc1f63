"""Taking decisions: from a file, from the page, from the API, all through one door.

Invariant: a recorded decision is never overwritten by a contrary one. What contradicts it, directly or through other
pairs, is refused and told; to change one's mind is to undo the old decision first. A finding that has reopened is no
longer decided: its old decision gives way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, update

from regclean.domain.decisions import FINDING_VERDICTS, JOINING_VERDICTS, PAIR_VERDICTS, SEPARATING_VERDICTS
from regclean.domain.findings import digest
from regclean.domain.register import join_key, subject_text
from regclean.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from regclean.findings.case import Case, Refused, check_choices, open_case
from regclean.findings.decision_file import DecisionLine, parse_choices, read_decisions
from regclean.findings.edges import Decided, edges_around, pairs_of
from regclean.findings.follow import follow_up, give_way, has_fields, reconsider, settle
from regclean.findings.seen import AtHand, keep_seen
from regclean.findings.states import DECIDABLE
from regclean.ledger import Ledger, audit
from regclean.ledger.tables import decisions, pair_decisions
from regclean.sealing import names_one
from regclean.standardise import strike_out_ids

__all__ = ["DecideReport", "DecisionLine", "Refusal", "decide", "read_decisions", "record"]

LINES_PER_TRANSACTION = 500
LONGEST_USER = 80
Verdict = tuple[str, str, str]  # customer_no_l, customer_no_r, verdict
_CONFLICTS = ("conflict", "moved_on", "state")
_ERRORS: Mapping[str, type[UsageError]] = {"unknown": NotFoundError, "second": ForbiddenError}
# What a line is asked besides, in the transaction that takes it: may this be said by this user? Errors: Refused.
Admission = Callable[[Connection, DecisionLine, Case], None]
# The records of what some lines are about, as whoever says them sees them.
Sight = Callable[[Sequence[DecisionLine]], AtHand]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that was not taken, and why, in words without any personal value and as a code for programs."""

    number: int
    why: str
    code: str


@dataclass(frozen=True, slots=True)
class DecideReport:
    """What became of the lines. `repeated`: said already, by this or another user, so that nothing new was written.

    `decision_ids`: line number -> decision, of those taken now or before; `new_ids`: those written now, in order.
    """

    taken: int
    repeated: int
    refused: tuple[Refusal, ...]
    decision_ids: Mapping[int, int | None]
    new_ids: tuple[int, ...]

    @property
    def conflicts(self) -> tuple[Refusal, ...]:
        """The refusals that somebody must look at, because two people or two decisions disagree."""
        return tuple(refusal for refusal in self.refused if refusal.code in _CONFLICTS)


@dataclass(slots=True)
class _Tally:
    new_ids: list[int] = field(default_factory=list)
    repeated: int = 0
    refused: list[Refusal] = field(default_factory=list)
    decision_ids: dict[int, int | None] = field(default_factory=dict)


def record(
    ledger: Ledger,
    lines: Iterable[DecisionLine],
    now: datetime,
    *,
    admit: Admission | None = None,
    sight: Sight | None = None,
) -> DecideReport:
    """Take every line that can be taken; the same lines again change nothing. A line never depends on a later one.

    What `sight` gives is kept with each decision that is new: that is what it rested on.
    """
    tally = _Tally()
    iterator = iter(lines)
    while chunk := list(islice(iterator, LINES_PER_TRANSACTION)):
        at_hand = sight(chunk) if sight else AtHand()  # before the lock is taken
        with ledger.write() as connection:
            for line in chunk:
                try:
                    decision_id, is_new = _take(connection, line, now, admit, at_hand)
                except Refused as refused:
                    tally.refused.append(Refusal(line.number, refused.message, refused.code))
                    continue
                if is_new and decision_id is not None:
                    tally.new_ids.append(decision_id)
                tally.repeated += not is_new
                tally.decision_ids[line.number] = decision_id
    new_ids = tuple(tally.new_ids)
    return DecideReport(len(new_ids), tally.repeated, tuple(tally.refused), tally.decision_ids, new_ids)


def decide(
    ledger: Ledger, line: DecisionLine, now: datetime, *, admit: Admission | None = None, sight: Sight | None = None
) -> DecideReport:
    """Take one decision; what became of it, which is no refusal.

    Errors: ConflictError when somebody or something else has decided otherwise or the finding has moved on, UsageError
    when the line itself is wrong (NotFoundError, ForbiddenError). Nothing is written then.
    """
    report = record(ledger, [line], now, admit=admit, sight=sight)
    for refusal in report.refused:
        if refusal.code in _CONFLICTS:
            raise ConflictError(f"{refusal.why}.")
        raise _ERRORS.get(refusal.code, UsageError)(f"{refusal.why}.")
    return report


def _take(
    connection: Connection, line: DecisionLine, now: datetime, admit: Admission | None, at_hand: AtHand
) -> tuple[int | None, bool]:
    """Take one line; returns the decision and whether it is new. Errors: Refused, before anything is written."""
    _check_line(line)
    line = replace(line, reason=_without_ids(line.reason), comment=_without_ids(line.comment))
    case = open_case(connection, line)
    if admit is not None:
        admit(connection, line, case)
    _check_verdict(line, case)
    choices, defer_until = _choices(line, case), _day(line)
    _check_state(line, case)
    if _is_repeated(case, line, choices):
        return case.prior["decision_id"] if case.prior else None, False
    gives_way = _gives_way(case, line)
    edges: list[Verdict] = []
    if case.on_customers:
        decided = Decided(edges_around(connection, case.customers, without=gives_way))
        edges = _new_edges(decided, case, line.verdict, choices)
        if case.finding is None and not edges and line.verdict != "unsure":
            return None, False
    decision_id = _write(connection, line, case, choices, now, at_hand)
    if gives_way is not None:
        give_way(connection, gives_way, decision_id)
    _write_edges(connection, case, edges, decision_id)
    if case.finding is not None:
        chosen = has_fields(choices)
        settle(connection, case.finding, line.verdict, decision_id, now, deferred_until=defer_until, chosen=chosen)
    _note(connection, line, case, choices, decision_id, now)
    if gives_way is not None and case.on_customers:
        reconsider(connection, case.customers, line.user, now)
    elif edges:
        follow_up(connection, case.customers, now)
    return decision_id, True


def _without_ids(text: str | None) -> str | None:
    return strike_out_ids(text) if text else text


def _check_line(line: DecisionLine) -> None:
    if line.problem:
        raise Refused("line", line.problem)
    if not line.user:
        raise Refused("user", "the user is missing")
    if len(line.user) > LONGEST_USER:
        raise Refused("user", f"the user's name is longer than {LONGEST_USER} characters")
    if line.verdict not in (*PAIR_VERDICTS, *FINDING_VERDICTS):
        raise Refused("verdict", "the verdict is missing or unknown")


def _check_verdict(line: DecisionLine, case: Case) -> None:
    allowed: tuple[str, ...] = PAIR_VERDICTS if case.on_customers else FINDING_VERDICTS
    if line.verdict not in allowed:
        raise Refused("verdict", f"the verdict must be one of: {', '.join(allowed)}")
    if line.verdict == "entity" and case.model == "person":
        raise Refused("verdict", "only organisations are one legal entity with several accounts")
    if case.finding is not None and line.verdict in ("reject", "different") and not line.reason:
        raise Refused("reason", "a rejection needs a reason")


def _choices(line: DecisionLine, case: Case) -> dict[str, Any] | None:
    try:
        choices = parse_choices(line.choices)
    except ValueError as error:
        raise Refused("choices", str(error)) from error
    if any(value and names_one(value) for value in (choices or {}).get("fields", {}).values()):
        raise Refused("choices", "a national id is not typed: choose the customer that holds it")
    check_choices(case, line.verdict, choices)
    return choices


def _day(line: DecisionLine) -> date | None:
    if not line.defer_until:
        return None
    if line.verdict not in ("defer", "unsure"):
        raise Refused("date", "only what is deferred has a day to come back")
    try:
        return date.fromisoformat(line.defer_until) if isinstance(line.defer_until, str) else line.defer_until
    except ValueError as error:
        raise Refused("date", "the day to come back is not a date (yyyy-mm-dd)") from error


def _check_state(line: DecisionLine, case: Case) -> None:
    if case.finding is None:
        return
    if line.expected_version is not None and case.finding["version"] != line.expected_version:
        raise Refused("moved_on", "the finding has changed since it was opened; look at it again")
    if case.finding["state"] not in DECIDABLE:
        raise Refused("state", f"the finding is {case.finding['state']}: it is not to be decided now")


def _is_repeated(case: Case, line: DecisionLine, choices: Mapping[str, Any] | None) -> bool:
    if not case.decided or case.prior is None or case.prior["verdict"] != line.verdict:
        return False
    # Somebody agrees with a colleague: nothing new. But a colleague's choices are not replaced by others.
    if case.prior["user"] != line.user:
        if choices and _is_task(case):
            return False  # the answer to what a colleague asked for
        if choices and choices != case.prior["choices"]:
            raise Refused("conflict", "somebody else has decided this with other choices; undo that decision first")
        return True
    return bool(case.prior["choices"] == choices)


def _gives_way(case: Case, line: DecisionLine) -> int | None:
    """The earlier decision that this one takes the place of. Errors: Refused when it stands in the way instead."""
    if case.prior is None or case.prior["undone_at"] is not None or _is_anothers(case):
        return None
    prior, verdict = int(case.prior["decision_id"]), case.prior["verdict"]
    undecided = not case.decided or verdict in ("unsure", "defer")
    own_choices = verdict == line.verdict and case.prior["user"] == line.user
    # Both verdicts tell the two apart: "household" after "different", say.
    still_apart = {verdict, line.verdict} <= SEPARATING_VERDICTS
    if undecided or own_choices or still_apart or _is_task(case):  # a task asks: any verdict answers it
        return prior
    source = case.prior["follows_from"] or prior
    raise Refused("conflict", f"this was decided as '{verdict}' (decision {source}); undo that decision first")


def _is_task(case: Case) -> bool:
    return case.finding is not None and case.finding["state"] == "task"


def _is_anothers(case: Case) -> bool:
    """Was the prior decision made on another finding, a larger group say? It goes on holding for the others there."""
    if case.prior is None or case.finding is None:
        return False
    return case.prior["finding_id"] not in (None, case.finding["finding_id"])


def _new_edges(decided: Decided, case: Case, verdict: str, choices: Mapping[str, Any] | None) -> list[Verdict]:
    """The verdict on each pair, what follows already left aside. Who is left out of a group is different from the rest.

    Errors: Refused when an edge contradicts what is recorded, or another edge of the same decision through it.
    """
    graph = decided.graph
    if verdict == "unsure":
        if case.finding is None and graph.follows(*case.customers):
            raise Refused("conflict", "this pair is already decided; undo that decision first")
        return []
    left_out = set((choices or {}).get("leave_out", ()))
    edges = [
        (left, right, "different" if left in left_out or right in left_out else verdict)
        for left, right in pairs_of(case.customers)
        if not (left in left_out and right in left_out)
    ]
    for left, right, edge_verdict in edges:
        if edge_verdict == "same" and (decided.follows((left, right)) or ("",))[0] == "entity":
            raise Refused("conflict", f"{left} and {right} are recorded as accounts of one legal entity that are kept")
    new = [edge for edge in edges if edge[2] not in JOINING_VERDICTS or graph.follows(edge[0], edge[1]) != "same"]
    for left, right, edge_verdict in sorted(edges, key=lambda edge: edge[2] not in JOINING_VERDICTS):
        against = graph.contradiction(left, right, edge_verdict)
        if against:
            raise Refused(
                "conflict",
                f"'{edge_verdict}' on {left} and {right} contradicts what is recorded on {against[0]} and {against[1]}",
            )
        graph.add(left, right, edge_verdict)
    return new


def _write(
    connection: Connection,
    line: DecisionLine,
    case: Case,
    choices: Mapping[str, Any] | None,
    now: datetime,
    at_hand: AtHand,
) -> int:
    bare = case.finding is None
    decision_id: int = connection.execute(
        insert(decisions)
        .values(
            finding_id=case.finding["finding_id"] if case.finding is not None else None,
            customer_no_l=case.customers[0] if bare else None,
            customer_no_r=case.customers[1] if bare else None,
            verdict=line.verdict,
            user=line.user,
            reason=line.reason,
            comment=line.comment,
            choices=choices,
            fingerprint=case.finding["fingerprint"] if case.finding is not None else None,
            evidence_digest=case.finding["evidence_digest"] if case.finding is not None else None,
            seen_digest=keep_seen(connection, case.finding, case.subjects, at_hand),
            decided_at=now,
        )
        .returning(decisions.c.decision_id)
    ).scalar_one()
    return decision_id


def _write_edges(connection: Connection, case: Case, edges: list[Verdict], decision_id: int) -> None:
    for left, right, _ in edges:
        connection.execute(
            update(pair_decisions)
            .where(
                pair_decisions.c.customer_no_l == left,
                pair_decisions.c.customer_no_r == right,
                pair_decisions.c.current,
            )
            .values(current=False)
        )
    rows = [
        {
            "customer_no_l": left,
            "customer_no_r": right,
            "decision_id": decision_id,
            "verdict": verdict,
            "fingerprint": case.fingerprint((left, right)),
            "current": True,
        }
        for left, right, verdict in edges
    ]
    if rows:
        connection.execute(insert(pair_decisions), rows)


def _note(
    connection: Connection,
    line: DecisionLine,
    case: Case,
    choices: Mapping[str, Any] | None,
    decision_id: int,
    now: datetime,
) -> None:
    subject = (
        subject_text("findings", case.finding["finding_id"])
        if case.finding is not None
        else subject_text("pairs", join_key(case.customers))
    )
    detail = {
        "decision": decision_id,
        "verdict": line.verdict,
        "reason_digest": digest(line.reason),
        "choices_digest": digest(choices),
        "fingerprint": case.finding["fingerprint"] if case.finding is not None else None,
    }
    audit.append(connection, audit.Entry(now, line.user, "decide", subject, detail=detail))
