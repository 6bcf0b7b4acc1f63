"""National ids at rest: after a night, decisions, a batch and an undo, no file under `var/` holds one whole.

They come in where they belong and where they do not; they go out in an export of the one that is changed, and nowhere
else.
"""

from __future__ import annotations

import csv
import itertools
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import create_engine, select, text

from regclean import batches
from regclean.config import load_workspace, workspace_key
from regclean.findings.decide import record
from regclean.findings.decision_file import DecisionLine
from regclean.home import own_ledger
from regclean.ledger.tables import batch_changes, findings
from regclean.night import run_night
from regclean.register import open_target
from regclean.sealing import Seal
from regclean.warehouse import Warehouse

SMALL = Path(__file__).parents[1] / "data" / "small"
NIGHT, NOW = "2026-11-01-001", datetime(2026, 11, 2, 9, tzinfo=UTC)
CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def artificial(day: str, number: int) -> str:
    """An id that nobody has: numbers from 900 on are given to nobody."""
    return f"{day}-{number}{CHECK[int(day + str(number)) % 31]}"


_numbers = itertools.count(903)
IDS = {
    name: artificial("130590", next(_numbers))
    for name in ("own", "moved", "name", "phone", "detail", "key", "row", "remark")
}
CLEAR = re.compile("|".join(re.escape(one[:-1]) for one in IDS.values()), re.IGNORECASE)


def add(root: Path, table: str, **cells: str) -> None:
    path = root / "in" / f"{table}.csv"
    with path.open(encoding="utf-8") as file:
        header = next(csv.reader(file, delimiter=";"))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, delimiter=";", restval="").writerow(cells)


def plant(root: Path) -> None:
    place = {"street_address": "Rauhalankatu 5", "postal_code": "70100", "city": "Kuopio"}
    # One person twice: the one that stays has no id, and is given the other's.
    same = {
        "name": "Kortelainen Kalervo",
        "birth_date": "13.5.1990",
        "phone": "040 512 3456",
        "email": "kale@example.fi",
    }
    add(root, "customers", customer_no="2001", **same, **place)
    add(root, "customers", customer_no="2002", national_id=IDS["moved"], **same, **place)
    add(root, "customers", customer_no="2003", name="Oma Onni", national_id=IDS["own"], **place)
    add(root, "customers", customer_no="2004", name=f"Nimi Niilo {IDS['name']}", **place)
    add(root, "customers", customer_no="2005", name="Puhelin Pirjo", phone=IDS["phone"].lower(), **place)
    add(root, "customers", customer_no=IDS["key"], name="Avain Aatu", **place)
    add(
        root,
        "evidence",
        customer_no="2003",
        signal="contact",
        observed_on="1.9.2026",
        detail=f"soitti, hetu {IDS['detail']}",
    )
    with (root / "in" / "customers.csv").open("a", encoding="utf-8") as file:
        file.write(f"2009;{IDS['row']}" + ";x" * 60 + "\n")


def in_clear(var: Path) -> list[str]:
    """Files that hold one, byte by byte, and tables that do: DuckDB packs texts, so each is asked."""
    found = [
        str(p.relative_to(var))
        for p in var.rglob("*")
        if p.is_file() and CLEAR.search(p.read_bytes().decode("latin-1"))
    ]
    for path in var.rglob("*.duckdb"):
        with duckdb.connect(str(path), read_only=True) as night:
            columns = night.execute(
                "SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal"
            ).fetchall()
            for schema, table, column in columns:
                texts = night.execute(f'SELECT CAST("{column}" AS TEXT) FROM "{schema}"."{table}"').fetchall()
                found += [f"{path.name}: {schema}.{table}.{column}" for (one,) in texts if one and CLEAR.search(one)]
    for path in var.rglob("*.db"):
        with sqlite3.connect(path) as ledger:
            found += [f"{path.name}: {line[:40]}" for line in ledger.iterdump() if CLEAR.search(line)]
    return sorted(set(found))


@pytest.fixture(scope="module")
def _planted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("ids") / "register"))
    plant(root)
    with (root / "regclean.toml").open("a", encoding="utf-8") as file:
        file.write("\n[landing]\nmax_quarantined_percent = 90\n")
    run_night(load_workspace(root), as_of=date(2026, 11, 1), now=NOW)
    return root


@pytest.fixture
def planted(_planted_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_planted_once, tmp_path / "register"))


def test_a_night_keeps_none_whole(planted: Path) -> None:
    assert in_clear(planted / "var") == []
    with Warehouse(planted / "var" / "warehouse").read(NIGHT) as night:
        sealed = night.execute("SELECT national_id FROM raw.customers WHERE key = '2003'").fetchone()
    assert sealed is not None
    assert sealed[0].startswith("130590-***")
    assert Seal(workspace_key(planted / "var")).opened(sealed[0]) == IDS["own"]


def test_a_second_night_sees_no_change_in_what_is_sealed(planted: Path) -> None:
    again = run_night(load_workspace(planted), as_of=date(2026, 11, 2), now=datetime(2026, 11, 3, 2, tzinfo=UTC))
    assert again.published is not None
    assert again.linked is None  # carried over: the sealed ids are as they were
    assert (again.published.total("new"), again.published.total("withdrawn")) == (0, 0)
    assert in_clear(planted / "var") == []


def merged_batch(root: Path, said: str) -> int:
    """A batch of the two records of one person, approved."""
    workspace = load_workspace(root)
    with own_ledger(workspace) as ledger:
        with ledger.read() as reading:
            query = select(findings.c.finding_id).where(
                findings.c.subjects.contains("customers:2002"), findings.c.kind == "duplicate"
            )
            finding = reading.execute(query).scalar_one()
        line = DecisionLine(1, "same", "aino", finding_id=finding, reason=said, choices={"survivor": "2001"})
        assert record(ledger, [line], NOW).taken == 1
        with Warehouse(workspace.var / "warehouse").read(NIGHT) as night:
            built = batches.build(ledger, night, workspace.config, as_of=date(2026, 11, 1), user="aino", now=NOW)
        assert built.batch_id is not None
        batches.approve(ledger, built.batch_id, user="helmi", now=NOW)
    return built.batch_id


def test_an_export_holds_the_id_that_it_changes_and_var_does_not(planted: Path, tmp_path: Path) -> None:
    number = merged_batch(planted, f"sama hetu {IDS['remark']}")
    workspace = load_workspace(planted)
    with own_ledger(workspace) as ledger:
        with ledger.read() as reading:
            kept = (
                reading.execute(select(batch_changes.c.after).where(batch_changes.c.column == "national_id"))
                .scalars()
                .all()
            )
        assert any(text and text.startswith("130590-***") for text in kept)
        shown = batches.show(ledger, number)
        assert not any(CLEAR.search(f"{line.before} {line.after}") for line in shown.lines)
        batches.export(workspace, ledger, number, tmp_path / "out", user="väinö", now=NOW)
    changes = (tmp_path / "out" / "changes.csv").read_text(encoding="utf-8-sig")
    assert f"national_id,,{IDS['moved']}" in changes
    assert "⟦" not in "".join(p.read_text(encoding="utf-8-sig") for p in (tmp_path / "out").iterdir())
    assert in_clear(planted / "var") == []


@pytest.fixture
def register(planted: Path, tmp_path: Path) -> Iterator[Callable[[], dict[str, str | None]]]:
    """A database as the register; a function: customer number -> its national id there."""
    url = f"sqlite:///{tmp_path}/register.db"
    engine = create_engine(url)
    with engine.begin() as connection:
        for path in (planted / "in").glob("*.csv"):
            with path.open(encoding="utf-8") as file:
                rows = list(csv.reader(file, delimiter=";"))
            header = rows[0]
            columns = ", ".join(f'"{name}" TEXT' for name in header)
            connection.execute(text(f'CREATE TABLE "{path.stem}" ({columns})'))
            values = ", ".join(f":c{n}" for n in range(len(header)))
            filled = [
                {f"c{n}": cell or None for n, cell in enumerate(row)} for row in rows[1:] if len(row) == len(header)
            ]
            if filled:
                connection.execute(text(f'INSERT INTO "{path.stem}" VALUES ({values})'), filled)
    settings = planted / "regclean.toml"
    settings.write_text(f'{settings.read_text()}\n[register]\ntarget = "sql"\nurl = "{url}"\n', encoding="utf-8")

    def held() -> dict[str, str | None]:
        with engine.connect() as connection:
            return {
                row[0]: row[1] for row in connection.execute(text("SELECT customer_no, national_id FROM customers"))
            }

    yield held
    engine.dispose()


def test_the_register_is_given_the_id_and_takes_it_back(
    planted: Path, register: Callable[[], dict[str, str | None]]
) -> None:
    number = merged_batch(planted, "sama")
    workspace = load_workspace(planted)
    before = register()
    target = open_target(workspace)
    assert target is not None
    with own_ledger(workspace) as ledger:
        assert {line.status for line in batches.show(ledger, number, target).lines} == {"ready"}
        assert batches.apply(ledger, target, number, user="väinö", now=NOW).state == "applied"
        assert register()["2001"] == IDS["moved"]
        assert in_clear(planted / "var") == []
        batches.undo(ledger, target, number, user="väinö", now=NOW)
    assert register() == before
    assert in_clear(planted / "var") == []
    target.close()


def test_an_id_is_not_typed_as_a_choice(planted: Path) -> None:
    with own_ledger(load_workspace(planted)) as ledger:
        with ledger.read() as reading:
            finding = (
                reading.execute(select(findings.c.finding_id).where(findings.c.kind == "duplicate")).scalars().first()
            )
        line = DecisionLine(
            1, "same", "aino", finding_id=finding, choices={"fields": {"name": f"Kalle {IDS['remark']}"}}
        )
        (refused,) = record(ledger, [line], NOW).refused
        assert "national id" in refused.why
    assert in_clear(planted / "var") == []


def test_an_id_that_no_rule_reads_links_by_one_slip_and_is_sealed(tmp_path: Path) -> None:
    """Under generic rules the text of an id is compared, also one that was mistyped: opened in memory alone."""
    root = tmp_path / "generic"
    (root / "in").mkdir(parents=True)
    people = [("1", "Anna Berg", "QX77391P"), ("2", "Anna Berg", "QX77392P")]
    people += [(str(n), f"Person{n} Other{n}", f"ZZ{n:06}K") for n in range(3, 60)]
    lines = [f"{number},{name},{known},12.3.1961,Oak street 5,70100,Kuopio" for number, name, known in people]
    header = "customer_no,name,national_id,birth_date,street_address,postal_code,city"
    (root / "in" / "c.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    (root / "regclean.toml").write_text(
        '[workspace]\nname = "x"\ncountry = "generic"\n[[source]]\ntable = "customers"\npath = "in/c.csv"\n',
        encoding="utf-8",
    )
    night = run_night(load_workspace(root), as_of=date(2026, 11, 1), now=NOW)
    with Warehouse(root / "var" / "warehouse").read(night.run_id) as connection:
        (explanation,) = connection.execute(
            "SELECT explanation FROM pairs WHERE customer_no_l = '1' AND customer_no_r = '2'"
        ).fetchone() or (None,)
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()"
        ).fetchall()
        kept = [str(connection.execute(f'SELECT * FROM "{s}"."{t}"').fetchall()) for s, t in tables]
    assert explanation is not None
    assert "one_edit" in explanation
    assert not [text for text in kept if "QX77391P" in text]
    assert not [p for p in (root / "var").rglob("*") if p.is_file() and b"QX77391P" in p.read_bytes()]
