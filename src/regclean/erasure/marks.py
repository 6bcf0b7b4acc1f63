"""By what a customer is recognised in texts: the number where a register writes it, and values that nobody else has.

Invariant: a value that another customer of the night in force has, too, is no mark: namesakes and housemates keep theirs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb

from regclean.domain.register import TABLES, Table, subject_text
from regclean.sealing import Seal, sealed, shown
from regclean.warehouse import about_customer, rows, typed_key

SHORTEST = 5  # letters or digits of a value that says whom it is about
_PLACES = ("postal_code", "city", "billing_postal_code", "billing_city")  # of thousands
_CONTACT = "contact_"
_PHONE = re.compile(r"\+?[\d\s()/-]{7,20}")


@dataclass(frozen=True)
class Marks:
    """`customer_no`, and `values` in small letters."""

    customer_no: str
    values: frozenset[str] = frozenset()

    def tell(self, text: str | None) -> bool:
        """Does a text, also a JSON document, tell of the customer?"""
        return text is not None and self._pattern.search(text.lower()) is not None

    def are_in(self, file: bytes) -> bool:
        """Does a file of text, in whichever encoding, tell of the customer?"""
        return any(self.tell(file.decode(encoding, errors="ignore")) for encoding in ("utf-8", "cp1252", "utf-16"))

    def are_keys_in(self, file: bytes) -> bool:
        """Does a file that lists keys of rows, whosever they are, list the customer's number?"""
        return (
            re.search(rf"(?<!\w){re.escape(self.customer_no)}(?!\w)", file.decode("utf-8", errors="ignore")) is not None
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        number = re.escape(self.customer_no.lower())
        subject = re.escape(subject_text("customers", self.customer_no).lower())
        ways = [rf"{subject}(?![\w/])", rf'customer_no\w*"\s*:\s*"{number}"']
        ways += [rf"(?<!\w){_spelt(value)}(?!\w)" for value in sorted(self.values, key=len, reverse=True)]
        return re.compile("|".join(ways))


def _spelt(value: str) -> str:
    """A value as a pattern; a telephone number in every grouping, with and without the country."""
    digits = re.sub(r"\D", "", value)
    if not (_PHONE.fullmatch(value) and len(digits) >= 7):
        return re.escape(value)
    own = re.sub(r"\A(?:00358|358)?0?", "", digits)
    return r"(?:(?:\+|00)?358[\s/-]*\(?0?\)?|0)?[\s/-]*" + r"[\s()/-]*".join(own)


def values_in(connection: duckdb.DuckDBPyConnection, customer_no: str, seal: Seal) -> set[str]:
    """What a night holds of the customer that may be a mark, in small letters."""
    found: set[str] = set()
    for table in TABLES.values():
        for query in _queries(table):
            for value in rows(connection, query, {"no": customer_no}):
                found |= set(_forms(str(value[0]), seal))
    names = rows(
        connection, "SELECT last_name, first_names FROM customers WHERE customer_no = $no", {"no": customer_no}
    )
    for last, first in names:
        found |= {part.lower() for part in (last, f"{last} {first}", f"{first} {last}") if last and part}
    return {value for value in found if len(re.sub(r"\W", "", value)) >= SHORTEST}


def _queries(table: Table) -> Iterator[str]:
    mine = about_customer(table)
    personal = [c.name for c in table.columns if c.personal and c.type in ("text", "date") and c.name not in _PLACES]
    if mine is None or table.name == "sites" or not personal:
        return  # a site's address is the site's
    if table.name == "bin_groups":  # a shared bin's own address is nobody's
        mine, personal = "t.contact_customer_no = $no", [name for name in personal if name.startswith(_CONTACT)]
    for name in personal:
        yield (
            f"SELECT DISTINCT k.{name} FROM keyed.{table.name} AS k JOIN {table.name} AS t ON k.key = {typed_key(table)} "  # noqa: S608  # names of our own declaration
            f"WHERE {mine} AND k.{name} IS NOT NULL"
        )
    if table.name == "customers":
        for column in table.typed:
            if column.personal and column.name not in _PLACES and column.type in ("text", "date", "key"):
                yield f"SELECT DISTINCT {column.name}::TEXT FROM customers AS t WHERE {mine} AND {column.name} IS NOT NULL"  # noqa: S608  # as above


def _forms(value: str, seal: Seal) -> Iterator[str]:
    """A value as it may stand elsewhere: a sealed one also whole, and as its mask."""
    text = value.strip().lower()
    yield text
    if sealed(text):
        yield seal.opened(value.strip()).lower()
        yield shown(text)
        yield from re.findall(r"⟦([0-9a-f]+)⟧", text)
    words = text.split()
    if 2 <= len(words) <= 4 and all(word.isalpha() for word in words):
        yield " ".join([*words[1:], words[0]])
        yield " ".join([words[-1], *words[:-1]])


def of_nobody_else(
    connection: duckdb.DuckDBPyConnection, numbers: Collection[str], values: Collection[str]
) -> frozenset[str]:
    """Those of `values` that no row of the night has that is not about the customers `numbers`."""
    left = set(values)
    for table in TABLES.values():
        if not left:
            break
        columns = [f"l.{column.name}" for column in table.columns]
        own = [
            f"NOT coalesce(list_contains($numbers::TEXT[], l.{name}), false)"
            for name in table.references
            if name.endswith("customer_no")
        ]
        query = f"""
            WITH texts AS (
                SELECT lower(concat_ws(chr(31), {", ".join(columns)})) AS text FROM keyed.{table.name} AS l
                WHERE {" AND ".join(own) or "true"}
            )
            SELECT c.value, text FROM unnest($values::TEXT[]) AS c(value), texts WHERE contains(text, c.value)
        """  # noqa: S608  # names of our own declaration
        given: dict[str, Any] = {"values": sorted(left)} | ({"numbers": sorted(numbers)} if own else {})
        for value, text in rows(connection, query, given):
            if value in left and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text):
                left.discard(value)
    return frozenset(left)


def values_of_records(records: Iterable[Any], seal: Seal) -> set[str]:
    """As `values_in`, of a customer's records that somebody saw (`{"clean": {…}, "raw": {…}}`)."""
    personal = {c.name for c in TABLES["customers"].typed + TABLES["customers"].columns if c.personal} - set(_PLACES)
    found: set[str] = set()

    def take(value: Any, name: str | None) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                take(inner, key)
        elif isinstance(value, list):
            for inner in value:
                take(inner, name)
        elif isinstance(value, str) and name in personal:
            found.update(_forms(value, seal))

    for record in records:
        take(record, None)
    return {value for value in found if len(re.sub(r"\W", "", value)) >= SHORTEST}
