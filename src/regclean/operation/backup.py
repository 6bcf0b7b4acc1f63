"""A backup: the ledger, the configuration, the models and the night in force, and one manifest that holds their digests.

Invariant: the manifest is written last, and signed with the workspace's key: a folder without one is no backup, and nobody
without the key makes one that is restored. The key itself is in none; it is kept apart, under a passphrase.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from regclean import __version__
from regclean.config import Workspace, derived_key, fingerprint, workspace_key
from regclean.config.identity import FILE as IDENTITY
from regclean.errors import InputError, RegcleanError, UnavailableError, UsageError
from regclean.home import identity_of
from regclean.ledger import Ledger, is_whole, look_at, runs
from regclean.outside import unavailable
from regclean.resources import keep_names, write_whole
from regclean.warehouse import Warehouse

MANIFEST, FORMAT = "manifest.json", 1
LEDGER, DUMP = "var/ledger.db", "ledger.dump"
SETTINGS = "regclean.toml"
PIECE = 2**20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `ledger`, `key`: the ledger's id and the key's fingerprint; `night`: the one in force; `files`: name ->
    SHA-256; `mac`: over all else, under the workspace's key.
    """

    format: int
    regclean: str
    made_at: str
    workspace: str
    ledger: str
    key: str
    night: str | None
    files: dict[str, str]
    mac: str = ""

    def signed_with(self, key: bytes) -> str:
        told = {name: value for name, value in asdict(self).items() if name != "mac"}
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return hmac.new(derived_key(key, "backup"), text.encode(), hashlib.sha256).hexdigest()


def make_backup(workspace: Workspace, ledger: Ledger, folder: Path, now: datetime) -> Manifest:
    """Write a backup into `folder`, which is new or empty, while others work.

    Errors: UsageError when it holds something, UnavailableError when there is no room or a database does not answer.
    """
    _check_empty(workspace, folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    try:
        return _written(workspace, ledger, folder, now)
    except BaseException as error:
        for path in folder.iterdir():  # half a backup would look like one
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        outside = None if isinstance(error, RegcleanError) else unavailable(error, folder)
        if outside is not None:
            raise outside from error
        raise


def _check_empty(workspace: Workspace, folder: Path) -> None:
    if folder.resolve().is_relative_to(workspace.var.resolve()):
        raise UsageError(
            "a backup beside the original is lost with it.", file=folder, remedy="Name a folder elsewhere."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        remedy = "Name one that is new or empty, as with: regclean backup /backups/$(date +%F)"
        raise UsageError("a backup is not written over another.", file=folder, remedy=remedy)


def _written(workspace: Workspace, ledger: Ledger, folder: Path, now: datetime) -> Manifest:
    key = workspace_key(workspace.var)
    identity = identity_of(ledger)
    assert identity is not None  # an open ledger has met its workspace
    night = _copy_ledger(workspace, ledger, folder)
    for name, path in _files(workspace, night):
        _copy(path, folder / name)
    made = {name: digest_of(folder / name) for name in sorted(_names(folder))}
    manifest = Manifest(
        FORMAT,
        __version__,
        now.isoformat(timespec="seconds"),
        str(workspace.config.section("workspace")["name"]),
        identity.ledger,
        fingerprint(key),
        night,
        made,
    )
    signed = asdict(manifest) | {"mac": manifest.signed_with(key)}
    write_whole(folder / MANIFEST, json.dumps(signed, indent=1, ensure_ascii=False) + "\n")
    return Manifest(**signed)


def _files(workspace: Workspace, night: str | None) -> Iterator[tuple[str, Path]]:
    """What is copied as it is, by its name in the workspace. Files that the configuration names elsewhere are not its own."""
    root, var = workspace.root, workspace.var
    named = [root / SETTINGS, *(source.mapping for source in workspace.config.sources if source.mapping is not None)]
    streets = str(workspace.config.section("addresses")["street_names"])
    own = [*named, *([root / streets] if streets else []), var / IDENTITY, *sorted((var / "models").glob("*.json"))]
    own += sorted((root / "expectations").glob("*/*"))
    if night is not None:
        own += [Warehouse(var / "warehouse").path(night), var / "reports" / f"{night}.html"]
    for path in dict.fromkeys(path.resolve() for path in own):
        if path.is_relative_to(root.resolve()) and path.is_file():
            yield str(path.relative_to(root.resolve())), path


def _copy_ledger(workspace: Workspace, ledger: Ledger, folder: Path) -> str | None:
    """Copy the ledger as it is at one moment; returns the night in force at that moment."""
    url = make_url(workspace.ledger_url)
    if url.get_backend_name() != "sqlite":
        while True:  # a night that is published meanwhile is either whole in the dump or not there at all
            before = runs.last_published(ledger)
            dump(url, folder / DUMP, str(workspace.config.section("ledger")["schema"]))
            after = runs.last_published(ledger)
            if (before and before.run_id) == (after and after.run_id):
                return after.run_id if after else None
    target = folder / LEDGER
    target.parent.mkdir(mode=0o700)
    target.touch(mode=0o600)
    with closing(sqlite3.connect(url.database or "")) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
    with look_at(f"sqlite:///{target.resolve()}") as copied:
        with copied.read() as connection:
            if not is_whole(connection):
                raise UnavailableError("the copy of the ledger is damaged.", file=target, remedy="See: regclean doctor")
        night = runs.last_published(copied)
    return night.run_id if night else None


def dump(url: URL, target: Path, schema: str) -> None:
    """Have PostgreSQL write the ledger's tables to a file. Errors: UnavailableError."""
    only = [f"--schema={schema}"] if schema else []
    postgresql("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", *only, f"--file={target}")
    target.chmod(0o600)


def postgresql(program: str, url: URL, *arguments: str) -> None:
    """Run a program of PostgreSQL's on the ledger's database; the password goes by the environment. Errors: UnavailableError."""
    found = shutil.which(program)
    if found is None:
        raise UnavailableError(
            f"{program} is not there.", remedy="Install PostgreSQL's client programs, of the server's version or newer."
        )
    query = {name: value for name, value in url.query.items() if name != "options"}
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query).render_as_string()
    done = subprocess.run(  # noqa: S603  # the program that was found, its arguments from the configuration
        [found, *arguments, f"--dbname={plain}"],
        env=os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {}),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise UnavailableError(
            f"{program} ended with {done.returncode}.",
            file=plain,
            remedy="Check that the database answers and that this account may read it; run the program by hand to see more.",
        )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        source.open("rb") as read,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as write,
    ):
        shutil.copyfileobj(read, write, PIECE)
        write.flush()
        os.fsync(write.fileno())
    keep_names(target.parent)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _names(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def read_backup(folder: Path) -> Manifest:
    """A backup's manifest, after every file in it was found whole. Errors: InputError that names the file."""
    path = folder / MANIFEST
    again = "Take another backup."
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            newer = "Use the program that made it, or a newer one."
            raise InputError(f"this backup is of another format ({told['format']}).", file=path, remedy=newer)
        manifest = Manifest(**told)
        files = {str(name): str(digest) for name, digest in manifest.files.items()}
    except FileNotFoundError:
        raise InputError(
            "this is no backup: it has no manifest.", file=path, remedy="Name a backup's folder."
        ) from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InputError("the manifest is damaged.", file=path, remedy=again) from None
    for name, digest in files.items():
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise InputError("the manifest names a file outside of the backup.", file=path, remedy=again)
        with suppress(FileNotFoundError):
            if digest_of(folder / name) != digest:
                raise InputError("this file of the backup is damaged.", file=folder / name, remedy=again)
            continue
        raise InputError("this file of the backup is not there.", file=folder / name, remedy=again)
    return manifest
