"""Taking decisions: what is taken, what is told, what follows, and what is never overwritten."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from regclean.errors import ConflictError, InputError, UsageError
from regclean.findings.decide import DecisionLine, decide, read_decisions, record
from regclean.findings.follow import undo
from regclean.ledger import verify
from regclean.ledger.tables import audit, decisions, findings

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def register(made: Any) -> None:
    """A cluster of three, an unsure pair beside it, a stale customer, a field."""
    made.customers("1", "2", "3", "4", "5").clusters(C1="1 2 3")
    made.pair("1", "2").pair("2", "3").pair("3", "4", 0.6, "unsure").pair("4", "5", 0.6, "unsure")
    hit = {"severity": "review", "evidence": json.dumps({"returned": 2}), "proposal": None, "score": None}
    made.write("rule_hits", hit | {"kind": "stale", "rule": "S06", "subjects": ["customers:5"]})


@pytest.fixture
def night(nights: Any) -> Any:
    nights.run(0, register)
    return nights


def stale(night: Any) -> dict[str, Any]:
    row: dict[str, Any] = night.row("5", rule="S06")
    return row


def test_a_verdict_on_a_group_holds_for_each_pair_in_it(night: Any) -> None:
    report = night.decide("same", "1", "2", "3")
    assert (report.taken, report.repeated, report.refused) == (1, 0, ())
    assert night.edges() == {("1", "2"): "same", ("1", "3"): "same", ("2", "3"): "same"}
    row = night.row("1", "2", "3")
    assert (row["state"], row["version"], row["decided_fingerprint"]) == ("accepted", 2, row["fingerprint"])


@pytest.mark.parametrize("verdict", ["different", "household", "successor"])
def test_separating_verdicts_reject_and_tell_apart(night: Any, verdict: str) -> None:
    night.decide(verdict, "3", "4")
    assert night.state("3", "4") == ("rejected", None)
    assert night.edges() == {("3", "4"): verdict}


def test_unsure_goes_to_a_second_person_and_decides_nothing(night: Any) -> None:
    night.decide("unsure", "3", "4")
    row = night.row("3", "4")
    assert (row["state"], row["workpool"], night.edges()) == ("deferred", "second", {})
    assert night.decide("same", "3", "4", user="eero").taken == 1
    assert (night.row("3", "4")["state"], night.row("3", "4")["workpool"]) == ("accepted", "same")


@pytest.mark.parametrize(("verdict", "state"), [("accept", "accepted"), ("reject", "rejected"), ("defer", "deferred")])
def test_verdicts_on_other_findings(night: Any, verdict: str, state: str) -> None:
    line = DecisionLine(2, verdict, "aino", finding_id=stale(night)["finding_id"], reason="checked")
    assert record(night.ledger, [line], NOW).taken == 1
    assert stale(night)["state"] == state


def test_who_is_left_out_of_a_group_is_different_from_the_rest(night: Any) -> None:
    night.decide("same", "1", "2", "3", choices='{"leave_out": ["3"], "survivor": "2"}')
    assert night.edges() == {("1", "2"): "same", ("1", "3"): "different", ("2", "3"): "different"}
    assert night.state("1", "2", "3") == ("accepted", None)


def organisations(made: Any) -> None:
    made.customers("1", "2", "3", kind="company").clusters(C1="1 2 3")
    made.pair("1", "2", model="organisation").pair("2", "3", model="organisation")


def test_one_legal_entity_keeps_its_accounts_and_is_asked_no_more(nights: Any) -> None:
    nights.run(0, organisations)
    assert nights.decide("entity", "1", "2", "3").taken == 1
    assert nights.state("1", "2", "3") == ("rejected", None)
    assert set(nights.edges().values()) == {"entity"}
    nights.run(1, organisations)
    assert (nights.state("1", "2", "3"), nights.row("1", "2", "3")["present"]) == (("rejected", None), False)
    assert [refusal.code for refusal in nights.decide("same", "1", "2").refused] == ["conflict"], "kept, not merged"
    assert [refusal.code for refusal in nights.decide("different", "1", "2").refused] == ["conflict"]


def test_persons_are_no_legal_entity(night: Any) -> None:
    assert [refusal.code for refusal in night.decide("entity", "1", "2", "3").refused] == ["verdict"]


def test_undo_of_an_answer_leaves_apart_what_was_told_apart_before_it(nights: Any) -> None:
    def pair(phone: str | None) -> Callable[[Any], object]:
        return lambda made: made.customers("1").customers("2", phone=phone).clusters().pair("1", "2", 0.6, "unsure")

    nights.run(0, pair(None))
    nights.decide("different", "1", "2")
    nights.run(1, pair("+358401"))
    assert (nights.edges(), nights.lapsed()) == ({}, {("1", "2")})
    nights.decide("unsure", "1", "2", day=1)
    assert nights.lapsed() == {("1", "2")}, "unsure is no answer"
    answer = nights.decide("same", "1", "2", day=1).decision_ids[2]
    assert (nights.edges(), nights.lapsed()) == ({("1", "2"): "same"}, set())
    undo(nights.ledger, answer, user="aino", now=NOW)
    assert (nights.edges(), nights.lapsed()) == ({}, {("1", "2")})


def test_the_same_lines_again_change_nothing(night: Any) -> None:
    lines = [
        DecisionLine(2, "same", "aino", finding_id=night.row("1", "2", "3")["finding_id"], choices='{"survivor": "2"}'),
        DecisionLine(3, "different", "aino", customer_no_l="4", customer_no_r="3", reason="two people"),
        DecisionLine(4, "unsure", "aino", customer_no_l="4", customer_no_r="5"),
        DecisionLine(5, "accept", "aino", finding_id=stale(night)["finding_id"]),
        DecisionLine(6, "same", "aino", customer_no_l="8", customer_no_r="9"),
        DecisionLine(7, "unsure", "aino", customer_no_l="7", customer_no_r="9"),
    ]
    first = record(night.ledger, lines, NOW)
    assert (first.taken, first.repeated, first.refused) == (6, 0, ())
    before, edges = night.rows(), night.edges()
    second = record(night.ledger, lines, NOW)
    assert (second.taken, second.repeated, second.refused) == (0, 6, ())
    assert (night.rows(), night.edges()) == (before, edges)
    with night.ledger.read() as connection:
        assert connection.execute(select(func.count()).select_from(decisions)).scalar() == 6


def test_a_pair_line_is_about_the_finding_of_that_pair(night: Any) -> None:
    line = DecisionLine(2, "same", "aino", customer_no_l="4", customer_no_r="3")
    record(night.ledger, [line], NOW)
    assert night.state("3", "4") == ("accepted", None)


def test_same_against_a_recorded_different_is_told_not_taken(night: Any) -> None:
    night.decide("different", "3", "4")
    for pair in (("3", "4"), ("4", "3")):
        report = night.decide("same", *sorted(pair), user="eero")
        assert [(refusal.number, refusal.code) for refusal in report.refused] == [(2, "conflict")]
    assert night.edges() == {("3", "4"): "different"}
    assert night.state("3", "4") == ("rejected", None)


def test_same_against_a_different_through_others_is_told_not_taken(night: Any) -> None:
    night.decide("same", "1", "2", "3")
    night.decide("different", "2", "9")
    report = night.decide("same", "3", "9")
    assert [refusal.code for refusal in report.refused] == ["conflict"]
    assert "2 and 9" in report.refused[0].why
    report = night.decide("different", "1", "3")
    assert [refusal.code for refusal in report.refused] == ["conflict"]


def test_a_group_verdict_that_contradicts_one_pair_takes_none(night: Any) -> None:
    night.decide("different", "1", "3")
    assert [refusal.code for refusal in night.decide("same", "1", "2", "3").refused] == ["conflict"]
    assert night.edges() == {("1", "3"): "different"}
    assert night.state("1", "2", "3") == ("open", None)


def test_what_follows_is_decided_without_asking(night: Any) -> None:
    night.decide("same", "3", "9")
    night.decide("same", "9", "4")
    assert night.state("3", "4") == ("accepted", None)
    night.decide("different", "9", "5")
    assert night.state("4", "5") == ("rejected", None)


def test_undo_takes_back_what_followed_and_lets_the_other_verdict_in(night: Any) -> None:
    decision = night.decide("same", "3", "9").decision_ids[2]
    night.decide("same", "9", "4")
    undo(night.ledger, decision, user="aino", now=NOW)
    assert night.state("3", "4") == ("open", "undone")
    assert night.edges() == {("4", "9"): "same"}
    assert night.decide("different", "3", "4").taken == 1
    with pytest.raises(ConflictError):
        undo(night.ledger, decision, user="aino", now=NOW)


def test_undo_of_a_verdict_on_a_finding_opens_it(night: Any) -> None:
    decision = night.decide("same", "1", "2", "3").decision_ids[2]
    undo(night.ledger, decision, user="eero", now=NOW)
    assert (night.state("1", "2", "3"), night.edges()) == (("open", "undone"), {})
    with pytest.raises(UsageError):
        undo(night.ledger, 999, user="eero", now=NOW)


def test_undo_brings_back_what_the_decision_had_replaced(night: Any) -> None:
    night.decide("different", "3", "4")
    decision = night.decide("household", "3", "4").decision_ids[2]
    assert night.edges() == {("3", "4"): "household"}
    undo(night.ledger, decision, user="aino", now=NOW)
    assert night.edges() == {("3", "4"): "different"}
    assert night.state("3", "4") == ("rejected", None)


def test_what_is_in_a_batch_is_neither_decided_nor_undone(night: Any) -> None:
    decision = night.decide("same", "1", "2", "3").decision_ids[2]
    night.set_state("in_batch", "1", "2", "3", at=NOW)
    assert [refusal.code for refusal in night.decide("different", "1", "2", "3").refused] == ["state"]
    with pytest.raises(ConflictError):
        undo(night.ledger, decision, user="aino", now=NOW)
    assert night.state("1", "2", "3")[0] == "in_batch"
    assert len(night.edges()) == 3


def test_a_colleagues_decision_is_not_overwritten(night: Any) -> None:
    finding_id = stale(night)["finding_id"]
    record(night.ledger, [DecisionLine(2, "accept", "aino", finding_id=finding_id)], NOW)
    for user in ("eero", "aino"):
        report = record(night.ledger, [DecisionLine(2, "reject", user, finding_id=finding_id, reason="no")], NOW)
        assert [refusal.code for refusal in report.refused] == ["conflict"]
    again = record(night.ledger, [DecisionLine(2, "accept", "eero", finding_id=finding_id)], NOW)
    assert (again.taken, again.repeated) == (0, 1)


def test_ones_own_choices_may_be_changed_a_colleagues_not(night: Any) -> None:
    night.decide("same", "1", "2", "3", choices={"survivor": "1"})
    assert night.decide("same", "1", "2", "3", choices={"survivor": "2"}).taken == 1
    report = night.decide("same", "1", "2", "3", choices={"survivor": "3"}, user="eero")
    assert [refusal.code for refusal in report.refused] == ["conflict"]
    with night.ledger.read() as connection:
        row = connection.execute(
            select(decisions.c.choices).join(findings, findings.c.decision_id == decisions.c.decision_id)
        ).one()
    assert row.choices == {"survivor": "2"}
    assert len(night.edges()) == 3


def test_the_second_steward_is_told(night: Any) -> None:
    row = night.row("3", "4")
    line = DecisionLine(1, "same", "aino", finding_id=row["finding_id"], expected_version=row["version"])
    decide(night.ledger, line, NOW)
    late = DecisionLine(1, "different", "eero", finding_id=row["finding_id"], expected_version=1, reason="two people")
    with pytest.raises(ConflictError, match="look at it again"):
        decide(night.ledger, late, NOW)
    assert night.edges() == {("3", "4"): "same"}


BAD_LINES: list[tuple[str, dict[str, Any]]] = [
    ("unknown", {"finding_id": "F0", "verdict": "same"}),
    ("pair", {"verdict": "same"}),
    ("pair", {"verdict": "same", "customer_no_l": "1"}),
    ("pair", {"verdict": "same", "customer_no_l": "1", "customer_no_r": "1"}),
    ("pair", {"verdict": "same", "finding_id": "group", "customer_no_l": "1", "customer_no_r": "2"}),
    ("verdict", {"verdict": "", "finding_id": "group"}),
    ("verdict", {"verdict": "merge", "finding_id": "group"}),
    ("verdict", {"verdict": "accept", "finding_id": "group"}),
    ("verdict", {"verdict": "same", "finding_id": "stale"}),
    ("user", {"verdict": "same", "finding_id": "group", "user": ""}),
    ("user", {"verdict": "same", "finding_id": "group", "user": "x" * 81}),
    ("reason", {"verdict": "different", "finding_id": "group"}),
    ("reason", {"verdict": "reject", "finding_id": "stale"}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": "{"}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": "[]"}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"winner": "1"}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"survivor": "9"}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"survivor": 1}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"survivor": "3", "leave_out": ["3"]}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"leave_out": ["1", "2"]}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"leave_out": "1"}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"fields": {"shoe_size": "44"}}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"fields": {"customer_no": "9"}}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"fields": {"phone": 1}}'}),
    ("choices", {"verdict": "unsure", "finding_id": "group", "choices": '{"survivor": "1"}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"from": {"phone": "9"}}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"from": {"phone": "3"}, "leave_out": ["3"]}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"from": {"shoe_size": "1"}}'}),
    ("choices", {"verdict": "same", "finding_id": "group", "choices": '{"from": "1"}'}),
    ("choices", {"verdict": "unsure", "finding_id": "group", "choices": '{"from": {"phone": "1"}}'}),
    ("date", {"verdict": "defer", "finding_id": "stale", "defer_until": "soon"}),
    ("date", {"verdict": "accept", "finding_id": "stale", "defer_until": "2026-12-01"}),
]


def test_lines_that_cannot_be_taken_are_told_the_others_are_taken(night: Any) -> None:
    ids = {"group": night.row("1", "2", "3")["finding_id"], "stale": stale(night)["finding_id"]}
    lines = []
    for number, (_, line) in enumerate(BAD_LINES, 2):
        named = {"user": "aino"} | line
        named["finding_id"] = ids.get(named.get("finding_id", ""), named.get("finding_id"))
        lines.append(DecisionLine(number, **named))
    good = DecisionLine(99, "same", "aino", customer_no_l="3", customer_no_r="4")
    report = record(night.ledger, [*lines, good], NOW)
    assert [(refusal.number, refusal.code) for refusal in report.refused] == [
        (number, code) for number, (code, _) in enumerate(BAD_LINES, 2)
    ]
    assert report.taken == 1
    assert night.edges() == {("3", "4"): "same"}
    with night.ledger.read() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar() == 2


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "decisions.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_decision_file_is_read_with_its_line_numbers(tmp_path: Path, delimiter: str) -> None:
    text = "\ufefffinding_id,customer_no_l,customer_no_r,verdict,user,reason,choices\r\n"
    text += 'F1,,,Same,aino,,"{""survivor"":\r\n""1""}"\r\n\r\n,2,3,different,eero,two people,\r\n'
    lines = list(read_decisions(write(tmp_path, text if delimiter == "," else text.replace(",", delimiter))))
    assert [(line.number, line.finding_id, line.verdict, line.user) for line in lines] == [
        (2, "F1", "same", "aino"),
        (5, None, "different", "eero"),
    ]
    assert json.loads(str(lines[0].choices)) == {"survivor": "1"}
    assert (lines[1].customer_no_l, lines[1].customer_no_r, lines[1].reason) == ("2", "3", "two people")


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_decision_file_is_read_in_the_encoding_that_it_has(tmp_path: Path, encoding: str) -> None:
    text = "sep=;\nfinding_id;verdict;user;reason\nF1;same;aino;äiti vahvisti – puhelimessa\n"
    lines = list(read_decisions(write(tmp_path, text.replace("–", "-").encode(encoding))))
    assert [(line.number, line.reason) for line in lines] == [(3, "äiti vahvisti - puhelimessa")]


def test_a_line_with_too_many_cells_is_told(night: Any, tmp_path: Path) -> None:
    path = write(
        tmp_path, 'customer_no_l,customer_no_r,verdict,user,choices\n3,4,same,aino,{"survivor":"3","fields":{}}\n'
    )
    report = record(night.ledger, read_decisions(path), NOW)
    assert [(refusal.number, refusal.code) for refusal in report.refused] == [(2, "line")]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("finding_id,user\n", "verdict"),
        ("verdict,user\n", "finding_id"),
        ("customer_no_l,verdict,user\n", "finding_id"),
        ("finding_id,verdict,user,shoe_size\n", "shoe_size"),
        ("", "empty"),
        (b"\xff\xfe", "empty"),
        (b"\xff\xfe\x00", "verdict"),
        ("verdict,verdict,user\n", "twice"),
    ],
)
def test_a_file_that_is_no_decision_file_is_told(tmp_path: Path, text: str | bytes, column: str) -> None:
    with pytest.raises(InputError, match=column):
        read_decisions(write(tmp_path, text))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_decisions(tmp_path / "none.csv")


def test_twenty_stewards_at_once_lose_nothing_and_overwrite_nothing(
    nights: Any, many_pairs: Callable[[int], Any]
) -> None:
    nights.run(0, many_pairs(30))
    rows = [row for row in nights.rows() if row["kind"] == "duplicate"]
    taken: list[tuple[str, str]] = []
    told: list[str] = []

    def steward(number: int) -> None:
        for row in rows:
            verdict = "same" if number % 2 else "different"
            line = DecisionLine(
                1, verdict, f"steward-{number}", finding_id=row["finding_id"], expected_version=1, reason="checked"
            )
            try:
                decide(nights.ledger, line, NOW)
                taken.append((row["finding_id"], verdict))
            except ConflictError:
                told.append(row["finding_id"])

    working = [threading.Thread(target=steward, args=(number,)) for number in range(20)]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    assert (len(taken), len(told)) == (30, 570)
    states = {"same": "accepted", "different": "rejected"}
    assert {(row["finding_id"], row["state"]) for row in nights.rows()} == {
        (finding_id, states[verdict]) for finding_id, verdict in taken
    }
    with nights.ledger.read() as connection:
        assert connection.execute(select(func.count()).select_from(decisions)).scalar() == 30
    assert verify(nights.ledger) is None
