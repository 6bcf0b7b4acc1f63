"""Whom the register protects, wherever it says so: in a customer's own row, in one that gave way, in another table, in quarantine.

Invariant: a row that is set aside protects its customer as one that is taken does; only a row that is known to be newer lifts
what an older one says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from regclean.domain.register import BIN_GROUPS, CUSTOMERS, Column, Table
from regclean.standardise.columns import Reading, clean_keys, read_typed, updated_on
from regclean.standardise.non_disclosure import HIDING, declares, hides, hides_beside, hides_in_remark


def hidden_rows(frame: pl.DataFrame, columns: Iterable[Column]) -> pl.Series:
    """Which rows say in one of these columns that somebody may not be disclosed: clerks write it where they find room."""
    hidden = pl.repeat(False, frame.height, eager=True)
    for column in columns:
        if column.type in {"key", "text", "code"}:
            hidden |= _told(frame[column.name], HIDING, _reading_of(column))
    return hidden


def _reading_of(column: Column) -> Callable[[str], bool]:
    """One word alone is a mark where only an address or a number would stand; a remark speaks of other things as well."""
    if column.name.endswith(("name", "names")):
        return hides_beside
    return hides if column.personal and column.name != "detail" else hides_in_remark


def _told(texts: pl.Series, holding: str, reads: Callable[[str], bool]) -> pl.Series:
    asked = texts.filter(texts.str.contains(holding)).unique().to_list()
    return texts.is_in([text for text in asked if reads(text)]).fill_null(False)


def protected_by_rows(every: pl.DataFrame, taken: pl.DataFrame, reading: Reading) -> tuple[pl.Series, pl.Series]:
    """(protected, marked) for the rows of `taken`: is the customer protected, and does anything but its own column say so?

    `every`: the rows of customers before one of each key was taken.
    """
    declared = _declared(every, reading)
    told = every.filter(declared | hidden_rows(every, CUSTOMERS.columns))
    says = told.select("customer_no", _said=updated_on(told, CUSTOMERS, reading))
    winners = taken.join(says, on="customer_no", how="semi")
    stands = winners.select("customer_no", _stands=updated_on(winners, CUSTOMERS, reading))
    lifted = (pl.col("_stands") > pl.col("_said")).fill_null(value=False)
    hidden = says.join(stands, on="customer_no").filter(~lifted)["customer_no"]
    protected = taken["customer_no"].is_in(hidden.implode())
    return protected, protected & ~_declared(taken, reading)


def _declared(frame: pl.DataFrame, reading: Reading) -> pl.Series:
    """Who is protected by the column that is there for it."""
    read = read_typed(frame, CUSTOMERS.by_name["non_disclosure"], reading)
    return read["value"].fill_null(False) | (read["bad"] & _told(frame["non_disclosure"], ".", declares))


def note_hidden(frame: pl.DataFrame, table: Table, reading: Reading) -> pl.DataFrame:
    """Remember the customers whom rows of another table protect, and return those rows; rows that mean nothing else count too."""
    marked = []
    for owner in (column.name for column in table.columns if column.refers == "customers"):
        rows = frame.filter(hidden_rows(frame, [one for one in table.columns if _owner(one) == owner]))
        reading.hidden.append(rows.select(customer_no=owner))
        marked.append(rows)
    return pl.concat(marked)


def _owner(column: Column) -> str:
    """The column that says whose a column is: a shared bin has a host and a contact person."""
    if column.table != BIN_GROUPS.name:
        return "customer_no"
    return "contact_customer_no" if column.name.startswith("contact_") else "host_customer_no"


def hidden_at(sites: pl.Series, links: Iterable[pl.DataFrame], reading: Reading) -> None:
    """Remember who has a role or a service tonight at a site whose address may not be told."""
    for rows in links:
        there = rows.filter(pl.col("site_no").is_in(sites.implode()))
        ended = (pl.col("end_on") <= reading.options.as_of).fill_null(value=False)
        reading.hold_until(there["end_on"])
        reading.hidden.append(there.filter(~ended).select("customer_no"))


def protected_in_quarantine(quarantine: pl.DataFrame, customers: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """The customers, also those protected whose number stands in a record that could not be loaded.

    Which of its cells is the number nobody knows: where a delimiter is too many, nothing stands in its column.
    """
    records = quarantine["record"].filter(_told(quarantine["record"], HIDING, hides_in_remark))
    cells = records.str.replace_all(r"[,\t|]", ";").str.split(";").explode().str.strip_chars(" \"'=").drop_nulls()
    numbers = clean_keys(pl.DataFrame({"customer_no": cells}), ["customer_no"], reading)["customer_no"]
    told = customers["customer_no"].is_in(numbers.implode())
    return customers.with_columns(non_disclosure=customers["non_disclosure"] | told)


def protected_elsewhere(customers: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """The customers, also those protected whom only another table protects; they are noted as marked."""
    hidden = pl.concat([pl.DataFrame(schema={"customer_no": pl.String}), *reading.hidden])["customer_no"]
    told = customers["customer_no"].is_in(hidden.implode())
    reading.marks.append(marks(customers.filter(told & ~customers["non_disclosure"])["customer_no"]))
    return customers.with_columns(non_disclosure=customers["non_disclosure"] | told)


def marks(customers: pl.Series) -> pl.DataFrame:
    """`MARKS` of customers whom something beside their own column protects."""
    return pl.DataFrame({"customer_no": customers}).select(
        "customer_no", mark=pl.lit("non_disclosure"), detail=pl.lit(None, pl.String)
    )
