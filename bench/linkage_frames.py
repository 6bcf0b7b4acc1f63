"""Typed tables for the linkage, straight from public benchmark files: no landing, no standardising."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from regclean.domain.register import TABLES
from regclean.standardise.folding import fold
from regclean.warehouse import write_frame
from regclean.warehouse.database import create_tables

AS_OF = date(2026, 11, 1)
STATES = dict.fromkeys(
    (
        "national_id_state",
        "business_id_state",
        "postal_code_state",
        "phone_state",
        "email_state",
        "e_invoice_state",
        "iban_state",
    ),
    "missing",
)


def read(path: Path) -> pl.DataFrame:
    """A CSV file as text; what is blank is null."""
    frame = pl.read_csv(path, infer_schema=False)
    return frame.with_columns(pl.all().str.strip_chars().replace("", None))


def febrl(paths: list[Path]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(canonical-like rows, truth). Several files are one register."""
    frame = pl.concat([read(path) for path in paths])
    customers = frame.select(
        customer_no="rec_id",
        first="given_name",
        last="surname",
        street="address_1",
        street_2="address_2",
        house="street_number",
        city="suburb",
        postal="postcode",
        birth="date_of_birth",
        national_id="soc_sec_id",
    )
    return customers, frame.select(customer_no="rec_id", cluster="cluster_id")


def fake(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    frame = read(path)
    customers = frame.select(
        customer_no="unique_id",
        first="first_name",
        last="surname",
        city="city",
        birth=pl.col("dob").str.replace_all("-", ""),
        email=pl.col("email").str.to_lowercase(),
    )
    return customers, frame.select(customer_no="unique_id", cluster="group")


def connect(customers: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    """A night with typed tables of these rows."""
    connection = duckdb.connect()
    create_tables(connection)
    have = customers.columns

    def folded(name: str) -> pl.Expr:
        if name not in have:
            return pl.lit(None, dtype=pl.String)
        return pl.col(name).map_elements(lambda v: fold(v) or None, return_dtype=pl.String)

    frame = (
        customers.with_columns(
            m_first_all=folded("first"),
            m_last=folded("last"),
            m_street=folded("street"),
            m_city=folded("city"),
            m_street_2=folded("street_2"),
            m_house=folded("house"),
            m_postal=folded("postal"),
            birth_date=pl.col("birth").str.to_date("%Y%m%d", strict=False)
            if "birth" in have
            else pl.lit(None, dtype=pl.Date),
            email=pl.col("email") if "email" in have else pl.lit(None, dtype=pl.String),
        )
        .with_columns(
            m_given=pl.col("m_first_all").str.split(" ").fill_null([]),
            m_last_parts=pl.col("m_last").str.split(" ").fill_null([]),
        )
        .with_columns(m_first=pl.col("m_given").list.first())
    )
    base = frame.select(
        "customer_no",
        "birth_date",
        "m_first",
        "m_given",
        "m_last",
        "m_last_parts",
        "m_street",
        "m_house",
        "m_postal",
        "m_city",
        "email",
        kind=pl.lit("person"),
        kind_inferred=pl.lit("person"),
        non_disclosure=pl.lit(False),
        **{name: pl.lit(value) for name, value in STATES.items()},
    )
    write_frame(connection, "customers", base)
    write_frame(
        connection,
        "customer_persons",
        frame.select("customer_no", "m_first", "m_given", "m_last", person_no=pl.lit(1), part=pl.lit("self")),
    )
    own = frame.select("customer_no", "m_street", "m_house", "m_postal", "m_city", source=pl.lit("own"))
    other = frame.filter(pl.col("m_street_2").is_not_null()).select(
        "customer_no", "m_postal", "m_city", m_street="m_street_2", source=pl.lit("billing")
    )
    write_frame(connection, "customer_addresses", own)
    write_frame(connection, "customer_addresses", other)
    if "national_id" in have:
        place = {"_file": pl.lit("f"), "_row": pl.int_range(pl.len()), "_hash": pl.lit("")}
        _land(connection, customers.select("customer_no", "national_id", **place))
    return connection


def _land(connection: duckdb.DuckDBPyConnection, customers: pl.DataFrame) -> None:
    """Ids that no rule of a country reads are compared as they landed."""
    write_frame(connection, "landed.customers", customers)
    origin = {"table_name": pl.lit("customers"), "key": pl.col("customer_no"), "taken": pl.lit(True)}
    write_frame(connection, "origins", customers.select("_file", "_row", "_hash", **origin))


def measure(found: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float]:
    """Precision, recall and F1 of pairs in one cluster."""

    def pairs(groups: list[int]) -> int:
        return sum(n * (n - 1) // 2 for n in groups)

    both = found.join(truth, on="customer_no")
    predicted = pairs(both.group_by("cluster_id").len()["len"].to_list())
    actual = pairs(both.group_by("cluster").len()["len"].to_list())
    right = pairs(both.group_by("cluster_id", "cluster").len()["len"].to_list())
    precision, recall = right / max(predicted, 1), right / max(actual, 1)
    return {"P": precision, "R": recall, "F1": 2 * precision * recall / max(precision + recall, 1e-9), "true": actual}


def slug(text: str) -> str:
    return re.sub(r"\W+", "_", text)


def canonical(folder: Path, *, country: str = "fi") -> duckdb.DuckDBPyConnection:
    """A night with the typed tables of a folder of canonical CSV files, standardised."""
    from regclean.standardise.columns import Options
    from regclean.standardise.tables import standardise_tables

    landed = {}
    for table in TABLES.values():
        path = folder / f"{table.name}.csv"
        if path.exists():
            frame = pl.read_csv(path, infer_schema=False)
            missing = [
                pl.lit(None, dtype=pl.String).alias(c.name) for c in table.columns if c.name not in frame.columns
            ]
            landed[table.name] = frame.with_columns(
                *missing, _file=pl.lit(path.name), _row=pl.int_range(2, pl.len() + 2), _hash=pl.lit("")
            )
    result = standardise_tables(landed, Options(country=country, accept_test_ids=True, as_of=AS_OF, id_key=b"bench"))
    connection = duckdb.connect()
    create_tables(connection)
    for name, frame in result.tables.items():
        write_frame(connection, name, frame)
    if country != "fi":
        _land(connection, landed["customers"])
    return connection
