"""Taking answers: from the reply page's folder, from forms in a folder, and as a clerk typed them. All are read by one reader.

Invariant: nothing that came is lost: an answer is in the ledger before its file is put aside, one that cannot be taken stays
where it is with the reason said. The same answer twice is one; an older one never takes the place of a newer.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hmac import compare_digest
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from regclean.config import Workspace
from regclean.domain.enquiries import ENQUIRY_STATES, AnswerError, Asked, EnquiryState, Told, Way, read_told
from regclean.domain.findings import digest
from regclean.enquiries import book, notices
from regclean.enquiries.book import Enquiry
from regclean.enquiries.codes import codes_of, exchange, private_key
from regclean.enquiries.forms import read_form
from regclean.errors import RegcleanError, UsageError
from regclean.ledger import Ledger
from regclean.ledger.enquiry_tables import answers
from regclean.reply_page import Codes, open_answer
from regclean.standardise import strike_out_ids

_TAKE_FROM = tuple(state for state in ENQUIRY_STATES if state != "planned")


@dataclass(frozen=True, slots=True)
class Came:
    """One answer as it came. `told` None: an earlier one is taken back. `turn`: which of its question, on the reply page."""

    enquiry: Enquiry
    way: Way
    told: Mapping[str, Any] | None
    on: date
    turn: int = 0


@dataclass(slots=True)
class TakeReport:
    """What came of the answers. `groups`: the shared bins that are spoken of; `refused`: (file, why)."""

    taken: int = 0
    repeated: int = 0
    withdrawn: int = 0
    objections: int = 0
    groups: set[str] = field(default_factory=set)
    refused: list[tuple[str, str]] = field(default_factory=list)


class Taker:
    """Takes answers in one run."""

    def __init__(self, ledger: Ledger, workspace: Workspace, *, user: str, now: datetime) -> None:
        self.ledger, self.workspace, self.user, self.now = ledger, workspace, user, now
        self.today = now.astimezone(workspace.config.timezone).date()
        self.report = TakeReport()
        with ledger.read() as reading:
            asked = [one for one in book.find(reading, states=_TAKE_FROM) if one.question is not None]
        self.codes: dict[str, Codes] = {}
        self.asked: dict[str, Enquiry] = {}
        for one in asked:
            codes = codes_of(workspace, one.enquiry_id, one.issue)
            self.codes[codes.number], self.asked[codes.number] = codes, one
        self.told: dict[str, tuple[int, str, Asked]] = {}
        with ledger.read() as reading:
            for notice in notices.open_notices(reading):
                codes = codes_of(workspace, notice[0], 1, what="notice")
                self.codes[codes.number], self.told[codes.number] = codes, notice

    def from_page(self) -> None:
        """What lies in the folder of the reply page; what was taken is put aside there."""
        folder = exchange(self.workspace)
        self.report.refused += [(path.name, why) for path, why in folder.not_read()]
        private = private_key(self.workspace)
        aside = folder.root / "taken"
        for path, file in folder.answers():
            found = open_answer(file, private, self.codes)
            if found is None:
                self.report.refused.append((path.name, "not sealed by somebody who has a code of an open enquiry"))
                continue
            number, data = found
            try:
                if number in self.told:
                    self._of_member(*self.told[number], data)
                else:
                    self.take(self._of_page(self.asked[number], data))
            except (AnswerError, ValueError, KeyError, TypeError):
                self.report.refused.append((path.name, "not an answer that the reply page makes"))
                continue
            aside.mkdir(mode=0o700, exist_ok=True)
            shutil.move(path, aside / path.name)

    def from_forms(self, place: Path) -> None:
        """One filled form, or all of a folder. Errors: UsageError when there is none."""
        if not place.exists():
            raise UsageError("there is no such file or folder.", file=place)
        for path in sorted(_forms(place)):
            try:
                number, code, data = read_form(path)
                known = self.codes.get(number) if number in self.asked else None
                if known is None or not compare_digest(known.typed.encode(), code.encode()):
                    self.report.refused.append((path.name, "its number and code are not of an open enquiry"))
                    continue
                one = self.asked[number]
                assert one.question is not None  # it was asked
                told = read_told(data, one.question, self.today)
                self.take(Came(one, "form", told.as_data(), self.today))
            except AnswerError as error:
                wrong = ", ".join(f"{place or 'form'}: {_REASONS[code]}" for place, code in error.found)
                self.report.refused.append((path.name, wrong))
            except RegcleanError as error:
                self.report.refused.append((path.name, " ".join(filter(None, (error.message, error.remedy)))))

    def typed(self, one: Enquiry, told: Told) -> None:
        """What a clerk typed in."""
        self.take(Came(one, "clerk", told.as_data(), self.today))

    def take(self, came: Came) -> None:
        """Keep one answer. Errors: ConflictError."""
        told = _struck(came.told) if came.told is not None else None
        with self.ledger.write() as writing:
            one = book.get(writing, came.enquiry.enquiry_id)
            before = list(
                writing.execute(
                    select(answers).where(answers.c.enquiry_id == one.enquiry_id).order_by(answers.c.answer_id)
                ).mappings()
            )
            # A clerk may say the same again after something else was said; a form that lies there still does not.
            typed = [row for row in before if row["way"] == "clerk"] if came.way == "clerk" else []
            mark = digest([one.enquiry_id, came.way, came.turn + len(typed), told])
            again = typed[-1:] == before[-1:] and typed and typed[-1]["told"] == {**(told or {}), "turn": came.turn}
            if again or any(row["digest"] == mark for row in before):
                self.report.repeated += 1
                return
            newest = max((row["told"].get("turn", 0) for row in before if row["way"] == came.way), default=0)
            old = bool(came.turn) and came.turn <= newest
            self._keep(writing, one, came, told, mark, withdrawn=old or told is None)
            if told is None and not old:
                self._take_back(writing, one)
            elif not old:
                detail = {"way": came.way, "lines": len(told["lines"]) if told else 0}
                book.step(writing, one, "answered", user=self.user, now=self.now, detail=detail)
                self.report.taken += 1
            self.report.groups.add(one.bin_group_no)

    def _keep(
        self, writing: Connection, one: Enquiry, came: Came, told: dict[str, Any] | None, mark: str, *, withdrawn: bool
    ) -> None:
        values = {
            "enquiry_id": one.enquiry_id,
            "digest": mark,
            "way": came.way,
            "said_by": self.user if came.way == "clerk" else "contact",
            "answered_on": min(came.on, self.today),
            "taken_by": self.user,
            "taken_at": self.now,
            "told": {**(told or {}), "turn": came.turn},
            "withdrawn": withdrawn,
        }
        writing.execute(insert(answers).values(**values))

    def _take_back(self, writing: Connection, one: Enquiry) -> None:
        own = (answers.c.enquiry_id == one.enquiry_id) & (answers.c.way == "reply_page")
        writing.execute(update(answers).where(own).values(withdrawn=True))
        left = select(answers.c.answer_id).where(answers.c.enquiry_id == one.enquiry_id, ~answers.c.withdrawn)
        if one.state == "answered" and writing.execute(left).first() is None:
            back: EnquiryState = "reminded" if one.reminded_at else "sent"
            book.step(writing, one, back, user=self.user, now=self.now, detail={"withdrawn": True})
        self.report.withdrawn += 1

    def _of_member(self, notice_id: int, group: str, question: Asked, data: Mapping[str, Any]) -> None:
        told = None
        if not data.get("withdrawn"):
            told = _struck(read_told(data["told"], question, self.today).as_data())
        with self.ledger.write() as writing:
            came = notices.answered(writing, notice_id, told, _turn(data), user=self.user, now=self.now)
        self.report.groups.add(group)
        self.report.repeated += came == "repeated"
        self.report.withdrawn += came == "withdrawn"
        self.report.objections += came == "objected"
        self.report.taken += came == "kept"

    def _of_page(self, one: Enquiry, data: Mapping[str, Any]) -> Came:
        turn, on = _turn(data), date.fromisoformat(data["on"])
        if data.get("withdrawn"):
            return Came(one, "reply_page", None, on, turn)
        assert one.question is not None  # it was asked
        told = read_told(data["told"], one.question, self.today)
        return Came(one, "reply_page", told.as_data(), on, turn)


def _turn(data: Mapping[str, Any]) -> int:
    turn = data["turn"]
    if not isinstance(turn, int) or turn < 1:
        raise ValueError("no turn")
    return turn


_REASONS = {
    "day": "not a day",
    "share": "not a share between 0 and 100",
    "too_long": "too long",
    "too_many": "too many",
    "nothing": "nothing is filled in",
    "later": "the day has not come yet",
    "unknown": "not on the list that was asked about",
}


def _forms(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    else:
        yield from (path for path in place.iterdir() if path.is_file() and not path.name.startswith((".", "~$")))


def _struck(value: Any) -> Any:
    """The same without any national id that somebody wrote."""
    if isinstance(value, str):
        return strike_out_ids(value)
    if isinstance(value, Mapping):
        return {name: _struck(one) for name, one in value.items()}
    return [_struck(one) for one in value] if isinstance(value, list | tuple) else value
