"""What a person does for a night: let a check of size or shape through, once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from regclean.acts.context import Context, act
from regclean.checks import ACCEPTABLE
from regclean.domain.register import subject_text
from regclean.errors import UsageError
from regclean.ledger.audit import Entry, append


@act("models:use")
def accept_checks(context: Context, names: Iterable[str], day: date) -> frozenset[str]:
    """Let checks through in the night of `day`, and note it; returns their names. Errors: UsageError for one that cannot be."""
    accepted = frozenset(names)
    unknown = sorted(accepted - set(ACCEPTABLE))
    if unknown:
        raise UsageError(f"'{unknown[0]}' cannot be accepted.", remedy=f"Known: {', '.join(sorted(ACCEPTABLE))}.")
    entry = Entry(
        context.now,
        context.user.name,
        "accept_check",
        subject_text("nights", day),
        detail={"checks": sorted(accepted)},
    )
    with context.ledger.write() as connection:
        append(connection, entry)
    return accepted
