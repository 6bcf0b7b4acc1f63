"""Cases from frozen evidence: what is compared, what is proposed, and the pictures that go with it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from regclean.review.case import graph, plan, timeline
from regclean.review.case.cases import OpenCase, compare
from regclean.review.case.guards import STALE_GUARDS
from regclean.review.case.who import who_it_is
from regclean.rules import catalogue


def test_the_weakest_bridge_divides_a_cluster_on_its_smaller_side() -> None:
    pairs = [
        {"l": "1", "r": "2", "probability": 0.99, "relation": "same"},
        {"l": "2", "r": "3", "probability": 0.98, "relation": "same"},
        {"l": "3", "r": "4", "probability": 0.6, "relation": "same"},
    ]
    drawn = graph.draw(["1", "2", "3", "4"], pairs, {})
    assert (drawn.weakest, drawn.cut_off) == (("3", "4"), ("4",))
    assert [line.weakest for line in drawn.lines] == [False, False, True]


def test_a_decided_bridge_is_not_offered_for_cutting() -> None:
    pairs = [{"l": "1", "r": "2", "probability": 0.9, "relation": "same"}]
    drawn = graph.draw(["1", "2", "3"], pairs, {("2", "3"): "same"})
    assert drawn.weakest == ("1", "2")
    assert {(line.left, line.right): line.verdict for line in drawn.lines} == {("1", "2"): None, ("2", "3"): "same"}
    assert graph.draw(["1", "2", "3"], pairs, {("2", "3"): "same", ("1", "2"): "same"}).weakest is None


def test_dots_of_a_plan_cover_neither_the_bin_nor_each_other() -> None:
    members = [{"member_no": str(n), "east": 0.0, "north": 0.0} for n in range(6)]
    members += [{"member_no": "7", "east": 300.0, "north": -40.0}, {"member_no": "8"}]
    drawn = plan.draw(members)
    assert drawn is not None
    places = [(spot.x, spot.y) for spot in drawn.spots] + [(drawn.middle, drawn.middle)]
    gaps = [((a - c) ** 2 + (b - d) ** 2) ** 0.5 for i, (a, b) in enumerate(places) for c, d in places[i + 1 :]]
    assert min(gaps) >= 2 * drawn.dot
    assert drawn.unplaced == ("8",)
    assert drawn.rings[-1].metres >= 300
    assert plan.draw([{"member_no": "1"}]) is None


def test_a_timeline_shows_seasons_and_leaves_out_what_is_long_gone() -> None:
    record: dict[str, Any] = {
        "services": [
            {
                "service_no": "P1",
                "waste_type": "mixed",
                "start_on": "2010-01-01",
                "season_start": "05-01",
                "season_end": "09-30",
            }
        ],
        "signals": [
            {"signal": "invoice", "observed_on": "2026-10-03"},
            {"signal": "move", "observed_on": "2012-01-01"},
        ],
    }
    drawn = timeline.draw(timeline.events_of(record), date(2026, 11, 1))
    assert len([mark for mark in drawn.marks if mark.event.season and not mark.event.weak]) == 5
    assert [event.what for event in drawn.events] == ["invoice", "move", "mixed"]
    assert "move" not in [mark.event.what for mark in drawn.marks]
    assert all(drawn.left <= mark.x <= drawn.today for mark in drawn.marks)


def test_the_guards_of_stale_customers_are_all_there_to_be_translated() -> None:
    said = {text for info in catalogue().values() if info.kind == "stale" for text in info.guards.values()}
    assert said <= set(STALE_GUARDS)


@pytest.mark.parametrize("nothing", ["-", "puuttuu", "ei tiedossa", "  "])
def test_a_word_for_nothing_is_missing_and_no_difference(nothing: str) -> None:
    records = {
        "customers:1": {"raw": {"name": "Aino", "phone": "0401234567"}, "clean": {"phone": "+358401234567"}},
        "customers:2": {"raw": {"name": "Aino", "phone": nothing}, "clean": {}},
    }
    row: Any = {"kind": "duplicate", "subjects": '["customers:1", "customers:2"]', "present": True}
    found = compare(OpenCase(row, {"records": records}, (), (), ()))
    phone = next(one for one in found.rows if one.field.name == "phone")
    assert [(cell.raw, cell.likeness) for cell in phone.cells] == [("0401234567", None), (None, "missing")]
    assert not phone.differs


def test_four_records_stand_one_to_a_row_with_the_fields_in_which_they_differ() -> None:
    clean = [
        {"name": "Aino Lehto", "phone": "+358401234567", "postal_code": "70100"},
        {"name": "Aino Lehto", "phone": "+358401234567", "postal_code": "70100"},
        {"name": "Aino Lehto", "phone": "+358401234568", "postal_code": "70100"},
        {"name": "Aino Lehto", "postal_code": "70100", "email": "a@example.fi"},
    ]
    records = {f"customers:{n}": {"raw": one, "clean": one} for n, one in enumerate(clean, 1)}
    row: Any = {"kind": "duplicate", "subjects": json.dumps(list(records)), "present": True}
    found = compare(OpenCase(row, {"records": records}, (), (), ()))
    assert found.as_table
    assert [one.field.name for one in found.differing] == ["name", "phone"]
    three: Any = {"kind": "duplicate", "subjects": json.dumps(list(records)[:3]), "present": True}
    assert not compare(OpenCase(three, {"records": records}, (), (), ())).as_table


def test_a_stale_case_begins_with_who_it_is() -> None:
    record = {
        "raw": {"name": "LEHTO AINO", "phone": "puuttuu"},
        "clean": {"name": "Aino Lehto", "kind": "person", "status": "active", "street_address": "Hirviöntie 9"},
        "roles": [
            {"site_no": "S1", "role": "owner", "street_address": "Hirviöntie 9", "city": "Paimio", "use": "permanent"},
            {"site_no": "S2", "role": "owner", "end_on": "2020-01-01"},
        ],
        "services": [
            {"service_no": "P1", "site_no": "S1", "waste_type": "mixed"},
            {"service_no": "P2", "site_no": "S1", "waste_type": "bio", "end_on": "2020-01-01"},
        ],
        "bin_groups": [{"bin_group_no": "K1", "part": "member"}],
    }
    row: Any = {"kind": "stale", "subjects": '["customers:1"]', "present": True}
    (who,) = who_it_is(OpenCase(row, {"records": {"customers:1": record, "sites:S1": {}}}, (), (), ()))
    assert (who.customer_no, who.name, who.address, who.phones) == ("1", "Aino Lehto", "Hirviöntie 9", ())
    assert [(place.site_no, place.address, place.roles) for place in who.places] == [
        ("S1", "Hirviöntie 9, Paimio", ("owner",))
    ]
    assert [one["service_no"] for one in who.services] == ["P1"]
    assert [one["bin_group_no"] for one in who.bin_groups] == ["K1"]
