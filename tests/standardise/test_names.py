"""Kinds, persons, households, estates and organisations."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclean.standardise import kinds, names
from regclean.standardise.genitives import nominative
from regclean.standardise.organisations import read_organisation
from regclean.standardise.parties import read_party
from regclean.standardise.reference import first_name_genders, name_variants, rows


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Matti Virtanen", "person"),
        ("VIRTANEN MATTI JUHANI", "person"),
        ("Pekka Koski", "person"),
        ("A. B. Virtanen", "person"),
        ("A B Virtanen", "person"),
        ("Virtanen A.B.", "person"),
        ("A B Volvo", "company"),
        ("Virtanen r.y.", "association"),
        ("Federico Attila", "person"),
        ("Mäkelän tila", "company"),
        ("Virtanen Matti ja Maija", "household"),
        ("Matti & Maija Virtanen", "household"),
        ("Virtanen Matti / Maija", "household"),
        ("Virtaset", "household"),
        ("Perhe Virtanen", "household"),
        ("Familjen Lindström", "household"),
        ("Virtanen Matti kp", "estate"),
        ("Virtanen Matti, kuolinpesä", "estate"),
        ("Virtanen Matti k.p.", "estate"),
        ("Jakamaton kp Virtanen Matti", "estate"),
        ("Lindström Karl dödsbo", "estate"),
        ("Lindström Karl db", "estate"),
        ("Virtanen Matti oik.om.", "estate"),
        ("Rakennus Virtanen Oy", "company"),
        ("Tmi Matti Virtanen", "company"),
        ("T:mi Virtanen", "company"),
        ("Virtanen & Pojat Ky", "company"),
        ("Maa ja Puutarha Oy", "company"),
        ("Kampaamo Ritva", "company"),
        ("Rakennus Oy:n konkurssipesä", "company"),
        ("Kylän Osuuskunta", "company"),
        ("Asunto Oy Puijonrinne", "housing_company"),
        ("As Oy Puijonrinne", "housing_company"),
        ("As. Oy Puijonrinne", "housing_company"),
        ("Puijonrinne As.Oy", "housing_company"),
        ("Asunto-osakeyhtiö Puijonrinne", "housing_company"),
        ("Bostads Ab Solbacken", "housing_company"),
        ("BAb Solbacken", "housing_company"),
        ("Kiinteistö Oy Puijonrinne", "housing_company"),
        ("Koy Puijonrinne", "housing_company"),
        ("Fastighets Ab Solbacken", "housing_company"),
        ("Kuopion kaupunki", "public_body"),
        ("Siilinjärven kunta", "public_body"),
        ("Kuopion tuomiokirkkoseurakunta", "public_body"),
        ("Suomen valtio", "public_body"),
        ("Vasa stad", "public_body"),
        ("Korsholms kommun", "public_body"),
        ("Savon koulutuskuntayhtymä", "public_body"),
        ("Kuopion Reippaat ry", "association"),
        ("Kuopion Reippaat r.y.", "association"),
        ("Solbackens förening rf", "association"),
        ("Mäkelän säätiö", "association"),
        ("Mäntylahden tiekunta", "group"),
        ("Rantatien tiehoitokunta", "group"),
        ("Lahden venesatama", "group"),
        ("Kallaveden osakaskunta", "group"),
        ("Solbacka väglag", "group"),
        (None, "person"),
        ("", "person"),
    ],
)
def test_kinds(text: str | None, kind: str) -> None:
    assert kinds.infer_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Matti Virtanen", "Matti", "Virtanen"),
        ("Virtanen Matti", "Matti", "Virtanen"),
        ("Virtanen, Matti Juhani", "Matti Juhani", "Virtanen"),
        ("VIRTANEN Matti Juhani", "Matti Juhani", "Virtanen"),
        ("VIRTANEN MATTI", "Matti", "Virtanen"),
        ("Laine Aino", "Aino", "Laine"),
        ("Matti J. Virtanen", "Matti J.", "Virtanen"),
        ("Mäki-Virtanen Anna-Liisa", "Anna-Liisa", "Mäki-Virtanen"),
        ("MÄKI-VIRTANEN ANNA-LIISA", "Anna-Liisa", "Mäki-Virtanen"),
        ("af Hällström Carl", "Carl", "af Hällström"),
        ("CARL VON WRIGHT", "Carl", "von Wright"),
        ("MCDONALD JOHN", "John", "McDonald"),
        ("O'BRIEN PATRICK", "Patrick", "O'Brien"),
        ("Wright, Carl von", "Carl", "von Wright"),
        ("Wright Carl von", "Carl", "von Wright"),
        ("Le Thi Lan", "Thi Lan", "Le"),
        ("Von Wright Carl", "Carl", "Von Wright"),
        ("rva Maija Virtanen", "Maija", "Virtanen"),
        ("Virtanen Matti *Juhani*", "Matti Juhani", "Virtanen"),
        ('Virtanen Matti "Juhani"', "Matti Juhani", "Virtanen"),
        ("Matti", "Matti", None),
        ("Virtanen", None, "Virtanen"),
    ],
)
def test_persons(text: str, first: str | None, last: str | None) -> None:
    person = names.read_person(text)
    assert (person.first_names, person.last_name) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "Virtanen Liisa o.s. Mäkinen",
        "Liisa Virtanen (ent. Mäkinen)",
        "Liisa Virtanen e. Mäkinen",
        "Liisa Virtanen os Mäkinen",
        "Liisa Virtanen s. Mäkinen",
        "Liisa Virtanen, omaa sukua Mäkinen",
        "Liisa Virtanen f. Mäkinen",
    ],
)
def test_previous_surnames(text: str) -> None:
    assert names.read_person(text) == names.Person("Liisa", "Virtanen", ("Mäkinen",))


def test_an_initial_is_no_mark_of_a_previous_surname() -> None:
    assert names.read_person("Matti E. Virtanen") == names.Person("Matti E.", "Virtanen")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("Matti Juhani", "Virtanen"),
        ("Virtanen", "Matti Juhani"),
        ("Virtanen Matti Juhani", None),
        (None, "Matti Juhani Virtanen"),
        ("Matti Juhani", "Virtanen Matti Juhani"),
        ("MATTI JUHANI", "VIRTANEN"),
    ],
)
def test_name_columns_swapped_or_filled_together(first: str | None, last: str | None) -> None:
    assert names.read_person_columns(first, last) == names.Person("Matti Juhani", "Virtanen")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Virtanen Matti ja Maija", [("Matti", "Virtanen"), ("Maija", "Virtanen")]),
        ("Matti & Maija Virtanen", [("Matti", "Virtanen"), ("Maija", "Virtanen")]),
        ("Virtanen Matti / Maija", [("Matti", "Virtanen"), ("Maija", "Virtanen")]),
        ("Matti Virtanen ja Maija Korhonen", [("Matti", "Virtanen"), ("Maija", "Korhonen")]),
        ("Virtanen Matti Juhani ja Maija Liisa", [("Matti Juhani", "Virtanen"), ("Maija Liisa", "Virtanen")]),
        ("Lindström Karl och Brita", [("Karl", "Lindström"), ("Brita", "Lindström")]),
        ("Virtaset", [(None, "Virtanen")]),
    ],
)
def test_households_are_split_into_their_persons(text: str, expected: list[tuple[str | None, str]]) -> None:
    party = read_party(text)
    assert party.kind == "household"
    assert [(person.first_names, person.last_name) for _, person in party.persons] == expected
    assert [part for part, _ in party.persons] == ["self", "spouse"][: len(expected)]


@pytest.mark.parametrize(
    "text",
    [
        "Virtanen Matti kp",
        "Matti Virtasen kuolinpesä",
        "Jakamaton kp Virtanen Matti",
        "Virtanen, Matti k.p.",
        "Virtasen Matin kuolinpesä",
    ],
)
def test_estates_name_the_deceased(text: str) -> None:
    party = read_party(text)
    assert party.kind == "estate"
    assert party.persons == (("deceased", names.Person("Matti", "Virtanen")),)


@pytest.mark.parametrize(
    ("genitive", "expected"),
    [
        ("Virtasen", "Virtanen"),
        ("Mäen", "Mäki"),
        ("Laineen", "Laine"),
        ("Lahden", "Lahti"),
        ("Rannan", "Ranta"),
        ("Heikkilän", "Heikkilä"),
        ("Antin", "Antti"),
        ("Virtanen", "Virtanen"),
        ("Xyzzyn", "Xyzzyn"),
    ],
)
def test_nominatives(genitive: str, expected: str) -> None:
    assert nominative(genitive) == expected


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Virtanen Matti ja Maija", "Matti ja Maija Virtanen"),
        ("Lindström Karl och Brita", "Karl och Brita Lindström"),
        ("FAM. LINDSTRÖM", "Familjen Lindström"),
        ("Virtaset", "Perhe Virtanen"),
        ("VIRTANEN MATTI KP", "Matti Virtanen kp"),
        ("Lindström Karl dödsbo", "Karl Lindström dödsbo"),
        ("MÄNTYLAHDEN TIEKUNTA", "Mäntylahden tiekunta"),
        ("RAKENNUS VIRTANEN OY", "Rakennus Virtanen Oy"),
    ],
)
def test_printed_names_stay_in_their_language_and_stay_themselves(text: str, printed: str) -> None:
    party = read_party(text)
    assert party.name == printed
    assert read_party(printed).name == printed
    assert read_party(printed).kind == party.kind


def test_a_trade_name_names_the_trader() -> None:
    party = read_party("Tmi Matti Virtanen")
    assert party.persons == (("trader", names.Person("Matti", "Virtanen")),)
    assert party.main == names.NOBODY


def test_care_of() -> None:
    party = read_party("Virtanen Matti c/o Korhonen Liisa")
    assert party.kind == "person"
    assert party.persons == (
        ("self", names.Person("Matti", "Virtanen")),
        ("care_of", names.Person("Liisa", "Korhonen")),
    )


@pytest.mark.parametrize(
    ("text", "base", "form"),
    [
        ("Savon Jäte Oy", "savon jate", "oy"),
        ("Oy Savon Jäte Ab", "savon jate", "oy"),
        ("SAVON JÄTE OY", "savon jate", "oy"),
        ("Virtanen & Pojat Ky", "virtanen ja pojat", "ky"),
        ("Virtanen ja Pojat Ky", "virtanen ja pojat", "ky"),
        ("Kuopion Reippaat r.y.", "kuopion reippaat", "ry"),
        ("Asunto Oy Puijonrinne", "puijonrinne", "as_oy"),
        ("Puijonrinne As Oy", "puijonrinne", "as_oy"),
        ("Bostads Ab Solbacken", "solbacken", "as_oy"),
        ("Tmi Matti Virtanen", "matti virtanen", "tmi"),
        ("Savon Jäte Oy / Kuopion toimipiste", "savon jate", "oy"),
        ("Savon Jäte Oy / Savolax Avfall Ab", "savon jate", "oy"),
        ("Savon Jäte Oy - Savolax Avfall Ab", "savon jate", "oy"),
        ("Savon Jäte Oyj", "savon jate", "oyj"),
        ("Savon Jäte Oy Kuopio", "savon jate", "oy"),
        # Names below: cleanco's list of companies (github.com/psolin/cleanco, MIT).
        ("A B Volvo", "volvo", "oy"),
        ("Industriforvaltnings AB Kinnevik", "industriforvaltnings kinnevik", "oy"),
        ("Norsk Hydro A/S", "norsk hydro", "as"),
        ("Stora Enso OYJ", "stora enso", "oyj"),
        ("UPM-Kymmene OYJ", "upm kymmene", "oyj"),
    ],
)
def test_organisation_bases(text: str, base: str, form: str) -> None:
    read = read_organisation(text)
    assert (read.base, read.form) == (base, form)


@pytest.mark.parametrize(
    ("text", "numerals"),
    [
        ("As Oy Puijonrinne II", "2"),
        ("As Oy Puijonrinne 2", "2"),
        ("As Oy Puijonrinne I", "1"),
        ("As Oy Puijonrinne IV", "4"),
        ("As Oy Kauppakatu 5", "5"),
        ("As Oy Puijonrinne", None),
    ],
)
def test_numerals_tell_siblings_apart(text: str, numerals: str | None) -> None:
    assert read_organisation(text).numerals == numerals


def test_a_branch_is_separated_but_not_lost() -> None:
    assert read_organisation("Savon Jäte Oy / Kuopion toimipiste").branch == "kuopion toimipiste"
    assert read_organisation("Savon Jäte Oy, Kuopion myymälä").branch == "kuopion myymala"


def test_name_variants_are_symmetric_and_do_not_mix_genders() -> None:
    variants = name_variants()
    genders = first_name_genders()
    assert "matias" in variants["matti"]
    assert "juhani" in variants["jukka"]
    for name, others in variants.items():
        assert all(name in variants[other] for other in others)
    assert "petra" not in variants["petri"]
    assert genders["petra"] == "f"
    assert "robert" in name_variants("generic")["rob"]


@given(st.one_of(st.text(), st.text("MattiVrneäJOy &/,.()*kp-", max_size=30)))
def test_no_text_breaks_the_reading_of_names(text: str) -> None:
    read_party(text)
    read_party(None, text, text[::-1], None, text)
    read_organisation(text)


GIVEN = st.sampled_from(["Matti", "Liisa", "Anna-Liisa", "Karl", "Aino", "Åke", "Jukka"])
LAST = st.sampled_from(["Virtanen", "Mäki-Virtanen", "Korhonen", "Lindström", "af Hällström", "Öhman"])


@given(st.lists(GIVEN, min_size=1, max_size=3, unique=True), LAST)
def test_order_and_case_do_not_matter(given_names: list[str], last: str) -> None:
    first = " ".join(given_names)
    expected = names.Person(first, last)
    for text in (f"{first} {last}", f"{last} {first}", f"{last}, {first}", f"{last} {first}".upper()):
        assert names.read_person(text) == expected
    party = read_party(f"{last} {first}")
    assert read_party(party.name).name == party.name
    # Who is called by a man's and a woman's name is two people.
    assert party.name in {f"{first} {last}", f"{first.replace(' ', ' ja ')} {last}"}


def test_almost_no_real_name_is_taken_for_an_organisation() -> None:
    """Every surname of the population with a common first name; all bearers count."""
    wrong = total = 0
    for row in rows("surnames"):
        total += int(row["count"])
        if kinds.infer_kind(f"Matti {row['name']}") != "person":
            wrong += int(row["count"])
    assert wrong / total < 1e-4


def test_the_order_of_common_names_is_found() -> None:
    """Names drawn by their frequency, in both orders: fewer than one in five hundred goes wrong."""
    source = random.Random(5)
    surnames = [(row["name"], int(row["count"])) for row in rows("surnames")]
    first_names = [(row["name"], int(row["male"]) + int(row["female"])) for row in rows("first_names")]
    drawn = 2000
    lasts = source.choices([name for name, _ in surnames], [count for _, count in surnames], k=drawn)
    firsts = source.choices([name for name, _ in first_names], [count for _, count in first_names], k=drawn)
    wrong = sum(
        names.read_person(text) != names.Person(first, last)
        for first, last in zip(firsts, lasts, strict=True)
        for text in (f"{last} {first}", f"{first} {last}")
    )
    assert wrong < 2 * drawn / 500


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("A-L Hietala", ["a", "l"]),
        ("A.-L. Hietala", ["a", "l"]),
        ("Hietala A.L.", ["a", "l"]),
        ("Hietala, Anna-L.", ["anna", "l"]),
        ("Anna-Liisa Hietala", ["annaliisa"]),
        ("Bo-Erik Berg", ["boerik"]),
    ],
)
def test_initials_are_one_letter_each(written: str, keys: list[str]) -> None:
    assert names.given_keys(names.read_person(written).first_names) == keys


@pytest.mark.parametrize(
    ("written", "latin"),
    [("Ольга Иванова", "Olga Ivanova"), ("Сергей Петров", "Sergei Petrov"), ("Γιώργος Παπάς", "Giorgos Papas")],
)
def test_names_in_other_scripts_compare_with_their_latin_spelling(written: str, latin: str) -> None:
    one, other = names.read_person(written), names.read_person(latin)
    assert one.printed == written
    assert names.given_keys(one.first_names) == names.given_keys(other.first_names)
    assert names.last_key(one.last_name or "") == names.last_key(other.last_name or "")
