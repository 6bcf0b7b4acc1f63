"""Why: what speaks for a finding and what against it, what was decided before, and what a decision touches."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection

from regclean import rules
from regclean.domain.register import Subject
from regclean.findings import DecidedGraph, duplicate_summary, ordered, said_of
from regclean.findings.seen import read_seen
from regclean.review.case.cases import OpenCase
from regclean.review.case.timeline import day_of
from regclean.review.web.i18n import N_
from regclean.review.web.privacy import without_hidden
from regclean.rules import said

WIDEST = 100.0
NAMES_IT = ("table", "key", "column")  # what a finding is about stands at its head
COMPARISONS = {
    "rarity": N_("how rare the values are"),
    "others": N_("what other pairs say of these records"),
    "household": N_("what people of one household share anyway"),
    "prior": N_("before anything is compared"),
}


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """One step of the waterfall, in bits; `start` and `width` place its bar on a scale of 0..100."""

    name: str
    weight: float
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What speaks for and against two records being one, strongest first; `zero` is where the bars begin."""

    left: str
    right: str
    model: str
    for_it: tuple[WaterfallStep, ...]
    against: tuple[WaterfallStep, ...]
    total: float
    probability: float
    household: float
    relation: str

    @property
    def sum_for(self) -> float:
        return sum(step.weight for step in self.for_it)

    @property
    def sum_against(self) -> float:
        return sum(step.weight for step in self.against)


def sentence(case: OpenCase, language: str) -> str:
    """What it is about, in one plain sentence of the page's language."""
    if case.kind == "duplicate":
        pair = weakest_pair(case)
        if pair is None:
            return str(case.row["summary"])
        relation = str(case.row["relation"] or "unsure")
        return duplicate_summary(relation, len(case.customers), pair["model"], pair["explanation"], language)
    if case.row["rule"] in rules.catalogue():
        return rules.summary(case.row["rule"], case.rule, language)
    return str(case.row["summary"])


def title(rule: str, language: str) -> str:
    """What a rule is called."""
    return _titles(language).get(rule, rule)


_titles = cache(rules.titles)  # a page asks for one in every row


def guards(rule: str) -> tuple[str, ...]:
    """What a rule takes care not to mistake for a defect (English source texts)."""
    info = rules.catalogue().get(rule)
    return tuple(info.guards.values()) if info else ()


def facts(case: OpenCase, language: str) -> tuple[tuple[str, str], ...]:
    """What a rule's finding rests on, by name and in words; what is missing or only names the subject is left out."""
    basis = case.rule.get("basis") or case.rule
    names = {subject.column or subject.key for subject in map(Subject.parse, case.subjects)}
    return tuple(
        (name, _in_words(name, value, language))
        for name, value in basis.items()
        if value not in (None, "", [])
        and not isinstance(value, Mapping)
        and not (isinstance(value, str) and value in names)
        and name not in NAMES_IT
    )


def _in_words(name: str, value: Any, language: str) -> str:
    if isinstance(value, list):
        return ", ".join(_in_words(name, item, language) for item in value)
    if isinstance(value, Mapping):
        return " ".join(_in_words(str(key), item, language) for key, item in value.items() if item is not None)
    return said(name, value, language)


def weakest_pair(case: OpenCase) -> Mapping[str, Any] | None:
    """The pair that the case stands or falls with: of a cluster the least likely one that is needed to join it."""
    pairs = case.payload.get("pairs") or ()
    return min(pairs, key=lambda pair: (pair["probability"], pair["l"], pair["r"]), default=None)


def waterfalls(case: OpenCase, language: str, words: Any) -> tuple[Waterfall, ...]:
    """One for each scored pair, the least likely first. `words` translates."""
    pairs = sorted(case.payload.get("pairs") or (), key=lambda pair: (pair["probability"], pair["l"], pair["r"]))
    return tuple(_waterfall(pair, language, words) for pair in pairs)


def _waterfall(pair: Mapping[str, Any], language: str, words: Any) -> Waterfall:
    steps = [step for step in pair["explanation"].get("waterfall", ()) if abs(step["weight"]) >= 0.05]
    widest = max((abs(step["weight"]) for step in steps), default=1.0)

    def shown(step: Mapping[str, Any]) -> WaterfallStep:
        name = words(COMPARISONS[step["comparison"]]) if step["comparison"] in COMPARISONS else None
        name = name or said_of(step, language) or step["comparison"].replace("_", " ")
        return WaterfallStep(name, step["weight"], 0.0, round(WIDEST * abs(step["weight"]) / widest, 1))

    ordered_steps = sorted(steps, key=lambda step: (-abs(step["weight"]), step["comparison"]))
    return Waterfall(
        left=pair["l"],
        right=pair["r"],
        model=pair["model"],
        for_it=tuple(shown(step) for step in ordered_steps if step["weight"] > 0),
        against=tuple(shown(step) for step in ordered_steps if step["weight"] < 0),
        total=pair["weight"],
        probability=pair["probability"],
        household=pair.get("household_probability") or 0.0,
        relation=pair["relation"],
    )


def household_reasons(pair: Mapping[str, Any], language: str) -> tuple[str, ...]:
    """What tells one person from two of a household: the names and the identity, in words."""
    steps = pair["explanation"].get("waterfall", ())
    told = [step for step in steps if step["comparison"] in ("given_name", "identity", "birth_date", "national_id")]
    return tuple(text for step in told if (text := said_of(step, language)))


@dataclass(frozen=True, slots=True)
class Conflict:
    """What was recorded before and says otherwise."""

    left: str
    right: str
    verdict: str
    decision_id: int | None  # None: it follows from several


def conflicts(case: OpenCase, verdict: str, leave_out: Sequence[str] = ()) -> tuple[Conflict, ...]:
    """Recorded decisions that a verdict on the whole case would contradict, directly or through others."""
    inside = [number for number in case.customers if number not in set(leave_out)]
    graph = DecidedGraph((*edge.pair, edge.verdict) for edge in case.edges)
    by_pair = {edge.pair: edge for edge in case.edges}
    found: dict[tuple[str, str], Conflict] = {}
    for index, one in enumerate(inside):
        for other in inside[index + 1 :]:
            against = graph.contradiction(*ordered(one, other), verdict)
            if against:
                edge = by_pair.get(ordered(*against))
                found[ordered(*against)] = Conflict(
                    *ordered(*against), edge.verdict if edge else "same", edge.decision_id if edge else None
                )
    return tuple(found[pair] for pair in sorted(found))


@dataclass(frozen=True, slots=True)
class Changed:
    """A value that is not what it was when somebody last decided."""

    subject: str
    column: str
    before: str | None
    after: str | None


def changes_since(connection: Connection, case: OpenCase, hidden: Collection[str]) -> tuple[Changed, ...]:
    """What changed in the records since somebody last decided on them; nothing when nobody did before."""
    seen = [row["seen_digest"] for row in case.history if row["seen_digest"]]
    if not seen or case.row["decision_id"] is None or case.records_of == "none":
        return ()
    old = without_hidden(read_seen(connection, seen[-1]), hidden)
    changed = []
    before, after = old.get("records", {}), case.records
    for subject in sorted({*before, *after}):
        was, now = (before.get(subject) or {}).get("clean") or {}, (after.get(subject) or {}).get("clean") or {}
        for column in sorted({*was, *now}):
            if (
                was.get(column) != now.get(column)
                and not column.endswith("_state")
                and not isinstance(now.get(column), dict)
            ):
                changed.append(Changed(subject, column, _text(was.get(column)), _text(now.get(column))))
    return tuple(changed[:40])


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Impact:
    """What hangs on the customers of a case."""

    services: tuple[Mapping[str, Any], ...]
    ended_services: int
    roles: tuple[Mapping[str, Any], ...]
    bin_groups: tuple[Mapping[str, Any], ...]
    complaints: int
    last_seen: date | None

    @property
    def sites(self) -> int:
        return len({role["site_no"] for role in self.roles} | {s["site_no"] for s in self.services if s.get("site_no")})

    @property
    def payers(self) -> int:
        return sum(role["role"] == "payer" for role in self.roles)


def impact(case: OpenCase) -> Impact:
    """From the frozen records of every customer that the case is about."""
    records = [record for subject, record in sorted(case.records.items()) if Subject.parse(subject).customer]
    services = [service for record in records for service in record.get("services") or ()]
    groups: dict[tuple[str, str], Mapping[str, Any]] = {}
    for record in records:
        for group in record.get("bin_groups") or ():
            groups[(group.get("bin_group_no", ""), group.get("part", ""))] = group
    signals = [signal for record in records for signal in record.get("signals") or ()]
    days = [day for signal in signals if (day := day_of(signal.get("observed_on")))]
    days += [day for service in services if (day := day_of(service.get("last_emptied_on")))]
    return Impact(
        services=tuple(service for service in services if not service.get("end_on")),
        ended_services=sum(1 for service in services if service.get("end_on")),
        roles=tuple(role for record in records for role in record.get("roles") or () if not role.get("end_on")),
        bin_groups=tuple(groups[key] for key in sorted(groups)),
        complaints=sum(signal["signal"] == "complaint" for signal in signals),
        last_seen=max(days, default=None),
    )


def not_only_silent(case: OpenCase) -> tuple[str, dict[str, Any]] | None:
    """Why a stale finding is more than a silent summer cottage: a text to translate, and its values; None where it does not
    rest on silence.
    """
    said = case.rule
    if said.get("is_seasonal"):
        return (
            N_(
                "Winter does not count: only whole seasons do, and %(seasons)s of them have passed in silence. "
                "No pause covers them, and the site is not served by a shared bin or an area collection point."
            ),
            {"seasons": said.get("silent_seasons") or 0},
        )
    if said.get("silent_days"):
        return (
            N_(
                "The contract runs all year: silent for %(days)s days, and the limit here is %(limit)s. "
                "No pause covers them, and the site is not served by a shared bin or an area collection point."
            ),
            {"days": said["silent_days"], "limit": said.get("limit_days") or "–"},
        )
    return None
