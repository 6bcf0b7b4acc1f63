"""Every vector of the identifiers' file, and the laws that hold beyond it."""

from __future__ import annotations

import importlib
import json
import pkgutil
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban
from stdnum.fi import hetu as stdnum_hetu
from stdnum.fi import ytunnus as stdnum_ytunnus

from regclean.domain.register import TABLES
from regclean.standardise import identifiers as ids
from regclean.standardise import rules
from regclean.standardise.identifiers.opaque import Opaque

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "standardise" / "id_vectors.json").read_text(encoding="utf-8")
)
KEY = b"a key for tests"
TODAY = date(2026, 11, 21)
CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"


class PersonalId(NamedTuple):
    hash: str | None
    masked: str | None
    birth_date: date | None
    state: str


def personal(text: str | None, *, accept: bool = True, key: bytes = KEY, country: str = "fi") -> PersonalId:
    return PersonalId(*rules.personal_id(text, country=country, key=key, as_of=TODAY, accept_test_ids=accept))


@pytest.mark.parametrize("text", VECTORS["hetu"]["valid_artificial"])
def test_temporary_personal_ids_count_only_where_they_are_accepted(text: str) -> None:
    accepted = personal(text)
    assert accepted.state == "ok"
    assert accepted.hash is not None
    refused = personal(text, accept=False)
    assert (refused.state, refused.hash) == ("temporary", None)
    assert refused.masked == f"{text[:7]}***{text[-1]}"


@pytest.mark.parametrize("text", VECTORS["hetu"]["invalid"])
def test_invalid_personal_ids_are_never_matched_on(text: str) -> None:
    read = personal(text)
    assert read.hash is None
    assert read.state in {"invalid", "placeholder"}
    assert read.birth_date is None


@pytest.mark.parametrize(("left", "right"), VECTORS["hetu"]["distinct_persons"])
def test_the_separator_is_part_of_the_personal_id(left: str, right: str) -> None:
    assert personal(left).hash != personal(right).hash


@pytest.mark.parametrize(
    ("separator", "century"),
    [("+", 1800), *[(c, 1900) for c in "-YXWVU"], *[(c, 2000) for c in "ABCDEF"]],
)
def test_every_separator_tells_its_century(separator: str, century: int) -> None:
    digits, number = "010105", "123"
    text = f"{digits}{separator}{number}{CHECK[int(digits + number) % 31]}"
    read = personal(text, accept=False)
    assert (read.state, read.birth_date) == ("ok", date(century + 5, 1, 1))


@pytest.mark.parametrize("text", ["010190–901R", " 010190-901r ", "010190 - 901 R", "010190‑901R"])
def test_spelling_of_a_personal_id_does_not_matter(text: str) -> None:
    assert personal(text).hash == personal("010190-901R").hash


@pytest.mark.parametrize("text", ["", "   ", None])
def test_no_personal_id_is_missing(text: str | None) -> None:
    assert personal(text).state == "missing"


@pytest.mark.parametrize("text", ["-", "ei tiedossa", "000000-0000", "010190-", "010190-XXXX", "#N/A", "0", "xxx"])
def test_ways_of_saying_that_the_personal_id_is_unknown(text: str) -> None:
    read = personal(text)
    assert (read.state, read.hash, read.masked) == ("placeholder", None, None)


def test_a_birth_in_the_future_is_no_birth() -> None:
    digits, number = "010130", "123"
    assert personal(f"{digits}A{number}{CHECK[int(digits + number) % 31]}").state == "invalid"


@given(
    st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    st.integers(2, 999),
    st.sampled_from(CHECK),
)
def test_personal_ids_agree_with_stdnum(born: date, number: int, check: str) -> None:
    separator = "-" if born.year < 2000 else "A"
    text = f"{born:%d%m%y}{separator}{number:03d}{check}"
    assert (personal(text).state == "ok") == stdnum_hetu.is_valid(text, allow_temporary=True)


def test_the_hash_depends_on_the_key_and_hides_the_id() -> None:
    other = personal("010190-901R", key=b"another")
    read = personal("010190-901R")
    assert read.hash != other.hash
    assert read.hash is not None
    assert len(read.hash) == 64
    assert "901" not in (read.masked or "")


@pytest.mark.parametrize("text", VECTORS["ytunnus"]["valid"])
def test_valid_business_ids(text: str) -> None:
    assert ids.read("business_id", text) == ids.Identifier(text, "ok")
    assert ids.read("business_id", "FI" + text.replace("-", "")) == ids.Identifier(text, "ok")


@pytest.mark.parametrize("text", [text for text in VECTORS["ytunnus"]["invalid"] if text != "0000000-0"])
def test_invalid_business_ids(text: str) -> None:
    assert ids.read("business_id", text) == ids.Identifier(None, "invalid")


def test_the_zero_business_id_is_a_placeholder_though_its_checksum_passes() -> None:
    assert stdnum_ytunnus.is_valid("00000000")
    assert ids.read("business_id", "0000000-0") == ids.Identifier(None, "placeholder")


def test_prefix_and_old_form_of_a_business_id() -> None:
    assert ids.read("business_id", "FI12345671").value == "1234567-1"
    assert ids.read("business_id", "000012-3").value == "0000012-3"


@given(st.integers(0, 99_999_999))
def test_business_ids_agree_with_stdnum(number: int) -> None:
    digits = f"{number:08d}"
    read = ids.read("business_id", f"{digits[:7]}-{digits[7]}")
    assert (read.state == "ok") == (stdnum_ytunnus.is_valid(digits) and number != 0)


@pytest.mark.parametrize("text", VECTORS["prt"]["valid"])
def test_valid_building_ids(text: str) -> None:
    assert ids.read("building_id", text) == ids.Identifier(text, "ok")


@pytest.mark.parametrize("text", [*VECTORS["prt"]["invalid"], "200000000W"])
def test_invalid_building_ids(text: str) -> None:
    assert ids.read("building_id", text) == ids.Identifier(None, "invalid")


@pytest.mark.parametrize(("text", "canonical"), VECTORS["kiinteistotunnus"]["canonical"].items())
def test_property_ids_are_padded(text: str, canonical: str) -> None:
    assert ids.read("property_id", text) == ids.Identifier(canonical, "ok")


@pytest.mark.parametrize("text", VECTORS["kiinteistotunnus"]["warn"])
def test_property_ids_of_public_areas_are_kept_with_a_warning(text: str) -> None:
    read = ids.read("property_id", text)
    assert read.state == "warn"
    assert read.value is not None


@pytest.mark.parametrize("text", VECTORS["kiinteistotunnus"]["invalid"])
def test_invalid_property_ids(text: str) -> None:
    assert ids.read("property_id", text) == ids.Identifier(None, "invalid")


def test_a_building_id_in_the_property_column_is_recognised() -> None:
    assert rules.property_and_building("100012345N", None, country="fi") == (None, "building_id", "100012345N", "ok")


def test_a_parcel_keeps_its_suffix() -> None:
    assert ids.read("property_id", "297-12-34-5-M601").value == "297-012-0034-0005-M601"


@pytest.mark.parametrize("text", VECTORS["iban_fi"]["valid"])
def test_valid_ibans(text: str) -> None:
    assert ids.read("iban", text) == ids.Identifier(text, "ok")
    spaced = " ".join(text[i : i + 4] for i in range(0, len(text), 4)).lower()
    assert ids.read("iban", spaced) == ids.Identifier(text, "ok")


@pytest.mark.parametrize("text", VECTORS["iban_fi"]["invalid"])
def test_invalid_ibans(text: str) -> None:
    assert ids.read("iban", text) == ids.Identifier(None, "invalid")


def test_the_national_check_finds_what_modulo_97_lets_pass() -> None:
    assert stdnum_iban.is_valid("FI7500000000000019", check_country=False)
    assert ids.read("iban", "FI7500000000000019").state == "invalid"


@pytest.mark.parametrize("text", VECTORS["ovt"]["valid"])
def test_valid_e_invoice_addresses(text: str) -> None:
    assert ids.read("e_invoice_address", text) == ids.Identifier(text, "ok")
    assert ids.business_id_of_ovt(text) == "0000001-9"


@pytest.mark.parametrize("text", VECTORS["ovt"]["invalid"])
def test_invalid_e_invoice_addresses(text: str) -> None:
    assert ids.read("e_invoice_address", text) == ids.Identifier(None, "invalid")
    assert ids.business_id_of_ovt(text) is None


def test_other_e_invoice_addresses_are_kept_with_a_warning() -> None:
    assert ids.read("e_invoice_address", "TE003712345") == ids.Identifier("TE003712345", "warn")


COLUMNS = sorted({column for kind in ids.KINDS for column in kind.columns})


@given(st.one_of(st.text(), st.text("0123456789-FIM+A .", max_size=22)))
@example("\u037e")  # a Greek question mark is a semicolon when it is composed
@example("N /A")
@example("x}H]")  # an alphabet of seven bits, when it is in capitals
def test_no_text_breaks_a_reader_and_canonical_values_stay_themselves(text: str) -> None:
    personal(text)
    personal(text, country="generic")
    for column, country in product(COLUMNS, ("fi", "generic")):
        read = ids.read(column, text, country=country)
        if read.value is not None:
            assert ids.read(column, read.value, country=country) == read
            assert ids.mask(read)


def test_every_kind_of_identifier_is_in_the_list_and_has_a_column() -> None:
    kinds = {kind for kind in subclasses(ids.IdentifierKind) if kind.__module__.startswith("regclean.")}
    assert kinds - {Opaque} == {type(kind) for kind in ids.KINDS}, "standardise/identifiers/__init__.py, KINDS"
    declared = {column.identifier for table in TABLES.values() for column in table.columns} - {None}
    assert declared == set(COLUMNS), "domain/register/tables.toml, identifier"
    assert len({kind.name for kind in ids.KINDS}) == len(ids.KINDS)
    assert all(kind.__doc__ for kind in map(type, ids.KINDS)), "the data dictionary says what each is"


def subclasses(kind: type[ids.IdentifierKind]) -> set[type[ids.IdentifierKind]]:
    modules = pkgutil.iter_modules(ids.__path__, f"{ids.__name__}.")
    for module in modules:
        importlib.import_module(module.name)
    return set(kind.__subclasses__())
