"""A night that would read or link what the last one did takes over what came of it, whole or not at all.

Registers change little from night to night, lists still less; on most nights between two exports nothing changes at all.

What was read (the landed and the typed tables) rests on the files, the configuration, the workspace's key and the program, and
holds until the first day on which a comparison with the day of the night would come out differently; at most for a week, so that what
`standardise.Memory` keeps is gone through. What was linked (pairs, clusters, member links) rests on the typed tables, the decisions,
the settings, the models, and the code and SQL that link. `regclean run --full` carries nothing over.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from regclean import landing
from regclean.config import derived_key, workspace_key
from regclean.domain.findings import digest
from regclean.warehouse import is_damage, load_sql, rows

if TYPE_CHECKING:
    from regclean.night_state import Night

LINKED = ("pairs", "thresholds", "clusters", "member_links")
# Written after linking; every other table of a night's main schema is standardising's.
LATER = ("reported", "rule_hits", "findings", "hidden_subjects", "search_subjects", "search_terms")
# The rooms whose code and SQL the linkage is made of. `standardise` holds the names and variants that it compares by,
# `warehouse` and `domain` the shape of what it reads, `sealing` how the ids that it compares are kept.
ROOMS = ("linkage", "standardise", "warehouse", "domain", "sealing.py", "resources.py")
LONGEST = timedelta(days=7)
# A night of an earlier version has none.
_HAS_READING = (
    "SELECT 1 FROM duckdb_tables() WHERE (database_name, schema_name, table_name) = ('last_night', 'landed', 'reading')"
)
GUESTS = ("duckdb", "splink", "polars", "numpy")


def linkage_digest(night: Night) -> str:
    """A digest of everything that the linkage of this night depends on."""
    models = night.workspace.var / "models"
    return digest(
        {
            "content": rows(night.connection, load_sql("linkage_digest"))[0][0],
            "decided": night.decided.sort(night.decided.columns).rows(),
            "settings": dict(night.workspace.config.section("linkage")),
            "country": night.workspace.config.country,
            "models": {path.name: _of_file(path) for path in sorted(models.glob("*.json"))},
            "program": _program(),
        }
    )


@cache
def reading_digest() -> str:
    """A digest of everything that the answer of a value rule depends on beside the value."""
    rooms = {room: folder_digest(Path(__file__).with_name(room)) for room in ("standardise", "domain", "sealing.py")}
    return digest([rooms, sys.version, metadata.version("polars")])


@cache
def _program() -> dict[str, str]:
    """The version of each guest, and a digest of each room as this process has it. Not the product's own version number:
    that stays while somebody changes a threshold.
    """
    return {guest: metadata.version(guest) for guest in GUESTS} | {
        room: folder_digest(Path(__file__).with_name(room)) for room in ROOMS
    }


def folder_digest(folder: Path) -> str:
    """A digest of every file below a folder, by name and content; what Python compiled is left aside. A file is its own."""
    files = sorted(path for path in (folder, *folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return digest([[path.relative_to(folder).as_posix(), _of_file(path)] for path in files])


def _of_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class Read:
    """What standardising said beside its tables: the rows that it set aside (table_name, file, …), what is to be told, and how many
    rows it typed.
    """

    rejected: pl.DataFrame
    notes: list[str]
    rows: int


def carry_landed(night: Night) -> bool:
    """Copy what the last night landed, when reading would give the same again; says whether it did.

    What standardising set aside of it waits for `carry_typed`.
    """
    if night.full or night.last is None:
        return False
    with _last_night(night) as there:
        if not there or not rows(night.connection, _HAS_READING):
            return False
        reading = rows(night.connection, "SELECT rests_on, holds_until, set_aside, said FROM last_night.landed.reading")
        known = rows(night.connection, "SELECT file, sha256 FROM last_night.landed.files")
        if [(rests_on, until > night.as_of >= night.last.as_of) for rests_on, until, *_ in reading] != [
            (_reading_rests_on(night), True)
        ] or landing.files_now(night.workspace) != {re.sub("#.*", "", file): sha256 for file, sha256 in known}:
            return False
        _copy(night.connection, (f"landed.{name}" for name in landing.LANDED))
        _keep_first(night.connection, "landed.quarantine", reading[0][2])
        landing.write_quarantine(night.workspace, night.connection)
        night.landed = landing.kept_report(night.connection, json.loads(reading[0][3])["files"])
        return True
    return False


def carry_typed(night: Night) -> Read | None:
    """Copy the typed tables that the last night made of what `carry_landed` has copied; None where it could not be."""
    with _last_night(night) as there:
        if not there:
            return None
        ((set_aside, marks, said),) = rows(night.connection, "SELECT set_aside, marks, said FROM landed.reading")
        _copy(night.connection, typed_tables(night.connection))
        # What linking added is taken back: tonight's own adds it.
        night.connection.execute(load_sql("forget_linked_marks"), {"marks": marks})
        _keep_first(night.connection, "name_marks", marks)
        query = "SELECT * FROM last_night.landed.quarantine ORDER BY rowid OFFSET $n"
        rejected = night.connection.sql(query, params={"n": set_aside}).pl()
        landing.quarantine(night.workspace, night.connection, rejected)
        return Read(rejected, json.loads(said)["notes"], json.loads(said)["rows"])
    return None


def note_reading(night: Night, read: Read, *, set_aside: int, holds_until: date) -> None:
    """Note in the night's file what its landed and typed tables rest on. `set_aside`: rows in quarantine when they had landed."""
    report = night.landed or landing.LandingReport(())
    files = {f"{one.table}:{one.file}": one.notes for one in report if one.notes}
    night.connection.execute(
        "INSERT INTO landed.reading SELECT $rests_on, $until, $set_aside, count(*), $said FROM name_marks",
        {
            "rests_on": _reading_rests_on(night),
            "until": min(holds_until, night.as_of + LONGEST),
            "set_aside": set_aside,
            "said": json.dumps({"files": files, "notes": read.notes, "rows": read.rows}, ensure_ascii=False),
        },
    )


def typed_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables of a night that standardising fills."""
    query = """
        SELECT table_name FROM duckdb_tables()
        WHERE database_name = current_database() AND schema_name = 'main' AND NOT temporary ORDER BY ALL
    """
    return [name for (name,) in rows(connection, query) if name not in (*LINKED, *LATER)]


def _reading_rests_on(night: Night) -> str:
    """A digest of everything but the files and the day that landed and typed tables depend on."""
    config, root = night.workspace.config, night.workspace.root
    streets = config.section("addresses")["street_names"]
    beside = [*(source.mapping for source in config.sources), root / streets if streets else None]
    return digest(
        {
            "settings": {name: dict(section) for name, section in config.sections.items()},
            "sources": [asdict(source) for source in config.sources],
            "beside": [_of_file(path) if path and path.is_file() else None for path in beside],
            "key": derived_key(workspace_key(night.workspace.var), "what was read").hex(),
            "program": _reader(),
        }
    )[:40]


@cache
def _reader() -> dict[str, str]:
    """All of this program, and the versions of what it asks for, where they are installed."""
    names = {re.split(r"[^\w-]", one)[0] for one in metadata.requires("regclean") or () if "extra ==" not in one}
    guests = {name: metadata.version(name) for name in sorted(names)}
    return guests | {"regclean": folder_digest(Path(__file__).parent), "python": sys.version}


def carry_over(night: Night) -> bool:
    """Copy last night's linkage when nothing that it rests on has changed; says whether it did."""
    if night.full or night.last is None or night.last.input_digest != linkage_digest(night):
        return False
    with _last_night(night) as there:
        if there:
            _copy(night.connection, LINKED)
            return True
    return False


@contextmanager
def _last_night(night: Night) -> Iterator[bool]:
    """The file of the last night as `last_night`, for the length of a `with` block; false where there is none.

    A damaged one is set aside, what was copied from it is forgotten, and the block ends.
    """
    path = night.warehouse.path(night.last.run_id) if night.last else None
    if night.last is None or path is None or not path.exists():
        yield False
        return
    try:
        night.connection.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS last_night (READ_ONLY)")
        try:
            yield True
        finally:
            night.connection.execute("DETACH last_night")
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        night.set_aside(night.last.run_id)


def _keep_first(connection: duckdb.DuckDBPyConnection, table: str, n: int) -> None:
    last = f"SELECT rowid FROM {table} ORDER BY rowid OFFSET $n"  # noqa: S608  # a table of ours; the rest is bound
    connection.execute(f"DELETE FROM {table} WHERE rowid IN ({last})", {"n": n})  # noqa: S608  # a table of ours; the rest is bound


def _copy(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Copy whole tables of the last night, row by row in their order; of all of them nothing where one cannot be read."""
    copied: list[str] = []
    try:
        for table in tables:
            copied.append(table)
            connection.execute(f"DELETE FROM {table}")  # noqa: S608  # a table of ours; the rest is bound
            _copy_one(connection, table)
    except duckdb.Error:
        for table in copied:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608  # a table of ours; the rest is bound
        raise


def _copy_one(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM last_night.{table}")  # noqa: S608  # a table of ours; the rest is bound
