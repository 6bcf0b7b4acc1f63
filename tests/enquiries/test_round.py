"""A round from its plan to the register and the night after: asked on paper, answered in every way, accepted, applied, settled."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import Office
from filling import filled

from regclean.bin_reports import Defect
from regclean.domain.enquiries import AnswerError, Told, read_told
from regclean.domain.findings import Severity
from regclean.enquiries import codes_of, exchange
from regclean.enquiries.plan import weight_of
from regclean.errors import ConflictError, UsageError
from regclean.findings.decide import DecisionLine
from regclean.home import own_ledger
from regclean.ledger import verify

pytestmark = pytest.mark.xdist_group("enquiries")  # one worker makes the register


def test_from_plan_to_register_and_the_night_after(office: Office) -> None:
    report = office.act("plan_enquiries")
    assert (dict(report.weights), dict(report.left_out)) == ({"wrong": 1}, {"no_address": 1})
    assert office.act("plan_enquiries").round_id is None  # never two open enquiries to a shared bin
    written = office.act("write_enquiry_letters", office.folder / "letters")
    assert (written.letters, office.states()) == (1, {"K1": "planned"})
    assert office.act("release_enquiries").letters == 1
    assert office.states() == {"K1": "sent"}

    receipt = office.reply(
        "K1",
        l__1__says="right",
        l__2__says="left",
        l__2__left_on="1.10.2026",
        n__1__name="Uusi Naapuri",
        n__1__street_address="Asemakatu 11",
        n__1__share_percent="50",
    )
    assert "Uusi Naapuri" in receipt.text
    taken = office.act("import_answers")
    assert (taken.taken, taken.refused, office.states()) == (1, [], {"K1": "answered"})
    assert office.act("import_answers").taken == 0
    proposed = {str(row["rule"]): str(row["proposal"]) for row in office.findings("K30", "K31", "K32")}
    assert '"confirmed_on"' in proposed["K30"]
    assert "Uusi Naapuri" in proposed["K30"]
    assert "2026-10-01" in proposed["K30"]
    before = office.rows("customers", "*")

    office.accept("K30", "K31", "K32")
    office.batch()
    lines = office.rows("bin_group_members", "bin_group_no", "member_no", "name", "end_on")
    assert [line[1:3] for line in lines if line[0] == "K1"] == [
        ("1", "Laine Pekka"),
        ("2", "Savolainen Eeva"),
        ("3", "Uusi Naapuri"),
    ]
    assert lines[1][3] in ("2026-10-01", "1.10.2026")
    assert office.rows("bin_groups", "bin_group_no", "confirmed_on")[0][1] in ("2026-11-02", "2.11.2026")
    assert office.rows("customers", "*") == before  # what a contact person says changes no customer

    office.night()
    assert {row["state"] for row in office.findings("K30", "K31", "K32")} == {"verified"}
    assert office.states() == {"K1": "settled"}
    with own_ledger(office.workspace) as ledger:
        verify(ledger)


def test_each_new_line_is_decided_on_by_itself(office: Office) -> None:
    office.send_round()
    office.reply("K1", all_right="1", n__1__name="Uusi Naapuri", n__2__name="Outo Otto")
    office.act("import_answers")
    new = [row for row in office.findings("K31") if row["present"]]
    assert [str(row["proposal"]).count('"op"') > 0 and "Outo" in str(row["proposal"]) for row in new] == [False, True]
    lines = [
        DecisionLine(1, "accept", "aino", finding_id=str(new[0]["finding_id"])),
        DecisionLine(2, "reject", "aino", finding_id=str(new[1]["finding_id"]), reason="evidence"),
    ]
    assert office.act("decide_all", lines).taken == 2
    office.batch()
    names = [row[2] for row in office.rows("bin_group_members", "bin_group_no", "member_no", "name") if row[0] == "K1"]
    assert names == ["Laine Pekka", "Savolainen Eeva", "Uusi Naapuri"]
    office.night()
    assert [row["state"] for row in office.findings("K31")] == ["verified", "rejected"]


@pytest.mark.parametrize(
    ("rules", "weight"),
    [
        ((("K13", "info"),), "confirm"),
        ((("K13", "info"), ("K12", "review")), "unknown"),
        ((("K06", "error"), ("K12", "review")), "wrong"),
        ((("K22", "info"),), "confirm"),
        ((), None),
    ],
)
def test_what_only_informs_weighs_little(rules: tuple[tuple[str, Severity], ...], weight: str | None) -> None:
    defects = tuple(Defect(rule, severity, {"lines": ["1"], "members": 2}) for rule, severity in rules)
    assert weight_of(defects) == weight


def test_a_form_mailed_back_and_a_clerk_say_the_same_as_the_page(office: Office) -> None:
    office.send_round()
    form = office.folder / "letters" / "form-1.xlsx"
    back = office.folder / "back"
    back.mkdir()
    filled(form, back / "vastaus.xlsx", {"L.1": {7: "x"}, "L.2": {7: "1.10.2026"}, "N.1": {2: "=HYPERLINK(1)"}})
    report = office.act("import_answers", back)
    assert (report.taken, report.refused) == (1, [])
    (told,) = {str(row["proposal"]) for row in office.findings("K31")}
    assert "=HYPERLINK(1)" in told  # a text, whatever a spreadsheet would make of it
    assert office.act("import_answers", back).repeated == 1

    one = office.asked()["K1"]
    assert one.question is not None
    typed = read_told({"lines": {"1": {"says": "right"}, "2": {"says": "right"}}}, one.question, office.day)
    assert office.act("type_answer", one.enquiry_id, typed).taken == 1
    assert [row["rule"] for row in office.findings("K30", "K31", "K32") if row["present"]] == ["K30"]


def test_a_form_with_a_strange_code_or_an_answer_to_another_list_is_refused(office: Office) -> None:
    office.send_round()
    form, back = office.folder / "letters" / "form-1.xlsx", office.folder / "back"
    back.mkdir()
    filled(form, back / "1.xlsx", {"K": {3: "0000-0000-0000"}, "L.1": {7: "x"}})
    filled(form, back / "2.xlsx", {"L.1": {0: "L.9", 7: "x"}})
    filled(form, back / "3.xlsx", {"L.1": {7: "huomenna"}})
    (back / "4.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    report = office.act("import_answers", back)
    assert report.taken == 0
    assert [name for name, _ in report.refused] == ["1.xlsx", "2.xlsx", "3.xlsx", "4.xlsx"]
    assert office.states() == {"K1": "sent"}


def test_a_file_that_is_too_large_or_no_answer_stays_where_it_is_and_is_said(office: Office) -> None:
    office.send_round()
    answers, back = exchange(office.workspace).root / "answers", office.folder / "back"
    answers.mkdir(exist_ok=True)
    back.mkdir()
    (answers / "1.answer").write_bytes(b"x" * 300_000)
    (answers / "vastaus.xlsx").write_bytes(b"PK")
    (answers / ".2.answer.7-7").write_bytes(b"half written")
    with (back / "suuri.xlsx").open("wb") as large:
        large.truncate(3_000_000)
    (back / "kuva.pdf").write_bytes(b"%PDF-1.7")
    (back / "~$suuri.xlsx").write_bytes(b"a spreadsheet is open")
    report = office.act("import_answers", back)
    assert [name for name, _ in report.refused] == ["1.answer", "vastaus.xlsx", "kuva.pdf", "suuri.xlsx"]
    assert ["too large" in why for _, why in report.refused] == [True, False, False, True]
    assert len(list(answers.iterdir())) == 3
    assert len(list(back.iterdir())) == 3


def test_an_answer_taken_back_leaves_no_proposal(office: Office) -> None:
    office.send_round()
    office.reply("K1", l__1__says="right", l__2__says="left")
    office.act("import_answers")
    office.reply("K1", "withdraw")
    report = office.act("import_answers")
    assert (report.withdrawn, office.states()) == (1, {"K1": "sent"})
    assert not any(row["present"] for row in office.findings("K30", "K31", "K32"))


def test_an_old_answer_replayed_changes_nothing(office: Office) -> None:
    office.send_round()
    office.reply("K1", l__1__says="right", l__2__says="left")
    folder = exchange(office.workspace)
    ((path, old),) = folder.answers()
    office.act("import_answers")
    office.reply("K1", "withdraw")
    office.reply("K1", l__1__says="right", l__2__says="right")
    path.write_bytes(old)
    report = office.act("import_answers")
    assert (report.taken, report.repeated) == (1, 1)
    assert not any(row["present"] for row in office.findings("K32"))


def test_who_does_not_answer_is_reminded_once_and_given_up_and_may_still_answer(office: Office) -> None:
    office.send_round()
    office.follow(22)
    report = office.act("write_enquiry_letters", office.folder / "again", reminders=True)
    assert (report.letters, report.reminders) == (1, 1)
    office.act("release_enquiries")
    assert office.states() == {"K1": "reminded"}
    office.follow(22)
    assert office.states() == {"K1": "given_up"}
    office.reply("K1", l__1__says="right", l__2__says="right")
    office.act("import_answers")
    assert office.states() == {"K1": "answered"}


def test_a_letter_that_came_back_is_marked_and_the_mark_taken_back(office: Office) -> None:
    office.send_round()
    one = office.asked()["K1"].enquiry_id
    office.act("mark_enquiry", one, "returned")
    assert office.states() == {"K1": "returned"}
    office.act("mark_enquiry", one, "sent")
    assert office.states() == {"K1": "sent"}
    with pytest.raises(UsageError):
        office.act("mark_enquiry", one, "planned")
    with pytest.raises((UsageError, ConflictError)):
        office.act("mark_enquiry", one, "answered")


def test_the_sealed_questions_tell_the_host_nothing(office: Office) -> None:
    office.send_round()
    folder = exchange(office.workspace).root
    files = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    codes = codes_of(office.workspace, 1, 1)
    for secret in ("Savolainen", "Laine", "Asemakatu", codes.typed, codes.link):
        assert secret.encode() not in files


def test_nothing_of_an_enquiry_is_in_its_audit_lines_but_codes_and_counts(office: Office) -> None:
    office.send_round()
    office.reply("K1", n__1__name="Kanarialintu Kalle", note="Kanarialintu lauloi")
    office.act("import_answers")
    ledger = (office.folder / "var" / "ledger.db").read_bytes()
    assert b"Kanarialintu" in ledger  # the answer itself
    import sqlite3

    connection = sqlite3.connect(office.folder / "var" / "ledger.db")
    audit = connection.execute("SELECT * FROM audit WHERE action LIKE 'enquiry%'").fetchall()
    connection.close()
    assert len(audit) >= 4
    assert "Kanaria" not in repr(audit)


def test_told_is_nothing_where_nothing_was_said(office: Office) -> None:
    office.send_round()
    question = office.asked()["K1"].question
    assert question is not None
    with pytest.raises(AnswerError):
        read_told(Told().as_data(), question, office.day)


def test_letters_are_a_pdf_and_a_table(office: Office) -> None:
    office.act("plan_enquiries")
    office.act("write_enquiry_letters", office.folder / "letters")
    made: dict[str, Path] = {path.name: path for path in (office.folder / "letters").iterdir()}
    assert made.keys() == {"letters.pdf", "letters.csv", "form-1.xlsx"}
    assert made["letters.pdf"].read_bytes().startswith(b"%PDF")
    assert "Haapaniemenkatu 7" in made["letters.csv"].read_text(encoding="utf-8-sig")
