"""A round of enquiries half way: some have answered on the page, on the form and by telephone, one letter came back, others wait."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regclean.acts import Context
    from regclean.enquiries import Enquiry

ASKED = 24
STEWARD = "aino"


def make_demo_round(folder: Path) -> str | None:
    """Ask two dozen shared bins of the demo, and let some answer; says what was done, None when it was done before."""
    from regclean import acts
    from regclean.accounts import local
    from regclean.acts import Context
    from regclean.config import load_workspace
    from regclean.home import own_ledger

    workspace = load_workspace(folder)
    with own_ledger(workspace) as ledger:
        context = Context(workspace, ledger, local.active_user(ledger, STEWARD, "session"), datetime.now(UTC))
        if acts.list_enquiries(context):
            return None
        acts.plan_enquiries(context, title="Demo", limit=ASKED, per_week=ASKED)
        acts.write_enquiry_letters(context, folder / "letters")
        acts.release_enquiries(context)
        waiting = [one for one in acts.list_enquiries(context) if one.state == "sent" and one.question]
        with_lines = [one for one in waiting if one.question and one.question.lines]
        _answer_on_page(context, with_lines[:4])
        _answer_by_telephone(context, with_lines[4:6])
        _mail_forms_back(context, with_lines[6:8], folder / "back")
        acts.import_answers(context, folder / "back" if (folder / "back").is_dir() else None)
        for one in with_lines[8:9]:
            acts.mark_enquiry(context, one.enquiry_id, "returned")
        told = _tell_members(context, folder / "letters")
        states = [one.state for one in acts.list_enquiries(context)]
    asked = f"asked {len(states)}, answered {states.count('answered')}, returned {states.count('returned')}"
    return f"{asked}; members told {told}, of whom one objects"


def _tell_members(context: Context, letters: Path) -> int:
    """Members are told where their data came from; one says that they are in no shared bin."""
    from regclean import acts
    from regclean.enquiries import codes_of, exchange
    from regclean.reply_page import open_question, seal_answer

    acts.write_notice_letters(context, letters, limit=ASKED)
    sent = acts.release_notices(context).letters
    one = next((one for one in acts.list_notices(context)[0] if one.state == "sent"), None)
    if one is not None and one.notice_id is not None:
        codes = codes_of(context.workspace, one.notice_id, 1, what="notice")
        outside, day = exchange(context.workspace), context.now.date().isoformat()
        if opened := open_question(outside.question(codes.number), codes.number, link=codes.link):
            answer = {"turn": 1, "on": day, "told": {"not_mine": True}}
            outside.put_answer(codes.number, seal_answer(opened, answer))
            acts.import_answers(context)
    return sent


def _said(one: Enquiry, *, left: bool) -> dict[str, Any]:
    """All lines are right; or the last one has left."""
    assert one.question is not None  # it was asked
    lines: dict[str, Any] = {line.no: {"says": "right"} for line in one.question.lines}
    if left:
        lines[one.question.lines[-1].no] = {"says": "left"}
    return {"lines": lines}


def _answer_on_page(context: Context, some: list[Enquiry]) -> None:
    from regclean.domain.enquiries import read_told
    from regclean.enquiries import codes_of, exchange
    from regclean.reply_page import open_question, seal_answer

    outside, day = exchange(context.workspace), context.now.date()
    for at, one in enumerate(some):
        codes = codes_of(context.workspace, one.enquiry_id, one.issue)
        opened = open_question(outside.question(codes.number), codes.number, link=codes.link)
        if opened is not None and one.question is not None:
            told = read_told(_said(one, left=at == 1), one.question, day).as_data()
            outside.put_answer(codes.number, seal_answer(opened, {"turn": 1, "on": day.isoformat(), "told": told}))


def _answer_by_telephone(context: Context, some: list[Enquiry]) -> None:
    from regclean import acts
    from regclean.domain.enquiries import read_told

    for at, one in enumerate(some):
        if one.question is not None:
            said = _said(one, left=at == 1)
            acts.type_answer(context, one.enquiry_id, read_told(said, one.question, context.now.date()))


def _mail_forms_back(context: Context, some: list[Enquiry], back: Path) -> None:
    from regclean.enquiries import ANSWER, codes_of, write_form

    for one in some:
        if one.question is not None:
            back.mkdir(exist_ok=True)
            ticks = {f"L.{line.no}": {ANSWER: "x"} for line in one.question.lines}
            form = write_form(one.question, codes_of(context.workspace, one.enquiry_id, one.issue), ticks)
            (back / f"form-{one.enquiry_id}.xlsx").write_bytes(form)
