"""A night that reads nothing anew is the same, row by row in every table, as one that reads everything."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from regclean.carry_over import typed_tables
from regclean.config import load_workspace
from regclean.domain.register import TABLES
from regclean.landing import LANDED
from regclean.night import STEPS, Night, open_night, open_published, run_night, take
from regclean.warehouse import rows

SMALL = Path(__file__).parents[1] / "data" / "small"
AS_OF = date(2026, 11, 1)
NOW = datetime(2027, 12, 1, 2, tzinfo=UTC)
_OTHER_EVERY_NIGHT = {"landed.reading"}


def night(root: Path, as_of: date = AS_OF, *, full: bool = False) -> Night:
    return run_night(load_workspace(root), as_of=as_of, now=NOW, full=full)


class GaveUpError(Exception):
    """A night was begun only to see how it begins."""


def content(root: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table of the night in force, row by row in its order; and the file of what was set aside."""
    warehouse, run_id = open_published(load_workspace(root))
    with warehouse.read(run_id) as connection:
        names = [
            f"{schema}.{name}"
            for schema, name in rows(connection, "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL")
        ]
        tables = {
            name: rows(connection, f"SELECT * FROM {name}") for name in names if name not in _OTHER_EVERY_NIGHT
        }  # the night's own
    quarantine = (root / "var/quarantine.csv").read_text(encoding="utf-8")
    return {**tables, "quarantine.csv": [(quarantine,)]}


@pytest.fixture(scope="module")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small register with what is treated after landing and after linking: protected lines, rows set aside, repeated keys."""
    root = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("carried") / "register"))
    customers = root / "in/customers.csv"
    text = customers.read_text(encoding="utf-8")
    second = text.splitlines()[1]
    customers.write_text(f"{text}{second}\n;{second.partition(';')[2]}\n", encoding="utf-8")
    lines = root / "in/bin_group_members.csv"
    first, *others = lines.read_text(encoding="utf-8").splitlines()
    name = first.split(";").index("name")
    cells = others[0].split(";")
    cells[name] += " (turvakielto)"
    lines.write_text("\n".join([first, ";".join(cells), *others[1:], ""]), encoding="utf-8")
    return root


def test_nights_that_carry_what_was_read_are_the_same_to_the_row_as_a_full_one(rough: Path, tmp_path: Path) -> None:
    night(rough)
    carried, full = (Path(shutil.copytree(rough, tmp_path / name)) for name in ("carried", "full"))
    day = AS_OF + timedelta(3)
    assert night(carried, AS_OF + timedelta(1)).carried
    again, anew = night(carried, day), night(full, day, full=True)
    assert (again.carried, anew.carried) == (True, False)
    assert [(step.name, step.rows) for step in again.steps] == [(step.name, step.rows) for step in anew.steps]
    assert again.notes == anew.notes
    assert again.landed == anew.landed
    ours, theirs = content(carried), content(full)
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    assert ours["main.name_marks"], "somebody was marked"
    assert len(ours["landed.quarantine"]) >= 2, "rows were set aside"


def would_carry(root: Path, as_of: date = AS_OF) -> bool:
    """Does a night that is given up after loading take over what the last one read?"""
    carried = False
    with suppress(GaveUpError), open_night(load_workspace(root), as_of=as_of, now=NOW) as begun:
        take(begun, STEPS[0])
        carried = begun.carried
        raise GaveUpError
    return carried


def test_nothing_is_carried_when_anything_that_was_read_has_changed(published_register: Path) -> None:
    assert would_carry(published_register), "nothing has changed"
    assert would_carry(published_register, AS_OF + timedelta(6))
    assert not would_carry(published_register, AS_OF + timedelta(7)), "longer than a week ago"
    assert not would_carry(published_register, AS_OF - timedelta(1)), "a day before the last one"
    config = published_register / "regclean.toml"
    before = config.read_text(encoding="utf-8")
    config.write_text(before + "\n[landing]\nfile_minutes = 9\n", encoding="utf-8")
    assert not would_carry(published_register), "a setting has changed"
    config.write_text(before, encoding="utf-8")
    assert would_carry(published_register)
    customers = published_register / "in/customers.csv"
    text = customers.read_text(encoding="utf-8")
    customers.write_text(text.replace("Savolainen", "Savolainenn"), encoding="utf-8")
    assert not would_carry(published_register), "a file has changed"


def test_what_is_carried_is_all_that_landing_and_standardising_write(published_register: Path) -> None:
    warehouse, run_id = open_published(load_workspace(published_register))
    with warehouse.read(run_id) as connection:
        found = rows(connection, "SELECT schema_name, table_name FROM duckdb_tables()")
        typed = set(typed_tables(connection))
    landed = {name for schema, name in found if schema == "landed"}
    assert landed == set(LANDED)
    assert set(TABLES) < landed
    assert set(TABLES) < typed
    assert not {"pairs", "clusters", "findings", "rule_hits"} & typed
