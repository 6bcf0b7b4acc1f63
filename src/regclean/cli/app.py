"""The application, its options and its one error handler."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from regclean import __version__
from regclean.errors import RegcleanError, UsageError
from regclean.outside import unavailable

# No guest may call home: decided before any of them can be imported.
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}

app = typer.Typer(
    name="regclean",
    help="Data quality for customer registers: finds duplicates, stale customers and shared-bin defects; people decide.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


class _Chosen:
    """The workspace that `-w` names; the commands of one process share it."""

    folder = Path()


def _version(shown: bool) -> None:
    if shown:
        typer.echo(f"regclean {__version__}")
        raise typer.Exit


@app.callback()
def options(
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="The workspace's folder.")] = Path(),
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options that stand before the command."""
    _Chosen.folder = workspace


def workspace_folder() -> Path:
    """The folder that `-w` names."""
    return _Chosen.folder


def run(arguments: list[str]) -> int | str | None:
    """Run one command line and say in one paragraph what stopped it; returns the exit code."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        app(args=workspace_first(arguments))
    except SystemExit as done:
        return done.code
    except RegcleanError as error:
        _say(str(error))
        return error.exit_code
    except BrokenPipeError:
        # The reader of a pipe has seen enough; that is no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        _say("Stopped.")
        return 130
    except Exception as error:  # the last line of defence: no traceback reaches a user
        outside = unavailable(error, workspace_folder())
        if outside:
            _say(str(outside))
            return outside.exit_code
        _say(str(_unexpected(error)))
        return 2
    return 0


def workspace_first(arguments: list[str]) -> list[str]:
    """`-w DIR` may stand anywhere on the line: move it before the command, where it is declared."""
    moved: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in ("-w", "--workspace"):
            moved += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        elif argument.startswith("--workspace="):
            moved.append(argument)
        else:
            rest.append(argument)
    return moved + rest


def _unexpected(error: Exception) -> UsageError:
    """Keep where it happened, not the message: a message can quote a personal value."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown place"
    lines = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    folder = workspace_folder() / "var"
    remedy = "Please report it with what you did."
    if folder.is_dir():
        log = folder / "error.log"
        with suppress(OSError):
            log.write_text("\n".join([type(error).__name__, *lines, ""]), encoding="utf-8")
        remedy = f"Where it happened is in {log}; it holds no register data. Please report it."
    return UsageError(f"Something unexpected happened ({type(error).__name__} at {place}).", remedy=remedy)


def _say(message: str) -> None:
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True).print(Text("regclean: ", style="bold red") + Text(message))
