"""What a person does for a certificate: open one on a band, and take the next checks in hand."""

from __future__ import annotations

import polars as pl
from sqlalchemy import insert, select

from regclean import findings, quality
from regclean.acts.context import Context, act
from regclean.acts.samples import keep_sample, next_sample, night_in_force, sampling_frame, sheet
from regclean.domain.register import subject_text
from regclean.errors import UsageError
from regclean.ledger.audit import Entry, append
from regclean.ledger.sample_tables import certificates, sample_pairs, samples


@act("findings:decide")
def certify(context: Context, band: str) -> quality.Certificate:
    """The certificate in force on a band, opened now where there is none. Errors: UsageError for a band that holds no pair."""
    wanted = quality.Band.parse(band)
    with context.ledger.read() as connection:
        found = [one for one in quality.stands(connection, str(wanted)) if one.revoked_because is None]
    return found[0] if found else _open(context, wanted)


@act("findings:decide")
def next_checks(context: Context, certificate_id: int, size: int) -> pl.DataFrame:
    """The next pairs of a certificate that wait for an answer, as a sheet to fill in. Errors: UsageError when none waits."""
    if size < 1:
        raise UsageError("ask for one check at least.")
    with context.ledger.read() as connection:
        query = (
            select(sample_pairs.c.sample_id, sample_pairs.c.number, *(sample_pairs.c[name] for name in quality.PAIR))
            .join(samples, samples.c.sample_id == sample_pairs.c.sample_id)
            .where(samples.c.certificate_id == certificate_id)
            .order_by(sample_pairs.c.number)
        )
        given = quality.answers(connection)
        waiting = [row for row in connection.execute(query) if (row.sample_id, row.number) not in given][:size]
    if not waiting:
        raise UsageError("every pair of this band has been answered.")
    drawn = pl.DataFrame([tuple(row)[1:] for row in waiting], schema=["number", *quality.PAIR], orient="row")
    with night_in_force(context) as (night, _):
        shown = sheet(night, waiting[0].sample_id, drawn)
    with context.ledger.write() as writing:
        detail = {"checks": shown.height}
        subject = subject_text("certificates", certificate_id)
        append(writing, Entry(context.now, context.user.name, "certificate_checks", subject, detail=detail))
    return shown


def _open(context: Context, band: quality.Band) -> quality.Certificate:
    with night_in_force(context) as (night, run):
        frame = sampling_frame(context, night)
        pairs = band.pairs(frame)
        if pairs.is_empty():
            known = ", ".join(sorted(frame["evidence"].unique()))
            raise UsageError(
                f"the night in force has no pair in the band {band}.", remedy=f"Kinds of evidence: {known}."
            )
        with findings.hidden_customers(night, findings.ever_hidden(context.ledger)):
            proof = context.workspace.config.country == "fi"
            mixed = quality.known_pairs(night, ids_are_proof=proof)
        profile = band.profile(night)
    with context.ledger.write() as connection:
        certificate_id = connection.execute(
            insert(certificates)
            .values(
                band=str(band),
                run_id=run.run_id,
                model_version=run.model_version or "",
                sources=quality.sources_digest(context.workspace),
                population=pairs.height,
                profile=profile,
                opened_at=context.now,
                opened_by=context.user.name,
            )
            .returning(certificates.c.certificate_id)
        ).scalar_one()
        detail = {"band": str(band), "pairs": pairs.height, "run": run.run_id}
        subject = subject_text("certificates", certificate_id)
        append(connection, Entry(context.now, context.user.name, "certificate_open", subject, detail=detail))
        sample_id = next_sample(connection)
        drawn = quality.in_order(pairs, mixed, seed=sample_id)
        stratum = {"number": 1, "name": str(band), "part": "band", "population": pairs.height, "drawn": drawn.height}
        keep_sample(
            context, connection, sample_id, run, drawn, scheme="band", strata=[stratum], certificate_id=certificate_id
        )
        return quality.stands(connection, str(band))[0]
