"""`regclean`, the one command: thin commands over the rooms below.

Nothing heavy is imported before a command runs, so that `--help` answers at once.
"""

from regclean.cli.app import app, main

__all__ = ["app", "main"]
