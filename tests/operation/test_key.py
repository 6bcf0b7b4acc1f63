"""Another key: what was kept under the old one is kept under the new, no decision is lost, and a kill leaves one of the two."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import func, select

from regclean import key_change, locks
from regclean.cli.app import run
from regclean.config import fingerprint, fresh_key, load_workspace, workspace_key
from regclean.errors import ConflictError, UsageError
from regclean.findings import unseal
from regclean.home import own_ledger
from regclean.ledger import append, opened, runs
from regclean.ledger.audit import Entry
from regclean.ledger.tables import audit, findings, pair_decisions, sealed
from regclean.night import STEPS, open_night, run_night, take
from regclean.night_state import Night

OUTPUTS = ("findings", "pairs", "clusters", "member-links")


@pytest.fixture(scope="module")
def rights() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patched:
        yield patched


@pytest.fixture(scope="module")
def once(
    _published_once: Path,
    tmp_path_factory: pytest.TempPathFactory,
    token_for: Callable[..., str],
    rights: pytest.MonkeyPatch,
) -> Path:
    """A workspace in which two customers, one with a national id, were told apart, and a finding was rejected."""
    root = Path(shutil.copytree(_published_once, tmp_path_factory.mktemp("key") / "register"))
    rights.setenv("REGCLEAN_TOKEN", token_for(root, "aino", "steward"))
    with opened(load_workspace(root).ledger_url) as ledger, ledger.read() as reading:
        of = findings.c
        knows = reading.execute(select(sealed.c.subject)).scalars().first()
        duplicates = select(of.finding_id).where(of.kind == "duplicate", of.subjects.contains(f'"{knows}"'))
        pair = reading.execute(duplicates).scalars().first()
        other = reading.execute(select(of.finding_id).where(of.rule == "K06")).scalar_one()
    assert pair is not None
    file = root / "decisions.csv"
    said = f"finding_id,verdict,user,reason\n{pair},different,aino,two people\n{other},reject,aino,wrong\n"
    file.write_text(said, encoding="utf-8")
    assert run(["-w", str(root), "decide", "--from", str(file)]) == 0
    file.unlink()
    rights.setenv("REGCLEAN_TOKEN", token_for(root, "keeper", "admin"))
    return root


@pytest.fixture
def place(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "register"))


def night(root: Path, day: int) -> None:
    run_night(load_workspace(root), as_of=date(2026, 11, day), now=datetime(2026, 11, day + 1, 2, tzinfo=UTC))


def rotate(root: Path, *more: str) -> Any:
    return run(["-w", str(root), "key", "rotate", *more])


def outputs(root: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    found = []
    for command in OUTPUTS:
        capsys.readouterr()
        assert run(["-w", str(root), command]) == 0
        found.append(re.sub(r"2026-11-\d\d-\d+", "night", capsys.readouterr().out))
    return found


def decided(root: Path) -> list[Any]:
    """What people have said, and what became of it."""
    with opened(load_workspace(root).ledger_url) as ledger, ledger.read() as reading:
        of, its = pair_decisions.c, findings.c
        pairs = reading.execute(select(of.customer_no_l, of.verdict, of.current, of.lapsed)).all()
        states = reading.execute(select(its.finding_id, its.state, its.present, its.reopened_because)).all()
    return sorted(map(tuple, [*pairs, *states]), key=str)


def words_of(root: Path) -> set[str]:
    """What the key makes of national ids: seals, hashes, and digests of records that hold such a hash."""
    found: set[str] = set()
    for path in (root / "var/warehouse").glob("*.duckdb"):
        with duckdb.connect(str(path), read_only=True) as file:
            said = file.execute("SELECT national_id FROM landed.customers WHERE national_id LIKE '%⟦%'").fetchall()
            found |= {seal for (text,) in said for seal in re.findall(r"⟦([0-9a-f]+)⟧", text)}
            found |= {text for (text,) in file.execute("SELECT national_id_hash FROM customers").fetchall() if text}
            known = {
                no
                for (no,) in file.execute(
                    "SELECT customer_no FROM customers WHERE national_id_hash NOT NULL"
                ).fetchall()
            }
            keyed = file.execute("SELECT evidence FROM findings WHERE rule = 'duplicate'").fetchall()
            basis = [json.loads(text)["basis"]["customers"] for (text,) in keyed]
            found |= {digest for one in basis for number, digest in one.items() if number in known}
    with opened(load_workspace(root).ledger_url) as ledger, ledger.read() as reading:
        found |= set(reading.execute(select(sealed.c.sealed)).scalars())
    return found


def left_of(root: Path, words: set[str]) -> list[str]:
    """Files of the workspace that hold one of the words, in any block."""
    files = [path for path in root.rglob("*") if path.is_file()]
    return sorted(path.name for path in files if any(word.encode() in path.read_bytes() for word in words))


def test_nothing_is_lost_and_nothing_is_left_under_the_old_key(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Path(shutil.copytree(place, tmp_path / "without"))
    words, old = words_of(place), workspace_key(place / "var")
    assert len(words) > 5
    before, said = outputs(place, capsys), decided(place)
    assert rotate(place) == 0  # only says what it touches
    assert workspace_key(place / "var") == old
    assert rotate(place, "--confirm") == 0, capsys.readouterr().err
    assert workspace_key(place / "var") != old
    assert left_of(place, words | {old.hex()}) == []
    assert outputs(place, capsys) == before
    assert decided(place) == said
    assert run(["-w", str(place), "verify-audit"]) == 0
    check_opens(place)
    for root in (place, other):
        night(root, 2)
    assert decided(place) == decided(other)
    assert outputs(place, capsys) == outputs(other, capsys)
    assert run(["-w", str(place), "verify-audit"]) == 0


def check_opens(root: Path) -> None:
    key = workspace_key(root / "var")
    with opened(load_workspace(root).ledger_url) as ledger, ledger.read() as reading:
        tokens = list(reading.execute(select(sealed.c.sealed)).scalars())
    assert tokens
    assert all(unseal(token, key) for token in tokens)


KILLED = {  # what is killed before it, and whether the new key is in force then
    "regclean.rekeying.rotation.change_night": False,
    "regclean.rekeying.rotation.change_ledger": False,
    "regclean.rekeying.rotation.append": False,
    "regclean.key_change._move_nights": True,
    "regclean.config.secret.key": True,  # the file, under its name
    "regclean.key_change.remember": True,
}
KILLING = """
import importlib, json, os, signal, sys
from regclean import key_change
from regclean.cli.app import run
import regclean.rekeying.rotation

def killed(*arguments, **more):
    os.kill(os.getpid(), signal.SIGKILL)

def rotate(root, step):
    module, name = step.rsplit(".", 1)
    if name == "key":
        write = key_change.write_whole
        key_change.write_whole = lambda path, *more: killed() if path.name == "secret.key" else write(path, *more)
    else:
        setattr(importlib.import_module(module), name, killed)
    run(["-w", root, "key", "rotate", "--confirm"])

for line in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(2, 1)
        rotate(*json.loads(line))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture
def rotate_killed() -> Iterator[Callable[[Path, str], int]]:
    """A function: workspace, step -> how the process ended that began to change its key and was killed before the step."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as host:
        asked, answers = host.stdin, host.stdout
        assert asked
        assert answers

        def kill(root: Path, step: str) -> int:
            asked.write(json.dumps([str(root), step]) + "\n")
            asked.flush()
            return int(answers.readline())

        yield kill


@pytest.fixture(params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest,
    place: Path,
    ledger_url: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    move_ledger: Callable[[Path, str], None],
) -> Path:
    """A workspace with its ledger beside it; or in PostgreSQL, with a copy of the night where other hosts read it."""
    if request.param == "postgresql":
        monkeypatch.setenv("LEDGER", url := ledger_url("postgresql"))
        move_ledger(place, url)
        with (place / "regclean.toml").open("a", encoding="utf-8") as file:
            file.write('\n[warehouse]\nshare = "shared"\n')
        (place / "shared").mkdir()
        for path in (place / "var/warehouse").glob("*.duckdb"):
            shutil.copy(path, place / "shared")
    return place


def test_a_kill_before_any_step_leaves_one_key_that_opens_all(
    served: Path, rotate_killed: Callable[[Path, str], int]
) -> None:
    said = decided(served)
    old, words = workspace_key(served / "var"), words_of(served)
    for step, taken in KILLED.items():
        assert rotate_killed(served, step) == -signal.SIGKILL, step
        assert run(["-w", str(served), "verify-audit"]) == 0, (
            step
        )  # any command finishes what was begun, or throws it away
        assert not (served / "var" / key_change.FOLDER).exists(), step
        new = workspace_key(served / "var")
        assert (new != old) == taken, step
        assert decided(served) == said, step
        check_opens(served)
        assert bool(left_of(served, words)) != taken, step
        if taken:
            old, words = new, words_of(served)


def test_nobody_writes_under_a_key_that_was_changed_meanwhile(served: Path) -> None:
    """Another host's page has the ledger open, and no lock of this one's."""
    place = load_workspace(served)
    with own_ledger(place) as ledger:
        assert rotate(served, "--confirm") == 0
        with ledger.read() as reading:
            before = reading.execute(select(func.count()).select_from(audit)).scalar_one()
        with pytest.raises(ConflictError, match="key was changed meanwhile") as told, ledger.write() as writing:
            append(writing, Entry(datetime(2026, 11, 2, tzinfo=UTC), "aino", "note", "workspace"))
        assert told.value.remedy
        with ledger.read() as reading:
            assert reading.execute(select(func.count()).select_from(audit)).scalar_one() == before
    with own_ledger(place) as ledger, ledger.write() as writing:
        append(writing, Entry(datetime(2026, 11, 2, tzinfo=UTC), "aino", "note", "workspace"))
    assert run(["-w", str(served), "verify-audit"]) == 0


def test_a_night_that_began_under_the_old_key_goes_no_further(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs on another host, which does not see this one's locks: the ledger alone is between them."""
    said, now = decided(place), datetime(2026, 11, 3, 2, tzinfo=UTC)

    def go_on(begun: Night) -> None:
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(locks, "held", lambda _: nullcontext(enter_result=True))
            assert rotate(place, "--confirm") == 0
        take(begun, STEPS[0])

    with (
        pytest.raises(ConflictError, match="key was changed meanwhile"),
        open_night(load_workspace(place), as_of=date(2026, 11, 2), now=now) as begun,
    ):
        go_on(begun)
    assert decided(place) == said
    check_opens(place)
    with own_ledger(load_workspace(place)) as ledger:
        last = runs.last_published(ledger)
        assert last is not None
        assert last.as_of == date(2026, 11, 1)


@pytest.mark.parametrize("name", [locks.NIGHT, locks.PAGE])
def test_it_waits_for_the_night_and_the_page(place: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    old = workspace_key(place / "var")
    with locks.held(place / "var" / name):
        assert rotate(place, "--confirm") == 1
    assert name in capsys.readouterr().err
    assert workspace_key(place / "var") == old


def test_a_key_in_the_environment_is_changed_there(
    once: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REGCLEAN_SECRET", "the first")
    with pytest.raises(UsageError, match="there is no new one"):
        fresh_key()
    monkeypatch.setenv("REGCLEAN_NEW_SECRET", "the second")
    assert fresh_key() == (hashlib.sha256(b"the second").digest(), False)
    monkeypatch.delenv("REGCLEAN_SECRET")
    assert run(["-w", str(once), "key", "status", "--json"]) == 0
    assert fingerprint(workspace_key(once / "var")) in capsys.readouterr().out
