"""A shared bin and its members on a plain plan: distances and directions, no map, no server elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import atan2, cos, hypot, log10, pi, sin
from typing import Any

SIZE, EDGE, DOT = 340, 34, 9
SLOTS = 36


@dataclass(frozen=True, slots=True)
class Spot:
    """A member on the plan (SVG units), with its line's number and its distance from the bin."""

    member_no: str
    x: float
    y: float
    metres: float


@dataclass(frozen=True, slots=True)
class Ring:
    radius: float
    metres: float


@dataclass(frozen=True, slots=True)
class SitePlan:
    """Members around the bin at the middle; rings tell the scale. `unplaced`: lines whose place is not known."""

    spots: tuple[Spot, ...]
    rings: tuple[Ring, ...]
    unplaced: tuple[str, ...]
    size: int = SIZE
    middle: float = SIZE / 2
    dot: int = DOT


def draw(members: Iterable[Mapping[str, Any]]) -> SitePlan | None:
    """`members`: {"member_no", "east", "north"} in metres from the bin. None when nobody can be placed."""
    placed, unplaced = [], []
    for member in members:
        east, north = member.get("east"), member.get("north")
        if east is None or north is None:
            unplaced.append(str(member["member_no"]))
        else:
            placed.append((str(member["member_no"]), float(east), float(north)))
    if not placed:
        return None
    farthest = max(hypot(east, north) for _, east, north in placed)
    steps = _steps(farthest)
    reach = steps[-1]
    scale = (SIZE / 2 - EDGE) / reach
    return SitePlan(
        spots=tuple(_apart([_spot(number, east, north, scale) for number, east, north in placed])),
        rings=tuple(Ring(round(step * scale, 1), step) for step in steps),
        unplaced=tuple(unplaced),
    )


def _steps(farthest: float) -> tuple[float, ...]:
    """Round distances for the rings, the last one at least as far as the farthest member."""
    least = max(farthest, 20.0)
    power = 10 ** int(log10(least))
    reach = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)
    return (reach / 2, float(reach))


def _spot(number: str, east: float, north: float, scale: float) -> Spot:
    return Spot(number, SIZE / 2 + east * scale, SIZE / 2 - north * scale, hypot(east, north))


def _apart(spots: list[Spot]) -> list[Spot]:
    """Move dots that would cover the bin or each other to a free place nearby, the same way every time."""
    taken: list[tuple[float, float]] = [(SIZE / 2, SIZE / 2)]
    moved = []
    for spot in spots:
        x, y = _free(spot.x, spot.y, taken)
        taken.append((x, y))
        moved.append(Spot(spot.member_no, round(x, 1), round(y, 1), spot.metres))
    return moved


def _free(x: float, y: float, taken: list[tuple[float, float]]) -> tuple[float, float]:
    first = atan2(y - SIZE / 2, x - SIZE / 2)
    for ring in range(12):
        for slot in range(SLOTS if ring else 1):
            angle = first + 2 * pi * slot / SLOTS
            near_x, near_y = x + ring * DOT * cos(angle), y + ring * DOT * sin(angle)
            if all(hypot(near_x - other_x, near_y - other_y) >= 2.1 * DOT for other_x, other_y in taken):
                return near_x, near_y
    return x, y
