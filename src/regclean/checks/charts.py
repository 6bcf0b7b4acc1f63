"""Small charts as inline SVG: drawn for a glance beside a table that has the numbers."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_WIDTH, _HEIGHT, _MARGIN = 168, 40, 4


def sparkline(values: Sequence[float | None]) -> Markup:
    """A line over the nights, oldest left, zero at the foot unless all values are far from it; gaps stay gaps."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    # Far from zero a change of some percent would be invisible: then the axis starts below the smallest value.
    foot = max(0.0, low - (high - low)) if low > 0.5 * high else 0.0
    span = (high - foot) or 1.0
    step = (_WIDTH - 2 * _MARGIN) / max(len(values) - 1, 1)

    def place(index: int, value: float) -> str:
        x = _MARGIN + index * step if len(values) > 1 else _WIDTH - _MARGIN
        y = _HEIGHT - _MARGIN - (value - foot) / span * (_HEIGHT - 2 * _MARGIN)
        return f"{x:.1f},{y:.1f}"

    runs: list[list[str]] = [[]]
    last = ""
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            last = place(index, value)
            runs[-1].append(last)
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1)
    dots = "".join(_dot(run[0], 1.5) for run in runs if len(run) == 1)
    end = _dot(last, 2.5) if last else ""
    base = f'<line x1="{_MARGIN}" x2="{_WIDTH - _MARGIN}" y1="{_HEIGHT - 1}" y2="{_HEIGHT - 1}"/>'
    # Only numbers are put into the markup; the table beside the chart is what a screen reader reads.
    return Markup(  # noqa: S704  # only numbers, see above
        f'<svg class="spark" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true" focusable="false">'
        f"{base}{lines}{dots}{end}</svg>"
    )


def _dot(place: str, radius: float) -> str:
    x, _, y = place.partition(",")
    return f'<circle cx="{x}" cy="{y}" r="{radius}"/>'
