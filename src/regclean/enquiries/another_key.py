"""What becomes of enquiries and notices when the workspace gets another key: all codes follow from it, so those that are out end.

Who was asked and has not answered is asked again with a new code; who was told and told already stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
from sqlalchemy import Connection, and_, or_, select, update

from regclean.config import Workspace
from regclean.domain.enquiries import OPEN_STATES
from regclean.enquiries import book, notices
from regclean.enquiries.codes import codes_of, exchange, person_digest
from regclean.enquiries.telling import untold
from regclean.ledger import Ledger
from regclean.ledger.enquiry_tables import enquiries
from regclean.ledger.enquiry_tables import notices as notice_table


@dataclass(frozen=True, slots=True)
class EndingCodes:
    """Codes that end with the key. `asked_again`: enquiries that wait for an answer or a letter; `told`: notices that are out;
    `waiting`: answers that nobody has taken yet; `questions`: numbers of all that the reply page holds.
    """

    asked_again: int
    told: int
    waiting: int
    questions: tuple[str, ...]


def ending_codes(ledger: Ledger, workspace: Workspace) -> EndingCodes:
    """What would end with the key that is in force."""
    with ledger.read() as reading:
        found = [one for one in book.find(reading) if one.question is not None]
        told = [number for number, _, _ in notices.open_notices(reading)]
    numbers = [codes_of(workspace, one.enquiry_id, one.issue).number for one in found]
    numbers += [codes_of(workspace, number, 1, what="notice").number for number in told]
    again = sum(one.state in OPEN_STATES and one.state != "answered" for one in found)
    return EndingCodes(again, len(told), len(list(exchange(workspace).answers())), tuple(numbers))


def end_codes(
    writing: Connection, now: datetime, persons: Mapping[tuple[str, str], str], otherwise: Callable[[str], str]
) -> int:
    """Have every question that is out asked anew, and know who was told by the new key; returns how many are asked anew.

    `persons`: of `persons_told`; `otherwise`: the digest, from the old one, of who is on no list any more.
    """
    of = enquiries.c
    out = or_(of.state.in_(("sent", "reminded")), and_(of.state == "planned", of.written_at.is_not(None)))
    values = {"state": "planned", "state_since": now, "written_at": None, "issue": of.issue + 1}
    again = writing.execute(update(enquiries).where(out, of.question.is_not(None)).values(values)).rowcount
    known = notice_table.c
    writing.execute(update(notice_table).where(known.state == "due").values(written_at=None))
    for row in writing.execute(select(known.notice_id, known.bin_group_no, known.person_digest)).all():
        new = persons.get((row.bin_group_no, row.person_digest)) or otherwise(row.person_digest)
        writing.execute(update(notice_table).where(known.notice_id == row.notice_id).values(person_digest=new))
    return again


def persons_told(
    ledger: Ledger,
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    as_of: date,
    keys: tuple[bytes, bytes],
) -> dict[tuple[str, str], str]:
    """The digests by which members are known who are to be told: (shared bin, under the first key) -> under the second.

    `connection`: the night in force; `keys`: two of a workspace's, old and new.
    """
    with ledger.read() as reading:
        if reading.execute(select(notice_table.c.notice_id).limit(1)).first() is None:
            return {}
    found, _ = untold(ledger, connection, workspace, as_of)
    old, new = keys
    return {
        (one.bin_group_no, person_digest(workspace, one.said, under=old)): person_digest(workspace, one.said, under=new)
        for one in found
    }
