"""Applying an approved batch to the register, and taking it back.

Invariant: the register and its receipt come first, the ledger follows the receipt. Wherever a kill falls, doing the
same again brings both to the same end, and nothing is written twice. What was begun in the register stays noted in the
ledger (`attempt`) until the receipt says how it ended; nothing is said, cancelled or undone before that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, insert

from regclean.batches import attempts, lifecycle, store
from regclean.batches.erased import check_not_erased
from regclean.batches.store import StoredLine
from regclean.domain.batches import IN_DOUBT
from regclean.domain.findings import digest
from regclean.domain.register import subject_text
from regclean.errors import ConflictError, RegcleanError, UnavailableError, UsageError
from regclean.ledger import Ledger, audit
from regclean.ledger.tables import receipts
from regclean.register import ChangeLine, Receipt, Seen, SqlTarget, inverse


class Looking(Protocol):
    """What can say how lines stand: a register's database, or its last extract."""

    def look(self, lines: Sequence[ChangeLine]) -> list[Seen]: ...


Step = Callable[[str], None]
ALREADY = "already done"
_SAID = {"changed": "has changed since", "gone": "is gone"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an apply or undo. `seen` is how each line came out; `held` findings went back to the steward
    (apply), `kept` are lines that others edited since (undo). `earlier`: it had been done before.
    """

    batch_id: int
    state: str
    seen: tuple[Seen, ...]
    held: frozenset[str] = frozenset()
    kept: tuple[int, ...] = ()
    earlier: bool = False

    @property
    def conflict(self) -> bool:
        return bool(self.held or self.kept)

    def count(self, *statuses: str) -> int:
        return sum(one.status in statuses for one in self.seen)


def dry_run(ledger: Ledger, target: Looking, batch_id: int) -> list[Seen]:
    """How every line that is not rejected stands in the register now."""
    with ledger.read() as reading:
        store.get(reading, batch_id)
        lines = [one.line for one in store.stored_lines(reading, batch_id) if one.state not in store.NOT_THERE]
    return target.look(lines)


def apply(
    ledger: Ledger,
    target: SqlTarget,
    batch_id: int,
    *,
    user: str,
    now: datetime,
    whole: bool = False,
    step: Step = lambda _: None,
) -> Outcome:
    """Apply an approved batch; again, or after a kill, it goes on where it was.

    A finding of which a line has changed since, or is gone, is not written and goes back to the steward; the others are
    applied (with `whole`: nothing is, and the batch stays approved). Errors: ConflictError when the batch is not
    approved or the register refuses it, UnavailableError when the register is not there: nothing was written;
    UnknownCommitError when it may have been: the batch is "unknown" until the register can be asked.
    """
    with ledger.read() as reading:
        row = store.get(reading, batch_id)
        lines = store.stored_lines(reading, batch_id)
    if row["state"] == "undoing" or (row["state"] == "unknown" and row["attempt"]["act"] == "undo"):
        _finish(ledger, target, batch_id, now, step)
    first = store.token(row, lines)
    token = target.attempt(first) if row["state"] == "approved" else first
    with ledger.write() as writing:
        row = store.get(writing, batch_id)
        lines = store.stored_lines(writing, batch_id)
        if row["state"] == "applied" or (row["state"] == "rejected" and _tried(lines)):
            return _again(row["state"], batch_id, lines)
        store.require(row, ("approved", "applying", "unknown"), "applied")
        check_not_erased(batch_id, lines)
        _check_lines(writing, batch_id)
        attempt = attempts.begin(writing, row, "apply", token)
        if row["state"] == "approved":
            audit.append(writing, audit.Entry(now, user, "batch_release", subject_text("batches", batch_id)))
    step("begun")
    planned = [one.line for one in lines if one.state == "planned"]
    try:
        receipt = target.apply(attempt["token"], batch_id, planned, user=user, now=now, whole=whole, step=step)
    except RegcleanError as error:
        attempts.failed(ledger, batch_id, attempt, error, "approved")
        raise
    if whole and receipt.held and not receipt.earlier:
        attempts.back(ledger, batch_id, "approved")
        return Outcome(batch_id, "approved", receipt.seen, receipt.held)
    return _settle(ledger, batch_id, receipt, step)


def _check_lines(connection: Connection, batch_id: int) -> None:
    """What was approved is what was built. Errors: ConflictError."""
    noted = audit.noted_lines(connection, batch_id)
    if noted is not None and noted != audit.lines_digest(connection, batch_id):
        raise ConflictError(
            f"the lines of batch {batch_id} are not those that were built: somebody has changed them in the ledger.",
            remedy="Nothing was written. Take the batch back, and look with: regclean verify-audit",
        )


def confirm_import(ledger: Ledger, batch_id: int, *, user: str, now: datetime) -> Outcome:
    """The clerk says that the exported files of a batch are imported. The next night looks whether they are.

    Errors: ConflictError when it was never exported.
    """
    with ledger.read() as reading:
        row = store.get(reading, batch_id)
        lines = store.stored_lines(reading, batch_id)
    if row["state"] == "applied":
        return _again(row["state"], batch_id, lines)
    if row["state"] != "applying":
        raise ConflictError(
            f"batch {batch_id} is {row['state']} and was not exported: this register is updated by files.",
            remedy=f"Approve it, write it with: regclean batch export {batch_id} -o DIR, import it, then say so here.",
        )
    seen = tuple(Seen(one.line.seq, "ready") for one in lines if one.state == "planned")
    receipt = Receipt(store.token(row, lines), batch_id, user, now, False, seen)
    return _settle(ledger, batch_id, receipt, lambda _: None, target="files")


def undo(
    ledger: Ledger,
    target: SqlTarget | None,
    batch_id: int,
    *,
    user: str,
    now: datetime,
    finding_id: str | None = None,
    step: Step = lambda _: None,
) -> Outcome:
    """Take a batch back, or one finding of it.

    Before it was applied, its findings are accepted again. Afterwards the register gets back what it held, except cells
    that others have edited since: they are kept, and listed in `kept`. Errors: UsageError when the finding is not in
    it; ConflictError, UnavailableError and UnknownCommitError as in `apply`.
    """
    _finish(ledger, target, batch_id, now, step)
    with ledger.write() as writing:
        row = store.get(writing, batch_id)
        lines = store.stored_lines(writing, batch_id)
        store.require(row, ("built", "approved", "applied", "undone", "rejected"), "taken back")
        mine = [one for one in lines if finding_id is None or one.line.finding_id == finding_id]
        if not mine:
            raise UsageError(f"the finding is not in batch {batch_id}.")
        check_not_erased(batch_id, mine)
        if row["state"] in ("built", "approved"):
            return _cancel(writing, batch_id, lines, mine, user=user, now=now)
        if row["state"] in ("undone", "rejected"):
            return _again(row["state"], batch_id, mine)
    if target is None:
        raise ConflictError(
            "this register is updated by files: import undo.csv of the batch's export.",
            remedy="Write it with: regclean batch export",
        )
    own = store.token(row, lines)
    applied = target.receipt(target.attempt(own))
    written = [one.line for one in mine if one.state == "done" and one.state_reason != ALREADY]
    back = inverse(written, applied.found if applied else {})
    token = target.attempt(digest([own, "undo", finding_id]))
    with ledger.write() as writing:
        row = store.get(writing, batch_id)
        store.require(row, ("applied",), "taken back")
        attempt = attempts.begin(writing, row, "undo", token, finding_id)
    step("undo begun")
    try:
        receipt = target.apply(token, batch_id, back, user=user, now=now, undo=True, step=step)
    except RegcleanError as error:
        attempts.failed(ledger, batch_id, attempt, error, "applied")
        raise
    return _settle_undo(ledger, batch_id, receipt, mine, finding_id, step)


def _finish(ledger: Ledger, target: SqlTarget | None, batch_id: int, now: datetime, step: Step) -> None:
    """Bring what was begun in the register to its end: its receipt says which, and without one it never comes through.

    Errors: UnknownCommitError when the register cannot be asked.
    """
    with ledger.read() as reading:
        row = store.get(reading, batch_id)
        lines = store.stored_lines(reading, batch_id)
    if row["state"] not in IN_DOUBT:
        return
    attempt = row["attempt"] or {"act": "apply", "token": store.token(row, lines), "finding_id": None}
    before = "approved" if attempt["act"] == "apply" else "applied"
    if target is None:
        if row["attempt"]:
            raise ConflictError(
                f"batch {batch_id} was begun in the register's database, and its end is not known.",
                remedy='Set [register] target = "sql" and its url again: the receipt there is asked first.',
            )
        attempts.back(ledger, batch_id, before)
        return
    try:
        receipt = target.close_attempt(attempt["token"], batch_id, now)
    except UnavailableError as error:
        raise attempts.unknown(batch_id, error) from error
    if receipt is None:
        attempts.back(ledger, batch_id, before)
    elif attempt["act"] == "apply":
        _settle(ledger, batch_id, receipt, step)
    else:
        finding_id = attempt["finding_id"]
        mine = [one for one in lines if finding_id is None or one.line.finding_id == finding_id]
        _settle_undo(ledger, batch_id, receipt, mine, finding_id, step)


def _tried(lines: Sequence[StoredLine]) -> bool:
    """Was it rejected by the register, line by line, and not by a person?"""
    return any(one.state in ("changed", "gone") for one in lines)


def _again(state: str, batch_id: int, lines: Sequence[StoredLine]) -> Outcome:
    statuses: Mapping[str, str] = {"changed": "changed", "gone": "gone"}
    seen = tuple(
        Seen(one.line.seq, statuses.get(one.state, "done"), None, one.state_reason)  # type: ignore[arg-type]  # of a Status
        for one in lines
        if one.state not in store.NOT_THERE
    )
    return Outcome(batch_id, state, seen, earlier=True)


def _settle(ledger: Ledger, batch_id: int, receipt: Receipt, step: Step, target: str = "sql") -> Outcome:
    """Bring the ledger to what the receipt in the register says."""
    with ledger.write() as writing:
        row = store.get(writing, batch_id)
        lines = {one.line.seq: one.line for one in store.stored_lines(writing, batch_id)}
        if row["state"] == "applied":
            return Outcome(batch_id, row["state"], receipt.seen, receipt.held, earlier=True)
        for state, reason, seqs in _line_states(receipt, lines):
            store.set_lines(writing, batch_id, seqs, state, reason)
        done = {lines[one.seq].finding_id for one in receipt.seen} - receipt.held - {None}
        lifecycle.move(writing, [one for one in done if one], ("in_batch",), "applied", receipt.at)
        reasons = _reasons(batch_id, receipt, lines)
        lifecycle.reopen(writing, reasons, because="returned", user=lifecycle.ACTOR, now=receipt.at)
        state = "applied" if done else "rejected"
        store.set_state(writing, batch_id, state, attempt=None)
        _note(writing, batch_id, receipt, "batch_apply", target)
    step("settled")
    return Outcome(batch_id, state, receipt.seen, receipt.held, earlier=receipt.earlier)


def _line_states(receipt: Receipt, lines: Mapping[int, ChangeLine]) -> list[tuple[str, str | None, list[int]]]:
    groups: dict[tuple[str, str | None], list[int]] = {}
    for one in receipt.seen:
        if lines[one.seq].finding_id in receipt.held:
            held = one.status in ("changed", "gone")
            key = (one.status, one.why) if held else ("ready", "held back with its finding")
        else:
            key = ("done", ALREADY if one.status == "done" else None)
        groups.setdefault(key, []).append(one.seq)
    return [(state, reason, seqs) for (state, reason), seqs in groups.items()]


def _reasons(batch_id: int, receipt: Receipt, lines: Mapping[int, ChangeLine]) -> dict[str, str]:
    """Why each finding that was held back goes back, without any value."""
    reasons: dict[str, list[str]] = {}
    for one in receipt.seen:
        line = lines[one.seq]
        if line.finding_id in receipt.held and line.finding_id and one.status in _SAID:
            place = " ".join(part for part in (line.table, line.key, line.column) if part)
            reasons.setdefault(line.finding_id, []).append(one.why or place)
    return {
        finding: lifecycle.words(batch_id, "conflict", "; ".join(dict.fromkeys(texts)))
        for finding, texts in reasons.items()
    }


def _settle_undo(
    ledger: Ledger,
    batch_id: int,
    receipt: Receipt,
    mine: Sequence[StoredLine],
    finding_id: str | None,
    step: Step,
) -> Outcome:
    by_seq = {one.line.seq: one for one in mine}
    status: dict[int, Seen] = {}
    for one in receipt.seen:
        worst = status.get(one.seq)
        if worst is None or worst.status in ("ready", "done"):
            status[one.seq] = one
    rows = {by_seq[seq].line.row_id: one for seq, one in status.items() if by_seq[seq].line.op == "insert"}
    kept: dict[int, Seen] = {}
    undone: list[int] = []
    for stored in mine:
        line = stored.line
        seen = status.get(line.seq) or (rows.get(line.row_id) if line.op == "insert" else None)
        if seen is None:
            continue
        if seen.status in ("ready", "done"):
            undone.append(line.seq)
        else:
            kept[line.seq] = seen
    with ledger.write() as writing:
        row = store.get(writing, batch_id)
        if row["state"] == "undone":
            return Outcome(batch_id, "undone", receipt.seen, kept=tuple(sorted(kept)), earlier=True)
        before = {one.line.seq: one.state for one in store.stored_lines(writing, batch_id)}
        fresh = any(before[seq] == "done" for seq in undone) or finding_id is None
        store.set_lines(writing, batch_id, undone, "undone")
        for seq, seen in kept.items():
            store.set_lines(writing, batch_id, [seq], "done", f"kept: {seen.why or _SAID.get(seen.status, '')}")
        left = [seq for seq, state in before.items() if state == "done" and seq not in undone]
        state = "undone" if finding_id is None or not left else "applied"
        store.set_state(writing, batch_id, state, attempt=None)
        if fresh:
            back = {stored.line.finding_id for stored in mine if stored.state == "done"} - {None}
            back &= lifecycle.in_state(writing, [one for one in back if one], "applied", "verified")
            text = lifecycle.words(batch_id, "taken_back")
            reasons = dict.fromkeys(sorted(one for one in back if one), text)
            lifecycle.reopen(writing, reasons, because="returned", user=receipt.user, now=receipt.at)
            _note(writing, batch_id, receipt, "batch_undo")
    step("settled")
    return Outcome(batch_id, state, receipt.seen, kept=tuple(sorted(kept)), earlier=receipt.earlier)


def _cancel(
    writing: Connection,
    batch_id: int,
    lines: Sequence[StoredLine],
    mine: Sequence[StoredLine],
    *,
    user: str,
    now: datetime,
) -> Outcome:
    """Take back what nobody has applied: the findings are accepted again."""
    gone = {one.line.seq for one in mine if one.state == "planned"}
    finding_ids = {one.line.finding_id for one in mine if one.line.seq in gone and one.line.finding_id}
    store.set_lines(writing, batch_id, gone, "undone", "taken back before it was applied")
    lifecycle.move(writing, [one for one in finding_ids if one], ("in_batch",), "accepted", now)
    left = any(one.state == "planned" and one.line.seq not in gone for one in lines)
    state = store.get(writing, batch_id)["state"] if left else "undone"
    store.set_state(writing, batch_id, state)
    detail = {"lines": len(gone), "applied": False}
    audit.append(writing, audit.Entry(now, user, "batch_undo", subject_text("batches", batch_id), detail=detail))
    return Outcome(batch_id, state, tuple(Seen(seq, "done") for seq in sorted(gone)))


def _note(writing: Connection, batch_id: int, receipt: Receipt, action: str, target: str = "sql") -> None:
    counts: dict[str, int] = {}
    for one in receipt.seen:
        counts[one.status] = counts.get(one.status, 0) + 1
    detail = {"token": receipt.token, "lines": counts, "held": sorted(receipt.held)}
    writing.execute(
        insert(receipts).values(
            batch_id=batch_id,
            target=target,
            applied_by=receipt.user,
            applied_at=receipt.at,
            detail=detail,
            undo=receipt.undo,
        )
    )
    audit.append(
        writing, audit.Entry(receipt.at, receipt.user, action, subject_text("batches", batch_id), detail=detail)
    )
