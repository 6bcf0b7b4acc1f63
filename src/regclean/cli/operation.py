"""doctor."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from regclean.cli.app import app, workspace_folder
from regclean.cli.listing import Listing, listing

if TYPE_CHECKING:
    from regclean.operation import Check

MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "bold red")}


@app.command()
@listing
def doctor() -> Listing:
    """Look at all that the workspace stands on, and say what to do about what is wrong; changes nothing."""
    import polars as pl

    from regclean.operation import check_up, exit_code

    found = check_up(workspace_folder(), datetime.now(UTC))
    lines = [asdict(check) for check in found]
    frame = pl.DataFrame(lines, schema_overrides={"where": pl.String, "remedy": pl.String})
    code = exit_code(found)
    worst = next(state for state in ("problem", "warning", "ok") if any(check.state == state for check in found))
    document = {"state": worst, "exit_code": code, "checks": lines}
    return Listing(frame, lambda: _print(found), document, exit_code=code)


def _print(found: list[Check]) -> None:
    from rich.text import Text

    from regclean.cli.console import console

    for check in found:
        mark, style = MARKS[check.state]
        where = f" ({check.where})" if check.where and check.state != "ok" else ""
        console.print(Text(f"{mark} {check.check:<14}", style=style) + Text(f"{check.what}{where}"))
        if check.remedy:
            console.print(Text(f"  {'':<14}{check.remedy}", style="dim"))
