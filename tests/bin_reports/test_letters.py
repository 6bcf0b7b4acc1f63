"""The letter to the contact person: what it asks, in which words, and above all what it never says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclean.bin_reports import Defect, Material, MemberAsSent, asks, letter, why_no_letter
from regclean.bin_reports.questions import TOLD, questions, read_questions
from regclean.domain.languages import LANGUAGES
from regclean.rules import catalogue
from regclean.rules.summaries import placeholders

RULES = sorted(rule for rule, info in catalogue().items() if info.kind == "bin_group")
LINES = {
    "1": MemberAsSent("1", "Laine Pekka", "Haapaniemenkatu 7, 70100 Kuopio"),
    "2": MemberAsSent("2", "Savolainen", None),
    "3": MemberAsSent("3", None, "Asemakatu 9, 70100 Kuopio"),
    "10": MemberAsSent("10", "Nieminen Kaisa", "Asemakatu 11, 70100 Kuopio"),
}
K1 = Material(
    bin_group_no="K1",
    contact_name="Pekka Laine",
    place="Haapaniemenkatu 7, 70100 Kuopio",
    waste_type="mixed",
    lines=LINES,
    defects=(
        Defect("K12", "review", {"link_state": "new"}, ("10",)),
        Defect("K12", "review", {"link_state": "ambiguous"}, ("2",)),
        Defect("K06", "error", {"total": 80.5, "missing": 1}),
        Defect("K18", "error", {"start_on": "2024-05-01", "end_on": "2024-03-01"}, ("3",)),
    ),
)
FINNISH = """Hei Pekka Laine!

Olette ilmoittanut meille jätekimpan K1 (Haapaniemenkatu 7, 70100 Kuopio; sekajäte) osakkaat. Kaikki tiedot eivät ole \
selviä. Pyydämme teitä vastaamaan näihin kysymyksiin yhdellä kertaa, mieluiten kahden viikon kuluessa.

1. Ilmoittamanne jako-osuudet ovat yhteensä 80,5 %. Mikä on kunkin osakkaan osuus? Osuuksien summan pitää olla 100 %.

Osakkaat sellaisina kuin ne ovat lähettämässänne luettelossa:

2. Rivi 2: Savolainen, osoite puuttuu
   Rivi 10: Nieminen Kaisa, Asemakatu 11, 70100 Kuopio
   Jokaisesta rivistä:
   Osakasta ei voi tunnistaa pelkästään näistä tiedoista. Pyydämme tarkistamaan nimen (etunimi ja sukunimi) ja \
ilmoittamaan sen kiinteistön osoitteen, jonka jätteet tuodaan astiaan, sekä laskutusosoitteen, jos se on eri.

3. Rivi 3: nimi puuttuu, Asemakatu 9, 70100 Kuopio
   Ilmoitetut päivät (alkaa 1.5.2024, päättyy 1.3.2024) eivät sovi yhteen kimpan päivien kanssa. Milloin osakas liittyi \
kimppaan, ja milloin hän lähti, jos hän on lähtenyt?

Voitte vastata tähän viestiin tai kirjeeseen. Osakas voi myös ilmoittaa tietonsa suoraan meille. Älkää lähettäkö \
henkilötunnuksia. Tarvitsemme tietoja jätteenkuljetukseen ja laskutukseen.

Kiitos avustanne!

Ystävällisin terveisin
Savon Jäte Oy
"""


def body(material: Material, language: str = "fi") -> str:
    written = letter(material, language, sender="Savon Jäte Oy")
    assert written is not None
    return written.body


def test_a_finnish_letter_asks_everything_at_once() -> None:
    written = letter(K1, "fi", sender="Savon Jäte Oy")
    assert written is not None
    assert written.subject == "Jätekimppa K1: pyydämme tarkistamaan tiedot"
    assert written.body == FINNISH


def test_a_swedish_letter_speaks_swedish() -> None:
    text = body(K1, "sv")
    assert text.startswith("Hej Pekka Laine!\n\nNi har meddelat oss delägarna i det gemensamma sopkärlet K1 (Haap")
    assert "; blandavfall)" in text
    assert "1. De andelar som ni har meddelat är sammanlagt 80,5 %." in text
    assert "2. Rad 2: Savolainen, adress saknas\n   Rad 10: Nieminen Kaisa" in text
    assert "börjar 1.5.2024, slutar 1.3.2024" in text
    assert text.endswith("Med vänlig hälsning\nSavon Jäte Oy\n")


def test_an_english_letter_and_any_other_language_are_in_english() -> None:
    text = body(K1, "en")
    assert text.startswith("Dear Pekka Laine,\n\nYou have given us the members of shared bin K1")
    assert "1. The shares that you gave add up to 80.5 %." in text
    assert "Line 3: name missing, Asemakatu 9" in text
    assert body(K1, "de") == text


def test_the_same_question_on_one_line_is_asked_once() -> None:
    twice = replace(K1, defects=(Defect("K01", "review", {}, ("10",)), Defect("K28", "review", {}, ("10",))))
    assert body(twice).count("edelleen mukana") == 1


def test_two_households_asked_about_together_stand_by_themselves() -> None:
    text = body(
        replace(K1, defects=(Defect("K05", "review", {}, ("1", "10")), Defect("K05", "review", {}, ("2", "3"))))
    )
    assert "1. Rivi 1: Laine Pekka, Haapaniemenkatu 7, 70100 Kuopio\n   Rivi 10: " in text
    assert "2. Rivi 2: Savolainen, osoite puuttuu\n   Rivi 3: " in text
    assert "Jokaisesta" not in text


def test_what_a_member_or_the_office_must_settle_is_not_in_a_letter() -> None:
    for rule in ("K04", "K23", "K26", "K29"):
        assert letter(replace(K1, defects=(Defect(rule, "review", {}, ("1",)),)), "fi", sender="") is None


def test_what_was_linked_is_not_asked_again() -> None:
    linked = replace(K1, defects=(Defect("K12", "review", {"link_state": "linked"}, ("1",)),))
    assert letter(linked, "fi", sender="") is None


def test_a_rounding_or_a_coarse_distance_is_not_asked_but_an_old_list_is() -> None:
    rounding = Defect("K06", "info", {"total": 99.9})
    assert letter(replace(K1, defects=(rounding,)), "fi", sender="") is None
    assert "lähettämänne luettelo" in body(replace(K1, defects=(rounding, Defect("K22", "info", {}))))


@pytest.mark.parametrize(
    "defect", [Defect("K03", "review", {"reasons": ["deceased", "moved"]}), Defect("K19", "review", {"contacts": 0})]
)
def test_nobody_is_written_to_who_has_died_or_is_not_there(defect: Defect) -> None:
    material = replace(K1, defects=(*K1.defects, defect))
    assert why_no_letter(material) == defect.rule
    assert all(letter(material, language, sender="") is None for language in LANGUAGES)


@pytest.mark.parametrize(
    "defect", [Defect("K03", "review", {"reasons": ["moved"]}), Defect("K19", "review", {"contacts": 2})]
)
def test_whoever_may_not_be_the_contact_any_more_sees_nobodys_line(defect: Defect) -> None:
    text = body(replace(K1, defects=(*K1.defects, defect)))
    assert "Savolainen" not in text
    assert "Nieminen" not in text
    assert "2." not in re.findall(r"^\d+\.", text, re.M)


def test_a_line_that_may_not_be_named_is_not_and_its_absence_does_not_tell() -> None:
    hidden = replace(K1, unnamed=frozenset({"10"}), restricted=True)
    text = body(hidden)
    assert "Nieminen" not in text
    assert "Savolainen" not in text, "of two lines in question only one would be missing"
    assert "Kaikkia osakkaita ei voi tunnistaa luettelon tiedoista" in text
    assert "Haapaniemenkatu" not in text, "where the bin is may be where the protected person is"
    alone = replace(hidden, defects=(Defect("K12", "review", {"link_state": "new"}, ("10",)),))
    assert letter(alone, "fi", sender="") is None


def test_a_national_id_that_somebody_wrote_into_a_name_is_masked() -> None:
    written = {"1": MemberAsSent("1", "Laine Pekka 010190-901R", "Kuja 1, 010190Y901r")}
    text = body(replace(K1, lines=written, defects=(Defect("K07", "error", {}, ("1",)),)))
    assert "901R" not in text.upper()
    assert "Laine Pekka ******-****" in text


MARK = "REGISTER"
NAMES = sorted(
    {
        *(name for rule in RULES for text in catalogue()[rule].summary.values() for name in placeholders(text)),
        *(
            "name",
            "customer_no",
            "national_id",
            "phone",
            "email",
            "birth_date",
            "last_bill_on",
            "candidates",
            "followers",
        ),
    }
    - TOLD
)


@st.composite
def materials(draw: st.DrawFn) -> Material:
    """Defects whose evidence is full of the register's data, about lines that the contact person sent."""
    defects = []
    for rule in draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=6)):
        evidence: dict[str, object] = {name: f"{MARK} {name}" for name in NAMES}
        evidence["candidates"] = [{"customer_no": MARK, "name": MARK}]
        evidence["reasons"] = draw(st.lists(st.sampled_from(["moved", "ended", "one_family", "deceased"]), min_size=1))
        evidence["contacts"] = draw(st.sampled_from([0, 2]))
        evidence["link_state"] = draw(st.sampled_from(["new", "linked", "ambiguous", None]))
        evidence["own_street_address"] = draw(st.sampled_from([None, MARK]))
        lines = draw(st.lists(st.sampled_from(sorted(LINES)), max_size=2, unique=True))
        defects.append(Defect(rule, draw(st.sampled_from(["error", "review", "info"])), evidence, tuple(lines)))
    unnamed = draw(st.frozensets(st.sampled_from(sorted(LINES)), max_size=2))
    return replace(K1, defects=tuple(defects), unnamed=unnamed, restricted=bool(unnamed) or draw(st.booleans()))


@given(materials(), st.sampled_from(LANGUAGES))
def test_no_letter_tells_what_the_register_knows_or_names_who_may_not_be_named(
    material: Material, language: str
) -> None:
    written = letter(material, language, sender="Savon Jäte Oy")
    text = f"{written.subject}{written.body}" if written else ""
    assert MARK not in text
    for number in material.unnamed:
        assert not re.search(rf"(Rivi|Rad|Line) {number}:", text)
    for word in ("kuol", "avlid", "deceas", "turvakielto", "spärr", "disclosure"):
        assert word not in text.lower()


@given(materials())
def test_the_order_of_findings_does_not_matter(material: Material) -> None:
    turned = replace(material, defects=material.defects[::-1])
    assert letter(turned, "fi", sender="X") == letter(material, "fi", sender="X")


def test_every_rule_of_shared_bins_has_its_question_or_says_that_there_is_none() -> None:
    assert sorted(questions()) == RULES


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[K01]\nwhom = "contact"\nask = { fi = "a", sv = "b" }', "ask lacks en"),
        ('[K01]\nwhom = "office"', "do lacks fi"),
        ('[K01]\nwhom = "neighbour"\ndo = { fi = "a", sv = "b", en = "c" }', "unknown addressee"),
        ('[K01]\nwhom = "contact"\nask = { fi = "{customer_no}", sv = "b", en = "c" }', "may not tell 'customer_no'"),
        ('[K01]\nwhom = "contact"\nabout = "line"\nask = { fi = "a", sv = "b", en = "c" }', "ask_all lacks fi"),
        ('[K01]\nwhom = "contact"\nasks = "x"\nask = { fi = "a", sv = "b", en = "c" }', "unknown key 'asks'"),
    ],
)
def test_a_question_that_breaks_the_law_is_not_read(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_questions(text)


def test_a_question_on_a_form_counts_its_lines() -> None:
    def asked(*lines: tuple[str, ...]) -> str:
        (one,) = asks(replace(K1, defects=tuple(Defect("K28", "review", {}, some) for some in lines)), "fi", 3)
        return one.partition(":")[0]

    assert asked(("2",)) == "Rivi 2"
    assert asked(("2",), ("10",)) == "Rivit 2, 10"
    (together,) = asks(replace(K1, defects=(Defect("K05", "review", {}, ("1", "10")),)), "sv", 3)
    assert together.startswith("Rader 1 + 10: ")
