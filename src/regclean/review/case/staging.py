"""Decisions that wait on a person's desk until they are submitted: put there, taken back, put back, sent.

Invariant: a finding is staged at most once; what is staged has changed nothing yet. What was submitted is undone only
through the door that recorded it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, func, select

from regclean import acts
from regclean.accounts.permissions import User
from regclean.acts import Context
from regclean.domain.decisions import FINDING_VERDICTS, PAIR_VERDICTS
from regclean.findings.decide import DecisionLine, Refusal
from regclean.ledger import Ledger, audit
from regclean.ledger.tables import decisions
from regclean.review.queue.worklist import HANDLING
from regclean.review.web.i18n import N_
from regclean.sealing import names_one

KEY = "staging"
MOST = 200  # staged at once: a morning's work, and a desk that stays small
LONGEST_COMMENT = 2_000
LONGEST_LOOK = 15 * 60  # seconds; who looked longer was away
REMEMBERED = 20  # submitted rounds that "undo" still knows

# Why something is not what it was thought to be. Codes are kept, words are shown.
REASONS: dict[str, tuple[tuple[str, str], ...]] = {
    "duplicate": (
        ("other_person", N_("Two different persons")),
        ("parent_child", N_("Parent and child of one name")),
        ("spouses", N_("Spouses or a couple")),
        ("estate_and_person", N_("An estate and a living person")),
        ("trade_name", N_("A person and their firm")),
        ("other_company", N_("Two different companies or housing companies")),
        ("common_name", N_("A common name, nothing else in common")),
        ("other", N_("Another reason; tell it in the comment")),
    ),
    "stale": (
        ("still_active", N_("Still a customer; confirmed")),
        ("leisure_home", N_("A leisure home, silent in winter")),
        ("paused", N_("Paused by agreement")),
        ("shared_bin", N_("Uses a shared bin")),
        ("data_gap", N_("The contractor's data is missing")),
        ("wrong_person", N_("The signal is about somebody else")),
        ("other", N_("Another reason; tell it in the comment")),
    ),
    "bin_group": (
        ("as_agreed", N_("Agreed with the company or the authority")),
        ("list_is_old", N_("The list is out of date; a new one has been asked for")),
        ("other_customer", N_("The line is about another customer")),
        ("register_is_wrong", N_("The register is wrong, not the list")),
        ("allowed_here", N_("Allowed in this area")),
        ("other", N_("Another reason; tell it in the comment")),
    ),
    "field": (
        ("is_correct", N_("The value is correct as it is")),
        ("foreign", N_("A foreign form; correct")),
        ("cannot_be_known", N_("Cannot be found out")),
        ("other_value", N_("Wrong, but not by this proposal")),
        ("other", N_("Another reason; tell it in the comment")),
    ),
}
NEEDS_REASON = frozenset({"different", "reject"})


@dataclass(frozen=True, slots=True)
class Staged:
    """One decision that waits. `looked`: seconds from opening the case to staging."""

    finding_id: str
    version: int
    verdict: str
    label: str = ""
    kind: str = ""
    pool: str = ""
    reason: str | None = None
    comment: str | None = None
    choices: Mapping[str, Any] | None = None  # what is recorded: all that was shown
    picked: Mapping[str, Any] | None = None  # what the person chose of it
    looked: float | None = None
    together: str | None = None  # names those that were staged by one act, and are undone as one


@dataclass(frozen=True, slots=True)
class Staging:
    """What waits, what was taken back and can be put back, what is put aside, and what was submitted."""

    items: tuple[Staged, ...] = ()
    undone: tuple[Staged, ...] = ()
    skipped: tuple[str, ...] = ()
    submitted: tuple[tuple[int, ...], ...] = ()
    opened: Mapping[str, str] = field(default_factory=dict)  # finding -> when it was opened, the last few
    whole: tuple[int, ...] = ()  # the first decisions of the submitted rounds that are undone as one

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(item.finding_id for item in self.items)

    @property
    def aside(self) -> frozenset[str]:
        """What the queue does not show now."""
        return self.ids | frozenset(self.skipped)

    def of(self, finding_id: str) -> Staged | None:
        return next((item for item in self.items if item.finding_id == finding_id), None)

    def stage(self, item: Staged) -> Staging:
        """Put a decision there; an earlier one on the same finding gives way. What was taken back is forgotten."""
        kept = tuple(other for other in self.items if other.finding_id != item.finding_id)
        skipped = tuple(other for other in self.skipped if other != item.finding_id)
        return replace(self, items=(*kept, item), undone=(), skipped=skipped)

    def stage_all(self, items: Sequence[Staged]) -> Staging:
        """Put alike decisions there by one act."""
        held = self
        for item in items:
            held = held.stage(item)
        return held

    def undo(self) -> Staging:
        """Take the last one back, with all that one act put there."""
        left = len(self.items) - _last_act(self.items)
        return replace(self, items=self.items[:left], undone=(*self.undone, *reversed(self.items[left:])))

    def redo(self) -> Staging:
        """Put the one last taken back there again, with all that one act had put there."""
        left = len(self.undone) - _last_act(self.undone)
        return replace(self, items=(*self.items, *reversed(self.undone[left:])), undone=self.undone[:left])

    def remove(self, finding_id: str) -> Staging:
        """Take a certain one back."""
        item = self.of(finding_id)
        if item is None:
            return self
        kept = tuple(other for other in self.items if other.finding_id != finding_id)
        return replace(self, items=kept, undone=(*self.undone, item))

    def skip(self, finding_id: str) -> Staging:
        """Put a case aside; it stays in the queue of everybody else."""
        if finding_id in self.skipped:
            return self
        return replace(self, skipped=(*self.skipped, finding_id)[-MOST:])

    def unskip(self) -> Staging:
        return replace(self, skipped=())

    def undone_with(self, decision_id: int) -> tuple[int, ...]:
        """The decisions that are undone with a submitted one: itself, or all of an act on many."""
        act = next((ids for ids in self.submitted if decision_id in ids and ids[0] in self.whole), None)
        return act or (decision_id,)

    def forget_from(self, decision_id: int) -> Staging:
        """Forget a submitted decision that was undone, and all that were made after it: none of them stands."""
        rounds = (tuple(one for one in ids if one < decision_id) for ids in self.submitted)
        return replace(self, submitted=tuple(ids for ids in rounds if ids))

    def open(self, finding_id: str, now: datetime) -> Staging:
        """Remember when a case was opened, if it was not open already."""
        if finding_id in self.opened:
            return self
        latest = sorted(self.opened.items(), key=lambda entry: entry[1])[-7:]
        return replace(self, opened={**dict(latest), finding_id: now.isoformat()})

    def looked_at(self, finding_id: str, now: datetime) -> float | None:
        """Seconds since it was opened; None when that says nothing."""
        opened = self.opened.get(finding_id)
        seconds = (now - datetime.fromisoformat(opened)).total_seconds() if opened else None
        return round(seconds, 1) if seconds is not None and 0 <= seconds <= LONGEST_LOOK else None

    def to_data(self) -> dict[str, Any]:
        return asdict(self)


def from_data(data: Mapping[str, Any]) -> Staging:
    """What is kept for a person, as `Staging`."""
    kept = data.get(KEY) or {}
    return Staging(
        items=tuple(Staged(**item) for item in kept.get("items", ())),
        undone=tuple(Staged(**item) for item in kept.get("undone", ())),
        skipped=tuple(kept.get("skipped", ())),
        submitted=tuple(tuple(ids) for ids in kept.get("submitted", ())),
        opened=dict(kept.get("opened", {})),
        whole=tuple(kept.get("whole", ())),
    )


def _last_act(items: Sequence[Staged]) -> int:
    """How many of the last ones were put there by one act."""
    if not items or items[-1].together is None:
        return min(len(items), 1)
    return sum(1 for _ in takewhile(lambda item: item.together == items[-1].together, reversed(items)))


def changing(change: Callable[[Staging], Staging]) -> Callable[[dict[str, Any]], None]:
    """A change of staging as a change of what is kept for a person."""

    def apply(data: dict[str, Any]) -> None:
        data[KEY] = change(from_data(data)).to_data()

    return apply


def verdicts_of(kind: str) -> tuple[str, ...]:
    """What can be said of a finding of this kind."""
    return PAIR_VERDICTS if kind == "duplicate" else FINDING_VERDICTS


def problem_with(item: Staged) -> str | None:
    """Why this cannot be staged, as a text to translate; None when it can."""
    if item.verdict not in verdicts_of(item.kind):
        return N_("This verdict does not fit this finding.")
    codes = {code for code, _ in REASONS[item.kind]}
    if item.verdict in NEEDS_REASON and item.reason not in codes:
        return N_("Choose a reason: a rejection lasts until the evidence changes, and others must be able to trust it.")
    if any(value and names_one(value) for value in ((item.picked or {}).get("fields") or {}).values()):
        return N_("A national id is not typed: choose the record that holds it.")
    if item.reason == "other" and not item.comment:
        return N_("Tell the reason in the comment.")
    return None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a submitted round. `repeated`: had been said already, by a colleague perhaps; nothing was added.

    `refused`: item and why; those stay staged no longer, and are told. `decision_ids`: the decisions made by it one by one;
    `whole`: those made by each act on many.
    """

    taken: int = 0
    repeated: int = 0
    refused: tuple[tuple[Staged, Refusal], ...] = ()
    decision_ids: tuple[int, ...] = ()
    whole: tuple[tuple[int, ...], ...] = ()


def submit(acting: Context, items: Sequence[Staged]) -> Outcome:
    """Record what is staged, in its order; what one act staged is recorded as one.

    What somebody else has decided meanwhile is refused, never overwritten. Errors: ConflictError where a certificate that
    an act on many needs is in force no longer; nothing of that act is written, nor what comes after it.
    """
    done = _submit(acting, [item for item in items if item.together is None])
    for name in dict.fromkeys(item.together for item in items if item.together is not None):
        together = [item for item in items if item.together == name]
        report = acts.decide_alike(acting, [(item.finding_id, item.version) for item in together])
        refused = tuple((together[refusal.number - 1], refusal) for refusal in report.refused)
        done = Outcome(
            done.taken + report.taken,
            done.repeated + report.repeated,
            (*done.refused, *refused),
            done.decision_ids,
            (*done.whole, report.new_ids) if report.new_ids else done.whole,
        )
    return done


def _submit(acting: Context, items: Sequence[Staged]) -> Outcome:
    lines = [
        DecisionLine(
            number=number,
            verdict=item.verdict,
            user=acting.user.name,
            finding_id=item.finding_id,
            reason=item.reason,
            comment=item.comment,
            choices=item.choices,
            expected_version=item.version,
        )
        for number, item in enumerate(items, start=1)
    ]
    report = acts.decide_all(acting, lines)
    refused = {refusal.number: refusal for refusal in report.refused}
    taken = [item for number, item in enumerate(items, start=1) if number not in refused]
    _note_handling(acting.ledger, taken, acting.user, acting.now)
    return Outcome(
        report.taken,
        report.repeated,
        tuple((items[number - 1], refusal) for number, refusal in sorted(refused.items())),
        report.new_ids,
    )


def forget_submitted(staging: Staging, items: Sequence[Staged], outcome: Outcome) -> Staging:
    """Staging after a round: what was sent is there no more (refused ones neither: they are told, with their case)."""
    sent = {item.finding_id for item in items}
    kept = tuple(item for item in staging.items if item.finding_id not in sent)
    new = (ids for ids in (outcome.decision_ids, *outcome.whole) if ids)
    rounds = (*staging.submitted, *new)[-REMEMBERED:]
    whole = {*staging.whole, *(ids[0] for ids in outcome.whole)} & {ids[0] for ids in rounds}
    return replace(staging, items=kept, undone=(), submitted=rounds, whole=tuple(sorted(whole)))


def last_standing(connection: Connection, staging: Staging, user: User) -> int | None:
    """The last submitted decision that "undo" can take back: one that nobody has undone or replaced meanwhile."""
    submitted = sorted({decision_id for ids in staging.submitted for decision_id in ids})
    query = select(func.max(decisions.c.decision_id)).where(
        decisions.c.decision_id.in_(submitted),
        decisions.c.user == user.name,
        decisions.c.undone_at.is_(None),
        decisions.c.superseded_by.is_(None),
    )
    found: int | None = connection.execute(query).scalar()
    return found


def latest_decision(connection: Connection, finding_id: str, user: User) -> int | None:
    """The decision that this user could undo on a finding."""
    query = select(decisions.c.decision_id).where(
        decisions.c.finding_id == finding_id,
        decisions.c.user == user.name,
        decisions.c.undone_at.is_(None),
        decisions.c.superseded_by.is_(None),
        decisions.c.follows_from.is_(None),
    )
    found: int | None = connection.execute(query.order_by(decisions.c.decision_id.desc()).limit(1)).scalar()
    return found


def _note_handling(ledger: Ledger, items: Sequence[Staged], user: User, now: datetime) -> None:
    """How long each was looked at: what the queue's estimate rests on."""
    timed = [item for item in items if item.looked is not None and item.pool]
    if not timed:
        return
    with ledger.write() as connection:
        for item in timed:
            detail = {"seconds": item.looked, "kind": item.kind}
            entry = audit.Entry(now, user.name, "handle", f"{HANDLING}{item.pool}", detail=detail)
            audit.append(connection, entry)
