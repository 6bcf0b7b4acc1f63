"""The register's shape and every room that must follow it: a place that was forgotten fails here, by its name."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from regclean.domain.register import CUSTOMERS, TABLES, UNITS, Column, Table
from regclean.domain.register.columns import TYPES
from regclean.landing.synonyms import SYNONYMS
from regclean.review.case import fields
from regclean.review.overview import night_page
from regclean.standardise.dictionary import COMMAND, dictionary
from regclean.standardise.reference import code_synonyms
from regclean.standardise.tables import Options, standardise_tables

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "regclean"
EVERY_COLUMN = [column for table in TABLES.values() for column in table.columns]
OPTIONS = Options(country="fi", accept_test_ids=True, as_of=date(2026, 11, 1), id_key=b"a key for tests", processes=1)
# What stands in a column that takes more than its type says; any other column takes what its type does.
SAMPLES = {
    "billing_postal_code": "70100",
    "building_id": "100012345N",
    "building_state": "1",
    "business_id": "0000012-3",
    "city": "Kuopio",
    "contact_email": "matti@example.fi",
    "contact_phone": "040 1234567",
    "country_code": "SE",
    "e_invoice_address": "003700000019",
    "email": "matti@example.fi",
    "iban": "FI2112345600000785",
    "language": "sv",
    "latitude": "62.9",
    "longitude": "27.7",
    "municipality_code": "297",
    "national_id": "010190-901R",
    "phone": "040 1234567",
    "phone_2": "050 1234567",
    "postal_code": "70100",
    "previous_last_name": "Korhonen",
    "property_id": "297-12-34-5",
    "waste_type": "mixed",
}
BY_TYPE = {
    "key": "K7",
    "text": "Virtanen Matti",
    "date": "1.2.2020",
    "month_day": "1.5.",
    "integer": "3",
    "decimal": "2",
    "boolean": "kyllä",
}
# Not shown beside each other: they stand behind the name and the address, or are shown by signs of their own.
NOT_COMPARED_ON_THE_PAGE = {"customer_no", "first_names", "last_name", "company_name", "country_code", "non_disclosure"}
# Statements that must name each table of their kind, because one of them was forgotten before.
KEYED = {name for name, table in TABLES.items() if not table.repeatable}
LISTS = {
    "checks/sql/landed/missing_key.sql": set(TABLES),
    "checks/sql/landed/repeated_key.sql": KEYED,
    "checks/sql/standardised/repeated_key.sql": KEYED,
    "checks/sql/macros.sql": set(TABLES),
}


def named(column: Column) -> str:
    return f"{column.table}.{column.name}"


@pytest.mark.parametrize(
    "column", [one for table in TABLES.values() for one in (*table.columns, *table.derived)], ids=named
)
def test_a_declaration_makes_sense(column: Column) -> None:
    table = TABLES[column.table]
    assert column.type in TYPES
    assert column.meaning.strip()
    assert column.refers in {None, *TABLES}
    assert set(column.of) <= set(table.by_name), "a derived column is of columns of its table"
    assert column.type == "code" or not column.codes
    assert not column.choosable or column.survives_with, "what is chosen for a merged customer is kept by some rule"
    assert not column.sealed or any(column.name in one.of for one in table.derived), "nothing is left of it"
    if column.codes:
        assert set(code_synonyms()[column.name].values()) == set(column.codes), "standardise/reference/codes.csv"


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_declared_column_is_read(table: Table) -> None:
    """A column makes another typed row when it is added to the keys, to a name, or taken from a full row."""
    optional = [column.name for column in table.columns if column.name not in table.keys]
    samples = {column.name: sample(column) for column in table.columns}
    keys = {name: samples[name] for name in table.keys}
    settings = [keys, keys | {"name": samples["name"]} if "name" in samples else keys, samples]
    rows = [row for given in settings for row in (given, *(toggled(given, name, samples) for name in optional))]
    typed = standardise_tables({table.name: landed(table, rows)}, OPTIONS).tables[table.name]
    read = typed.drop(table.keys).rows()
    assert len(read) == len(rows)
    each = 1 + len(optional)
    changed = {
        name
        for start in range(0, len(read), each)
        for name, row in zip(optional, read[start + 1 : start + each], strict=True)
        if row != read[start]
    }
    assert changed == set(optional), "no rule of regclean.standardise reads the columns that are missing on the left"


def toggled(row: dict[str, str], name: str, samples: dict[str, str]) -> dict[str, str]:
    """The row without a column that it has, or with one that it lacks."""
    return {key: text for key, text in row.items() if key != name} if name in row else row | {name: samples[name]}


def landed(table: Table, rows: list[dict[str, str]]) -> pl.DataFrame:
    first = table.keys[0]
    told = [row | {first: f"N{number}"} for number, row in enumerate(rows)]
    frame = pl.DataFrame(told, schema=dict.fromkeys(table.by_name, pl.String))
    return frame.with_columns(_file=pl.lit("in.csv"), _row=pl.int_range(2, len(rows) + 2), _hash=pl.lit("h"))


def sample(column: Column) -> str:
    return SAMPLES.get(column.name) or (column.codes[0] if column.codes else BY_TYPE[column.type])


def test_the_digest_of_a_customer_covers_what_is_compared() -> None:
    sql = (SOURCE / "findings" / "sql" / "customer_digests.sql").read_text(encoding="utf-8")
    covered = set(re.findall(r"\bc\.(\w+)", sql.split("json_array(", 2)[2].split(") AS TEXT)")[0]))
    compared = {column.name for column in CUSTOMERS.typed if column.compared}
    by_match_columns = {name for column in CUSTOMERS.derived if column.compared for name in column.of}
    assert covered == compared - (by_match_columns - covered), "findings/sql/customer_digests.sql"
    declared = {column.name for column in CUSTOMERS.columns if column.compared}
    assert declared <= covered | by_match_columns


def test_the_company_may_say_how_each_unit_survives() -> None:
    template = tomllib.loads((SOURCE / "config" / "template.toml").read_text(encoding="utf-8"))
    assert set(template["survivorship"]) == set(UNITS), "config/template.toml, [survivorship]"


@pytest.mark.parametrize("column", EVERY_COLUMN, ids=named)
def test_the_review_page_can_name_it(column: Column) -> None:
    assert column.name in fields.LABELS, "review/case/fields.py, LABELS"
    assert set(column.codes) <= set(fields.CODES), "review/case/fields.py, CODES"


def test_the_review_page_can_name_every_table() -> None:
    assert set(fields.TABLE_LABELS) == set(night_page.TABLES) == set(TABLES)


def test_the_review_page_compares_every_column_of_a_customer() -> None:
    shown = {field.name for field in fields.CUSTOMER_FIELDS}
    assert shown | NOT_COMPARED_ON_THE_PAGE == set(CUSTOMERS.by_name), "review/case/fields.py, CUSTOMER_FIELDS"


def test_a_name_that_registers_use_means_one_column() -> None:
    called = [(name, column.name) for column in EVERY_COLUMN for name in column.called]
    assert len(called) == len(SYNONYMS), "a name stands for two columns, or is told twice"
    assert not set(SYNONYMS) & set().union(*(table.by_name for table in TABLES.values()))


@pytest.mark.parametrize(("file", "tables"), LISTS.items())
def test_a_list_of_tables_is_whole(file: str, tables: set[str]) -> None:
    told = set(re.findall(r"'(\w+)'", (SOURCE / file).read_text(encoding="utf-8")))
    assert tables <= told


def test_the_data_dictionary_is_in_step() -> None:
    page = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert page == dictionary(), f"write it anew: {COMMAND}"
