"""Looking at rounds and at shared bins: what came of asking. Whoever may read findings may; a shared bin that somebody under
non-disclosure may be behind is not there for anybody: it is nowhere but by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping, func, select

from regclean import enquiries
from regclean.acts.context import Context, act
from regclean.acts.enquiries import night_in_force, told_to
from regclean.acts.visibility import visible_to
from regclean.domain.register import Subject, subject_text
from regclean.enquiries import Enquiry, Forecast, Notice, RoundFigures, Story
from regclean.errors import NotFoundError
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import findings


@dataclass(frozen=True, slots=True)
class Rounds:
    """All rounds, the newest first, each with its enquiries' states; the open lists by weight, and when they are confirmed."""

    rounds: tuple[tuple[RowMapping, dict[str, int]], ...]
    open_lists: int
    left_out: dict[str, int]
    forecast: Forecast | None
    notices: tuple[Notice, ...]
    notices_by_hand: int


@act("findings:read")
def look_at_rounds(context: Context) -> Rounds:
    """What was asked so far and what is to come. Errors: UsageError before the first night."""
    config, ledger = context.workspace.config, context.ledger
    with night_in_force(context) as (connection, run):
        chosen, left_out = enquiries.to_ask(ledger, connection, config, as_of=run.as_of)
        untold, by_hand = enquiries.untold(ledger, connection, context.workspace, run.as_of)
    with ledger.read() as reading:
        asked = enquiries.find(reading)
        told = enquiries.find_rounds(reading)
    states: dict[int, dict[str, int]] = {row["round_id"]: {} for row in told}
    for one in asked:
        states[one.round_id][one.state] = states[one.round_id].get(one.state, 0) + 1
    open_lists = len(chosen) + left_out["asked_already"]
    per_week = int(config.section("enquiries")["per_week"])
    return Rounds(
        rounds=tuple((row, states[row["round_id"]]) for row in told),
        open_lists=open_lists,
        left_out={why: number for why, number in told_to(context.user, left_out).items() if why != "asked_already"},
        forecast=enquiries.forecast(asked, open_lists, per_week, _today(context)),
        notices=tuple(enquiries.stand(untold, enquiries.notices.known(ledger), config)),
        notices_by_hand=told_to(context.user, {"protected": by_hand})["protected"],
    )


@act("findings:read")
def look_at_round(context: Context, round_id: int) -> tuple[RoundFigures, list[Enquiry]]:
    """One round in figures, and its enquiries. Errors: NotFoundError."""
    hidden = _hidden(context)
    with context.ledger.read() as reading:
        figures = enquiries.figures_of(reading, round_id, context.workspace.config.timezone, hidden)
        asked = enquiries.find(reading, round_id=round_id)
    return figures, [one for one in asked if one.bin_group_no not in hidden]


@act("findings:read")
def look_at_bin(context: Context, number: str) -> Story:
    """The story of a shared bin. Errors: NotFoundError."""
    if number in _hidden(context):
        raise NotFoundError("there is no such shared bin.")
    with context.ledger.read() as reading:
        story = enquiries.story_of(reading, number, visible_to(context.user))
    if not story.events:
        raise NotFoundError("there is no such shared bin.")
    return story


@act("restricted:open")
def list_by_hand(context: Context) -> list[tuple[str, int]]:
    """Shared bins that no letter is about, because somebody under non-disclosure may be behind them, each with its open cases:
    they are asked about by hand. Who looks is noted.
    """
    barred = _hidden(context)
    waits = (findings.c.state.in_(("open", "deferred", "accepted")), findings.c.present, findings.c.kind == "bin_group")
    query = select(findings.c.case_key, func.count()).where(*waits).group_by(findings.c.case_key)
    with context.ledger.read() as reading:
        cases = {Subject.parse(case).key: number for case, number in reading.execute(query)}
    found = sorted((number, cases[number]) for number in barred & cases.keys())
    with context.ledger.write() as writing:
        about = subject_text("rounds", "by-hand")
        append(writing, Entry(context.now, context.user.name, "read", about, detail={"bin_groups": len(found)}))
    return found


def _hidden(context: Context) -> frozenset[str]:
    with night_in_force(context) as (connection, run):
        barred = enquiries.barred_groups(context.ledger, connection, run.as_of)
    return frozenset(number for number, why in barred.items() if why == "protected")


def _today(context: Context) -> date:
    return context.now.astimezone(context.workspace.config.timezone).date()
