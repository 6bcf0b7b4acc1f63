"""Listings: what a command shows, and the one way in which all of them are written.

A command under `@listing` returns a `Listing` and thereby takes `--json`, `--format` and `-o`.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regclean.cli.app import note_written
from regclean.errors import UsageError

if TYPE_CHECKING:
    import polars as pl


class Form(StrEnum):
    """How a listing can be written."""

    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"


FORMATS = tuple(Form)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a command shows. `frame`: its rows; `printed` prints it for a person, else its rows are written as csv;
    `document`: the whole of it for `json`, where its rows are not all; without a frame it is a document alone. `exit_code`: what
    the command ends with once it is shown.
    """

    frame: pl.DataFrame | None = None
    printed: Callable[[], None] | None = None
    document: Any = None
    exit_code: int = 0


def as_table(title: str, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> Listing:
    """Lines that a person sees as a table under a title."""
    import polars as pl

    from regclean.cli.console import console, table

    lines = [tuple(line) for line in lines]
    frame = pl.DataFrame(lines, schema=list(columns), orient="row", infer_schema_length=None)
    return Listing(frame, lambda: console.print(table(title, columns, lines)))


def listing(command: Callable[..., Listing]) -> Callable[..., None]:
    """Give a command `--json`, `--format` and `-o`, and write the listing that it returns."""

    @wraps(command)
    def written(*, as_json: bool, form: Form | None, output: Path | None, **given: Any) -> None:
        if as_json and form is not None and form.value != "json":
            raise UsageError(f"--json and --format {form} contradict each other.", remedy="Give one of the two.")
        chosen = form_of(output, "json" if as_json else form and form.value)
        found = command(**given)
        show(found, output, chosen)
        if found.exit_code:
            raise typer.Exit(found.exit_code)

    options = inspect.signature(_options, eval_str=True).parameters.values()
    own = inspect.signature(command, eval_str=True)
    signature = own.replace(parameters=[*own.parameters.values(), *options], return_annotation=None)
    # Typer asks `inspect`, and `inspect` asks for this.
    written.__signature__ = signature  # type: ignore[attr-defined]  # the type of a function does not know it
    written.__annotations__ = {one.name: one.annotation for one in signature.parameters.values()}
    return written


def show(found: Listing, output: Path | None, form: str | None) -> None:
    """Print a listing for a person; where a file or a form is named, write it."""
    if output is None and form is None and found.printed is not None:
        found.printed()
    else:
        _write(found, output, form or "csv")


def write(frame: pl.DataFrame, output: Path | None, form: str | None = None) -> None:
    """Write a frame to a file or to standard output: in the form that is named, else by the file's suffix, else as csv.

    Errors: UsageError, before anything is written; UnavailableError.
    """
    _write(Listing(frame), output, form_of(output, form) or "csv")


def form_of(output: Path | None, form: str | None = None) -> str | None:
    """The form to write in; None where neither the file nor anybody says. Errors: UsageError."""
    known = f"Known: {', '.join(FORMATS)}."
    if form is not None and form not in FORMATS:
        raise UsageError(f"'{form}' is not a format.", remedy=known)
    if output is None:
        if form in ("parquet", "xlsx"):
            raise UsageError(f"{form} is not text.", remedy="Name a file with: -o FILE.")
        return form
    if output.is_dir():
        raise UsageError("this is a folder.", file=output, remedy="Name a file in it.")
    if not output.parent.is_dir():
        raise UsageError("there is no folder to write it to.", file=output, remedy=f"Make it: mkdir -p {output.parent}")
    suffix = output.suffix.removeprefix(".").lower()
    if suffix in FORMATS and form not in (None, suffix):
        raise UsageError(
            f"--format {form} does not go with a file that ends in .{suffix}.",
            file=output,
            remedy="Change one of them.",
        )
    if suffix and suffix not in FORMATS and form is None:
        raise UsageError(f"'.{suffix}' is not a format.", file=output, remedy=f"{known} Or name one with: --format F.")
    return form or suffix or None


def _options(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs: one JSON document; the same as --format json.")
    ] = False,
    form: Annotated[
        Form | None, typer.Option("--format", help="How it is written; by default by the file's suffix.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write; its suffix says how: csv, jsonl, json, parquet, xlsx."),
    ] = None,
) -> None:
    """The options of every listing."""


def _write(found: Listing, output: Path | None, form: str) -> None:
    from regclean.outside import unavailable

    if form == "json" and found.document is not None:
        text = json.dumps(found.document, ensure_ascii=False, indent=1, default=str) + "\n"
    elif found.frame is None:
        raise UsageError("this is no table: it can be written as json alone.", file=output, remedy="Use: --json")
    elif form in ("csv", "json", "jsonl"):
        text = _text(found.frame, form, spreadsheet=output is not None and _for_people())
    else:
        text = None
    binary = _binary(found.frame, form, output) if found.frame is not None and text is None else None
    try:
        if output is not None and not output.exists():
            output.touch(mode=0o600)  # it may hold personal data
        if text is not None and output is None:
            sys.stdout.write(text)
        elif text is not None and output is not None:
            output.write_text(text, encoding="utf-8", newline="")
        elif binary is not None and output is not None:
            output.write_bytes(binary)
        if output is not None:
            note_written(output)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unavailable(error, output) or UsageError(
            "the output cannot be written.", file=output, remedy="Check the folder and its rights."
        ) from error


def _text(frame: pl.DataFrame, form: str, *, spreadsheet: bool) -> str:
    if form == "csv":
        from regclean.csv_files import for_spreadsheet

        return for_spreadsheet(_flat(frame)) if spreadsheet else _flat(frame).write_csv()
    return frame.write_ndjson() if form == "jsonl" else frame.write_json() + "\n"


def _for_people() -> bool:
    """Are the files of this workspace for spreadsheets? What goes down a pipe is for programs, whatever it says."""
    from regclean.cli.app import workspace_folder
    from regclean.config import load_workspace
    from regclean.csv_files import for_people

    folder = workspace_folder()
    return (folder / "regclean.toml").exists() and for_people(load_workspace(folder).config)


def _binary(frame: pl.DataFrame, form: str, output: Path | None) -> bytes:
    """The whole file, before there is one. Errors: UsageError."""
    from io import BytesIO

    from regclean.workbook import workbook

    if form == "xlsx":
        try:
            return workbook(_flat(frame))
        except UsageError as error:
            raise UsageError(error.message, file=output, column=error.column, remedy=error.remedy) from error
    made = BytesIO()
    frame.write_parquet(made)
    return made.getvalue()


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its lists and objects as JSON, for forms that know cells alone."""
    import polars as pl

    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    return frame.with_columns(
        pl.Series(name, [_json(value) for value in frame[name].to_list()], dtype=pl.String) for name in nested
    )


def _json(value: Sequence[Any] | Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
