"""How certificates are told on the command line."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from regclean.cli.console import console, table
from regclean.cli.listing import Listing, as_table
from regclean.errors import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regclean.quality import Certificate

REASONS = {
    "drift": "the band has drifted",
    "new_model": "another model is in force",
    "new_input": "the input comes from elsewhere",
}


def certificates_table(found: Sequence[Certificate]) -> Listing:
    """All certificates, newest first."""
    from regclean.quality import lower_bound

    lines = [
        (
            one.band,
            one.checks.population,
            one.checks.looked,
            one.checks.wrong,
            None if one.revoked_because else round(lower_bound(one.checks), 4),
            f"revoked: {REASONS.get(one.revoked_because, one.revoked_because)}" if one.revoked_because else "in force",
        )
        for one in found
    ]
    listed = as_table("Certificates", ("band", "pairs", "checks", "wrong", "at least right", "state"), lines)
    none = 'No band has a certificate yet. Open one with: regclean certify "person place 0.99-1"'
    return listed if found else replace(listed, printed=lambda: console.print(none))


def certificate_told(one: Certificate, next_checks: int | None) -> Listing:
    """One certificate; `next_checks`: how many further ones were written."""
    from regclean.quality import LEVELS, lower_bound, needed

    checks, error = one.checks, one.checks.reviewer_error
    document = {
        "band": one.band,
        "pairs": checks.population,
        "run_id": one.run_id,
        "model_version": one.model_version,
        "checks": checks.looked,
        "wrong": checks.wrong,
        "waiting": one.waiting,
        "known_different": checks.known,
        "called_same": checks.missed,
        "known_same": one.known_same,
        "called_different": one.called_apart,
        "reviewer_error": error and asdict(error),
        "at_least_right": lower_bound(checks),
        "further_clean_checks": {f"{target:.3f}": needed(checks, target) for target in LEVELS},
        "revoked_because": one.revoked_because,
        "next_checks": next_checks,
    }
    return Listing(None, lambda: print_certificate(one), document)


def print_certificate(one: Certificate) -> None:
    """One certificate: its bound, what the reviewers' own errors are, and how many further clean checks prove more."""
    from regclean.quality import LEVELS, lower_bound, needed

    checks, error = one.checks, one.checks.reviewer_error
    console.print(
        f"[bold]{one.band}[/]: {counted(checks.population, 'pair')} of night {one.run_id}, models {one.model_version}."
    )
    console.print(
        f"Checks: {checks.looked:,}, of them not the same: {checks.wrong:,}. Of {checks.known:,} known different pairs "
        f"{checks.missed:,} were called the same, of {one.known_same:,} known same ones {one.called_apart:,} different."
    )
    if error is not None:
        console.print(
            f"A different pair is called the same {error.value:.1%} of the time, between {error.low:.1%} and {error.high:.1%}."
        )
    bound = lower_bound(checks)
    if bound > 0:
        console.print(
            f"At least [bold]{bound:.2%}[/] of the band are one customer (95 %, at every moment that one looks)."
        )
    else:
        console.print("Nothing is proved of the band yet.")
    lines = [(f"{target:.1%}", _further(needed(checks, target))) for target in LEVELS]
    console.print(table("Further checks, if all are clean", ("to prove at least", "checks"), lines))


def _further(count: int | None) -> str:
    return "the whole band would not" if count is None else "proved" if count == 0 else f"{count:,}"
