"""Evidence and sentences without what they say of customers that somebody must not know of; and which protected cases a
session has opened. Who may know of what is said in `acts`; `without_hidden` is the one filter of evidence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from regclean.accounts import sessions
from regclean.accounts.sessions import Session
from regclean.domain.register import Subject
from regclean.ledger import Ledger
from regclean.review.web.i18n import N_

# Why somebody looks, in words.
REASONS = {
    "identify": N_("To tell people apart"),
    "contact": N_("The customer is in contact"),
    "correct": N_("To correct the register"),
    "request": N_("A request of the person or of an authority"),
    "other": N_("Something else (say what)"),
}
MOST_OPENED = 50  # protected cases that one session remembers as opened


def remember_opened(ledger: Ledger, session: Session, case_key: str) -> None:
    """A session has given its reason for a protected case."""

    def change(data: dict[str, Any]) -> None:
        kept = [key for key in data.get("opened", ()) if key != case_key]
        data["opened"] = [*kept, case_key][-MOST_OPENED:]

    with ledger.write() as connection:
        sessions.change_data(connection, session.digest, change)


def without_hidden(evidence: Any, hidden: Collection[str]) -> Any:
    """Evidence (JSON) without what it says of hidden customers.

    A customer number stands under a key that speaks of customers, or as `l` and `r` of a pair; whatever stands beside a
    hidden one goes with it, from a list without a trace.
    """
    return _filtered(evidence, frozenset(hidden), about_customers=False) if hidden else evidence


def without_hidden_numbers(text: str, hidden: Collection[str]) -> str:
    """A sentence without the numbers of hidden customers."""
    if not any(number in text for number in hidden):
        return text
    pattern = "|".join(re.escape(number) for number in sorted(hidden, key=lambda number: (-len(number), number)))
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", "•••", text)


def is_opened(session: Session | None, case_key: str) -> bool:
    """Has this session given its reason for a protected case?"""
    return session is not None and case_key in session.data.get("opened", ())


_GONE = object()


def _filtered(value: Any, hidden: frozenset[str], *, about_customers: bool) -> Any:
    kept = _walk(value, hidden, about_customers=about_customers)
    return {} if kept is _GONE else kept


def _walk(value: Any, hidden: frozenset[str], *, about_customers: bool) -> Any:
    if isinstance(value, Mapping):
        return _walk_object(value, hidden, about_customers=about_customers)
    if isinstance(value, list):
        kept = [_walk(item, hidden, about_customers=about_customers) for item in value]
        return [item for item in kept if item is not _GONE]
    if isinstance(value, str) and ((about_customers and value in hidden) or _names(value, hidden)):
        return _GONE
    return value


def _walk_object(value: Mapping[str, Any], hidden: frozenset[str], *, about_customers: bool) -> Any:
    kept: dict[str, Any] = {}
    for name, item in value.items():
        if _names(name, hidden) or (about_customers and name in hidden):
            continue
        told = "customer" in name or name in ("l", "r")
        found = _walk(item, hidden, about_customers=told)
        if found is not _GONE:
            kept[name] = found
        elif isinstance(item, str):  # the object is about a hidden customer, whatever else it says
            return _GONE
    return kept


def _names(text: str, hidden: frozenset[str]) -> bool:
    return Subject.parse(text).customer in hidden
