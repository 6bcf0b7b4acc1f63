"""Tasks as a sheet that somebody fills in, and its lines as answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from regclean.acts.tasks import Task, TaskAnswer
from regclean.landing import read_sheet

if TYPE_CHECKING:
    import polars as pl

NEEDED = ("finding_id", "value")
ABOUT = ("finding_id", "rule", "way", "asks", "label", "subject", "column", "owner", "since", "due", "says")
FILLED_IN = ("value", "outcome", "note")
DAYS = ("since", "due")


def task_sheet(found: Sequence[Task], *, to_fill_in: bool = False) -> pl.DataFrame:
    """One row for each task; `to_fill_in`: with empty columns for what was found out."""
    import polars as pl

    schema = {name: pl.Date if name in DAYS else pl.String for name in ABOUT}
    sheet = pl.DataFrame([[getattr(one, name) for name in ABOUT] for one in found], schema=schema, orient="row")
    empty = pl.lit(None, dtype=pl.String)
    return sheet.with_columns(empty.alias(name) for name in FILLED_IN) if to_fill_in else sheet


def read_answers(path: Path) -> list[TaskAnswer]:
    """The answered lines of a sheet (see `read_sheet`); lines on which nothing was filled in wait.

    Errors: InputError when the file is not there, empty, or lacks a column.
    """
    sheet = read_sheet(path)
    sheet.require(NEEDED, "Fill in the sheet that was written: regclean tasks export -o FILE")
    answers = []
    for number, told in sheet.records:
        value, outcome, note = (told.get(name) or None for name in FILLED_IN)
        if value or outcome or note:
            answers.append(TaskAnswer(number, told.get("finding_id", ""), value, note, outcome))
    return answers
