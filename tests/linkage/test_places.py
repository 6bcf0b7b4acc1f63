"""Which two addresses are one place, one in the other, or two homes of one house number."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from customer_register import FIRST, Register, link
from stored import STORED

ONE, WITHIN, OTHER = "same_place_2", "same_site_flat_missing", "same_site_other_flat"
# House (9, its letter 9c, its stair 9 c) and flat.
PLACES = [
    ("9|", "9|", ONE),
    ("9 c|2", "9 c|2", ONE),
    ("9 c|", "9 c|", ONE),
    # A letter without a flat behind it may be the house's or the stair's.
    ("9c|", "9 c|", ONE),
    ("9c|2", "9 c|2", ONE),
    ("9|", "9|2", WITHIN),
    ("9|", "9 c|2", WITHIN),
    ("9|", "9 c|", WITHIN),
    ("9 c|", "9 c|2", WITHIN),
    # A stair that was left out is no other flat.
    ("9|2", "9 c|2", WITHIN),
    ("9b|2", "9b c|2", WITHIN),
    # Nor is a building, or whatever else stands behind the flat ("9 rak. 2 B 4").
    ("9 b|4", "9 b|4 rakennus 2", WITHIN),
    ("9|4", "9 b|4 rakennus 2", WITHIN),
    ("9 b|", "9 b|4 rakennus 2", WITHIN),
    ("9 2|4", "9 b|4 rakennus 2", WITHIN),
    ("9 2|", "9 b|4 rakennus 2", WITHIN),
    ("9 b|4", "9 b|4 sisapiha", WITHIN),
    ("9 b|4 rakennus 1", "9 b|4 rakennus 2", OTHER),
    ("9 1|4", "9 b|4 rakennus 2", OTHER),
    ("9 b|3", "9 b|4 rakennus 2", OTHER),
    ("9 c|4", "9 b|4 rakennus 2", OTHER),
    ("9|2", "9 c|3", OTHER),
    ("9 c|2", "9 d|2", OTHER),
    ("9 c|2", "9 c|3", OTHER),
    ("9 c|", "9 d|", OTHER),
    ("9 c|", "9 d|2", OTHER),
    ("9c|", "9d|", OTHER),
    ("9c|2", "9d|2", OTHER),
    ("9c|", "9d|2", OTHER),
    ("9|", "9c|", OTHER),
]


@pytest.fixture(scope="module")
def linked() -> duckdb.DuckDBPyConnection:
    """Each pair of places with one customer at both."""
    register = Register()
    for number, (left, right, _) in enumerate(PLACES):
        for side, place in (("a", left), ("b", right)):
            register.person(
                f"{number}{side}",
                "Sirpa",
                f"Aho{number}",
                birth_date=date(1971, 1, 1),
                at=f"kivitie{number}|{place}|20300",
            )
    connection = register.connect()
    link(connection, STORED)
    return connection


@pytest.mark.parametrize(("number", "level"), [(at, level) for at, (_, _, level) in enumerate(PLACES)])
def test_a_building_or_stair_of_its_own_is_another_home(
    linked: duckdb.DuckDBPyConnection, number: int, level: str
) -> None:
    query = "SELECT explanation FROM pairs WHERE customer_no_l = $1 AND customer_no_r = $2"
    [(text,)] = linked.execute(query, [f"{number}a", f"{number}b"]).fetchall()
    assert [reason for reason in json.loads(text)["reasons"] if reason.startswith("address.")] == [f"address.{level}"]


def test_one_name_in_two_homes_of_one_house_is_asked(tmp_path: Path) -> None:
    """Among many other customers a name in common says much; that the homes are two is seen all the same."""
    register = Register()
    for i in range(1500):
        register.person(f"single-{i}", FIRST[i % len(FIRST)], f"Suku{i}", at=f"katu{i % 300}|{i}||70100")
    for i in range(150):
        for again, home in (("", "ahotie"), ("-again", "ahotie" if i % 2 else "lepotie")):
            register.person(f"twice-{i}{again}", "Sirpa", f"Aho{i}", at=f"{home}{i}|{i}||70100", phone=f"+35841{i:07}")
    register.person("stair-c", "Sirpa", "Rautakorpi", at="kivitie|9 c|2|70100")
    register.person("stair-d", "Sirpa", "Rautakorpi", at="kivitie|9 d|2|70100")
    register.person("with-stair", "Seppo", "Rautakorpi", at="rantakatu|3 a|4|70100", phone="+358408888883")
    register.person("without-stair", "Seppo", "Rautakorpi", at="rantakatu|3|4|70100", phone="+358408888883")
    connection = register.connect()
    link(connection, tmp_path)
    query = "SELECT customer_no_l, relation FROM pairs WHERE customer_no_l IN ('stair-c', 'with-stair')"
    assert connection.execute(query).fetchall() == [("stair-c", "unsure"), ("with-stair", "same")]
