"""The night as a flow, against a real Prefect server in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from regclean import Workspace
from regclean.config import load_workspace
from regclean.home import own_ledger
from regclean.ledger import tables
from regclean.night import STEPS, open_published
from regclean.operation import is_missed
from regclean.resources import flow_module
from regclean.warehouse import rows

# One server for all of them: they share a worker.
pytestmark = pytest.mark.xdist_group("prefect")
PATIENCE = 120
ROOT = Path(__file__).parents[2]
REGCLEAN = Path(sys.executable).with_name("regclean")


def wait_for(found: Callable[[], Any], what: str) -> Any:
    """Poll until `found` gives something true: a condition, never a fixed time."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if result := found():
                return result
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"{what} did not happen")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    home = tmp_path_factory.mktemp("prefect")
    port = free_port()
    quiet = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "PREFECT_HOME": str(home)}
    server = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"],
        env={**os.environ, **quiet},
        stdout=(home / "server.log").open("w"),
        stderr=subprocess.STDOUT,
    )
    url = f"http://127.0.0.1:{port}/api"
    try:
        wait_for(lambda: httpx.get(f"{url}/health").status_code == 200, "the server's start")
        yield {**os.environ, **quiet, "PREFECT_API_URL": url}
    finally:
        server.terminate()
        server.wait()


def ask(environment: dict[str, str], path: str, body: dict[str, Any]) -> Any:
    answer = httpx.post(f"{environment['PREFECT_API_URL']}/{path}", json=body, timeout=PATIENCE)
    answer.raise_for_status()
    return answer.json()


def run_night(environment: dict[str, str], workspace: Path, day: str) -> subprocess.CompletedProcess[str]:
    command = [REGCLEAN, "-w", workspace, "run", "--as-of", day]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_run_goes_through_the_flow_when_a_server_is_configured(
    environment: dict[str, str], small_register: Path
) -> None:
    done = run_night(environment, small_register, "2026-11-01")
    assert done.returncode == 0, done.stdout + done.stderr
    assert open_published(load_workspace(small_register))[1] == "2026-11-01-001"
    runs = [
        run
        for run in ask(environment, "flow_runs/filter", {})
        if run["parameters"].get("workspace") == str(small_register.resolve())
    ]
    assert [run["state"]["type"] for run in runs] == ["COMPLETED"]
    tasks = ask(environment, "task_runs/filter", {"flow_runs": {"id": {"any_": [runs[0]["id"]]}}})
    assert {task["name"].rsplit("-", 1)[0] for task in tasks} == {step.name for step in STEPS}
    assert len(tasks) <= 30
    artifacts = ask(environment, "artifacts/filter", {"flow_runs": {"id": {"any_": [runs[0]["id"]]}}})
    assert {artifact["key"] for artifact in artifacts} == {
        "regclean-night-progress",
        "regclean-night-steps",
        "regclean-night-gates",
        "regclean-night-report",
    }
    assert "010190" not in str(artifacts)
    (report,) = [one for one in artifacts if one["key"] == "regclean-night-report"]
    assert "(http://127.0.0.1:8000/reports/2026-11-01-001.html)" in report["data"]
    assert runs[0]["name"] == "register 2026-11-01"
    assert {tag for one in tasks for tag in one["tags"]} == {"regclean", "gate", "step"}
    # The same night without a server publishes the same.
    before = content(small_register)
    Workspace(small_register).run(as_of=date(2026, 11, 1), full=True)
    assert content(small_register) == before


def content(root: Path) -> list[list[tuple[object, ...]]]:
    warehouse, last = open_published(load_workspace(root))
    with warehouse.read(last) as connection:
        return [
            rows(connection, f"SELECT * FROM {table} ORDER BY ALL")
            for table in ("customers", "pairs", "clusters", "member_links", "findings")
        ]


def test_a_gate_fails_the_flow_and_the_command(environment: dict[str, str], published_register: Path) -> None:
    customers = published_register / "in/customers.csv"
    customers.write_text("\n".join(customers.read_text(encoding="utf-8").splitlines()[:8]), encoding="utf-8")
    done = run_night(environment, published_register, "2026-11-02")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "max_fall_percent" in " ".join(done.stderr.split())
    place = str(published_register.resolve())
    (run,) = [one for one in ask(environment, "flow_runs/filter", {}) if one["parameters"].get("workspace") == place]
    assert (run["state"]["type"], run["state"]["name"]) == ("FAILED", "GateError")
    assert "max_fall_percent" in run["state"]["message"], "the state says what to do"
    assert open_published(load_workspace(published_register))[1] == "2026-11-01-001"


def test_what_is_not_there_has_its_exit_code_through_the_flow_too(
    environment: dict[str, str], published_register: Path
) -> None:
    (published_register / "var" / "ledger.db").unlink()
    done = run_night(environment, published_register, "2026-11-02")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "ledger" in done.stderr


def test_prefects_own_file_deploys_both_flows(environment: dict[str, str], tmp_path: Path) -> None:
    ask(environment, "work_pools/", {"name": "regclean", "type": "process"})
    named = {"REGCLEAN_WORKSPACE": str(tmp_path), "REGCLEAN_FLOWS": str(ROOT), "REGCLEAN_RELEASE_ACCOUNT": "night"}
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        cwd=ROOT,
        env={**environment, **named},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = {d["name"]: d for d in ask(environment, "deployments/filter", {}) if d["name"] in ("nightly", "release")}
    assert {name: [one["active"] for one in d["schedules"]] for name, d in found.items()} == {
        "nightly": [True],
        "release": [False],
    }
    for deployment in found.values():
        assert deployment["parameters"]["workspace"] == str(tmp_path)
        assert deployment["global_concurrency_limit"]["limit"] == 1
        assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"


BROKEN = """
import sys
from datetime import date
from regclean import night
from regclean.resources import flow_module

def broken(*arguments, **options):
    raise ValueError("could not convert 'Virtanen Matti'")

night.rules.run_rules = broken
state = flow_module("nightly").nightly(workspace=sys.argv[1], as_of=date(2026, 11, 2), return_state=True)
print(state.name, state.message)
"""


def test_what_an_engine_says_reaches_neither_the_server_nor_a_log(
    environment: dict[str, str], published_register: Path
) -> None:
    place = str(published_register.resolve())
    done = subprocess.run(
        [sys.executable, "-c", BROKEN, place], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "ValueError" in done.stdout
    runs = [run for run in ask(environment, "flow_runs/filter", {}) if run["parameters"].get("workspace") == place]
    assert [run["state"]["type"] for run in runs] == ["FAILED"]
    its = {"flow_runs": {"id": {"any_": [runs[0]["id"]]}}}
    tasks = ask(environment, "task_runs/filter", its)
    logs = ask(environment, "logs/filter", {"logs": {"flow_run_id": {"any_": [runs[0]["id"]]}}})
    assert "ValueError" in str(tasks)
    for told in (done.stdout, done.stderr, str(runs), str(tasks), str(logs)):
        assert "Virtanen" not in told


def test_schedule_yields_scheduled_runs_sweeps_zombies_and_catches_up_once(
    environment: dict[str, str], published_register: Path, token_for: Callable[..., str]
) -> None:
    place = str(published_register.resolve())
    # A server that has just started may be busy with itself and say so: ask again.
    flow = wait_for(lambda: ask(environment, "flows/", {"name": "regclean-nightly"}), "the flow")
    running = {
        "flow_id": flow["id"],
        "parameters": {"workspace": place},
        "state": {"type": "RUNNING", "name": "Running"},
    }
    zombie = wait_for(lambda: ask(environment, "flow_runs/", running), "the zombie")
    token_for(published_register, "night", "clerk")
    long_ago = datetime.now(UTC) - timedelta(days=3)
    with own_ledger(load_workspace(published_register)) as ledger, ledger.write() as connection:
        connection.execute(update(tables.runs).values(started_at=long_ago))
    release = ["--release-cron", "0 5 * * *", "--release-account", "night"]
    served = subprocess.Popen(
        [REGCLEAN, "-w", published_register, "schedule", "--cron", "0 2 * * *", *release],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deployments = wait_for(
            lambda: (
                found
                if len(
                    found := {
                        d["name"].partition("-")[0]: d
                        for d in ask(environment, "deployments/filter", {})
                        if place in str(d)
                    }
                )
                == 2
                else None
            ),
            "both deployments",
        )
        assert deployments["release"]["parameters"]["account"] == "night"
        deployment = deployments["nightly"]
        times = [schedule["schedule"] for schedule in (*deployment["schedules"], *deployments["release"]["schedules"])]
        assert [(one["cron"], one["timezone"]) for one in times] == [
            ("0 2 * * *", "Europe/Helsinki"),
            ("0 5 * * *", "Europe/Helsinki"),
        ]
        # What a too new SQLAlchemy or FastAPI breaks silently: the cron deployment never schedules anything.
        scheduled = wait_for(
            lambda: ask(
                environment,
                "flow_runs/filter",
                {
                    "deployments": {"id": {"any_": [deployment["id"]]}},
                    "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
                },
            ),
            "a scheduled run",
        )
        assert all("T" in run["expected_start_time"] for run in scheduled)
        (swept,) = ask(environment, "flow_runs/filter", {"flow_runs": {"id": {"any_": [zombie["id"]]}}})
        assert swept["state"]["type"] == "CRASHED"
        # The served flow really runs: a night was missed, and is caught up on.
        caught_up = {"deployments": {"id": {"any_": [deployment["id"]]}}, "flow_runs": {"tags": {"all_": ["catch-up"]}}}

        def over() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = ask(environment, "flow_runs/filter", caught_up)
            ended = [run for run in found if run["state"]["type"] in ("COMPLETED", "FAILED", "CRASHED")]
            return found if ended else []

        final = wait_for(over, "the end of the night that was missed")
        assert [(run["state"]["type"], run["state"]["name"]) for run in final] == [("COMPLETED", "Completed")], final
        assert open_published(load_workspace(published_register))[1] == final[0]["state"]["message"]
        with own_ledger(load_workspace(published_register)) as ledger:
            assert not is_missed(ledger, published_register / "var", datetime.now(UTC) - timedelta(days=1))
    finally:
        os.killpg(served.pid, signal.SIGINT)
        served.wait(timeout=PATIENCE)


def test_a_server_of_its_own_serves_its_pages_to_whoever_knows_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    schedule = flow_module("schedule")
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    auth = tmp_path / "prefect" / "auth"
    with schedule._server(tmp_path):
        said = capsys.readouterr().out
        page = said.split()[1]
        assert page.startswith("http://127.0.0.1:")
        assert str(auth) in said
        assert auth.stat().st_mode & 0o077 == 0
        assert "<html" in httpx.get(page, follow_redirects=True).text.lower()
        asked = {"url": f"{page}/api/deployments/filter", "json": {}}
        assert httpx.post(**asked).status_code == 401
        user, password = auth.read_text().split(":")
        assert httpx.post(**asked, auth=(user, password)).status_code == 200
