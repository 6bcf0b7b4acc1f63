"""The reply page alone: what it shows to whom, what it keeps, and what it sends."""

from __future__ import annotations

import ast
import json
import re
import string
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alone import INSIDE, LINES, TODAY, Page, question
from hypothesis import given
from hypothesis import strategies as st

import regclean.reply_page
from regclean.domain.enquiries import AnswerError, read_told
from regclean.reply_page import Codes, grouped, open_answer, public_of, seal_question
from regclean.reply_page.envelope import LINK, NUMBER, TYPED, open_question, plain, seal_answer

SOURCE = Path(regclean.reply_page.__file__).parent


def sent(page: Page) -> list[Mapping[str, Any]]:
    known = {page.codes.number: page.codes}
    found = [open_answer(file, INSIDE, known) for _, file in page.folder.answers()]
    assert None not in found
    return [one[1] for one in found if one]


def test_the_room_knows_nothing_of_registers_ledgers_and_nights() -> None:
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("regclean"):
                assert (node.module or "").split(".")[1] in ("reply_page", "domain", "resources"), path
    code = (
        "import regclean.reply_page, sys;"
        "print([m for m in sys.modules if m.split('.')[:2][-1] in ('ledger','warehouse','register','duckdb','polars',"
        "'sqlalchemy','standardise') and 'domain' not in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_is_shown_before_the_code(page: Page) -> None:
    for path in ("/", "/privacy", "/accessibility", f"/q/{page.codes.number}/{'0' * LINK}", "/q/x/y", "/answer"):
        for line in LINES:
            text = page.browser.get(path).text
            assert line.name not in text
            assert "K1" not in text
    assert page.open(code="0000-0000-0000").status_code == 403


def test_a_typed_code_and_a_link_open_the_list(page: Page) -> None:
    for answer in (
        page.open(grouped(page.codes.number).lower(), grouped(page.codes.typed).lower()),
        page.browser.get(f"/q/{page.codes.number}/{page.codes.link}"),
    ):
        assert answer.status_code == 200
        assert "Eeva Aho" in answer.text
        assert "Where does the bin stand?" in answer.text
        assert page.codes.typed not in answer.text
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text


@pytest.mark.parametrize("number", ["own", "00000000"])
def test_five_wrong_codes_lock_a_number_whether_there_is_one_or_not(page: Page, number: str) -> None:
    asked = page.codes.number if number == "own" else number
    answers = [page.open(asked, "0000-0000-0000") for _ in range(6)]
    assert [one.status_code for one in answers] == [403] * 5 + [429]
    other = [page.open("11111111", "0000-0000-0000") for _ in range(1)]
    assert other[0].status_code == 429  # the client waits as well
    assert {re.sub(r"\s+", " ", one.text) for one in answers[:5]} == {re.sub(r"\s+", " ", answers[0].text)}
    page.time[0] = 3_601.0
    assert page.open().status_code == (429 if number == "own" else 200)
    assert page.browser.get(f"/q/{page.codes.number}/{page.codes.link}").status_code == 200
    page.time[0] = 86_401.0 + 3_601.0
    assert page.open().status_code == 200


def test_an_answer_is_sent_once_until_it_is_taken_back(page: Page) -> None:
    receipt = page.answer(l_1_says="left", l_1_left_on="1.10.2026", all_right="1", n_1_name="Uusi Naapuri")
    assert receipt.status_code == 200
    assert "Uusi Naapuri" in receipt.text
    assert "Receipt" in receipt.text
    assert page.answer(l_1_says="right").text.count("Uusi Naapuri") == 1  # nothing new is sent
    (answer,) = sent(page)
    assert answer["told"]["lines"] == {"1": {"says": "left", "left_on": "2026-10-01"}, "2": {"says": "right"}}
    assert answer["told"]["new"] == [{"name": "Uusi Naapuri"}]
    again = page.answer("withdraw")
    assert 'value="Uusi Naapuri"' in again.text
    page.answer(l_1_says="right", l_2_says="right")
    assert [(one["turn"], "told" in one) for one in sent(page)] == [(1, True), (2, False), (3, True)]


def test_a_draft_is_kept_sealed_and_nothing_is_sent(page: Page) -> None:
    page.answer("save", n_1_name="Uusi Naapuri", note="jatkan myöhemmin")
    assert sent(page) == []
    assert 'value="Uusi Naapuri"' in page.open().text
    on_the_host = b"".join(path.read_bytes() for path in page.folder.root.rglob("*") if path.is_file())
    for secret in ("Naapuri", "Eeva", "Rantatie", page.codes.link, page.codes.typed):
        assert secret.encode() not in on_the_host


def test_what_is_wrong_is_said_beside_its_field(page: Page) -> None:
    answer = page.answer(l_1_says="left", l_1_left_on="huomenna", n_1_share_percent="130")
    assert answer.status_code == 422
    for name in ("l-1-left_on", "n-1-share_percent", "n-1-name"):
        assert f'href="#{name}"' in answer.text
        assert f'id="{name}-e"' in answer.text
    assert 'value="huomenna"' in answer.text
    assert sent(page) == []
    assert page.answer().status_code == 422  # nothing was filled in


def test_a_script_in_a_name_stays_text_and_a_megabyte_is_not_read(page: Page) -> None:
    hostile = '"><script>alert(1)</script>'
    answer = page.answer(n_1_name=hostile)
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert page.answer("save", note="x" * 1_000_000).status_code == 413
    assert page.answer(**{f"x{at}": "1" for at in range(5_000)}).status_code == 413


def test_an_expired_question_is_nobodys(page: Page) -> None:
    sealed = seal_question(page.codes, question(page.codes).as_data(), public_of(INSIDE), "2026-11-09")
    page.folder.put_question(page.codes.number, sealed)
    assert page.open().status_code == 403
    page.answer("save", note="x")
    assert page.folder.sweep("2026-11-10") == 1
    assert page.folder.question(page.codes.number) is None


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_is_small_and_in_three_languages(page: Page, language: str) -> None:
    style = len(page.browser.get("/style.css").content)
    for path in ("/", "/privacy", "/accessibility", f"/q/{page.codes.number}/{page.codes.link}"):
        answer = page.browser.get(f"{path}?l={language}")
        assert f'<html lang="{language}">' in answer.text
        assert len(answer.content) + style < 30_000
        assert "{sender}" not in answer.text


def test_an_answer_counts_only_with_its_code(page: Page) -> None:
    opened = open_question(page.folder.question(page.codes.number), page.codes.number, link=page.codes.link)
    assert opened is not None
    known = {page.codes.number: page.codes}
    good = seal_answer(opened, {"turn": 1})
    assert open_answer(good, INSIDE, known) == (page.codes.number, {"turn": 1})
    stranger = Codes(page.codes.number, page.codes.typed, "0" * LINK)
    assert open_answer(good, INSIDE, {stranger.number: stranger}) is None
    assert open_answer(good, bytes(32), known) is None
    other = json.loads(good) | {"number": "00000000"}
    assert open_answer(json.dumps(other).encode(), INSIDE, known) is None
    assert open_answer(b"{}", INSIDE, known) is None
    assert open_answer(b"\xff" * 99, INSIDE, known) is None


def test_codes_are_as_long_as_they_must_be() -> None:
    codes = Codes.derived(b"k" * 32, "enquiry 1 1")
    assert (5 * len(codes.typed) >= 50, 5 * len(codes.link) >= 100) == (True, True)
    assert codes == Codes.derived(b"k" * 32, "enquiry 1 1")
    assert codes != Codes.derived(b"k" * 32, "enquiry 1 2")
    assert plain(grouped(codes.typed).lower().replace("0", "o"), TYPED) == codes.typed
    assert plain("../../etc", NUMBER) == ""


texts = st.one_of(st.none(), st.booleans(), st.integers(), st.text(string.printable + "äö\u202e\x00", max_size=300))
anything = st.recursive(texts, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner))
KEYS = ("lines", "new", "words", "ends_on", "moves", "contact", "not_mine", "note")


@given(st.dictionaries(st.sampled_from(KEYS), anything))
def test_whatever_is_sent_is_read_or_refused(data: dict[str, object]) -> None:
    asked = question(Codes("0" * NUMBER, "0" * TYPED, "0" * LINK))
    try:
        told = read_told(data, asked, TODAY)
    except AnswerError:
        return
    written = json.dumps(told.as_data(), ensure_ascii=False)
    assert not re.search(r"[\u0000-\u001f\u202e]", written)
    assert read_told(told.as_data(), asked, TODAY) == told  # reading twice is reading once
