"""What a person does so that nothing is lost: a backup of the workspace, and what was lost put back from one."""

from __future__ import annotations

from pathlib import Path

from regclean.acts.context import Context, act
from regclean.config import workspace_key
from regclean.domain.register import subject_text
from regclean.ledger.audit import Entry, append
from regclean.operation import Manifest, keep_key, make_backup


@act("workspace:keep")
def back_up(context: Context, folder: Path) -> Manifest:
    """Write a backup into a new folder, while others work. Errors: UsageError, UnavailableError."""
    made = make_backup(context.workspace, context.ledger, folder, context.now)
    _note(context, "backup", made)
    return made


@act("workspace:keep")
def seal_key(context: Context, passphrase: str, path: Path) -> None:
    """Write the workspace's key to a new file, sealed under a passphrase. Errors: UsageError."""
    keep_key(workspace_key(context.workspace.var), passphrase, path)
    with context.ledger.write() as connection:
        append(connection, Entry(context.now, context.user.name, "key_kept", "workspace"))


@act("workspace:keep")
def accept_restored(context: Context, made: Manifest) -> None:
    """Take a restored workspace for the one that goes on from here."""
    _note(context, "restore", made)


def _note(context: Context, action: str, made: Manifest) -> None:
    detail = {"made_at": made.made_at, "night": made.night, "files": len(made.files), "digest": made.mac}
    with context.ledger.write() as connection:
        append(
            connection,
            Entry(context.now, context.user.name, action, subject_text("backups", made.made_at), detail=detail),
        )
