"""What a workspace remembers of its ledger and its key: enough to tell a stranger, nothing that opens either."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from regclean.errors import ConfigError
from regclean.resources import write_whole

FILE = "identity.json"


@dataclass(frozen=True, slots=True)
class Identity:
    """`ledger`: the id that the ledger was born with; `key`: the fingerprint of the workspace's key."""

    ledger: str
    key: str


def remembered(var: Path) -> Identity | None:
    """What is remembered in `var`; None in a new workspace. Errors: ConfigError when the file cannot be read."""
    path = var / FILE
    try:
        return Identity(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise ConfigError(
            "this file does not say which ledger and key belong to the workspace.",
            file=path,
            remedy="Restore it from a backup; without one, remove it: it is made anew from the ledger.",
        ) from error


def remember(var: Path, identity: Identity) -> None:
    """Write it down, whole or not at all."""
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(var / FILE, json.dumps(asdict(identity)))
