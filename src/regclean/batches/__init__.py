"""Update batches: accepted findings become changes that a second person approves and the register takes.

Everything takes `user` and `now` from the caller; nothing here asks who or when.
"""

from regclean.batches.approval import approve, reject_lines
from regclean.batches.build import BuildReport, build
from regclean.batches.release import Outcome, apply, dry_run, undo
from regclean.batches.store import Batch
from regclean.batches.view import BatchView, LineView, list_batches, show

__all__ = [
    "Batch",
    "BatchView",
    "BuildReport",
    "LineView",
    "Outcome",
    "apply",
    "approve",
    "build",
    "dry_run",
    "list_batches",
    "reject_lines",
    "show",
    "undo",
]
