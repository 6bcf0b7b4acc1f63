"""Another key for a workspace: what is made ready beside the old one, and how it takes its place.

Invariant: the ledger says which key is in force, in the transaction that writes all of it anew. Before that the old key holds and
what was made ready is thrown away; after it `finish` does what is left, however often it was killed. The old key stays until
nothing needs it any more.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from regclean import locks
from regclean.config import Workspace, fingerprint, present_key
from regclean.config.identity import Identity, remember
from regclean.errors import ConflictError
from regclean.ledger import Anchor, Ledger, audit, metadata
from regclean.ledger.tables import identity
from regclean.reply_page import Folder
from regclean.resources import keep_names, write_whole

FOLDER, LOCK = "new-key", "key.lock"  # of `var`
_CHANGE, _KEY, _NIGHTS = "change.json", "new.key", "nights"


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was begun. `old`, `new`: the fingerprints; `kept_here`: the key is in `var`, not in the environment;
    `share`: where other hosts read the night in force; `questions`: numbers of questions whose codes end, in `exchange`.
    """

    old: str
    new: str
    kept_here: bool
    share: str
    exchange: str
    questions: list[str]


def begin(var: Path, change: Change, key: bytes) -> Path:
    """Put the new key aside; returns the folder for nights under it. What was left of an earlier one goes."""
    folder = var / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    (folder / _NIGHTS).mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    write_whole(folder / _KEY, key.hex())
    write_whole(folder / _CHANGE, json.dumps(asdict(change)))
    return folder / _NIGHTS


def begun(var: Path) -> Change | None:
    """The change that is not at its end; None when there is none."""
    try:
        return Change(**json.loads((var / FOLDER / _CHANGE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def take_up(workspace: Workspace, ledger: Ledger, anchor_under: Callable[[bytes], Anchor]) -> None:
    """Finish, or throw away, what a killed change has left. Errors: ConflictError while one is going on."""
    var = workspace.var
    with locks.held(var / LOCK) as mine:
        in_force = key_in_force(ledger)
        change = begun(var)
        if change is not None and in_force == change.new:
            if not mine:
                raise ConflictError(
                    "the key is being changed.", file=var / LOCK, remedy="Wait a moment, then try again."
                )
            finish(workspace, ledger, change, anchor_under)
        elif mine:
            shutil.rmtree(var / FOLDER, ignore_errors=True)


def key_in_force(ledger: Ledger) -> str | None:
    """The fingerprint of the key that the ledger goes with."""
    with ledger.read() as reading:
        return reading.execute(select(identity.c.value).where(identity.c.name == "key")).scalar()


def finish(workspace: Workspace, ledger: Ledger, change: Change, anchor_under: Callable[[bytes], Anchor]) -> None:
    """Move what was made ready to its place, after the ledger has it; each step may have been taken before."""
    var = workspace.var
    folder = var / FOLDER
    if (folder / _KEY).exists():
        key = bytes.fromhex((folder / _KEY).read_text(encoding="ascii"))
        _move_nights(var / "warehouse", folder / _NIGHTS, Path(change.share) if change.share else None)
        shutil.rmtree(var / "readings", ignore_errors=True)
        for number in change.questions:
            Folder(Path(change.exchange)).withdraw(number)
        _sign_anew(ledger, present_key(var), change, anchor_under, anchor_under(key))
        if change.kept_here:
            write_whole(var / "secret.key", key.hex())
        with ledger.read() as reading:
            known = {row.name: row.value for row in reading.execute(select(identity.c.name, identity.c.value))}
        remember(var, Identity(known["ledger"], change.new))
        (folder / _KEY).unlink()
    if ledger.rewrite(*metadata.sorted_tables):  # else somebody reads: the freed blocks go next time
        shutil.rmtree(folder, ignore_errors=True)


def _move_nights(warehouse: Path, ready: Path, share: Path | None) -> None:
    for path in sorted(ready.glob("*.duckdb")):
        if share is not None and (share / path.name).exists():
            part = share / f"{path.stem}.part"
            shutil.copyfile(path, part)
            part.chmod(0o600)
            part.replace(share / path.name)
        path.replace(warehouse / path.name)
    for name in ("failed-", "damaged-", "building-"):
        for path in warehouse.glob(f"{name}*"):
            path.unlink(missing_ok=True)
    if warehouse.exists():
        keep_names(warehouse)


def _sign_anew(
    ledger: Ledger,
    key: bytes | None,
    change: Change,
    anchor_under: Callable[[bytes], Anchor],
    fresh: Anchor,
) -> None:
    """The audit log's end under the new key, where the old one says that it is the end."""
    with ledger.read() as reading:
        last = audit.end(reading)
    if key is not None and fingerprint(key) == change.old and last[0]:
        with suppress(OSError):
            if anchor_under(key).held() == last:
                fresh.hold(*last)
