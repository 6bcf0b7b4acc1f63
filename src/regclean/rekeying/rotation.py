"""Giving a workspace another key: what that touches, and doing it, so that a kill at any moment leaves one key that opens all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from regclean import key_change, locks
from regclean.config import Workspace, fingerprint, fresh_key, key_place, workspace_key
from regclean.errors import ConflictError
from regclean.home import anchor_under, warehouse_of
from regclean.key_change import Change
from regclean.ledger import Ledger, append, runs, verify
from regclean.ledger.audit import Entry
from regclean.ledger.tables import audit, batch_changes, sealed
from regclean.rekeying.book import change_ledger
from regclean.rekeying.night import NightChange, change_night
from regclean.rekeying.words import Words
from regclean.warehouse import DamagedNightError


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a change of the key touches. `key`: the fingerprint of the one in force, or of the new one when it is done."""

    key: str
    nights: int
    sealed: int
    lines: int


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """`key`: the fingerprint of the one in force; `since`: when it was changed last (ISO), None: never."""

    key: str
    where: str
    since: str | None


def key_status(workspace: Workspace, ledger: Ledger) -> KeyStatus:
    """Which key is in force; nothing that opens anything."""
    where = key_place(workspace.var)
    with ledger.read() as reading:
        at = reading.execute(select(func.max(audit.c.at)).where(audit.c.action == "key_rotate")).scalar()
    return KeyStatus(fingerprint(workspace_key(workspace.var)), where, at.isoformat(timespec="seconds") if at else None)


def look(workspace: Workspace, ledger: Ledger) -> Rotation:
    """What would be kept under another key. Changes nothing."""
    with ledger.read() as reading:
        ids = reading.execute(select(func.count()).select_from(sealed)).scalar_one()
        of = batch_changes.c
        held = of.before.contains("⟦") | of.after.contains("⟦")
        lines = reading.execute(select(func.count()).select_from(batch_changes).where(held)).scalar_one()
    nights = len(warehouse_of(workspace).published())
    return Rotation(fingerprint(workspace_key(workspace.var)), nights, ids, lines)


def rotate(
    workspace: Workspace,
    ledger: Ledger,
    *,
    user: str,
    now: datetime,
    exchange: str = "",
    questions: Collection[str] = (),
    also: Callable[[Connection, Words], dict[str, int]] = lambda *_: {},
) -> Rotation:
    """Give the workspace another key. `questions`: numbers in `exchange` whose codes end; `also`: what else is written in the
    transaction, and what the audit log tells of it.

    Errors: ConflictError while a night runs or the page is served, or where the audit log is not whole; UsageError where the key
    is in the environment and no new one is.
    """
    var = workspace.var
    with ExitStack() as all_held:
        for name, who in (
            (locks.NIGHT, "a night is running"),
            (locks.PAGE, "the page is served"),
            (key_change.LOCK, "the key is being changed"),
        ):
            if not all_held.enter_context(locks.held(var / name)):
                raise ConflictError(
                    f"{who}.", file=var / name, remedy="Wait until it has ended, or stop it, then try again."
                )
        if (broken := verify(ledger)) is not None:
            raise ConflictError(f"the audit log is not whole (entry {broken}).", remedy="See: regclean verify-audit")
        old, (new, kept_here) = workspace_key(var), fresh_key()
        words = Words(old, new)
        before = look(workspace, ledger)
        share = str(workspace.config.section("warehouse")["share"])
        change = Change(
            fingerprint(old),
            fingerprint(new),
            kept_here,
            str(workspace.root / share) if share else "",
            exchange,
            sorted(questions),
        )
        ready = key_change.begin(var, change, new)
        night = _nights(workspace, ledger, ready, words)
        with ledger.write() as writing:
            counts = change_ledger(writing, words, night, change.new, now) | also(writing, words)
            detail = {"old": change.old, "new": change.new, **counts}
            append(writing, Entry(now, user, "key_rotate", "workspace", detail=detail))
        key_change.finish(workspace, ledger, change, lambda key: anchor_under(workspace, key))
        ledger.anchor, ledger.key = anchor_under(workspace, new), change.new
    return Rotation(change.new, before.nights, before.sealed, before.lines)


def _nights(workspace: Workspace, ledger: Ledger, folder: Path, words: Words) -> NightChange:
    """Every kept night under the new key, put aside; returns what the one in force says under it."""
    warehouse, settings = warehouse_of(workspace), workspace.config.section("workspace")
    last = runs.last_published(ledger)
    if last is None:
        return NightChange()
    if not warehouse.path(last.run_id).exists():  # what was decided is known by its records
        raise DamagedNightError(warehouse.path(last.run_id))
    found = NightChange()
    for run_id in sorted(warehouse.published(), key=lambda one: one == last.run_id):
        made = change_night(warehouse.path(run_id), folder / f"{run_id}.duckdb", words, settings, last.as_of)
        found = made if run_id == last.run_id else found
    return found
