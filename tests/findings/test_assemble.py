"""From clusters, pairs and rule hits to findings with the little that they rest on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from regclean.domain.findings import Change, Finding
from regclean.domain.register import row_subject
from regclean.findings import COMPLAINT, WRONG_BILL, assemble, standing, subject_records
from regclean.findings.edges import EDGE_SCHEMA, Edge, pair_fingerprint
from regclean.findings.summaries import duplicate_summary

NOTHING = pl.DataFrame(schema=EDGE_SCHEMA)


def found(register: Any, decided: pl.DataFrame = NOTHING, language: str = "fi") -> list[dict[str, Any]]:
    assemble(register.connection, language=language, decided=decided)
    rows = register.connection.sql("SELECT * FROM findings ORDER BY subjects").pl().to_dicts()
    return [row | {"who": [s.partition(":")[2] for s in json.loads(row["subjects"])]} for row in rows]


def edges(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=EDGE_SCHEMA, orient="row")


def test_a_cluster_is_one_finding_with_its_weakest_link(register: Any) -> None:
    register.customers("1", "2", "3", "4").clusters(C1="1 2 3")
    register.pair("1", "2", 0.99).pair("2", "3", 0.96).pair("1", "3", 0.2, "unsure")
    (row,) = found(register)
    assert (row["who"], row["score"], row["severity"], row["relation"]) == (["1", "2", "3"], 0.96, "review", "same")
    changes = [(change["op"], change["key"], change["after"]) for change in json.loads(row["proposal"])]
    assert changes == [("merge", "2", "1"), ("merge", "3", "1")]
    evidence = json.loads(row["evidence"])
    assert len(evidence["pairs"]) == 3
    assert "records" not in evidence  # the night has them; they are read when somebody looks


def test_ids_and_fingerprints_are_the_domains(register: Any) -> None:
    register.customers("1", "2").clusters(C1="1 2").pair("1", "2")
    (row,) = found(register)
    basis = json.loads(row["evidence"])["basis"]
    finding = Finding(
        "duplicate",
        "duplicate",
        "review",
        ("customers:1", "customers:2"),
        row["summary"],
        {"basis": basis},
        proposal=(Change("merge", "customers", "2", after="1"),),
    )
    assert (row["finding_id"], row["fingerprint"]) == (finding.finding_id, finding.fingerprint)


def test_the_survivor_is_not_ended_then_fuller_then_older_then_lower(register: Any) -> None:
    register.customers("1", status="ended", phone="+358401", email="a@b.fi", created_on="2000-01-01")
    register.customers("2", created_on="2010-01-01").customers("3", phone="+358401", created_on="2015-01-01")
    register.customers("4", phone="+358401", created_on="2011-01-01")
    register.customers("10", phone="+358401", created_on="2011-01-01")
    register.clusters(C1="1 2 3 4 10")
    (row,) = found(register)
    assert {change["after"] for change in json.loads(row["proposal"])} == {"4"}


def test_unsure_pairs_are_asked_once_for_two_clusters(register: Any) -> None:
    register.customers("1", "2", "3", "4").clusters(C1="1 2", C2="3 4")
    register.pair("1", "2").pair("3", "4").pair("1", "3", 0.6, "unsure").pair("2", "4", 0.7, "unsure")
    rows = found(register)
    assert [row["who"] for row in rows] == [["1", "2"], ["2", "4"], ["3", "4"]]
    asked = rows[1]
    assert (asked["relation"], asked["severity"], asked["proposal"]) == ("unsure", "review", None)


def test_same_pairs_that_clustering_kept_apart_are_asked(register: Any) -> None:
    register.customers("1", "2").clusters().pair("1", "2", 0.97, "same")
    (row,) = found(register)
    assert (row["who"], row["relation"]) == (["1", "2"], "unsure")


@pytest.mark.parametrize(
    ("relation", "first", "second", "probability", "shown"),
    [
        ("household", {}, {}, 0.05, False),
        ("household", {}, {}, 0.3, True),
        ("related", {}, {}, 0.05, False),
        ("related", {"kind": "estate"}, {}, 0.05, True),
        ("related", {"kind": "company", "m_org_form": "tmi"}, {}, 0.05, True),
        ("successor", {}, {}, 0.05, True),
        ("successor", {"status": "ended"}, {}, 0.05, False),
    ],
)
def test_relatives_are_shown_where_a_steward_can_do_something(
    register: Any, relation: str, first: dict[str, Any], second: dict[str, Any], probability: float, shown: bool
) -> None:
    register.customers("1", **first).customers("2", **second).clusters().pair("1", "2", probability, relation)
    rows = found(register)
    assert [(row["severity"], row["relation"]) for row in rows] == ([("info", relation)] if shown else [])


@pytest.mark.parametrize("verdict", ["same", "entity", "different", "household", "successor"])
def test_what_is_decided_is_not_asked(register: Any, verdict: str) -> None:
    register.customers("1", "2").clusters().pair("1", "2", 0.6, "unsure")
    assert found(register, edges(("1", "2", verdict))) == []


def test_what_follows_from_decisions_is_not_asked(register: Any) -> None:
    register.customers("1", "2", "3").clusters().pair("2", "3", 0.6, "unsure")
    assert found(register, edges(("1", "2", "same"), ("1", "3", "different"))) == []
    assert len(found(register, edges(("1", "3", "different")))) == 1


def test_a_decision_on_other_records_is_asked_again(register: Any, new_register: Callable[[], Any]) -> None:
    register.customers("1", "2").clusters().pair("1", "2", 0.6, "unsure")
    (row,) = found(register)
    digests = json.loads(row["evidence"])["basis"]["customers"]
    fingerprint = pair_fingerprint("1", digests["1"], "2", digests["2"])
    decided = [Edge(("1", "2"), "different", 1, fingerprint)]
    assert found(register, standing(register.connection, decided)) == []
    moved = new_register()
    moved.customers("1").customers("2", phone="+358409999999").clusters().pair("1", "2", 0.6, "unsure")
    assert len(found(moved, standing(moved.connection, decided))) == 1


def test_of_two_clusters_the_pair_that_keeps_them_apart_is_asked(register: Any) -> None:
    register.customers("1", "2", "3").clusters(C1="1 3").pair("1", "2", 0.96, "unsure").pair("2", "3", 0.99, "same")
    assert [row["who"] for row in found(register)] == [["1", "3"], ["2", "3"]]
    assert [row["who"] for row in found(register, edges(("1", "2", "lapsed")))] == [["1", "2"], ["1", "3"]]


def test_accounts_of_one_legal_entity_are_kept_and_a_new_account_is_asked(register: Any) -> None:
    register.customers("1", "2", "3", kind="company").clusters(C1="1 2 3").pair("1", "2").pair("2", "3")
    (row,) = found(register, edges(("1", "2", "entity")))
    assert (row["who"], row["proposal"]) == (["1", "2", "3"], None)
    assert found(register, edges(("1", "2", "entity"), ("2", "3", "entity"))) == []


def test_an_account_with_a_contract_at_another_site_is_not_merged(register: Any) -> None:
    register.customers("1", "2", "3", "4", kind="company").clusters(C1="1 2", C2="3 4")
    register.pair("1", "2", model="organisation").pair("3", "4", model="organisation")
    for number, site in (("1", "A"), ("2", "B"), ("3", "A"), ("4", "A")):
        register.write("services", {"service_no": f"S{number}", "customer_no": number, "site_no": site})
    proposals = {tuple(row["who"]): row["proposal"] for row in found(register)}
    assert proposals["1", "2"] is None
    assert proposals["3", "4"] is not None


def test_what_a_merge_left_behind_is_settled(register: Any) -> None:
    register.customers("1", "3").customers("2", status="ended").clusters(C1="1 2 3")
    register.pair("1", "2").pair("1", "3", 0.96)
    decided = edges(("1", "2", "same"))
    assert [row["who"] for row in found(register, decided)] == [["1", "3"]]
    assert [row["who"] for row in found(register)] == [["1", "2", "3"]]


def test_an_ended_customer_that_still_has_a_service_is_not_settled(register: Any) -> None:
    register.customers("1").customers("2", status="ended").clusters(C1="1 2").pair("1", "2")
    register.write("services", {"service_no": "S1", "customer_no": "2"})
    assert [row["who"] for row in found(register, edges(("1", "2", "same")))] == [["1", "2"]]


def test_the_fingerprint_is_about_what_is_compared(new_register: Callable[[], Any]) -> None:
    def fingerprint(probability: float = 0.99, **columns: Any) -> str:
        register = new_register()
        register.customers("1", **columns).customers("2").clusters(C1="1 2").pair("1", "2", probability)
        return str(found(register)[0]["fingerprint"])

    plain = fingerprint()
    assert fingerprint(probability=0.97) == plain
    assert fingerprint(relationship="key", raw_name="Toisin") == plain
    for change in ({"phone": "+358401"}, {"m_last": "virtanen"}, {"national_id_hash": "h"}, {"m_house": "2"}):
        assert fingerprint(**change) != plain


def test_evidence_shows_both_sides_and_what_hangs_on_them_without_national_ids(register: Any) -> None:
    register.customers(
        "1",
        raw_national_id="010190-901R",
        raw_phone="040-1234567, hetu 010190-901R",
        national_id_masked="010190-***R",
        national_id_hash="secret",
        phone="+358401234567",
    ).customers("2", raw_national_id="väärä 010190y901r").clusters(C1="1 2").pair("1", "2")
    register.write(
        "sites",
        {"site_no": "K1", "street_address": "Rantatie 4", "property_id_state": "missing"}
        | {"building_id_state": "missing", "postal_code_state": "missing"},
    )
    register.write("site_roles", {"customer_no": "1", "site_no": "K1", "role": "owner"})
    register.write("services", {"service_no": "S1", "customer_no": "1", "site_no": "K1", "waste_type": "mixed"})
    register.write("bin_groups", {"bin_group_no": "B1", "host_customer_no": "1", "waste_type": "mixed"})
    register.write("evidence", {"customer_no": "1", "signal": "move", "observed_on": "2026-10-01"})
    register.write("customer_addresses", {"customer_no": "1", "source": "own", "m_street": "rantatie", "m_house": "4"})
    (row,) = found(register)
    shown = subject_records(register.connection, ["customers:1", "customers:2"])
    record = json.loads(shown["customers:1"])
    assert record["raw"]["phone"] == "040-1234567, hetu ******-****"
    assert record["clean"]["phone"] == "+358401234567"
    assert record["raw"]["national_id"] == record["clean"]["national_id_masked"] == "010190-***R"
    assert record["roles"][0]["street_address"] == record["services"][0]["street_address"] == "Rantatie 4"
    assert record["bin_groups"] == [{"bin_group_no": "B1", "part": "host", "waste_type": "mixed"}]
    assert record["signals"] == [{"signal": "move", "observed_on": "2026-10-01"}]
    assert record["addresses"][0]["street"] == "rantatie"
    for secret in ("901R", "901r", "secret"):
        assert secret not in row["evidence"] + "".join(shown.values())


def hit(kind: str, rule: str, *subjects: str, **columns: Any) -> dict[str, Any]:
    plain = {"severity": "review", "evidence": json.dumps({"basis": {"a": 1}}), "proposal": None, "score": None}
    return {"kind": kind, "rule": rule, "subjects": sorted(subjects)} | plain | columns


def test_rule_hits_become_findings(register: Any) -> None:
    register.customers("1")
    register.write("services", {"service_no": "S1", "customer_no": "1"})
    proposal = [{"op": "update", "table": "services", "key": "S1", "column": "end_on", "after": "2026-11-01"}]
    register.write(
        "rule_hits",
        hit("stale", "S04", "services:S1", "customers:1", proposal=json.dumps(proposal)),
        hit("stale", "S06", "customers:1", evidence=json.dumps({"returned": 2})),
    )
    rows = {row["rule"]: row for row in found(register)}
    assert json.loads(rows["S04"]["proposal"]) == [proposal[0] | {"before": None}]
    assert json.loads(rows["S04"]["evidence"])["basis"] == {"a": 1}
    assert set(subject_records(register.connection, json.loads(rows["S04"]["subjects"]))) == {
        "services:S1",
        "customers:1",
    }
    assert json.loads(rows["S06"]["evidence"])["basis"] == {"returned": 2}
    assert rows["S06"]["proposal"] is None
    assert rows["S06"]["summary"]


@pytest.mark.parametrize(
    "subject",
    ["customers:9", "customers:9:phone", "services:S9", "sites:K9", "bin_groups:B9", "bin_group_members:B9/1"],
)
def test_whatever_leads_to_a_protected_customer_is_protected(register: Any, subject: str) -> None:
    register.customers("1").customers("9", non_disclosure=True)
    states = {"property_id_state": "missing", "building_id_state": "missing", "postal_code_state": "missing"}
    for number, customer in (("9", "9"), ("1", "1")):
        register.write("sites", {"site_no": f"K{number}"} | states)
        register.write("site_roles", {"customer_no": customer, "site_no": f"K{number}", "role": "owner"})
        register.write("services", {"service_no": f"S{number}", "customer_no": customer, "site_no": f"K{number}"})
        register.write("bin_groups", {"bin_group_no": f"B{number}"})
        member = {"bin_group_no": f"B{number}", "member_no": "1", "customer_no": customer, "share_state": "missing"}
        member |= {"kind": "person", "proxy_phone": False, "proxy_email": False, "proxy_address": False}
        register.write("bin_group_members", member | {"m_given": [], "m_last_parts": []})
    register.write("rule_hits", hit("field", "F01", subject), hit("field", "F01", subject.replace("9", "1")))
    assert [(row["who"][0].replace("9", "1"), row["protected"]) for row in found_hits(register)] == [
        (subject.partition(":")[2].replace("9", "1"), False),
        (subject.partition(":")[2].replace("9", "1"), True),
    ]


def found_hits(register: Any) -> list[dict[str, Any]]:
    return sorted(found(register), key=lambda row: bool(row["protected"]))


def test_same_input_same_bytes(new_register: Callable[[], Any]) -> None:
    def build(numbers: list[str]) -> list[dict[str, Any]]:
        register = new_register()
        register.customers(*numbers).clusters(C1="1 2 3", C2="4 5")
        for left, right in (
            [("4", "5"), ("1", "2"), ("2", "3")] if numbers[0] == "1" else [("2", "3"), ("1", "2"), ("4", "5")]
        ):
            register.pair(left, right)
        return found(register)

    assert build(["1", "2", "3", "4", "5"]) == build(["5", "3", "1", "4", "2"])


def test_assembling_again_gives_the_same(register: Any) -> None:
    register.customers("1", "2").clusters(C1="1 2").pair("1", "2")
    assert found(register) == found(register)


def test_a_complaint_comes_before_an_error_and_that_before_the_rest(register: Any) -> None:
    register.customers("1", "2").customers("3", relationship="key")
    register.write("evidence", {"customer_no": "1", "signal": "complaint", "observed_on": "2026-11-01"})
    register.write(
        "rule_hits",
        hit("stale", "S06", "customers:1", severity="info"),
        hit("stale", "S06", "customers:2", severity="error"),
        hit("stale", "S06", "customers:3", severity="review"),
    )
    rows = sorted(found(register), key=lambda row: -row["priority"])
    assert [row["who"] for row in rows] == [["1"], ["2"], ["3"]]


def test_only_an_open_complaint_raises_a_case_and_one_about_a_bill_comes_first(register: Any) -> None:
    told = [
        {"customer_no": "1", "event_id": "A1", "observed_on": "2026-09-01"},
        {"customer_no": "1", "event_id": "A1", "observed_on": "2026-10-01", "closed_on": "2026-10-01"},
        {"customer_no": "2", "event_id": "A2", "observed_on": "2020-01-01", "detail": "tyhjentämättä"},
        {"customer_no": "3", "event_id": "A3", "observed_on": "2026-10-02", "detail": "Lasku väärin"},
        {"customer_no": "4", "observed_on": "2020-01-01", "detail": "Lasku väärin"},
    ]
    register.customers("1", "2", "3", "4").write("evidence", *({"signal": "complaint"} | row for row in told))
    register.write("rule_hits", *(hit("stale", "S06", f"customers:{no}", severity="error") for no in "1234"))
    rows = sorted(found(register), key=lambda row: (-row["priority"], row["who"]))
    assert [row["who"][0] for row in rows] == ["3", "2", "1", "4"]
    assert rows[0]["priority"] >= WRONG_BILL > rows[1]["priority"] >= COMPLAINT > rows[2]["priority"]


def test_a_field_finding_is_about_the_row_of_its_field() -> None:
    assert row_subject("customers:12:phone") == "customers:12"
    assert row_subject("bin_group_members:K:1/2") == "bin_group_members:K:1/2"
    assert row_subject("services:S1") == "services:S1"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "fi",
            "Todennäköisesti sama henkilö: sama syntymäaika, sama puhelin, etunimi kirjoitettu eri tavalla; toisaalta eri osoite.",
        ),
        (
            "sv",
            "Sannolikt samma person: samma födelsetid, samma telefon, förnamnet stavat på olika sätt; däremot olika adress.",
        ),
        (
            "en",
            "Probably the same person: same birth date, same phone, given name spelled differently; on the other hand different address.",
        ),
    ],
)
def test_the_summary_is_a_plain_sentence(language: str, sentence: str) -> None:
    waterfall = [
        {"comparison": "given_name", "level": "similar", "weight": 2.0},
        {"comparison": "address", "level": "different", "weight": -3.1},
        {"comparison": "identity", "level": "equal", "weight": 13.1},
        {"comparison": "phone", "level": "equal", "weight": 4.4},
        {"comparison": "email", "level": "missing", "weight": 0.0},
    ]
    assert duplicate_summary("same", 2, "person", {"waterfall": waterfall}, language) == sentence


def test_what_is_undecided_says_why() -> None:
    explanation = {"reasons": ["given_name.equal", "unsure_household"], "waterfall": []}
    assert duplicate_summary("unsure", 2, "person", explanation, "en") == (
        "Perhaps the same person: same given name. Undecided: may be another person of the household."
    )


def test_every_level_of_the_models_can_be_said() -> None:
    from regclean.findings.summaries import _words
    from regclean.linkage.model import MODELS, comparisons

    # One fact is said once, with the given name; what is missing is not said.
    unsaid = {"given_name.swapped", "surname.swapped", "business_id.missing"}
    levels = {
        f"{comparison.name}.{code}"
        for model in MODELS
        for country in ("fi", "generic")
        for comparison in comparisons(model, country)
        for code in comparison.codes
    }
    phrases = _words()["phrases"]
    assert levels - set(phrases) <= unsaid
    for words in (*phrases.values(), *_words()["lead"].values(), _words()["but"]):
        assert set(words) == {"fi", "sv", "en"}
