"""What was answered of drawn pairs: who has the last word, what may be taken back, and what a figure may show while people answer.

A figure that moved with each answer would tell whether the last pair was a known one, and could be taken back until it pleases. So
while a sample is being answered, figures count whole rounds of answers, and only what no figure counts yet can be taken back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, and_, func, select

from regclean.ledger.sample_tables import certificates, labels, sample_pairs, samples
from regclean.ledger.tables import decisions, pair_decisions

# Two words beside same, different and unsure: the answer was taken back; a customer of the pair left the register.
WITHDRAWN, GONE = "withdrawn", "gone"
ROUND = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """One sample as far as it has come. `band`: of the certificate that it belongs to; `gone`: pairs that left the register."""

    sample_id: int
    certificate_id: int | None
    band: str | None
    run_id: str
    drawn_at: datetime
    drawn_by: str
    pairs: int
    answered: int
    gone: int

    @property
    def waiting(self) -> int:
        return self.pairs - self.answered - self.gone


def answers(connection: Connection, *, settled: bool = False) -> dict[tuple[int, int], str]:
    """(sample, number) -> the last answer that anybody gave to that pair; `settled`: without those that no figure counts yet."""
    given, counted = _replayed(connection)
    return {pair: answer for pair, answer in given.items() if not settled or pair in counted}


def _replayed(connection: Connection) -> tuple[dict[tuple[int, int], str], set[tuple[int, int]]]:
    """The last answers in the order in which they were given, and which of them figures count: a round as soon as an answer
    follows it, all when nothing waits. What was counted once is never uncounted by another's being taken back.
    """
    sizes = select(sample_pairs.c.sample_id, func.count()).group_by(sample_pairs.c.sample_id)
    waiting = {row[0]: row[1] for row in connection.execute(sizes)}
    given: dict[tuple[int, int], str] = {}
    counted: set[tuple[int, int]] = set()
    fresh: dict[int, list[tuple[int, int]]] = {sample: [] for sample in waiting}
    query = select(labels.c.sample_id, labels.c.number, labels.c.answer).order_by(labels.c.label_id)
    for sample, number, answer in connection.execute(query):
        pair = (sample, number)
        waiting[sample] += given.pop(pair, None) is not None
        if pair in fresh[sample]:
            fresh[sample].remove(pair)
        if answer == WITHDRAWN:
            continue
        given[pair] = answer
        waiting[sample] -= 1
        if pair not in counted:
            fresh[sample].append(pair)
        if len(fresh[sample]) > ROUND or not waiting[sample]:
            settles = ROUND if waiting[sample] else len(fresh[sample])
            counted.update(fresh[sample][:settles])
            del fresh[sample][:settles]
    return given, counted


def progress(connection: Connection) -> list[Progress]:
    """Every sample, newest first."""
    drawn = select(func.count()).where(sample_pairs.c.sample_id == samples.c.sample_id).scalar_subquery()
    query = (
        select(samples, certificates.c.band, drawn.label("pairs"))
        .join(certificates, certificates.c.certificate_id == samples.c.certificate_id, isouter=True)
        .order_by(samples.c.sample_id.desc())
    )
    given = answers(connection)
    answered = Counter(sample for (sample, _), answer in given.items() if answer != GONE)
    gone = Counter(sample for (sample, _), answer in given.items() if answer == GONE)
    return [
        Progress(
            sample_id=row.sample_id,
            certificate_id=row.certificate_id,
            band=row.band,
            run_id=row.run_id,
            drawn_at=row.drawn_at,
            drawn_by=row.drawn_by,
            pairs=row.pairs,
            answered=answered[row.sample_id],
            gone=gone[row.sample_id],
        )
        for row in connection.execute(query)
    ]


def waiting(connection: Connection, sample_id: int, user: str) -> Sequence[Row[tuple[int, str, str]]]:
    """The pairs of a sample that wait for this account's answer, in their order: number, customer_no_l, customer_no_r.

    A decision that waits for a second person is given to nobody who took it.
    """
    own = (
        select(pair_decisions.c.customer_no_l, pair_decisions.c.customer_no_r)
        .join(decisions, decisions.c.decision_id == pair_decisions.c.decision_id)
        .where(pair_decisions.c.current, decisions.c.user == user)
    )
    query = (
        select(sample_pairs.c.number, sample_pairs.c.customer_no_l, sample_pairs.c.customer_no_r, sample_pairs.c.known)
        .where(sample_pairs.c.sample_id == sample_id)
        .order_by(sample_pairs.c.number)
    )
    given = answers(connection)
    decided = {tuple(row) for row in connection.execute(own)}
    drawn = connection.execute(query).fetchall()
    return [
        row
        for row in drawn
        if (sample_id, row[0]) not in given and not (row.known is not None and (row[1], row[2]) in decided)
    ]


def last_own(connection: Connection, sample_id: int, user: str) -> int | None:
    """The number of the pair that this account answered last, where that may still be taken back."""
    given, counted = _replayed(connection)
    query = select(labels.c.number, labels.c.user).where(labels.c.sample_id == sample_id).order_by(labels.c.label_id)
    last = {row.number: row.user for row in connection.execute(query)}
    own = [
        number
        for sample, number in given
        if sample == sample_id and (sample, number) not in counted and last[number] == user
    ]
    return next((number for number in reversed(own) if given[sample_id, number] != GONE), None)


def own_errors(connection: Connection, user: str) -> tuple[int, int]:
    """Of the known different pairs among the checks of bands that this account answered: called the same, and all."""
    query = (
        select(labels.c.sample_id, labels.c.number, labels.c.answer)
        .join(samples, samples.c.sample_id == labels.c.sample_id)
        .join(
            sample_pairs,
            and_(sample_pairs.c.sample_id == labels.c.sample_id, sample_pairs.c.number == labels.c.number),
        )
        .where(samples.c.certificate_id.is_not(None), sample_pairs.c.known == "different", labels.c.user == user)
        .order_by(labels.c.label_id)
    )
    settled = answers(connection, settled=True)
    said = {(sample, number): answer for sample, number, answer in connection.execute(query)}
    counted = [answer for pair, answer in said.items() if pair in settled and answer not in (WITHDRAWN, GONE)]
    return counted.count("same"), len(counted)
