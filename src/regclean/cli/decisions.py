"""decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from regclean.cli.app import app
from regclean.cli.identity import UserOption, acting


@app.command()
def decide(
    source: Annotated[
        Path,
        typer.Option(
            "--from",
            help="The decisions, as csv. Columns: finding_id, or customer_no_l and customer_no_r; verdict; user; "
            "and where there is one: reason, choices, comment, defer_until.",
        ),
    ],
    user: UserOption = None,
) -> None:
    """Record one's own decisions from a file: the same as on the page.

    Verdicts on duplicates: same, different, household, successor, entity, unsure; on other findings: accept, reject, defer.
    Choices are JSON: survivor, fields, from, leave_out, open_bills. The file is comma, semicolon or tab separated, in any encoding. A line
    that cannot be taken is named; the others are taken.
    """
    from regclean import acts
    from regclean.cli.summary import print_decisions
    from regclean.findings.decide import read_decisions

    with acting(user) as context:
        report = acts.decide_all(context, read_decisions(source))
    print_decisions(report)
    if report.refused:
        raise typer.Exit(1)
