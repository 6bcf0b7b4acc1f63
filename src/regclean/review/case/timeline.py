"""What is known of a customer over the last five years, as a picture and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from regclean.review.web.i18n import N_

YEARS = 5
WIDTH, LEFT, RIGHT, TOP, LANE = 640, 112, 12, 22, 30
LANES = (
    ("service", N_("Services")),
    ("bill", N_("Bills and payments")),
    ("contact", N_("Contacts")),
    ("signal", N_("Signals")),
    ("bin_group", N_("Shared bins")),
)
_LANE_OF = {
    "invoice": "bill",
    "payment": "bill",
    "contact": "contact",
    "complaint": "contact",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or held from a day to a day. `what` is a code, `name` a number of the register."""

    lane: str
    what: str
    start: date | None
    end: date | None = None
    name: str | None = None
    detail: str | None = None
    span: bool = False
    weak: bool = False  # outside its season, or paused
    season: tuple[str, str] | None = None  # mm-dd to mm-dd

    @property
    def day(self) -> date:
        return self.end or self.start or date.min


@dataclass(frozen=True, slots=True)
class Mark:
    """An event drawn: a dot at `x`, or a bar of `width`; `y` is the middle of its lane."""

    event: Event
    x: float
    y: float
    width: float = 0.0
    height: float = 8.0
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """The picture (SVG units) and the events behind it, newest first."""

    events: tuple[Event, ...]
    marks: tuple[Mark, ...]
    lanes: tuple[tuple[str, float], ...]
    years: tuple[tuple[int, float], ...]
    width: int
    height: int
    left: int
    today: float


def events_of(record: Mapping[str, Any]) -> list[Event]:
    """The events of one customer's frozen record."""
    found: list[Event] = []
    for service in record.get("services") or ():
        found += _service(service)
    for signal in record.get("signals") or ():
        day = day_of(signal.get("observed_on"))
        lane = _LANE_OF.get(signal["signal"], "signal")
        found.append(Event(lane, signal["signal"], day, detail=signal.get("detail")))
    for group in record.get("bin_groups") or ():
        start, end = day_of(group.get("start_on")), day_of(group.get("end_on"))
        found.append(
            Event("bin_group", group.get("part") or "member", start, end, group.get("bin_group_no"), span=True)
        )
    return found


def draw(events: Iterable[Event], today: date) -> Timeline:
    """Lay the events out over the five years to `today`; earlier ones only count where they reach into them."""
    shown = sorted(events, key=lambda event: (event.day, event.lane, event.what, event.name or ""), reverse=True)
    begin = date(today.year - YEARS, today.month, 1)
    used = [lane for lane in LANES if any(event.lane == lane[0] for event in shown)]
    rows, lanes, marks = TOP, [], []
    scale = (WIDTH - LEFT - RIGHT) / max((today - begin).days, 1)

    def x(day: date | None, missing: date) -> float:
        chosen = min(max(day or missing, begin), today)
        return round(LEFT + (chosen - begin).days * scale, 1)

    for lane, title in used:
        spans = [event for event in shown if event.lane == lane and event.span]
        dots = [event for event in shown if event.lane == lane and not event.span and event.start]
        height = LANE + 10 * max(min(len(spans), 5) - 1, 0)
        lanes.append((title, rows + 15.0))
        for index, event in enumerate(reversed(spans[:5])):
            if event.end and event.end < begin:
                continue
            left, right = x(event.start, begin), x(event.end, today)
            y = rows + 11.0 + 10 * index
            marks.append(Mark(event, left, y, max(right - left, 3.0), open_end=event.end is None))
            for start, end in _seasons(event, max(event.start or begin, begin), min(event.end or today, today)):
                width = max(x(end, today) - x(start, begin), 3.0)
                marks.append(Mark(replace(event, weak=False), x(start, begin), y, width))
        for event in dots:
            if event.start and event.start >= begin:
                y = rows + (11.0 if not spans else 11.0 + 10 * (min(len(spans), 5) - 1))
                marks.append(Mark(event, x(event.start, begin), y))
        rows += height
    years = tuple((year, x(date(year, 1, 1), begin)) for year in range(begin.year + 1, today.year + 1))
    return Timeline(
        tuple(shown), tuple(marks), tuple(lanes), years, WIDTH, rows + 8, LEFT, round(float(WIDTH - RIGHT), 1)
    )


def day_of(value: object) -> date | None:
    """A day from frozen text; None when there is none."""
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def _seasons(event: Event, begin: date, end: date) -> list[tuple[date, date]]:
    """The seasons of a service between two days; nothing for one that runs all year."""
    if event.season is None:
        return []
    found = []
    for year in range(begin.year - 1, end.year + 1):
        first = day_of(f"{year}-{event.season[0]}")
        last = day_of(f"{year if event.season[0] <= event.season[1] else year + 1}-{event.season[1]}")
        if first and last and last >= begin and first <= end:
            found.append((max(first, begin), min(last, end)))
    return found


def _service(service: Mapping[str, Any]) -> list[Event]:
    start, end = day_of(service.get("start_on")), day_of(service.get("end_on"))
    name, kind = service.get("service_no"), service.get("waste_type") or "other"
    detail = f"{service['season_start']}–{service['season_end']}" if service.get("season_start") else None
    season = (str(service["season_start"]), str(service.get("season_end"))) if detail else None
    found = [Event("service", kind, start, end, name, detail, span=True, weak=bool(detail), season=season)]
    if service.get("paused_from"):
        paused = (day_of(service["paused_from"]), day_of(service.get("paused_to")))
        found.append(Event("service", "pause", *paused, name, span=True, weak=True))
    if service.get("last_emptied_on"):
        found.append(Event("service", "emptying", day_of(service["last_emptied_on"]), name=name))
    return found
