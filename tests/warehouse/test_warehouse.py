"""The night's file: invisible while it is built, immutable afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from regclean.domain.register import TABLES
from regclean.errors import InputError
from regclean.warehouse import Warehouse, rows, write_frame
from regclean.warehouse.database import LOCKDOWN


def publish(warehouse: Warehouse, run_id: str) -> None:
    with warehouse.build(run_id):
        pass
    warehouse.publish(run_id)


def test_a_night_is_invisible_until_published(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.build("2026-11-01-1") as night:
        write_frame(night.connection, "clusters", pl.DataFrame({"cluster_id": ["C"], "customer_no": ["1"]}))
        assert warehouse.published() == []
    with pytest.raises(InputError, match="regclean run"), warehouse.read(None):
        pass
    warehouse.publish("2026-11-01-1")
    with warehouse.read("2026-11-01-1") as connection:
        assert rows(connection, "SELECT * FROM clusters") == [("C", "1")]
        with pytest.raises(duckdb.Error):
            connection.execute("DELETE FROM clusters")


def test_what_a_killed_night_left_is_swept_and_only_that(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    publish(warehouse, "2026-11-01-1")
    with warehouse.build("2026-11-02-1"):
        pass
    warehouse.sweep(datetime.now(UTC))
    assert [path.name for path in tmp_path.glob("*.duckdb")] == ["2026-11-01-1.duckdb"]


def test_a_failed_night_that_is_kept_is_its_owners_and_goes_after_a_week(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.build("2026-11-02-1"):
        pass
    kept = warehouse.keep_failed("2026-11-02-1")
    assert kept is not None
    assert kept.stat().st_mode & 0o777 == 0o600
    assert warehouse.published() == []
    made = datetime.fromtimestamp(kept.stat().st_mtime, UTC)
    warehouse.sweep(made + timedelta(days=6))
    assert kept.exists()
    warehouse.sweep(made + timedelta(days=8))
    assert not kept.exists()


def test_extensions_are_locked_down(tmp_path: Path) -> None:
    with Warehouse(tmp_path).build("r") as night:
        settings = dict(rows(night.connection, "SELECT name, value FROM duckdb_settings()"))
        assert {name: settings[name] for name in LOCKDOWN} == LOCKDOWN
        assert settings["enable_progress_bar"] == "false", "the night has a display of its own"
        with pytest.raises(duckdb.Error):
            night.connection.execute("INSTALL httpfs")


def test_landed_has_every_canonical_column(tmp_path: Path) -> None:
    with Warehouse(tmp_path).build("r") as night:
        for table in TABLES.values():
            found = rows(
                night.connection,
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'landed' AND table_name = $t",
                {"t": table.name},
            )
            assert {name for (name,) in found} == {*table.by_name, "_file", "_row", "_hash"}


def test_write_frame_takes_no_sql_for_a_table_name(tmp_path: Path) -> None:
    with Warehouse(tmp_path).build("r") as night, pytest.raises(ValueError, match="not a table name"):
        write_frame(night.connection, "clusters; DROP TABLE pairs", pl.DataFrame())


def test_a_night_of_an_earlier_version_says_so(published_register: Path) -> None:
    warehouse = Warehouse(published_register / "var" / "warehouse")
    (run_id,) = warehouse.published()
    with pytest.raises(duckdb.BinderException), warehouse.read(run_id) as night:
        night.execute("SELECT nothing FROM evidence")
    with duckdb.connect(str(warehouse.path(run_id))) as connection:
        connection.execute("ALTER TABLE evidence DROP COLUMN touchpoint")
    with pytest.raises(InputError, match="earlier version") as caught, warehouse.read(run_id) as night:
        night.execute("SELECT touchpoint FROM evidence")
    assert "regclean run" in str(caught.value)
