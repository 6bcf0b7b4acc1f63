"""Candidates of a night by blocking rule, and what each rule found.

    python bench/candidates.py WORKSPACE

WORKSPACE has had its night. `alone`: pairs that no other rule names; `found`: pairs taken for one party, or not told
apart (same, unsure, successor); `related`: kept for another reason (household, related).
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
import polars as pl

from regclean.config import load_workspace
from regclean.linkage.customers import DECIDED, block, prepare
from regclean.linkage.model import MODELS
from regclean.linkage.scoring import ENTITIES
from regclean.night import open_published
from regclean.warehouse import load_sql, rows

FOUND = ("same", "unsure", "successor")
BY_RULE = """
    CREATE OR REPLACE TEMP TABLE by_rule AS
    WITH keyed AS (SELECT DISTINCT entity, rule, key, widest FROM link_keys),
    block AS (SELECT key FROM keyed GROUP BY key HAVING count(*) BETWEEN 2 AND min(widest)),
    member AS (SELECT entity, rule, key FROM keyed SEMI JOIN block USING (key)),
    named AS (
        SELECT DISTINCT l.rule, l.entity AS l, r.entity AS r
        FROM member AS l JOIN member AS r ON l.key = r.key AND l.rule = r.rule AND l.entity < r.entity
    )
    SELECT *, count(*) OVER (PARTITION BY l, r) = 1 AS alone FROM named
"""
FOUND_BY = """
    SELECT
        rule, count(*) AS pairs, count(*) FILTER (alone),
        count(*) FILTER (relation IN $found), count(*) FILTER (relation IN $found AND alone),
        count(*) FILTER (relation NOT IN $found)
    FROM by_rule AS b
    JOIN {table} AS one ON one.entity = b.l
    JOIN {table} AS other ON other.entity = b.r
    LEFT JOIN pairs AS p
        ON p.customer_no_l = least(one.customer_no, other.customer_no)
        AND p.customer_no_r = greatest(one.customer_no, other.customer_no) AND p.model = $model
    GROUP BY rule ORDER BY pairs DESC
"""


def main(root: Path) -> None:
    workspace = load_workspace(root)
    warehouse, run_id = open_published(workspace)
    with tempfile.TemporaryDirectory() as temporary:
        copy = shutil.copyfile(warehouse.found(run_id), Path(temporary) / "night.duckdb")
        with duckdb.connect(str(copy)) as connection:
            connection.execute(load_sql("macros"))
            nobody = pl.DataFrame(schema=dict.fromkeys(DECIDED, pl.String))
            prepare(connection, workspace.config.country, nobody, workspace.var / "models")
            for model in MODELS:
                block(connection, model, workspace.config.country)
                connection.execute(BY_RULE)
                ((total,),) = rows(connection, "SELECT count(*) FROM link_blocked")
                print(f"\n| {model}: {total:,} candidates | pairs | alone | found | found alone | related |")
                print("|---|---:|---:|---:|---:|---:|")
                query = FOUND_BY.format(table=ENTITIES[model])
                for rule, *counts in rows(connection, query, {"found": list(FOUND), "model": model}):
                    print(f"| {rule} | {' | '.join(f'{count:,}' for count in counts)} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
