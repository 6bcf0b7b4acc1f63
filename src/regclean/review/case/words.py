"""What the pages of cases need to say codes in words."""

from __future__ import annotations

import re
from typing import Any

from fastapi import Request

from regclean.bin_reports import reason_in_words
from regclean.review.case import staging
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
SORTS = {
    "consequence": N_("Consequence first"),
    "uncertainty": N_("Most uncertain first"),
    "oldest": N_("Oldest first"),
}
YES, NO = N_("yes"), N_("no")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
SURE = 0.999


def words(request: Request) -> dict[str, Any]:
    """What the templates need to say codes in words."""
    language = language_of(request)

    def said(value: object) -> str:
        if isinstance(value, bool):
            return language.gettext(YES if value else NO)
        if isinstance(value, int | float):
            return language.number(value)
        text = str(value)
        if text in CODES:
            return language.gettext(CODES[text])
        return language.date(text) if ISO_DAY.match(text) else text

    def chance(value: float) -> str:
        """A probability that never claims to be certain."""
        if value >= SURE:
            return f"> {language.percent(SURE, 1)}"
        return f"< {language.percent(1 - SURE, 1)}" if value <= 1 - SURE else language.percent(value, 1)

    return {
        "said": said,
        "chance": chance,
        "link_reason": lambda code: reason_in_words(code, language.code) or code.replace("_", " "),
        "pools": POOLS,
        "verdicts": VERDICTS,
        "reason_lists": staging.REASONS,
        "reason_texts": {code: text for codes in staging.REASONS.values() for code, text in codes},
        "labels": LABELS,
        "fields": BY_NAME,
        "tables": TABLE_LABELS,
        "why_kept": WHY,
        "moves": MOVES,
        "merge_problems": PROBLEMS,
        "title_of": lambda rule: title(rule, language.code),
        "sorts": SORTS,
    }
