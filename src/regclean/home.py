"""A workspace, its ledger and its key know each other: a stranger or a missing one stops, instead of beginning anew."""

from __future__ import annotations

import logging
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.engine import make_url

from regclean import key_change
from regclean.config import Workspace, another_key, derived_key, fingerprint, present_key, workspace_key
from regclean.config.identity import FILE, Identity, remember, remembered
from regclean.errors import ConfigError, UnavailableError
from regclean.ledger import Anchor, Ledger, audit, is_there, open_ledger, opened, runs
from regclean.ledger.tables import identity
from regclean.warehouse import Warehouse

ANCHOR = "audit.anchor"
_log = logging.getLogger("regclean")


def warehouse_of(workspace: Workspace, *, threads: int = 0, memory_limit: str = "") -> Warehouse:
    """Where the workspace's nights are written and read."""
    share = str(workspace.config.section("warehouse")["share"])
    return Warehouse(
        workspace.var / "warehouse",
        share=workspace.root / share if share else None,
        threads=threads,
        memory_limit=memory_limit,
    )


def own_expectations(workspace: Workspace) -> Path | None:
    """Where the company keeps quality gates of its own, if it does."""
    folder = workspace.root / "expectations"
    return folder if folder.is_dir() else None


@contextmanager
def own_ledger(workspace: Workspace) -> Iterator[Ledger]:
    """`open_own_ledger` for the length of a `with` block."""
    ledger = open_own_ledger(workspace)
    try:
        yield ledger
    finally:
        ledger.close()


def open_own_ledger(workspace: Workspace) -> Ledger:
    """The workspace's ledger, made with the workspace. Nothing is written to a ledger that is another's.

    Errors: UnavailableError when the ledger is gone, ConfigError when it or the key is another's, LedgerError.
    """
    if (workspace.var / key_change.FOLDER).exists() and is_there(workspace.ledger_url):
        with opened(workspace.ledger_url) as found_ledger:
            key_change.take_up(workspace, found_ledger, lambda key: anchor_under(workspace, key))
    known = remembered(workspace.var)
    if known is not None:
        workspace_key(workspace.var)
        if not is_there(workspace.ledger_url):
            raise UnavailableError(
                "the workspace's ledger is not there, or empty.",
                file=_where(workspace),
                remedy=restore_remedy(workspace),
            )
    ledger = open_ledger(workspace.ledger_url)
    begins = False
    try:
        found = identity_of(ledger)
        if known is None:
            known = _met(workspace, ledger, found)
            remember(workspace.var, known)
            begins = True
        elif found != known:
            raise ConfigError(
                "this is not the ledger that the workspace was made with.",
                file=_where(workspace),
                remedy=restore_remedy(workspace),
            )
        ledger.anchor = anchor_under(workspace, workspace_key(workspace.var))
        ledger.key = known.key
        if begins and ledger.anchor.held() is None:
            with ledger.read() as reading:
                seq, end = audit.end(reading)
            if seq:
                ledger.anchor.hold(seq, end)
    except BaseException:
        ledger.close()
        raise
    _keep_private(workspace)
    return ledger


def anchor_under(workspace: Workspace, key: bytes) -> Anchor:
    """Where the audit log's end is held, under a key of the workspace's."""
    settings = workspace.config.section("audit")
    copy = str(settings["copy_to"])
    own = derived_key(key, "audit")
    return Anchor(workspace.var / ANCHOR, own, workspace.root / copy if copy else None, str(settings["syslog"]) or None)


def _keep_private(workspace: Workspace) -> None:
    """What holds personal data is its owner's alone. What cannot be mended is said."""
    os.umask(0o077)
    var = workspace.var
    url = make_url(workspace.ledger_url)
    outside = [Path(url.database)] if url.get_backend_name() == "sqlite" and url.database else []
    names = ("*", "warehouse/*", "exports/*", "exports/*/*")
    for path in (var, *outside, *(found for name in names for found in var.glob(name))):
        try:
            mode = path.stat().st_mode
            if mode & 0o077:
                path.chmod(stat.S_IMODE(mode) & 0o700)
        except FileNotFoundError:
            continue
        except OSError:
            _log.warning("%s can be read by others, and its rights cannot be changed here", path)


def _met(workspace: Workspace, ledger: Ledger, found: Identity | None) -> Identity:
    """The first time that this folder and this ledger see each other."""
    if found is not None:  # another host's workspace may share the ledger, and then has its key
        key = present_key(workspace.var)
        if key is None or fingerprint(key) != found.key:
            raise another_key(workspace.var, missing=key is None)
        return found
    nights = warehouse_of(workspace).published()
    if nights and runs.last_published(ledger) is None:
        raise ConfigError(
            f"the ledger is empty, but there are nights in {workspace.var / 'warehouse'}.",
            file=_where(workspace),
            remedy=restore_remedy(workspace),
        )
    made = Identity(uuid.uuid4().hex, fingerprint(workspace_key(workspace.var)))
    with ledger.write() as writing:
        if writing.execute(select(identity.c.name)).first() is None:
            rows = [{"name": "ledger", "value": made.ledger}, {"name": "key", "value": made.key}]
            writing.execute(insert(identity), rows)
    return identity_of(ledger) or made


def identity_of(ledger: Ledger) -> Identity | None:
    """Which ledger this is, and whose key it goes with; None of one that no workspace has met yet."""
    with ledger.read() as reading:
        values = {row.name: row.value for row in reading.execute(select(identity.c.name, identity.c.value))}
    return Identity(values["ledger"], values["key"]) if values else None


def _where(workspace: Workspace) -> str:
    return make_url(workspace.ledger_url).render_as_string(hide_password=True)


def restore_remedy(workspace: Workspace) -> str:
    """What is said where a workspace meets another's ledger, or none."""
    return (
        f"Restore the ledger from a backup, or correct [ledger] url. Nothing was changed. "
        f"To begin anew on purpose, remove {workspace.var / FILE} and the nights in {workspace.var / 'warehouse'}."
    )
