"""Sheets of A4 as a PDF, with one font: what letters and reports are printed on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from anyascii import anyascii
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from regclean.config import Workspace
from regclean.errors import UsageError

MARGIN = 20.0
SAFE = 285.0  # mm from the top: no text below
CORE = "cp1252"  # the letters of a printer's own fonts


class Sheets(FPDF):
    """A sheet with one font."""

    def __init__(self, font: Path | None) -> None:
        super().__init__(format="A4", unit="mm")
        self.set_auto_page_break(auto=True, margin=297.0 - SAFE)
        self.set_margin(MARGIN)
        self.core = font is None
        self.core_fonts_encoding = CORE
        self.face = "Helvetica"
        if font is not None:
            self.face = "print"
            self.add_font(self.face, "", font)
            self.add_font(self.face, "B", font)

    def said(self, text: str) -> str:
        """The text in letters that the font has: the standard ones hold those of western Europe."""
        if not self.core:
            return text
        return "".join(one if printable(one) else anyascii(one) for one in text)

    def write_lines(self, text: str, *, height: float = 5.2, width: float = 0.0, bold: bool = False) -> None:
        self.set_font(self.face, "B" if bold else "", 10.5)
        self.multi_cell(width, height, self.said(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def printable(one: str) -> bool:
    """Do the standard fonts have this letter?"""
    try:
        return bool(one.encode(CORE))
    except UnicodeEncodeError:
        return False


def midnight(day: date) -> datetime:
    """When a PDF of that day says that it was made: the same day gives the same bytes."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def font_of(workspace: Workspace) -> Path | None:
    """The font that the workspace prints with. Errors: UsageError when it is not there."""
    chosen = str(workspace.config.section("enquiries")["font"])
    font = workspace.root / chosen if chosen else None
    if font is not None and not font.is_file():
        raise UsageError("the font is not there.", file=font, remedy="Correct [enquiries] font, or leave it empty.")
    return font
