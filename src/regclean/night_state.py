"""What the steps of a night share, and what they found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Protocol

import duckdb
import polars as pl

from regclean import checks, landing, linkage, rules
from regclean.config import Workspace
from regclean.findings import EDGE_SCHEMA, PublishReport
from regclean.ledger import Ledger, runs
from regclean.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class StepResult:
    """One finished step: how many rows it handled, and how long it took. `peak_mb`: the most memory that the process has held
    since it began.
    """

    name: str
    rows: int
    seconds: float
    peak_mb: int = 0


class Observer(Protocol):
    """Who is told of the progress: the command line, a flow, a test."""

    def started(self, step: str) -> None: ...

    def finished(self, result: StepResult) -> None: ...


@dataclass(slots=True)
class Night:
    """One run while it goes on: what the steps share, and what they found out."""

    workspace: Workspace
    as_of: date
    now: datetime
    full: bool
    run_id: str
    warehouse: Warehouse
    ledger: Ledger
    connection: duckdb.DuckDBPyConnection
    last: runs.Run | None
    clusters_before: pl.DataFrame
    accepted: frozenset[str] = frozenset()  # checks that an account lets through tonight
    decided: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EDGE_SCHEMA))  # once standardised
    steps: list[StepResult] = field(default_factory=list)
    gates: list[checks.SuiteResult] = field(default_factory=list)
    landed: landing.LandingReport | None = None
    carried: bool = False  # what was landed is the last night's, and so are the typed tables
    linked: linkage.LinkReport | None = None
    found: rules.RuleReport | None = None
    published: PublishReport | None = None
    page: checks.NightPage | None = None
    notes: list[str] = field(default_factory=list)  # what somebody should know who does not read the whole report

    begun: float = field(default_factory=perf_counter)

    @property
    def moment(self) -> datetime:
        """What time it is: when the night began, and how long it has run since."""
        return self.now + timedelta(seconds=perf_counter() - self.begun)

    @property
    def model_version(self) -> str | None:
        """The models behind tonight's links; where these were carried over, those of the night before."""
        if self.linked:
            return ", ".join(f"{name} {version}" for name, version in sorted(self.linked.models.items()))
        return self.last.model_version if self.last else None

    def set_aside(self, run_id: str) -> None:
        """A night's file turned out to be damaged: this night goes on without it."""
        path = self.warehouse.set_aside(run_id)
        if path.exists():
            self.notes.append(f"The file of night {run_id} was damaged. It is set aside as {path}.")
        else:
            self.notes.append(f"The file of night {run_id} is gone: {self.warehouse.path(run_id)}.")
        self.notes.append("This night went on from the ledger and carried nothing over from that file.")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the night. `retries`: how often trying again can help where it talks to another host."""

    name: str
    run: Callable[[Night], int]
    retries: int = 0
