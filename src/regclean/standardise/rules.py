"""The value rules as functions of column values to tuples: what `mapping` runs over unique values.

Tuples are in the order of the schema beside each function. A value that could not be read ends in True ("unreadable").
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from regclean.domain.register import KINDS, ColumnType
from regclean.standardise import (
    addresses,
    codes,
    contacts,
    dates,
    identifiers,
    kinds,
    names,
    parties,
    places,
    quantities,
)
from regclean.standardise.folding import fold, word_list
from regclean.standardise.identifiers.rakennustunnus import Rakennustunnus
from regclean.standardise.keys import clean_key
from regclean.standardise.names import Person
from regclean.standardise.organisations import read_organisation
from regclean.standardise.shares import read_share
from regclean.standardise.streets import StreetNames, street_key
from regclean.standardise.text import clean_text, value_or_none

Answer = tuple[Any, ...]
# Lists travel as blank-separated text (match words hold no blanks) and are split by polars, which is much faster.
LISTED = ("m_given", "m_last_parts")
_FIELD = "\t"

PERSON_NAMES = {"m_first": pl.String, "m_given": pl.String, "m_last": pl.String}
_PARTY_TEXTS = word_list(
    """kind kind_given kind_inferred name first_names last_name previous_last_name company_name m_first m_given m_last
    m_last_parts m_previous m_org m_org_form m_org_numerals main_part others died"""
)
PARTY = dict.fromkeys(_PARTY_TEXTS, pl.String) | dict.fromkeys(("deceased", "protected", "unreadable"), pl.Boolean)


def party(
    kind: str | None,
    name: str | None,
    first_names: str | None,
    last_name: str | None,
    company_name: str | None,
    previous_last_name: str | None,
    *,
    country: str,
    surname_first: bool,
) -> Answer:
    given, unreadable = _kind(kind)
    if country != "fi":
        return _generic_party(given, name, first_names, last_name, company_name, previous_last_name, unreadable)
    read = parties.read_party(
        name,
        first_names,
        last_name,
        company_name,
        previous_last_name,
        # A register that knows only "person" and "company" calls estates and couples persons: their names tell.
        None if given == "person" else given,
        surname_first=surname_first,
    )
    effective = read.kind if given in {None, "person"} else given
    main = read.main
    # Who acts for a person is not the person: a guardian of many would make them one.
    others = tuple(item for item in read.persons[main is not names.NOBODY :] if item[0] != "guardian")
    organisation = read.organisation
    return (
        effective,
        given,
        read.kind,
        read.name,
        main.first_names,
        main.last_name,
        ", ".join(main.previous) or None,
        read.company_name,
        *_match_names(main, read.generation),
        organisation.base,
        organisation.form,
        organisation.numerals,
        read.persons[0][0] if main is not names.NOBODY else None,
        _packed(others),
        read.died,
        read.deceased,
        read.protected,
        unreadable,
    )


def _kind(text: str | None) -> tuple[str | None, bool]:
    try:
        kind = codes.read_code(text, "kind")
    except codes.UnknownCodeError:
        return None, True
    return (kind if kind in KINDS else None), False


def _match_names(person: Person, generation: str | None = None) -> Answer:
    """m_first, m_given, m_last, m_last_parts, m_previous. A mark of generation tells two apart as a further name does."""
    given = [*names.given_keys(person.first_names), *([generation] if generation else [])]
    last = names.last_key(person.last_name) if person.last_name else None
    previous = [names.last_key(name) for name in person.previous]
    parts = [part for whole in (last or "", *previous) for part in whole.split()]
    return (
        given[0] if given else None,
        " ".join(given),
        last or None,
        " ".join(dict.fromkeys(parts)),
        " ".join(previous) or None,
    )


def _packed(persons: tuple[tuple[str, Person], ...]) -> str | None:
    """Further persons as lines of tab-separated part, first names, last name; most rows have none."""
    lines = (_FIELD.join((part, person.first_names or "", person.last_name or "")) for part, person in persons)
    return "\n".join(lines) or None


def unpacked(others: pl.DataFrame) -> pl.DataFrame:
    """(…, others) -> one row for each further person: (…, place, part, first_names, last_name)."""
    fields = pl.col("others").str.split(_FIELD)
    return (
        others.filter(pl.col("others").is_not_null())
        .with_columns(pl.col("others").str.split("\n"))
        .with_columns(place=pl.int_ranges(1, pl.col("others").list.len() + 1))
        .explode("others", "place")
        .with_columns(
            part=fields.list.get(0),
            first_names=fields.list.get(1).replace("", None),
            last_name=fields.list.get(2).replace("", None),
        )
        .drop("others")
    )


def person_names(first_names: str | None, last_name: str | None) -> Answer:
    """m_first, m_given, m_last of one person."""
    first, given, last, _, _ = _match_names(Person(first_names, last_name))
    return first, given, last


def _generic_party(
    given: str | None,
    name: str | None,
    first_names: str | None,
    last_name: str | None,
    company_name: str | None,
    previous_last_name: str | None,
    unreadable: bool,
) -> Answer:
    """Plain reading without Finnish knowledge: columns as they are (Ab Bey is no company), a full name split before its last word."""
    name, first, last, company = (value_or_none(text) for text in (name, first_names, last_name, company_name))
    previous = value_or_none(previous_last_name)
    whole = company or name or " ".join(filter(None, (first, last))) or None
    inferred = "company" if company else kinds.infer_kind_generic(last if first and last and not name else whole)
    kind = given or inferred
    person = names.NOBODY
    organisation = read_organisation(None)
    if kind in {"person", "household", "estate"}:
        if not first and not last and whole:
            head, comma, tail = whole.partition(",")
            words = whole.split()
            first, last = (tail.strip(), head.strip()) if comma else (" ".join(words[:-1]) or None, words[-1])
        cased = [" ".join(names.name_case(word) for word in (text or "").split()) or None for text in (first, last)]
        person = Person(cased[0], cased[1], (names.name_case(previous),) if previous else ())
        whole = person.printed or whole
    else:
        organisation = read_organisation(whole, branches=False)
    return (
        kind,
        given,
        inferred,
        whole,
        person.first_names,
        person.last_name,
        previous,
        whole if person is names.NOBODY else None,
        *_match_names(person),
        organisation.base,
        organisation.form,
        organisation.numerals,
        "self" if person.printed else None,
        None,
        None,
        False,
        False,
        unreadable,
    )


# Identifiers ---------------------------------------------------------------------------------------------------------

PERSONAL_ID = {"hash": pl.String, "masked": pl.String, "birth_date": pl.Date, "state": pl.String}
IDENTIFIER = {"value": pl.String, "state": pl.String}


def personal_id(text: str | None, *, country: str, key: bytes, as_of: date, accept_test_ids: bool) -> Answer:
    """A henkilötunnus without itself: a keyed hash where it may be matched on, a mask, the birth date that it tells."""
    context = identifiers.Context(as_of, accept_test_ids)
    read = identifiers.read("national_id", text, country=country, context=context)
    known = identifiers.keyed_hash(read.value, key) if read.value and read.state == "ok" else None
    return known, identifiers.mask(read), read.birth_date, read.state


def national_id_hash(text: str, *, country: str, key: bytes, as_of: date, accept_test_ids: bool) -> str | None:
    """The keyed hash by which a whole national id is found; None where the text is none that may be matched on."""
    known: str | None
    known, *_ = personal_id(text, country=country, key=key, as_of=as_of, accept_test_ids=accept_test_ids)
    return known


def identifier(text: str | None, *, column: str, country: str) -> Answer:
    """The id of a column that no other column helps to read."""
    read = identifiers.read(column, text, country=country)
    return read.value, read.state


def business_id(business: str | None, e_invoice: str | None, *, country: str) -> Answer:
    """A business id; when the column holds none, the Y-tunnus inside the e-invoicing address."""
    read = identifiers.read("business_id", business, country=country)
    if country == "fi" and read.value is None and read.state in {"missing", "placeholder"}:
        inside = identifiers.business_id_of_ovt(e_invoice)
        if inside:
            return inside, "ok"
    return read.value, read.state


def e_invoice_address(text: str | None, *, country: str) -> Answer:
    """An e-invoicing address; a placeholder is as good as nothing, for most customers have none."""
    read = identifiers.read("e_invoice_address", text, country=country)
    return read.value, "missing" if read.state == "placeholder" else read.state


PROPERTY = {
    "property_id": pl.String,
    "property_id_state": pl.String,
    "building_id": pl.String,
    "building_id_state": pl.String,
}


def property_and_building(property_id: str | None, building_id: str | None, *, country: str) -> Answer:
    """Both ids of a site; a building's id that stands in the property's column is moved to its own."""
    land = identifiers.read("property_id", property_id, country=country)
    building = identifiers.read("building_id", building_id, country=country)
    if country != "fi" or land.kind != Rakennustunnus.name:
        return land.value, land.state, building.value, building.state
    if building.value is None and building.state in {"missing", "placeholder"}:
        return None, "building_id", land.value, "ok"
    return None, "building_id", building.value, building.state


PROPERTY_ID = {"property_id": pl.String, "property_id_state": pl.String}


def property_id(text: str | None, *, country: str) -> Answer:
    """The property of a building; a building's id there says nothing of it."""
    return property_and_building(text, None, country=country)[:2]


# Addresses -----------------------------------------------------------------------------------------------------------

ADDRESS = {
    "street_address": pl.String,
    "street": pl.String,
    "m_house": pl.String,
    "m_house_letter": pl.String,
    "m_stair": pl.String,
    "m_flat": pl.String,
    "care_of": pl.String,
    "box": pl.String,
    "inner_postal_code": pl.String,
    "inner_city": pl.String,
}
PLACE = {
    "postal_code": pl.String,
    "postal_code_state": pl.String,
    "city": pl.String,
    "municipality_code": pl.String,
    "m_city": pl.String,
}
STREET = {"m_street": pl.String}


def address(text: str | None, *, country: str) -> Answer:
    read = addresses.read_address(text) if country == "fi" else addresses.read_address_generic(text)
    return (
        read.printed,
        # A post office box is matched like a street whose house number is the box's.
        read.street or ("pl" if read.box else None),
        read.house_key or (read.box if not read.street else None),
        read.house_letter,
        read.stair_key,
        read.home_key,
        read.care_of,
        read.box,
        read.postal_code,
        read.city,
    )


def place(postal_code: str | None, city: str | None, municipality_code: str | None, *, country: str) -> Answer:
    if country == "fi":
        code = municipality_code.strip().split(".")[0].zfill(3) if municipality_code else None
        read = places.read_place(postal_code, city, code)
    else:
        read = places.read_place_generic(postal_code, city)
    return read.postal_code, read.state, read.city, read.municipality_code, read.key


def street(text: str | None, municipality_code: str | None, *, country: str, own: StreetNames) -> Answer:
    return (street_key(text, municipality_code, country, own) if text else None,)


# Contacts ------------------------------------------------------------------------------------------------------------

PHONE = {"phone": pl.String, "phone_state": pl.String, "second": pl.String}
EMAIL = {"email": pl.String, "email_state": pl.String, "m_email_local": pl.String}


def phone(text: str | None, *, country: str) -> Answer:
    read = contacts.read_phone(text) if country == "fi" else contacts.read_phone_generic(text)
    return read.number, read.state, read.second


def email(text: str | None, *, country: str) -> Answer:
    """An impossible address is kept, with its state, where no rules are known ("generic"): it is evidence, if weak."""
    read = contacts.read_email(text)
    if read.state == "invalid" and country != "fi":
        address = clean_text(text or "").lower()
        return address, read.state, fold(address.partition("@")[0]) or None
    return read.address, read.state, read.local


# Typed values: (value, unreadable) -----------------------------------------------------------------------------------


def typed(text: str | None, *, kind: str, column: str, as_of: date = date.max, unit: str | None = None) -> Answer:
    """A value of a date, month_day, integer, decimal, boolean or code column. `unit`: what a decimal counts; `as_of`: of a
    date, the night's day.
    """
    try:
        if kind == "decimal":
            return _MEASURES.get(unit, quantities.read_decimal)(text), False
        return _READERS[kind](text, column, as_of), False
    except ValueError:
        return None, True


def _date(text: str | None, column: str, as_of: date) -> date | None:
    return dates.read_date(text, as_of=as_of, birth=column == "birth_date")


_MEASURES: dict[str | None, Callable[[str | None], float | None]] = {
    "litres": quantities.read_litres,
    "weeks": quantities.read_weeks,
}
_READERS: dict[str, Any] = {
    "date": _date,
    "month_day": lambda text, column, as_of: dates.read_month_day(text),
    "integer": lambda text, column, as_of: quantities.read_integer(text),
    "boolean": lambda text, column, as_of: quantities.read_boolean(text),
    "code": lambda text, column, as_of: codes.read_code(text, column),
}
TYPES: dict[ColumnType, Any] = {
    "key": pl.String,
    "text": pl.String,
    "list": pl.List(pl.String),
    "date": pl.Date,
    "month_day": pl.String,
    "integer": pl.Int32,
    "decimal": pl.Float64,
    "boolean": pl.Boolean,
    "code": pl.String,
}

SHARE = {"share_percent": pl.Float64, "share_state": pl.String}


def share(text: str | None) -> Answer:
    return read_share(text)


def plain(text: str | None) -> Answer:
    return (value_or_none(text),)


def key_text(text: str | None) -> Answer:
    return (clean_key(text),)
