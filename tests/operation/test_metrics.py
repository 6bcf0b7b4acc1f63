"""What machines ask of the page: liveness, readiness, figures in which nobody stands, and lines of JSON about what it does."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from regclean.config import load_workspace
from regclean.errors import UsageError
from regclean.ledger import opened
from regclean.ledger.tables import findings
from regclean.night import Step, open_night, take
from regclean.review.metrics.exposition import Metric, exposed
from regclean.review.web.app import create_app

NOW = datetime(2026, 11, 12, 8, tzinfo=UTC)
HERE = ("127.0.0.1", 50_000)
ID = "0123456789abcdef0123456789abcdef"
Samples = dict[str, float]


@contextmanager
def page(root: Path, client: tuple[str, int] = HERE, host: str = "127.0.0.1") -> Iterator[TestClient]:
    app = create_app(load_workspace(root), now=lambda: NOW)
    with TestClient(app, base_url=f"http://{host}", client=client, follow_redirects=False) as browser:
        yield browser


def samples(text: str) -> Samples:
    """Every sample of an exposition, each with its help and type before it."""
    found: Samples = {}
    described: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# "):
            described.add(line.split()[2])
            continue
        matched = re.fullmatch(r"([a-z_]+)(\{[^}]*\})? (\S+)", line)
        assert matched, line
        assert matched[1] in described
        assert line.rpartition(" ")[0] not in found
        found[line.rpartition(" ")[0]] = float(matched[3])
    return found


def test_figures_are_those_of_the_ledger_without_the_restricted_queue(published_register: Path) -> None:
    with opened(load_workspace(published_register).ledger_url) as ledger, ledger.write() as connection:
        seen, unseen = connection.execute(
            select(findings.c.finding_id, findings.c.workpool).where(findings.c.state == "open").limit(2)
        ).all()
        for one, more in ((seen, {}), (unseen, {"protected": True, "workpool": "restricted"})):
            aged = {"opened_at": NOW - timedelta(days=40)} | more
            connection.execute(update(findings).where(findings.c.finding_id == one.finding_id).values(aged))
        query = (
            select(findings.c.workpool, func.count())
            .where(findings.c.state == "open", ~findings.c.protected)
            .group_by(findings.c.workpool)
        )
        expected = dict(connection.execute(query).tuples().all())
    with page(published_register) as browser:
        browser.get("/nothing-here")
        answer = browser.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = samples(answer.text)
    waiting: dict[str, float] = dict.fromkeys(expected, 0.0)
    for name, value in found.items():
        if queue := re.match(r'regclean_findings_waiting\{queue="([a-z_]+)"', name):
            waiting[queue[1]] += value
    assert waiting == expected
    assert "restricted" not in answer.text
    assert found[f'regclean_findings_waiting{{queue="{seen.workpool}",age="older"}}'] == 1
    assert found[f'regclean_findings_oldest_seconds{{queue="{seen.workpool}"}}'] == 40 * 86_400
    assert found['regclean_night_state{state="published"}'] == 1
    assert found['regclean_night_step_seconds{step="load"}'] > 0
    assert found['regclean_http_answers_total{class="4xx"}'] == 1
    assert not re.search(r"10\d\d\D", re.sub(r" \S+$", "", answer.text, flags=re.M))  # no customer's number in a label


def test_figures_are_for_this_machine_or_for_a_token(published_register: Path, token_for: Callable[..., str]) -> None:
    bearer = {"Authorization": f"Bearer {token_for(published_register, 'watcher', 'auditor')}"}
    with page(published_register) as browser:
        assert browser.get("/metrics").status_code == 200
        for through in ({"X-Forwarded-For": "10.0.0.9"}, {"Forwarded": "for=10.0.0.9"}):
            assert browser.get("/metrics", headers=through).status_code == 401
    with page(published_register, client=("10.0.0.9", 50_000)) as browser:
        refused = browser.get("/metrics")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert browser.get("/metrics", headers={"Authorization": "Bearer rgc_wrong"}).status_code == 401
        assert browser.get("/metrics", headers=bearer).status_code == 200
        without = {"Authorization": f"Bearer {token_for(published_register, 'opener', 'restricted')}"}
        assert browser.get("/metrics", headers=without).status_code == 403
        assert [browser.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_what_is_away_is_not_ready_and_lives(published_register: Path) -> None:
    with page(published_register) as browser:
        assert browser.get("/readyz").json() == {"ready": True, "away": []}
        for path in (published_register / "var/warehouse").glob("*.duckdb"):
            path.unlink()
        answer = browser.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "away": ["night"]})
        for path in (published_register / "var").glob("ledger.db*"):
            path.write_bytes(b"x" * 5_000)
        answer = browser.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "away": ["ledger"]})
        assert browser.get("/healthz").text == "ok\n"


def test_labels_are_escaped() -> None:
    text = exposed([Metric("a", "gauge", "one\ntwo", (({"b": 'c"\\d\n'}, 1.5),)), Metric("none", "gauge", "", ())])
    assert text == '# HELP a one\\ntwo\n# TYPE a gauge\na{b="c\\"\\\\d\\n"} 1.5\n'


@pytest.fixture
def json_logs(published_register: Path) -> Iterator[Path]:
    settings = published_register / "regclean.toml"
    settings.write_text(f'{settings.read_text(encoding="utf-8")}\n[operation]\nlog = "json"\n', encoding="utf-8")
    logger = logging.getLogger("regclean")
    before = (list(logger.handlers), logger.level, logger.propagate)
    yield published_register
    logger.handlers, logger.level, logger.propagate = before


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def test_a_request_is_a_line_with_its_id_and_route(json_logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with page(json_logs) as browser:
        assert browser.get("/healthz", headers={"X-Request-ID": ID}).headers["x-request-id"] == ID
        own = browser.get("/customer/1003", headers={"X-Request-ID": "010190-123A"}).headers["x-request-id"]
    assert own != "010190-123A"
    told = [line for line in lines(capsys) if line["message"] == "request"]
    assert [(line["request_id"], line["route"], line["status"]) for line in told] == [
        (ID, "/healthz", 200),
        (own, "/customer/{customer_no}", 303),
    ]
    assert "1003" not in json.dumps(told)


def test_a_nights_steps_and_what_stops_it_are_told_with_its_id(
    json_logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stops(_: object) -> int:
        raise UsageError("stopped.")

    with suppress(UsageError), open_night(load_workspace(json_logs), as_of=date(2026, 11, 2), now=NOW) as night:
        take(night, Step("count", lambda _: 3))
        take(night, Step("stop", stops))
    told = lines(capsys)
    assert [(line["message"], line.get("step"), line.get("rows")) for line in told] == [
        ("step", "count", 3),
        ("night failed", None, None),
    ]
    assert {line["run_id"] for line in told} == {"2026-11-02-001"}
    assert told[-1]["error"] == "UsageError"
