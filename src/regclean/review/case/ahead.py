"""Reading ahead: the night is asked for the cases that come next in the queue while somebody looks at this one.

To read many cases takes hardly longer than to read one. It changes nothing but the time that the next case takes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, select

from regclean.findings import customers_of
from regclean.ledger.tables import findings
from regclean.review.case.desk import is_merge
from regclean.review.case.results import results
from regclean.review.queue.worklist import Row, waiting
from regclean.review.web.services import Services
from regclean.survivorship import Choices

CASES = 20


def read_ahead(service: Services, rows: Sequence[Row], finding_id: str) -> None:
    """See to it that the cases after this one of the queue are read; nobody waits for it."""
    place = next((number for number, row in enumerate(rows) if row.finding_id == finding_id), None)
    following = [] if place is None else rows[place + 1 : place + 1 + CASES]
    if following and not service.night.knows(json.loads(following[0].subjects)):
        service.background.submit(_read, service, [row.case_key for row in following])


def subjects_of(connection: Connection, case_keys: Sequence[str]) -> list[str]:
    """What the findings are about that wait in these cases: a shared bin is shown with all of its."""
    return [subject for row in _waiting_in(connection, case_keys) for subject in json.loads(row["subjects"])]


def _read(service: Services, case_keys: Sequence[str]) -> None:
    with service.ledger.read() as connection:
        rows = _waiting_in(connection, case_keys)
    service.night.look(subject for row in rows for subject in json.loads(row["subjects"]))
    merges = (row for row in rows if row["kind"] == "duplicate" and is_merge(row, None, None))
    results(service, [(tuple(sorted(customers_of(row["subjects"]))), Choices()) for row in merges])


def _waiting_in(connection: Connection, case_keys: Sequence[str]) -> Sequence[RowMapping]:
    query = select(findings.c.kind, findings.c.relation, findings.c.subjects).where(
        findings.c.case_key.in_(case_keys), waiting(), findings.c.present
    )
    return connection.execute(query).mappings().all()
