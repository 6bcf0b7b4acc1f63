"""The application, its options and its one error handler."""

from __future__ import annotations

import errno
import functools
import os
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import typer.main
from typer.core import TyperGroup

from regclean import __version__
from regclean.errors import RegcleanError
from regclean.outside import in_words, unavailable

_DIGITS = re.compile(r"\d{6}")
app = typer.Typer(
    name="regclean",
    help="Data quality for customer registers: finds duplicates, stale customers and shared-bin defects; people decide.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


class _Chosen:
    """The workspace that `-w` names, the command (of a group its name), and `--debug`; the commands of one process share them."""

    folder = Path()
    command = ""
    debug = False


def _version(shown: bool) -> None:
    if shown:
        typer.echo(f"regclean {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="The workspace's folder.")] = Path(),
    debug: Annotated[
        bool, typer.Option("--debug", help="On a terminal, show an error whole; it may quote values of the register.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options that stand before the command."""
    _Chosen.folder, _Chosen.command = workspace, context.invoked_subcommand or ""
    _Chosen.debug = debug


def workspace_folder() -> Path:
    """The folder that `-w` names."""
    return _Chosen.folder


@functools.cache
def _command() -> TyperGroup:
    """The tree of commands, once all are declared; Typer would build it anew, in a tenth of a second, for each line that a process runs."""
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    return command


def note_written(*paths: Path) -> None:
    """Remember files that the command has written for somebody, so that an erasure finds them."""
    from regclean.handed_out import note

    note(_Chosen.folder / "var", paths, _Chosen.command, datetime.now(UTC))


@contextmanager
def noting(folder: Path) -> Iterator[None]:
    """Remember the files that are written into a folder meanwhile; what else lies there is somebody's own."""
    before = _stamps(folder)
    yield
    note_written(*(path for path, at in _stamps(folder).items() if before.get(path) != at))


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    found = sorted(path for path in folder.glob("*") if path.is_file())
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in found}


def run(arguments: list[str]) -> int | str | None:
    """Run one command line and say in one paragraph what stopped it; returns the exit code."""
    try:
        try:
            _command()(args=workspace_first(arguments))
        finally:
            sys.stdout.flush()
    except SystemExit as done:
        return _reader_left() if _is_broken_pipe(done) else done.code
    except RegcleanError as error:
        _show_whole(error)
        _say(str(error))
        return error.exit_code
    except BrokenPipeError:
        return _reader_left()
    except KeyboardInterrupt:
        _say("Stopped.")
        return 130
    except Exception as error:  # the last line of defence: no traceback reaches a user who has not asked for it
        _show_whole(error)
        outside = unavailable(error, workspace_folder()) or _unexpected(error)
        _say(str(outside))
        return outside.exit_code
    return 0


def _is_broken_pipe(done: SystemExit) -> bool:
    """Typer and Rich end the program with 1 when the reader of a pipe has gone."""
    cause = done.__context__
    return isinstance(cause, OSError) and cause.errno == errno.EPIPE


def _reader_left() -> int:
    """The reader of a pipe has seen enough, as `head` has: what is left is thrown away, and that is no error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def workspace_first(arguments: list[str]) -> list[str]:
    """`-w DIR` and `--debug` may stand anywhere on the line: move them before the command, where they are declared."""
    moved: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in ("-w", "--workspace"):
            moved += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        elif argument.startswith("--workspace=") or argument == "--debug":
            moved.append(argument)
        else:
            rest.append(argument)
    return moved + rest


def _show_whole(error: Exception) -> None:
    """What an engine said may quote a value: it is for the eyes of who asks for it, and for no file, pipe or log."""
    if _Chosen.debug and sys.stderr.isatty():
        traceback.print_exception(error)


def _unexpected(error: Exception) -> RegcleanError:
    """Keep where it happened, not the message: a message can quote a personal value."""
    found = in_words(error)
    folder = workspace_folder() / "var"
    if folder.is_dir():
        log = folder / "error.log"
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        with suppress(OSError):
            log.write_text("\n".join([type(error).__name__, *lines, ""]), encoding="utf-8")
        found.remedy = f"Where it happened is in {log}; it holds no register data. Please report it."
    return found


def _say(message: str) -> None:
    from rich.console import Console
    from rich.text import Text

    if _DIGITS.search(message):  # what reads ids is not loaded for every mishap
        from regclean.sealing import masked

        message = masked(message)
    # No line is broken within a path: it is copied into the next command.
    Console(stderr=True).print(Text("regclean: ", style="bold red") + Text(message), soft_wrap=True)
