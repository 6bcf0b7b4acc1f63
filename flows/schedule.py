"""Serves the nightly flow on a schedule, beside a Prefect server that it starts when none is configured."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any, cast
from uuid import UUID

import httpx
import prefect
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import load_flow_from_entrypoint
from prefect.schedules import Schedule
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.states import Crashed

from regclean.config import Workspace, load_workspace
from regclean.errors import RegcleanError
from regclean.home import own_ledger
from regclean.operation import alerts, is_missed, serving
from regclean.resources import flow_module, write_whole

FLOWS = ["regclean-nightly", "regclean-release"]
READY_SECONDS = 90
WATCH_SECONDS = 300
PORT = 4200  # Prefect's own; another where somebody has it
ACCOUNT = "regclean"  # whom the server's pages ask for; the password is in the file AUTH
AUTH = "auth"
CAUGHT_UP = flow_module("nightly").CAUGHT_UP
due = flow_module("due")


def serve(workspace: Path, cron: str, *, release_cron: str | None = None, release_account: str | None = None) -> None:
    """Serve the night, and with `release_cron` the release of approved batches as `release_account`, until stopped.

    Both are in the workspace's time zone. One run at a time; runs that a kill left running are ended first, and a night that was
    missed is caught up on. Errors: UsageError for what is no cron line, ConflictError when another process serves it.
    """
    place, now = load_workspace(workspace), datetime.now(UTC)
    zone = place.config.timezone
    times = [due.schedule(line, zone) for line in (cron, release_cron) if line]
    with serving(place.var, cron, zone.key, now), _server(place.var):
        sweep_zombies(workspace)
        deployments = [_deployment("nightly", workspace, times[0], cron=cron)]
        if release_cron:
            deployments.append(_deployment("release", workspace, times[1], account=release_account))
        _catch_up(place, deployments[0], due.last_due(cron, zone, now))
        Thread(target=_watch, args=(place,), daemon=True).start()
        prefect.serve(*deployments, limit=1, pause_on_shutdown=False, print_starting_message=False)


def _watch(place: Workspace) -> None:
    """Look from time to time whether somebody is to be told: a night that never begins tells nobody itself."""
    while place.config.section("alerts")["to"]:
        try:
            with own_ledger(place) as ledger:
                alerts.tell(place, ledger, datetime.now(UTC))
        except Exception as error:  # the schedule goes on; the next look is soon
            logging.getLogger("regclean.operation").warning("alerts could not be told (%s)", type(error).__name__)
        time.sleep(WATCH_SECONDS)


def _catch_up(place: Workspace, nightly: RunnerDeployment, missed: datetime | None) -> None:
    """Ask for one night where the last one that was due has not begun; asked again for the same one, the server has it already."""
    with own_ledger(place) as ledger:
        if missed is None or not is_missed(ledger, place.var, missed):
            return
    deployment = cast(UUID, nightly.apply())
    with get_client(sync_client=True) as client:
        client.create_flow_run_from_deployment(
            deployment, tags=[CAUGHT_UP], idempotency_key=f"{CAUGHT_UP} {deployment} {missed.isoformat()}"
        )


def _deployment(name: str, workspace: Path, times: Schedule, **parameters: str | None) -> RunnerDeployment:
    place = str(workspace.resolve())
    flow: Flow[Any, Any] = load_flow_from_entrypoint(f"{Path(__file__).with_name(f'{name}.py')}:{name}")
    return cast(
        RunnerDeployment,
        flow.to_deployment(
            # A server knows a deployment by its name: that of another workspace would take its place.
            name=f"{name}-{sha256(place.encode()).hexdigest()[:8]}",
            schedule=times,
            parameters={"workspace": place, **parameters},
            # A second one is refused, not kept waiting: the first one's end is no reason to run it again.
            concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
            tags=["regclean", name],
        ),
    )


def sweep_zombies(workspace: Path) -> int:
    """End the runs of this workspace that the server still believes to be running; returns how many.

    Call it before serving: whoever ran them is gone, or holds the workspace's lock and will be refused anyway.
    """
    with get_client(sync_client=True) as client:
        left = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=FLOWS)),
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(
                    type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
                )
            ),
        )
        mine = [run for run in left if run.parameters.get("workspace") == str(workspace.resolve())]
        for run in mine:
            client.set_flow_run_state(run.id, Crashed(message="The process that ran it is gone."), force=True)
    return len(mine)


@contextmanager
def _server(var: Path) -> Iterator[None]:
    """The configured server, or one of our own on the loopback address, with its data in `var/prefect`.

    Ours asks for a name and a password: whoever else works on this machine starts no night. Its address is printed.
    """
    if PREFECT_API_URL.value():
        yield
        return
    home = var / "prefect"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    auth, port = _auth(home / AUTH), _free_port()
    page = f"http://127.0.0.1:{port}"
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(  # noqa: S603  # our own interpreter, fixed arguments
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--ui"],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "PREFECT_HOME": str(home),
                "PREFECT_SERVER_API_AUTH_STRING": auth,
                "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            },
        )
        try:
            _wait(f"{page}/api", server, home / "server.log")
            # For the processes that run the flow.
            os.environ |= {"PREFECT_API_URL": f"{page}/api", "PREFECT_API_AUTH_STRING": auth}
            with temporary_settings({PREFECT_API_URL: f"{page}/api", PREFECT_API_AUTH_STRING: auth}):
                print(f"Prefect: {page}  (asks for what stands in {home / AUTH})", flush=True)  # noqa: T201  # says where
                yield
        finally:
            server.terminate()
            server.wait()


def _auth(file: Path) -> str:
    """`user:password` of this workspace's server, made once, its owner's alone."""
    if not file.exists():
        write_whole(file, f"{ACCOUNT}:{secrets.token_urlsafe(24)}")
    return file.read_text(encoding="utf-8").strip()


def _free_port() -> int:
    """Prefect's own port, so that its address stays the same from day to day; any other where that is taken."""
    for port in (PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RegcleanError("there is no free port on this machine.")


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise RegcleanError("the Prefect server did not start.", file=log, remedy="Its log says why.")
