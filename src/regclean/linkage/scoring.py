"""Compares candidate pairs with Splink, and turns what it found into the posterior of three classes.

Splink's own score knows two classes, match and stranger. Spouses share surname, address and phone, and no first-name
conflict outweighs that; a third class, members of one household, with rates of its own, does (Splink's weights stay
what the waterfall shows).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import log2

import duckdb
import polars as pl

from regclean.linkage.model import (
    DUCKDB,
    SAME_FIRST_NAME,
    Comparison,
    comparisons,
    splink_settings,
    term_frequency_columns,
)
from regclean.linkage.parameters import Parameters, Probabilities
from regclean.warehouse import load_sql, rows

PACKAGE = "regclean.linkage"
# Splink keeps every column that it compared, for both rows: so many pairs at a time bound the memory.
PAIRS_AT_A_TIME = 1_500_000
ENTITIES = {"person": "link_persons", "organisation": "link_organisations"}
# Compares the pairs of `link_numbered` into the table of that name.
Score = Callable[[duckdb.DuckDBPyConnection, Parameters, str], None]


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


def compare(
    connection: duckdb.DuckDBPyConnection,
    parameters: Parameters,
    *,
    blocked: str,
    output: str,
    score: Score | None = None,
) -> list[str]:
    """Score the pairs of table `blocked` (match_key, join_key_l, join_key_r) into temp table `output`.

    Columns: entity_l, entity_r, match_key, gamma_<comparison> (level number, the last level 0, missing -1), and
    rarity: -log2 of the frequency of the names that agree, which does not depend on the parameters.
    `score`: another engine (`spark.py`). Returns the names of the comparisons.
    """
    model, country = parameters.model, parameters.country
    parameters.check()
    for column in term_frequency_columns(model, country):
        term_frequencies(connection, ENTITIES[model], column)
    parts = comparisons(model, country)
    gammas = ", ".join(f"gamma_{comparison.name} TINYINT" for comparison in parts)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {output} (entity_l BIGINT, entity_r BIGINT, match_key TEXT, {gammas}, rarity DOUBLE)"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE link_numbered AS "  # noqa: S608  # constants
        f"SELECT *, (row_number() OVER (ORDER BY join_key_l, join_key_r, match_key) - 1) // {PAIRS_AT_A_TIME} AS part FROM {blocked}"
    )
    with scratch(connection):
        (score or _compare_parts)(connection, parameters, output)
    connection.execute("DROP TABLE link_numbered")
    return [comparison.name for comparison in parts]


def _compare_parts(connection: duckdb.DuckDBPyConnection, parameters: Parameters, output: str) -> None:
    from splink import DuckDBAPI, Linker  # slow to import, and only nights need it

    quieten_splink()
    model, country = parameters.model, parameters.country
    parts = comparisons(model, country)
    prior, _ = parameters.priors(count(connection, ENTITIES[model]))
    api = DuckDBAPI(connection=connection)
    paired = "SELECT join_key_l FROM link_numbered UNION SELECT join_key_r FROM link_numbered"
    entities = api.register(connection.sql(f"SELECT * FROM {ENTITIES[model]} WHERE entity IN ({paired})"))  # noqa: S608
    linker = Linker(
        entities, splink_settings(model, country, DUCKDB, parameters.m, parameters.u, prior), log_level=None
    )
    for column in term_frequency_columns(model, country):
        linker.table_management.register_term_frequency_lookup(
            api.register(connection.sql(f"SELECT * FROM link_tf_{column}")),  # noqa: S608  # a constant
            column,
        )
    gammas = ", ".join(f"gamma_{comparison.name}" for comparison in parts)
    rarity = rarity_expression(parameters)
    for (part,) in rows(connection, "SELECT DISTINCT part FROM link_numbered ORDER BY part"):
        query = f"SELECT match_key, join_key_l, join_key_r FROM link_numbered WHERE part = {int(part)}"  # noqa: S608
        linker.table_management.register_blocked_pairs_for_predict(api.register(connection.sql(query)))
        result = linker.inference.predict(warning_mode="never")
        connection.execute(
            f"INSERT INTO {output} SELECT least(entity_l, entity_r), greatest(entity_l, entity_r), match_key, {gammas}, {rarity} "  # noqa: S608  # constants
            f"FROM {result.physical_name}"
        )
        result.drop_table_from_database_and_remove_from_cache()
    api.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]  # Splink has no types here


def rarity_expression(parameters: Parameters) -> str:
    """DuckDB's expression of the rarity of the names that agree, over the columns of a Splink prediction."""
    parts = comparisons(parameters.model, parameters.country)
    return " + ".join(_rarity_of(parameters, c) for c in parts if any(level.tf for level in c.levels)) or "0.0"


def _rarity_of(parameters: Parameters, comparison: Comparison) -> str:
    """Splink adjusts a level by log2(u / frequency); without the u it is the rarity alone."""
    cases = " ".join(
        f"WHEN {gamma(comparison, level.code)} THEN mw_tf_adj_{comparison.name} - ({log2(parameters.u[comparison.name][level.code])!r})"
        for level in comparison.levels
        if level.tf
    )
    return f"(CASE gamma_{comparison.name} {cases} ELSE 0 END)"


def term_frequencies(connection: duckdb.DuckDBPyConnection, entities: str, column: str) -> None:
    """Temp table `link_tf_<column>`: how probable it is that a stranger bears the value that one row bears."""
    sql = load_sql("term_frequency", PACKAGE).replace("entities_table", entities).replace("value_column", column)
    connection.execute(sql)


def weight_table(parameters: Parameters) -> pl.DataFrame:
    """One row per comparison and level: comparison, gamma, level, and log2 weights, 0 when missing.

    weight_same, weight_household: of the level as such. tf_base: what the rarity of the agreeing value is counted from.
    weight_namesake: as weight_household, for those of a household whose first names agree.
    """
    rows_ = []
    for comparison in comparisons(parameters.model, parameters.country):
        rows_.append((comparison.name, -1, "missing", 0.0, 0.0, 0.0, 0.0))
        rows_.extend(
            (
                comparison.name,
                gamma(comparison, level.code),
                level.code,
                _log2_ratio(parameters.m, parameters.u, comparison, level.code),
                _log2_ratio(parameters.household, parameters.u, comparison, level.code),
                log2(parameters.u[comparison.name][level.code]) if level.tf else 0.0,
                _log2_ratio(parameters.namesake, parameters.u, comparison, level.code),
            )
            for level in comparison.levels
        )
    schema = {
        "comparison": pl.String,
        "gamma": pl.Int32,
        "level": pl.String,
        "weight_same": pl.Float64,
        "weight_household": pl.Float64,
        "tf_base": pl.Float64,
        "weight_namesake": pl.Float64,
    }
    return pl.DataFrame(rows_, schema=schema, orient="row")


def gamma(comparison: Comparison, code: str) -> int:
    """Splink's number of a level: the last one is 0, the first one the highest."""
    return len(comparison.levels) - 1 - comparison.codes.index(code)


def _log2_ratio(top: Probabilities, bottom: Probabilities, comparison: Comparison, code: str) -> float:
    return log2(top[comparison.name][code] / bottom[comparison.name][code])


# What a pattern of levels says beyond its weights: (flag, comparison, levels).
_FLAGS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("shares_place", "address", frozenset({"same_flat", "same_house", "same_site_flat_missing"})),
    ("shares_place", "street", frozenset({"same_house"})),
    ("shares_name", "surname", frozenset({"equal", "part_or_previous"})),
    ("shares_contact", "phone", frozenset({"equal", "second_number"})),
    ("shares_contact", "email", frozenset({"equal"})),
    ("shares_contact", "account", frozenset({"equal"})),
    # Two generations of men share a first name more often than women do, and seldom every first name.
    ("bare_name", "given_name", frozenset({"equal", "other_names_conflict"})),
    ("contact_conflict", "phone", frozenset({"different"})),
    ("contact_conflict", "email", frozenset({"different"})),
    ("contact_conflict", "account", frozenset({"different"})),
    ("undated", "identity", frozenset({"missing"})),
    ("name_conflict", "given_name", frozenset({"different"})),
    ("name_conflict", "organisation_name", frozenset({"different"})),
    ("full_name", "surname", frozenset({"equal"})),
    ("birth_conflict", "identity", frozenset({"different"})),
    ("birth_conflict", "birth_date", frozenset({"different"})),
)


def posterior(connection: duckdb.DuckDBPyConnection, parameters: Parameters, *, scored: str) -> None:
    """Temp table `link_<model>_scored`: the scored pairs with p_same, p_household, match_weight and their pattern's flags.

    Weights are looked up once per pattern of levels: a million pairs hold a few thousand patterns. `link_<model>_patterns` keeps
    each pattern's part of the explanation.
    """
    model = parameters.model
    gammas = ", ".join(f"gamma_{comparison.name}" for comparison in comparisons(model, parameters.country))
    query = f"SELECT {gammas}, count(*) AS pairs FROM {scored} GROUP BY ALL ORDER BY ALL"  # noqa: S608  # constants
    connection.register("link_pattern_frame", describe_patterns(connection.sql(query).pl(), parameters))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE link_{model}_patterns AS SELECT * FROM link_pattern_frame")  # noqa: S608
    connection.unregister("link_pattern_frame")
    sql = load_sql("posterior", PACKAGE)
    for name, value in (
        ("scored_pairs", scored),
        ("model_patterns", f"link_{model}_patterns"),
        ("output_pairs", f"link_{model}_scored"),
        ("gamma_columns", gammas),
    ):
        sql = sql.replace(name, value)
    prior_same, prior_household = parameters.priors(count(connection, ENTITIES[model]))
    connection.execute(
        sql, {"prior_same": prior_same, "prior_household": prior_household, "rarity": list(parameters.rarity)}
    )


def describe_patterns(patterns: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Patterns of gammas with `pattern` (number), summed log2 weights, flags, and JSON texts `reasons` and `waterfall`."""
    table = weight_table(parameters)
    frame = patterns.with_row_index("pattern")
    names = sorted({flag for flag, _, _ in _FLAGS})
    sums = {"weight_same": pl.lit(0.0), "weight_household": pl.lit(0.0), "tf_base": pl.lit(0.0)}
    flags = {name: pl.lit(value=False) for name in names}
    reasons, steps = [], []
    namesake = None
    if "gamma_given_name" in frame.columns:
        given = next(c for c in comparisons(parameters.model, parameters.country) if c.name == "given_name")
        namesake = pl.col("gamma_given_name").is_in([gamma(given, code) for code in sorted(SAME_FIRST_NAME)])
    for comparison in comparisons(parameters.model, parameters.country):
        levels = table.filter(pl.col("comparison") == comparison.name)
        gammas = levels["gamma"].to_list()
        column = pl.col(f"gamma_{comparison.name}").cast(pl.Int32)
        code = column.replace_strict(gammas, levels["level"].to_list(), return_dtype=pl.String)
        for name in sums:
            value = column.replace_strict(gammas, levels[name].to_list(), return_dtype=pl.Float64)
            if name == "weight_household" and namesake is not None:
                other = column.replace_strict(gammas, levels["weight_namesake"].to_list(), return_dtype=pl.Float64)
                value = pl.when(namesake).then(other).otherwise(value)
            sums[name] = sums[name] + value
        for flag, of, codes in _FLAGS:
            if of == comparison.name:
                flags[flag] = flags[flag] | code.is_in(sorted(codes))
        said = code != "missing"
        reasons.append(pl.when(said).then(pl.format('"{}.{}"', pl.lit(comparison.name), code)))
        weights = [f"{weight:.3f}" for weight in levels["weight_same"].to_list()]
        weight = column.replace_strict(gammas, weights, return_dtype=pl.String)
        step = pl.concat_str(
            pl.lit(f'{{"comparison":"{comparison.name}","level":"'), code, pl.lit('","weight":'), weight, pl.lit("}")
        )
        steps.append(pl.when(said).then(step))
    if namesake is not None:
        flags["full_name"] = flags["full_name"] & namesake
    return frame.with_columns(
        *(expression.alias(name) for name, expression in sums.items()),
        *(expression.alias(name) for name, expression in flags.items()),
        pl.concat_str(reasons, separator=",", ignore_nulls=True).alias("reasons"),
        pl.concat_str(steps, separator=",", ignore_nulls=True).alias("waterfall"),
    )


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(rows(connection, f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608  # a constant
