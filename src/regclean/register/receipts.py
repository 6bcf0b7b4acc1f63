"""Receipts in the register: what was done there, under a token that nobody can use twice.

An attempt ends in one of two ways: with its receipt, or closed. Closing puts a void receipt under the token, which waits
for a transaction that may still commit, and which no later one can get past. So where an answer was lost, the register
can be asked, and its answer holds for good.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Column, Connection, MetaData, String, Table, Text, insert, select, update

from regclean.domain.findings import canonical_json, digest
from regclean.register.lines import Seen

VOID = "void"
own = MetaData()
receipts = Table(
    "regclean_receipts",
    own,
    Column("token", String(80), primary_key=True),
    Column("batch", String(40), nullable=False),
    Column("applied_by", String(80), nullable=False),
    Column("applied_at", String(40), nullable=False),
    Column("undo", String(5), nullable=False),
    Column("detail", Text, nullable=False),
)
merged = Table(
    "regclean_merged",
    own,
    Column("customer_no", String(80), primary_key=True),
    Column("survivor_no", String(80), nullable=False),
    Column("batch", String(40), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one apply or undo did: every line as it came out, and what cells held exactly where that matters.

    `held` are findings that were not written because one of their lines is not as expected any more.
    """

    token: str
    batch: int
    user: str
    at: datetime
    undo: bool
    seen: tuple[Seen, ...]
    found: Mapping[int, str] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    earlier: bool = False  # it was there already: this time nothing was written


def ready(connection: Connection) -> bool:
    """Are the tables of receipts there?"""
    return bool(connection.dialect.has_table(connection, receipts.name))


def attempt(connection: Connection, first: str) -> str:
    """The token of the attempt that came through, else of the next one: `first`, or one after it when that was closed."""
    token, number = first, 1
    while ready(connection) and _kind(connection, token) == VOID:
        number += 1
        token = digest([first, number])
    return token


def read(connection: Connection, token: str) -> Receipt | None:
    """The receipt that an attempt left, if it came through."""
    if not ready(connection):
        return None
    row = connection.execute(select(receipts).where(receipts.c.token == token)).mappings().first()
    if row is None or row["undo"] == VOID:
        return None
    detail = json.loads(row["detail"])
    return Receipt(
        token=token,
        batch=int(row["batch"]),
        user=row["applied_by"],
        at=datetime.fromisoformat(row["applied_at"]),
        undo=row["undo"] == "true",
        seen=tuple(Seen(seq, status, None, why) for seq, status, why in detail["seen"]),
        found={int(seq): text for seq, text in detail["found"].items()},
        held=frozenset(detail["held"]),
        earlier=True,
    )


def begin(connection: Connection, draft: Receipt) -> None:
    """Take the token. Errors: IntegrityError when it is used up."""
    connection.execute(insert(receipts).values(_row(draft)))


def complete(connection: Connection, receipt: Receipt) -> None:
    """Write what was done into the receipt that was begun."""
    connection.execute(update(receipts).where(receipts.c.token == receipt.token).values(_row(receipt)))


def close(connection: Connection, token: str, batch: int, now: datetime) -> None:
    """Use a token up. Errors: IntegrityError when it is."""
    connection.execute(insert(receipts).values(_row(Receipt(token, batch, "", now, False, ())) | {"undo": VOID}))


def _kind(connection: Connection, token: str) -> str | None:
    return connection.execute(select(receipts.c.undo).where(receipts.c.token == token)).scalar()


def _row(receipt: Receipt) -> dict[str, str]:
    detail = {
        "seen": [[one.seq, one.status, one.why] for one in receipt.seen],
        "found": {str(seq): text for seq, text in sorted(receipt.found.items())},
        "held": sorted(receipt.held),
    }
    return {
        "token": receipt.token,
        "batch": str(receipt.batch),
        "applied_by": receipt.user,
        "applied_at": receipt.at.isoformat(),
        "undo": str(receipt.undo).lower(),
        "detail": canonical_json(detail),
    }
