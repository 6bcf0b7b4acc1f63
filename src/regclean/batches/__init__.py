"""Update batches: accepted findings become changes that a second person approves and the register takes.

Everything takes `user` and `now` from the caller; nothing here asks who or when.
"""

from regclean.batches.approval import approve, reject_lines
from regclean.batches.build import BuildReport, build
from regclean.batches.erased import erase_lines
from regclean.batches.export import change_book, export
from regclean.batches.last_extract import LastExtract, last_extract
from regclean.batches.older_lines import rewrite_lines, seal_older_lines
from regclean.batches.preview import Preview, previews
from regclean.batches.release import ALREADY, Outcome, apply, confirm_import, dry_run, undo
from regclean.batches.store import Batch
from regclean.batches.verify import Verified, verify
from regclean.batches.view import BatchView, LineView, list_batches, show

__all__ = [
    "ALREADY",
    "Batch",
    "BatchView",
    "BuildReport",
    "LastExtract",
    "LineView",
    "Outcome",
    "Preview",
    "Verified",
    "apply",
    "approve",
    "build",
    "change_book",
    "confirm_import",
    "dry_run",
    "erase_lines",
    "export",
    "last_extract",
    "list_batches",
    "previews",
    "reject_lines",
    "rewrite_lines",
    "seal_older_lines",
    "show",
    "undo",
    "verify",
]
