"""sample draw, sample label, certify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from regclean.cli.app import app
from regclean.cli.identity import UserOption, acting
from regclean.cli.listing import Form, form_of, show, write
from regclean.errors import counted

sample = typer.Typer(name="sample", help="Blind samples of pairs, for measuring how good the linkage is: draw, label.")
app.add_typer(sample, name="sample", no_args_is_help=True)


@sample.command()
def draw(
    size: Annotated[int, typer.Option(help="How many pairs to draw.")] = 100,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The sheet to write; standard output by default.")
    ] = None,
    user: UserOption = None,
) -> None:
    """Draw pairs of customers to be looked at without their scores, and write the sheet to fill in."""
    from regclean import acts

    form_of(output)  # a sheet that cannot be written is drawn for nobody
    with acting(user) as context:
        drawn = acts.draw_sample(context, size)
        write(drawn, output)
    if output is not None:
        typer.echo(
            f"Drawn: {counted(drawn.height, 'pair')}, into {output}. Write same, different or unsure under 'verdict', then: "
            f"regclean sample label --from {output}"
        )


@sample.command()
def label(
    source: Annotated[Path, typer.Option("--from", help="The sheet with its verdicts: same, different or unsure.")],
    user: UserOption = None,
) -> None:
    """Record what one says of drawn pairs; lines without a verdict wait."""
    from regclean import acts
    from regclean.cli.summary import print_labels
    from regclean.quality import read_labels

    with acting(user) as context:
        report = acts.label_pairs(context, read_labels(source))
    print_labels(report)
    if report.refused:
        raise typer.Exit(1)


@app.command()
def certify(
    band: Annotated[
        str | None,
        typer.Argument(
            help='A kind of evidence and a range of scores, as "person place 0.99-1"; alone, it lists them.'
        ),
    ] = None,
    checks: Annotated[int, typer.Option(help="How many further checks to write with -o.")] = 50,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the next checks into this sheet, to be labelled.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON document.")] = False,
    form: Annotated[Form | None, typer.Option("--format", help="How the list, or the sheet, is written.")] = None,
    user: UserOption = None,
) -> None:
    """Say how right a band of pairs is at least, by blind checks, and how many more would prove how much."""
    from regclean import acts
    from regclean.cli.certificate_tables import certificate_told, certificates_table
    from regclean.quality import stands

    written = form_of(output, form and form.value)
    shown = "json" if as_json else None if band and output else written
    with acting(user) as context:
        if band is None:
            with context.ledger.read() as connection:
                show(certificates_table(stands(connection)), output, shown)
            return
        certificate = acts.certify(context, band)
        drawn = None if output is None else acts.next_checks(context, certificate.certificate_id, checks)
        if drawn is not None:
            write(drawn, output, written)
        show(certificate_told(certificate, None if drawn is None else drawn.height), None, shown)
        if drawn is not None and not as_json:
            typer.echo(
                f"Next checks: {drawn.height:,}, into {output}. Answer them in their order, then: regclean sample label --from {output}"
            )
