"""A night whose linkage would see what the last one saw takes over its pairs, clusters and member links.

Registers change little from night to night, lists still less; on most nights between two exports nothing changes at
all. What counts as the same: the typed tables, the decisions, the settings, the models and the program. `regclean run
--full` carries nothing over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from regclean import __version__
from regclean.domain.findings import digest
from regclean.warehouse import is_damage, load_sql, rows

if TYPE_CHECKING:
    from regclean.night_state import Night

LINKED = ("pairs", "clusters", "member_links")


def linkage_digest(night: Night) -> str:
    """A digest of everything that the linkage of this night depends on."""
    models = night.workspace.var / "models"
    return digest(
        {
            "content": rows(night.connection, load_sql("linkage_digest"))[0][0],
            "decided": night.decided.sort(night.decided.columns).rows(),
            "settings": dict(night.workspace.config.section("linkage")),
            "country": night.workspace.config.country,
            "models": sorted(path.name for path in models.glob("*.json")),
            "program": [__version__, duckdb.__version__],
        }
    )


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
