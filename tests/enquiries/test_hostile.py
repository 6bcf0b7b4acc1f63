"""Contact persons of every sort: nothing is lost, nobody gets in, no value of the register goes out, none of a customer's is overwritten."""

from __future__ import annotations

import pytest
from asking import CANARY, Office

from regclean.enquiries import codes_of, exchange, find_answers
from regclean.home import own_ledger
from regclean.reply_page import Codes

pytestmark = pytest.mark.xdist_group("enquiries")  # one worker makes the register


def test_whoever_comes_nothing_is_lost_and_nothing_gets_out(office: Office) -> None:
    before = office.rows("customers", "*")
    assert CANARY in str(before)
    office.send_round()
    one = office.asked()["K1"]
    codes, browser = codes_of(office.workspace, one.enquiry_id, one.issue), office.browser()
    seen = []
    for at in range(7):
        wrong = Codes.derived(b"x" * 32, f"guess {at}")
        seen.append(browser.post("/open", data={"number": codes.number, "code": wrong.typed}))
        seen.append(browser.get(f"/q/{codes.number}/{wrong.link}"))
    seen.append(browser.post("/answer", data={"number": codes.number, "link": codes.link, "note": "x" * 2**20}))
    assert {answer.status_code for answer in seen} == {403, 413, 429}
    seen.append(
        office.reply("K1", all_right="1", n__1__name='"><script>alert(1)</script>', n__2__name="=cmd|'/c calc'!A1")
    )
    seen.append(office.reply("K1", l__1__says="left"))  # once sent, once taken
    folder = exchange(office.workspace)
    ((path, file),) = folder.answers()
    path.with_name(f"0{path.name}").write_bytes(file[:-40] + b"A" * 30 + file[-10:])
    assert (report := office.act("import_answers")).taken == 1
    assert len(report.refused) == 1
    path.write_bytes(file)
    assert office.act("import_answers").repeated == 1
    with own_ledger(office.workspace) as ledger, ledger.read() as reading:
        (kept,) = find_answers(reading)
    assert [new["name"] for new in kept["told"]["new"]] == ['"><script>alert(1)</script>', "=cmd|'/c calc'!A1"]

    office.accept("K30", "K31", "K32")
    office.batch()
    assert office.rows("customers", "*") == before
    office.night()
    assert {row["state"] for row in office.findings("K30", "K31", "K32")} == {"verified"}
    outside = [
        path for place in (folder.root, office.folder / "letters") for path in place.rglob("*") if path.is_file()
    ]
    assert not [path.name for path in outside if CANARY.encode() in path.read_bytes()]
    assert not [answer for answer in seen if CANARY in answer.text or "<script" in answer.text]
