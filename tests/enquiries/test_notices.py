"""Members are told that the contact person gave their data, once and in time; who is not in the shared bin says so."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from asking import CANARY, Office, new_office
from mail_server import MailServer

from regclean.enquiries import codes_of, notices
from regclean.errors import ConflictError
from regclean.home import own_ledger

pytestmark = pytest.mark.xdist_group("enquiries")  # one worker makes the register


def rows(office: Office) -> list[dict[str, object]]:
    with own_ledger(office.workspace) as ledger:
        return [dict(row) for row in notices.known(ledger)]


@pytest.fixture(scope="session")
def _untold_once(_asked_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nobody of the small register has been told, and one line is of somebody whom no account is."""
    office = new_office(_asked_once, tmp_path_factory.mktemp("untold"))
    with sqlite3.connect(office.folder / "register.db") as register:
        register.execute("UPDATE bin_group_members SET informed_on = NULL")
        register.execute(
            "INSERT INTO bin_group_members (bin_group_no, member_no, name, street_address, postal_code, city, start_on) "
            "VALUES ('K1', '3', 'Uusi Naapuri', 'Asemakatu 11', '70100', 'Kuopio', '25.10.2026')"
        )
    register.close()
    office.night()
    return office.folder


@pytest.fixture
def office(_untold_once: Path, tmp_path: Path) -> Office:
    made = new_office(_untold_once, tmp_path)
    made.day += timedelta(days=1)
    return made


def test_a_member_is_told_once_and_the_register_learns_it(office: Office) -> None:
    found, protected = office.act("list_notices")
    assert protected == 0
    # Laine is the contact person; Savolainen and Virtanen gave their data themselves; Uusitalo's line is long overdue.
    assert [(one.member_no, one.why_not, one.late(office.day)) for one in found] == [
        ("2", "told_by_self", False),
        ("1", "told_by_self", False),
        ("2", None, True),
        ("3", None, False),
    ]
    written = office.act("write_notice_letters", office.folder / "told")
    assert (written.letters, written.late, dict(written.left)) == (2, 1, {"told_by_self": 2})
    pdf = (office.folder / "told" / "notices.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert "Uusi Naapuri" in (office.folder / "told" / "notices.csv").read_text(encoding="utf-8-sig")
    assert office.act("release_notices").letters == 2
    assert {row["state"] for row in rows(office)} == {"sent"}
    again = office.act("write_notice_letters", office.folder / "again")
    assert (again.letters, again.left["told_already"]) == (0, 2)

    office.accept("K30")
    office.batch()
    told = office.rows("bin_group_members", "bin_group_no", "member_no", "informed_on")
    assert [line[2] for line in told if line[:2] in (("K1", "3"), ("K2", "2"))] == [told[2][2]] * 2 != [None] * 2
    office.night()
    left, _ = office.act("list_notices")
    assert [one.state for one in left] == ["due", "due", "sent", "sent"]
    assert not [row for row in office.findings("K30") if row["present"]]


def test_an_objection_opens_a_case_on_the_line_and_may_be_taken_back(office: Office) -> None:
    office.act("write_notice_letters", office.folder / "told")
    office.act("release_notices")
    (mine,) = (row for row in rows(office) if row["bin_group_no"] == "K1")
    codes = codes_of(office.workspace, int(str(mine["notice_id"])), 1, what="notice")
    sent = {"number": codes.number, "link": codes.link}
    shown = office.browser().get(f"/q/{codes.number}/{codes.link}").text
    assert "Uusi Naapuri" in shown
    assert "Savolainen" not in shown
    office.browser().post("/answer", data={**sent, "do": "send", "not_mine": "1", "note": "Asun muualla"})
    report = office.act("import_answers")
    assert (report.objections, report.refused) == (1, [])
    (case,) = [row for row in office.findings("K32") if row["present"]]
    assert "bin_group_members:K1/3" in str(case["subjects"])
    assert [row["present"] for row in office.findings("K33")] == [True]
    assert [row["state"] for row in rows(office)].count("objected") == 1

    office.browser().post("/answer", data={**sent, "do": "withdraw"})
    assert office.act("import_answers").withdrawn == 1
    assert not [row for row in office.findings("K32", "K33") if row["present"]]


def test_a_member_whose_own_address_is_known_is_told_by_mail(office: Office, server: MailServer) -> None:
    settings = office.folder / "regclean.toml"
    sending = f'smtp = "smtp://127.0.0.1:{server.port}"\nmail_from = "kimpat@example.fi"\n'
    settings.write_text(settings.read_text(encoding="utf-8") + sending, encoding="utf-8")
    with sqlite3.connect(office.folder / "register.db") as register:
        register.execute("UPDATE customers SET contact_source = NULL")
        register.execute(
            "UPDATE customers SET email = 'sama@kanarialintu.example.fi' WHERE name NOT LIKE 'Savolainen%'"
        )
    register.close()
    office.night()
    ways = {(one.bin_group_no, one.member_no): one.channel for one in office.act("list_notices")[0] if not one.why_not}
    # An address that others have too is nobody's own; the last two are no customers.
    assert ways == {("K1", "2"): "email", ("K2", "1"): "letter", ("K1", "3"): "letter", ("K2", "2"): "letter"}
    written = office.act("write_notice_letters", office.folder / "told")
    assert (written.letters, written.emails) == (3, 1)
    assert "Savolainen" not in (office.folder / "told" / "notices.csv").read_text(encoding="utf-8-sig")

    sent = office.act("release_notices")
    assert (sent.letters, sent.emails, sent.refused, sent.no_address) == (3, 1, [], [])
    ((to, mail),) = server.taken
    (row,) = (row for row in rows(office) if row["channel"] == "email")
    codes = codes_of(office.workspace, int(str(row["notice_id"])), 1, what="notice")
    text = mail.get_content()
    assert to.endswith(f"@{CANARY}.example.fi")
    assert codes.link in text
    assert "14 artiklan" in text
    for held in ("Savolainen", "Asemakatu", "K1"):
        assert held not in text.replace(codes.link, "")
    assert {row["state"] for row in rows(office)} == {"sent"}
    assert not office.act("release_notices").emails

    office.act("mark_notice", row["notice_id"], "not_sent")  # the mail came back
    office.act("mark_notice", row["notice_id"], "due")
    again = office.act("write_notice_letters", office.folder / "again")
    assert (again.letters, again.emails) == (1, 0)


def test_a_letter_that_came_back_is_marked_and_written_anew(office: Office) -> None:
    office.act("write_notice_letters", office.folder / "told")
    office.act("release_notices")
    number = rows(office)[0]["notice_id"]
    office.act("mark_notice", number, "not_sent")
    assert (rows(office)[0]["state"], rows(office)[0]["why_not"]) == ("not_sent", "returned")
    office.act("mark_notice", number, "due")
    assert office.act("write_notice_letters", office.folder / "again").letters == 1
    office.act("mark_notice", number, "objected")
    with pytest.raises(ConflictError):
        office.act("mark_notice", number, "not_sent")
