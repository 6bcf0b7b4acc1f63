"""What was put right or thrown away in reading is told, with what the cell should hold; a repaired value stays as it is."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclean.standardise import Options, standardise_tables
from regclean.standardise.text import clean_text

OPTIONS = Options(country="fi", accept_test_ids=True, as_of=date(2026, 11, 1), id_key=b"x", processes=1)


def repaired(column: str, text: str, **others: str) -> list[tuple[str, str | None]]:
    row = {"customer_no": "1", column: text, "_file": "c.csv", "_row": 2, "_hash": "h"} | others
    told = standardise_tables({"customers": pl.DataFrame([row])}, OPTIONS).tables["repairs"]
    assert set(told["column_name"]) <= {column}
    return list(told.select("how", "after").iter_rows())


@pytest.mark.parametrize(
    ("column", "text", "how", "after"),
    [
        ("name", "MÃ¤kinen Esa", "letters", "Mäkinen Esa"),
        ("name", "Virta\u00adnen Esa", "letters", "Virtanen Esa"),
        ("street_address", "M{kel{nkatu 2", "letters", "Mäkelänkatu 2"),
        ("phone", "401234567", "zero", "+358401234567"),
        ("phone_2", "4.01234567E+08", "zero", "+358401234567"),
        ("phone", "0500 000000", "placeholder", None),
        ("phone", "ei ole", "placeholder", None),
        ("email", "esa(at)posti.example", "sign", "esa@posti.example"),
        ("email", "esa @posti.example", "sign", "esa@posti.example"),
        ("email", "-", "placeholder", None),
        ("street_address", "tuntematon", "placeholder", None),
        ("city", "#N/A", "placeholder", None),
    ],
)
def test_a_repair_is_told(column: str, text: str, how: str, after: str | None) -> None:
    assert repaired(column, text) == [(how, after)]
    if after is not None:
        assert repaired(column, after) == []


def test_a_lost_zero_of_a_postcode_is_told_where_the_town_agrees() -> None:
    assert repaired("postal_code", "100", city="Helsinki") == [("zero", "00100")]
    assert repaired("postal_code", "100", city="Kuopio") == []


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("name", "Mäkinen  Esa"),
        ("name", " Mäkinen Esa "),
        ("phone", "040 123 4567"),
        ("phone", "401234567 / 0502223333"),
        ("phone", "12345"),
        ("email", "A.B@Posti.Example"),
        ("email", "a(at)b.example, c@d.example"),
        ("postal_code", "20100"),
        ("iban", "FI2112345600000785"),
    ],
)
def test_what_was_only_read_is_not(column: str, text: str) -> None:
    assert repaired(column, text) == []


@given(st.text(max_size=30))
def test_a_repaired_text_repairs_to_itself(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
