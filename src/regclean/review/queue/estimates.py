"""How long what waits will take, by how long such cases have taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import quantiles

from sqlalchemy import Connection, select

from regclean.ledger.tables import audit
from regclean.review.queue.worklist import HANDLING

SAMPLE = 200  # handled cases that an estimate rests on
FEWEST = 20  # below this there is no honest estimate


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a number of cases takes, by how long such cases have taken: the middle half of them."""

    low: timedelta
    high: timedelta
    middle: timedelta
    sample: int


def estimate(connection: Connection, pool: str, cases: int) -> Estimate | None:
    """How long these cases will take somebody who works like those who have decided; None while too few have been.

    From the seconds that cases of the same workpool were looked at before they were decided.
    """
    query = (
        select(audit.c.detail)
        .where(audit.c.subject == f"{HANDLING}{pool}", audit.c.action == "handle")
        .order_by(audit.c.seq.desc())
        .limit(SAMPLE)
    )
    seconds = [float(detail["seconds"]) for detail in connection.execute(query).scalars() if "seconds" in detail]
    if len(seconds) < FEWEST:
        return None
    low, middle, high = quantiles(seconds, n=4, method="inclusive")
    return Estimate(
        timedelta(seconds=low * cases),
        timedelta(seconds=high * cases),
        timedelta(seconds=middle * cases),
        len(seconds),
    )
