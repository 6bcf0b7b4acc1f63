"""A workspace, its ledger and its key know each other: a stranger or a missing one stops, instead of beginning anew."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import insert, select

from regclean.config import Workspace, another_key, fingerprint, present_key, workspace_key
from regclean.config.identity import FILE, Identity, remember, remembered
from regclean.errors import ConfigError, UnavailableError
from regclean.ledger import Ledger, is_there, open_ledger, runs
from regclean.ledger.tables import identity
from regclean.warehouse import Warehouse


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
    known = remembered(workspace.var)
    if known is not None:
        workspace_key(workspace.var)
        if not is_there(workspace.ledger_url):
            raise UnavailableError(
                "the workspace's ledger is not there, or empty.", file=_where(workspace), remedy=_restore(workspace)
            )
    ledger = open_ledger(workspace.ledger_url)
    try:
        found = _identity(ledger)
        if known is None:
            known = _met(workspace, ledger, found)
            remember(workspace.var, known)
        elif found != known:
            raise ConfigError(
                "this is not the ledger that the workspace was made with.",
                file=_where(workspace),
                remedy=_restore(workspace),
            )
    except BaseException:
        ledger.close()
        raise
    return ledger


def _met(workspace: Workspace, ledger: Ledger, found: Identity | None) -> Identity:
    """The first time that this folder and this ledger see each other."""
    if found is not None:  # another host's workspace may share the ledger, and then has its key
        key = present_key(workspace.var)
        if key is None or fingerprint(key) != found.key:
            raise another_key(workspace.var, missing=key is None)
        return found
    nights = Warehouse(workspace.var / "warehouse").published()
    if nights and runs.last_published(ledger) is None:
        raise ConfigError(
            f"the ledger is empty, but there are nights in {workspace.var / 'warehouse'}.",
            file=_where(workspace),
            remedy=_restore(workspace),
        )
    made = Identity(uuid.uuid4().hex, fingerprint(workspace_key(workspace.var)))
    with ledger.write() as writing:
        if writing.execute(select(identity.c.name)).first() is None:
            rows = [{"name": "ledger", "value": made.ledger}, {"name": "key", "value": made.key}]
            writing.execute(insert(identity), rows)
    return _identity(ledger) or made


def _identity(ledger: Ledger) -> Identity | None:
    with ledger.read() as reading:
        values = {row.name: row.value for row in reading.execute(select(identity.c.name, identity.c.value))}
    return Identity(values["ledger"], values["key"]) if values else None


def _where(workspace: Workspace) -> str:
    from sqlalchemy.engine import make_url

    return make_url(workspace.ledger_url).render_as_string(hide_password=True)


def _restore(workspace: Workspace) -> str:
    return (
        f"Restore the ledger from a backup, or correct [ledger] url. Nothing was changed. "
        f"To begin anew on purpose, remove {workspace.var / FILE} and the nights in {workspace.var / 'warehouse'}."
    )
