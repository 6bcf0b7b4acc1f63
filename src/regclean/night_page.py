"""Fills the page about a night from what the night found out, and keeps what later nights compare themselves with."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import duckdb

from regclean import landing
from regclean.checks import (
    FileLine,
    FindingLine,
    LinkagePage,
    NightPage,
    NightSummary,
    QuarantineLine,
    StepLine,
    write_report,
)
from regclean.findings import counts_by_rule
from regclean.ledger import Ledger, runs
from regclean.quality import (
    Measured,
    agreement,
    born,
    measure,
    measures,
    open_by_kind,
    protected_customers,
    register_health,
)
from regclean.rules import titles
from regclean.warehouse import rows

if TYPE_CHECKING:
    from regclean.night_state import Night

HISTORY = 60


def write_night_page(night: Night, stopped_because: str | None) -> NightPage:
    """Write `var/reports/<run_id>.html`, for a published night and for one that was stopped alike."""
    measured = _measured(night)
    page = NightPage(
        run_id=night.run_id,
        as_of=night.as_of,
        workspace=str(night.workspace.config.section("workspace")["name"]),
        status="stopped" if stopped_because else "published",
        seconds=sum(step.seconds for step in night.steps),
        language=night.workspace.config.languages[0],
        stopped_because=stopped_because,
        steps=tuple(StepLine(step.name, step.rows, step.seconds, step.peak_mb) for step in night.steps),
        files=tuple(
            FileLine(file.table, file.file, file.records, file.loaded, file.quarantined) for file in night.landed or ()
        ),
        quarantine=_from_database(night, _quarantine) or (),
        suites=tuple(night.gates),
        findings=_findings(night),
        linkage=_from_database(night, lambda connection: _linkage(night, connection, measured)),
        history=_history(night.ledger, night.run_id),
        customers=_from_database(night, lambda connection: _number(connection, "SELECT count(*) FROM customers")),
    )
    summary = page.summary
    runs.note(
        night.ledger,
        night.run_id,
        steps=[asdict(step) for step in night.steps],
        gates=[
            {"suite": gate.name, "checked": len(gate.results), "failed": [_failed(result) for result in gate.failed]}
            for gate in night.gates
        ],
        measures=dict(summary.values) | _health(night) | measured.values(),
        model_version=page.linkage.model_version if page.linkage else None,
    )
    write_report(night.workspace.var / "reports", page)
    return page


def _measured(night: Night) -> Measured:
    """How good the linkage is by the blind samples so far; nothing of a night that was stopped."""
    if night.published is None:
        return Measured()
    found = _from_database(night, lambda connection: measure(night.ledger, connection))
    return found if isinstance(found, Measured) else Measured()


def _health(night: Night) -> dict[str, float]:
    """What the overview's trends show; nothing for a night that was stopped."""
    if night.published is None:
        return {}
    protected = protected_customers(night.ledger)
    measured = _from_database(
        night,
        lambda connection: register_health(
            connection,
            as_of=night.as_of,
            protected=protected,
        ),
    )
    words = night.workspace.config.section("touchpoints")
    made_at = _from_database(night, lambda connection: measures(born(connection, words, protected=protected)))
    return (measured or {}) | (made_at or {}) | open_by_kind(night.ledger) | _agreement(night.ledger)


def _agreement(ledger: Ledger) -> dict[str, float]:
    """By kind of finding: how often a second person decides alike, and how many decisions that rests on."""
    found: dict[str, float] = {}
    for one in agreement(ledger):
        if share := one.share:
            name = f"agreement_{one.kind}"
            found |= {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}
            found[f"{name}_checks"] = float(one.answered)
    return found


def _failed(result: Any) -> dict[str, Any]:
    return {
        "expectation": result.expectation,
        "table": result.table,
        "severity": result.severity,
        "seen": result.summary,
        "keys": list(result.failing_keys),
    }


def _from_database(night: Night, read: Any) -> Any:
    """Read from the published file, or from the unfinished one while it is open; None when it is gone."""
    try:
        if night.published:
            with night.warehouse.read(night.run_id) as connection:
                return read(connection)
        return read(night.connection)
    except duckdb.Error:
        return None


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(rows(connection, query)[0][0])


def _quarantine(connection: duckdb.DuckDBPyConnection) -> tuple[QuarantineLine, ...]:
    return tuple(QuarantineLine(*line) for line in landing.set_aside(connection, 50))


def _findings(night: Night) -> tuple[FindingLine, ...]:
    if night.published is None:
        return ()
    language = night.workspace.config.languages[0]
    names = titles(language)
    return tuple(
        FindingLine(
            kind=count.kind,
            rule=count.rule,
            severity=count.severity,
            title=names.get(count.rule, count.rule),
            count=count.found,
            new=count.new,
            gone=count.gone,
            reopened=count.reopened,
        )
        for count in counts_by_rule(
            night.ledger, night.run_id, night.last.run_id if night.last else None, without_protected=True
        )
    )


def _linkage(night: Night, connection: duckdb.DuckDBPyConnection, measured: Measured) -> LinkagePage | None:
    sizes = "SELECT coalesce(max(size), 0) FROM (SELECT count(*) AS size FROM clusters GROUP BY cluster_id)"
    states = rows(connection, "SELECT state, count(*) FROM member_links GROUP BY state ORDER BY state")
    relations = rows(connection, "SELECT relation, count(*) FROM pairs GROUP BY relation ORDER BY relation")
    return LinkagePage(
        relations=dict(relations),
        customers=_number(connection, "SELECT count(*) FROM clusters"),
        clusters=_number(connection, "SELECT count(DISTINCT cluster_id) FROM clusters"),
        largest_cluster=_number(connection, sizes),
        members=dict(states),
        measured=measured.values(),
        model_version=night.model_version,
    )


def _history(ledger: Ledger, run_id: str) -> tuple[NightSummary, ...]:
    nights = [run for run in runs.history(ledger, limit=HISTORY) if run.run_id != run_id and run.status != "running"]
    return tuple(
        NightSummary(run.run_id, run.as_of, "published" if run.status == "published" else "stopped", run.measures)
        for run in reversed(nights)
    )
