"""Two customers that somebody puts side by side: why no night proposed them, in a sentence, and what merging would write."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from regclean.accounts.permissions import User
from regclean.acts import Context, visible_to
from regclean.domain.register import subject_text
from regclean.errors import InputError, NotFoundError
from regclean.findings import decided_edges, said_of, standing, subject_records
from regclean.ledger.tables import finding_subjects, findings
from regclean.linkage import PairExplanation, explain_pair
from regclean.review.case.cases import Comparison, OpenCase, compare
from regclean.review.case.results import Result, result
from regclean.review.web.i18n import N_, Language
from regclean.review.web.services import Services
from regclean.survivorship import Choices

MOST_AGAINST = 3
# What a night looks for in common, by the beginning of its rules' names.
IN_COMMON = (
    ("national_id", N_("national id")),
    ("business_id", N_("business id")),
    ("birth", N_("birth date")),
    ("phone", N_("phone")),
    ("email", N_("e-mail")),
    ("account", N_("bank account")),
    ("place", N_("address")),
    ("site", N_("address")),
    ("name", N_("name")),
    ("org", N_("name")),
)
DECIDED = "decided_"


@dataclass(frozen=True, slots=True)
class SideBySide:
    """`comparison`: the records and the result; `why`: one sentence."""

    comparison: Comparison
    result: Result | None
    why: str


def finding_about(connection: Connection, user: User, one: str, other: str) -> str | None:
    """The finding of the night that asks about these two, if there is one; that is then the case to look at."""
    subjects = (finding_subjects.c.subject == subject_text("customers", number) for number in (one, other))
    about = (select(finding_subjects.c.finding_id).where(subject) for subject in subjects)
    query = select(findings.c.finding_id).where(
        findings.c.kind == "duplicate", findings.c.present, visible_to(user), *map(findings.c.finding_id.in_, about)
    )
    found: str | None = connection.execute(query.order_by(findings.c.finding_id).limit(1)).scalar()
    return found


def put_side_by_side(service: Services, acting: Context, one: str, other: str, language: Language) -> SideBySide:
    """The two as a case shows them. Errors: NotFoundError for whom the night does not know."""
    subjects = [subject_text("customers", number) for number in (one, other)]
    config = service.workspace.config
    with service.night.read() as (_, night):
        records = {subject: json.loads(text) for subject, text in subject_records(night, subjects).items()}
        if one == other or len(records) < len(subjects):
            raise NotFoundError("there are no such two customers.")
        try:
            explained: PairExplanation | None = explain_pair(
                night,
                one,
                other,
                country=config.country,
                settings=config.section("linkage"),
                models=service.workspace.var / "models",
                decided=standing(night, decided_edges(acting.ledger)),
            )
        except InputError:  # no model has been trained here
            explained = None
    row: Mapping[str, Any] = {"kind": "duplicate", "subjects": json.dumps(sorted(subjects)), "present": True}
    case = OpenCase(row, {"records": records}, (), (), ())  # type: ignore[arg-type]  # a row that no ledger holds
    merged = result(service, (one, other), Choices())
    return SideBySide(compare(case, merged), merged, sentence(explained, language) if explained else "")


def sentence(found: PairExplanation, language: Language) -> str:
    """Why these two were not proposed as one customer."""
    said = language.gettext
    decided = [code.removeprefix(DECIDED) for code in found.because if code.startswith(DECIDED)]
    if decided:
        return said(N_("Somebody has decided on these two already; that stands above every score."))
    if found.probability is None:
        return said(N_("A person and an organisation are never compared."))
    score = _score(found, language)
    if found.compared:
        return score
    return f"{_never(found, said)} {score}"


def _never(found: PairExplanation, said: Callable[[str], str]) -> str:
    rules = {key.rule.partition(".")[2]: key for key in found.keys}
    common = [
        said(word)
        for begin, word in IN_COMMON
        if any(key.shared for rule, key in rules.items() if rule.startswith(begin))
    ]
    if common:
        return said(N_("Never compared: what they have in common too many others have too (%(what)s).")) % {
            "what": ", ".join(dict.fromkeys(common))
        }
    missing = [said(word) for begin, word in IN_COMMON if any(rule.startswith(begin) for rule in rules)]
    return said(N_("Never compared: they have none of these in common: %(what)s.")) % {
        "what": ", ".join(dict.fromkeys(missing))
    }


def _score(found: PairExplanation, language: Language) -> str:
    assert found.probability is not None
    against = sorted((one for one in found.comparisons if one.bits < 0), key=lambda one: one.bits)
    steps = ({"comparison": one.name, "level": one.level, "weight": one.bits} for one in against)
    words = [text for step in steps if (text := said_of(step, language.code))][:MOST_AGAINST]
    limits = {"much": language.percent(found.probability), "limit": language.percent(found.review)}
    if found.probability >= found.review:
        text = language.gettext(N_("The same customer by %(much)s; asked about from %(limit)s on.")) % limits
    else:
        text = language.gettext(N_("The same customer by %(much)s, and asked about only from %(limit)s on.")) % limits
    return f"{text[:-1]}: {', '.join(words)}." if words else text
