"""Answers to tasks, as lines of a sheet."""

from __future__ import annotations

from pathlib import Path

from regclean.acts import TaskAnswer
from regclean.errors import InputError
from regclean.landing import read_sheet

NEEDED = ("finding_id", "value")


def read_answers(path: Path) -> list[TaskAnswer]:
    """The answered lines of a sheet (see `read_sheet`); lines without a value or a note wait.

    Errors: InputError when the file is not there, empty, or lacks a column.
    """
    sheet = read_sheet(path)
    for name in NEEDED:
        if name not in sheet.names:
            remedy = "Fill in the sheet that was written: regclean tasks export -o FILE"
            raise InputError("the column is missing.", file=path, row=1, column=name, remedy=remedy)
    answers = []
    for number, cells in sheet.lines:
        told = {name: (cell or "").strip() for name, cell in zip(sheet.names, cells or (), strict=False)}
        if told.get("value") or told.get("note"):
            answers.append(
                TaskAnswer(number, told.get("finding_id", ""), told.get("value") or None, told.get("note") or None)
            )
    return answers
