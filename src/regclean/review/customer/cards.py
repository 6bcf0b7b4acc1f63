"""What stands on a customer's card, and whom it does not name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from regclean.accounts.permissions import User
from regclean.acts import Context, hidden_from, open_customer, visible_to
from regclean.domain.register import subject_text
from regclean.inspection import SubjectPage, look_up
from regclean.ledger.tables import batch_changes, batches, findings
from regclean.review.web.services import Services
from regclean.sealing import shown
from regclean.warehouse import rows

# Batches whose lines are not in the register yet, and lines of theirs that will be.
WAITING = ("built", "approved", "applying", "unknown")
PLANNED = ("planned", "ready")
Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Coming:
    """A change of an open batch. `column` is None where the whole customer is merged into `after`."""

    table: str
    key: str
    column: str | None
    before: str | None
    after: str | None
    batch_id: int


@dataclass(frozen=True, slots=True)
class Card:
    """`subject`: the sections of the night and the ledger; `coming`: what open batches will make of the register."""

    customer_no: str
    name: str
    protected: bool
    subject: SubjectPage
    coming: tuple[Coming, ...]

    def lines(self, title: str) -> Lines:
        """The lines of one section, as objects; none where the section is empty."""
        found: Lines = self.subject.data.get(title, ())
        return found


def open_card(
    service: Services,
    acting: Context,
    customer_no: str,
    *,
    reason: str | None = None,
    note: str | None = None,
    opened: bool = False,
) -> Card:
    """Read a card, and note who did. Errors: as `look_up` and `acts.open_customer`."""
    found = look_at(service, acting, subject_text("customers", customer_no))
    protected = open_customer(acting, customer_no, reason, note, opened=opened)
    with acting.ledger.read() as reading:
        coming = _coming(reading, acting.user, found, customer_no)
    values = {line["column"]: line["read as"] or line["landed"] for line in found.data.get("values", ())}
    return Card(customer_no, values.get("name") or customer_no, protected, found, coming)


def look_at(service: Services, acting: Context, subject: str) -> SubjectPage:
    """What is known of a subject, as far as this account may know of it. Errors: as `look_up`."""
    with service.night.read() as (_, night):
        hidden: set[str] = set()
        if not acting.user.may("restricted:open"):
            with acting.ledger.read() as reading:
                hidden = {subject_text("customers", number) for number in hidden_from(reading, acting.user)}
            hidden |= {subject_text(*found) for found in rows(night, "SELECT table_name, key FROM hidden_subjects")}
        return look_up(night, acting.ledger, subject, hidden=hidden)


def _coming(reading: Connection, user: User, found: SubjectPage, customer_no: str) -> tuple[Coming, ...]:
    """Lines about the customer, and about the rows that hang on it, of batches that are not in the register yet."""
    keys = [("customers", customer_no)]
    keys += [("services", line["service_no"]) for line in found.data.get("services", ()) if line.get("service_no")]
    query = (
        select(batch_changes)
        .join(batches, batches.c.batch_id == batch_changes.c.batch_id)
        .outerjoin(findings, findings.c.finding_id == batch_changes.c.finding_id)
        .where(
            or_(batch_changes.c.finding_id.is_(None), visible_to(user)),
            batches.c.state.in_(WAITING),
            batch_changes.c.state.in_(PLANNED),
            or_(
                *(and_(batch_changes.c.table == table, batch_changes.c.key == key) for table, key in keys),
                and_(batch_changes.c.op == "merge", batch_changes.c.after == customer_no),
            ),
        )
        .order_by(batch_changes.c.batch_id, batch_changes.c.seq)
    )
    return tuple(
        Coming(row["table"], row["key"], row["column"], _plain(row["before"]), _plain(row["after"]), row["batch_id"])
        for row in reading.execute(query).mappings()
    )


def _plain(value: str | None) -> str | None:
    """A value of a line as it may be shown; a whole row says no more than that it is one."""
    if value is None:
        return None
    if value.startswith("{"):
        kept = {name: one for name, one in json.loads(value).items() if one is not None}
        return ", ".join(f"{name}: {shown(str(one))}" for name, one in kept.items())
    return shown(value)
