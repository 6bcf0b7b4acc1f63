"""The lists that the rules look things up in. Small, shipped inside the package, read when first asked for.

Where each list comes from and under which terms: ATTRIBUTION.md beside this file.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from regclean.standardise.folding import fold, fold_plain


@dataclass(frozen=True, slots=True)
class Postcode:
    """One postal code. `type` is Posti's: 1 normal, 2 post office boxes, 3 company, 5 reply mail, …; 0 no longer in use."""

    code: str
    fi: str
    sv: str
    abbreviations: tuple[str, ...]
    type: str
    municipality_code: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Municipality:
    """One name of a municipality. `code` is that of the municipality that the place belongs to today."""

    code: str
    fi: str
    sv: str
    status: str  # current | abolished | renamed
    language: str  # 0 Finnish, 1 Finnish and Swedish, 2 Swedish, 3 Swedish and Finnish; empty when not current


@dataclass(frozen=True, slots=True)
class NameCounts:
    """How many bearers a name has in the population, by folded name (`fold`)."""

    first: dict[str, int]
    last: dict[str, int]


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of `<name>.csv` or `<name>.csv.gz` of this folder."""
    folder = resources.files(__name__)
    plain = folder.joinpath(f"{name}.csv")
    if plain.is_file():
        text = plain.read_text(encoding="utf-8")
    else:
        text = gzip.decompress(folder.joinpath(f"{name}.csv.gz").read_bytes()).decode("utf-8")
    return csv.DictReader(io.StringIO(text))


@cache
def postcodes() -> dict[str, Postcode]:
    return {
        row["postcode"]: Postcode(
            code=row["postcode"],
            fi=row["fi"],
            sv=row["sv"],
            abbreviations=tuple(a for a in (row["abbr_fi"], row["abbr_sv"]) if a),
            type=row["type"],
            municipality_code=row["municipality"],
            latitude=float(row["lat"]) if row["lat"] else None,
            longitude=float(row["lon"]) if row["lon"] else None,
        )
        for row in rows("postcodes")
    }


@cache
def municipalities() -> tuple[Municipality, ...]:
    return tuple(Municipality(**row) for row in rows("municipalities"))


@cache
def name_counts() -> NameCounts:
    """Bearers of each first name (any position, both genders) and surname in Finland."""
    first: dict[str, int] = {}
    for row in rows("first_names"):
        key = fold(row["name"])
        first[key] = first.get(key, 0) + int(row["male"]) + int(row["female"])
    last: dict[str, int] = {}
    for row in rows("surnames"):
        key = fold(row["name"])
        last[key] = last.get(key, 0) + int(row["count"])
    return NameCounts(first=first, last=last)


@cache
def first_name_genders() -> dict[str, str]:
    """Folded first name -> "m" | "f", where at least nine bearers in ten are of that gender."""
    counts: dict[str, list[int]] = {}
    for row in rows("first_names"):
        pair = counts.setdefault(fold(row["name"]), [0, 0])
        pair[0] += int(row["male"])
        pair[1] += int(row["female"])
    return {
        name: "m" if male > female else "f"
        for name, (male, female) in counts.items()
        if max(male, female) >= 0.9 * (male + female)
    }


@cache
def name_variants(country: str = "fi") -> dict[str, frozenset[str]]:
    """Folded first name -> other spellings, official forms and nicknames of it. Symmetric, not transitive.

    For "generic" the English nicknames stand in for the Finnish ones.
    """
    variants: dict[str, set[str]] = {}
    language = "fi" if country == "fi" else "en"
    for row in rows("name_variants"):
        if row["lang"] == language:
            variants.setdefault(row["a"], set()).add(row["b"])
            variants.setdefault(row["b"], set()).add(row["a"])
    return {name: frozenset(others) for name, others in variants.items()}


@cache
def street_pairs() -> tuple[tuple[str, str], ...]:
    """Finnish and Swedish name of one street."""
    return tuple((row["fi"], row["sv"]) for row in rows("street_pairs"))


@cache
def damaged_letter_words() -> dict[str, str]:
    """Lower-case word with a letter outside ASCII -> itself: what a lost letter may have come from."""
    words: set[str] = set()
    for table, columns in (
        ("first_names", ("name",)),
        ("surnames", ("name",)),
        ("street_names", ("street",)),
        ("municipalities", ("fi", "sv")),
        ("postcodes", ("fi", "sv")),
    ):
        for row in rows(table):
            for column in columns:
                words.update(word for word in row[column].lower().replace("-", " ").split() if not word.isascii())
    return {word: word for word in sorted(words)}


@cache
def code_synonyms() -> dict[str, dict[str, str]]:
    """Column -> plainly folded text -> canonical code."""
    synonyms: dict[str, dict[str, str]] = {}
    for row in rows("codes"):
        synonyms.setdefault(row["column"], {})[fold_plain(row["text"])] = row["code"]
    return synonyms


@cache
def legal_forms() -> dict[str, tuple[str, str]]:
    """Folded form, blank separated ("as oy", "ab") -> (form code, kind)."""
    return {row["text"]: (row["form"], row["kind"]) for row in rows("legal_forms")}
