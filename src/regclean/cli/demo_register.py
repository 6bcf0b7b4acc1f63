"""The demo's register: a real database file, filled once from the clerks' exports, so that batches have where to go."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regclean.domain.register import TABLES
from regclean.resources import bundled

if TYPE_CHECKING:
    import duckdb

    from regclean.landing import LandingReport

REGISTER = "register.db"


def make_demo(folder: Path, *, fixture: Path | None = None) -> LandingReport | None:
    """Lay out the demo's workspace in `folder`: the shipped exports, the register read from them, a regclean.toml over it.

    Returns what was read; None when the workspace was there already (then nothing is touched). `fixture`: another
    workspace of files than the shipped one.
    """
    if (folder / "regclean.toml").exists():
        return None
    shutil.copytree(fixture or bundled("fixtures/register"), folder, dirs_exist_ok=True)
    settings = (folder / "regclean.toml").read_text(encoding="utf-8")
    (folder / "regclean.toml").rename(folder / "files.toml")
    building = folder / f"building-{REGISTER}"
    building.unlink(missing_ok=True)
    report = _import(folder, settings, building)
    building.replace(folder / REGISTER)
    (folder / "regclean.toml").write_text(_over_register(settings), encoding="utf-8")
    return report


def _import(folder: Path, settings: str, path: Path) -> LandingReport:
    import duckdb

    from regclean import landing
    from regclean.config import load_workspace, workspace_key
    from regclean.sealing import Seal
    from regclean.warehouse import create_tables

    (folder / "regclean.toml").write_text(settings, encoding="utf-8")
    try:
        workspace = load_workspace(folder)
        connection = duckdb.connect()
        try:
            create_tables(connection)
            report = landing.load(workspace, connection, {})
            write_register(connection, path, Seal(workspace_key(workspace.var)).opened)
        finally:
            connection.close()
    finally:
        (folder / "regclean.toml").unlink()
    return report


def write_register(
    connection: duckdb.DuckDBPyConnection, path: Path, opened: Callable[[str], str] = lambda text: text
) -> None:
    """Write the landed tables as a SQLite register: canonical tables, all text, as the clerks wrote it. `opened`: a sealed value, whole."""
    register = sqlite3.connect(path)
    try:
        for name, table in TABLES.items():
            columns = list(table.by_name)
            # Identifiers of our own declaration.
            register.execute(f"CREATE TABLE {name} ({', '.join(f'{column} TEXT' for column in columns)})")
            register.execute(f"CREATE INDEX {name}_key ON {name} ({table.keys[0]})")
            query = f"SELECT {', '.join(columns)} FROM landed.{name} ORDER BY rowid"  # noqa: S608  # our own names
            rows: list[Any] = connection.execute(query).fetchall()
            if name == "bin_group_members":
                rows = _numbered(rows, columns.index("bin_group_no"), columns.index("member_no"))
            rows = [[opened(value) if isinstance(value, str) else value for value in row] for row in rows]
            marks = ", ".join("?" for _ in columns)
            register.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608  # our own names
        register.commit()
    finally:
        register.close()


def _numbered(rows: list[Any], group: int, number: int) -> list[Any]:
    """Lists have no line numbers of their own; a register has: the line's place, as findings name it."""
    taken = {(row[group], row[number]) for row in rows}
    places: Counter[str] = Counter()
    numbered = []
    for row in rows:
        places[row[group]] += 1
        place = str(places[row[group]])
        own = row[number] or (f"L{place}" if (row[group], place) in taken else place)
        numbered.append((*row[:number], own, *row[number + 1 :]))
    return numbered


def _over_register(settings: str) -> str:
    """The workspace's settings without its files: the tables of the register instead."""
    head: list[str] = []
    for line in settings.splitlines():
        if line.startswith("[[source]]"):
            break
        head.append(line)
    while head and (head[-1].startswith("#") or not head[-1].strip()):
        head.pop()
    lines = [
        *head,
        "",
        "[register]                           # approved batches are applied to this database",
        'target = "sql"',
        f'url = "sqlite:///{REGISTER}"',
        "",
        "# What the clerks exported is in in/, and how it is read in files.toml; the register was filled from it once.",
    ]
    # A table that no file feeds stays empty in the register, and is no source.
    for name in (name for name in TABLES if f'table = "{name}"' in settings):
        query = f'query = "SELECT * FROM {name}"'  # noqa: S608  # our own names
        lines += ["[[source]]", f'table = "{name}"', f'url = "sqlite:///{REGISTER}"', query, ""]
    return "\n".join(lines)
