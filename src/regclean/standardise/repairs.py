"""What was put right or thrown away in reading a cell: for a finding that writes it to the register, too.

Only a cell that needs it is looked at: patterns over whole columns choose them, the value rules say what became of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import polars as pl

from regclean.domain.register import BIN_GROUP_MEMBERS, BIN_GROUPS, CUSTOMERS, SITES, Column
from regclean.standardise import places
from regclean.standardise.address_words import says_no_address
from regclean.standardise.columns import Reading
from regclean.standardise.contacts import read_email, read_phone
from regclean.standardise.folding import fold
from regclean.standardise.text import PLACEHOLDERS, SUSPICIOUS, clean_text, is_placeholder

# how: letters | zero | sign | placeholder; after: what the cell should hold, NULL for nothing.
REPAIRS = dict.fromkeys(("table_name", "key", "column_name", "how", "after"), pl.String)
_TABLES = (CUSTOMERS, SITES, BIN_GROUPS, BIN_GROUP_MEMBERS)
_NUMBER = r"^\s*(?:(?:4\d|50)\d{7,8}(?:[.,]0+)?|\d[.,]\d+[Ee]\+?0?[89])\s*(?:$|[;,/])"
_PLAIN_EMAIL = r"^\s*[A-Za-z0-9._%+&'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\s*$"
_SIGN = re.compile(r"@|\(\w+\)|[\[{]\w+[\]}]|\sat\s")
_LISTED = "|".join(sorted(map(re.escape, PLACEHOLDERS)))
# Whatever may be one; `is_placeholder` says what is: a listed text, signs alone, an error cell, words in brackets, "ei … ".
_PLACEHOLDER = (
    rf"^(?i:\s*(?:{_LISTED})\s*|[^\pL\pN]+|\s*[#(\[<{{].*|(?:\pL+[\s.:!]+)*"
    r"(?:ei|ej|inte|no|not|inge[nt]|inga|saknas|puuttu\pL+|tuntem\pL+|okän[dt]|unknown|missing|ks|kts|katso|nimetön)\b.*)$"
)


def repairs(landed: Mapping[str, pl.DataFrame], origins: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """`REPAIRS` of the rows that were taken."""
    found = [pl.DataFrame(schema=REPAIRS)]
    if reading.options.country != "fi":
        return found[0]
    for table in _TABLES:
        frame = landed.get(table.name)
        if frame is None or not frame.height:
            continue
        taken = origins.filter((pl.col("table_name") == table.name) & pl.col("taken")).select("key", "_file", "_row")
        columns = [column for column in table.columns if column.type in {"text", "date"} and not column.sealed]
        towns = {"postal_code": "city", "billing_postal_code": "billing_city"}
        for column in columns:
            if column.name not in frame.columns:
                continue
            town = pl.col(name) if (name := towns.get(column.name, "")) in frame.columns else pl.lit(None, pl.String)
            suspects = frame.filter(_suspect(column)).select("_file", "_row", text=column.name, town=town)
            if not suspects.height:
                continue
            unique = suspects.select("text", "town").unique(maintain_order=True)
            answers = [_repair(column, text, town) for text, town in unique.iter_rows()]
            told = unique.with_columns(
                pl.Series("how", [how for how, _ in answers], dtype=pl.String),
                pl.Series("after", [after for _, after in answers], dtype=pl.String),
            ).filter(pl.col("how").is_not_null())
            rows = suspects.join(told, on=["text", "town"], nulls_equal=True).join(taken, on=["_file", "_row"])
            found.append(
                rows.select(
                    table_name=pl.lit(table.name), key="key", column_name=pl.lit(column.name), how="how", after="after"
                )
            )
    return pl.concat(found).sort("table_name", "key", "column_name")


def _suspect(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    suspect = text.str.contains(_PLACEHOLDER)
    if "phone" in column.name:
        return (
            suspect
            | text.str.contains(_NUMBER)
            | ~text.str.contains(r"\d")
            | text.str.replace_all(r"\D", "").str.contains(r"^0?\d{1,3}0{6,}$|^(?:0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)$")
        )
    if "email" in column.name:
        return suspect | ~text.str.contains(_PLAIN_EMAIL)
    if "postal_code" in column.name:
        return suspect | ~text.str.contains(r"^\s*\d{5}\s*$")
    if column.name.endswith("street_address"):
        suspect = suspect | ~text.str.contains(r"\d")
    return suspect if column.identifier or column.type != "text" else suspect | text.str.contains(SUSPICIOUS)


def _repair(column: Column, text: str, town: str | None) -> tuple[str | None, str | None]:
    """(how, after) of one cell; (None, None) where nothing was put right."""
    if not text.strip():
        return None, None
    if is_placeholder(clean_text(text)):
        return "placeholder", None
    if "phone" in column.name:
        phone = read_phone(text)
        if phone.state == "placeholder":
            return "placeholder", None
        # Where the cell holds more than the number, nobody should lose the rest.
        alone = re.fullmatch(r"\s*[\d.,Ee+]+\s*", text) is not None
        return ("zero", phone.number) if phone.state == "repaired" and alone else (None, None)
    if "email" in column.name:
        email = read_email(text)
        if email.state == "placeholder":
            return "placeholder", None
        alone = len(_SIGN.findall(text)) == 1
        return ("sign", email.address) if email.state == "repaired" and alone else (None, None)
    if "postal_code" in column.name:
        place = places.read_place(text, town, None)
        return ("zero", place.postal_code) if place.state == "repaired" else (None, None)
    cleaned = clean_text(text)
    if column.name.endswith("street_address") and says_no_address(fold(cleaned)):
        return "placeholder", None
    written = " ".join(unicodedata.normalize("NFC", text).split())
    return (
        ("letters", cleaned) if column.type == "text" and not column.identifier and cleaned != written else (None, None)
    )
