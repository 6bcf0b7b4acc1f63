"""The register's health, counted by hand; nobody under non-disclosure is in a number."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from regclean.config import load_workspace
from regclean.ledger import opened, runs
from regclean.quality.health import register_health
from regclean.warehouse import Warehouse, rows


def measures(root: Path, protected: list[str]) -> dict[str, float]:
    warehouse = Warehouse(root / "var" / "warehouse")
    with warehouse.read(warehouse.published()[-1]) as connection:
        return register_health(connection, as_of=date(2026, 11, 1), protected=protected)


def test_shares_are_those_of_the_table(published_register: Path) -> None:
    warehouse = Warehouse(published_register / "var" / "warehouse")
    with warehouse.read(warehouse.published()[-1]) as connection:
        states = rows(
            connection,
            "SELECT phone_state FROM customers WHERE NOT non_disclosure AND status IS DISTINCT FROM 'ended'",
        )
    given = [state for (state,) in states if state != "missing"]
    usable = [state for state in given if state in ("ok", "business")]
    found = measures(published_register, [])
    assert found["living_customers"] == len(states)
    assert found["filled_phone"] == pytest.approx(len(given) / len(states))
    assert found["valid_phone"] == pytest.approx(len(usable) / len(given))


def test_protected_customers_count_nowhere(published_register: Path) -> None:
    warehouse = Warehouse(published_register / "var" / "warehouse")
    with warehouse.read(warehouse.published()[-1]) as connection:
        everybody = [f"customers:{number}" for (number,) in rows(connection, "SELECT customer_no FROM customers")]
    found = measures(published_register, everybody)
    assert found["living_customers"] == 0
    assert "complaints_per_1000" not in found


def test_a_night_keeps_its_health(published_register: Path) -> None:
    with opened(load_workspace(published_register).ledger_url) as ledger:
        night = runs.last_published(ledger)
    assert night is not None
    assert {"valid_phone", "stale_customers", "bin_group_defects", "field_faults"} <= set(night.measures)
    assert not {"duplicates_left", "precision", "recall"} & set(night.measures), "nobody has measured it"
