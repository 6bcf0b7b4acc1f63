"""Another key: what was kept under the old one is kept under the new, no decision is lost, and a kill leaves one of the two."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import select

from regclean import key_change, locks
from regclean.cli.app import run
from regclean.config import fingerprint, fresh_key, load_workspace, workspace_key
from regclean.errors import UsageError
from regclean.findings import unseal
from regclean.ledger import opened
from regclean.ledger.tables import findings, pair_decisions, sealed
from regclean.night import run_night
from regclean.rekeying import rotation

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


class KilledError(BaseException):
    """Nothing of ours catches it."""


STEPS = [
    (rotation, "change_night", False),
    (rotation, "change_ledger", False),
    (rotation, "append", False),
    (key_change, "_move_nights", True),
    (key_change, "_sign_anew", True),
    (key_change, "write_whole", True),
    (key_change, "remember", True),
]


@pytest.mark.parametrize(("module", "step", "taken"), STEPS, ids=[step for _, step, _ in STEPS])
def test_a_kill_before_any_step_leaves_one_key_that_opens_all(
    place: Path, monkeypatch: pytest.MonkeyPatch, module: Any, step: str, taken: bool
) -> None:
    old, words, said = workspace_key(place / "var"), words_of(place), decided(place)
    real = getattr(module, step)

    def killed(*arguments: Any, **more: Any) -> Any:
        if step == "write_whole" and arguments[0].name != "secret.key":
            return real(*arguments, **more)
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(module, step, killed)
        with pytest.raises(KilledError):
            rotate(place, "--confirm")
    assert run(["-w", str(place), "verify-audit"]) == 0  # any command finishes what was begun, or throws it away
    assert not (place / "var" / key_change.FOLDER).exists()
    assert (workspace_key(place / "var") != old) == taken
    assert decided(place) == said
    check_opens(place)
    assert bool(left_of(place, words)) != taken


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
