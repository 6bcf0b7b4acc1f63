"""The ledger under another key, in the one transaction that also says which key is in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, and_, cast, select, type_coerce, update

from regclean.batches import rewrite_lines
from regclean.findings import close, pair_fingerprint, unseal
from regclean.ledger import metadata
from regclean.ledger.seen_tables import seen_records
from regclean.ledger.tables import (
    audit,
    batch_changes,
    decisions,
    evidence,
    findings,
    identity,
    pair_decisions,
    sealed,
)
from regclean.rekeying.night import NightChange
from regclean.rekeying.words import Words

_PRINTS = ("fingerprint", "decided_fingerprint", "rejected_fingerprint")


def change_ledger(writing: Connection, words: Words, night: NightChange, key: str, now: datetime) -> dict[str, int]:
    """Write everything in it anew that depends on the key. `night`: the one in force; `key`: the new fingerprint.

    Returns how many rows were changed, by table.
    """
    counts = {"sealed": _seals(writing, words), "lines": _lines(writing, words, now)}
    counts["evidence"] = _evidence(writing, words, night)
    counts["pairs"] = _pairs(writing, words, night)
    _prints(writing, words, night)
    for table in metadata.sorted_tables:
        if table not in (audit, batch_changes, evidence, seen_records):  # the log stays; the others are done
            for column in table.columns:
                if isinstance(getattr(column.type, "impl_instance", column.type), Text):
                    _texts(writing, table, column, words)
    writing.execute(update(identity).where(identity.c.name == "key").values(value=key))
    return counts


def _seals(writing: Connection, words: Words) -> int:
    rows = writing.execute(select(sealed)).mappings().all()
    for row in rows:
        value = unseal(row["sealed"], words.old)
        if value is not None:
            its = and_(sealed.c.subject == row["subject"], sealed.c.field == row["field"])
            writing.execute(update(sealed).where(its).values(sealed=close(value, words.new)))
    return len(rows)


def _lines(writing: Connection, words: Words, now: datetime) -> int:
    of = batch_changes.c
    changed = {
        (row.batch_id, row.seq): (row.before and words.sealed(row.before), row.after and words.sealed(row.after))
        for row in writing.execute(select(of.batch_id, of.seq, of.before, of.after))
        if "⟦" in f"{row.before}{row.after}"
    }
    rewrite_lines(writing, changed, now)
    return len(changed)


def _evidence(writing: Connection, words: Words, night: NightChange) -> int:
    """Payloads, and the digests that name them: of tonight's evidence as the next night makes them, of older as they were."""
    renamed: dict[str, str] = {}
    changed = 0
    for row in writing.execute(select(evidence)).mappings().all():
        old = row["digest"]
        text = night.evidence.get(old) or words.told(row["payload"])
        if text == row["payload"]:
            continue
        changed += 1
        values = {"payload": text}
        if old in night.evidence:
            values["digest"] = renamed[old] = hashlib.sha256(text.encode()).hexdigest()
        its = and_(evidence.c.finding_id == row["finding_id"], evidence.c.digest == old)
        writing.execute(update(evidence).where(its).values(values))
    for table in (findings, decisions):
        for old, new in renamed.items():
            writing.execute(update(table).where(table.c.evidence_digest == old).values(evidence_digest=new))
    for seen in writing.execute(select(seen_records)).mappings().all():
        if (text := words.told(seen["payload"])) != seen["payload"]:
            its = seen_records.c.digest == seen["digest"]
            writing.execute(update(seen_records).where(its).values(payload=text))
    return changed


def _pairs(writing: Connection, words: Words, night: NightChange) -> int:
    """What was decided of two records holds on: it is known by them as they are under the new key."""
    of = pair_decisions.c
    changed = 0
    for row in writing.execute(select(pair_decisions).where(of.fingerprint.is_not(None))).mappings().all():
        left, right = row["customer_no_l"], row["customer_no_r"]
        new = words.digest(row["fingerprint"])
        if left in night.records and right in night.records:
            was, becomes = zip(night.records[left], night.records[right], strict=True)
            if row["fingerprint"] == pair_fingerprint(left, was[0], right, was[1]):
                new = pair_fingerprint(left, becomes[0], right, becomes[1])
        its = (of.customer_no_l == left, of.customer_no_r == right, of.decision_id == row["decision_id"])
        writing.execute(update(pair_decisions).where(*its).values(fingerprint=new))
        changed += 1
    return changed


def _prints(writing: Connection, words: Words, night: NightChange) -> None:
    """Fingerprints of findings and of decisions on them."""
    of_records = set(writing.execute(select(findings.c.finding_id).where(findings.c.kind == "duplicate")).scalars())
    for table, key in ((findings, findings.c.finding_id), (decisions, decisions.c.decision_id)):
        names = [name for name in _PRINTS if name in table.columns]
        for row in writing.execute(select(key, table.c.finding_id, *(table.c[name] for name in names))).all():
            values: dict[str, str] = {}
            for name in names:
                old = getattr(row, name)
                if old is not None and (old in night.fingerprints or row.finding_id in of_records):
                    new = night.fingerprints.get(old) or words.digest(old)
                    values |= {name: new} if new != old else {}
            if values:
                writing.execute(update(table).where(key == row[0]).values(values))


def _texts(writing: Connection, table: Table, column: Column[Any], words: Words) -> None:
    text = type_coerce(column, Text)
    keys = list(table.primary_key.columns)
    for row in list(_holding(writing, text, keys)):
        its = and_(*(key == value for key, value in zip(keys, row[1:], strict=True)))
        writing.execute(update(table).where(its).values({column: type_coerce(words.sealed(row[0]), Text)}))


def _holding(writing: Connection, text: Any, keys: list[Column[Any]]) -> Iterator[Any]:
    yield from writing.execute(select(text, *keys).where(cast(text, Text).contains("⟦")))
