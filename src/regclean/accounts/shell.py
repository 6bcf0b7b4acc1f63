"""Signing in at the shell: the session of an operating-system user, kept in a file that nobody else can read.

The file lies under the user's own state folder (XDG_STATE_HOME, else ~/.local/state), one for each workspace; it holds a
session's secret, the ledger only its digest.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from regclean.errors import UsageError
from regclean.resources import write_whole


def keep(workspace: Path, secret: str) -> None:
    """Keep the secret of a session for this shell's user. Errors: UsageError when there is nowhere to."""
    path = _file(workspace)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, secret)
    except OSError as error:
        raise UsageError(
            f"the sign-in cannot be kept in {path.parent} ({error.strerror}).",
            remedy="Name a folder of your own in XDG_STATE_HOME, or use a token: REGCLEAN_TOKEN.",
        ) from error


def kept(workspace: Path) -> str | None:
    """The secret of this shell's session with a workspace; None when there is none. Errors: UsageError when others can
    read it.
    """
    path = _file(workspace)
    try:
        with path.open(encoding="ascii") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise UsageError(f"others can read the sign-in in {path}: it is not used.", remedy="Sign in again.")
            return file.read().strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def forget(workspace: Path) -> None:
    """Forget this shell's session."""
    with suppress(OSError):
        _file(workspace).unlink()


def _file(workspace: Path) -> Path:
    given = os.environ.get("XDG_STATE_HOME", "")
    try:
        folder = Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError as error:  # a user without a home
        raise UsageError("there is no folder to keep a sign-in in.", remedy="Name one in XDG_STATE_HOME.") from error
    name = hashlib.sha256(str(workspace.resolve()).encode()).hexdigest()[:32]
    return folder / "regclean" / name
