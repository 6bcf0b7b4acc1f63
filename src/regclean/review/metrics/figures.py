"""The figures: what waits and how long, the nights, decisions, batches, answers of the page. No label names anybody.

What is about customers under non-disclosure is in none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, and_, case, func, select

from regclean import __version__
from regclean.ledger import Ledger, audit, runs
from regclean.ledger.tables import batches, decisions, findings
from regclean.operation import backup_noted
from regclean.review.metrics.exposition import Metric
from regclean.review.queue.worklist import waiting

AGES = (("under_1_day", timedelta(days=1)), ("under_7_days", timedelta(days=7)), ("under_30_days", timedelta(days=30)))
OLDER = "older"
_OPEN = findings.c.protected.is_(False)
Samples = tuple[tuple[Mapping[str, str], float], ...]


def figures(ledger: Ledger, now: datetime, answers: Mapping[str, int]) -> list[Metric]:
    """Every metric at this moment. `answers`: how many answers of each status class this process has given."""
    with ledger.read() as connection:
        metrics = [
            Metric("regclean_info", "gauge", "The version that answers.", (({"version": __version__}, 1.0),)),
            *_waiting(connection, now),
            _counted(
                connection,
                Metric("regclean_decisions_total", "counter", "Decisions that people made, by verdict.", ()),
                "verdict",
                select(decisions.c.verdict, func.count())
                .outerjoin(findings, findings.c.finding_id == decisions.c.finding_id)
                .where(decisions.c.follows_from.is_(None), func.coalesce(findings.c.protected, False).is_(False)),
            ),
            _counted(
                connection,
                Metric("regclean_batches", "gauge", "Batches by state.", ()),
                "state",
                select(batches.c.state, func.count()),
            ),
            _single("regclean_audit_entries_total", "counter", "Entries of the audit log.", audit.end(connection)[0]),
        ]
    backup = backup_noted(ledger)
    told = tuple(({"class": name}, float(count)) for name, count in sorted(answers.items()))
    return [
        *metrics,
        *_nights(ledger),
        _single("regclean_backup_timestamp_seconds", "gauge", "When the last backup was made.", _seconds(backup)),
        Metric("regclean_http_answers_total", "counter", "Answers by class of their status; 5xx are errors.", told),
    ]


def _waiting(connection: Connection, now: datetime) -> list[Metric]:
    age = case(*((findings.c.opened_at > now - limit, name) for name, limit in AGES), else_=OLDER)
    query = (
        select(findings.c.workpool, age.label("age"), func.count(), func.min(findings.c.opened_at))
        .where(and_(waiting(), findings.c.present, _OPEN, findings.c.workpool != "restricted"))
        .group_by(findings.c.workpool, "age")
        .order_by(findings.c.workpool, "age")
    )
    found = connection.execute(query).all()
    oldest: dict[str, float] = {}
    for queue, _, _, opened in found:
        oldest[queue] = max(oldest.get(queue, 0.0), (now - opened).total_seconds())
    counted = tuple(({"queue": queue, "age": name}, float(number)) for queue, name, number, _ in found)
    waited = tuple(({"queue": queue}, seconds) for queue, seconds in oldest.items())
    return [
        Metric("regclean_findings_waiting", "gauge", "Findings that wait for somebody, by queue and age.", counted),
        Metric("regclean_findings_oldest_seconds", "gauge", "How long the oldest of a queue has waited.", waited),
    ]


def _nights(ledger: Ledger) -> list[Metric]:
    last, in_force = next(iter(runs.history(ledger, limit=1)), None), runs.last_published(ledger)
    states = (
        tuple(({"state": state}, float(last.status == state)) for state in ("running", "published", "failed"))
        if last
        else ()
    )
    ended = Counter(run.status for run in runs.history(ledger, limit=100) if run.finished_at)
    steps = last.steps if last else []
    return [
        Metric("regclean_night_state", "gauge", "The state of the night that began last.", states),
        _single(
            "regclean_night_begun_timestamp_seconds",
            "gauge",
            "When it began.",
            _seconds(last.started_at if last else None),
        ),
        _single(
            "regclean_night_published_timestamp_seconds",
            "gauge",
            "When the night in force was published.",
            _seconds(in_force.finished_at if in_force else None),
        ),
        Metric(
            "regclean_night_step_seconds",
            "gauge",
            "How long each step of that night took.",
            tuple(({"step": step["name"]}, float(step["seconds"])) for step in steps),
        ),
        Metric(
            "regclean_night_step_rows",
            "gauge",
            "How many rows each step handled.",
            tuple(({"step": step["name"]}, float(step["rows"])) for step in steps),
        ),
        Metric(
            "regclean_night_failed_checks",
            "gauge",
            "Expectations of its gates that did not hold, by gate.",
            tuple(({"gate": gate["suite"]}, float(len(gate["failed"]))) for gate in (last.gates if last else [])),
        ),
        Metric(
            "regclean_nights",
            "gauge",
            "How the last hundred nights ended.",
            tuple(({"state": state}, float(number)) for state, number in sorted(ended.items())),
        ),
    ]


def _counted(connection: Connection, metric: Metric, label: str, query: Select[tuple[str, int]]) -> Metric:
    column = query.selected_columns[0]
    found = connection.execute(query.group_by(column).order_by(column))
    return Metric(
        metric.name, metric.kind, metric.help, tuple(({label: name}, float(number)) for name, number in found)
    )


def _single(name: str, kind: str, text: str, value: float | None) -> Metric:
    return Metric(
        name, "counter" if kind == "counter" else "gauge", text, (({}, float(value)),) if value is not None else ()
    )


def _seconds(at: datetime | None) -> float | None:
    return at.timestamp() if at else None
