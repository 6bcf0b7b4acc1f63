"""Which record survives, and what it keeps: worked examples of the ranking and of each rule, and the laws."""

from __future__ import annotations

from datetime import date
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regclean.config import default_config
from regclean.domain.register import UNITS
from regclean.errors import ConfigError
from regclean.survivorship import RANKED_BY, Answer, Cell, Choices, Record, answer, check_settings, rank

RULES = dict(default_config().section("survivorship"))
_PLACE = dict.fromkeys(("m_street", "m_house", "m_house_letter", "m_stair", "m_flat", "m_postal"))


def clean(**values: Any) -> dict[str, Any]:
    """A standardised customer that holds these values and nothing else."""
    empty = dict.fromkeys(RANKED_BY) | _PLACE
    return empty | {"non_disclosure": False, "contact_source": None, "updated_on": None} | values


def record(number: str, row: dict[str, str | None], **values: Any) -> Record:
    """A record that standardising left as it was, but for `values`."""
    kept = {name: value for name, value in row.items() if value not in ("-", "puuttuu")}
    place = {"m_street": row.get("street_address"), "m_postal": row.get("postal_code")}
    return Record(number, row, clean(**{"kind_given": row.get("kind"), **kept, **place, **values}))


def merge(*records: Record, rules: dict[str, Any] | None = None, **choices: Any) -> Answer:
    return answer(records, RULES | (rules or {}), Choices.read(choices), lambda _column, value: value.upper())


def result(merged: Answer) -> dict[str, str | None]:
    return {cell.column: cell.after for cell in merged.cells}


def cell(merged: Answer, column: str) -> Cell:
    return next(cell for cell in merged.cells if cell.column == column)


# Who survives ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"status": "ended"}),
        ({"status": "paused"}, {"status": "ended", "phone": "+358401234567"}),
        ({"phone": "+358401234567"}, {"created_on": date(1990, 1, 1)}),
        ({"iban": "FI1", "iban_state": "ok"}, {"iban": "FI1", "iban_state": "invalid"}),
        ({"created_on": date(2001, 1, 1)}, {"created_on": date(2002, 1, 1)}),
        ({"created_on": date(2001, 1, 1)}, {}),
    ],
)
def test_not_ended_then_complete_then_oldest_survives(better: dict[str, Any], worse: dict[str, Any]) -> None:
    assert rank("2", clean(**better)) < rank("1", clean(**worse))


def test_the_lowest_number_decides_last() -> None:
    assert rank("9", clean()) < rank("10", clean()) < rank("11", clean())


def test_the_night_reads_all_that_the_ranking_looks_at() -> None:
    query = resources.files("regclean.findings").joinpath("sql", "customer_digests.sql").read_text(encoding="utf-8")
    read = query.partition("-- What the ranking of survivors looks at.")[2]
    assert {name for name in RANKED_BY if f"c.{name}" not in read} == set()


def test_who_is_left_out_of_the_records_is_no_survivor() -> None:
    with pytest.raises(ValueError, match="survivor"):
        merge(record("1", {}), record("2", {}), survivor="3")


# What it keeps ---------------------------------------------------------------------------------------------------------


def test_rules_are_tried_from_left_to_right() -> None:
    def one(number: str, phone: str, source: str, day: int) -> Record:
        return record(number, {"phone": phone}, contact_source=source, updated_on=date(2026, 1, day))

    records = [one("1", "040 1", "staff", 3), one("2", "040 2", "self", 1), one("3", "040 3", "self", 2)]
    phone = cell(merge(*records), "phone")
    assert (phone.after, phone.source, phone.rule) == ("040 3", "3", "self_reported")
    assert merge(*records, rules={"phone": ["newest"]}).changes == ()
    unusable = record("2", {"phone": "x1"}, phone=None, contact_source="self")
    assert merge(records[0], unusable, survivor="1").changes == ()


@pytest.mark.parametrize(
    ("rule", "own", "other"),
    [
        ("valid", {"phone": None}, {}),
        ("self_reported", {"contact_source": "staff"}, {"contact_source": "self"}),
        ("newest", {"updated_on": date(2020, 1, 1)}, {"updated_on": date(2021, 1, 1)}),
    ],
)
def test_each_rule_names_itself(rule: str, own: dict[str, Any], other: dict[str, Any]) -> None:
    records = record("1", {"phone": "040 1"}, **own), record("2", {"phone": "040 2"}, **other)
    phone = cell(merge(*records, survivor="1", rules={"phone": [rule, "survivor"]}), "phone")
    assert (phone.after, phone.rule, phone.source) == ("040 2", rule, "2")


def test_the_most_complete_address_is_kept_whole() -> None:
    own = record("1", {"street_address": "Vanhatie 1", "postal_code": None, "city": None})
    other = record("2", {"street_address": "Uusitie 2", "postal_code": "70100", "city": "Kuopio"})
    merged = merge(own, other, survivor="1", rules={"address": ["most_complete", "survivor"]})
    assert result(merged) == {"street_address": "Uusitie 2", "postal_code": "70100", "city": "Kuopio"}
    assert {one.rule for one in merged.changes} == {"most_complete"}


def test_what_the_survivor_lacks_is_filled_and_an_unusable_value_fills_nothing() -> None:
    merged = merge(record("1", {"email": None}), record("2", {"email": "a@b.fi", "iban": "FI1"}), survivor="1")
    assert [(one.column, one.after, one.rule) for one in merged.changes] == [("email", "a@b.fi", "missing")]


def test_the_same_value_in_another_spelling_is_not_written() -> None:
    own = record("1", {"phone": "040-1"}, phone="+358401", contact_source="staff")
    other = record("2", {"phone": "+358 401"}, phone="+358401", contact_source="self")
    merged = merge(own, other, survivor="1")
    assert cell(merged, "phone") == Cell("phone", "040-1", "040-1", "1", "all_equal")


def test_an_empty_value_never_replaces_a_value() -> None:
    own = record("1", {"street_address": "Vanhatie 1", "country_code": "FI"}, contact_source="staff")
    other = record("2", {"street_address": "Uusitie 2", "country_code": None}, contact_source="self")
    merged = merge(own, other, survivor="1")
    assert result(merged) == {"street_address": "Uusitie 2", "country_code": "FI"}
    assert [one.column for one in merged.changes] == ["street_address"]


def test_an_old_town_is_not_left_beside_a_new_street() -> None:
    own = record("1", {"street_address": "Vanhatie 1", "city": "Kuopio"}, contact_source="staff")
    other = record("2", {"street_address": "Uusitie 2", "city": "puuttuu"}, contact_source="self")
    assert merge(own, other, survivor="1").changes == ()


def test_a_value_is_cleared_by_a_choice_alone() -> None:
    records = record("1", {"phone": "040 1", "email": "a@b.fi"}), record("2", {"phone": None, "email": "-"})
    merged = merge(*records, survivor="1", **{"from": {"email": "2"}, "fields": {"phone": None}})
    assert merged.changes == (Cell("phone", "040 1", None, None, "cleared"),)


@pytest.mark.parametrize("word", ["-", "puuttuu", "  ", "???"])
def test_a_word_that_means_missing_is_no_value(word: str) -> None:
    merged = merge(record("1", {"email": word}), record("2", {"email": "a@b.fi"}), survivor="1")
    assert cell(merged, "email").after == "a@b.fi"
    assert merge(record("1", {"email": "a@b.fi"}), record("2", {"email": word}), survivor="1").changes == ()


def test_a_contact_person_never_overwrites_what_the_customer_told() -> None:
    told = record("1", {"phone": "040 1"}, contact_source="self", updated_on=date(2020, 1, 1))
    listed = record("2", {"phone": "040 2"}, contact_source="contact_person", updated_on=date(2026, 1, 1))
    rules = {"phone": ["newest", "survivor"]}
    assert cell(merge(told, listed, survivor="1", rules=rules), "phone").after == "040 1"
    phone = cell(merge(told, listed, survivor="2", rules=rules), "phone")
    assert (phone.after, phone.rule) == ("040 1", "self_reported")
    invalid = record("1", {"phone": "12"}, phone=None, contact_source="self")
    assert cell(merge(invalid, listed, survivor="1"), "phone").after == "12"
    assert cell(merge(invalid, listed, survivor="2"), "phone").after == "040 2"


def test_protection_and_life_are_inherited() -> None:
    own = record("1", {"status": "päättynyt"}, status="ended")
    other = record("2", {"status": "voimassa"}, status="active", non_disclosure=True)
    merged = merge(own, other, survivor="1", fields={"non_disclosure": "no"})
    assert cell(merged, "non_disclosure") == Cell("non_disclosure", None, "TRUE", None, "protection")
    assert cell(merged, "status") == Cell("status", "päättynyt", "voimassa", None, "living")


# What was chosen -------------------------------------------------------------------------------------------------------


def test_who_picks_a_street_picks_its_address() -> None:
    own = record("1", {"street_address": "Vanhatie 1", "postal_code": "70100", "city": "Kuopio"})
    other = record("2", {"street_address": "Uusitie 2", "postal_code": "00100", "city": "Helsinki"})
    merged = merge(own, other, survivor="1", **{"from": {"street_address": "2"}})
    assert result(merged) == {"street_address": "Uusitie 2", "postal_code": "00100", "city": "Helsinki"}
    assert {one.rule for one in merged.changes} == {"chosen"}
    mixed = merge(own, other, survivor="1", **{"from": {"street_address": "2"}, "fields": {"city": "Espoo"}})
    assert result(mixed)["city"] == "ESPOO"


def test_a_given_value_is_written_as_a_record_writes_it() -> None:
    records = record("1", {"phone": None}), record("2", {"phone": "040-2"}, phone="+358402")
    assert cell(merge(*records, survivor="1", fields={"phone": "+358402"}), "phone").after == "040-2"


def test_unknown_rules_are_refused() -> None:
    with pytest.raises(ConfigError, match="loudest"):
        check_settings({"phone": ["loudest"]})


_COLUMNS = ("phone", "email", "language", "street_address", "postal_code", "city", "country_code", "name", "last_name")
_VALUES = st.sampled_from([None, "-", "a", "b", "c"])
_ROWS = st.fixed_dictionaries(dict.fromkeys(_COLUMNS, _VALUES))
_CLEAN = st.fixed_dictionaries(
    {
        "contact_source": st.sampled_from(["self", "staff", "contact_person", None]),
        "updated_on": st.sampled_from([None, date(2020, 1, 1), date(2021, 1, 1)]),
        "status": st.sampled_from(["active", "ended", None]),
        "non_disclosure": st.booleans(),
    }
)


@st.composite
def merges(draw: st.DrawFn) -> tuple[list[Record], Choices]:
    number = draw(st.integers(2, 4))
    records = [record(str(one), draw(_ROWS), **draw(_CLEAN)) for one in range(1, number + 1)]
    numbers = st.sampled_from([one.customer_no for one in records])
    return records, Choices(
        draw(st.none() | numbers),
        frozenset(),
        draw(st.dictionaries(st.sampled_from(_COLUMNS), numbers, max_size=3)),
        draw(st.dictionaries(st.sampled_from(_COLUMNS), st.sampled_from([None, "a", "typed"]), max_size=2)),
    )


@settings(max_examples=200, deadline=None)
@given(merges())
def test_laws(case: tuple[list[Record], Choices]) -> None:
    records, choices = case
    merged = answer(records, RULES, choices, lambda _column, value: value)
    own = merged.records[0]
    for one in merged.cells:
        if one.column in (column for unit in UNITS.values() for column in unit) and one.column not in choices.values:
            held = [record.held(one.column) for record in records]
            assert one.after in held or one.after == own.row.get(one.column)
            assert one.after is not None or own.held(one.column) is None  # nothing is emptied
    recorded = merged.recorded(choices)
    again = answer(list(reversed(records)), RULES, recorded, lambda _column, value: value)
    assert (again.survivor, again.changes) == (merged.survivor, merged.changes)
    assert Choices.read(recorded.kept()) == recorded
    # What was confirmed holds whatever the rules say later.
    other = answer(records, {unit: ["newest", "survivor"] for unit in RULES}, recorded, lambda _column, value: value)
    assert result(other) == result(merged)
