"""One DuckDB file a night: built aside, published by rename, opened read-only afterwards."""

from regclean.warehouse.about import about_customer, typed_key
from regclean.warehouse.comments import finish
from regclean.warehouse.database import (
    KEPT_NIGHTS,
    DamagedNightError,
    LandedTables,
    NightDatabase,
    Warehouse,
    create_tables,
    is_damage,
    load_sql,
    parameters_of,
    registered,
    rows,
    temp_table,
    write_frame,
)

__all__ = [
    "KEPT_NIGHTS",
    "DamagedNightError",
    "LandedTables",
    "NightDatabase",
    "Warehouse",
    "about_customer",
    "create_tables",
    "finish",
    "is_damage",
    "load_sql",
    "parameters_of",
    "registered",
    "rows",
    "temp_table",
    "typed_key",
    "write_frame",
]
