"""The command line is of one piece: what lists, lists as every other command does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from regclean.cli import app

LISTING = {"--json", "--format", "--output", "-o"}
NAMES = {"list", "show", "status", "compare"}  # of commands that only show


def commands(group: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command, with its name in full."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))
        else:
            yield " ".join((*before, name)), command


@pytest.mark.parametrize(
    ("name", "command"), [pytest.param(*one, id=one[0]) for one in commands(typer.main.get_command(app))]
)
def test_what_lists_is_a_listing(name: str, command: Any) -> None:
    options = {option for parameter in command.params for option in parameter.opts}
    if name.split()[-1] in NAMES or options & {"--restricted", "--format", "--json"}:
        assert options >= LISTING, "put it under @listing of cli/listing.py, and return a Listing"
