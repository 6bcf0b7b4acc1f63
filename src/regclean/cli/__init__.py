"""`regclean`, the one command: thin commands over the rooms below.

Nothing heavy is imported before a command runs, so that `--help` answers at once.
"""

from __future__ import annotations

import sys

from regclean.cli import (
    batches,
    decisions,
    enquiries,
    erasing,
    expectations,
    identity,
    inspection,
    key,
    models,
    nightly,
    operation,
    outputs,
    people,
    samples,
    tasks,
    work,
)
from regclean.cli.app import app, run

__all__ = ["app", "main"]

# Imported for the commands that they register.
COMMANDS = (
    nightly,
    outputs,
    work,
    inspection,
    decisions,
    batches,
    samples,
    tasks,
    enquiries,
    models,
    expectations,
    identity,
    people,
    operation,
    key,
    erasing,
)


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 a gate or a conflict stopped it, 2 bad usage or input."""
    # Outside of any `except`, so that nothing that an error held open outlives it.
    sys.exit(run(sys.argv[1:]))
