"""One DuckDB file a night: built aside, published by rename, opened read-only afterwards."""

from regclean.warehouse.database import LandedTables, Night, Warehouse, load_sql, rows, write_frame

__all__ = ["LandedTables", "Night", "Warehouse", "load_sql", "rows", "write_frame"]
