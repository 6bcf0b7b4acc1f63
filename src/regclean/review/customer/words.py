"""What the sections and codes of a customer's card are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from regclean.domain.register import TABLES
from regclean.review.case.fields import CUSTOMER_FIELDS
from regclean.review.customer.cards import Card
from regclean.review.web.i18n import N_

# Section of `inspection` -> its heading and, of its columns, those that are shown, with their names.
SECTIONS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "services": (
        N_("Services"),
        (
            ("service_no", N_("Number")),
            ("waste_type", N_("Waste type")),
            ("bin_litres", N_("Litres")),
            ("interval_weeks", N_("Interval (weeks)")),
            ("street_address", N_("Address")),
            ("last_emptied_on", N_("Last emptied")),
            ("start_on", N_("Begins")),
            ("end_on", N_("Ends")),
        ),
    ),
    "roles": (
        N_("Sites"),
        (
            ("site_no", N_("Site")),
            ("role", N_("Role")),
            ("street_address", N_("Address")),
            ("city", N_("Town")),
            ("use", N_("Use")),
            ("property_id", N_("Property id")),
            ("start_on", N_("Begins")),
            ("end_on", N_("Ends")),
        ),
    ),
    "bin_groups": (
        N_("Shared bins"),
        (
            ("bin_group_no", N_("Shared bin")),
            ("part", N_("Role")),
            ("member_no", N_("Line")),
            ("waste_type", N_("Waste type")),
            ("street_address", N_("Address")),
        ),
    ),
    "signals": (
        N_("Signals"),
        (("observed_on", N_("Observed")), ("signal", N_("Signal")), ("detail", N_("Detail"))),
    ),
}
STANDING = {"holds": N_("holds"), "lapsed": N_("lapsed: the records have changed"), "over": N_("replaced or undone")}
RELATIONS = {
    "same": N_("same"),
    "household": N_("same household"),
    "successor": N_("successor"),
    "related": N_("related"),
    "unsure": N_("unsure"),
}
STATES = {
    "open": N_("open"),
    "accepted": N_("accepted"),
    "rejected": N_("rejected"),
    "deferred": N_("deferred"),
    "task": N_("a task"),
    "in_batch": N_("in a batch"),
    "applied": N_("applied"),
    "verified": N_("verified"),
    "withdrawn": N_("withdrawn"),
}
ENDINGS = {"undone": N_("taken back"), "replaced": N_("replaced"), "asked again": N_("asked again")}
MEASURES = frozenset(
    one.name for table in TABLES.values() for one in table.columns if one.type in ("integer", "decimal")
)
NAMES = ("name", "first_names", "last_name", "company_name")


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the card; columns that no line has a value for are left out."""

    name: str
    title: str
    titles: tuple[str, ...]
    lines: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Value:
    """One field of the customer: as landed, and as it was read."""

    label: str
    landed: str | None
    read: str | None
    words: bool  # a code, said in words


def sections(card: Card, gettext: Callable[[str], str]) -> list[Section]:
    """What hangs on the customer."""
    found = []
    for name, (title, columns) in SECTIONS.items():
        lines = card.lines(name)
        shown = [(column, label) for column, label in columns if any(line.get(column) is not None for line in lines)]
        if lines:
            cells = tuple(tuple(_measured(column, line.get(column)) for column, _ in shown) for line in lines)
            found.append(Section(name, title, tuple(gettext(label) for _, label in shown), cells))
    return found


def _measured(column: str, text: str | None) -> str | float | None:
    return float(text) if text and column in MEASURES else text


def values(card: Card) -> list[Value]:
    """The customer's fields in the order in which they are read, those alone that hold something."""
    held = {line["column"]: line for line in card.lines("values")}
    landed = {name: held[name]["landed"] for name in held}
    read = {name: held[name]["read as"] for name in held}
    # A name may stand in several columns of the register, a national id is shown as its mask alone.
    landed["name"] = " ".join(text for name in NAMES if (text := landed.get(name))) or None
    read["national_id"] = None
    found = [Value(field.label, landed.get(field.name), read.get(field.name), field.words) for field in CUSTOMER_FIELDS]
    return [one for one in found if one.landed or one.read]
