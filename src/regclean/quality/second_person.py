"""Do two people decide alike? Some decisions on pairs are given to a second person, blind: mixed into the next sample.

By kind of finding, never by person. A second word of the one who decided first is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, exists, func, insert, select

from regclean.ledger import Ledger
from regclean.ledger.sample_tables import labels, sample_pairs, samples, second_opinions
from regclean.ledger.tables import decisions, findings, pair_decisions
from regclean.quality.intervals import Interval, clopper_pearson
from regclean.quality.sampling import rank

ONE_IN = 20
# What a verdict says of the pair, as a label would.
SAYS: Mapping[str, str] = {"same": "same", "entity": "same"} | dict.fromkeys(
    ("different", "household", "successor"), "different"
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of the decisions of a kind that a second person has answered, how many were answered alike."""

    kind: str
    alike: int
    answered: int

    @property
    def share(self) -> Interval | None:
        return clopper_pearson(self.alike, self.answered)


def choose_second(ledger: Ledger, now: datetime) -> int:
    """Choose one in `ONE_IN` of the decisions that people took on single pairs, by the hash of their number; returns how many."""
    single = (
        select(pair_decisions.c.decision_id)
        .group_by(pair_decisions.c.decision_id)
        .having(func.count() == 1)
        .scalar_subquery()
    )
    query = (
        select(decisions.c.decision_id, findings.c.kind)
        .join(findings, findings.c.finding_id == decisions.c.finding_id)
        .where(
            decisions.c.follows_from.is_(None),
            decisions.c.undone_at.is_(None),
            decisions.c.verdict.in_(SAYS),
            decisions.c.decision_id.in_(single),
            decisions.c.decision_id.not_in(select(second_opinions.c.decision_id)),
        )
        .order_by(decisions.c.decision_id)
    )
    with ledger.write() as connection:
        chosen = [
            {"decision_id": row.decision_id, "kind": row.kind, "drawn_at": now}
            for row in connection.execute(query)
            if int(rank(0, "second", row.decision_id)[:8], 16) % ONE_IN == 0
        ]
        if chosen:
            connection.execute(insert(second_opinions), chosen)
    return len(chosen)


def waiting_for_second(connection: Connection, most: int) -> list[tuple[str, str, str]]:
    """Pairs whose decisions wait for a second person and are in no sample yet: customer_no_l, customer_no_r, what was said."""
    drawn = exists().where(
        sample_pairs.c.customer_no_l == pair_decisions.c.customer_no_l,
        sample_pairs.c.customer_no_r == pair_decisions.c.customer_no_r,
        sample_pairs.c.stratum.is_(None),
    )
    query = (
        select(pair_decisions.c.customer_no_l, pair_decisions.c.customer_no_r, pair_decisions.c.verdict)
        .join(second_opinions, second_opinions.c.decision_id == pair_decisions.c.decision_id)
        .where(pair_decisions.c.current, ~drawn)
        .order_by(second_opinions.c.decision_id)
        .limit(most)
    )
    return [(row[0], row[1], SAYS[row[2]]) for row in connection.execute(query)]


def agreement(ledger: Ledger) -> list[Agreement]:
    """How often a second person says the same, by kind; kinds that nobody has answered yet are left out."""
    query = (
        select(
            second_opinions.c.kind, second_opinions.c.decision_id, sample_pairs.c.known, labels.c.user, labels.c.answer
        )
        .join(pair_decisions, pair_decisions.c.decision_id == second_opinions.c.decision_id)
        .join(decisions, decisions.c.decision_id == second_opinions.c.decision_id)
        .join(
            sample_pairs,
            and_(
                sample_pairs.c.customer_no_l == pair_decisions.c.customer_no_l,
                sample_pairs.c.customer_no_r == pair_decisions.c.customer_no_r,
                sample_pairs.c.known.is_not(None),
            ),
        )
        .join(samples, and_(samples.c.sample_id == sample_pairs.c.sample_id, samples.c.certificate_id.is_(None)))
        .join(labels, and_(labels.c.sample_id == sample_pairs.c.sample_id, labels.c.number == sample_pairs.c.number))
        .where(labels.c.user != decisions.c.user)
        .order_by(labels.c.label_id)
    )
    with ledger.read() as connection:
        last = {
            (kind, decision, user): (known, answer) for kind, decision, known, user, answer in connection.execute(query)
        }
    counted: dict[str, list[bool]] = {}
    for (kind, _, _), (known, answer) in last.items():
        if answer in ("same", "different"):
            counted.setdefault(kind, []).append(known == answer)
    return [Agreement(kind, sum(found), len(found)) for kind, found in sorted(counted.items())]
