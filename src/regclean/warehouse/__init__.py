"""One DuckDB file a night: built aside, published by rename, opened read-only afterwards."""

from regclean.warehouse.database import (
    DamagedNightError,
    LandedTables,
    NightDatabase,
    Warehouse,
    create_tables,
    is_damage,
    load_sql,
    parameters_of,
    rows,
    write_frame,
)

__all__ = [
    "DamagedNightError",
    "LandedTables",
    "NightDatabase",
    "Warehouse",
    "create_tables",
    "is_damage",
    "load_sql",
    "parameters_of",
    "rows",
    "write_frame",
]
