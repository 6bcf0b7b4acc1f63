"""Names that a printer's own letters cannot write: printed in plain ones and counted, or in a font of one's own."""

from __future__ import annotations

import zlib
from datetime import date
from pathlib import Path

import pytest

from regclean.domain.enquiries import Asked, AskedLine
from regclean.enquiries.paper import Paper, print_letters, respelt
from regclean.reply_page import Codes

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
CODES = Codes.derived(b"k" * 32, "enquiry 1 1")


def paper(name: str) -> Paper:
    lines = (AskedLine("1", name, "Rantatie 4, 70100 Kuopio"),)
    asked = Asked(CODES.number, "list", "fi", "Jäte Oy", "K1", "K1", "2026-11-02", "2026-11-16", lines)
    return Paper(asked, CODES, ("Åsa Öhman", "Rantatie 4", "70100 Kuopio"))


@pytest.mark.parametrize(
    ("name", "loses"),
    [
        ("Åsa Öhman", False),
        ("Šárka Žižková", False),
        ("Jiří Dvořák", True),
        ("Áilu Ŋuorggam", True),
        ("Иван Петров", True),
    ],
)
def test_a_letter_says_whether_a_name_loses_signs(name: str, loses: bool) -> None:
    assert respelt(paper(name)) is loses
    made, places = print_letters(
        [paper(name)], office=["Jäte Oy"], address_at=(20, 48), font=None, made_on=date(2026, 11, 2)
    )
    assert made.startswith(b"%PDF")
    assert places == [(1, 1)]


@pytest.mark.skipif(not DEJAVU.exists(), reason="no DejaVu font (apt-get install fonts-dejavu-core)")
def test_a_font_of_ones_own_holds_every_name() -> None:
    made, _ = print_letters(
        [paper("Áilu Ŋuorggam")], office=[], address_at=(20, 48), font=DEJAVU, made_on=date(2026, 11, 2)
    )
    assert b"DejaVu" in made


def test_rows_for_new_members_ask_nothing_of_the_list() -> None:
    made, _ = print_letters([paper("Åsa Öhman")], office=[], address_at=(20, 48), font=None, made_on=date(2026, 11, 2))
    streams = (part.partition(b"endstream")[0].strip(b"\r\n") for part in made.split(b"stream\n")[1:])
    text = b"".join(zlib.decompress(one) for one in streams if one.startswith(b"x\x9c"))
    assert (text.count(b"(Nimi)"), text.count(b"(Oikein)"), text.count(b"(Ei mukana alkaen)")) == (2, 1, 1)
