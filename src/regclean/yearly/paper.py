"""The yearly report as a PDF: figures that a manager can publish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from regclean.config import Workspace
from regclean.domain.languages import in_language
from regclean.quality import Interval
from regclean.resources import load_texts
from regclean.sheets import MARGIN, SAFE, Sheets, font_of, midnight
from regclean.yearly.figures import CUSTOMERS, Goal, Week, Year

WIDTH = 170.0  # mm between the margins
BAR, CHART, ROW = 5.0, 16.0, 5.8  # mm of height
INK, TRACK = (31, 92, 84), (222, 229, 227)
SHARES, RATES = ("returned_mail", "reachable"), ("complaints_per_1000",)


def print_year(year: Year, *, company: str, language: str, font: Path | None = None) -> bytes:
    """The report on A4. The same figures give the same bytes."""
    said = _Said(language)
    pdf = Sheets(font)
    pdf.set_creation_date(midnight(year.until))
    pdf.set_title(f"{company}: {said('title', year=year.year)}")
    pdf.set_lang(language)
    pdf.add_page()
    _line(pdf, company, 10.5)
    _line(pdf, said("title", year=year.year), 18, bold=True)
    _line(pdf, said("until", day=said.day(year.until)), 9)
    _heading(pdf, said("goals"))
    for goal in year.goals:
        _goal(pdf, goal, said)
        _weeks(pdf, goal, year.weeks, said)
    _heading(pdf, said("teams"))
    _teams(pdf, year, said)
    if year.agreement:
        _heading(pdf, said("second"))
        for one in year.agreement:
            if share := one.share:
                low, high = (said.share(value) for value in (share.low, share.high))
                kind = said(one.kind, "kinds")
                _line(
                    pdf,
                    said(
                        "second_line", kind=kind, share=said.share(share.value), low=low, high=high, number=one.answered
                    ),
                    9.5,
                )
    _heading(pdf, said("health"))
    _health(pdf, year, said)
    pdf.ln(5)
    _line(pdf, said("how"), 8.5)
    return bytes(pdf.output())


def report(workspace: Workspace, year: Year, language: str) -> bytes:
    """`print_year` as the workspace prints: its name, its font. Errors: UsageError when the font is not there."""
    return print_year(
        year, company=str(workspace.config.section("workspace")["name"]), language=language, font=font_of(workspace)
    )


class _Said:
    """The report's texts and numbers in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.texts = load_texts("regclean.yearly", "texts")

    def __call__(self, name: str, part: str | None = None, **values: Any) -> str:
        text = in_language((self.texts[part] if part else self.texts)[name], self.language)
        for key, value in values.items():
            text = text.replace("{" + key + "}", self.number(value) if key != "year" else str(value))
        return text

    def number(self, value: Any) -> str:
        """Thousands apart, decimals as the language writes them; "–" for None."""
        if value is None:
            return "–"
        if isinstance(value, float):
            text = f"{value:,.1f}"
        elif isinstance(value, int):
            text = f"{value:,}"
        else:
            return str(value)
        return text if self.language == "en" else text.replace(",", "\u00a0").replace(".", ",")

    def share(self, value: float) -> str:
        return f"{self.number(100 * value)}\u00a0%"

    def measure(self, name: str, value: float) -> str:
        if name in SHARES:
            return self.share(value)
        return self.number(value if name in RATES else round(value))

    def interval(self, share: Interval | None) -> str:
        return self.share(share.value) if share else "–"

    def day(self, day: date) -> str:
        return day.isoformat() if self.language == "en" else f"{day.day}.{day.month}.{day.year}"


def _line(pdf: Sheets, text: str, size: float, *, bold: bool = False) -> None:
    pdf.set_font(pdf.face, "B" if bold else "", size)
    pdf.multi_cell(WIDTH, size * 0.5, pdf.said(text), align="L", new_x="LMARGIN", new_y="NEXT")


def _heading(pdf: Sheets, text: str) -> None:
    _room(pdf, 24)
    pdf.ln(4)
    _line(pdf, text, 12.5, bold=True)
    pdf.ln(1.5)


def _room(pdf: Sheets, height: float) -> None:
    if pdf.get_y() + height > SAFE:
        pdf.add_page()


def _goal(pdf: Sheets, goal: Goal, said: _Said) -> None:
    _room(pdf, CHART + 26)
    pdf.set_font(pdf.face, "B", 10.5)
    pdf.cell(50, 6, pdf.said(said(goal.name)))
    pdf.set_font(pdf.face, "", 10.5)
    told = said("of_goal", done=goal.done, goal=goal.goal), said("pace", due=goal.due)
    pdf.cell(WIDTH - 50, 6, pdf.said("; ".join(told)), align="R", new_x="LMARGIN", new_y="NEXT")
    top = pdf.get_y()
    pdf.set_fill_color(*TRACK)
    pdf.rect(MARGIN, top, WIDTH, BAR, style="F")
    pdf.set_fill_color(*INK)
    pdf.rect(MARGIN, top, WIDTH * min(goal.done / goal.goal, 1) if goal.goal else 0, BAR, style="F")
    at = MARGIN + WIDTH * min(goal.due / goal.goal, 1) if goal.goal else MARGIN
    pdf.line(at, top, at, top + BAR + 1.5)
    pdf.set_y(top + BAR + 2)


def _weeks(pdf: Sheets, goal: Goal, weeks: Sequence[Week], said: _Said) -> None:
    values = [week.customers if goal.name == CUSTOMERS else week.bins for week in weeks]
    pace = goal.goal / 52.18  # weeks of a year
    most = max([*values, pace, 1])
    _line(pdf, said("weeks"), 8.5)
    top, step = pdf.get_y() + 1, WIDTH / 54
    pdf.set_fill_color(*INK)
    for place, value in enumerate(values):
        height = CHART * value / most
        pdf.rect(MARGIN + place * step, top + CHART - height, step * 0.75, height, style="F")
    pdf.line(MARGIN, top + CHART, MARGIN + WIDTH, top + CHART)
    pdf.set_dash_pattern(dash=1.5, gap=1)
    height = top + CHART - CHART * pace / most
    pdf.line(MARGIN, height, MARGIN + WIDTH, height)
    pdf.set_dash_pattern()
    pdf.set_y(top + CHART + 4)


def _teams(pdf: Sheets, year: Year, said: _Said) -> None:
    heads = ("pool", "waits", "oldest", "decided", "handling", "lead", "reopened", "rolled_back")
    widths = (40.0, 15.0, 18.0, 18.0, 21.0, 25.0, 17.0, 16.0)
    lines = [
        (
            said(team.pool, "pools"),
            said.number(team.waits),
            said.number(team.oldest_days),
            said.number(team.decided),
            said.number(team.handling_seconds),
            said.number(team.lead_days),
            said.interval(team.reopened),
            said.interval(team.rolled_back),
        )
        for team in year.teams
        if team.waits or team.decided or team.lead_days is not None
    ]
    _table(pdf, [said(head) for head in heads], widths, lines, said)


def _health(pdf: Sheets, year: Year, said: _Said) -> None:
    lines = [
        (
            said(name, "measures"),
            *(said.measure(name, value) for value in ends),
        )
        for name, ends in year.health.items()
    ]
    _table(pdf, [said(head) for head in ("measure", "first", "last")], (100.0, 35.0, 35.0), lines, said)


def _table(
    pdf: Sheets, heads: Sequence[str], widths: Sequence[float], lines: Sequence[Sequence[str]], said: _Said
) -> None:
    """The first column is text, the others are numbers."""
    if not lines:
        _line(pdf, said("nothing"), 9.5)
        return
    for bold, line in ((True, heads), *((False, line) for line in lines)):
        _room(pdf, ROW)
        pdf.set_font(pdf.face, "B" if bold else "", 7.5 if bold else 9)
        for place, (width, text) in enumerate(zip(widths, line, strict=True)):
            pdf.cell(width, ROW, pdf.said(text), border="B", align="R" if place else "L")
        pdf.ln(ROW)
