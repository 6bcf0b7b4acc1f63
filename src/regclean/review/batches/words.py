"""How states, lines and refusals of update batches are said."""

from __future__ import annotations

from regclean.acts import SENT_BACK
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
