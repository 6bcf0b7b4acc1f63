"""touchpoints, progress, yearly-report: where defects are born, and how the work on them goes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from regclean.cli.app import app
from regclean.cli.listing import Listing, listing
from regclean.domain.languages import LANGUAGES
from regclean.errors import UsageError


@app.command()
@listing
def touchpoints(
    language: Annotated[str | None, typer.Option(help="The language of the advice: fi, sv or en.")] = None,
) -> Listing:
    """Write where defects are born: by touchpoint how many of a thousand records have a finding, and what to change there."""
    import polars as pl

    from regclean.cli.identity import opened
    from regclean.ledger import runs
    from regclean.night import open_published
    from regclean.quality import born, measures, protected_customers
    from regclean.rules import at_source

    _known(language)
    with opened() as (workspace, ledger):
        chosen, protected = workspace.config.section("touchpoints"), protected_customers(ledger)
        nights = runs.published(ledger, limit=30)[::-1]
        spoken = language or workspace.config.languages[0]
    warehouse, run_id = open_published(workspace)
    with warehouse.read(run_id) as connection:
        found = born(connection, chosen, protected=protected)
    lines: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    for one in found:
        rate = one.rate
        assert rate is not None  # a touchpoint without records is not there
        worst = one.rules[0] if one.rules else None
        line = {
            "touchpoint": one.name,
            "records": one.records,
            "defective": one.defective,
            "per_1000": round(rate.value, 1),
            "low": round(rate.low, 1),
            "high": round(rate.high, 1),
            "rule": worst and worst[0],
            "findings": worst and worst[1],
            "at_source": worst and at_source(worst[0], spoken),
        }
        lines.append(line)
        rules = [{"rule": rule, "findings": n, "at_source": at_source(rule, spoken)} for rule, n in one.rules]
        parts = {
            "rules": rules,
            "sources": [dict(zip(("source", "records", "defective"), part, strict=True)) for part in one.sources],
            "years": [dict(zip(("year", "records", "defective"), part, strict=True)) for part in one.years],
        }
        name = next(iter(measures([one])))
        trend = [{"run_id": run.run_id, "per_1000": run.measures[name]} for run in nights if name in run.measures]
        documents.append(
            {key: value for key, value in line.items() if key not in ("rule", "findings", "at_source")}
            | parts
            | {"trend": trend}
        )
    schema = {
        "touchpoint": pl.String,
        "records": pl.Int64,
        "defective": pl.Int64,
        "per_1000": pl.Float64,
        "low": pl.Float64,
    }
    schema |= {"high": pl.Float64, "rule": pl.String, "findings": pl.Int64, "at_source": pl.String}
    return Listing(pl.DataFrame(lines, schema=schema), document=documents)


@app.command()
@listing
def progress(year: Annotated[int | None, typer.Option(help="By default the current one.")] = None) -> Listing:
    """Write how many customers and shared bins were brought up to date, week by week, against the year's goal."""
    from dataclasses import asdict

    import polars as pl

    from regclean.cli.identity import opened
    from regclean.yearly import this_year, year_of

    now = datetime.now(UTC)
    with opened() as (workspace, ledger):
        found = year_of(workspace, ledger, year or this_year(workspace, now), now)
    schema = {"monday": pl.Date, "customers": pl.Int64, "bins": pl.Int64}
    return Listing(pl.DataFrame([asdict(week) for week in found.weeks], schema=schema), document=asdict(found))


@app.command("yearly-report")
def yearly_report(
    output: Annotated[Path, typer.Option("--output", "-o", help="The PDF to write.")],
    year: Annotated[int | None, typer.Option(help="By default the current one.")] = None,
    language: Annotated[str | None, typer.Option(help="fi, sv or en; by default the workspace's first one.")] = None,
) -> None:
    """Write a year's report as a PDF that can be published: goals, the work by workpool, the register's health."""
    from regclean.cli.identity import opened
    from regclean.outside import unavailable
    from regclean.yearly import report, this_year, year_of

    _known(language)
    now = datetime.now(UTC)
    with opened() as (workspace, ledger):
        found = year_of(workspace, ledger, year or this_year(workspace, now), now)
        content = report(workspace, found, language or workspace.config.languages[0])
    try:
        output.write_bytes(content)
    except OSError as error:
        raise unavailable(error, output) or UsageError(
            "the report cannot be written.", file=output, remedy="Check the folder and its rights."
        ) from error


def _known(language: str | None) -> None:
    if language is not None and language not in LANGUAGES:
        raise UsageError(f"'{language}' is no language of regclean.", remedy=f"Known: {', '.join(LANGUAGES)}.")
