"""What a person does so that nothing is lost: a backup of the workspace, and what was lost put back from one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from regclean.acts.context import Context, act
from regclean.config import workspace_key
from regclean.domain.register import subject_text
from regclean.erasure import Erased, replay
from regclean.ledger.audit import Entry, append
from regclean.operation import Manifest, keep_key, make_backup


@act("workspace:keep")
def back_up(context: Context, folder: Path) -> Manifest:
    """Write a backup into a new folder, while others work. Errors: UsageError, UnavailableError."""
    made = make_backup(context.workspace, context.ledger, folder, context.now)
    _note(context, "backup", made, folder=str(folder.resolve()))  # an erasure tells it what its restore is to repeat
    return made


@act("workspace:keep")
def seal_key(context: Context, passphrase: str, path: Path) -> None:
    """Write the workspace's key to a new file, sealed under a passphrase. Errors: UsageError."""
    keep_key(workspace_key(context.workspace.var), passphrase, path)
    with context.ledger.write() as connection:
        append(connection, Entry(context.now, context.user.name, "key_kept", "workspace"))


@act("workspace:keep")
def accept_restored(context: Context, made: Manifest, erased: Sequence[Erased] = ()) -> int:
    """Take a restored workspace for the one that goes on from here, after what was `erased` since is erased in it, too;
    returns how many erasures that were.
    """
    _note(context, "restore", made)
    repeated = replay(context.workspace, context.ledger, erased, user=context.user.name, now=context.now)
    return len(repeated)


def _note(context: Context, action: str, made: Manifest, **more: str) -> None:
    detail = {"made_at": made.made_at, "night": made.night, "files": len(made.files), "digest": made.mac, **more}
    with context.ledger.write() as connection:
        append(
            connection,
            Entry(context.now, context.user.name, action, subject_text("backups", made.made_at), detail=detail),
        )
