"""Blind samples and bands, for programs: the same acts as on the page."""

from __future__ import annotations

from fastapi import APIRouter

from regclean import acts
from regclean.quality import Progress
from regclean.review.samples import models
from regclean.review.web.api import problems
from regclean.review.web.numbers import RowNumber
from regclean.review.web.services import Acting

router = APIRouter(tags=["samples"], responses=problems(409))


@router.get("/samples")
def list_samples(acting: Acting) -> list[models.Sample]:
    """Every sample with how far it has come, newest first."""
    return [_sample(one) for one in acts.list_samples(acting)]


@router.post("/samples", status_code=201)
def draw_sample(acting: Acting, sent: models.Draw) -> models.Sample:
    """Draw a blind sample from the night in force."""
    acts.draw_sample(acting, sent.size)
    return _sample(acts.list_samples(acting)[0])


@router.get("/samples/{sample_id}/next")
def next_pair(acting: Acting, sample_id: RowNumber) -> models.Next:
    """The pair that waits next for this account: no score, no rule, no proposed verdict."""
    dealt = acts.deal(acting, sample_id)
    pair = None
    if dealt.pair is not None:
        left, right = (
            models.BlindRecord.model_validate(
                {name: dealt.pair[f"{name}_{side}"] or None for name in models.BlindRecord.model_fields}
            )
            for side in "lr"
        )
        pair = models.Pair(number=dealt.pair["number"], left=left, right=right)
    return models.Next(sample=_sample(dealt.progress), pair=pair)


@router.post("/samples/{sample_id}/answers", status_code=204)
def answer(acting: Acting, sample_id: RowNumber, sent: models.Answer) -> None:
    """Say what a pair is. 409: it does not wait, or not for this account."""
    acts.answer(acting, sample_id, sent.number, sent.answer)


@router.post("/samples/{sample_id}/undo", status_code=204)
def take_back(acting: Acting, sample_id: RowNumber) -> None:
    """Take one's last answer back. 409: there is none, or figures count it already."""
    acts.take_back(acting, sample_id)


@router.get("/bands")
def list_bands(acting: Acting) -> list[models.Band]:
    """Bands of pairs, and what checks have proved of them."""
    return [_band(one) for one in acts.list_bands(acting)]


@router.post("/bands", status_code=201)
def open_band(acting: Acting, sent: models.Open) -> models.Band:
    """Open a certificate on a band, unless one is in force; its checks are the sample `sample_id`."""
    band = acts.certify(acting, sent.band).band
    return next(_band(one) for one in acts.list_bands(acting) if one.band == band)


def _sample(one: Progress) -> models.Sample:
    return models.Sample(**{name: getattr(one, name) for name in models.Sample.model_fields})


def _band(one: acts.BandNow) -> models.Band:
    found = one.certificate
    level, further = one.next_level or (None, None)
    return models.Band(
        band=one.band,
        pairs=one.pairs,
        state="none" if found is None else found.revoked_because or ("in_force" if one.bound else "begun"),
        sample_id=found.sample_id if found else None,
        checks=found.checks.looked if found else 0,
        wrong=found.checks.wrong if found else 0,
        known=found.checks.known if found else 0,
        missed=found.checks.missed if found else 0,
        at_least=one.bound,
        next_level=level,
        further_checks=further,
    )
