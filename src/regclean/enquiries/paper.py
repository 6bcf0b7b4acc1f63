"""Letters on paper: one PDF for the print house, and a table of what is in it.

A letter's address stands where the window of a C5 envelope shows it when the sheet (A4) is folded once. Letters with more
than the first sheet holds go on overleaf; each begins on a right-hand page.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import segno
from fpdf.enums import XPos, YPos

from regclean.domain.enquiries import Asked, AskedLine
from regclean.enquiries.words import day_in, word
from regclean.reply_page import Codes, grouped
from regclean.sheets import CORE, MARGIN, SAFE, Sheets, midnight, printable

EMPTY_ROWS, EMPTY_ROWS_LIST = 8, 3
ROW = 7.2  # mm: a line that is filled in by hand


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter to be printed. `to`: name and address lines; `link`: where the QR code leads, "" without a page."""

    question: Asked
    codes: Codes
    to: tuple[str, ...]
    page: str = ""
    reminder: bool = False

    @property
    def link(self) -> str:
        return link_to(self.page, self.codes)


def link_to(page: str, codes: Codes) -> str:
    """The address of one question on the reply page; "" where there is no page."""
    return f"{page.rstrip('/')}/q/{codes.number}/{codes.link}" if page else ""


def print_letters(
    letters: Sequence[Paper],
    *,
    office: Sequence[str],
    address_at: tuple[float, float],
    font: Path | None,
    made_on: date,
) -> tuple[bytes, list[tuple[int, int]]]:
    """One PDF of all letters, and the first page and number of pages of each."""
    pdf = Sheets(font)
    pdf.set_creation_date(midnight(made_on))
    places = []
    for letter in letters:
        first = pdf.pages_count + 1
        _letter(pdf, letter, office, address_at)
        places.append((first, pdf.pages_count - first + 1))
        if pdf.pages_count % 2:
            pdf.add_page()  # the next letter begins on a sheet of its own
    return bytes(pdf.output()), places


def respelt(letter: Paper) -> bool:
    """Does a name or address in a letter lose signs when it is printed without a font of one's own?"""
    q = letter.question
    texts = (*letter.to, q.bin_group, *(text for line in q.lines for text in (line.name, line.address)))
    return not all(printable(one) for text in texts for one in text)


def _letter(pdf: Sheets, letter: Paper, office: Sequence[str], address_at: tuple[float, float]) -> None:
    q = letter.question
    pdf.add_page()
    pdf.set_font(pdf.face, "", 9)
    pdf.set_xy(MARGIN, 14)
    for line in office or (q.sender,):
        pdf.cell(80, 4.2, pdf.said(line), new_x=XPos.LEFT, new_y=YPos.NEXT)
    pdf.set_xy(130, 14)
    pdf.cell(60, 4.2, day_in(q.language, date.fromisoformat(q.asked_on)), new_x=XPos.LEFT, new_y=YPos.NEXT)
    left, top = address_at
    pdf.set_font(pdf.face, "", 10.5)
    for at, line in enumerate(letter.to[:6]):
        pdf.set_xy(left, top + 4.8 * at)
        pdf.cell(84, 4.8, pdf.said(line)[:52])
    pdf.set_xy(MARGIN, 86)
    _opening(pdf, letter)
    if q.mode == "member":
        _member(pdf, q)
    else:
        _form(pdf, q)
    pdf.ln(3)
    pdf.write_lines(f"{word('regards', q.language)}\n{q.sender}")


def _opening(pdf: Sheets, letter: Paper) -> None:
    q = letter.question
    title = word("subject", q.language, bin_group=q.bin_group)
    pdf.write_lines(f"{word('reminder', q.language)}: {title}" if letter.reminder else title, bold=True, height=6)
    pdf.ln(2)
    name = letter.to[0] if letter.to else ""
    pdf.write_lines(
        word("greeting", q.language, reader=name) if name else word("greeting_nameless", q.language), height=6
    )
    top, width = pdf.get_y(), 130.0 if letter.page else 0.0
    if letter.page:
        # The code and the QR stand beside the text that speaks of them, within the fold.
        _qr(pdf, letter.link, 160, top, 30)
    by = word("answer_by", q.language, day=day_in(q.language, date.fromisoformat(q.answer_by)))
    pdf.write_lines(f"{word('intro_' + q.mode, q.language)}{'' if q.mode == 'member' else ' ' + by}", width=width)
    if letter.page:
        pdf.write_lines(word("page", q.language, page=_bare(letter.page)), width=width)
        number, code = grouped(letter.codes.number), grouped(letter.codes.typed)
        said = f"{word('number', q.language)}: {number}   {word('code', q.language)}: {code}"
        pdf.write_lines(said, bold=True, height=7, width=width)
    if q.reply_to:
        pdf.write_lines(word("paper", q.language, reply_to=q.reply_to), width=width)
    if q.mode != "member":
        pdf.write_lines(word("no_ids", q.language), width=width)
    pdf.set_y(max(pdf.get_y(), top + 32 if letter.page else 0) + 2)


def _form(pdf: Sheets, q: Asked) -> None:
    if q.lines:
        _table(pdf, q, q.lines, answered=True)
    pdf.ln(2)
    pdf.write_lines(word("new", q.language), bold=True)
    empty = EMPTY_ROWS_LIST if q.lines else EMPTY_ROWS
    _table(pdf, q, [AskedLine("")] * empty, answered=False)
    if q.asks:
        pdf.ln(2)
        pdf.write_lines(word("asks", q.language), bold=True)
        for at, ask in enumerate(q.asks, 1):
            _room(pdf, 22)
            pdf.write_lines(f"{at}. {ask}")
            _blank(pdf, 2)
    pdf.ln(2)
    for name in ("ends", "moves", "contact", "note"):
        _room(pdf, 12)
        pdf.write_lines(word(name, q.language))
        _blank(pdf, 1)
    _room(pdf, 14)
    pdf.ln(3)
    pdf.write_lines(word("signed", q.language))
    _blank(pdf, 1)


def _member(pdf: Sheets, q: Asked) -> None:
    for line in q.lines:
        for what, value in (("name", line.name), ("address", line.address)):
            if value:
                pdf.write_lines(f"{word(what, q.language)}: {value}")
    pdf.ln(3)
    _box(pdf)
    pdf.write_lines(word("not_mine", q.language))
    pdf.ln(2)
    pdf.write_lines(word("note", q.language))
    _blank(pdf, 3)


def _table(pdf: Sheets, q: Asked, lines: Iterable[AskedLine], *, answered: bool) -> None:
    """Lines with, if they are `answered`, a box and a day to fill in; without, rows to write new members on."""
    columns = [
        ("", 10.0),
        ("name", 44.0),
        ("address", 56.0 if q.split else 70.0),
        *([("share", 14.0)] if q.split else []),
    ]
    columns += [("right", 16.0), ("left", 30.0)] if answered else []
    if not answered:  # what is not asked leaves more room to write
        columns[1:3] = [("name", 67.0), ("address", columns[2][1] + 23.0)]
    widths = [width for _, width in columns]
    pdf.set_font(pdf.face, "B", 8.5)
    _room(pdf, 2 * ROW)
    for head, width in columns:
        pdf.cell(width, 6, pdf.said(word(head, q.language)) if head else "", border="B")
    pdf.ln(6)
    pdf.set_font(pdf.face, "", 9.5)
    for line in lines:
        cells = [line.no, line.name, line.address, *((line.share,) if q.split else ()), *(("", "") if answered else ())]
        texts = [_wrapped(pdf, width - 1, cell) for width, cell in zip(widths, cells, strict=True)]
        height = max(ROW, 4.4 * max(len(one) for one in texts) + 2)
        _room(pdf, height)
        x, y = pdf.get_x(), pdf.get_y()
        for (head, width), text in zip(columns, texts, strict=True):
            pdf.set_xy(x, y + 1)
            pdf.multi_cell(width - 1, 4.4, "\n".join(text), align="L")
            if head == "right":
                pdf.rect(x + 5, y + (height - 4) / 2, 4, 4)
            x += width
        pdf.line(MARGIN, y + height, MARGIN + sum(widths), y + height)
        pdf.set_xy(MARGIN, y + height)


def _wrapped(pdf: Sheets, width: float, text: str) -> list[str]:
    """The lines of a text in a cell of this width."""
    lines = pdf.multi_cell(width, 4.4, pdf.said(text), dry_run=True, output="LINES")
    found = [str(line) for line in lines] if isinstance(lines, list) else []
    # The core fonts' lines come back as the bytes that are printed.
    return [line.encode("latin-1").decode(CORE) for line in found] if pdf.core else found


def _blank(pdf: Sheets, count: int) -> None:
    for _ in range(count):
        pdf.ln(ROW - 1)
        pdf.line(MARGIN, pdf.get_y(), 190, pdf.get_y())
    pdf.ln(2)


def _box(pdf: Sheets) -> None:
    pdf.rect(MARGIN, pdf.get_y() + 0.6, 4, 4)
    pdf.set_x(MARGIN + 7)


def _room(pdf: Sheets, height: float) -> None:
    """A row is not torn by the end of a page."""
    if pdf.get_y() + height > SAFE:
        pdf.add_page()


def _qr(pdf: Sheets, link: str, x: float, y: float, size: float) -> None:
    made = io.BytesIO()
    segno.make(link, error="m", micro=False).save(made, kind="png", scale=6, border=2)
    made.seek(0)
    pdf.image(made, x=x, y=y, w=size, h=size, alt_text="QR")


def _bare(page: str) -> str:
    return page.removeprefix("https://").rstrip("/")
