"""Every route and command by everybody, on one's own, another's and protected objects: as `rights.py` says."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from argon2 import PasswordHasher

from regclean.accounts import local
from regclean.cli import app as commands
from regclean.cli.app import run
from regclean.review.web import slices

from rights import API, COMMANDS, EVERYBODY, PAGES, Line, lines  # isort: skip

NOBODY = None
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def routes(modules: list[Any]) -> set[str]:
    return {
        f"{method} {route.path}" for module in modules for route in module.router.routes for method in route.methods
    }


def test_every_route_has_its_rights_declared() -> None:
    assert routes(slices.pages()) == set(PAGES)
    assert routes(slices.apis()) == set(API)


def test_every_command_has_its_rights_declared() -> None:
    group: Any = typer.main.get_command(commands)
    found = {
        f"{name} {inner}".strip()
        for name, command in group.commands.items()
        for inner in getattr(command, "commands", {"": None})
    }
    assert found == set(COMMANDS)


def expected(line: Line, name: str | None) -> str:
    if name is None:
        return "nobody"
    for what in ("may", "none", "stop"):
        if name in getattr(line, what):
            return what
    return "no right"


@pytest.mark.parametrize(
    ("where", "what", "line"), lines(), ids=lambda value: value.about if isinstance(value, Line) else str(value)
)
def test_everybody_does_what_one_may_and_no_more(
    world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any, where: str, what: str, line: Line
) -> None:
    world.restore()
    before = world.kept()
    wrong = []
    for name in (NOBODY, *EVERYBODY):
        target = world.own.get(name, world.objects["others"]) if line.about == "own" else world.objects.get(line.about)
        if where == "command":
            answer = by_command(world, what, line, name, target or "", tmp_path, monkeypatch)
        else:
            answer = by_request(world, where, what, line, name, target or "")
        changed = world.kept() != before
        right = expected(line, name)
        if answer != right or changed != (line.writes and right == "may"):
            wrong.append((name, f"expected {right}", f"was {answer}", "changed" if changed else "unchanged"))
        if right == "may" or changed:
            world.restore()
    capfd.readouterr()
    assert wrong == []


def by_request(world: Any, where: str, what: str, line: Line, name: str | None, target: str) -> str:
    method, _, path = what.partition(" ")
    for part in ("finding_id", "decision_id", "batch_id", "sample_id", "customer_no"):
        path = path.replace(f"{{{part}}}", target)
    path = (
        path.replace("{step}", "next")
        .replace("{group}", "K04")
        .replace("{run_id}", "2026-11-01-001")
        .replace("{name}", "2026-11-01-001.html")
    )
    if where == "api":
        more = {"params": line.sent} if method in ("GET", "DELETE") else {"json": line.sent}
        answer = world.program(name).request(method, f"/api/v1{path}", **more)
    else:
        more = {"params": line.sent} if method == "GET" else {"data": line.sent}
        answer = world.browser(name).request(method, path, **more)
    if answer.status_code == 401 or answer.headers.get("location", "").startswith("/login?"):
        return "nobody"
    refused = {403: "no right", 404: "none", 409: "stop"}
    if answer.status_code in refused:
        return refused[answer.status_code]
    if answer.status_code >= 400:
        return str(answer.status_code)
    if where == "page" and name in line.stop:  # a batch's page tells what stopped it
        return "stop" if "notice problem" in world.browser(name).get(path.rpartition("/")[0]).text else "may"
    return "may"


def by_command(
    world: Any, what: str, line: Line, name: str | None, target: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    sent = [part.format(object=target, self=name or "nobody", folder=folder / "out") for part in line.sent]
    if what == "decide":
        (folder / "decisions.csv").write_text("finding_id,verdict,user,reason\n" + "\n".join(sent), encoding="utf-8")
        sent = ["--from", str(folder / "decisions.csv")]
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
        if name is not None:
            patched.setenv("REGCLEAN_TOKEN", world.tokens[name])
        said = io.StringIO()
        patched.setattr(sys.modules["regclean.cli.app"], "_say", said.write)
        code = int(run(["-w", str(world.folder), *what.split(), *sent]) or 0)
    if code == 2:
        kinds = {
            "nobody is signed in": "nobody",
            "accounts are made by": "nobody",
            "no right": "no right",
            "do not include": "no right",
            "there is no": "none",
        }
        return next((kind for words, kind in kinds.items() if words in said.getvalue()), said.getvalue())
    return {0: "may", 1: "stop"}[code]


def test_the_cells_are_many() -> None:
    """Objects of routes and commands, times people: so many cells are tried above."""
    assert len(lines()) * (len(EVERYBODY) + 1) >= 1_000


@pytest.fixture(autouse=True)
def _left_as_it_was(world: Any) -> Iterator[None]:
    yield
    world.restore()
