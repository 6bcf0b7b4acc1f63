"""How states, lines and refusals of update batches are said."""

from __future__ import annotations

from collections.abc import Callable

from regclean.acts import SENT_BACK
from regclean.domain.register import TABLES, key_parts
from regclean.review.case.results import WHY
from regclean.review.case.words import GIVEN_BACK
from regclean.review.web.i18n import N_

REJECTIONS = {code: GIVEN_BACK[code] for code in SENT_BACK}
STATES = {
    "built": N_("Waits for approval"),
    "approved": N_("Approved"),
    "applying": N_("Being applied"),
    "applied": N_("Applied"),
    "undoing": N_("Being taken back"),
    "unknown": N_("Not known whether the register has it"),
    "rejected": N_("Sent back"),
    "undone": N_("Taken back"),
}
# How a line stands: a symbol and a word. The first four are what the register says now.
STATUSES = {
    "ready": ("○", N_("ready")),
    "done": ("✓", N_("already done")),
    "changed": ("≠", N_("changed since")),
    "gone": ("∅", N_("gone")),
    "applied": ("✓", N_("applied")),
    "planned": ("·", N_("planned")),
    "rejected": ("✕", N_("sent back")),
    "undone": ("↶", N_("taken back")),
    "erased": ("⌫", N_("erased")),
}
# Why a line holds the value that it does, besides the rules of survivorship.
WHYS = {
    **WHY,
    "merge": N_("moves with the merge"),
}
OPERATIONS = {
    "update": N_("change"),
    "insert": N_("new"),
    "delete": N_("remove"),
    "merge": N_("merge"),
}
# Why an accepted finding is not in a batch.
LEFT_OUT = {
    "returned": N_("it came back from a batch and is open: decide it again"),
    "absent": N_("the last night did not find it any more"),
    "evidence_changed": N_("the evidence has changed since the decision"),
    "survivor": N_("the chosen survivor is not among those to be merged"),
    "gone": N_("it is not in the register any more"),
    "unnumbered": N_("its row has no number in the register by which it could be changed"),
    "shares": N_("the shares would not sum to 100 % any more: give the share to somebody first"),
    "nothing": N_("there is nothing to change"),
    "kept": N_("such rows are ended, never removed"),
    "unclear": N_("it is not clear which row the chosen value belongs to"),
    "history": N_("it tells what was seen, which no batch rewrites"),
    "unknown": N_("the customer is not in the register"),
    "open_bills": N_(
        "a customer has open bills: the decision must say what becomes of them, or they are to be settled first"
    ),
    "orphans": N_("something would be left without an active customer"),
    "busy": N_("the customer is in another batch that is still open"),
    "clash": N_("another finding of the batch changes the same; it can go into the next one"),
}


def key_in_words(table: str, key: str, said: Callable[[object], str]) -> str:
    """A row's key as a person reads it: of several values those that are no number are said in words and days."""
    values = key_parts(table, key)
    if len(values) < 2:
        return key
    told = (
        said(value) if TABLES[table].by_name[name].type in ("code", "date") else value for name, value in values.items()
    )
    return " · ".join(told)
