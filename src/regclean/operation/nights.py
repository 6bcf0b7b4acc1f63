"""Checks of what happens in a workspace: its models and clock, the schedule, the last night and the last backup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import desc, func, select

from regclean.home import warehouse_of
from regclean.ledger import Ledger, runs
from regclean.ledger.tables import audit
from regclean.linkage import chosen, stored
from regclean.operation.checkup import NotLooked, Patient, Sign
from regclean.operation.schedule import is_served, served
from regclean.warehouse import rows

CLOCKS_APART = timedelta(minutes=2)
LONGEST_NIGHT = timedelta(hours=12)


def models(patient: Patient) -> Iterator[Sign]:
    """Can every stored model be read, and is one in force?"""
    folder, country = patient.var / "models", patient.workspace.config.country
    known = stored(folder, country)
    now = chosen(folder, country)
    if not now:
        what = "no stored model is of this version: the next night learns one." if known else "no model is learnt yet."
        yield Sign("warning" if known else "ok", what, folder)
        return
    yield Sign("ok", f"{len(known)} are stored; in force: {_named(now)}.", folder)


def _named(versions: dict[str, int]) -> str:
    return ", ".join(f"{model} {version}" for model, version in sorted(versions.items()))


def clock(patient: Patient) -> Iterator[Sign]:
    """Does the clock agree with what was written before, and with the ledger's own host?"""
    zone, now = patient.workspace.config.timezone, patient.now
    last, theirs = _other_clocks(patient)
    remedy = "Set the clock of this machine, and let it be kept right (NTP)."
    if last is not None and last - now > CLOCKS_APART:
        yield Sign("problem", f"the clock says {now:%Y-%m-%d %H:%M} UTC; the audit log ends later.", None, remedy)
    elif theirs is not None and abs(theirs - now) > CLOCKS_APART:
        apart = round(abs(theirs - now).total_seconds())
        yield Sign("problem", f"the clocks here and of the ledger's database differ by {apart} s.", None, remedy)
    else:
        yield Sign("ok", f"it is {now.astimezone(zone):%Y-%m-%d %H:%M (UTC%z)} in {zone.key}.")


def _other_clocks(patient: Patient) -> tuple[datetime | None, datetime | None]:
    """When the audit log was last written to, and what time it is where the ledger's database has a clock of its own."""
    with suppress(NotLooked), patient.good_ledger() as ledger, ledger.read() as connection:
        last = connection.execute(select(func.max(audit.c.at))).scalar()
        apart = connection.dialect.name == "postgresql"
        return last, connection.execute(select(func.clock_timestamp())).scalar() if apart else None
    return None, None


def schedule(patient: Patient) -> Iterator[Sign]:
    """Does somebody serve the schedule?"""
    found, zone = served(patient.var), patient.workspace.config.timezone.key
    remedy = "Start it, as a service that is kept running: regclean schedule"
    if is_served(patient.var):
        if found is None:
            yield Sign("ok", "the schedule is served.")
        elif found.timezone != zone:
            what = f"the schedule is served in {found.timezone}, the workspace is in {zone}."
            yield Sign("problem", what, found.host, "Start it again.")
        else:
            yield Sign("ok", f"{found.cron!r} in {zone} is served since {found.since}.", found.host)
    elif found is not None:
        what = f"{found.cron!r} was served since {found.since}, and its server is gone."
        yield Sign("problem", what, found.host, remedy)
    else:
        yield Sign("warning", "no schedule is served here: nights run when somebody starts them.", None, remedy)


def last_night(patient: Patient) -> Iterator[Sign]:
    """Is there a night in force, of late, whole, and did the last one come through?"""
    with patient.good_ledger() as ledger:
        in_force, last = runs.last_published(ledger), next(iter(runs.history(ledger, limit=1)), None)
    if last is None:
        yield Sign("warning", "no night has been run yet.", None, "Start one: regclean run")
        return
    if last.status == "failed" and (in_force is None or last.started_at > in_force.started_at):
        report = patient.var / "reports" / f"{last.run_id}.html"
        yield Sign(
            "problem",
            f"the night {last.run_id} stopped: {why_stopped(last)}.",
            report if report.exists() else None,
            "Read its report, mend what it names, then: regclean run",
        )
    elif last.status == "running" and patient.now - last.started_at > LONGEST_NIGHT:
        what = f"the night {last.run_id} has been running for {_age(patient.now - last.started_at)}."
        yield Sign("warning", what, None, "If it was killed: regclean run")
    if in_force is None:
        yield Sign("warning", "no night is in force.", None, "Start one: regclean run")
        return
    with warehouse_of(patient.workspace).read(in_force.run_id) as connection:
        rows(connection, "SELECT count(*) FROM findings")
    age = patient.now - (in_force.finished_at or in_force.started_at)
    late = timedelta(hours=patient.workspace.config.section("operation")["night_late_hours"])
    said = f"the night in force, {in_force.run_id}, was published {_age(age)} ago."
    if age > late:
        yield Sign("problem" if age > 2 * late else "warning", said, None, "Look at the schedule, or: regclean run")
    else:
        yield Sign("ok", said)


def why_stopped(run: runs.Run) -> str:
    """At which gate, else at which step a failed night stopped."""
    failed = [
        f"{result['expectation']} of {result['table']}"
        for gate in run.gates
        for result in gate["failed"]
        if result["severity"] == "critical"
    ]
    if failed:
        return f"at the gate '{run.gates[-1]['suite']}' by {', '.join(failed)}"
    return f"after the step '{run.steps[-1]['name']}'" if run.steps else "before its first step had ended"


def last_backup(patient: Patient) -> Iterator[Sign]:
    """Is there a backup, and of late?"""
    with patient.good_ledger() as ledger:
        found = backup_noted(ledger)
    remedy = "Make one on another disk or host: regclean backup DIR"
    if found is None:
        yield Sign("warning", "no backup has been made yet.", None, remedy)
        return
    age, days = patient.now - found, patient.workspace.config.section("operation")["backup_late_days"]
    late = age > timedelta(days=days)
    yield Sign("warning" if late else "ok", f"the last backup is {_age(age)} old.", None, remedy if late else None)


def backup_noted(ledger: Ledger) -> datetime | None:
    """When the last backup was made."""
    query = select(audit.c.at).where(audit.c.action == "backup").order_by(desc(audit.c.seq)).limit(1)
    with ledger.read() as connection:
        at: datetime | None = connection.execute(query).scalar()
    return at.astimezone(UTC) if at else None


def _age(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return (
        f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
    )
