"""The desk: everything that one page of work shows, put together from the ledger in one reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, RowMapping, select

from regclean.accounts.permissions import User
from regclean.acts import Context, hidden_from, uncertified
from regclean.bin_reports import Letter
from regclean.domain.register import CUSTOMER_COLUMNS, Subject, subject_text
from regclean.findings import DECIDABLE
from regclean.findings.seen import Look
from regclean.ledger.runs import last_seen_of
from regclean.ledger.tables import runs, users
from regclean.review.alike.groups import POOLS, Folding, Group, folding_of, groups_of, sure_lines
from regclean.review.case import beside, cases, graph, reasons, shared_bins, timeline
from regclean.review.case.cases import OpenCase
from regclean.review.case.letters import letters
from regclean.review.case.results import Result
from regclean.review.case.staging import Staged, Staging, latest_decision
from regclean.review.case.who import Who, who_it_is
from regclean.review.queue import estimates, worklist
from regclean.review.queue.colleagues import AtWork, at_work
from regclean.review.queue.filters import Filters
from regclean.review.web.i18n import Language
from regclean.review.web.privacy import without_hidden_numbers

Found = TypeVar("Found")

COUNTS_HOLD = 3.0  # seconds: twenty stewards at once need not each count everything anew
MERGED = (None, "same", "unsure")  # relations of which a merge is the likely end
CHOICES_HOLD = 60.0  # what the filters offer, and which cases are alike, changes with the nights


@dataclass(frozen=True, slots=True)
class QueueView:
    """The left column."""

    filters: Filters
    counts: Mapping[str, int]
    waiting: int
    page: worklist.Page
    estimate: estimates.Estimate | None
    choices: worklist.FilterChoices
    groups: Sequence[Group]
    folding: Folding  # what of the groups stands for its cases; nothing where the queue is narrowed
    at_work: AtWork  # who else has a case open, or staged
    next_night: date | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """The middle and the right column. Of `comparison`, `shared_bin` and `line` (a timeline) a kind has what it needs."""

    case: OpenCase
    title: str
    sentence: str
    siblings: Sequence[RowMapping]
    sibling_sentences: Mapping[str, str]
    about: Sequence[RowMapping]
    about_sentences: Mapping[str, str]
    comparison: cases.Comparison | None
    waterfalls: tuple[reasons.Waterfall, ...]
    household: tuple[str, ...]
    graph: graph.Graph | None
    shared_bin: shared_bins.SharedBin | None
    letters: tuple[Letter, ...]
    who: tuple[Who, ...]  # of a stale case, before anything is said of them
    line: timeline.Timeline | None
    silent: tuple[str, dict[str, Any]] | None
    guards: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    changes: tuple[reasons.Changed, ...]
    impact: reasons.Impact
    own_decision: int | None
    decidable: bool
    colleagues: tuple[str, ...]
    sure_lines: int  # of the shared bin's list, which one key accepts
    chosen_column: str | None  # of the proposal, in which another customer may be put
    merges: bool  # is a merge what is likely, or asked for? Else there is no survivor and no result

    @property
    def row(self) -> RowMapping:
        return self.case.row

    @property
    def waits(self) -> bool:
        row = self.case.row
        return row["state"] == "open" or (row["state"] == "deferred" and row["workpool"] in ("second", "restricted"))


class _Held(Generic[Found]):
    """What was found, by its key, for so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[tuple[str, ...], tuple[datetime, Found]] = {}
        self._lock = Lock()

    def get(self, key: tuple[str, ...], now: datetime, find: Callable[[], Found]) -> Found:
        """What is held, else what `find` finds now."""
        with self._lock:
            kept = self._kept.get(key)
        if kept and 0 <= (now - kept[0]).total_seconds() < self._seconds:
            return kept[1]
        found = find()
        with self._lock:
            self._kept[key] = (now, found)
        return found

    def forget(self, *parts: str) -> None:
        """Drop all, or what has one of these among the words of its key."""
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if parts and not set(parts) & set(key)}


class CountsCache:
    """Counts by what a user may see, for a few seconds, and which cases are alike, until somebody decides at this application
    or a night is published. One for each application.
    """

    def __init__(self) -> None:
        self._counts: _Held[dict[str, int]] = _Held(COUNTS_HOLD)
        self._choices: _Held[worklist.FilterChoices] = _Held(CHOICES_HOLD)
        self._groups: _Held[list[Group]] = _Held(CHOICES_HOLD)
        self._foldings: _Held[Folding] = _Held(CHOICES_HOLD)
        self._at_work: _Held[AtWork] = _Held(COUNTS_HOLD)

    def counts(self, connection: Connection, context: Context) -> dict[str, int]:
        """Rows of each queue."""
        user = context.user
        key = (*worklist.pools_of(user), *_rights(user))

        def find() -> dict[str, int]:
            return worklist.counts(
                connection, user, {pool: self.folding(connection, context, Filters(pool=pool)) for pool in POOLS}
            )

        return self._counts.get(key, context.now, find)

    def choices(self, connection: Connection, user: User, pool: str, now: datetime) -> worklist.FilterChoices:
        key = (pool, *_rights(user))
        return self._choices.get(key, now, lambda: worklist.choices(connection, user, pool))

    def groups(self, connection: Connection, user: User, pool: str, now: datetime) -> list[Group]:
        key = (pool, _night(connection), *_rights(user))
        return self._groups.get(key, now, lambda: groups_of(connection, user, pool))

    def folding(self, connection: Connection, context: Context, filters: Filters) -> Folding:
        """What stands for its cases in this queue; who narrows a queue sees every case."""
        user, pool = context.user, filters.pool
        if filters.narrowed or pool not in POOLS:
            return Folding()

        def find() -> Folding:
            groups = self.groups(connection, user, pool, context.now)
            return folding_of(connection, user, pool, groups, lambda ids: uncertified(context, ids))

        key = (pool, _night(connection), str(user.may("findings:decide")), *_rights(user))
        return self._foldings.get(key, context.now, find)

    def at_work(self, connection: Connection, now: datetime) -> AtWork:
        return self._at_work.get((), now, lambda: at_work(connection, now))

    def forget(self, *pools: str) -> None:
        """After somebody has decided in these workpools, or in any."""
        self._counts.forget()
        self._at_work.forget()
        self._groups.forget(*pools)
        self._foldings.forget(*pools)


def _rights(user: User) -> tuple[str]:
    """What of a user's rights says which findings they see."""
    return (str(user.may("restricted:open")),)


def _night(connection: Connection) -> str:
    query = select(runs.c.run_id).where(runs.c.status == "published").order_by(runs.c.run_id.desc()).limit(1)
    return connection.execute(query).scalar() or ""


def queue_view(
    connection: Connection,
    context: Context,
    filters: Filters,
    staging: Staging,
    cache: CountsCache,
    *,
    after: str | None = None,
) -> QueueView:
    user, now, aside = context.user, context.now, staging.aside
    counts = cache.counts(connection, context)
    folding = cache.folding(connection, context, filters)
    page = worklist.page(connection, user, filters, now=now, after=after, without=aside, folded=folding.cases)
    number = worklist.count(connection, user, filters, now=now) if filters.narrowed else counts.get(filters.pool, 0)
    return QueueView(
        filters,
        counts,
        number,
        page,
        estimates.estimate(connection, filters.pool, number),
        cache.choices(connection, user, filters.pool, now),
        cache.groups(connection, user, filters.pool, now),
        folding,
        cache.at_work(connection, now),
        connection.execute(
            select(runs.c.as_of).where(runs.c.status == "published").order_by(runs.c.as_of.desc())
        ).scalar(),
    )


def case_view(
    connection: Connection,
    user: User,
    case: OpenCase,
    language: Language,
    result: Result | None,
    *,
    look: Look,
    sender: str,
    now: datetime,
    merges: bool = True,
) -> CaseView:
    """`result`: what merging the customers of a duplicate gives. `look`: into the night. `sender`: who signs the letters."""
    code, row = language.code, case.row
    siblings = beside.siblings(connection, user, row) if case.kind != "duplicate" else []
    about = beside.about(connection, user, [s for s in case.subjects if ":" in s], but=row["case_key"])
    hidden = hidden_from(connection, user)

    def told(other: RowMapping) -> str:
        opened = OpenCase(other, cases.said(connection, other), (), (), ())
        return without_hidden_numbers(reasons.sentence(opened, code), hidden)

    shared_bin = shared_bins.shared_bin(case, siblings) if case.kind == "bin_group" else None
    comparison = cases.compare(case, result) if case.customers and case.kind != "bin_group" else None
    weakest = reasons.weakest_pair(case)
    is_stale = case.kind == "stale"
    return CaseView(
        case=case,
        title=reasons.title(row["rule"], code),
        sentence=without_hidden_numbers(reasons.sentence(case, code), hidden),
        siblings=siblings,
        sibling_sentences={other["finding_id"]: told(other) for other in siblings[:60]},
        about=about,
        about_sentences={other["finding_id"]: told(other) for other in about},
        comparison=comparison,
        waterfalls=reasons.waterfalls(case, code, language.gettext),
        household=reasons.household_reasons(weakest, code) if weakest else (),
        graph=_graph(case, comparison),
        shared_bin=shared_bin,
        letters=letters(connection, shared_bin.number, siblings, look, sender=sender, first=code) if shared_bin else (),
        who=who_it_is(case) if is_stale else (),
        line=_timeline(connection, case, now) if is_stale else None,
        silent=reasons.not_only_silent(case) if is_stale else None,
        guards=reasons.guards(row["rule"]) if is_stale else (),
        facts=reasons.facts(case, code),
        changes=reasons.changes_since(connection, case, hidden),
        impact=reasons.impact(case),
        own_decision=latest_decision(connection, row["finding_id"], user),
        decidable=row["state"] in DECIDABLE and row["present"],
        colleagues=tuple(
            connection.execute(select(users.c.user).where(users.c.active).order_by(users.c.user)).scalars()
        ),
        sure_lines=len(sure_lines(connection, user, row["case_key"])) if shared_bin else 0,
        chosen_column=chosen_column(case),
        merges=merges,
    )


def chosen_column(case: OpenCase) -> str | None:
    """The column in which a proposal puts a customer, where it changes rows that are there, and one such cell alone."""
    if any(change["op"] != "update" for change in case.proposal):
        return None
    named = [
        one
        for one in case.proposal
        if one["table"] != "customers" and one["column"] in CUSTOMER_COLUMNS.get(one["table"], ())
    ]
    return str(named[0]["column"]) if len(named) == 1 else None


def is_there(connection: Connection, user: User, look: Look, customer_no: str) -> bool:
    """Does the night know this customer, and may this user know of them?"""
    subject = subject_text("customers", customer_no)
    return customer_no not in hidden_from(connection, user) and subject in look([subject]).records


def is_merge(row: RowMapping, staged: Staged | None, asked: str | None) -> bool:
    """Is a merge the likely end of a case, or what somebody has asked for or staged?"""
    return row["relation"] in MERGED or asked == "same" or (staged is not None and staged.verdict == "same")


def _graph(case: OpenCase, comparison: cases.Comparison | None) -> graph.Graph | None:
    if case.kind != "duplicate" or comparison is None:
        return None
    customers = [column.customer_no for column in comparison.columns]
    return graph.draw(customers, case.payload.get("pairs") or (), case.decided_among(customers))


def _timeline(connection: Connection, case: OpenCase, now: datetime) -> timeline.Timeline | None:
    records = [record for subject, record in case.records.items() if Subject.parse(subject).customer]
    if not records:
        return None
    query = select(runs.c.as_of).where(runs.c.run_id == last_seen_of(connection, case.row["finding_id"]))
    today = connection.execute(query).scalar() or now.date()
    return timeline.draw([event for record in records for event in timeline.events_of(record)], today)
