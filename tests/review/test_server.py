"""The page as it is served: a real process, its address, and what it prints."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from regclean.config import load_workspace
from regclean.review.web import server

PATIENCE = 60  # seconds; a slow machine is no fault
START = "import sys; from regclean.cli import main; sys.argv = ['regclean', *sys.argv[1:]]; main()"
DEMO = (
    "import sys; from pathlib import Path; from regclean.cli.people import make_demo_people, serve_demo;"
    "folder = Path(sys.argv[1]); make_demo_people(folder); serve_demo(folder)"
)


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        [sys.executable, "-u", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield started
    finally:
        started.terminate()
        started.communicate(timeout=PATIENCE)


def printed_until_address(started: subprocess.Popen[str]) -> tuple[str, list[str]]:
    """The address, and the lines up to it."""
    lines: list[str] = []
    assert started.stdout is not None
    for line in started.stdout:
        lines.append(line)
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found:
            return found.group(), lines
    raise AssertionError("".join(lines))


def test_serve_prints_its_address_and_answers_there(published_register: Path) -> None:
    with process("-c", START, "-w", str(published_register), "serve", "--port", "0") as started:
        address, _ = printed_until_address(started)
        assert started.stdout is not None
        assert "Nobody can sign in yet" in started.stdout.readline()
        assert "user add NAME --role admin" in started.stdout.readline()
        answer = httpx.get(f"{address}/login", timeout=PATIENCE)
        assert answer.status_code == 200
        assert "server" not in answer.headers
        # Whoever asks from this machine is no proxy: its word on the scheme or the client's address is not taken.
        said = httpx.get(
            f"{address}/login",
            headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.1"},
            timeout=PATIENCE,
        )
        assert "__Host-" not in said.headers["set-cookie"]
        evil = httpx.get(f"{address}/login", headers={"Host": "evil.example"}, timeout=PATIENCE)
        assert evil.status_code == 400


def test_the_one_who_sends_closes_a_connection_first(published_register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Browsers and proxies keep one for up to a minute; a server that closes sooner loses what is just being sent."""
    kept = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, **_: kept.append(self.config.timeout_keep_alive))
    server.serve(load_workspace(published_register), "127.0.0.1", 0, ready=lambda _: None)
    assert kept[0] > 60


def test_a_port_that_is_taken_is_said(published_register: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-c", START, "-w", str(published_register), "serve", "--port", port],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_prints_people_who_can_sign_in(published_register: Path) -> None:
    """Also when port 8000 is taken: it moves on to the next one."""
    with socket.socket() as taken:
        try:
            taken.bind(("127.0.0.1", 8000))
            taken.listen()
        except OSError:
            pass  # somebody else has it, which is as good
        with process("-c", DEMO, str(published_register)) as started:
            address, lines = printed_until_address(started)
            assert not address.endswith(":8000")
            user, password = next(line.split()[:2] for line in lines if line.startswith("aino"))
            with httpx.Client(base_url=address, timeout=PATIENCE) as client:
                token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
                assert token
                form = {"csrf_token": token.group(1), "user": user, "password": password, "to": "/account"}
                assert client.post("/login", data=form).status_code == 303
                assert client.get("/account").status_code == 200
