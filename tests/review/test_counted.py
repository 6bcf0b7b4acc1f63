"""What nobody acts on one by one: counted on a page of its own, with a look into each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from sqlalchemy import insert

from regclean import findings
from regclean.ledger import Ledger
from regclean.ledger.tables import protected_subjects

COLUMNS = ("rule", "subjects", "summary")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [("F02", f'["customers:{number}:business_id"]', f"Number {number} has none.") for number in (1005, 1006)]
    frame = pl.DataFrame([*told, ("K22", '["bin_groups:K-1"]', "Not confirmed.")], schema=list(COLUMNS), orient="row")
    monkeypatch.setattr(findings, "figures", lambda *_: frame)


@pytest.mark.usefixtures("counted")
def test_each_rule_is_counted_and_looked_into(signed_in: Callable[[str], Any]) -> None:
    page = signed_in("steward")
    text = page.get("/counted").text
    assert text.index("/counted?rule=F02") < text.index("/counted?rule=K22")
    one = page.get("/counted?rule=F02").text
    assert 'href="/customer/1005"' in one
    assert "K-1" not in one
    assert "/counted" in page.get("/overview").text


@pytest.mark.usefixtures("counted")
def test_nobody_under_non_disclosure_is_among_them(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(insert(protected_subjects).values(subject="customers:1005", run_id="2026-11-01-001"))
    one = signed_in("steward").get("/counted?rule=F02").text
    assert "1005" not in one
    assert 'href="/customer/1006"' in one
    assert 'href="/customer/1005"' in signed_in("guardian").get("/counted?rule=F02").text
