"""Find a customer, a site or a shared bin of the night in force by the beginning of anything that it is known by.

Invariant: what is looked up is a range of a sorted table, so that a long register costs no more than a short one. A
national id is found by its whole keyed hash alone, and stands in no answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from regclean.inspection.hidden import PACKAGE, hide
from regclean.warehouse import load_sql, rows

MOST_WORDS = 6  # of a question; more say nothing more
LOOKED_AT = 60  # the first of a range; the best of them are shown
AMONG, EVERY = 5_000, 2**62  # terms among which several words are looked for, and then
ENOUGH = 12  # found among the first: no more are shown
NUMBER = 4  # digits of a house number at most: it belongs to the word before it
LAST = "\U0010ffff"  # behind every text that begins with another
TABLES = ("customers", "bin_groups", "sites")  # in the order in which they are told
# Found by their own sign, whole: these come first.
SIGNS = frozenset({"customer_no", "site_no", "bin_group_no", "service_no", "business_id", "national_id"})


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. `field`: what of it begins as was asked; `label` and `place` are None of the protected."""

    table: str
    key: str
    label: str | None
    place: str | None
    field: str
    ended: bool
    protected: bool


def write_search_index(connection: duckdb.DuckDBPyConnection, protected: Collection[str]) -> int:
    """Fill the tables that `search` reads; returns how many subjects can be found. `protected`: numbers that the ledger
    knows to be under non-disclosure besides those of the night.
    """
    hide(connection, protected)
    connection.execute(load_sql("search_index", PACKAGE))
    return int(rows(connection, "SELECT count(*) FROM search_subjects")[0][0])


def search(
    connection: duckdb.DuckDBPyConnection,
    text: str,
    *,
    restricted: bool,
    id_hash: str | None = None,
    limit: int = 12,
) -> list[Hit]:
    """The best hits for what somebody wrote, the likeliest first.

    Every word must begin something of the same subject; a house number belongs to its street. `restricted`: protected
    subjects too. `id_hash`: the keyed hash of the national id that the text is, if it is one.
    """
    words = str(rows(connection, "SELECT search_words($text)", {"text": text})[0][0] or "").split()[:MOST_WORDS]
    asked = [[f"#{id_hash}"]] if id_hash is not None else []
    if words:
        close = "".join(words)
        asked += [[text] for text in dict.fromkeys((" ".join(words), close, close.removeprefix("00"))) if text]
        asked += [parts] if len(parts := _parts(words)) > 1 else []
    found: dict[int, tuple[bool, str]] = {}
    for beginnings in asked:
        for term, doc, field in _range(connection, beginnings, restricted=restricted):
            found.setdefault(doc, (term == beginnings[0], field))
        if len(found) >= LOOKED_AT:
            break  # what begins as the whole text does is better than any of its words elsewhere
    return _hits(connection, found)[:limit]


def _parts(words: Sequence[str]) -> list[str]:
    """Words that stand for themselves, each with the numbers behind it, the longest first: it names the fewest."""
    parts: list[str] = []
    for word in words:
        number = word[0].isdigit() and len(word) <= NUMBER
        behind = bool(parts) and any(sign.isdigit() for sign in parts[-1]) and len(word) <= 2
        if parts and not parts[-1][0].isdigit() and (number or behind):
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    return sorted(parts, key=lambda part: -len(part))


def _range(
    connection: duckdb.DuckDBPyConnection, beginnings: Sequence[str], *, restricted: bool
) -> list[tuple[str, int, str]]:
    """The first terms that begin with the first text, of subjects that have one for each of the others.

    Words of one letter begin a great part of all terms. So the others are looked for among the first terms alone, and
    among all of them only where that gives too few.
    """
    bounds: dict[str, str] = {}
    for number, text in enumerate(beginnings):
        bounds |= {f"from{number}": text, f"to{number}": text + LAST}
    others = " AND ".join(
        f"doc IN (SELECT doc FROM search_terms WHERE term >= $from{number} AND term < $to{number})"  # noqa: S608  # numbers of ours
        for number in range(1, len(beginnings))
    )
    seen = "" if restricted else " AND NOT protected"
    # The table is sorted, and read in its order: a limit ends the reading.
    first = f"SELECT term, doc, field FROM search_terms WHERE term >= $from0 AND term < $to0{seen} LIMIT "  # noqa: S608  # conditions of ours; what was asked is bound
    if not others:
        return _terms(connection, f"{first}{LOOKED_AT}", bounds)
    found: list[tuple[str, int, str]] = []
    for most in (AMONG, EVERY):
        among = f"WITH begun AS MATERIALIZED ({first}{most}) SELECT term, doc, field FROM begun"  # noqa: S608  # the query above, and a number of ours
        found = _terms(connection, f"{among} WHERE {others} ORDER BY term, doc LIMIT {LOOKED_AT}", bounds)
        if len(found) >= ENOUGH:
            break
    return found


def _terms(connection: duckdb.DuckDBPyConnection, query: str, bounds: dict[str, str]) -> list[tuple[str, int, str]]:
    return [(str(term), int(doc), str(field)) for term, doc, field in rows(connection, query, bounds)]


def _hits(connection: duckdb.DuckDBPyConnection, found: dict[int, tuple[bool, str]]) -> list[Hit]:
    if not found:
        return []
    query = """SELECT doc, table_name, key, label, place, ended, protected FROM search_subjects
        WHERE doc IN (SELECT unnest($docs))"""
    hits = []
    for doc, table, key, label, place, ended, protected in rows(connection, query, {"docs": list(found)}):
        exact, field = found[doc]
        hit = Hit(table, key, None if protected else label, None if protected else place, field, ended, protected)
        sure = exact and field in SIGNS
        hits.append((not sure, not exact, ended, TABLES.index(table), label or "", len(key), key, hit))
    return [hit for *_, hit in sorted(hits, key=lambda one: one[:-1])]
