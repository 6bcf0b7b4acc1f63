"""How the command line speaks: a progress line a step, tables at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from regclean.errors import counted
from regclean.night import StepResult

# A pipe or a file has no width of its own: tables keep their words there instead of being cut to eighty columns.
PIPE_WIDTH = 160
console = Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def table(title: str, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> Table:
    """A table whose number columns are right-aligned; `lines` hold text, numbers or None."""
    lines = [tuple(line) for line in lines]
    result = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2))
    for index, name in enumerate(columns):
        numeric = bool(lines) and all(isinstance(line[index], int | float | None) for line in lines)
        result.add_column(name, justify="right" if numeric else "left", style=None, header_style="dim")
    for line in lines:
        result.add_row(*(_cell(value) for value in line))
    return result


def _cell(value: object) -> Text:
    if value is None:
        return Text("–", style="dim")
    if isinstance(value, float):
        return Text(f"{value:.4g}" if abs(value) < 1 else f"{value:,.2f}")
    return Text(f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value))


class ProgressLines:
    """One line for each step of the night: name, rows, seconds, rate, memory. On a terminal the running step is shown too."""

    def started(self, step: str) -> None:
        if console.is_terminal:
            console.print(Text(f"… {step}", style="dim"), end="\r")

    def finished(self, result: StepResult) -> None:
        rate = result.rows / max(result.seconds, 0.01)
        took = (
            f"{counted(result.rows, 'row'):>17} {result.seconds:>8.2f} s {rate:>12,.0f} rows/s {result.peak_mb:>7,} MB"
        )
        console.print(f"[green]✓[/] {result.name:<26}{took}")
