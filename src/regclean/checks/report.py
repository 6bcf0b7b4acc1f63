"""The page about a night: what was read, checked, linked and found, for reading without a network or a script.

`NightPage` is filled by the night; nothing here reads a database or asks the clock. It carries counts, names of rules
and files, and keys: never a register value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from regclean import __version__
from regclean.checks.charts import sparkline
from regclean.checks.results import SuiteResult
from regclean.checks.texts import decimal, percent, texts, whole
from regclean.resources import report_template, write_page

NIGHTS_SHOWN = 14
NIGHTS_LISTED = 60
# What the trends show, in this order, where the nights have it.
MEASURES = ("customers", "quarantined", "findings", "new", "duplicates", "failed_checks", "seconds")


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the night: its name as the progress line has it, rows handled, seconds, and the memory held at most so far."""

    name: str
    rows: int | None
    seconds: float
    peak_mb: int | None = None


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file, sheet or query that was read."""

    table: str
    file: str
    records: int
    loaded: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class QuarantineLine:
    """How many records were set aside for one reason. `why` is a reason, without the record's values."""

    table: str
    why: str
    count: int


@dataclass(frozen=True, slots=True)
class FindingLine:
    """The findings of one rule tonight, and what changed since the night before."""

    kind: str
    rule: str
    severity: str
    title: str
    count: int
    new: int = 0
    gone: int = 0
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class LinkagePage:
    """What was linked. `relations`: pairs by relation; `members`: lines of shared-bin lists by state. `measured`: what blind
    samples say of the clusters, with limits ("precision", "precision_low", …); empty while nothing is measured.
    """

    relations: Mapping[str, int]
    customers: int
    clusters: int
    largest_cluster: int
    members: Mapping[str, int] = field(default_factory=dict)
    measured: Mapping[str, float] = field(default_factory=dict)
    model_version: str | None = None


@dataclass(frozen=True, slots=True)
class NightSummary:
    """One earlier night for the trends and the index. `values` by the names of `MEASURES`; absent ones are gaps."""

    run_id: str
    as_of: date
    status: Literal["published", "stopped"]
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class NightPage:
    """Everything that the page of one night shows. `history`: earlier nights, oldest first, without this one.

    A night that a gate stopped has status "stopped" and says why in `stopped_because` (the error's text).
    """

    run_id: str
    as_of: date
    workspace: str
    status: Literal["published", "stopped"]
    seconds: float
    language: str = "en"
    stopped_because: str | None = None
    steps: tuple[StepLine, ...] = ()
    files: tuple[FileLine, ...] = ()
    quarantine: tuple[QuarantineLine, ...] = ()
    suites: tuple[SuiteResult, ...] = ()
    findings: tuple[FindingLine, ...] = ()
    linkage: LinkagePage | None = None
    history: tuple[NightSummary, ...] = ()
    customers: int | None = None

    @property
    def summary(self) -> NightSummary:
        """The night in the few numbers that later nights compare themselves with."""
        values: dict[str, float] = {
            "quarantined": sum(line.quarantined for line in self.files),
            "failed_checks": sum(len(suite.failed) for suite in self.suites),
            "seconds": self.seconds,
        }
        if self.customers is not None:
            values["customers"] = self.customers
        if self.status == "published":
            values["findings"] = sum(line.count for line in self.findings)
            values["new"] = sum(line.new for line in self.findings)
            values["duplicates"] = sum(line.count for line in self.findings if line.kind == "duplicate")
        return NightSummary(self.run_id, self.as_of, self.status, values)


@dataclass(frozen=True, slots=True)
class Trend:
    """One measure over the nights, oldest first; None where a night did not get so far."""

    name: str
    values: tuple[float | None, ...]
    chart: str

    @property
    def last(self) -> float | None:
        return self.values[-1]

    @property
    def change(self) -> float | None:
        """Difference to the last earlier night that has the measure."""
        earlier = [value for value in self.values[:-1] if value is not None]
        return self.last - earlier[-1] if earlier and self.last is not None else None


def write_report(folder: Path, report: NightPage) -> Path:
    """Write `<run_id>.html` and `index.html` into `folder` and return the night's page. The same report, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    nights = (*(night for night in report.history if night.run_id != report.run_id), report.summary)
    path = folder / f"{report.run_id}.html"
    _write(path, "night.html.j2", report.language, night=report, nights=nights[-NIGHTS_SHOWN:], trends=_trends(nights))
    listed = [(night, (folder / f"{night.run_id}.html").exists()) for night in reversed(nights[-NIGHTS_LISTED:])]
    index = {"workspace": report.workspace, "listed": listed}
    _write(folder / "index.html", "index.html.j2", report.language, **index)
    return path


def _trends(nights: tuple[NightSummary, ...]) -> list[Trend]:
    shown = nights[-NIGHTS_SHOWN:]
    trends = []
    for name in MEASURES:
        values = tuple(night.values.get(name) for night in shown)
        if any(value is not None for value in values):
            trends.append(Trend(name, values, sparkline(values)))
    return trends


def _write(path: Path, template: str, language: str, **content: object) -> None:
    words = texts(language)

    def word(key: str) -> str:
        """The text of a key; a code that has none is shown as it is."""
        return words.get(key, key)

    formats: dict[str, Callable[..., str]] = {
        "whole": lambda value: whole(value, language),
        "decimal": lambda value, digits=1: decimal(value, digits, language),
        "percent": lambda value, digits=1: percent(value, digits, language),
    }
    page = report_template(template, "regclean.checks")
    write_page(path, page.render(**content, **formats, t=word, language=language, version=__version__))
