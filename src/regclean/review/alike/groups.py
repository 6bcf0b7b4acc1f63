"""Which waiting findings are alike enough to be decided together, and how many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, func, or_, select

from regclean.accounts.permissions import User
from regclean.acts import visible_to
from regclean.findings import COMPLAINT
from regclean.ledger.tables import findings

SURE = 0.99
FEWEST = 2  # one alone is no group
FOLDS_FROM = 20  # fewer are read in the queue as fast as in a table of their own
PAGE = 50
DUPLICATES = "same"  # the group of pairs, which join customers
RELATED = "related"  # the group of pairs that are told apart
TASKS = "-tasks"  # ends the code of a rule's findings that become tasks
SURE_LINES = "K12"  # a line of a shared bin's list, and the customer that it is
POOLS = ("same", "related", "bin_group", "field", "stale")


@dataclass(frozen=True, slots=True)
class Group:
    """Alike findings of one workpool. `code`: a rule, a rule with "-tasks", "same" or "related"; `whole`: all of it may be
    accepted after a shown sample.
    """

    code: str
    pool: str
    size: int
    whole: bool

    @property
    def lines(self) -> bool:
        """Is it the certain lines of lists?"""
        return self.code == SURE_LINES

    @property
    def joins(self) -> bool:
        return self.code == DUPLICATES

    @property
    def parts(self) -> bool:
        """Are its pairs told apart?"""
        return self.code == RELATED

    @property
    def tasks(self) -> bool:
        """Does each of it become a task? Nothing of the register changes by that."""
        return self.code.endswith(TASKS)

    @property
    def rule(self) -> str:
        return self.code.removesuffix(TASKS)


@dataclass(frozen=True, slots=True)
class Folding:
    """The groups that stand in a workpool's queue as one row each, and the cases that hold nothing else, by their keys."""

    groups: tuple[Group, ...] = ()
    cases: frozenset[str] = frozenset()


def groups_of(connection: Connection, user: User, pool: str) -> list[Group]:
    """The groups of a workpool, the largest first."""
    if pool not in POOLS:
        return []
    of = findings.c
    told = (of.rule, of.relation, of.ends_in)
    query = (
        select(*told, func.count(), func.max(of.severity), func.min(of.severity))
        .where(of.workpool == pool, alike(user))
        .group_by(*told)
        .having(func.count() >= FEWEST)
    )
    found = []
    for rule, relation, ends_in, size, high, low in connection.execute(query):
        code = _code(rule, relation, ends_in)
        # "info": nothing but a repair of how a value is written. A list's line rests on the linkage, and is as sure as that.
        mild = code in (SURE_LINES, RELATED) or ends_in == "task" or (low, high) == ("info", "info")
        found.append(Group(code, pool, int(size), whole=mild and code != DUPLICATES))
    return sorted(found, key=lambda group: (-group.size, group.code))


def folding_of(
    connection: Connection,
    user: User,
    pool: str,
    groups: Collection[Group],
    uncertified: Callable[[Collection[str]], Collection[str]],
) -> Folding:
    """What of a workpool's groups one act of this user may decide now, twenty findings or more in each.

    `uncertified`: of findings that join customers, those that no certificate in force covers; they stay rows of their own. So
    does a case with anything that stands out: an open complaint, what came back, what is given to somebody.
    """
    many = {group.code: group for group in groups if group.size >= FOLDS_FROM and (group.whole or group.joins)}
    if not many or not user.may("findings:decide"):
        return Folding()
    of = findings.c
    out = or_(of.priority >= COMPLAINT, of.reopened_because.is_not(None), of.assignee.is_not(None))
    folds = case((and_(~out, alike(user)), True), else_=False)
    query = select(of.case_key, of.finding_id, of.rule, of.relation, of.ends_in, folds)
    # Of a group, None for what is in none: findings and their cases.
    cases: dict[str | None, dict[str, str]] = defaultdict(dict)
    for key, finding_id, *told, alone in connection.execute(
        query.where(of.workpool == pool, of.state == "open", visible_to(user))
    ):
        code = _code(*told)
        cases[code if alone and code in many else None][finding_id] = key
    if DUPLICATES in cases:
        joined = cases.pop(DUPLICATES)
        barred = set(uncertified(list(joined)))
        covered = {one: key for one, key in joined.items() if one not in barred}
        if len(covered) >= FOLDS_FROM:
            cases[DUPLICATES] = covered
        cases[None] |= {one: key for one, key in joined.items() if one not in cases[DUPLICATES]}
    left = frozenset(cases.pop(None, {}).values())
    return Folding(
        tuple(group for code, group in many.items() if cases.get(code)),
        frozenset(key for some in cases.values() for key in some.values()) - left,
    )


def find_group(connection: Connection, user: User, code: str) -> Group | None:
    """The group of this code, as it is now."""
    return next((group for pool in POOLS for group in groups_of(connection, user, pool) if group.code == code), None)


def members(
    connection: Connection,
    user: User,
    group: Group,
    *,
    without: Collection[str] = (),
    only: Collection[str] | None = None,
    after: str = "",
    limit: int | None = PAGE,
) -> list[RowMapping]:
    """The findings of a group in the order of their ids, behind one of them. `without`: those that are staged or aside;
    `only`: of these ids.
    """
    of = findings.c
    query = select(findings).where(_in_group(user, group, without), of.finding_id > after)
    if only is not None:
        query = query.where(of.finding_id.in_(sorted(only)))
    query = query.order_by(of.finding_id)
    return list(connection.execute(query.limit(limit) if limit else query).mappings())


def left_of(connection: Connection, user: User, group: Group, *, without: Collection[str]) -> int:
    """How many findings of a group are left."""
    query = select(func.count()).select_from(findings).where(_in_group(user, group, without))
    return int(connection.execute(query).scalar_one())


def sure_lines(connection: Connection, user: User, case_key: str) -> list[RowMapping]:
    """The certain lines of one shared bin."""
    of = findings.c
    query = select(findings).where(
        of.case_key == case_key, of.rule == SURE_LINES, of.workpool == "bin_group", alike(user)
    )
    return list(connection.execute(query.order_by(of.finding_id)).mappings())


def alike(user: User) -> ColumnElement[bool]:
    """Open, with one likely act, and as certain as its kind can be; a line that founds a customer is none of them.

    What becomes a task, and pairs that are told apart, change nothing of the register.
    """
    of = findings.c
    joined = and_(of.relation == DUPLICATES, of.score >= SURE, of.proposal.is_not(None), of.ends_in == "change")
    pairs = and_(of.kind == "duplicate", joined | (of.relation == RELATED))
    lines = and_(of.rule == SURE_LINES, of.score >= SURE)
    change = and_(of.proposal.is_not(None), of.ends_in == "change", lines | (of.rule != SURE_LINES))
    others = and_(of.kind != "duplicate", change | (of.ends_in == "task"))
    return and_(of.state == "open", of.present, visible_to(user), pairs | others)


def _in_group(user: User, group: Group, without: Collection[str]) -> ColumnElement[bool]:
    of = findings.c
    if group.joins or group.parts:
        own = and_(of.kind == "duplicate", of.relation == group.code)
    else:
        own = and_(of.rule == group.rule, (of.ends_in == "task") == group.tasks)
    return and_(of.workpool == group.pool, alike(user), own, of.finding_id.not_in(sorted(without)))


def _code(rule: str, relation: str | None, ends_in: str) -> str:
    if rule == "duplicate":
        return relation or ""
    return f"{rule}{TASKS}" if ends_in == "task" else rule
