"""The form as a workbook: what the letter asks, to be filled in and mailed back; and back to plain data.

Invariant: a cell of a filled form is text and nothing more, whatever a spreadsheet would make of it. A form counts only with
the number and the code that it was written with.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xlsxwriter

from regclean.domain.enquiries import ADDRESS, Asked
from regclean.enquiries.words import word
from regclean.errors import InputError
from regclean.landing import read_sheet
from regclean.reply_page import NUMBER, TYPED, Codes, grouped, plain
from regclean.workbook import BOOK

NEW_ROWS = 10
LARGEST, LARGEST_OPEN, MOST_ROWS = 2_000_000, 20_000_000, 2_000  # bytes of a file, of what is packed in it; rows
_HEAD = ("", "line", "name", "street_address", "postal_code", "city", "share", "answer")
_CELLS = {"name": 2, "street_address": 3, "postal_code": 4, "city": 5, "share_percent": 6}
ANSWER = 7  # the column of answers
_TICK = frozenset({"x", "ok", "o", "✓", "✔", "kyllä", "ja", "yes", "oikein", "stämmer", "right", "1", "k", "true"})
_TAG = re.compile(r"[A-Z]{1,2}(?:\..*)?\Z")


def write_form(question: Asked, codes: Codes, filled_in: Mapping[str, Mapping[int, str]] = {}) -> bytes:
    """A workbook of one sheet. The first column says what a row is about; `filled_in`: by that, column -> what stands there."""
    q, language = question, question.language
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, BOOK) as book:
        sheet = book.add_worksheet("regclean")
        head = book.add_format({"bold": True, "bottom": 1})
        fixed = book.add_format({"font_color": "#606060", "bg_color": "#eeeeee", "num_format": "@"})
        free = book.add_format({"num_format": "@", "border": 4, "text_wrap": True})
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, 1, 46)
        sheet.set_column(2, 3, 26)
        sheet.set_column(4, 6, 14)
        sheet.set_column(7, 7, 24)
        for at, name in enumerate(_HEAD):
            sheet.write_string(0, at, word(name, language) if name else "#", head)
        row = 1

        def line(tag: str, said: str, filled: Mapping[int, str] | None = None, *, cells: tuple[int, ...] = ()) -> None:
            nonlocal row
            sheet.write_string(row, 0, tag, fixed)
            sheet.write_string(row, 1, said, fixed)
            for at, text in (filled or {}).items():
                sheet.write_string(row, at, text, fixed)
            for at in cells:
                sheet.write_string(row, at, filled_in.get(tag, {}).get(at, ""), free)
            row += 1

        line("K", word("form_help", language), {2: grouped(codes.number), 3: grouped(codes.typed)})
        line("S", f"{q.sender}: {q.bin_group}")
        for one in q.lines:
            said = ", ".join(part for part in (one.name, one.address, f"{one.share} %" if one.share else "") if part)
            line(f"L.{one.no}", f"{one.no}. {said}", cells=(2, 3, 4, 5, 6, 7))
        if q.mode == "member":
            line("X", word("not_mine", language), cells=(7,))
        else:
            for at in range(1, NEW_ROWS + 1):
                line(f"N.{at}", word("new", language), cells=(2, 3, 4, 5, 6))
            for at, ask in enumerate(q.asks, 1):
                line(f"Q.{at}", ask, cells=(7,))
            line("E", word("ends", language), cells=(7,))
            line("M", word("moves", language), cells=(3, 4, 5))
            phone, email = word("phone", language), word("email", language)
            line("C", f"{word('contact', language)} [{phone}: {word('answer', language)}]", cells=(2, 7))
            line("CE", f"{word('contact', language)}: {email}", cells=(7,))
        line("W", word("note", language), cells=(7,))
        sheet.freeze_panes(1, 0)
    return made.getvalue()


def read_form(path: Path) -> tuple[str, str, dict[str, Any]]:
    """The number, the code and what was filled in, as `read_told` takes it. Errors: InputError."""
    _check(path)
    rows = []
    for number, cells in read_sheet(path).lines:
        if number > MOST_ROWS:
            raise InputError(f"a form has no more than {MOST_ROWS:,} rows.", file=path, row=number)
        if cells and _TAG.match(cells[0]):
            rows.append((cells[0], [*cells, *[""] * (len(_HEAD) - len(cells))]))
    by_tag = dict(rows)
    if "K" not in by_tag:
        raise InputError("this is not a form that was written here.", file=path, remedy="Its first column was changed.")
    told: dict[str, Any] = {"lines": {}, "new": [], "words": []}
    for tag, cells in rows:
        kind, _, which = tag.partition(".")
        answer, fields = cells[7], {name: cells[at] for name, at in _CELLS.items()}
        if kind == "L":
            said = _said(answer, fields)
            if said:
                told["lines"][which] = said
        elif kind == "N" and any(fields.values()):
            told["new"].append(fields)
        elif kind == "Q":
            told["words"].append(answer)
        elif kind == "E":
            told["ends_on"] = answer
        elif kind == "M":
            told["moves"] = {name: fields[name] for name in ADDRESS}
        elif kind == "C":
            told["contact"] = {"name": fields["name"], "phone": answer, "email": by_tag.get("CE", [""] * 8)[7]}
        elif kind == "X":
            told["not_mine"] = "x" if answer.casefold() in _TICK else ""
        elif kind == "W":
            told["note"] = answer
    code = by_tag["K"]
    return plain(code[2], NUMBER), plain(code[3], TYPED), told


def _said(answer: str, fields: Mapping[str, str]) -> dict[str, str]:
    changed = {name: value for name, value in fields.items() if value}
    if answer.casefold() in _TICK:
        return {"says": "wrong", **changed} if changed else {"says": "right"}
    if answer:
        return {"says": "left", "left_on": answer}
    return {"says": "wrong", **changed} if changed else {}


def _check(path: Path) -> None:
    """A form is a small workbook: what is packed to swell is not opened. Errors: InputError."""
    remedy = "A form is a workbook (xlsx) that was written here; ask for it again, or type the answer in."
    too_large = InputError("this is too large for a form.", file=path, remedy=remedy)
    if path.stat().st_size > LARGEST:
        raise too_large
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError("this is not a workbook (xlsx).", file=path, remedy=remedy) from error
    if size > LARGEST_OPEN:
        raise too_large
