"""Restoring: a backup becomes a whole workspace beside its place first, and is moved there when all of it was found right.

Invariant: nothing is written over. A place that holds anything of what is restored is refused, and left as it is.
"""

from __future__ import annotations

import hmac
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema

from regclean.config import Workspace, derived_key, fingerprint, load_workspace, present_key
from regclean.errors import ConfigError, ConflictError, InputError
from regclean.ledger import Anchor, opened, tables
from regclean.ledger.audit import end
from regclean.operation.backup import DUMP, LEDGER, MANIFEST, SETTINGS, Manifest, postgresql
from regclean.resources import keep_names, write_whole

ASIDE = ".restoring"
KEY = "var/secret.key"


@contextmanager
def restoring(folder: Path, manifest: Manifest, root: Path, key: bytes | None) -> Iterator[Workspace]:
    """The backup in `folder` as a workspace beside its place `root`; when the `with` block ends well, it is there.

    `key`: the workspace's, where it is kept apart; else the one that is there already or in the environment.
    Errors: ConfigError for another workspace's key, ConflictError for a place that is not empty, InputError for a manifest that
    nobody with the key has signed.
    """
    own = _checked_key(folder, manifest, root, key)
    aside = root / ASIDE
    shutil.rmtree(aside, ignore_errors=True)  # of one that was killed
    database: URL | None = None
    try:
        for name in manifest.files:
            target = aside / name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(folder / name, target)
            target.chmod(0o600)
        if key is not None:
            write_whole(aside / KEY, key.hex())
        elif (root / KEY).exists():
            shutil.copy2(root / KEY, aside / KEY)
        workspace = load_workspace(aside)
        database = _fill_database(aside, workspace, manifest)
        _hold_end(workspace, own)
        yield workspace
        _check_free(manifest, root)  # after whoever restores has been let in
        database = None
        _move(aside, root)
    except BaseException:
        if database is not None:
            _empty(database)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _checked_key(folder: Path, manifest: Manifest, root: Path, given: bytes | None) -> bytes:
    key = given or present_key(root / "var")
    if key is None or fingerprint(key) != manifest.key:
        raise ConfigError(
            f"the key of this backup is not there: it needs {manifest.key}."
            if key is None
            else f"this is not the key of this backup: it needs {manifest.key}, and this is {fingerprint(key)}.",
            file=folder / MANIFEST,
            remedy="Name the sealed key with --key-from FILE, put var/secret.key in its place, or set REGCLEAN_SECRET as before.",
        )
    if not hmac.compare_digest(manifest.mac, manifest.signed_with(key)):
        raise InputError(
            "the manifest was altered: its signature is not the workspace's.",
            file=folder / MANIFEST,
            remedy="Take another backup.",
        )
    return key


def _check_free(manifest: Manifest, root: Path) -> None:
    taken = [root / name for name in manifest.files if (root / name).exists() and name != DUMP]
    if taken:
        raise ConflictError(
            "there is something already where the backup would go. Nothing was changed.",
            file=taken[0],
            remedy="Restore into an empty folder, or move regclean.toml, mappings and var away first.",
        )


def _fill_database(aside: Path, workspace: Workspace, manifest: Manifest) -> URL | None:
    """Put the ledger where the configuration says that it is, if that is not beside it; returns the database that was filled."""
    url = make_url(workspace.ledger_url)
    if url.get_backend_name() == "sqlite":
        place = Path(url.database or "")
        if not place.is_relative_to(aside.resolve()):
            raise ConfigError(
                "the ledger of this backup stands outside of its workspace.",
                file=place,
                remedy=f'Copy {LEDGER} of the backup there by hand, or set [ledger] url = "sqlite:///{LEDGER}" in its {SETTINGS}.',
            )
        return None
    engine = create_engine(url.set(drivername="postgresql+psycopg"), hide_parameters=True)
    try:
        with engine.connect() as connection:
            known = inspect(connection)
            there = known.has_table("runs") or known.has_table("alembic_version")
    except DBAPIError:
        there = False  # the program that fills it says what is away
    finally:
        engine.dispose()
    if there:
        raise ConflictError(
            "there is a ledger already in the database. Nothing was changed.",
            file=url.render_as_string(hide_password=True),
            remedy="Restore into an empty database: create one, and name it in [ledger] url.",
        )
    only = []
    if schema := str(workspace.config.section("ledger")["schema"]):
        only = [f"--schema={schema}"]  # which then says nothing of making it
        with engine.begin() as connection:
            connection.execute(CreateSchema(schema, if_not_exists=True))
        engine.dispose()
    postgresql("pg_restore", url, "--no-owner", "--exit-on-error", "--single-transaction", *only, str(aside / DUMP))
    (aside / DUMP).unlink()
    return url


def _empty(url: URL) -> None:
    """Take back out what was put into a database for a restore that came to nothing."""
    with opened(url.render_as_string(hide_password=False)) as ledger, ledger.engine.begin() as connection:
        tables.metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS audit_is_append_only()")


def _hold_end(workspace: Workspace, key: bytes) -> None:
    """The audit log's end as it was in the backup is what its anchor holds from here on."""
    with opened(workspace.ledger_url) as ledger, ledger.read() as connection:
        seq, last = end(connection)
    if seq:
        Anchor(workspace.var / "audit.anchor", derived_key(key, "audit"), None, None).hold(seq, last)


def _move(aside: Path, root: Path) -> None:
    for path in sorted(aside.rglob("*")):
        target = root / path.relative_to(aside)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True, mode=0o700)
        elif not target.exists():
            path.rename(target)
    for folder in (root, root / "var"):
        keep_names(folder)
