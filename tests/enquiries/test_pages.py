"""The pages of rounds and shared bins: figures, the story, and an answer that the clerk types in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from argon2 import PasswordHasher
from asking import Office
from fastapi.testclient import TestClient

from regclean import enquiries
from regclean.accounts import local
from regclean.accounts.permissions import Permission, User
from regclean.acts.enquiries import told_to
from regclean.enquiries import Notice, notices
from regclean.enquiries.notices import NoticeState
from regclean.home import own_ledger
from regclean.review.web.app import create_app

pytestmark = pytest.mark.xdist_group("enquiries")  # one worker makes the register


@pytest.fixture
def clerk(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A browser in which the clerk is signed in, after the round was sent."""
    monkeypatch.setattr(local, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    office.send_round()
    with own_ledger(office.workspace) as ledger:
        local.add_user(ledger, "väinö", ("clerk",), "correct horse battery", office.now, by="test")
    with TestClient(create_app(office.workspace, now=lambda: office.now), base_url="http://127.0.0.1") as browser:
        form = {"user": "väinö", "password": "correct horse battery", "csrf_token": token(browser, "/login")}
        browser.post("/login", data=form)
        yield browser


def token(browser: TestClient, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found, path
    return found.group(1)


def test_the_round_in_figures(clerk: TestClient) -> None:
    text = clerk.get("/enquiries").text
    assert 'href="/enquiries/1"' in text
    text = clerk.get("/enquiries/1").text
    assert 'href="/bin?number=K1"' in text
    assert "45/2026" in text
    assert clerk.get("/enquiries/2").status_code == 404
    assert clerk.get("/bin?number=K99").status_code == 404


def test_files_that_could_not_be_taken_are_said_until_they_are(office: Office, clerk: TestClient) -> None:
    back = office.folder / "Laine Pekka"
    back.mkdir()
    (back / "Laine Pekka.xlsx").write_bytes(b"PK")
    office.act("import_answers", back)
    office.act("import_answers")  # looks into the reply page's folder alone
    for page in ("/enquiries", "/enquiries/1"):
        text = clerk.get(page).text
        assert "1 tiedostoa ei voitu lukea" in text
        assert "Laine Pekka" not in text
    (back / "Laine Pekka.xlsx").unlink()
    office.act("import_answers", back)
    assert "ei voitu lukea" not in clerk.get("/enquiries").text


def test_members_who_are_told_and_who_are_late(clerk: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def notice(state: NoticeState, why: str | None) -> Notice:
        day = date(2026, 10, 1)
        return Notice(1, "K7", "2", "fi", state, why, day, day, None if state == "due" else day, day)

    some = [notice("due", None), notice("due", "told_by_self"), notice("objected", None), notice("sent", None)]
    monkeypatch.setattr(enquiries, "stand", lambda *_: some)
    text = clerk.get("/enquiries").text
    assert "1 on myöhässä" in text
    assert "on antanut tiedot itse" in text
    assert 'href="/bin?number=K7"' in text


def test_an_answer_is_typed_in_and_stands_in_the_story(office: Office, clerk: TestClient) -> None:
    sent = {"csrf_token": token(clerk, "/bin?number=K1"), "group": "K1", "do": "send"}
    wrong = clerk.post("/bin/answer", data={**sent, "l-1-says": "right", "l-2-left_on": "eilen"})
    assert (wrong.status_code, office.states()) == (422, {"K1": "sent"})
    assert 'value="eilen"' in wrong.text
    taken = clerk.post("/bin/answer", data={**sent, "all_right": "1", "l-2-left_on": "1.10.2026", "note": "<b>Hei</b>"})
    assert (taken.status_code, office.states()) == (200, {"K1": "answered"})
    assert "&lt;b&gt;Hei&lt;/b&gt;" in taken.text
    assert [row["rule"] for row in office.findings("K30", "K31", "K32", "K33") if row["present"]] == [
        "K30",
        "K32",
        "K33",
    ]
    rates = clerk.get("/enquiries/1").text
    assert "100" in rates


def test_the_case_of_a_new_line_and_its_shared_bin(office: Office, clerk: TestClient) -> None:
    sent = {"csrf_token": token(clerk, "/bin?number=K1"), "group": "K1", "do": "send"}
    clerk.post("/bin/answer", data={**sent, "all_right": "1", "n-1-name": "Uusi Naapuri"})
    (case,) = office.findings("K31")
    shown = clerk.get(f"/case/{case['finding_id']}")
    assert (shown.status_code, "Uusi Naapuri" in shown.text) == (200, True)
    assert 'href="/bin?number=K1"' in shown.text


def test_a_member_who_objects_on_paper(office: Office, clerk: TestClient) -> None:
    asked = office.asked()["K1"].question
    assert asked is not None
    facts = {"bin_group_no": "K1", "member_no": "2", "person_digest": "x", "due_on": office.day, "language": "fi"}
    with own_ledger(office.workspace) as ledger, ledger.write() as writing:
        number = notices.begin(writing, user="aino", now=office.now, **facts)
        notices.write_down(writing, number, asked, user="aino", now=office.now)
    sent = {"csrf_token": token(clerk, "/bin?number=K1"), "number": "K1", "notice": str(number)}
    for state, cases in (("sent", 0), ("objected", 1), ("sent", 0), ("objected", 1)):
        assert clerk.post("/bin/notice", data={**sent, "state": state}).status_code == 200
        assert sum(bool(row["present"]) for row in office.findings("K32")) == cases
    assert clerk.post("/bin/notice", data={**sent, "state": "lost"}).status_code == 422
    assert "osakas vastustaa" in clerk.get("/bin?number=K1").text


@pytest.mark.parametrize(("permissions", "told"), [(("findings:read",), 0), (("findings:read", "restricted:open"), 2)])
def test_no_count_tells_of_somebody_protected(permissions: tuple[Permission, ...], told: int) -> None:
    user = User("aino", None, (), None, frozenset(permissions))
    assert told_to(user, {"protected": 2, "ended": 1}) == Counter({"ended": 1, **({"protected": told} if told else {})})


def test_a_clerk_says_the_same_again_after_something_else(office: Office, clerk: TestClient) -> None:
    sent = {"csrf_token": token(clerk, "/bin?number=K1"), "group": "K1", "do": "send"}
    for says in ("right", "left", "right"):
        clerk.post("/bin/answer", data={**sent, "l-1-says": "right", "l-2-says": says})
    assert not [row for row in office.findings("K32") if row["present"]]
    clerk.post("/bin/mark", data={**sent, "number": "K1", "enquiry": "1", "state": "returned"})
    assert office.states() == {"K1": "answered"}


def test_a_shared_bin_of_somebody_protected_is_not_there(
    office: Office, clerk: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enquiries, "barred_groups", lambda *_: {"K1": "protected"})
    assert clerk.get("/bin?number=K1").status_code == 404
    assert "K1" not in clerk.get("/enquiries/1").text
    assert office.states() == {"K1": "sent"}


@pytest.mark.parametrize(
    ("days", "shown"),
    [((), None), ((3,), (None, 3, None)), (range(1, 12), (2, 6, 10))],
)
def test_the_median_of_days_has_its_interval(days: tuple[int, ...], shown: object) -> None:
    assert enquiries.median_days(list(days)) == shown
