"""Street addresses, streets, postal codes and towns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclean.standardise.addresses import EMPTY, read_address, read_address_generic, take_apart
from regclean.standardise.places import read_place, read_place_generic
from regclean.standardise.streets import street_key, street_names
from regclean.standardise.text import clean_text


def key(text: str) -> tuple[str | None, ...]:
    read = read_address(text)
    street = street_key(read.street) if read.street else None
    return street, read.house, read.house_letter, read.stair, read.flat


def home(text: str) -> tuple[str | None, ...]:
    read = read_address(text)
    street = street_key(read.street) if read.street else None
    return street, read.house_key, read.house_letter, read.stair_key, read.home_key


@pytest.mark.parametrize(
    "text", ["Puijonkatu 12 A5", "Puijonkatu 12A5", "PUIJONKATU 12 a 5", "Puijonk. 12 A 5", "Puijon k. 12 A 5"]
)
def test_one_flat_in_many_spellings(text: str) -> None:
    assert key(text) == key("Puijonkatu 12 A 5") == ("puijonkatu", "12", None, "a", "5")


@pytest.mark.parametrize(
    "text",
    [
        "Puijonkatu 12 as 5",
        "Puijonkatu 12 as.5",
        "Puijonkatu 12 as. 5",
        "Puijonkatu 12 bst 5",
        "Puijonkatu 12 lgh 5",
        "Puijonkatu 12 asunto 5",
    ],
)
def test_words_for_a_flat(text: str) -> None:
    assert key(text) == ("puijonkatu", "12", None, None, "5")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Teikäläistentie 2a B 12", ("teikalaistentie", "2", "a", "b", "12")),
        ("Kirkkokatu 1 as. 1", ("kirkkokatu", "1", None, None, "1")),
        ("Säyneensalo 112", ("sayneensalo", "112", None, None, None)),
        ("Vanha Turuntie 1045", ("vanhaturuntie", "1045", None, None, None)),
        ("Puijonkatu 12 b 3", ("puijonkatu", "12", None, "b", "3")),
        ("Puijonkatu 12 A 5 b", ("puijonkatu", "12", None, "a", "5b")),
        ("Puijonkatu 12 rappu B as 3", ("puijonkatu", "12", None, "b", "3")),
        ("Puijonkatu 12/5", ("puijonkatu", "12", None, None, "5")),
        ("Puijonkatu12", ("puijonkatu", "12", None, None, None)),
        ("3. linja 5 A 3", ("3linja", "5", None, "a", "3")),
        ("Puijonkatu", ("puijonkatu", None, None, None, None)),
    ],
)
def test_shapes(text: str, expected: tuple[str | None, ...]) -> None:
    assert key(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kivitie 9 rak. C h 2", "Kivitie 9 rak. D h 2"),
        ("Kivitie 9 talo 1 as 2", "Kivitie 9 talo 2 as 2"),
        ("Rivitie 3 rivi B 4", "Rivitie 3 rivi C 4"),
        ("Satamakatu 1 liiketila 4", "Satamakatu 1 liiketila 5"),
        ("Satamakatu 1 lokal 4", "Satamakatu 1 halli 4"),
        ("Niemenkärki 30 tontti 2", "Niemenkärki 30 tontti 6"),
        ("Niemenkärki 30 mökki 2", "Niemenkärki 30"),
        ("Huvilatie 4 ½ B 6", "Huvilatie 4 B 6"),
        ("Aurakatu 2 B 3. krs", "Aurakatu 2 B 4. krs"),
        ("Jokin uusi muoto 5 zz 9", "Jokin uusi muoto 5 zz 8"),
        ("Jokin uusi muoto 5 zz 9", "Jokin uusi muoto 5"),
        ("Puijonkatu 12 ja 14", "Puijonkatu 12 ja 16"),
        ("Puijonkatu 12 A 2-3", "Puijonkatu 12 A 2"),
    ],
)
def test_nothing_behind_the_number_is_dropped(one: str, other: str) -> None:
    assert home(one) != home(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kivitie 9 rak. C h 2", "Kivitie 9 C 2"),
        ("Kivitie 9 talo C as 2", "KIVITIE 9 rakennus c as. 2"),
        ("Kauppakatu 1 lt 3", "Kauppakatu 1, liikehuoneisto 3"),
        ("Aurakatu 2 B 3. krs 14", "Aurakatu 2 B 14"),
        ("Aurakatu 2 II krs", "Aurakatu 2, 2. kerros"),
        ("Huvilatie 4 1/2 B 6", "Huvilatie 4½ B 6"),
        ("Puijonkatu 12 A 5 ovikoodi 1234", "Puijonkatu 12 A 5"),
        ("Puijonkatu 12 A 5 (takapiha)", "Puijonkatu 12 A 5"),
        ("Puijonkatu 12 h 5", "Puijonkatu 12 as. 5"),
    ],
)
def test_one_home_in_many_words(one: str, other: str) -> None:
    assert home(one) == home(other)


def test_a_country_behind_the_town_makes_no_flat_of_the_postal_code() -> None:
    read = read_address("Linnankatu 7, 20100 Turku, FINLAND")
    assert (read.printed, read.postal_code, read.city) == ("Linnankatu 7", "20100", "Turku")
    assert read_address("Storgatan 5, 11122 Stockholm, Sverige").flat is None


@pytest.mark.parametrize(
    "text",
    [
        "tuntematon",
        "ei os.",
        "Ei osoitetta",
        "osoite tuntematon",
        "osoite puuttuu",
        "ei vakinaista asuntoa",
        "vailla vakinaista asuntoa",
        "adress okänd",
        "utan fast bostad",
        "Poste restante",
        "muuttanut",
        "-",
    ],
)
def test_a_text_that_says_there_is_no_address_is_none(text: str) -> None:
    assert read_address(text) == EMPTY


def test_a_range_holds_its_first_house() -> None:
    read = read_address("Puijonkatu 12-14")
    assert (read.house, read.house_end, read.flat) == ("12", "14", None)


def test_a_house_letter_is_no_stair() -> None:
    assert read_address("Puijonkatu 12a").house_letter == "a"
    assert read_address("Puijonkatu 12 A 5").stair == "a"
    lone = read_address("Puijonkatu 12 A")
    assert lone.ambiguous_letter
    assert not read_address("Puijonkatu 12a").ambiguous_letter


def test_post_office_box_with_town() -> None:
    read = read_address("PL 55 85501 NIVALA")
    assert (read.box, read.street, read.postal_code, read.city) == ("55", None, "85501", "Nivala")


@pytest.mark.parametrize(
    "text", ["c/o Mikko Mallikas, Puijonkatu 3", "C/O Mikko Mallikas Puijonkatu 3", "Puijonkatu 3, c/o Mikko Mallikas"]
)
def test_care_of(text: str) -> None:
    read = read_address(text)
    assert (read.care_of, read.street, read.house) == ("Mikko Mallikas", "Puijonkatu", "3")


def test_town_behind_the_street() -> None:
    read = read_address("Puijonkatu 12, 70100 Kuopio")
    assert (read.printed, read.postal_code, read.city) == ("Puijonkatu 12", "70100", "Kuopio")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Puijon k.", "puijonkatu"),
        ("Puijonkatu", "puijonkatu"),
        ("PUIJON-KATU", "puijonkatu"),
        ("Mäkit.", "makitie"),
        ("Koivukj.", "koivukuja"),
        ("Koivu p.", "koivupolku"),
        ("Kauppatr.", "kauppatori"),
        ("Rantavl.", "rantavayla"),
        ("Storg.", "isokatu"),
        ("Storgatan", "isokatu"),
    ],
)
def test_abbreviated_types(text: str, expected: str) -> None:
    assert street_key(text) == expected


def test_an_ambiguous_abbreviation_is_left_alone() -> None:
    assert street_key("Mäkir.") == "makir"


@pytest.mark.parametrize(
    ("swedish", "finnish"),
    [
        ("Åkegatan", "Aakenkatu"),
        ("Gryningsgatan", "Aamunkoitonkatu"),
        ("Olonetsgatan", "Aunuksenkatu"),
        ("Olgas gränd", "Olgankuja"),
        ("Pukkilavägen", "Pukkilantie"),
    ],
)
def test_both_names_of_a_street_have_one_key(swedish: str, finnish: str) -> None:
    assert street_key(swedish, "853") == street_key(finnish, "853")


@pytest.mark.parametrize(
    ("swedish", "finnish", "municipality"),
    [
        ("Skolgatan", "Koulukatu", "905"),
        ("Åbovägen", "Turuntie", "049"),
        ("Helsingforsvägen", "Helsingintie", "638"),
        ("Borgåvägen", "Porvoontie", "092"),
        ("Strandvägen", "Rantatie", "231"),
        ("Björkgränden", "Koivukuja", "092"),
        ("Prästholmsgatan", "Papinsaarenkatu", "091"),
        ("Mannerheimvägen", "Mannerheimintie", "091"),
        ("Handelsesplanaden", "Kauppapuistikko", "905"),
        ("Rådhusgatan", "Raatihuoneenkatu", "905"),
        ("Smeds gränd", "Sepänkuja", "434"),
    ],
)
def test_swedish_names_of_the_whole_country(swedish: str, finnish: str, municipality: str) -> None:
    assert street_key(swedish, municipality) == street_key(finnish, municipality)


def test_a_company_brings_its_own_streets() -> None:
    own = street_names([("Kipparinkatu", "Kaptensgatan", "091"), ("Uimarannantie", "Badstrandsvägen", None)])
    assert street_key("Kaptensgatan", "091", own=own) == street_key("Kipparinkatu", "091", own=own)
    assert street_key("Kaptensgatan", "905", own=own) != street_key("Kipparinkatu", "905", own=own)
    assert street_key("BADSTRANDSV.", "905", own=own) == street_key("Uimarannantie", "092", own=own)


def test_a_swedish_name_is_its_own_where_only_swedish_is_spoken() -> None:
    assert street_key("Skolgatan", "478") == "skolgatan"


@pytest.mark.parametrize(
    ("left", "right"),
    [("Mäkitie", "Mäkikatu"), ("Koivutie", "Koivukuja"), ("Väretie", "Vuoretie"), ("Ylätie", "Alatie")],
)
def test_different_streets_stay_different(left: str, right: str) -> None:
    assert street_key(left) != street_key(right)


@pytest.mark.parametrize(
    ("code", "city", "expected", "state"),
    [
        ("70100", "Kuopio", "70100", "ok"),
        ("FI-70100", "KUOPIO", "70100", "ok"),
        ("70 100", "Kuopio", "70100", "ok"),
        ("100", "Helsinki", "00100", "repaired"),
        ("100", "Helsingfors", "00100", "repaired"),
        ("100", "Kuopio", None, "invalid"),
        ("100", None, None, "invalid"),
        ("00000", "Kuopio", None, "placeholder"),
        ("", "Kuopio", None, "missing"),
        ("00102", "Eduskunta", "00102", "company"),
        ("85501", "Nivala", "85501", "po_box"),
        ("00999", "Helsinki", None, "invalid"),
        (None, "70100 Kuopio", "70100", "ok"),
        ("abc", "Kuopio", None, "invalid"),
    ],
)
def test_postal_codes(code: str | None, city: str | None, expected: str | None, state: str) -> None:
    place = read_place(code, city)
    assert (place.postal_code, place.state) == (expected, state)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Turku", "Åbo"),
        ("Vaasa", "VASA"),
        ("Nilsiä", "Kuopio"),
        ("Korsholm", "Mustasaari"),
        ("Kerimäki", "Savonlinna"),
        ("Nyslott", "Savonlinna"),
    ],
)
def test_names_of_one_municipality_have_one_key(one: str, other: str) -> None:
    left, right = read_place(None, one), read_place(None, other)
    assert left.key == right.key
    assert left.municipality_code == right.municipality_code is not None
    assert left.city is not None
    assert left.city.lower() == one.lower(), "the name itself is never replaced"


def test_unknown_towns_are_kept() -> None:
    place = read_place(None, "Ankkalinna")
    assert (place.city, place.key, place.municipality_code) == ("Ankkalinna", "ankkalinna", None)


@pytest.mark.parametrize(
    ("text", "street", "house", "flat"),
    [
        ("18 Danver Place, Loughborough, LE11 1UU, United Kingdom", "Danver Place", "18", None),
        ("Fieldstrasse 10, FL-2198 Triesen", "Fieldstrasse", "10", None),
        ("Chinatown Point, 133 New Bridge Road, 059413 Singapore", "New Bridge Road", "133", None),
        ("Flat 3, 12 High Street", "High Street", "12", "3"),
        ("12 High Street, Apt. 7, Leeds", "High Street", "12", "7"),
        ("Rose Cottage, 8000 Winterthur", "Rose Cottage, Winterthur", "8000", None),
        ("Flat 3 12 High Street", "Flat High Street", "12", "3"),
        ("High Street", "High Street", None, None),
    ],
)
def test_of_a_whole_address_between_commas_the_street_is_found(
    text: str, street: str, house: str | None, flat: str | None
) -> None:
    read = read_address_generic(text)
    assert (read.street, read.house, read.flat) == (street, house, flat)


@given(st.one_of(st.text(), st.text("Puijonkatu 12AB.as-/,PLc", max_size=30)))
def test_addresses_never_raise_and_print_stably(text: str) -> None:
    printed = read_address(text).printed
    if printed is not None:
        again = read_address(printed)
        assert read_address(again.printed).printed == again.printed
    read_address_generic(text)
    street_key(text)


@given(
    st.from_regex(
        r"[A-ZÄ][a-zåäö]{3,8}( [a-z]{3,8})?(katu|tie| k)? [1-9][0-9]{0,3}( [A-E] ?[1-9][0-9]?)?", fullmatch=True
    )
)
def test_the_short_way_agrees_with_the_long_one(text: str) -> None:
    assert read_address(text) == take_apart(clean_text(text))


@given(
    st.sampled_from(["Puijonkatu", "Säyneensalo", "Vanha Turuntie", "Nygatan", "Iso-Syötteen tie"]),
    st.integers(1, 9999),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["", "A", "C"]),
    st.integers(0, 150),
)
def test_well_formed_addresses_come_back_as_written(
    street: str, number: int, letter: str, stair: str, flat: int
) -> None:
    text = f"{street} {number}{letter}"
    if stair and flat:
        text += f" {stair} {flat}"
    elif flat and not letter:
        text += f" as. {flat}"
    read = read_address(text)
    assert read.printed == text
    assert (read.house, read.house_letter) == (str(number), letter or None)


@given(st.one_of(st.none(), st.text()), st.one_of(st.none(), st.text()))
def test_places_never_raise_and_stay_themselves(code: str | None, city: str | None) -> None:
    place = read_place(code, city)
    again = read_place(place.postal_code, place.city)
    assert (again.postal_code, again.key, again.city) == (place.postal_code, place.key, place.city)
    read_place_generic(code, city)
