"""Keys and subjects: what is printed is read back, and SQL writes them as Python does."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclean.domain.register import (
    KEY_COLUMNS,
    TABLES,
    Subject,
    customers_among,
    group_of,
    join_key,
    key_parts,
    line_key,
    member_of,
    row_subject,
    subject_prefix,
    subject_text,
)
from regclean.standardise.keys import clean_key, row_key
from regclean.warehouse import load_sql

CELLS = [(table.name, column) for table in TABLES.values() for column in table.by_name]
# Numbers of registers: also with slashes, colons and blanks inside, but not ending like a column's name.
NUMBERS = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "Zs")), min_size=1).filter(
    lambda text: text.rpartition(":")[2] not in {column for _, column in CELLS}
)


@given(st.sampled_from(CELLS), NUMBERS)
def test_what_is_printed_is_read_back(cell: tuple[str, str], key: str) -> None:
    table, column = cell
    for subject in (Subject(table, key), Subject(table, key, column)):
        assert Subject.parse(str(subject)) == subject
        assert subject.row == Subject(table, key)
        assert row_subject(str(subject)) == subject_text(table, key)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("customers:1001", Subject("customers", "1001")),
        ("customers:1001:email", Subject("customers", "1001", "email")),
        ("customers:10:01", Subject("customers", "10:01")),
        ("sites:1:email", Subject("sites", "1:email")),  # sites have no such column
        ("bin_group_members:K/7/2:share_percent", Subject("bin_group_members", "K/7/2", "share_percent")),
        ("sources:services:70100", Subject("sources", "services", "70100")),
        ("users:liisa", Subject("users", "liisa")),
        ("register", Subject("register", "")),
    ],
)
def test_subjects_are_read(text: str, subject: Subject) -> None:
    assert Subject.parse(text) == subject


def test_a_subject_tells_whom_and_which_list_it_is_about() -> None:
    assert Subject.parse("customers:1001:email").customer == "1001"
    assert Subject.parse("sites:1001").customer is None
    line = Subject.parse("bin_group_members:K/7/2:name")
    assert (line.group, line.member, line.customer) == ("K/7", "2", None)
    assert (Subject("bin_groups", "K/7").group, Subject("bin_groups", "K/7").member) == ("K/7", None)
    assert customers_among(["customers:2:kind", "bin_groups:7", "customers:1", "customers:2"]) == ["2", "1"]
    assert subject_text("customers", "7").startswith(subject_prefix("customers"))


@given(NUMBERS, st.text("0123456789L", min_size=1))
def test_the_key_of_a_line_names_its_list_and_its_number(group: str, member: str) -> None:
    key = line_key(group, member)
    assert key_parts("bin_group_members", key) == {"bin_group_no": group, "member_no": member}
    assert (group_of(key), member_of(key)) == (group, member)


def test_a_line_that_has_no_number_yet_is_of_its_list() -> None:
    assert group_of("7/new:7/3") == "7"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [(" 1002.0", "1002"), ("1002", "1002"), ("  ", None), (None, None), ("A.0", "A.0"), ("10 02", "10 02")],
)
def test_a_key_is_cleaned(raw: str | None, clean: str | None) -> None:
    assert clean_key(raw) == clean


def test_a_raw_row_has_the_key_of_the_typed_one() -> None:
    assert row_key("evidence", {"customer_no": " 7.0", "signal": "Kuolema", "observed_on": "1.2.2026"}) == (
        "7/death/2026-02-01"
    )
    assert row_key("bin_group_members", {"bin_group_no": "7", "member_no": None}) is None


@pytest.mark.parametrize(("table", "column"), CELLS)
def test_sql_writes_subjects_as_python_does(table: str, column: str) -> None:
    key = join_key("abc"[: len(KEY_COLUMNS[table])])
    assert _sql("SELECT subject(?, ?, ?)", table, key, column) == subject_text(table, key, column)
    assert _sql("SELECT subject(?, ?)", table, key) == subject_text(table, key)
    assert _sql("SELECT subject_key(subject(?, ?))", table, key) == key
    assert _sql("SELECT subject_key('field', subject(?, ?, ?))", table, key, column) == key


def test_sql_joins_keys_as_python_does() -> None:
    assert _sql("SELECT row_key('a', 'b')") == join_key("ab")
    assert _sql("SELECT row_key('a', 'b', DATE '2026-02-01')") == join_key(("a", "b", "2026-02-01"))


def _sql(query: str, *values: str | None) -> object:
    with duckdb.connect() as connection:
        connection.execute(load_sql("macros"))
        row = connection.execute(query, values).fetchone()
    return row[0] if row else None
