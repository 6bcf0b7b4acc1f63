"""Telephone numbers and e-mail addresses."""

from __future__ import annotations

import json
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclean.standardise.contacts import read_email, read_phone, read_phone_generic

VECTORS: dict[str, str | None] = json.loads(
    (Path(__file__).parents[1] / "data" / "standardise" / "id_vectors.json").read_text(encoding="utf-8")
)["phone"]


@pytest.mark.parametrize(("text", "expected"), VECTORS.items())
def test_phone_vectors(text: str, expected: str | None) -> None:
    read = read_phone(text)
    assert read.number == expected
    assert (read.state == "ok") == (expected is not None)


@pytest.mark.parametrize("text", ["010 123 4567", "020 7912345", "029 123 4567", "030 123456"])
def test_numbers_of_organisations_are_told_apart(text: str) -> None:
    read = read_phone(text)
    assert read.state == "business"
    assert read.number is not None


@pytest.mark.parametrize(
    "text",
    [
        "040 123 4567, 050 123 4567",
        "040-1234567 / 050-1234567",
        "0401234567;0501234567",
        "puh. 040 1234567 tai 050 1234567",
        "040 123 4567 050 123 4567",
        "+358 40 123 4567 +358 50 123 4567",
        "0401234567/0501234567",
    ],
)
def test_two_numbers_in_one_cell(text: str) -> None:
    read = read_phone(text)
    assert (read.number, read.second) == ("+358401234567", "+358501234567")


def test_the_first_possible_number_counts() -> None:
    assert read_phone("123 / 040 123 4567").number == "+358401234567"


@pytest.mark.parametrize("text", ["+46 70 174 06 05", "0046701740605"])
def test_foreign_numbers(text: str) -> None:
    assert read_phone(text).number == "+46701740605"


@pytest.mark.parametrize(
    ("text", "state"), [("", "missing"), ("-", "placeholder"), ("ei puhelinta", "placeholder"), ("soita", "invalid")]
)
def test_no_number(text: str, state: str) -> None:
    assert read_phone(text).state == state


@given(st.from_regex(r"0[1-9][0-9]{3,10}", fullmatch=True))
def test_validity_agrees_with_phonenumbers(text: str) -> None:
    """The patterns used directly say what the library says, except of service numbers of a kind of their own."""
    number = phonenumbers.parse(text, "FI")
    read = read_phone(text)
    expected = phonenumbers.is_valid_number(number)
    if read.state != "placeholder":
        assert (read.number is not None) == expected
    if read.number:
        assert read.number == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Matti.Virtanen@Example.COM", "matti.virtanen@example.com"),
        (" <matti@example.fi>; ", "matti@example.fi"),
        ("mailto:matti@example.fi", "matti@example.fi"),
        ("matti@example.fi, maija@example.fi", "matti@example.fi"),
        ("matti(at)example.fi", "matti@example.fi"),
        ("matti @ example.fi", "matti@example.fi"),
        ("matti@gmial.com", "matti@gmial.com"),
        ("matti@gmail,com", "matti@gmail.com"),
        ("matti@example.fi.", "matti@example.fi"),
    ],
)
def test_addresses(text: str, expected: str) -> None:
    read = read_email(text)
    assert (read.address, read.state) == (expected, "ok")


@pytest.mark.parametrize(
    "text", ["matti", "matti@", "@example.fi", "matti@example", "ma tti@exam ple", "a..b@example.fi"]
)
def test_impossible_addresses(text: str) -> None:
    assert read_email(text).address is None
    assert read_email(text).state == "invalid"


@pytest.mark.parametrize("text", ["ei", "-", "ei@ei.fi", "x@x.fi", "puuttuu"])
def test_addresses_that_say_there_is_none(text: str) -> None:
    assert read_email(text).state == "placeholder"


@given(st.text())
def test_contacts_never_raise_and_stay_themselves(text: str) -> None:
    phone, email = read_phone(text), read_email(text)
    if phone.number:
        assert read_phone(phone.number) == type(phone)(phone.number, phone.state)
    if email.address:
        assert read_email(email.address) == email
    digits = read_phone_generic(text).number
    if digits:
        assert read_phone_generic(digits).number == digits
