"""A workspace knows its ledger, its key and its nights: what is missing or another's is named, never begun anew."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from regclean.config import load_workspace
from regclean.config.identity import FILE
from regclean.config.secret import VARIABLE
from regclean.errors import ConfigError, RegcleanError, UnavailableError
from regclean.home import own_ledger
from regclean.ledger import open_ledger, runs
from regclean.night import Night, run_night
from regclean.warehouse import DamagedNightError, Warehouse

DAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 3, 2, tzinfo=UTC)


def night(root: Path, day: date = DAY, **options: Any) -> Night:
    return run_night(load_workspace(root), as_of=day, now=NOW, **options)


def held(root: Path) -> dict[str, bytes]:
    """What must not change where nothing may be begun: the nights, the key, the ledger's own file."""
    var = root / "var"
    files = [*(var / "warehouse").glob("*.duckdb"), *var.glob("secret.key"), *var.glob("ledger.db")]
    return {str(path.relative_to(var)): path.read_bytes() for path in files}


def lose_ledger(root: Path) -> None:
    for path in (root / "var").glob("ledger.db*"):
        path.unlink()


def empty_file(root: Path) -> None:
    lose_ledger(root)
    (root / "var" / "ledger.db").touch()


def fresh_ledger(root: Path) -> None:
    lose_ledger(root)
    open_ledger(f"sqlite:///{root}/var/ledger.db").close()


def fresh_ledger_and_no_memory(root: Path) -> None:
    fresh_ledger(root)
    (root / "var" / FILE).unlink()


def no_key(root: Path) -> None:
    (root / "var" / "secret.key").unlink()


def no_key_and_no_memory(root: Path) -> None:
    no_key(root)
    (root / "var" / FILE).unlink()


def another_key(root: Path) -> None:
    (root / "var" / "secret.key").write_text("ab" * 32)


def half_a_key(root: Path) -> None:
    (root / "var" / "secret.key").write_text("abc")


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lose_ledger, "ledger.db"),
        (empty_file, "ledger.db"),
        (fresh_ledger, "ledger.db"),
        (fresh_ledger_and_no_memory, "ledger.db"),
        (no_key, "secret.key"),
        (no_key_and_no_memory, "secret.key"),
        (another_key, "secret.key"),
        (half_a_key, "secret.key"),
    ],
)
def test_what_is_missing_or_anothers_stops_and_is_named(published_register: Path, harm: Any, says: str) -> None:
    harm(published_register)
    before = held(published_register)
    for _ in range(2):  # the second time finds nothing that the first one has left
        with pytest.raises(RegcleanError, match="Restore") as raised:
            night(published_register)
        assert says in str(raised.value)
        with pytest.raises(RegcleanError), own_ledger(load_workspace(published_register)):
            pass
    assert held(published_register) == before


def test_the_key_in_the_environment_is_known_too(published_register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "another")
    with pytest.raises(ConfigError, match=r"secret\.key"):
        night(published_register)


def test_another_workspaces_ledger_is_a_stranger(published_register: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(published_register, tmp_path / "other", ignore=shutil.ignore_patterns("var")))
    night(other)
    shutil.copy(other / "var" / "ledger.db", published_register / "var" / "ledger.db")
    before = held(published_register)
    with pytest.raises(ConfigError, match="not the ledger"):
        night(published_register)
    assert held(published_register) == before


def test_a_second_host_shares_the_ledger_when_it_has_the_key(published_register: Path, tmp_path: Path) -> None:
    workspace = load_workspace(published_register)
    host = tmp_path / "host"
    shutil.copytree(published_register, host, ignore=shutil.ignore_patterns("var"))
    settings = (host / "regclean.toml").read_text(encoding="utf-8")
    (host / "regclean.toml").write_text(f'{settings}\n[ledger]\nurl = "{workspace.ledger_url}"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"secret\.key"), own_ledger(load_workspace(host)):
        pass
    (host / "var").mkdir(exist_ok=True)
    shutil.copy(workspace.var / "secret.key", host / "var" / "secret.key")
    with own_ledger(load_workspace(host)) as ledger:
        assert runs.last_published(ledger) is not None
    assert (host / "var" / FILE).read_bytes() == (workspace.var / FILE).read_bytes()


def test_nights_that_a_ledger_does_not_know_are_never_swept(published_register: Path) -> None:
    nights = published_register / "var" / "warehouse"
    (first,) = nights.glob("*.duckdb")
    shutil.copy(first, nights / "2026-11-09-001.duckdb")
    night(published_register, date(2026, 11, 9), force=True)
    assert sorted(path.stem for path in nights.glob("2026*.duckdb"))[1:] == ["2026-11-09-001", "2026-11-09-002"]


# The last night's file --------------------------------------------------------------------------------------------------


def clusters(root: Path) -> list[tuple[str, str]]:
    workspace = load_workspace(root)
    with own_ledger(workspace) as ledger:
        last = runs.last_published(ledger)
    assert last is not None
    with Warehouse(workspace.var / "warehouse").read(last.run_id) as connection:
        return connection.sql("SELECT cluster_id, customer_no FROM clusters ORDER BY ALL").fetchall()


def cut_short(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 3)


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff" * 50_000)


def spoilt_inside(path: Path) -> None:
    """The header is whole, so the file opens; every block of data after it is not."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(3 * 4096 + 262_144)
        file.write(b"\0" * (size - 3 * 4096 - 262_144))


@pytest.mark.parametrize("harm", [garbage, spoilt_inside, Path.unlink])
def test_a_damaged_night_is_named_and_set_aside_and_the_next_one_goes_on(published_register: Path, harm: Any) -> None:
    before = clusters(published_register)
    folder = published_register / "var" / "warehouse"
    (last,) = folder.glob("*.duckdb")
    harm(last)
    with pytest.raises((DamagedNightError, UnavailableError), match=last.name):
        clusters(published_register)
    done = night(published_register)
    assert any(last.name in note for note in done.notes)
    assert clusters(published_register) == before
    assert not last.exists()
    if harm is not Path.unlink:
        assert [path.name for path in folder.glob("damaged-*")] == [f"damaged-{last.name}"]


def test_a_damaged_night_that_was_set_aside_is_of_no_further_concern(published_register: Path) -> None:
    (last,) = (published_register / "var" / "warehouse").glob("*.duckdb")
    cut_short(last)
    assert night(published_register).notes
    assert night(published_register, date(2026, 11, 3)).notes == []


def test_damage_that_shows_only_in_the_pairs_leaves_no_half_behind(
    published_register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = clusters(published_register)

    copied: list[str] = []

    def fails_at_clusters(connection: duckdb.DuckDBPyConnection, table: str) -> None:
        if table == "clusters":
            raise duckdb.Error("Corrupt database file: computed checksum 1 does not match stored checksum 2")
        copied.append(table)
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM last_night.{table}")  # ours

    monkeypatch.setattr("regclean.carry_over._copy_one", fails_at_clusters)
    assert night(published_register).notes
    assert "pairs" in copied
    assert clusters(published_register) == before


def test_damage_that_shows_only_in_the_typed_tables_is_read_anew(
    published_register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = clusters(published_register)

    def fails_at_sites(connection: duckdb.DuckDBPyConnection, table: str) -> None:
        if table == "sites":
            raise duckdb.Error("Corrupt database file: computed checksum 1 does not match stored checksum 2")
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM last_night.{table}")  # ours

    monkeypatch.setattr("regclean.carry_over._copy_one", fails_at_sites)
    done = night(published_register)
    assert done.notes
    assert not done.carried
    assert clusters(published_register) == before
