"""Charts as inline SVG, for a glance beside the table that has the numbers: no script, no style attribute, no text.

Sizes are SVG units; colours come from the style sheet by class, so that light, dark and forced colours work.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT = 240, 64
_MARGIN = 5


def trend(
    values: Sequence[float | None], low: Sequence[float | None] = (), high: Sequence[float | None] = ()
) -> Markup:
    """A line over the nights, oldest left, with its interval as a band where there is one; gaps stay gaps."""
    known = [value for value in (*values, *low, *high) if value is not None]
    if not known:
        return _svg("trend", "")
    bottom, top = min(known), max(known)
    # Far from zero a change of some percent would be invisible: then the axis starts below the smallest value.
    foot = max(0.0, bottom - (top - bottom)) if bottom > 0.5 * top else min(0.0, bottom)
    if top == bottom:  # nothing changes: a line in the middle
        foot, top = top - 1.0, top + 1.0
    span = top - foot
    step = (WIDTH - 2 * _MARGIN) / max(len(values) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        x = _MARGIN + index * step if len(values) > 1 else WIDTH - _MARGIN
        return x, HEIGHT - _MARGIN - (value - foot) / span * (HEIGHT - 2 * _MARGIN)

    parts = [f'<line class="base" x1="0" x2="{WIDTH}" y1="{HEIGHT - 1}" y2="{HEIGHT - 1}"/>']
    parts += _bands(low, high, place)
    for run in _runs(values):
        points = [place(index, value) for index, value in run]
        parts.append(_dot(points[0], 2) if len(points) == 1 else f'<polyline points="{_points(points)}"/>')
    last = [(index, value) for index, value in enumerate(values) if value is not None]
    if last:
        parts.append(_dot(place(*last[-1]), 3))
    return _svg("trend", "".join(parts))


def bars(values: Sequence[float]) -> Markup:
    """Bars from the left to the right, zero at the foot."""
    top = max(values, default=0.0) or 1.0
    slot = WIDTH / max(len(values), 1)
    parts = [f'<line class="base" x1="0" x2="{WIDTH}" y1="{HEIGHT - 1}" y2="{HEIGHT - 1}"/>']
    for index, value in enumerate(values):
        height = value / top * (HEIGHT - 2 * _MARGIN)
        if value > 0:
            parts.append(
                f'<rect x="{index * slot + slot * 0.12:.1f}" y="{HEIGHT - 1 - height:.1f}" '
                f'width="{slot * 0.76:.1f}" height="{height:.1f}"/>'
            )
    return _svg("bars", "".join(parts))


def share_bar(parts: Sequence[float]) -> Markup:
    """One bar of several parts side by side, as shares of the whole; the first part is the darkest."""
    total = sum(parts) or 1.0
    left, drawn = 0.0, []
    for number, part in enumerate(parts):
        width = part / total * WIDTH
        if width > 0:
            drawn.append(f'<rect class="part{number}" x="{left:.1f}" y="0" width="{width:.1f}" height="10"/>')
        left += width
    return Markup(  # noqa: S704  # only numbers are put into the markup
        f'<svg class="share" viewBox="0 0 {WIDTH} 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f"{''.join(drawn)}</svg>"
    )


def _bands(low: Sequence[float | None], high: Sequence[float | None], place: object) -> list[str]:
    assert callable(place)
    both = [
        (index, below, above)
        for index, (below, above) in enumerate(zip(low, high, strict=False))
        if below is not None and above is not None
    ]
    if len(both) < 2:
        return [
            f'<line class="band-line" x1="{place(i, b)[0]:.1f}" x2="{place(i, a)[0]:.1f}" '
            f'y1="{place(i, b)[1]:.1f}" y2="{place(i, a)[1]:.1f}"/>'
            for i, b, a in both
        ]
    outline = [place(index, above) for index, _, above in both] + [
        place(index, below) for index, below, _ in both[::-1]
    ]
    return [f'<polygon class="band" points="{_points(outline)}"/>']


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _dot(point: tuple[float, float], radius: int) -> str:
    return f'<circle cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="{radius}"/>'


def _svg(kind: str, content: str) -> Markup:
    # Only numbers are put into the markup; the table beside the chart is what a screen reader reads.
    return Markup(  # noqa: S704
        f'<svg class="chart {kind}" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">{content}</svg>'
    )
