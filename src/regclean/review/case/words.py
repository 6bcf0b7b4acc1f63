"""What the pages of cases need to say codes in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fastapi import Request

from regclean.bin_reports import reason_in_words
from regclean.review.case import staging
from regclean.review.case.evidence_names import EVIDENCE
from regclean.review.case.fields import BY_NAME, CODES, LABELS, TABLE_LABELS
from regclean.review.case.reasons import title
from regclean.review.case.results import MOVES, PROBLEMS, WHY
from regclean.review.web.i18n import N_
from regclean.review.web.services import language_of

POOLS = {
    "same": N_("Likely the same"),
    "related": N_("Household or related"),
    "stale": N_("Stale"),
    "bin_group": N_("Shared bins"),
    "field": N_("Fields"),
    "conflict": N_("Conflicts"),
    "second": N_("Second approval"),
    "restricted": N_("Restricted"),
}
VERDICTS = {
    "same": N_("same"),
    "entity": N_("one legal entity, accounts kept"),
    "different": N_("different"),
    "household": N_("same household"),
    "successor": N_("successor"),
    "unsure": N_("unsure"),
    "accept": N_("accept"),
    "reject": N_("reject"),
    "defer": N_("defer"),
}
# Why a batch gave a finding back: the codes of `Batch 3: code: detail` in a comment.
GIVEN_BACK = {
    "wrong_customer": N_("Not the same customer"),
    "wrong_value": N_("The wrong value stays"),
    "evidence": N_("Not enough evidence"),
    "ask": N_("Ask the customer first"),
    "other": N_("Something else (say what)"),
    "taken_back": N_("taken back from the register"),
    "conflict": N_("changed in the register since, or gone"),
    "contradicted": N_("the register does not hold what was applied"),
}
_GIVEN_BACK = re.compile(r"Batch (\d+): ([a-z_]+)(?:: (.*))?", re.DOTALL)
# What became of a value, as standardising says it.
VALUE_STATES = {
    "ok": N_("valid"),
    "invalid": N_("not valid"),
    "repaired": N_("repaired"),
    "placeholder": N_("stands for nothing"),
    "missing": N_("missing"),
    "temporary": N_("a temporary or test number"),
    "po_box": N_("a post-office box"),
    "company": N_("a company's own postcode"),
}
# Why a decision was not taken.
REFUSALS = {
    "unknown": N_("it is not there any more"),
    "pair": N_("the two are not what it is about"),
    "line": N_("its line cannot be read"),
    "user": N_("it is somebody else's"),
    "verdict": N_("the verdict does not fit"),
    "reason": N_("the reason is missing"),
    "choices": N_("the choices do not fit any more"),
    "date": N_("the day to come back does not fit"),
    "second": N_("a second person must decide"),
    "state": N_("it does not wait for a decision now"),
    "moved_on": N_("it has changed since you opened it"),
    "conflict": N_("somebody else has decided otherwise"),
}
SORTS = {
    "consequence": N_("Consequence first"),
    "uncertainty": N_("Most uncertain first"),
    "oldest": N_("Oldest first"),
}
# Why a case stands where it does in its queue.
WHY_NOW = {
    "wrong_bill": N_("an open complaint about a bill"),
    "complaint": N_("an open complaint"),
    "back": N_("has come back"),
    "billed_twice": N_("billed twice"),
    "error": N_("an error in the register"),
    "new": N_("new"),
}
YES, NO, BATCH = N_("yes"), N_("no"), N_("Batch")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
SURE = 0.999


def comment(text: str, gettext: Callable[[str], str]) -> str:
    """What somebody said, or why a batch gave the finding back, in the reader's language."""
    found = _GIVEN_BACK.fullmatch(text)
    if found is None or found[2] not in GIVEN_BACK:
        return text
    why = gettext(GIVEN_BACK[found[2]]) if found[2] != "other" else ""
    return ": ".join(part for part in (f"{gettext(BATCH)} {found[1]}", why, found[3]) if part)


def words(request: Request) -> dict[str, Any]:
    """What the templates need to say codes in words."""
    language = language_of(request)

    def said(value: object) -> str:
        if isinstance(value, bool):
            return language.gettext(YES if value else NO)
        if isinstance(value, int | float):
            return language.number(value)
        text = str(value)
        word = CODES.get(text) or VALUE_STATES.get(text)
        if word:
            return language.gettext(word)
        return language.date(text) if ISO_DAY.match(text) else text

    def chance(value: float) -> str:
        """A probability that never claims to be certain."""
        if value >= SURE:
            return f"> {language.percent(SURE, 1)}"
        return f"< {language.percent(1 - SURE, 1)}" if value <= 1 - SURE else language.percent(value, 1)

    return {
        "said": said,
        "comment": lambda text: comment(text, language.gettext),
        "chance": chance,
        "link_reason": lambda code: reason_in_words(code, language.code) or code.replace("_", " "),
        "pools": POOLS,
        "verdicts": VERDICTS,
        "reason_lists": staging.REASONS,
        "reason_texts": {code: text for codes in staging.REASONS.values() for code, text in codes},
        "labels": EVIDENCE | LABELS,
        "fields": BY_NAME,
        "tables": TABLE_LABELS,
        "why_kept": WHY,
        "moves": MOVES,
        "merge_problems": PROBLEMS,
        "title_of": lambda rule: title(rule, language.code),
        "sorts": SORTS,
        "why_now": WHY_NOW,
        "value_states": VALUE_STATES,
        "refusals": REFUSALS,
    }
