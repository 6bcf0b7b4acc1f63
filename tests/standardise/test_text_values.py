"""Text repair, dates, numbers, shares, codes."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from functools import partial

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclean.standardise import codes, quantities
from regclean.standardise.dates import UnreadableDateError, plain_days, read_date, read_month_day
from regclean.standardise.folding import fold, to_ascii
from regclean.standardise.reference import code_synonyms
from regclean.standardise.shares import read_share
from regclean.standardise.text import clean_text, is_placeholder

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("damaged", "repaired"),
    [
        ("MÃ¤kinen", "Mäkinen"),
        ("HÃ¶glund", "Höglund"),
        ("Ã…kerlund", "Åkerlund"),
        ("M{kinen", "Mäkinen"),
        ("H|gberg", "Högberg"),
        ("}kerlund", "Åkerlund"),
        ("M[KINEN", "MÄKINEN"),
        ("]KERLUND", "ÅKERLUND"),
        ("M?kinen", "Mäkinen"),
        ("M\ufffdkinen", "Mäkinen"),
        ("H?m?l?inen", "Hämäläinen"),
        ("M?KINEN", "MÄKINEN"),
        ("Ma\u0308kinen", "Mäkinen"),
        ("Liisa  M{kinen ", "Liisa Mäkinen"),
        ("H?meentie 5", "Hämeentie 5"),
        ("Smith &amp; Sons", "Smith & Sons"),
        ("Virtanen\u200b Matti\u00a0J", "Virtanen Matti J"),
    ],
)
def test_encoding_damage_is_repaired(damaged: str, repaired: str) -> None:
    assert clean_text(damaged) == repaired


@pytest.mark.parametrize(
    "text", ["Matti|Maija", "[Matti]", "{x}", "Miksi? Ei", "Xy?zzkinen", "V?rx", "C:\\temp", "Åkerlund", "5 | 6"]
)
def test_what_may_be_right_is_left_alone(text: str) -> None:
    assert clean_text(text) == text


@given(st.text())
def test_cleaning_twice_equals_once(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    is_placeholder(text)


@given(st.text("aäåoöMkinen{}|[]\\?\ufffdÃ¤¶â€Å ", max_size=20))
def test_cleaning_damage_twice_equals_once(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once


@given(st.text("aMkinenHgR„”™Žš├ñ√§Â÷õ‰ˆ…€öä%C3=E4\\u0 -", max_size=14))
def test_letters_read_in_another_encoding_are_mended_once(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once


@pytest.mark.parametrize("word", ["Mäkinen", "Höglund", "Jyväskylä", "MÄKINEN", "Ylä-Savo"])
@pytest.mark.parametrize(
    ("was", "read_as"),
    [
        ("utf-8", "cp1252"),
        ("utf-8", "cp850"),
        ("utf-8", "mac_roman"),
        ("cp850", "cp1252"),
        ("cp1252", "cp850"),
        ("mac_roman", "cp1252"),
    ],
)
def test_a_word_is_read_in_the_encoding_in_which_it_is_one(word: str, was: str, read_as: str) -> None:
    assert clean_text(word.encode(was).decode(read_as)) == word


@given(st.text())
def test_folding_twice_equals_once_and_leaves_ascii_words(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once.isascii()
    assert to_ascii(to_ascii(text)) == to_ascii(text)


def test_folding_keeps_what_tells_names_apart() -> None:
    assert fold("Hämäläinen") == "hamalainen"
    assert fold("Mäki-Virtanen") == "maki virtanen"
    assert fold("O'Brien") == "obrien"


@pytest.mark.parametrize("text", ["-", "ei tiedossa", "#N/A", "N/A", "xxx", "?", "Tuntematon", "NULL", "saknas", "--"])
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["Eino", "Naantali", "Xu", "5", "Å"])
def test_values_are_no_placeholders(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-02-29 00:00:00", date(2024, 2, 29)),
        ("2024-02-29T12:00:00Z", date(2024, 2, 29)),
        ("29.2.2024", date(2024, 2, 29)),
        ("01.05.2024", date(2024, 5, 1)),
        ("1.5.24", date(2024, 5, 1)),
        ("1.5.75", date(1975, 5, 1)),
        ("19680123", date(1968, 1, 23)),
        ("45351", date(2024, 2, 29)),
        ("45351.5", date(2024, 2, 29)),
        ("1.1.1900", None),
        ("31.12.2099", None),
        ("9999-12-31", None),
        ("00.00.0000", None),
        ("", None),
        ("-", None),
        (None, None),
    ],
)
def test_dates(text: str | None, expected: date | None) -> None:
    assert read_date(text, as_of=TODAY) == expected


def test_a_two_digit_birth_year_is_never_in_the_future() -> None:
    assert read_date("1.5.30", as_of=TODAY, birth=True) == date(1930, 5, 1)
    assert read_date("1.5.30", as_of=TODAY) == date(2030, 5, 1)


@pytest.mark.parametrize("text", ["eilen", "31.2.2024", "2024-13-01", "1.5.", "12"])
def test_what_is_no_date_raises_without_telling_the_text(text: str) -> None:
    with pytest.raises(UnreadableDateError) as caught:
        read_date(text, as_of=TODAY)
    assert text not in str(caught.value)


@given(st.dates(date(1902, 1, 1), date(2078, 12, 31)))
def test_all_ways_of_writing_a_date_agree(day: date) -> None:
    forms = [day.isoformat(), f"{day.day}.{day.month}.{day.year}", f"{day:%Y%m%d}", f"{day:%d.%m.%Y}"]
    serial = (day - date(1899, 12, 30)).days
    if serial >= 10_000:
        forms.append(str(serial))
    assert {read_date(form, as_of=TODAY) for form in forms} == {day}


@given(st.dates(date(1906, 11, 22), TODAY))
def test_two_digit_birth_years_are_read_as_the_latest_past_ones(day: date) -> None:
    read = read_date(f"{day:%d.%m.%y}", as_of=TODAY + timedelta(days=0), birth=True)
    assert read is not None
    assert (read.day, read.month, read.year % 100) == (day.day, day.month, day.year % 100)
    assert read.year <= TODAY.year


def test_days_that_are_read_at_once_are_those_that_are_read_one_by_one() -> None:
    first = date(1899, 12, 1)
    every = [first + timedelta(days=at) for at in (*range(1_600), *range(1_600, 64_000, 13), *range(64_000, 67_000))]
    odd = [
        "2026-02-30",
        "2026-1-1",
        " 2026-01-01",
        "2026-01-01\n",
        "2026-01-01T10:00",
        "\u0661999-01-01",
        "0000-00-00",
        "",
        None,
    ]
    texts = [*(day.isoformat() for day in every), *odd]
    at_once = plain_days(pl.Series(texts, dtype=pl.String)).to_list()
    assert at_once[-len(odd) :] == [None] * len(odd)
    for birth in (False, True):
        wrong = [
            t for t, day in zip(texts, at_once, strict=True) if day and read_date(t, as_of=TODAY, birth=birth) != day
        ]
        assert not wrong
    assert sum(day is None for day in at_once) < 3_000, "or most are read one by one"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("05-01", "05-01"), ("1.5.", "05-01"), ("30.9", "09-30"), ("2024-05-01", "05-01"), ("", None)],
)
def test_days_of_a_season(text: str, expected: str | None) -> None:
    assert read_month_day(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,5", 1.5),
        ("1.5", 1.5),
        ("1 234,5", 1234.5),
        ("1.234,5", 1234.5),
        ("12 kpl", 12.0),
        ("0", 0.0),
        ("-3", -3.0),
        ("", None),
        ("-", None),
    ],
)
def test_decimals(text: str, expected: float | None) -> None:
    assert quantities.read_decimal(text) == expected


@pytest.mark.parametrize(
    ("text", "litres"),
    [
        ("660", 660.0),
        ("0,66", 660.0),
        ("0,12", 120.0),
        ("660 l", 660.0),
        ("5 m3", 5000.0),
        ("10 m³", 10000.0),
        ("1,1", 1100.0),
    ],
)
def test_litres(text: str, litres: float) -> None:
    assert quantities.read_litres(text) == litres


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("2", 2.0),
        ("2 vk", 2.0),
        ("joka toinen viikko", 2.0),
        ("viikoittain", 1.0),
        ("2 krt/vk", 0.5),
        ("kuukausittain", 4.0),
        ("0", None),
    ],
)
def test_intervals(text: str, weeks: float | None) -> None:
    assert quantities.read_weeks(text) == weeks


@pytest.mark.parametrize("text", ["kyllä", "K", "x", "1", "true", "on", "Ja", "1.0"])
def test_yes(text: str) -> None:
    assert quantities.read_boolean(text) is True


@pytest.mark.parametrize("text", ["ei", "e", "0", "false", "Nej", "no", "0.0"])
def test_no(text: str) -> None:
    assert quantities.read_boolean(text) is False


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("1/3", 33.3333),
        ("33 %", 33.0),
        ("puolet", 50.0),
        ("0,5", 50.0),
        ("hälften", 50.0),
        ("25", 25.0),
        ("33,3%", 33.3),
        ("0,5 %", 0.5),
        ("neljäsosa", 25.0),
        ("1/1", 100.0),
        ("0", 0.0),
        ("150", 150.0),
    ],
)
def test_shares(text: str, percent: float) -> None:
    assert read_share(text) == (percent, "ok")


@pytest.mark.parametrize(
    ("text", "state"),
    [("", "missing"), (None, "missing"), ("tasan", "missing"), ("1/0", "invalid"), ("paljon", "invalid")],
)
def test_shares_that_say_nothing(text: str | None, state: str) -> None:
    assert read_share(text) == (None, state)


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("use", "Vakituinen", "permanent"),
        ("use", "vapaa-aika", "leisure"),
        ("use", "2 - Vapaa-ajan asunto", "leisure"),
        ("use", "Fritidsbostad", "leisure"),
        ("role", "Omistaja", "owner"),
        ("waste_type", "Sekajäte (660 l)", "mixed"),
        ("waste_type", "Sekaj", "mixed"),
        ("waste_type", "20 03 01", "mixed"),
        ("waste_type", "biojäte", "bio"),
        ("signal", "Kuolema", "death"),
        ("billing", "Jaettu", "split"),
        ("status", "Päättynyt", "ended"),
    ],
)
def test_words_for_codes(column: str, text: str, code: str) -> None:
    assert codes.read_code(text, column) == code


def test_every_code_stands_for_itself() -> None:
    for column, synonyms in code_synonyms().items():
        for code in set(synonyms.values()):
            assert codes.read_code(code, column) == code


def test_unknown_codes_raise_without_telling_the_word() -> None:
    with pytest.raises(codes.UnknownCodeError) as caught:
        codes.read_code("jotain ihan muuta", "use")
    assert "jotain" not in str(caught.value)


READERS = (
    quantities.read_decimal,
    quantities.read_integer,
    quantities.read_litres,
    quantities.read_weeks,
    quantities.read_boolean,
    read_month_day,
    *(partial(codes.read_code, column=name) for name in ("language", "country_code", "building_state", "use")),
    lambda text: read_date(text, as_of=TODAY),
)


@given(st.text())
def test_no_text_breaks_a_reader(text: str) -> None:
    """Text that cannot be read is a ValueError, never another one, and the text is not in its message."""
    for reader in READERS:
        with contextlib.suppress(ValueError):
            reader(text)
    read_share(text)
