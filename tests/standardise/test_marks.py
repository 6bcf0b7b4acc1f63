"""What is written beside a name is evidence, protection or a remark, and never a name."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclean.standardise.folding import fold
from regclean.standardise.marks import read_marks
from regclean.standardise.non_disclosure import HIDING, hides
from regclean.standardise.parties import read_party


def persons(text: str) -> list[str | None]:
    return [person.printed for part, person in read_party(text).persons if part not in {"guardian", "care_of"}]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kallio Pertti, ins.", "Pertti Kallio"),
        ("Kallio Pertti ins.", "Pertti Kallio"),
        ("Kallio Pertti, DI", "Pertti Kallio"),
        ("DI Pertti Kallio", "Pertti Kallio"),
        ("Anna-Liisa Rantanen, TM", "Anna-Liisa Rantanen"),
        ("Saarinen Heikki, kirvesmies", "Heikki Saarinen"),
        ("Saarinen Heikki, laivanvarustaja", "Heikki Saarinen"),
        ("Vainio Aila (vuokralainen)", "Aila Vainio"),
        ("Vainio Aila (Mäkinen)", "Aila Vainio"),
        ("Vainio Aila (laskut tyttärelle)", "Aila Vainio"),
        ("Vainio Aila vain laskutus", "Aila Vainio"),
        ("Virtanen Matti, Juhani", "Matti Juhani Virtanen"),
        ("Lindqvist Ström, Anna", "Anna Lindqvist Ström"),
        ("Mäkelä_Sari", "Sari Mäkelä"),
        ("Mäkelä%20Sari", "Sari Mäkelä"),
        ("MäkeläSari", "Sari Mäkelä"),
        ("Mäke\u200blä\u2060 Sari", "Sari Mäkelä"),
        ("McDonald Ronald", "Ronald McDonald"),
    ],
)
def test_a_remark_is_no_name(text: str, name: str) -> None:
    read = read_party(text)
    assert (read.kind, persons(text)) == ("person", [name])
    assert read.persons[0][1].previous == ()


@pytest.mark.parametrize(
    "text",
    [
        "Toivanen Eero ✝ 2019",
        "† Toivanen Eero",
        "Toivanen Eero +12.3.2019",
        "Toivanen Eero vainaja",
        "TOIVANEN EERO VAINAJA",
        "Toivanen Eero (kuollut 2019)",
        "Toivanen Eero k. 12.3.2019",
        "Toivanen Eero, avliden 2018",
        "Toivanen Eero deceased",
    ],
)
def test_a_mark_of_death_is_evidence(text: str) -> None:
    read = read_party(text)
    assert read.deceased
    assert persons(text) == ["Eero Toivanen"]


def test_the_day_of_a_death_is_kept() -> None:
    assert read_party("Toivanen Eero k. 12.3.2019").died == "12.3.2019"


@pytest.mark.parametrize(
    "text",
    [
        "Turvakielto - Mäkelä Sari",
        "TURVAKIELTO Mäkelä Sari",
        "Mäkelä Sari (turvakielto)",
        "Mäkelä Sari turvakiellossa",
        "Mäkelä Sari TURVAKILTO",
        "turva-kielto!! Mäkelä Sari",
        "Mäkelä Sari, spärrmarkering",
        "Mäkelä Sari (sparrmarkering)",
        "Mäkelä Sari / salainen osoite",
        "Mäkelä Sari, skyddad identitet",
    ],
)
def test_a_mark_of_non_disclosure_protects(text: str) -> None:
    assert read_party(text).protected
    assert persons(text) == ["Sari Mäkelä"]


@pytest.mark.parametrize(
    ("text", "generation"),
    [
        ("Korpi Veikko seniori", "elder"),
        ("Korpi Veikko sr", "elder"),
        ("Korpi Veikko, vanhempi", "elder"),
        ("Korpi Veikko (vanh.)", "elder"),
        ("Korpi Veikko d.ä.", "elder"),
        ("Korpi Veikko den äldre", "elder"),
        ("Korpi Veikko the elder", "elder"),
        ("Korpi Veikko juniori", "younger"),
        ("Veikko Korpi Jr", "younger"),
        ("Veikko Korpi jr.", "younger"),
        ("Korpi Veikko (nuorempi)", "younger"),
        ("Korpi Veikko d.y.", "younger"),
        ("Korpi Veikko den yngre", "younger"),
    ],
)
def test_generations_are_told_apart(text: str, generation: str) -> None:
    assert read_party(text).generation == generation
    assert persons(text) == ["Veikko Korpi"]


@pytest.mark.parametrize("text", ["Mäkelän säätiö sr", "Sen Amartya", "Jun Li", "Kuopion ev.lut. seurakunta"])
def test_what_looks_like_a_mark_and_is_none(text: str) -> None:
    assert not read_marks(text).said


@pytest.mark.parametrize(
    ("text", "kind", "own", "guardian"),
    [
        ("Pesämaa Oili / ev. asianajaja Vuori", "person", "Oili Pesämaa", "Vuori"),
        ("Pesämaa Oili, edunvalvoja Vuori Matti", "person", "Oili Pesämaa", "Matti Vuori"),
        ("Edunvalvoja Vuori Matti / Pesämaa Oili", "person", "Oili Pesämaa", "Matti Vuori"),
        ("Pesämaa Oili (intressebevakare Karl Lindström)", "person", "Oili Pesämaa", "Karl Lindström"),
        ("god man Karl Lindström / Oili Pesämaa", "person", "Oili Pesämaa", "Karl Lindström"),
        ("Pesämaa Oili edunvalvonnassa", "person", "Oili Pesämaa", None),
        ("Sterbhuset efter Nils Lundgren", "estate", "Nils Lundgren", None),
        ("Dödsboet efter Nils Lundgren", "estate", "Nils Lundgren", None),
        ("Kuolinpesä Lundgren Nils", "estate", "Nils Lundgren", None),
    ],
)
def test_a_role_is_no_name(text: str, kind: str, own: str, guardian: str | None) -> None:
    read = read_party(text)
    assert (read.kind, persons(text)) == (kind, [own])
    assert next((person.printed for part, person in read.persons if part == "guardian"), None) == guardian


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Koskinen Pasi, Riitta Koskinen", ["Pasi Koskinen", "Riitta Koskinen"]),
        ("Koskinen Pasi, Riitta", ["Pasi Koskinen", "Riitta Koskinen"]),
        ("Koskinen Pasi, Riitta sekä Oona", ["Pasi Koskinen", "Riitta Koskinen", "Oona Koskinen"]),
        ("Koskinen Pasi ja Riitta, Oona", ["Pasi Koskinen", "Riitta Koskinen", "Oona Koskinen"]),
        ("Matti Virtanen, Maija Korhonen ja Liisa Laine", ["Matti Virtanen", "Maija Korhonen", "Liisa Laine"]),
        ("Pasi Koskinen Riitta Koskinen", ["Pasi Koskinen", "Riitta Koskinen"]),
        ("Koskinen Pasi Koskinen Riitta", ["Pasi Koskinen", "Riitta Koskinen"]),
    ],
)
def test_people_in_one_cell(text: str, people: list[str]) -> None:
    assert read_party(text).kind == "household"
    assert persons(text) == people


@given(
    st.sampled_from(["Kallio Pertti", "Rantanen Anna-Liisa", "Koskinen Pasi", "Lundgren Nils"]),
    st.sampled_from(
        ["", ", ins.", " vainaja", " (turvakielto)", " seniori", " d.y.", " / ev. Vuori", " (vuokralainen)"]
    ),
)
def test_the_parts_of_a_name_cover_it(name: str, mark: str) -> None:
    """Nothing of a name is lost or added by what stands beside it."""
    own = read_party(name + mark).persons[0][1]
    assert sorted(fold(own.printed or "").split()) == sorted(fold(name).split())


@given(st.text())
def test_marks_never_raise_and_add_no_letter(text: str) -> None:
    marks = read_marks(text)
    left = "".join(filter(None, (marks.text, marks.guardian, marks.remark)))
    assert not Counter(filter(str.isalnum, left)) - Counter(filter(str.isalnum, text))


@pytest.mark.parametrize(
    ("text", "kind", "persons", "protected"),
    [
        ("Virtanen Matti (kp)", "estate", [("deceased", "Matti Virtanen")], False),
        ("Lund Nils (dödsbo)", "estate", [("deceased", "Nils Lund")], False),
        (
            "Virtanen Matti kp, hoitaja Virtanen Liisa",
            "estate",
            [("deceased", "Matti Virtanen"), ("guardian", "Liisa Virtanen")],
            False,
        ),
        ("Virtanen Matti, hoitaja", "person", [("self", "Matti Virtanen")], False),
        (
            "edunvalvonta Aho Esa / Virtanen Matti",
            "person",
            [("self", "Matti Virtanen"), ("guardian", "Esa Aho")],
            False,
        ),
        ("Hemlig: Lund Nils", "person", [("self", "Nils Lund")], True),
        ("Virtanen Matti (salainen)", "person", [("self", "Matti Virtanen")], True),
        ("Salainen Puutarha Oy", "company", [], False),
    ],
)
def test_marks_stand_before_behind_and_in_brackets(
    text: str, kind: str, persons: list[tuple[str, str]], protected: bool
) -> None:
    party = read_party(text)
    assert (party.kind, party.protected) == (kind, protected)
    assert [(part, person.printed) for part, person in party.persons] == persons


@given(
    st.sampled_from(["Virtanen", "Mäki-Aho", "Lund"]),
    st.sampled_from(["Matti", "Liisa Maria", "Nils"]),
    st.sampled_from(
        ["", " ✝ 2019", " (vuokralainen)", ", DI", " jr", " kp", " / ev. Aho Esa", " - turvakielto", " c/o Aho Esa"]
    ),
)
def test_the_names_of_a_party_cover_its_text_but_for_the_marks(last: str, first: str, mark: str) -> None:
    party = read_party(f"{last} {first}{mark}", surname_first=True)
    assert (party.persons[0][1].last_name, party.persons[0][1].first_names) == (last, first)
    others = {word for _, person in party.persons[1:] for word in (person.printed or "").split()}
    assert others <= {"Esa", "Aho"}


@pytest.mark.parametrize(
    "word", ["turvakielto", "turvakiellossa", "spärrmarkering", "luovutuskielto", "Suojattu", "SALAINEN"]
)
def test_a_slip_of_the_pen_hides_all_the_same(word: str) -> None:
    """What the search for a mark leaves out, nobody reads: it must find whatever the reading would."""
    slips = {word}
    for at in range(len(word)):
        before, behind = word[:at], word[at + 1 :]
        slips |= {
            before + behind,
            before + word[at] * 2 + behind,
            f"{before}x{behind}",
            f"{before}{behind[:1]}{word[at]}{behind[1:]}",
        }
    read = pl.Series(sorted(slip for slip in slips if hides(slip)))
    assert len(read) > 0
    assert read.filter(~read.str.contains(HIDING)).to_list() == []
