"""Of whom a row of evidence speaks that bears no customer number: whoever has its national id or its business id.

Invariant: what is said of one national id that several customers have, or of another customer than the row names, is said of nobody
until people have settled it.
"""

from __future__ import annotations

from functools import partial

import polars as pl

from regclean.domain.register import EVIDENCE
from regclean.standardise import rules
from regclean.standardise.columns import DOUBTFUL, Reading, exactly, read_typed
from regclean.standardise.misplaced import read_ids
from regclean.standardise.protection import note_hidden

# How a reason begins that sets aside what is said of people who are no customers: no sign of a broken file.
NOBODY = "no customer has this"
_SAID = ("signal", "observed_on")
_LANDED = ("_file", "_row", "_hash")
_HELD = (*_LANDED, *_SAID)
_WHOLE = (*(column.name for column in EVIDENCE.columns if not column.sealed), *_LANDED)


def found_customers(frame: pl.DataFrame, customers: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """The landed rows of evidence with their customer_no filled, and `national_id_state` and `business_id` as they were read.

    A row about a business id stands once for each account of that organisation. What names nobody is set aside, without what it
    says; what is in doubt is set aside and kept in `reading.doubtful`.
    """
    personal = read_ids(frame, reading)
    business_rule = partial(rules.identifier, column="business_id", country=reading.options.country)
    business = reading.mapper.apply(frame, ["business_id"], business_rule, rules.IDENTIFIER)
    frame = frame.with_columns(
        national_id_state=personal["state"], business_id=business["value"], _hash_of_id=personal["hash"]
    ).with_row_index("_place")
    people = _held(customers, "national_id_hash", "_hash_of_id")
    own_id = customers.select("customer_no", _own_id="national_id_hash").unique("customer_no", maintain_order=True)
    accounts = _held(customers, "business_id", "business_id")
    frame = frame.join(people, on="_hash_of_id", how="left", maintain_order="left").rename({"_holders": "_people"})
    frame = frame.join(accounts, on="business_id", how="left", maintain_order="left").rename({"_holders": "_accounts"})
    frame = frame.join(own_id, on="customer_no", how="left", maintain_order="left")
    named, person = pl.col("customer_no"), pl.col("_people")
    several = named.is_null() & (person.list.len() > 1)
    another = named.is_not_null() & ~person.list.contains(named)
    # Nobody has the id of the row, but whoever it names has one of their own, and it is another.
    another = another.fill_null(value=False) | (pl.col("_own_id") != pl.col("_hash_of_id")).fill_null(value=False)
    doubtful = frame.filter(several.fill_null(value=False) | another)
    _doubt(doubtful, reading)
    frame = frame.join(doubtful, on="_place", how="anti", maintain_order="left")
    own = pl.when(named.is_not_null()).then(pl.concat_list(named)).otherwise(pl.coalesce(person, "_accounts"))
    frame = frame.with_columns(customer_no=own)
    unknown = frame["customer_no"].is_null()
    bears_id = frame["national_id_state"].is_in(["ok", "temporary"])
    reasons = {
        f"{NOBODY} national_id": bears_id,
        "national_id is invalid": frame["national_id_state"].is_in(["missing", "placeholder"]).not_(),
        f"{NOBODY} business_id": frame["business_id"].is_not_null(),
    }
    for why, holds in reasons.items():
        reading.reject(EVIDENCE.name, frame.filter(unknown & holds).select(_HELD), why)
        unknown &= ~holds
    reading.reject(EVIDENCE.name, frame.filter(unknown).select(_WHOLE), "customer_no is missing")
    kept = frame.filter(pl.col("customer_no").is_not_null()).explode("customer_no")
    return kept.drop("_place", "_hash_of_id", "_own_id", "_people", "_accounts")


def _held(customers: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    """The customers of each id, in the order of their numbers."""
    held = customers.select(pl.col(column).alias(name), _holders="customer_no").drop_nulls()
    return held.group_by(name).agg(pl.col("_holders").unique().sort())


def _doubt(rows: pl.DataFrame, reading: Reading) -> None:
    """Keep who may be meant, protect them where the row says so, and set the rows aside."""
    whom = (
        pl.concat_list(pl.concat_list("customer_no").list.drop_nulls(), pl.col("_people").fill_null([]))
        .list.unique()
        .list.sort()
    )
    each = rows.with_columns(named=pl.col("customer_no"), customer_no=whom, file="_file", line="_row")
    each = each.explode("customer_no")
    note_hidden(each, EVIDENCE, reading)
    signal, day = (read_typed(each, EVIDENCE.by_name[name], reading)["value"].alias(name) for name in _SAID)
    reading.doubtful = exactly(each.with_columns(signal, day), DOUBTFUL)
    reading.reject(EVIDENCE.name, rows.select(_HELD), "the national id is of several customers, or of another one")
