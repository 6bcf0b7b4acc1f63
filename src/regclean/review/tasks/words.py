"""What the codes of tasks are called, and the texts that somebody calls or writes with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regclean.acts import Task
from regclean.domain.languages import LANGUAGES, in_language
from regclean.domain.register import Subject
from regclean.resources import load_texts
from regclean.review.case.fields import LABELS
from regclean.review.web.i18n import N_, Language

WAYS = {
    "call": N_("Call"),
    "letter": N_("Letter or e-mail"),
    "look_up": N_("Look up"),
    "visit": N_("Site visit"),
}
OUTCOMES = {
    "answered": N_("Answered: this is the right value"),
    "as_it_is": N_("It is right as it is"),
    "done": N_("Put right: the next nights will see it"),
    "not_reached": N_("Not reached: try again"),
}
STANDS = {
    "answered": N_("answered"),
    "as_it_is": N_("right as it is"),
    "done": N_("put right"),
    "not_reached": N_("not reached"),
}
# Why an answer was not taken.
REFUSED = {
    "unknown": N_("it does not wait any more"),
    "line": N_("nothing can be made of it"),
    "choices": N_("the value does not fit what is asked"),
}


# Whom these are about is dead or has sold: the letter goes to the property's holder, whoever that is.
NO_READER = ("S01", "S03")


@dataclass(frozen=True, slots=True)
class Template:
    """A text to call or write with, in one language."""

    language: str
    text: str


def templates(
    task: Task,
    contact: Mapping[str, str],
    languages: Mapping[str, Language],
    *,
    sender: str,
    first: str,
    place: Mapping[str, str],
) -> tuple[Template, ...]:
    """The text of a task in each language, the customer's or the reader's first. `place`: the site's fields, where it is about one."""
    texts = load_texts(__package__, "templates")
    told = contact.get("language", "").lower()
    order = sorted(LANGUAGES, key=lambda code: (code != told, code != first))
    to_holder = task.rule in NO_READER or Subject.parse(task.subject).table in ("sites", "buildings")
    kind = (
        "holder"
        if to_holder
        else "field"
        if task.kind == "field" and task.column
        else "bin"
        if task.kind == "bin_group"
        else "customer"
    )
    found = []
    for code in order:
        said = languages[code].gettext if code in languages else str
        whole = in_language(texts[task.way if task.way != "letter" else f"letter_{kind}"], code)
        values = {
            "name": contact.get("name") or task.label or "",
            "number": Subject.parse(task.subject).key,
            "column": said(LABELS[task.column]).lower() if task.column in LABELS else "",
            "value": contact.get(task.column or "") or "–",
            "asks": task.asks,
            "address": (_address(place) if to_holder else "") or _address(contact),
            "sender": sender,
        }
        found.append(Template(code, whole.format(**values).strip()))
    return tuple(found)


def _address(contact: Mapping[str, str]) -> str:
    place = " ".join(part for name in ("postal_code", "city") if (part := contact.get(name)))
    return ", ".join(part for part in (contact.get("street_address"), place) if part)
