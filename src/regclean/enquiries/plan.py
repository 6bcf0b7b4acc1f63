"""Which contact persons a round asks, in which order, and whom it leaves out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import polars as pl
from sqlalchemy import select

from regclean.bin_reports import (
    BinGroup,
    Defect,
    asks_contact,
    asks_who,
    gather,
    restricted_groups,
    unsettled,
    why_no_letter,
)
from regclean.config import Config
from regclean.domain.enquiries import WEIGHTS
from regclean.domain.languages import LANGUAGES
from regclean.enquiries import book
from regclean.findings import ever_hidden, hidden_customers
from regclean.ledger import Ledger
from regclean.ledger.enquiry_tables import answers, enquiries
from regclean.ledger.tables import batch_changes, batches
from regclean.warehouse import load_sql, rows

PACKAGE = "regclean.enquiries"
# A list that cannot be placed or billed is wrong whatever else is asked; of these the contact person knows more than a name.
_UNKNOWN = frozenset({"K02", "K12"})
_CONFIRM = frozenset({"K22", "K25"})


@dataclass(frozen=True, slots=True)
class RoundReport:
    """A round that was planned. `weights`: how many of each; `left_out`: why -> how many shared bins."""

    round_id: int | None
    weights: Mapping[str, int]
    weeks: int
    left_out: Mapping[str, int]

    @property
    def asked(self) -> int:
        return sum(self.weights.values())


def plan_round(
    ledger: Ledger,
    connection: duckdb.DuckDBPyConnection,
    config: Config,
    *,
    as_of: date,
    user: str,
    now: datetime,
    title: str | None = None,
    limit: int | None = None,
    per_week: int | None = None,
    only: Collection[str] = (),
) -> RoundReport:
    """Plan a round over the night in force (`connection`): the heaviest first, so many a week. No round where nobody is to be asked."""
    settings = config.section("enquiries")
    weekly = per_week or int(settings["per_week"])
    chosen, left_out = to_ask(ledger, connection, config, as_of=as_of, only=only)
    strangers = contact_changed(ledger)
    planned = [
        book.Planned(
            number,
            WEIGHTS[place],
            at // weekly + 1,
            "empty" if number in strangers or asks_who(group.material) else "list",
            group.language if group.language in LANGUAGES else config.languages[0],
            "email" if settings["smtp"] and group.contact_email else "letter",
        )
        for at, (place, number, group) in enumerate(chosen[:limit])
    ]
    weights = Counter(one.weight for one in planned)
    if not planned:
        return RoundReport(None, {}, 0, left_out)
    with ledger.write() as writing:
        made = book.begin_round(
            writing,
            planned,
            title=title,
            user=user,
            now=now,
            per_week=weekly,
            answer_days=int(settings["answer_days"]),
            left_out=left_out,
        )
    return RoundReport(made, weights, planned[-1].week, left_out)


def to_ask(
    ledger: Ledger, connection: duckdb.DuckDBPyConnection, config: Config, *, as_of: date, only: Collection[str] = ()
) -> tuple[list[tuple[int, str, BinGroup]], Counter[str]]:
    """Whom a round would ask now: (place in WEIGHTS, number, shared bin), the heaviest first; and why -> how many it would not."""
    email = bool(config.section("enquiries")["smtp"])
    groups, barred = gathered(ledger, connection), barred_groups(ledger, connection, as_of)
    with ledger.read() as reading:
        busy = book.open_groups(reading)
    left_out: Counter[str] = Counter()
    chosen: list[tuple[int, str, BinGroup]] = []
    for number, group in groups.items():
        if only and number not in only:
            continue
        why = barred.get(number) or _why_not(group, busy, email=email)
        if why:
            left_out[why] += 1
        elif weight := weight_of(group.material.defects):
            chosen.append((WEIGHTS.index(weight), number, group))
    left_out["protected"] += sum(why == "protected" for number, why in barred.items() if number not in groups)
    return sorted(chosen, key=lambda item: item[:2]), +left_out


def gathered(ledger: Ledger, connection: duckdb.DuckDBPyConnection) -> dict[str, BinGroup]:
    """The shared bins that there is something to ask about, by number: of defects that wait, and of lists long unconfirmed."""
    figures = connection.execute(load_sql("unconfirmed", PACKAGE)).fetchall()
    more = pl.DataFrame(
        [(row[0], "open") for row in figures], schema={"finding_id": pl.String, "state": pl.String}, orient="row"
    )
    found = gather(connection, pl.concat([unsettled(ledger), more]).unique("finding_id"))
    return {group.bin_group_no: group for group in found.groups}


def weight_of(defects: Sequence[Defect]) -> str | None:
    """How heavy the reason to ask is; None where nothing is to be asked."""
    asked = [defect for defect in defects if asks_contact(defect)]
    if any(defect.severity != "info" and defect.rule not in _UNKNOWN | _CONFIRM for defect in asked):
        return "wrong"
    if any(defect.rule in _UNKNOWN for defect in asked):
        return "unknown"
    return "confirm" if asked or any(defect.rule in _CONFIRM for defect in defects) else None


def barred_groups(ledger: Ledger, connection: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, str]:
    """Shared bins whose contact person gets no letter, and why: by non-disclosure, gone, ended, an area collection point."""
    with hidden_customers(connection, ever_hidden(ledger)):
        found = rows(connection, load_sql("askable", PACKAGE), {"as_of": as_of})
    why: dict[str, str] = {}
    for number, gone, hidden, area_point, ended in found:
        reason = "ended" if ended else "area_point" if area_point else "contact_gone" if gone else ""
        if hidden:
            reason = "protected"
        if reason:
            why[number] = reason
    return why | dict.fromkeys(restricted_groups(connection), "protected")


def _why_not(group: BinGroup, busy: Collection[str], *, email: bool) -> str | None:
    if group.bin_group_no in busy:
        return "asked_already"
    if why_no_letter(group.material):
        return "contact_gone"
    if not group.contact_name:
        return "no_contact"
    if not group.contact_address and not (email and group.contact_email):
        return "no_address"
    return None


def contact_changed(ledger: Ledger) -> frozenset[str]:
    """Shared bins that got another contact person through a batch and have not heard from them: the list is not theirs."""
    changed = (
        select(batch_changes.c.key, batches.c.approved_at)
        .join(batches, batches.c.batch_id == batch_changes.c.batch_id)
        .where(
            batch_changes.c.table == "bin_groups",
            batch_changes.c.column.in_(("contact_name", "contact_customer_no")),
            batch_changes.c.state == "done",
        )
    )
    heard = (
        select(enquiries.c.bin_group_no, answers.c.taken_at)
        .join(answers, answers.c.enquiry_id == enquiries.c.enquiry_id)
        .where(~answers.c.withdrawn)
    )
    with ledger.read() as reading:
        last = {row.key: row.approved_at for row in reading.execute(changed.order_by(batches.c.batch_id))}
        since = {row.bin_group_no: row.taken_at for row in reading.execute(heard.order_by(answers.c.answer_id))}
    return frozenset(number for number, at in last.items() if at and not (number in since and since[number] > at))
