"""One night's file under another key: a new file, of which no block ever held anything under the old one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from regclean.config import derived_key
from regclean.domain.findings import digest
from regclean.findings import record_digests
from regclean.rekeying.words import Words
from regclean.sealing import sealed
from regclean.standardise import national_id_hash
from regclean.warehouse import load_sql, rows, temp_table

_PURPOSE = "national_id"
_IDS = """
    SELECT national_id FROM landed.customers WHERE national_id IS NOT NULL
    UNION SELECT national_id FROM landed.misplaced_ids WHERE national_id IS NOT NULL
"""
_HASHES = """
    SELECT national_id_hash FROM customers WHERE national_id_hash IS NOT NULL
    UNION SELECT national_id_hash FROM member_ids WHERE national_id_hash IS NOT NULL
"""
_UNKEYED = ("_hash", "sha256")  # columns of digests that no key goes into


@dataclass(slots=True)
class NightChange:
    """What a night says under the new key. `records`: customer -> digest (old, new); `fingerprints`: of findings, old -> new, also
    of those that stay; `evidence`: digest of the old payload -> the new payload.
    """

    records: dict[str, tuple[str, str]] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)


def change_night(source: Path, target: Path, words: Words, settings: Mapping[str, Any], as_of: date) -> NightChange:
    """Write the night of `source` to `target` under the new key. `settings`: of the workspace. Errors: duckdb.Error."""
    stage = target.with_suffix(".part")
    stage.unlink(missing_ok=True)
    _copy(source, stage)
    with duckdb.connect(str(stage)) as night:
        night.execute("SET enable_progress_bar = false")
        night.execute(load_sql("macros"))
        _learn_hashes(night, words, settings, as_of)
        before = record_digests(night)
        for table, column in _texts(night):
            _rewrite(night, table, column, words)
        after = record_digests(night)
        made = NightChange({number: (before[number], after[number]) for number in before})
        words.known |= dict(made.records.values())
        _findings(night, words, made)
    _copy(stage, target)
    stage.unlink()
    return made


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with duckdb.connect() as both:
        for path, name, mode in ((source, "one", " (READ_ONLY)"), (target, "other", "")):
            both.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS {name}{mode}")
        both.execute("COPY FROM DATABASE one TO other")
        both.execute("DETACH other")
    target.chmod(0o600)


def _learn_hashes(night: duckdb.DuckDBPyConnection, words: Words, settings: Mapping[str, Any], as_of: date) -> None:
    """Every keyed hash of the night, from the ids that it was made of; one of which the id is not there is hashed once more."""
    for (text,) in rows(night, _IDS):
        value = words.opened(text)
        old, new = (
            national_id_hash(
                value,
                country=settings["country"],
                key=derived_key(key, _PURPOSE),
                as_of=as_of,
                accept_test_ids=settings["accept_test_ids"],
            )
            for key in (words.old, words.new)
        )
        if old and new:
            words.known[old] = new
    for (old,) in rows(night, _HASHES):
        words.known.setdefault(old, words.digest(old))


def _texts(night: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    query = """
        SELECT format('"{}"."{}"', c.schema_name, c.table_name), c.column_name FROM duckdb_columns() AS c
        JOIN duckdb_tables() AS t USING (database_name, schema_name, table_name)
        WHERE c.data_type = 'VARCHAR' AND NOT c.internal AND NOT t.temporary ORDER BY ALL
    """
    return [(table, column) for table, column in rows(night, query) if column not in _UNKEYED]


def _rewrite(night: duckdb.DuckDBPyConnection, table: str, column: str, words: Words) -> None:
    if (table, column) in (('"main"."findings"', "evidence"), ('"main"."findings"', "fingerprint")):
        return
    query = f"""SELECT DISTINCT "{column}" FROM {table} WHERE regexp_matches("{column}", '⟦|[0-9a-f]{{64}}')"""  # noqa: S608  # names of the night's own tables and columns, from its catalogue
    changed = [(text, new) for (text,) in rows(night, query) if (new := words.said(text)) != text]
    _replace(night, table, column, changed)


def _replace(night: duckdb.DuckDBPyConnection, table: str, column: str, changed: list[tuple[str, str]]) -> None:
    if changed:
        frame = pl.DataFrame(changed, schema={"was": pl.String, "becomes": pl.String}, orient="row")
        temp_table(night, "other_words", frame)
        night.execute(f'UPDATE {table} SET "{column}" = becomes FROM other_words WHERE "{column}" = was')  # noqa: S608  # names of the night's own tables and columns, from its catalogue


def _findings(night: duckdb.DuckDBPyConnection, words: Words, made: NightChange) -> None:
    texts: list[tuple[str, str]] = []
    prints: list[tuple[str, str]] = []
    for evidence, proposal, old in rows(night, "SELECT evidence, proposal, fingerprint FROM findings"):
        new = old
        text = words.said(evidence)
        if text != evidence or (proposal and sealed(proposal)):
            new = digest([json.loads(text)["basis"], None if proposal is None else json.loads(proposal)])
            texts += [(evidence, text)] if text != evidence else []
            prints.append((old, new))
        made.fingerprints[old] = new
        made.evidence[hashlib.sha256(evidence.encode()).hexdigest()] = text
    _replace(night, "findings", "evidence", texts)
    _replace(night, "findings", "fingerprint", prints)
