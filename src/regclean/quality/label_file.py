"""Labels as lines of a file: what somebody says of the drawn pairs, one by one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import fastexcel
from fastexcel import CalamineError

from regclean.errors import InputError

PAIR = ("customer_no_l", "customer_no_r")
VERDICTS = ("verdict", "label", "answer")
# What may stand as a verdict, and what it says: one customer, two, or nobody can say.
WORDS: Mapping[str, str] = {
    **dict.fromkeys(("same", "entity", "1", "yes", "true"), "same"),
    **dict.fromkeys(("different", "household", "successor", "related", "0", "no", "false"), "different"),
    **dict.fromkeys(("unsure", "?"), "unsure"),
}


@dataclass(frozen=True, slots=True)
class LabelLine:
    """One answer. `number` is the line in the file (1-based, header included); `answer` None: the word is not known.

    `sample` None: the newest sample that the pair was drawn into.
    """

    number: int
    customer_no_l: str
    customer_no_r: str
    answer: str | None
    sample: int | None = None
    user: str | None = None


def read_labels(path: Path) -> Iterator[LabelLine]:
    """The answered lines of a sheet (CSV in UTF-8 with comma, semicolon or tab, or a workbook); lines without a verdict wait.

    Errors: InputError when the file is not there, not text, or lacks a column.
    """
    try:
        text = _workbook(path) if path.suffix.lower() == ".xlsx" else path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, CalamineError) as error:
        raise InputError(
            "the labels cannot be read.", file=path, remedy="It must be a CSV file in UTF-8, or a workbook (xlsx)."
        ) from error
    header, _, _ = text.partition("\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    names = [name.strip().lower() for name in next(reader, [])]
    verdict = next((name for name in VERDICTS if name in names), None)
    missing = [name for name in PAIR if name not in names] + ([VERDICTS[0]] if verdict is None else [])
    if missing:
        raise InputError(
            "the column is missing.",
            file=path,
            row=1,
            column=missing[0],
            remedy="Fill in 'verdict' in the file that was drawn: regclean sample draw -o FILE",
        )
    assert verdict is not None
    return _lines(reader, names, verdict)


def _workbook(path: Path) -> str:
    sheet = fastexcel.read_excel(path).load_sheet(0, dtypes="string")
    return sheet.to_polars().write_csv()


def _lines(reader: Iterator[list[str]], names: list[str], verdict: str) -> Iterator[LabelLine]:
    for number, cells in enumerate(reader, 2):
        values = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
        word = values.get(verdict, "").lower()
        if not word:
            continue
        left, right = sorted(values.get(name, "") for name in PAIR)
        sample = values.get("sample", "")
        yield LabelLine(
            number=number,
            customer_no_l=left,
            customer_no_r=right,
            answer=WORDS.get(word),
            sample=int(sample) if sample.isdigit() else None,
            user=values.get("user") or None,
        )
