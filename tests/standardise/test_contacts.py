"""Telephone numbers and e-mail addresses."""

from __future__ import annotations

import json
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regclean.standardise.contacts import Email, Phone, read_email, read_phone, read_phone_generic

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


@pytest.mark.parametrize(
    "text",
    [
        "050 123 4567 (iltaisin klo 17-19)",
        "050 1234567 ovikoodi 4711",
        "050-1234567 ext. 3",
        "0501234567 x12",
        "050 1234567 8-16",
        "050 1234567 ma-pe 8.00–16.00",
        "050 1234567 klo 17.30",
        "050 1234567 3",
        "050 1234567 1.1.2020 alkaen",
        "050 1234567 portkod 1234",
        "0501234567 / Maija",
        "puh. 050 1234567 (äiti)",
        "gsm0501234567",
    ],
)
def test_digits_of_a_remark_are_no_part_of_the_number(text: str) -> None:
    read = read_phone(text)
    assert (read.number, read.state, read.second) == ("+358501234567", "ok", None)


@pytest.mark.parametrize(
    "text",
    [
        "0S0 1234567",
        "+35850I234567",
        "O501234567",
        "050123456O",
        "0400 123 Matti 456",
        "050 123 l 567",
        "12345",
        "050 12345",
        "0400123456 4711",
        "ovikoodi 4711",
    ],
)
def test_nothing_is_guessed_from_broken_digits(text: str) -> None:
    assert read_phone(text) == Phone(None, "invalid")


@pytest.mark.parametrize("text", ["501234567", "501234567.0", "501234567,0", "5.01234567E8", "5,01234567E+08"])
def test_a_spreadsheet_gives_the_zero_back(text: str) -> None:
    assert read_phone(text) == Phone("+358501234567", "repaired")


@pytest.mark.parametrize("text", ["4711111", "23456789", "40123456", "50 1234567"])
def test_no_zero_is_added_to_what_may_be_a_number_without_its_area_code(text: str) -> None:
    assert read_phone(text).state == "invalid"


@given(
    st.lists(st.from_regex(r"[0-9]{1,12}", fullmatch=True), min_size=2, max_size=4),
    st.sampled_from([" koti ", " Maija ", " (äiti) ", " ja "]),
)
def test_no_digit_comes_from_two_words(runs: list[str], between: str) -> None:
    """A number read from words and digits is the digits of one of them alone."""
    digits = ["".join(c for c in run if c.isdigit()).lstrip("0") for run in runs]
    read = read_phone(between.join(runs))
    for number in filter(None, (read.number, read.second)):
        assert any(run and number.endswith(run.removeprefix("358").lstrip("0")) for run in digits)


@pytest.mark.parametrize("text", ["+46 70 174 06 05", "0046701740605"])
def test_foreign_numbers(text: str) -> None:
    assert read_phone(text).number == "+46701740605"


@pytest.mark.parametrize(
    ("text", "state"), [("", "missing"), ("-", "placeholder"), ("ei puhelinta", "placeholder"), ("soita", "invalid")]
)
def test_no_number(text: str, state: str) -> None:
    assert read_phone(text).state == state


@given(st.from_regex(r"0[1-9][0-9]{3,10}", fullmatch=True))
@example("018100000")  # Åland
def test_validity_agrees_with_phonenumbers(text: str) -> None:
    """The patterns used directly say what the library says, except of mobile numbers that are too short to be anybody's."""
    number = phonenumbers.parse(text, "FI")
    read = read_phone(text)
    short = text.startswith(("04", "050")) and len(text) < 9
    expected = phonenumbers.is_valid_number(number) and not short
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
        ("matti@gmial.com", "matti@gmial.com"),
        ("matti@example.fi.", "matti@example.fi"),
    ],
)
def test_addresses(text: str, expected: str) -> None:
    read = read_email(text)
    assert (read.address, read.state) == (expected, "ok")


@pytest.mark.parametrize(
    "text",
    [
        "matti(at)example.fi",
        "matti [ät] example.fi",
        "matti at example.fi",
        "matti @ example.fi",
        "matti@example,fi",
        "matti@example .fi",
        "matti@example. fi",
        "matti@@example.fi",
        "matti@example..fi",
    ],
)
def test_repaired_addresses_say_so(text: str) -> None:
    assert read_email(text) == Email("matti@example.fi", "repaired", "matti")


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
        state = "ok" if phone.state == "repaired" else phone.state
        assert read_phone(phone.number) == Phone(phone.number, state)
    if email.address:
        assert read_email(email.address) == Email(email.address, "ok", email.local)
    digits = read_phone_generic(text).number
    if digits:
        assert read_phone_generic(digits).number == digits


@pytest.mark.parametrize(
    ("text", "number", "second", "state"),
    [
        ("0401234567.0", "+358401234567", None, "ok"),
        ("401234567.0", "+358401234567", None, "repaired"),
        ("401234567 / 0502223333", "+358401234567", "+358502223333", "repaired"),
        ("172123456", None, None, "invalid"),
        ("40 12345", None, None, "invalid"),
    ],
)
def test_a_mobile_number_gets_back_the_zero_that_a_spreadsheet_took(
    text: str, number: str | None, second: str | None, state: str
) -> None:
    assert read_phone(text) == Phone(number, state, second)
