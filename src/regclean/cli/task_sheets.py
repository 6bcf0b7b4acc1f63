"""Answers to tasks, as lines of a sheet."""

from __future__ import annotations

from pathlib import Path

from regclean.acts import TaskAnswer
from regclean.landing import read_sheet

NEEDED = ("finding_id", "value")


def read_answers(path: Path) -> list[TaskAnswer]:
    """The answered lines of a sheet (see `read_sheet`); lines without a value or a note wait.

    Errors: InputError when the file is not there, empty, or lacks a column.
    """
    sheet = read_sheet(path)
    sheet.require(NEEDED, "Fill in the sheet that was written: regclean tasks export -o FILE")
    answers = []
    for number, told in sheet.records:
        value, note = told.get("value") or None, told.get("note") or None
        if value or note:
            answers.append(TaskAnswer(number, told.get("finding_id", ""), value, note))
    return answers
