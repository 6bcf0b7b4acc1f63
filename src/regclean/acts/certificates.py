"""What a person does for a certificate: open one on a band, and take the next checks in hand."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from sqlalchemy import insert, select

from regclean import findings, quality
from regclean.acts.context import Context, act
from regclean.acts.samples import keep_sample, next_sample, night_in_force, present, sampling_frame, sheet
from regclean.domain.register import subject_text
from regclean.errors import NotFoundError, UsageError
from regclean.ledger.audit import Entry, append
from regclean.ledger.sample_tables import certificates, samples


@dataclass(frozen=True, slots=True)
class BandNow:
    """A band as the page tells of it. `pairs`: in the night in force, or in that of its certificate, the newest one; `bound`: by
    settled answers, None where nothing is proved or the certificate is revoked; `next_level`: what further clean checks would prove.
    """

    band: str
    pairs: int
    certificate: quality.Certificate | None
    bound: float | None
    next_level: tuple[float, int] | None


@act("findings:decide")
def list_bands(context: Context) -> list[BandNow]:
    """The bands of the night in force by kind of evidence and score, and every other band that has had a certificate.

    Errors: InputError when there is no night.
    """
    with context.ledger.read() as connection:
        newest = {one.band: one for one in reversed(quality.stands(connection, settled=True))}
    with night_in_force(context) as (night, _), findings.hidden_customers(night, findings.ever_hidden(context.ledger)):
        sizes = quality.band_sizes(night)
    return [_now(band, sizes.get(band, 0), newest.get(band)) for band in [*sizes, *(newest.keys() - sizes.keys())]]


@act("findings:decide")
def certify(context: Context, band: str) -> quality.Certificate:
    """The certificate in force on a band, opened now where there is none.

    Errors: NotFoundError for what is no band, and for a band that holds no pair.
    """
    wanted = quality.Band.parse(band)
    with context.ledger.read() as connection:
        found = [one for one in quality.stands(connection, str(wanted)) if one.revoked_because is None]
    return found[0] if found else _open(context, wanted)


@act("findings:decide")
def next_checks(context: Context, certificate_id: int, size: int) -> pl.DataFrame:
    """The next pairs of a certificate that wait for an answer, as a sheet to fill in, as `draw_sample` gives it. Errors: UsageError when none waits."""
    if size < 1:
        raise UsageError("ask for one check at least.")
    with context.ledger.read() as connection:
        query = select(samples.c.sample_id).where(samples.c.certificate_id == certificate_id)
        sample_id = connection.execute(query).scalar_one()
        waiting = quality.waiting(connection, sample_id, context.user.name)
    with night_in_force(context) as (night, _):
        shown = sheet(night, sample_id, present(context, night, waiting).head(size))
    if shown.is_empty():
        raise UsageError("every pair of this band has been answered.")
    with context.ledger.write() as writing:
        detail = {"checks": shown.height}
        subject = subject_text("certificates", certificate_id)
        append(writing, Entry(context.now, context.user.name, "certificate_checks", subject, detail=detail))
    return shown


def _now(band: str, pairs: int, certificate: quality.Certificate | None) -> BandNow:
    stands = certificate is not None and certificate.revoked_because is None
    checks = certificate.checks if certificate and stands else quality.Checks(pairs)
    bound = quality.lower_bound(checks) if stands else 0.0
    return BandNow(
        band=band,
        pairs=checks.population,
        certificate=certificate,
        bound=bound or None,
        next_level=quality.next_level(checks) if checks.population else None,
    )


def _open(context: Context, band: quality.Band) -> quality.Certificate:
    with night_in_force(context) as (night, run):
        frame = sampling_frame(context, night)
        pairs = band.pairs(frame)
        if pairs.is_empty():
            known = ", ".join(sorted(frame["evidence"].unique()))
            raise NotFoundError(
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
