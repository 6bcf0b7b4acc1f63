"""A night whose linkage would see what the last one saw takes over its pairs, clusters and member links.

Registers change little from night to night, lists still less; on most nights between two exports nothing changes at
all. What counts as the same: the typed tables, the decisions, the settings, the models, and the code and SQL that link.
`regclean run --full` carries nothing over.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from regclean.domain.findings import digest
from regclean.warehouse import is_damage, load_sql, rows

if TYPE_CHECKING:
    from regclean.night_state import Night

LINKED = ("pairs", "thresholds", "clusters", "member_links")
# The rooms whose code and SQL the linkage is made of. `standardise` holds the names and variants that it compares by,
# `warehouse` and `domain` the shape of what it reads, `sealing` how the ids that it compares are kept.
ROOMS = ("linkage", "standardise", "warehouse", "domain", "sealing.py", "resources.py")
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


def carry_over(night: Night) -> bool:
    """Copy last night's linkage when nothing that it rests on has changed; says whether it did."""
    if night.full or night.last is None or night.last.input_digest != linkage_digest(night):
        return False
    path = night.warehouse.path(night.last.run_id)
    if not path.exists():
        return False
    try:
        _copy(night.connection, str(path))
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        night.set_aside(night.last.run_id)
        for table in LINKED:
            night.connection.execute(f"DELETE FROM {table}")  # noqa: S608  # ours
        return False
    return True


def _copy(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    connection.execute(f"ATTACH '{path.replace(chr(39), chr(39) * 2)}' AS last_night (READ_ONLY)")
    try:
        for table in LINKED:
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM last_night.{table}")  # noqa: S608  # ours
    finally:
        connection.execute("DETACH last_night")
