"""Questions in SQL: what they reach, and what no way of asking reaches. Customer 1014 is under non-disclosure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from regclean.config import load_workspace
from regclean.errors import UsageError
from regclean.inspection import ask, customers_in, questions, tables
from regclean.night import open_published
from regclean.standardise import strike_out_ids
from regclean.warehouse import Warehouse, write_frame

SECRETS = ("1014", "Salainen", "409998888", "010190-901R", "Minna Canthin")


@pytest.fixture
def night(published_register: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    warehouse, run_id = open_published(load_workspace(published_register))
    with warehouse.read(run_id) as connection:
        yield connection


def text(answer: pl.DataFrame) -> str:
    return answer.write_json()


def test_every_table_is_answered_without_protected_customers_and_ids(night: duckdb.DuckDBPyConnection) -> None:
    shown = tables(night)
    assert {"customers", "sites", "services", "bin_groups", "pairs", "clusters", "member_links", "findings"} <= set(
        shown
    )
    for table in shown:
        answer = ask(night, f"SELECT * FROM {table}", protected=())  # names of ours
        assert [column.split(" ")[0] for column in shown[table]] == answer.columns
        for secret in SECRETS:
            assert secret not in text(answer), (table, secret)
    assert "national_id_hash" not in str(shown)
    assert "national_id_masked" not in str(shown)


def test_who_the_ledger_knows_to_be_protected_is_left_out_too(night: duckdb.DuckDBPyConnection) -> None:
    question = "SELECT customer_no FROM clusters WHERE customer_no IN ('1015', '1016')"
    assert ask(night, question, protected=())["customer_no"].to_list() == ["1015", "1016"]
    answer = ask(night, question, protected={"1015"})
    assert answer["customer_no"].to_list() == ["1016"]
    assert customers_in(answer) == {"1016"}


def test_a_national_id_in_free_text_is_struck_out(tmp_path: Path) -> None:
    warehouse, detail = Warehouse(tmp_path), "called, 010190-901R, about the bin"
    with warehouse.build("2026-11-01-1") as building:
        row = {"customer_no": "1", "signal": "contact", "observed_on": date(2026, 1, 1), "detail": detail}
        write_frame(building.connection, "evidence", pl.DataFrame([row]))
    warehouse.publish("2026-11-01-1")
    with warehouse.read("2026-11-01-1") as connection:
        answer = ask(connection, "SELECT detail FROM evidence", protected=())
    assert answer["detail"].to_list() == ["called, ******-****, about the bin"]


def test_what_only_looks_like_an_id_is_shown() -> None:
    texts = ["C010190a123b", "F21ab010190b901r0", "050123-4567", "2010190-901R"]
    assert [strike_out_ids(text) for text in texts] == texts
    for text in ("010190-901R", "010190A901R", "hetu:010190-901r", '{"a": "x\\n010190A901R"}'):
        assert "******-****" in strike_out_ids(text), text


def test_every_text_and_list_of_texts_is_looked_through(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.build("2026-11-01-1") as building:
        row = {"customer_no": "1", "person_no": 1, "part": "main", "last_name": "Aino 010190-901R"}
        rows = [row | {"m_given": ["aino", "010190-901R"]}, row | {"customer_no": "2", "m_given": []}]
        write_frame(building.connection, "customer_persons", pl.DataFrame(rows))
    warehouse.publish("2026-11-01-1")
    with warehouse.read("2026-11-01-1") as connection:
        answer = ask(connection, "SELECT last_name, m_given FROM customer_persons ORDER BY customer_no", protected=())
    assert answer["last_name"].to_list() == ["Aino ******-****"] * 2
    assert answer["m_given"].to_list() == [["aino", "******-****"], []]


def test_columns_may_be_named_by_their_place(night: duckdb.DuckDBPyConnection) -> None:
    for question in (
        "SELECT * FROM pairs ORDER BY 1, 2",
        "SELECT columns('customer_no_[lr]') FROM pairs ORDER BY 1, 2",
    ):
        answer = ask(night, question, protected=())
        assert answer.equals(answer.sort("customer_no_l", "customer_no_r"))


def test_an_answer_has_a_limit(night: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MOST_ROWS", 3)
    answer = ask(night, "SELECT customer_no FROM customers ORDER BY 1 DESC", protected=())
    assert answer["customer_no"].to_list() == sorted(answer["customer_no"], reverse=True)
    assert answer.height == 3


ATTACKS = [
    "SELECT * FROM landed.customers",
    "SELECT * FROM main.customers WHERE customer_no = '1014'",
    "SELECT * FROM rule_hits",
    "SELECT national_id_hash FROM customers",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM information_schema.columns WHERE table_schema = 'landed'",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM duckdb_databases()",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM hidden",
    "SELECT * FROM temp.hidden",
    "SELECT * FROM query('SELECT * FROM customers')",
    "SELECT * FROM query_table('customers')",
    "SELECT * FROM night",
    "SELECT * FROM connection",
    "SELECT * FROM question",
    "SELECT * FROM read_csv('{inputs}')",
    "SELECT * FROM read_text('{inputs}')",
    "SELECT * FROM read_blob('{file}')",
    "SELECT * FROM sniff_csv('{inputs}')",
    "SELECT * FROM '{inputs}'",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT getenv('HOME')",
    "ATTACH '{file}' AS n",
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "EXPORT DATABASE '{folder}/out'",
    "CREATE TABLE t AS SELECT 1",
    "INSERT INTO customers SELECT 1",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET enable_external_access",
    "PRAGMA enable_external_access",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CALL pragma_version()",
    "SELECT 1; ATTACH '{file}' AS n",
    "SELECT 1; SELECT * FROM landed.customers",
    "WITH a AS (SELECT 1) INSERT INTO customers SELECT * FROM a",
    "not sql",
    "",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_way_of_asking_reaches_further(
    night: duckdb.DuckDBPyConnection, published_register: Path, tmp_path: Path, attack: str
) -> None:
    file = next((published_register / "var/warehouse").glob("*.duckdb"))
    inputs = published_register / "in/customers.csv"
    before = sorted(tmp_path.rglob("*"))
    try:
        answer = ask(night, attack.format(file=file, inputs=inputs, folder=tmp_path), protected=())
    except UsageError as refused:
        told = str(refused)
    else:
        told = text(answer)
        assert "landed" not in told
        assert str(file) not in told
    for secret in SECRETS[1:]:
        assert secret not in told
    assert sorted(tmp_path.rglob("*")) == before


def test_an_error_of_a_value_does_not_quote_it(night: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UsageError, match="ConversionException") as told:
        ask(night, "SELECT CAST(name AS INTEGER) FROM customers", protected=())
    assert "kinen" not in str(told.value)
