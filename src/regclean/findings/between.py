"""What some rules find between two nights, of some shared bins: what was answered today need not wait for tomorrow.

Invariant: the rules read the night in force as it was published, and tables that only this connection sees; the next night
finds the same, under the same ids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

import duckdb
import polars as pl
from sqlalchemy import select

from regclean import rules
from regclean.config import Config
from regclean.domain.register import subject_text
from regclean.findings.assemble import rule_rows
from regclean.findings.hidden import ever_hidden
from regclean.findings.plan import LIFE, SHOWN, RunFacts, plan_night
from regclean.findings.publishing import priors, write_last_seen, write_plan
from regclean.ledger import Ledger, insert_missing
from regclean.ledger.runs import Run
from regclean.ledger.tables import evidence, findings
from regclean.warehouse import temp_table


def find_between(
    ledger: Ledger,
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    now: datetime,
    *,
    config: Config,
    found_by: Collection[str],
    about: Collection[str],
    tables: dict[str, pl.DataFrame],
) -> int:
    """Run the rules `found_by` on the night in force and publish what they find of the shared bins `about`; returns how many.

    `connection`: that night, read-only; `tables`: what stands in the place of the night's own, by name. What these rules
    found of these shared bins before and do not find now goes away.
    """
    for name, frame in tables.items():
        temp_table(connection, name, frame)
    rules.run_some(connection, found_by, config=config, as_of=run.as_of)
    cases = {subject_text("bin_groups", number) for number in about}
    shown = [row for row in rule_rows(connection, config.languages[0], ever_hidden(ledger)) if row["case_key"] in cases]
    for row in shown:
        row["evidence_digest"] = hashlib.sha256(row["evidence"].encode()).hexdigest()
    facts = RunFacts(run.run_id, run.as_of, now, now)
    with ledger.write() as writing:
        payloads: list[dict[str, Any]] = [
            {
                "finding_id": row["finding_id"],
                "digest": row["evidence_digest"],
                "fingerprint": row["fingerprint"],
                "payload": row["evidence"],
                "run_id": run.run_id,
            }
            for row in shown
        ]
        insert_missing(writing, evidence, payloads)
        columns = [findings.c[name] for name in ("finding_id", "kind", "subjects", *SHOWN, *LIFE)]
        query = select(*columns).where(findings.c.rule.in_(found_by), findings.c.case_key.in_(cases))
        known = {row["finding_id"]: dict(row) for row in writing.execute(query).mappings()}
        plan = plan_night(shown, known, [], priors(writing), facts)
        write_last_seen(writing, [row["finding_id"] for row in plan.changed if not row["present"]])
        write_plan(writing, plan, facts)
    return len(shown)
