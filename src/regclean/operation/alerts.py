"""Alerts: a night that failed, is late or never began, and a conflict in a batch; by e-mail, webhook or what else apprise knows.

Invariant: each goes to each address once. It is claimed in the ledger before it is sent; what could not be sent is given back,
and what a kill left claimed is sent by a later look. No alert holds a personal value: nights, days, steps, checks, batches.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from regclean.config import Workspace
from regclean.errors import ConfigError, RegcleanError
from regclean.ledger import Ledger, runs
from regclean.ledger.alert_tables import alerts
from regclean.ledger.tables import batch_changes, batches, outcomes, receipts
from regclean.operation.checkup import Patient, Sign
from regclean.operation.nights import why_stopped

CLAIMED_FOR = timedelta(minutes=10)  # by whoever sends; then it was killed
CONFLICTS_OF = timedelta(days=14)  # older ones are no news to whoever turns alerts on
_log = logging.getLogger("regclean.operation")


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that somebody should know now. `subject`: the night, the day or the batch that it is about, once."""

    kind: str
    subject: str
    text: str


def due(workspace: Workspace, ledger: Ledger, now: datetime) -> list[Alert]:
    """Everything that is worth an alert now, told of already or not."""
    history = runs.history(ledger, limit=20)
    with ledger.read() as reading:
        return [*_nights(workspace, history, now), *_conflicts(reading, now)]


def _nights(workspace: Workspace, history: list[runs.Run], now: datetime) -> Iterator[Alert]:
    if not history:
        return
    last = history[0]
    if last.status == "failed":
        yield Alert("failed", last.run_id, f"The night {last.run_id} stopped {why_stopped(last)}.")
    hour = str(workspace.config.section("alerts")["done_by"])
    here = now.astimezone(workspace.config.timezone)
    if not hour or here.time() < time.fromisoformat(hour):
        return
    today = here.date()
    begun = [one for one in history if one.started_at.astimezone(workspace.config.timezone).date() == today]
    if not begun and last.as_of < today:
        yield Alert("missing", str(today), f"No night has begun on {today} by {hour}.")
    elif begun and begun[0].status == "running":
        yield Alert("late", str(today), f"The night {begun[0].run_id} is not done at {hour} on {today}.")
    elif done := [one.finished_at for one in begun if one.status == "published" and one.finished_at]:
        first = min(done).astimezone(workspace.config.timezone)
        if first.time() > time.fromisoformat(hour):
            yield Alert("late", str(today), f"The night of {today} was done at {first:%H:%M}, after {hour}.")


def _conflicts(reading: Connection, now: datetime) -> Iterator[Alert]:
    of = batch_changes.c
    fresh = (
        select(receipts.c.batch_id)
        .group_by(receipts.c.batch_id)
        .having(func.max(receipts.c.applied_at) > now - CONFLICTS_OF)
    )
    held = select(of.batch_id).where(of.state.in_(("changed", "gone")), of.batch_id.in_(fresh))
    against = select(outcomes.c.batch_id).where(outcomes.c.outcome == "contradicted", outcomes.c.batch_id.in_(fresh))
    unknown = select(batches.c.batch_id).where(batches.c.state == "unknown")
    for why, numbers, what in (
        ("changed", held, "lines that the register has changed since; their findings are back with the stewards"),
        ("contradicted", against, "lines that the last extract contradicts; their findings are back with the stewards"),
        ("unknown", unknown, "an end that is not known: apply it again, and the register's receipt is asked"),
    ):
        for batch_id in sorted(set(reading.execute(numbers).scalars())):
            yield Alert("conflict", f"{batch_id} {why}", f"Batch {batch_id} has {what}.")


def tell(workspace: Workspace, ledger: Ledger, now: datetime) -> list[Alert]:
    """Send what is due and was not sent yet; returns what went out. What cannot be sent is logged, and tried again."""
    sent = []
    for address in addresses(workspace):
        place = hashlib.sha256(address.encode()).hexdigest()[:16]
        for alert in due(workspace, ledger, now):
            if not _claimed(ledger, alert, place, now):
                continue
            if send(address, _title(workspace, alert.kind), alert.text):
                _settle(ledger, alert, place, now)
                sent.append(alert)
            else:
                _give_back(ledger, alert, place)
                _log.warning("an alert could not be sent; it is tried again at the next look")
    return list(dict.fromkeys(sent))


def tell_quietly(workspace: Workspace, ledger: Ledger, now: datetime) -> None:
    """`tell`, for a night: that nobody can be told stops none."""
    try:
        tell(workspace, ledger, now)
    except (RegcleanError, OSError) as error:
        _log.warning("alerts could not be told (%s)", type(error).__name__)


def addresses(workspace: Workspace) -> list[str]:
    """Where alerts go. Errors: ConfigError for an address that is none; it is not quoted, as it may hold a password."""
    found = [str(one) for one in workspace.config.section("alerts")["to"]]
    for number, address in enumerate(found, 1):
        if not _apprise(address):
            raise ConfigError(
                f"address {number} of [alerts] to is none that alerts can be sent to.",
                column="alerts.to",
                remedy='Examples: "mailtos://user:password@smtp.example.fi?from=a@example.fi&to=b@example.fi", "jsons://host/hook".',
            )
    return found


def can_be_sent(patient: Patient) -> Iterator[Sign]:
    """Is there somebody to tell, and can they be told?"""
    workspace = patient.workspace
    found = addresses(workspace)
    if not found:
        remedy = "Name addresses in [alerts] to, then: regclean doctor --send-test"
        yield Sign("warning", "nobody is told of a night that fails.", patient.root / "regclean.toml", remedy)
    elif patient.send_test:
        text = "This is a test: whoever reads it is told when a night fails, is late or missing, and of conflicts."
        failed = [number for number, one in enumerate(found, 1) if not send(one, _title(workspace, "test"), text)]
        for number in failed:
            remedy = "Check the host, the account and its password, and that this machine may reach it."
            yield Sign(
                "problem", f"no alert can be sent to address {number} of [alerts] to.", None, remedy, outside=True
            )
        if not failed:
            yield Sign("ok", f"a test went to every address of [alerts] to ({len(found)}).")
    else:
        yield Sign("ok", f"{len(found)} of [alerts] to can be understood; --send-test sends to them.")


def send(address: str, title: str, text: str) -> bool:
    """Send one message; says whether it went out."""
    sender = _apprise(address)
    return bool(sender and sender.notify(title=title, body=text))


def _apprise(address: str) -> Any:  # an Apprise, whose types are not exported; None of an address that it does not know
    import apprise  # when there is something to send: it knows a hundred services

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its own lines name the address
    sender = apprise.Apprise()
    return sender if sender.add(address) else None


def _title(workspace: Workspace, kind: str) -> str:
    name = str(workspace.config.section("workspace")["name"])
    return ": ".join(part for part in ("regclean", name, kind) if part)


def _claimed(ledger: Ledger, alert: Alert, place: str, now: datetime) -> bool:
    """Take an alert that nobody has sent or is sending."""
    of = alerts.c
    mine = (of.kind == alert.kind, of.subject == alert.subject, of.place == place)
    with ledger.write() as writing:
        row = writing.execute(select(of.sent_at, of.noted_at).where(*mine)).first()
        if row is None:
            values = {"kind": alert.kind, "subject": alert.subject, "place": place, "noted_at": now}
            writing.execute(insert(alerts).values(**values))
            return True
        if row.sent_at is not None or now - row.noted_at < CLAIMED_FOR:
            return False
        writing.execute(update(alerts).where(*mine).values(noted_at=now))
        return True


def _settle(ledger: Ledger, alert: Alert, place: str, now: datetime) -> None:
    of = alerts.c
    with ledger.write() as writing:
        its = update(alerts).where(of.kind == alert.kind, of.subject == alert.subject, of.place == place)
        writing.execute(its.values(sent_at=now))


def _give_back(ledger: Ledger, alert: Alert, place: str) -> None:
    of = alerts.c
    with ledger.write() as writing:
        writing.execute(
            delete(alerts).where(
                of.kind == alert.kind, of.subject == alert.subject, of.place == place, of.sent_at.is_(None)
            )
        )
