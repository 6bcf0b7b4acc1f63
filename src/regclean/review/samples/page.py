"""Blind samples: drawing one, saying of one pair after another what it is, and the bands of pairs that checks vouch for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from regclean import acts, quality
from regclean.acts import Context
from regclean.errors import ConflictError, InputError, NotFoundError, UsageError
from regclean.review.alike.groups import DUPLICATES
from regclean.review.case.own_session import counts_of
from regclean.review.case.words import words
from regclean.review.samples.pairs import as_shown
from regclean.review.web.i18n import N_, Language
from regclean.review.web.numbers import RowNumber, whole_number
from regclean.review.web.services import Acting, NavItem, language_of, page

router = APIRouter()
nav = (NavItem(28, "/samples", N_("Blind samples"), "findings:decide"),)
Text = Annotated[str, Form(max_length=200)]
# Why a certificate does not hold any more.
REVOKED = {
    "drift": N_("the band has drifted"),
    "new_model": N_("another model is in force"),
    "new_input": N_("the input comes from elsewhere"),
    "renewed": N_("a newer one takes its place"),
}
# A kind of evidence: what the two are, and where they meet.
KINDS = {"person": N_("Persons"), "organisation": N_("Organisations"), "through others": N_("Joined through others")}
PLACES = {
    "place": N_("at one place"),
    "handover": N_("one after the other at a place"),
    "next_door": N_("in two homes of one house"),
    "elsewhere": N_("at different places"),
}
NO_SAMPLE = N_("Nothing was drawn: a sample holds between 1 and 10,000 pairs that the night in force compared.")
NO_BAND = N_(
    "The night in force has no pair in such a band. Write a kind of evidence and a range of scores: person place 0.99-1"
)
NO_NIGHT = N_("No night has been published yet: there is nothing to draw.")


@router.get("/samples")
def show_samples(request: Request, acting: Acting) -> Response:
    """What is measured so far, and every sample."""
    return _samples(request, acting)


@router.post("/samples")
def draw(request: Request, acting: Acting, size: Text = "") -> Response:
    """Draw a blind sample, and go to its first pair."""
    try:
        acts.draw_sample(acting, whole_number(size) or 0)
    except (UsageError, InputError) as error:
        return _samples(request, acting, problem=error)
    return RedirectResponse(f"/samples/{acts.list_samples(acting)[0].sample_id}", 303)


@router.get("/samples/bands")
def show_bands(request: Request, acting: Acting) -> Response:
    """Bands of pairs: how many, what checks have proved of them, and what more would prove."""
    return _bands(request, acting)


@router.post("/samples/bands")
def open_band(request: Request, acting: Acting, band: Text = "", among: Text = "") -> Response:
    """Open a certificate on a band, where there is none in force, and go to its first check."""
    try:
        certificate = acts.certify(acting, band)
    except (NotFoundError, InputError) as error:
        return _bands(request, acting, problem=error)
    if among == DUPLICATES:
        return RedirectResponse(f"/alike/{DUPLICATES}?check={certificate.sample_id}", 303)
    return RedirectResponse(f"/samples/{certificate.sample_id}", 303)


@router.get("/samples/{sample_id}")
def show_pair(request: Request, sample_id: RowNumber, acting: Acting, early: bool = False) -> Response:
    """The pair of a sample that waits next for whoever asks."""
    dealt = acts.deal(acting, sample_id)
    return page(
        request,
        "sample.html",
        dealt=dealt,
        progress=dealt.progress,
        pair=as_shown(dealt.pair) if dealt.pair else None,
        gives=acts.figures(acting, sample_id),
        somebody_else=early,
        **words(request),
    )


@router.post("/samples/{sample_id}/answers")
def answer(
    request: Request, sample_id: RowNumber, acting: Acting, number: Text = "", said: Text = "", among: Text = ""
) -> Response:
    """Say what a pair is, and go on to the next; one that somebody else has answered is passed over.

    `among`: "same" where the sample is dealt on the page of alike pairs.
    """
    early = False
    try:
        acts.answer(acting, sample_id, whole_number(number) or 0, said)
    except ConflictError:
        early = True
    counts_of(request).forget(DUPLICATES)  # a certificate may stand now, or no longer
    if among == DUPLICATES:
        return RedirectResponse(f"/alike/{DUPLICATES}?check={sample_id}", 303)
    return RedirectResponse(f"/samples/{sample_id}{'?early=1' if early else ''}", 303)


@router.post("/samples/{sample_id}/undo")
def undo(sample_id: RowNumber, acting: Acting) -> Response:
    """Take one's last answer back, and go to its pair."""
    acts.take_back(acting, sample_id)
    return RedirectResponse(f"/samples/{sample_id}", 303)


def _samples(request: Request, acting: Context, problem: Exception | None = None) -> Response:
    found = acts.list_samples(acting)
    return page(
        request,
        "samples.html",
        422 if problem else 200,
        samples=[one for one in found if one.certificate_id is None],
        gives=acts.figures(acting),
        problem=_said(request, problem, NO_SAMPLE),
    )


def _bands(request: Request, acting: Context, problem: Exception | None = None) -> Response:
    try:
        bands = acts.list_bands(acting)
    except InputError as error:
        bands, problem = [], error
    with acting.ledger.read() as connection:
        missed, known = quality.own_errors(connection, acting.user.name)
    return page(
        request,
        "bands.html",
        422 if problem and bands else 200,
        bands=bands,
        own=quality.clopper_pearson(missed, known),
        missed=missed,
        known=known,
        revoked=REVOKED,
        in_words=lambda band: band_in_words(language_of(request), band),
        problem=_said(request, problem, NO_BAND),
    )


def band_in_words(language: Language, text: str) -> str:
    """A band as people read it: "Persons at one place, 99–100.0 %"."""
    band = quality.Band.parse(text)
    kind, _, place = band.evidence.partition(" ")
    words = (KINDS.get(band.evidence) or KINDS.get(kind, kind), PLACES.get(place, ""))
    what = " ".join(language.gettext(word) for word in words if word)
    return f"{what}, {language.number(100 * band.low, '0.#')}–{language.percent(band.high, 1)}"


def _said(request: Request, problem: Exception | None, otherwise: str) -> str | None:
    """What stood in the way, in the reader's language."""
    if problem is None:
        return None
    return language_of(request).gettext(NO_NIGHT if isinstance(problem, InputError) else otherwise)
