"""Compares candidate pairs with Splink, and says what each pattern of levels means.

Splink makes the comparison vectors and looks up how rare the agreeing values are, on either engine. The posterior is ours
(`mixture.py`): two classes, match and stranger, would take spouses who share surname, address and phone for one person.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import log, log2

import duckdb
import numpy as np
import polars as pl

from regclean.linkage import mixture, offsets
from regclean.linkage.comparison import DUCKDB, Comparison
from regclean.linkage.model import (
    NAMES,
    OTHER_FIRST_NAME,
    SAME_FIRST_NAME,
    SAME_PLACE,
    comparisons,
    term_frequency_columns,
)
from regclean.linkage.parameters import Parameters
from regclean.linkage.patterns import as_patterns
from regclean.linkage.shared_comparisons import MISSING
from regclean.linkage.splink_settings import splink_settings
from regclean.warehouse import load_sql, rows, temp_table

PACKAGE = "regclean.linkage"
# Splink keeps every column that it compared, for both rows: so many pairs at a time bound the memory.
PAIRS_AT_A_TIME = 1_500_000
ENTITIES = {"person": "link_persons", "organisation": "link_organisations"}
# Compares the pairs of `link_numbered` into the table of that name.
Score = Callable[[duckdb.DuckDBPyConnection, str, str, str], None]


@contextmanager
def scratch(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Splink's intermediate tables go into memory, not into the night's file. Temp tables stay in sight."""
    home = str(rows(connection, "SELECT current_database()")[0][0]).replace('"', '""')
    connection.execute("ATTACH IF NOT EXISTS ':memory:' AS link_scratch")
    connection.execute("USE link_scratch")
    try:
        yield
    finally:
        connection.execute(f'USE "{home}"')
        connection.execute("DETACH link_scratch")


def quieten_splink() -> None:
    """Its progress lines are not the user's. What it would warn of, untrained levels, `Parameters.check` makes an error."""
    logging.getLogger("splink").setLevel(logging.ERROR)


def compare(connection: duckdb.DuckDBPyConnection, model: str, country: str, *, score: Score | None = None) -> None:
    """Compare the pairs of `link_blocked` (match_key, join_key_l, join_key_r) into temp table `link_compared`.

    Columns: entity_l, entity_r, match_key, gamma_<comparison> (level number, the last level 0, missing -1), cell (of an equal
    full name, else -1), rarity: -log2 of the frequency of the values that agree outside a full name; and alike: two rows of one kind.
    `score`: another engine (`spark.py`).
    """
    parts = comparisons(model, country)
    gammas = ", ".join(f"gamma_{part.name} TINYINT" for part in parts)
    rarities = ", ".join(f"rarity_{part.name} DOUBLE" for part in parts if _has_tf(part))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE link_levels (entity_l BIGINT, entity_r BIGINT, match_key TEXT, {gammas}, {rarities})"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE link_numbered AS "  # noqa: S608  # constants
        f"SELECT *, (row_number() OVER (ORDER BY join_key_l, join_key_r, match_key) - 1) // {PAIRS_AT_A_TIME} AS part FROM link_blocked"
    )
    with scratch(connection):
        (score or _compare_parts)(connection, model, country, "link_levels")
    names = NAMES[model]
    full = " AND ".join(f"gamma_{part.name} IN ({_whole(part)})" for part in parts if part.name in names)
    other = " + ".join(f"rarity_{part.name}" for part in parts if _has_tf(part) and part.name not in names) or "0.0"
    of_names = " + ".join(f"rarity_{name}" for name in names)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE link_compared AS
        SELECT s.* EXCLUDE ({", ".join(f"rarity_{part.name}" for part in parts if _has_tf(part))}),
            CASE WHEN {full} THEN coalesce(l.cell, -1) ELSE -1 END AS cell,
            {other} + CASE WHEN {full} AND l.cell IS NOT NULL THEN 0.0 ELSE {of_names} END AS rarity,
            '{model}' <> 'person' OR l.kind = r.kind AS alike
        FROM link_levels s
        JOIN {ENTITIES[model]} l ON l.entity = s.entity_l
        JOIN {ENTITIES[model]} r ON r.entity = s.entity_r
        WHERE l.customer_no <> r.customer_no"""  # noqa: S608  # constants
    )
    connection.execute("DROP TABLE link_numbered; DROP TABLE link_levels")


def _has_tf(part: Comparison) -> bool:
    return any(level.tf for level in part.levels)


def _whole(part: Comparison) -> str:
    """Gammas at which this part of a name is equal."""
    equal = SAME_FIRST_NAME if part.name == "given_name" else ("equal",)
    return ", ".join(str(gamma(part, code)) for code in equal)


def _compare_parts(connection: duckdb.DuckDBPyConnection, model: str, country: str, output: str) -> None:
    from splink import DuckDBAPI, Linker  # slow to import, and only nights need it

    quieten_splink()
    parts = comparisons(model, country)
    api = DuckDBAPI(connection=connection)
    entities = api.register(paired_entities(connection, ENTITIES[model]))
    # The settings are our own: to have Splink read each of their expressions again takes longer than a small night's pairs.
    linker = Linker(entities, splink_settings(model, country, DUCKDB), log_level=None, validate_settings=False)
    for column in term_frequency_columns(model, country):
        linker.table_management.register_term_frequency_lookup(
            api.register(term_frequencies(connection, ENTITIES[model], column)),
            column,
        )
    columns = ", ".join(f"gamma_{part.name}" for part in parts) + ", " + rarity_expressions(parts)
    for (part,) in rows(connection, "SELECT DISTINCT part FROM link_numbered ORDER BY part"):
        query = f"SELECT match_key, join_key_l, join_key_r FROM link_numbered WHERE part = {int(part)}"  # noqa: S608  # a number
        linker.table_management.register_blocked_pairs_for_predict(api.register(connection.sql(query)))
        result = linker.inference.predict(warning_mode="never")
        connection.execute(
            f"INSERT INTO {output} SELECT least(entity_l, entity_r), greatest(entity_l, entity_r), match_key, {columns} "  # noqa: S608  # constants
            f"FROM {result.physical_name}"
        )
        result.drop_table_from_database_and_remove_from_cache()
    api.delete_tables_created_by_splink_from_db()


def rarity_expressions(parts: tuple[Comparison, ...]) -> str:
    """DuckDB's expressions of the rarity of the values that agree, over the columns of a Splink prediction.

    Splink adjusts a level by log2(u / frequency); without its u it is the rarity alone.
    """
    found = []
    for part in parts:
        refined = ", ".join(str(gamma(part, level.code)) for level in part.levels if level.tf)
        if refined:
            adjusted = f"mw_tf_adj_{part.name} - ({log2(1 / len(part.levels))!r}::DOUBLE)"
            found.append(
                f"CASE WHEN gamma_{part.name} IN ({refined}) THEN {adjusted} ELSE 0.0 END AS rarity_{part.name}"
            )
    return ", ".join(found)


def paired_entities(connection: duckdb.DuckDBPyConnection, entities: str) -> duckdb.DuckDBPyRelation:
    """The rows of `entities` that stand in some pair of `link_numbered`."""
    return connection.sql(load_sql("paired_entities", PACKAGE), params={"entities": entities})


def term_frequencies(connection: duckdb.DuckDBPyConnection, entities: str, column: str) -> duckdb.DuckDBPyRelation:
    """As Splink looks them up (<column>, tf_<column>): how probable it is that a stranger bears the value that one row bears."""
    found = connection.sql(load_sql("term_frequency", PACKAGE), params={"entities": entities, "column": column})
    return found.project(f"value AS {column}, frequency AS tf_{column}")


def gamma(comparison: Comparison, code: str) -> int:
    """Splink's number of a level: the last one is 0, the first one the highest."""
    return len(comparison.levels) - 1 - comparison.codes.index(code)


# What a pattern of levels says beyond its weights: (flag, comparison, levels).
_FLAGS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("shares_place", "address", frozenset(SAME_PLACE)),
    ("shares_place", "street", frozenset({"same_house", "same_house_other_spelling"})),
    ("shares_name", "surname", frozenset({"equal", "part_or_previous"})),
    ("shares_contact", "phone", frozenset({"equal", "second_number"})),
    ("shares_contact", "email", frozenset({"equal", "equal_of_name"})),
    ("shares_contact", "account", frozenset({"equal"})),
    ("name_conflict", "given_name", frozenset(OTHER_FIRST_NAME)),
    ("name_conflict", "organisation_name", frozenset({"different"})),
    ("birth_conflict", "identity", frozenset({"different", "other_national_id"})),
    ("birth_conflict", "birth_date", frozenset({"different"})),
    ("handover", "time", frozenset({"handover"})),
    ("next_door", "address", frozenset({"same_site_other_flat"})),
)


_WATERFALL = pl.List(pl.Struct({"comparison": pl.String, "level": pl.String, "weight": pl.Float64}))


def posterior(connection: duckdb.DuckDBPyConnection, parameters: Parameters) -> None:
    """Temp table `link_<model>_scored`: the compared pairs with p_same, p_household, match_weight and their pattern's flags.

    A million pairs hold a few thousand patterns: each is judged once. `link_<model>_patterns` keeps its explanation.
    """
    model = parameters.model
    parts = comparisons(model, parameters.country)
    gammas = ", ".join(f"gamma_{part.name}" for part in parts)
    table = f"link_{model}_patterns"
    frame = connection.sql(load_sql("patterns", PACKAGE)).pl().with_row_index("pattern")
    judged = judge_patterns(frame, parameters, count(connection, ENTITIES[model]))
    temp_table(connection, table, judged)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE link_{model}_scored AS "  # noqa: S608  # constants
        f"SELECT s.entity_l, s.entity_r, p.* EXCLUDE ({gammas}, cell, bits, pairs, rarity, reasons, waterfall) "
        f"FROM (SELECT *, round(rarity) AS bits FROM link_compared WHERE match_key NOT IN ('random', 'decided')) s "
        f"JOIN {table} p USING ({gammas}, cell, bits)"
    )


def judge_patterns(frame: pl.DataFrame, parameters: Parameters, size: int) -> pl.DataFrame:
    """Patterns with p_same, p_household, match_weight (log2 of posterior odds less log2 of prior odds), flags, `reasons`
    (list of "comparison.level") and `waterfall` (list of comparison, level, weight), whose weights sum to match_weight.
    """
    parts = comparisons(parameters.model, parameters.country)
    patterns = as_patterns(frame, parts, parameters.country)
    classes = mixture.posteriors(parameters, parts, patterns, size)
    learnt = offsets.shift(parameters.offsets, patterns, parts)
    classes = offsets.shifted(classes, learnt, mixture.SAME)
    same = classes[:, list(mixture.SAME)].sum(axis=1)
    home = classes[:, [mixture.HOUSEHOLD, mixture.NAMESAKE]].sum(axis=1)
    prior = sum(parameters.shares(size)[k] for k in mixture.SAME)
    odds = np.log2(np.maximum(same, 1e-300)) - np.log2(np.maximum(1.0 - same, 1e-300))
    weight = np.clip(odds - np.log2(prior / (1 - prior)), -200.0, 200.0)
    steps = mixture.weights(parameters, parts, patterns, size)
    flags = {name: np.zeros(frame.height, dtype=bool) for name, _, _ in _FLAGS}
    for name, of, codes in _FLAGS:
        flags[name] |= patterns.agrees(parts, of, tuple(codes))
    reasons, waterfalls = [], []
    for i in range(frame.height):
        said = [
            (part, part.codes[code])
            for part, code in zip(parts, patterns.codes[i], strict=True)
            if code >= 0 and part.codes[code] != MISSING
        ]
        reasons.append([f"{part.name}.{level}" for part, level in said])
        found = [(part.name, level, steps[part.name][i]) for part, level in said]
        if abs(steps["rarity"][i]) > 5e-4:
            found.append(("rarity", "term_frequency", steps["rarity"][i]))
        if learnt[i]:
            found.append(("labels", "offset", learnt[i] / log(2.0)))
        found.append(("household", "against_household", weight[i] - sum(w for _, _, w in found)))
        waterfalls.append([{"comparison": name, "level": level, "weight": round(w, 3)} for name, level, w in found])
    return frame.with_columns(
        pl.Series("p_same", same),
        pl.Series("p_household", home),
        pl.Series("match_weight", weight),
        *(pl.Series(name, values) for name, values in flags.items()),
        pl.Series("full_name", patterns.cell >= 0),
        pl.Series("reasons", reasons, dtype=pl.List(pl.String)),
        pl.Series("waterfall", waterfalls, dtype=_WATERFALL),
    )


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(rows(connection, f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608  # a constant
