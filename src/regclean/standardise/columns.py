"""Groups of columns that several tables share: keys, typed columns, addresses, contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import polars as pl

from regclean.domain.findings import canonical_json
from regclean.domain.register import Column, Table, join_key
from regclean.standardise import dates, rules
from regclean.standardise.identifiers import MASKED_NATIONAL_ID
from regclean.standardise.mapping import Mapper
from regclean.standardise.memory import Memory
from regclean.standardise.streets import StreetNames

ADDRESS_PARTS = ("m_street", "m_house", "m_house_letter", "m_stair", "m_flat", "m_postal", "m_city")
REJECTED = {
    "table_name": pl.String,
    "file": pl.String,
    "line": pl.Int64,
    "why": pl.String,
    "record": pl.String,
}
MEMBER_IDS = dict.fromkeys(("bin_group_no", "member_no", "national_id_hash"), pl.String)
# Rows of evidence whose national id several customers have, or another one than they name: one for each who may be meant.
DOUBTFUL: dict[str, pl.DataType | type[pl.DataType]] = {
    "customer_no": pl.String,
    "named": pl.String,
    "signal": pl.String,
    "observed_on": pl.Date,
    "file": pl.String,
    "line": pl.Int64,
}
HIDDEN_LINES = dict.fromkeys(("bin_group_no", "member_no"), pl.String)
UNREADABLE = {"table": pl.String, "key": pl.String, "column": pl.String}
MISPLACED = {
    "table_name": pl.String,
    "file": pl.String,
    "line": pl.Int64,
    "column_name": pl.String,
    "national_id": pl.String,
}
MARKS = dict.fromkeys(("customer_no", "mark", "detail"), pl.String)
ORIGINS: dict[str, pl.DataType | type[pl.DataType]] = {
    "table_name": pl.String,
    "key": pl.String,
    "_file": pl.String,
    "_row": pl.Int64,
    "_hash": pl.String,
    "taken": pl.Boolean,
}
# Almost all keys are like this already.
_FILLER = "^(?:0+|" + "|".join(f"{digit}{{4,}}" for digit in range(1, 10)) + ")$"
_PLAIN_KEY = r"^[A-Za-z0-9][A-Za-z0-9_/-]*$"
_PLACED = ("_file", "_row")
_LANDED = (*_PLACED, "_hash")


@dataclass(frozen=True, slots=True)
class Options:
    """How to read. `id_key` is the secret of the keyed hashes; `as_of` the day of the night.

    `processes`: 0 for one per core; `memory`: what was read in nights before. The result does not depend on either.
    """

    country: str
    accept_test_ids: bool
    as_of: date
    id_key: bytes = field(repr=False)
    default_language: str = "fi"
    streets: StreetNames = field(default_factory=dict)
    processes: int = 0
    memory: Memory | None = None


@dataclass(slots=True)
class Reading:
    """One run over all tables: the options, the processes, where rows came from, and what could not be taken."""

    options: Options
    mapper: Mapper
    rejected: list[pl.DataFrame] = field(default_factory=list)
    unreadable: list[pl.DataFrame] = field(default_factory=list)
    origins: list[pl.DataFrame] = field(default_factory=list)
    marks: list[pl.DataFrame] = field(default_factory=list)
    hidden: list[pl.DataFrame] = field(default_factory=list)  # customer_no whom other tables protect
    hidden_sites: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    hidden_lines: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=HIDDEN_LINES))
    misplaced: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MISPLACED))
    doubtful: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DOUBTFUL))
    member_ids: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MEMBER_IDS))
    turns: list[date] = field(default_factory=list)

    def hold_until(self, days: pl.Series) -> None:
        """What was made of `days` by comparing them with tonight comes out the same until the first of them that is to come."""
        first = days.filter(days > self.options.as_of).min()
        if isinstance(first, date):
            self.turns.append(first)

    def trace(self, table: Table, landed: pl.DataFrame, typed: pl.DataFrame, taken: pl.Series | None = None) -> None:
        """Remember the landed rows under the keys of `typed`, row by row; `taken`: those that became the typed row (all)."""
        origins = landed.select(_LANDED).with_columns(
            row_keys(typed, *table.key_columns).alias("key"),
            pl.lit(table.name).alias("table_name"),
            (pl.lit(True) if taken is None else taken).alias("taken"),
        )
        self.origins.append(exactly(origins.filter(pl.col("key").is_not_null()), ORIGINS))

    def reject(self, table: str, rows: pl.DataFrame, why: str) -> None:
        """Put whole input rows aside, with their place; their record is kept for the quarantine."""
        if rows.height == 0:
            return
        columns = [name for name in rows.columns if not name.startswith("_")]
        records = [
            canonical_json({name: value for name, value in row.items() if value is not None})
            for row in rows.select(columns).iter_rows(named=True)
        ]
        self.rejected.append(
            pl.DataFrame(
                {
                    "table_name": [table] * rows.height,
                    "file": rows["_file"],
                    "line": rows["_row"].cast(pl.Int64),
                    "why": [why] * rows.height,
                    "record": records,
                },
                schema=REJECTED,
            )
        )

    def note(self, table: str, keys: pl.Series, column: str, unreadable: pl.Series) -> None:
        """Remember which rows hold a value of `column` that could not be read; never the value."""
        bad = keys.filter(unreadable.fill_null(False))
        if len(bad):
            self.unreadable.append(
                pl.DataFrame(
                    {"table": [table] * len(bad), "key": bad, "column": [column] * len(bad)}, schema=UNREADABLE
                )
            )


def prepared(landed: Mapping[str, pl.DataFrame], table: Table, reading: Reading) -> pl.DataFrame:
    """The landed rows of a table in the order of their files, every canonical column there.

    Where a national id was masked in another column, nothing of it is left: what else the cell says is read as it is.
    """
    frame = landed.get(table.name)
    if frame is None:
        frame = pl.DataFrame(schema={name: ORIGINS[name] for name in _LANDED})
    missing = [column.name for column in table.columns if column.name not in frame.columns]
    frame = frame.with_columns([pl.lit(None, dtype=pl.String).alias(name) for name in missing])
    frame = frame.sort(_PLACED, maintain_order=True) if frame.height else frame
    masked = [column.name for column in table.columns if column.type != "key" and not column.sealed]
    if reading.options.country == "fi" and reading.misplaced.filter(pl.col("table_name") == table.name).height:
        text = pl.col(masked).str.replace_all(MASKED_NATIONAL_ID, " ").str.replace(r"^[\s,;/–-]*$", "")
        frame = frame.with_columns(
            pl.when(pl.col(masked).str.contains(MASKED_NATIONAL_ID)).then(text).otherwise(pl.col(masked))
        )
    return frame.select([*[column.name for column in table.columns], *_LANDED])


def clean_keys(frame: pl.DataFrame, names: Iterable[str], reading: Reading) -> pl.DataFrame:
    """Key and reference columns cleaned: no blanks around, no spreadsheet decimals, placeholders kept as they are."""
    for name in names:
        odd = frame.select(pl.col(name).unique().drop_nulls()).filter(~pl.col(name).str.contains(_PLAIN_KEY))
        answer = reading.mapper.apply(odd, [name], rules.key_text, {"_clean": pl.String})
        cleaned = pl.concat([odd, answer.with_columns(_odd=pl.lit(True))], how="horizontal")
        frame = (
            frame.join(cleaned, on=name, how="left", maintain_order="left")
            .with_columns(pl.when("_odd").then("_clean").otherwise(name).alias(name))
            .drop("_clean", "_odd")
        )
    return frame


def row_keys(frame: pl.DataFrame, *columns: str) -> pl.Series:
    """The keys of rows whose key has several columns, as `domain.register.join_key` writes them."""
    return frame.select(pl.concat_str(columns, separator=join_key(("", "")))).to_series()


def with_keys(frame: pl.DataFrame, table: str, required: Iterable[str], reading: Reading) -> pl.DataFrame:
    """Only the rows that have all required keys; the others are rejected."""
    for name in required:
        absent = pl.col(name).is_null()
        reading.reject(table, frame.filter(absent), f"{name} is missing")
        frame = frame.filter(~absent)
    return frame


def one_of_each(frame: pl.DataFrame, table: Table, reading: Reading) -> pl.DataFrame:
    """One row for each key; the others are rejected. Every row's origin is noted under its key.

    The newest `updated_on` is the truth, else the fuller row, else the content's digest: where a row stands never
    decides, for a sheet or a file may be moved.
    """
    frame = _without_fillers(frame, table, reading)
    other = _others(frame, table, reading)
    reading.trace(table, frame, frame, ~other)
    reading.reject(
        table.name, frame.filter(other), f"another row with the same {' and '.join(table.key_columns)} was taken"
    )
    return frame.filter(~other)


def _without_fillers(frame: pl.DataFrame, table: Table, reading: Reading) -> pl.DataFrame:
    """The rows but for those that share a number which somebody typed for none: 0, 0000, 99999."""
    if len(table.key_columns) > 1:
        return frame
    (key,) = table.key_columns
    filler = frame[key].str.contains(_FILLER) & (frame.select(pl.len().over(key)).to_series() > 1)
    reading.reject(table.name, frame.filter(filler), f"{key} is a placeholder")
    return frame.filter(~filler)


def _others(frame: pl.DataFrame, table: Table, reading: Reading) -> pl.Series:
    """Which rows give way to another one with their key."""
    places = pl.int_range(pl.len(), dtype=pl.UInt32).alias("_place")
    repeated = frame.with_columns(places).filter(pl.len().over(table.key_columns) > 1)
    filled = [pl.col(column).str.strip_chars().fill_null("") != "" for column in table.by_name]
    ranked = repeated.with_columns(_filled=pl.sum_horizontal(filled), _newest=updated_on(repeated, table, reading))
    sealed = [column.name for column in table.columns if column.sealed]  # of these the hash knows no more than a mask
    best = ranked.sort("_newest", "_filled", "_hash", *sealed, "_place", descending=True, nulls_last=True)
    others = best.filter(pl.struct(table.key_columns).is_first_distinct().not_())["_place"]
    return frame.select(places.is_in(others.implode()).alias("other")).to_series()


def updated_on(frame: pl.DataFrame, table: Table, reading: Reading) -> pl.Series:
    """The days of `updated_on` up to tonight; nulls where the table has none."""
    if "updated_on" not in table.by_name:
        return pl.Series("updated_on", [None] * frame.height, dtype=pl.Date)
    answer = read_typed(frame, table.by_name["updated_on"], reading)["value"]
    reading.hold_until(answer)
    return answer.set(answer > reading.options.as_of, None)


def typed_column(frame: pl.DataFrame, column: Column, keys: pl.Series, reading: Reading) -> pl.Series:
    """A column as its type alone says: keys are clean already, text is cleaned, anything else must be readable."""
    name, kind = column.name, column.type
    if kind == "key":
        return frame[name]
    if kind == "text":
        return simple(frame, name, rules.plain, reading)
    answer = read_typed(frame, column, reading)
    reading.note(column.table, keys, name, answer["bad"])
    return answer["value"].alias(name)


def read_typed(frame: pl.DataFrame, column: Column, reading: Reading) -> pl.DataFrame:
    """Value and bad (it could not be read) for every row."""
    name, kind = column.name, column.type
    schema = {"value": rules.TYPES[kind], "bad": pl.Boolean}
    rule = partial(rules.typed, kind=kind, column=name, unit=column.unit)
    if kind != "date":
        return reading.mapper.apply(frame, [name], rule, schema)
    # Nearly all days are written like one another; only what is not takes a rule. Of a date alone the night's day says more.
    days = dates.plain_days(frame[name])
    others = days.is_null().arg_true()
    dated = partial(rule, as_of=reading.options.as_of)
    answer = reading.mapper.apply(frame.filter(days.is_null()), [name], dated, schema)
    bad = pl.repeat(value=False, n=frame.height, eager=True).scatter(others, answer["bad"])
    return pl.DataFrame({"value": days.scatter(others, answer["value"]), "bad": bad}, schema=schema)


def completed(
    frame: pl.DataFrame, table: Table, keys: pl.Series, own: Sequence[pl.DataFrame], reading: Reading
) -> pl.DataFrame:
    """The columns that rules of their own have read, and every other one of the table, read by its type."""
    read = {name for part in own for name in part.columns}
    left = [column for column in table.columns if column.name not in read and not column.sealed]
    rest = pl.DataFrame([typed_column(frame, column, keys, reading) for column in left])
    return pl.concat([*own, rest], how="horizontal")


def schema_of(table: Table) -> dict[str, pl.DataType | type[pl.DataType]]:
    """The columns of the standardised table, with their types."""
    return {column.name: rules.TYPES[column.type] for column in table.typed}


@dataclass(frozen=True, slots=True)
class AddressColumns:
    """The names of one address's input columns in a table."""

    street: str = "street_address"
    postal_code: str = "postal_code"
    city: str = "city"
    municipality_code: str | None = None


def read_addresses(frame: pl.DataFrame, columns: AddressColumns, reading: Reading) -> pl.DataFrame:
    """The printable address and its parts for every row.

    Columns: street_address, postal_code, postal_code_state, city, municipality_code, care_of, box and the match parts.
    """
    country = reading.options.country
    parts = reading.mapper.apply(frame, [columns.street], partial(rules.address, country=country), rules.ADDRESS)
    asked = pl.DataFrame(
        {
            "code": frame[columns.postal_code],
            "city": frame[columns.city],
            "municipality": frame[columns.municipality_code]
            if columns.municipality_code
            else pl.Series([None] * frame.height, dtype=pl.String),
            "inner_code": parts["inner_postal_code"],
            "inner_city": parts["inner_city"],
        }
    ).select(
        pl.coalesce("code", "inner_code").alias("code"), pl.coalesce("city", "inner_city").alias("city"), "municipality"
    )
    place = reading.mapper.apply(
        asked, ["code", "city", "municipality"], partial(rules.place, country=country), rules.PLACE
    )
    streets = pl.DataFrame({"street": parts["street"], "municipality": place["municipality_code"]})
    street = reading.mapper.apply(
        streets,
        ["street", "municipality"],
        partial(rules.street, country=country, own=reading.options.streets),
        rules.STREET,
    )
    return pl.concat(
        [
            parts.select("street_address", "m_house", "m_house_letter", "m_stair", "m_flat", "care_of", "box"),
            place,
            street,
        ],
        how="horizontal",
    ).with_columns(m_postal=pl.col("postal_code"))


def simple(frame: pl.DataFrame, name: str, rule: rules.Answer | object, reading: Reading) -> pl.Series:
    """A column read by a rule that gives one text."""
    answer = reading.mapper.apply(frame, [name], rule, {name: pl.String})  # type: ignore[arg-type]  # any one-value rule
    return answer[name]


def listed(names: Iterable[str]) -> list[pl.Expr]:
    """Blank-separated columns as lists; no text, no elements."""
    return [pl.col(name).fill_null("").str.split(" ").list.filter(pl.element() != "") for name in names]


def exactly(frame: pl.DataFrame, schema: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """The columns of `schema`, in its order and types."""
    return frame.select([pl.col(name).cast(dtype) for name, dtype in schema.items()])
