"""Which waiting findings are alike enough to be decided together, and how many there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, select

from regclean.accounts.permissions import User
from regclean.acts import visible_to
from regclean.ledger.tables import findings

SURE = 0.99
FEWEST = 2  # one alone is no group
PAGE = 50
DUPLICATES = "same"  # the group of pairs, which join customers
SURE_LINES = "K12"  # a line of a shared bin's list, and the customer that it is
POOLS = ("same", "bin_group", "field", "stale")


@dataclass(frozen=True, slots=True)
class Group:
    """Alike findings of one workpool. `code`: a rule, or "same"; `whole`: all of it may be accepted after a shown sample."""

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


def groups_of(connection: Connection, user: User, pool: str) -> list[Group]:
    """The groups of a workpool, the largest first."""
    if pool not in POOLS:
        return []
    of = findings.c
    query = (
        select(of.rule, func.count(), func.max(of.severity), func.min(of.severity))
        .where(of.workpool == pool, alike(user))
        .group_by(of.rule)
        .having(func.count() >= FEWEST)
    )
    found = [
        # "info": nothing but a repair of how a value is written. A list's line rests on the linkage, and is as sure as that.
        Group(_code(rule), pool, int(size), whole=rule == SURE_LINES or (low, high) == ("info", "info"))
        for rule, size, high, low in connection.execute(query)
    ]
    return sorted(found, key=lambda group: (-group.size, group.code))


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
    """Open, with a change to propose, and as certain as its kind can be; a line that founds a customer is none of them."""
    of = findings.c
    pairs = and_(of.kind == "duplicate", of.relation == "same", of.score >= SURE)
    lines = and_(of.rule == SURE_LINES, of.score >= SURE)
    others = and_(of.kind != "duplicate", of.rule != SURE_LINES)
    told = of.proposal.is_not(None) & (of.ends_in == "change")
    return and_(of.state == "open", of.present, visible_to(user), told, pairs | lines | others)


def _in_group(user: User, group: Group, without: Collection[str]) -> ColumnElement[bool]:
    of = findings.c
    own = of.kind == "duplicate" if group.joins else of.rule == group.code
    return and_(of.workpool == group.pool, alike(user), own, of.finding_id.not_in(sorted(without)))


def _code(rule: str) -> str:
    return DUPLICATES if rule == "duplicate" else rule
