"""A hand-made register of typed tables for the linkage tests: rows are written as one would say them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from regclean.config import Section
from regclean.linkage import LinkReport, link_customers
from regclean.standardise.folding import fold
from regclean.warehouse import write_frame
from regclean.warehouse.database import create_tables

STATES = [
    "national_id_state",
    "business_id_state",
    "postal_code_state",
    "phone_state",
    "email_state",
    "e_invoice_state",
    "iban_state",
]
NO_DECISIONS = pl.DataFrame(schema={"customer_no_l": pl.String, "customer_no_r": pl.String, "verdict": pl.String})
NO_CLUSTERS = pl.DataFrame(schema={"cluster_id": pl.String, "customer_no": pl.String})
SETTINGS = {"same_precision": 0.985, "review_probability": 0.5}
FIRST = [
    "matti",
    "maria",
    "juhani",
    "liisa",
    "timo",
    "anna",
    "pekka",
    "leena",
    "jari",
    "tuula",
    "heikki",
    "ritva",
    "kari",
    "paivi",
    "antti",
    "helena",
    "mika",
    "eeva",
]
LAST = [
    "virtanen",
    "korhonen",
    "nieminen",
    "makinen",
    "hamalainen",
    "laine",
    "heikkinen",
    "koskinen",
    "jarvinen",
    "lehtonen",
    "saarinen",
    "niemi",
]


@dataclass
class Register:
    """Collects customers, persons and addresses; `connect` writes them into the tables of a night."""

    customers: list[dict[str, Any]] = field(default_factory=list)
    persons: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)

    def person(self, no: str, first: str, last: str, *, kind: str = "person", part: str = "self", **values: Any) -> str:
        """A person row; `first` may hold several given names. Address as `at="street|house|flat|postal"`; the house as
        "9", "9c" with its letter, "9 c" with a stair.
        """
        given = fold(first).split()
        parts = fold(last).split() + fold(values.pop("previous", "")).split()
        self._customer(no, kind, m_first=given[0], m_given=given, m_last=fold(last), m_last_parts=parts, **values)
        self._person(no, 1, part, first, last)
        return no

    def couple(self, no: str, first: str, other: str, last: str, **values: Any) -> str:
        self.person(no, first, last, kind="household", **values)
        self._person(no, 2, "spouse", other, last)
        return no

    def organisation(self, no: str, name: str, form: str, *, kind: str = "company", **values: Any) -> str:
        numerals = " ".join(word for word in fold(name).split() if word.isdigit()) or None
        self._customer(no, kind, m_org=fold(name), m_org_form=form, m_org_numerals=numerals, **values)
        return no

    def crowd(self, size: int, seed: int = 1) -> None:
        """Unrelated persons of common names, each at an address of its own."""
        rng = random.Random(seed)
        for i in range(size):
            born = date(1935 + rng.randrange(65), 1 + rng.randrange(12), 1 + rng.randrange(28))
            self.person(
                f"x{i:05}",
                rng.choice(FIRST),
                rng.choice(LAST) + rng.choice(["", "", f"sto{rng.randrange(400)}"]),
                birth_date=born if rng.random() < 0.6 else None,
                phone=f"+35840{rng.randrange(10**7):07}" if rng.random() < 0.7 else None,
                at=f"katu{rng.randrange(900)}|{rng.randrange(1, 90)}||{rng.randrange(70000, 70100)}",
            )

    def _customer(
        self, no: str, kind: str, *, at: str | None = None, also: tuple[str, ...] = (), **values: Any
    ) -> None:
        row: dict[str, Any] = dict.fromkeys(STATES, "ok") | {
            "customer_no": no,
            "kind": kind,
            "kind_inferred": kind,
            "non_disclosure": False,
            "m_given": [],
            "m_last_parts": [],
        }
        self.customers.append(row | values)
        for source, text in ((("own", at),) if at else ()) + tuple(("service", text) for text in also):
            self._address(no, source, text)

    def role(self, no: str, site: str, start: date, end: date | None, at: str) -> None:
        self._address(no, "site_role", at, site_no=site, start_on=start, end_on=end)

    def _address(self, no: str, source: str, at: str, **values: Any) -> None:
        street, house, flat, postal = at.split("|")
        number, _, stair = house.partition(" ")
        letter = number.lstrip("0123456789")
        parts = {"m_street": street, "m_house": number.removesuffix(letter), "m_house_letter": letter, "m_stair": stair}
        parts |= {"m_flat": flat, "m_postal": postal}
        written = {name: part or None for name, part in parts.items()}
        self.addresses.append({"customer_no": no, "source": source} | written | values)

    def _person(self, no: str, number: int, part: str, first: str, last: str) -> None:
        given = fold(first).split()
        self.persons.append(
            {
                "customer_no": no,
                "person_no": number,
                "part": part,
                "m_first": given[0],
                "m_given": given,
                "m_last": fold(last),
            }
        )

    def connect(self, *, shuffled: int | None = None) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        create_tables(connection)
        for table, rows in (
            ("customers", self.customers),
            ("customer_persons", self.persons),
            ("customer_addresses", self.addresses),
        ):
            chosen = list(rows)
            if shuffled is not None:
                random.Random(shuffled).shuffle(chosen)
            if chosen:
                write_frame(connection, table, pl.DataFrame(chosen, infer_schema_length=None))
        return connection


def decided(*edges: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame([(*sorted(edge[:2]), edge[2]) for edge in edges], schema=NO_DECISIONS.schema, orient="row")


def link(
    connection: duckdb.DuckDBPyConnection,
    models: Path,
    *,
    country: str = "fi",
    decisions: pl.DataFrame = NO_DECISIONS,
    previous: pl.DataFrame = NO_CLUSTERS,
    engine: Section | None = None,
) -> LinkReport:
    """Link the customers of a night as the defaults say: nothing decided, no night before."""
    return link_customers(
        connection,
        country=country,
        settings=SETTINGS,
        models=models,
        decided=decisions,
        previous_clusters=previous,
        engine=engine,
    )
