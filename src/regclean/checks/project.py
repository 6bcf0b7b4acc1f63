"""The gates as a project of Great Expectations: suites, checkpoints and the last results, which the plain library opens.

What is written needs nothing of regclean. Each suite has a data frame asset, a validation definition and a checkpoint of its
name; the asset takes the small table that the suite's query returns, and `queries/` holds that query.
"""

from __future__ import annotations

import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

from regclean.checks.documents import kept_documents
from regclean.checks.own import own_suites
from regclean.checks.suites import BATCH_GATE, GATES, great_expectations, load_suites

SOURCE = "regclean"


def export_project(folder: Path, var: Path, own: Path | None, nights: int) -> tuple[int, int]:
    """Write the project into `folder`, which is there and empty; returns how many suites and how many results.

    `own`: the company's own suites, `nights`: of how many nights the results are taken. Errors: ConfigError, OSError.
    """
    gx = great_expectations()
    suites = [suite for gate in (*GATES, BATCH_GATE) for suite in (*load_suites(gate), *own_suites(gate, own))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = gx.get_context(mode="file", project_root_dir=str(folder))
        # Until somebody says otherwise, what is opened here calls nobody.
        context.variables.config.analytics_enabled = False
        context.variables.save()
        source = context.data_sources.add_pandas(SOURCE)
        (folder / "queries").mkdir()
        for suite in suites:
            judged = gx.ExpectationSuite(name=suite.name)
            for expectation in suite.expectations:
                judged.add_expectation(expectation.built().copy())
            asset = source.add_dataframe_asset(suite.name)
            definition = gx.ValidationDefinition(
                name=suite.name,
                data=asset.add_batch_definition_whole_dataframe("night"),
                suite=context.suites.add(judged),
            )
            context.checkpoints.add(
                gx.Checkpoint(
                    name=suite.name,
                    validation_definitions=[context.validation_definitions.add(definition)],
                    actions=[gx.checkpoint.UpdateDataDocsAction(name="data docs")],
                )
            )
            for query in suite.queries:
                name = suite.name if suite.query else f"{suite.gate}.{query}"
                (folder / "queries" / f"{name}.sql").write_text(suite.text(query), encoding="utf-8")
        results = sum(_store(context, told) for told in kept_documents(var, nights))
        context.build_data_docs()
    return len(suites), results


def _store(context: Any, told: dict[str, Any]) -> int:
    from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    result = expectationSuiteValidationResultSchema.load(told)
    told_run = told["meta"]["run_id"]
    run = RunIdentifier(told_run["run_name"], datetime.fromisoformat(told_run["run_time"]))
    result.meta["run_id"] = run
    suite = ExpectationSuiteIdentifier(name=told["suite_name"])
    key = ValidationResultIdentifier(suite, run, f"{SOURCE}-{told['suite_name']}")
    context.validation_results_store.store_validation_results(result, key)
    return 1
