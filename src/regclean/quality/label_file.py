"""Labels as lines of a file: what somebody says of the drawn pairs, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from regclean.landing import FilledSheet, read_sheet

LONGEST_NUMBER = 9  # digits
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
    """The answered lines of a sheet (see `read_sheet`); lines without a verdict wait.

    Errors: InputError when the file is not there, empty, or lacks a column.
    """
    sheet = read_sheet(path)
    verdict = next((name for name in VERDICTS if name in sheet.names), VERDICTS[0])
    sheet.require((*PAIR, verdict), "Fill in 'verdict' in the file that was drawn: regclean sample draw -o FILE")
    return _lines(sheet, verdict)


def _lines(sheet: FilledSheet, verdict: str) -> Iterator[LabelLine]:
    for number, values in sheet.records:
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
            sample=int(sample) if sample.isdecimal() and len(sample) <= LONGEST_NUMBER else None,
            user=values.get("user") or None,
        )
