"""Reading xlsx and xlsm as a stream: what stands in a sheet's filled cells, as it is shown.

Memory follows the filled cells of some rows at a time, never the used range: one stray cell far outside costs nothing.
"""

from __future__ import annotations

import codecs
import datetime as dt
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from html import unescape
from pathlib import Path

from regclean.errors import InputError
from regclean.landing.textual import plain_number

_CHUNK = 1 << 18
# Excel allows 32,767 characters in a cell and 16,384 cells in a row; no true row is longer than this.
_LONGEST_ROW = 1 << 22
_LONGEST_PART = 1 << 26
_MOST_ROWS = 1 << 20  # of a sheet
# What opening and reading an archive raises where it is cut off, damaged, encrypted (RuntimeError), or packed in a way that is
# not known here (NotImplementedError, which is one).
_DAMAGED = (zipfile.BadZipFile, EOFError, OSError, RuntimeError)
_TAG = r"(?:\w+:)?"
_ROW = re.compile(rf"<{_TAG}row\b([^>]*?)(?:/>|>(.*?)</{_TAG}row\s*>)", re.DOTALL)
_ROW_BEGINS = re.compile(rf"<{_TAG}row\b")
_CELL = re.compile(rf"<{_TAG}c\b([^>]*?)(?:/>|>(.*?)</{_TAG}c\s*>)", re.DOTALL)
# As every usual program writes one.
_USUAL_CELL = re.compile(r'<c r="([A-Z]+)\d+"(?: s="(\d+)")?(?: t="(\w+)")?(?:/>|>(.*?)</c>)', re.DOTALL)
_VALUE = re.compile(rf"<{_TAG}v\b[^>]*?(?:/>|>(.*?)</{_TAG}v\s*>)", re.DOTALL)
_TEXT = re.compile(rf"<{_TAG}t\b[^>]*?(?:/>|>(.*?)</{_TAG}t\s*>)", re.DOTALL)
_PHONETIC = re.compile(rf"<{_TAG}rPh\b.*?</{_TAG}rPh\s*>", re.DOTALL)
_ITEM = re.compile(rf"<{_TAG}si\b([^>]*?)(?:/>|>(.*?)</{_TAG}si\s*>)", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Number formats that come with the program and show a day or a time.
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DIGIT = "0#?"
_DAY_0 = dt.date(1899, 12, 30).toordinal()


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet: its name, where it is in the archive (None: a chart, or lost), and whether Excel shows it."""

    name: str
    part: str | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class FilledRow:
    """One row with a filled cell: its number in the sheet, and the cells' texts by 0-based column."""

    number: int
    cells: dict[int, str]


class Xlsx:
    """An open workbook. Errors: InputError for what is none."""

    def __init__(self, path: Path, file: str) -> None:
        self._file = file
        try:
            self._zip = zipfile.ZipFile(path)
            self._names = {name.replace("\\", "/").lower(): name for name in self._zip.namelist()}
            self.sheets = self._sheets()
        except (*_DAMAGED, KeyError, StopIteration, ValueError):  # or it lacks a part, or a part lacks what it must say
            raise unreadable(file) from None

    def _sheets(self) -> tuple[SheetPart, ...]:
        main = next(part for kind, part in self._relations("").values() if kind == "officeDocument")
        relations = self._relations(main)
        self._parts = dict(relations.values())
        workbook = self._whole(main)
        self.from_1904 = re.search(r"date1904\s*=\s*[\"'](?:1|true)", workbook) is not None
        sheets = []
        for found in re.finditer(rf"<{_TAG}sheet\b([^>]*)>", workbook):
            told = _attributes(found[1])
            reference = next((value for name, value in told.items() if name.endswith(":id")), "")
            kind, part = relations.get(reference, ("", ""))
            known = kind == "worksheet" and part in self._names
            hidden = told.get("state", "visible").lower() in {"hidden", "veryhidden"}
            sheets.append(SheetPart(told.get("name", ""), part if known else None, hidden))
        return tuple(sheets)

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: id -> (kind, part)."""
        folder, name = posixpath.split(part)
        relations = {}
        for found in re.finditer(
            rf"<{_TAG}Relationship\b([^>]*)>", self._whole(f"{folder}/_rels/{name}.rels".lstrip("/"))
        ):
            told = _attributes(found[1])
            target = posixpath.normpath(posixpath.join("/", folder, told.get("Target", "").replace("\\", "/")))
            relations[told.get("Id", "")] = (posixpath.basename(told.get("Type", "")), target.lstrip("/").lower())
        return relations

    def _whole(self, part: str) -> str:
        pieces, length = [], 0
        for piece in self.pieces(part):
            pieces.append(piece)
            length += len(piece)
            _check_length(length, self._file, _LONGEST_PART)
        return "".join(pieces)

    def pieces(self, part: str) -> Iterator[str]:
        """The text of a part of the archive, some of it at a time."""
        try:
            with self._zip.open(self._names[part]) as handle:
                start = handle.read(_CHUNK)
                wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
                decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")(errors="replace")
                while start:
                    yield decoder.decode(start).replace("\r\n", "\n")
                    start = handle.read(_CHUNK)
        except _DAMAGED:
            raise unreadable(self._file) from None

    def rows(self, sheet: SheetPart) -> Iterator[FilledRow]:
        """The rows that have a cell with more than blanks in it, in the sheet's order."""
        assert sheet.part is not None
        number = 0
        for attributes, inner in self._elements(sheet.part, _ROW, _ROW_BEGINS):
            told = _attributes(attributes).get("r", "")
            number = int(told) if told.isdigit() else number + 1
            _check_length(number, self._file, _MOST_ROWS)
            if cells := self._cells(inner):
                yield FilledRow(number, cells)

    def _elements(self, part: str, element: re.Pattern[str], begins: re.Pattern[str]) -> Iterator[tuple[str, str]]:
        """(attributes, content) of every such element of a part; none holds another."""
        text = ""
        for piece in self.pieces(part):
            text += piece
            if "<!" in text:
                if text.rfind("<!") > max(text.rfind("]]>"), text.rfind("-->")):
                    _check_length(len(text), self._file)
                    continue
                text = _COMMENT.sub("", _CDATA.sub(lambda found: _as_xml(found[1]), text))
            at = 0
            for found in element.finditer(text):
                yield found[1], found[2] or ""
                at = found.end()
            text = text[at:]
            if not (begun := begins.search(text)):
                # What may be the beginning of a tag stays.
                text = text[max(text.rfind("<"), 0) :]
            elif begun.start():
                text = text[begun.start() :]
            _check_length(len(text), self._file)

    def _cells(self, inner: str) -> dict[int, str]:
        cells: dict[int, str] = {}
        usual = _USUAL_CELL.findall(inner)
        if usual and len(usual) == inner.count("<c "):
            for reference, style, kind, content in usual:
                if content and (text := self._text(kind, style, content)) and not text.isspace():
                    cells[_column(reference)] = text
            return cells
        column = -1
        for attributes, content in _CELL.findall(inner):
            told = _attributes(attributes)
            column = _column(told["r"].rstrip("0123456789")) if "r" in told else column + 1
            text = self._text(told.get("t", ""), told.get("s", ""), content)
            if text and not text.isspace():
                cells[column] = text
        return cells

    def _text(self, kind: str, style: str, content: str) -> str | None:
        if kind == "inlineStr":
            return _strings(content)
        if content[:3] == "<v>" and content.count("<") == 2:
            text = content[3:-4]
        else:
            value = _VALUE.search(content)
            text = value[1] or "" if value else ""
        if not text:
            return None
        if kind == "s":
            at = int(text) if text.strip().isdigit() else -1
            return self._shared[at] if 0 <= at < len(self._shared) else None
        if kind == "b":
            return "true" if text.strip() in {"1", "true"} else "false"
        if kind == "d":
            return re.sub(r"^(\d{4}-\d\d-\d\d)T", r"\1 ", text.removesuffix("T00:00:00").removesuffix("Z"))
        if kind in {"str", "e"}:
            return _unescaped(text)
        show = self._shown.get(style, _stored)
        return show(text.strip())

    @cached_property
    def _shared(self) -> list[str]:
        part = self._parts.get("sharedStrings")
        begins = re.compile(rf"<{_TAG}si\b")
        if part not in self._names:
            return []
        return [_strings(inner) for _, inner in self._elements(part, _ITEM, begins)]

    @cached_property
    def blank_strings(self) -> frozenset[int]:
        """The numbers of the shared strings that hold nothing but blanks."""
        return frozenset(at for at, text in enumerate(self._shared) if not text.strip())

    @cached_property
    def _shown(self) -> dict[str, Callable[[str], str | None]]:
        """How the cells of each style show a number, where they do not show what is stored."""
        if self._parts.get("styles") not in self._names:
            return {}
        styles = self._whole(self._parts["styles"])
        codes = {}
        for found in re.finditer(rf"<{_TAG}numFmt\b([^>]*)>", styles):
            told = _attributes(found[1])
            codes[told.get("numFmtId", "")] = told.get("formatCode", "")
        formats = re.search(rf"<{_TAG}cellXfs\b.*?</{_TAG}cellXfs\s*>", styles, re.DOTALL)
        shown: dict[str, Callable[[str], str | None]] = {}
        for style, found in enumerate(re.finditer(rf"<{_TAG}xf\b([^>]*)>", formats[0] if formats else "")):
            number = _attributes(found[1]).get("numFmtId", "0")
            code = codes.get(number)
            if (code is None and number.isdigit() and int(number) in _BUILT_IN_DATES) or _is_date(code or ""):
                shown[str(style)] = self._day
            elif code and (section := _digits_alone(code)):
                shown[str(style)] = partial(_by_format, section=section)
        return shown

    def _day(self, text: str) -> str | None:
        try:
            days, seconds = divmod(round(float(text) * 86_400), 86_400)
            if self.from_1904:
                days += 1462
            # The program has a 29 February 1900.
            day = dt.date.fromordinal(days + (_DAY_0 if days >= 60 else _DAY_0 + 1))
        except (ValueError, OverflowError):
            return _stored(text)
        hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
        time = f"{hour:02}:{minute:02}:{second:02}"
        if days == 0:
            return time
        return f"{day} {time}" if seconds else str(day)


def unreadable(file: str) -> InputError:
    return InputError(
        "the workbook cannot be read: it is damaged or not a workbook.",
        file=file,
        remedy="Open it in Excel or LibreOffice and save it again as xlsx, or as csv.",
    )


def _check_length(length: int, file: str, longest: int = _LONGEST_ROW) -> None:
    if length > longest:
        raise InputError(
            "a part of the workbook is larger than any can be.",
            file=file,
            remedy="It is damaged, or no register: export the table again.",
        )


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(text)}


@cache
def _column(letters: str) -> int:
    """Where a column is: "AB" -> 27."""
    at = 0
    for letter in letters.upper():
        at = at * 26 + ord(letter) - 64
    return at - 1


def _strings(inner: str) -> str:
    """The text of a string element, the pronunciation of Japanese left out."""
    if "rPh" in inner:
        inner = _PHONETIC.sub("", inner)
    return "".join(_unescaped(text) for text in _TEXT.findall(inner))


def _unescaped(text: str) -> str:
    if "&" in text:
        text = unescape(text)
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _as_xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _stored(text: str) -> str | None:
    if text.isdigit():
        return text
    try:
        # The program shows fifteen digits.
        return plain_number(float(f"{float(text):.15g}"))
    except ValueError:
        return text


def _is_date(code: str) -> bool:
    bare = _LITERALS.sub(lambda found: found[0] if re.match(r"\[[hms]+\]", found[0], re.IGNORECASE) else "", code)
    return "general" not in bare.lower() and re.search(r"[dmyhs]", bare.split(";")[0], re.IGNORECASE) is not None


def _digits_alone(code: str) -> str | None:
    """The part of a number format that adds zeros or separators to whole numbers ("00000", "000-0000000"), if it does."""
    section = code.split(";")[0]
    section = re.sub(r"\[[^\]]*\]|_.|\*.", "", section)
    section = re.sub(r'"([^"]*)"|\\(.)', lambda found: "".join(f"\\{c}" for c in found[1] or found[2] or ""), section)
    literal = "".join(re.findall(r"\\(.)", section)) + re.sub(r"\\.", "", section)
    if re.search(r"[^0#?\d \-/().+]", literal) or "." in re.sub(r"\\.", "", section):
        return None
    # From its first 0 on, a format fills up with zeros.
    padded = re.sub(r"\\.|[^0#?]", "", section).lstrip("#?")
    return section if len(padded) > 1 or re.search(r"\\\d", section) else None


def shown_number(text: str, code: str) -> str | None:
    """A stored number as a format of digits shows it: "7" as "00000" is "00007"; as any other it is what is stored."""
    section = _digits_alone(code)
    return _by_format(text, section) if section else _stored(text)


def _by_format(text: str, section: str) -> str | None:
    """A whole number as a format of digits and literals shows it: 7 as "00000" is "00007"."""
    stored = _stored(text)
    if stored is None or not stored.isdigit():
        return stored
    parts = re.findall(r"\\.|.", section)
    places = sum(1 for part in parts if part in _DIGIT)
    digits = iter(stored.rjust(places))
    written = "".join(next(digits) for _ in range(len(stored) - places))  # more digits than places
    filling = False
    for part in parts:
        filling = filling or part == "0"
        digit = next(digits) if part in _DIGIT else part[-1]
        written += "0" if filling and part in _DIGIT and digit == " " else digit
    return written.strip()
