"""What the ledger may hold only under seal: national ids, and the list of whom a page must not show.

The seal is authenticated encryption (Fernet) under a key derived from the workspace's, which is not in the ledger: a
copied database reveals no id. Opening one is for the page, which asks for a right and a reason and writes both down.
"""

from __future__ import annotations

import base64

import duckdb
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, select

from regclean.config import derived_key
from regclean.ledger import Ledger, in_chunks, insert_missing
from regclean.ledger.tables import protected_subjects, sealed
from regclean.sealing import Seal
from regclean.warehouse import load_sql, rows

PACKAGE = "regclean.findings"
NATIONAL_ID = "national_id"


def seal(ledger: Ledger, connection: duckdb.DuckDBPyConnection, key: bytes, run_id: str) -> int:
    """Seal the national ids of the customers that one night's findings are about; what is no longer needed goes.

    `key` is the workspace's. Also notes who is under non-disclosure. The same night again changes nothing. Returns how
    many ids are under seal.
    """
    fernet = _fernet(key)
    night = Seal(key)
    held = rows(connection, load_sql("national_ids", PACKAGE))
    wanted = {subject: night.opened(value).strip() for subject, value in held}
    with ledger.read() as reading:
        query = select(sealed.c.subject, sealed.c.sealed).where(sealed.c.field == NATIONAL_ID)
        kept = {row.subject: row.sealed for row in reading.execute(query)}
    same = {subject for subject, token in kept.items() if _opened(fernet, token) == wanted.get(subject)}
    stale = sorted(kept.keys() - same)
    new = [
        {
            "subject": subject,
            "field": NATIONAL_ID,
            "sealed": fernet.encrypt(wanted[subject].encode()).decode(),
            "run_id": run_id,
        }
        for subject in sorted(wanted.keys() - same)
    ]
    _note_protected(ledger, [row[0] for row in rows(connection, load_sql("protected_customers", PACKAGE))], run_id)
    for some in in_chunks(stale):
        with ledger.write() as writing:
            writing.execute(delete(sealed).where(sealed.c.subject.in_(some)))
    for chunk in in_chunks(new):
        with ledger.write() as writing:
            insert_missing(writing, sealed, chunk)
    return len(wanted)


def unseal(token: str, key: bytes) -> str | None:
    """The value under a seal; None when it was made with another key. `key` is the workspace's."""
    return _opened(_fernet(key), token)


def close(value: str, key: bytes) -> str:
    """A value under seal. `key` is the workspace's."""
    return _fernet(key).encrypt(value.encode()).decode()


def _note_protected(ledger: Ledger, subjects: list[str], run_id: str) -> None:
    with ledger.write() as writing:
        for some in in_chunks(subjects):
            writing.execute(delete(protected_subjects).where(protected_subjects.c.subject.in_(some)))
            insert_missing(writing, protected_subjects, [{"subject": subject, "run_id": run_id} for subject in some])


def _fernet(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key(key, "seal")))


def _opened(fernet: Fernet, token: str) -> str | None:
    try:
        return fernet.decrypt(token.encode()).decode()
    except InvalidToken:
        return None
