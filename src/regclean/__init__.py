"""regclean: data quality for the customer registers of municipal waste companies.

From Python, a `Workspace` runs a night and reads what it found:

    import regclean

    register = regclean.Workspace("savo")
    register.run()
    waiting = register.findings(state="open")
    same = register.pairs().filter(relation="same")

Frames are polars'. What is read here is filtered as every output is: no customer under non-disclosure, no national id. Whatever
stops it is a `regclean.RegcleanError` with its place and remedy. What a person decides is decided on the page or by `regclean decide`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from regclean.errors import RegcleanError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["PublishedNight", "RegcleanError", "Workspace", "__version__"]
__version__ = "0.1.0"

# No guest may call home: decided before any of them can be imported.
for _name, _value in (
    ("PREFECT_SERVER_ANALYTICS_ENABLED", "false"),
    ("DO_NOT_TRACK", "1"),
    ("GX_ANALYTICS_ENABLED", "false"),
):
    os.environ.setdefault(_name, _value)


@dataclass(frozen=True, slots=True)
class PublishedNight:
    """What one night did. `rows`: step -> rows that it handled; `notes`: what somebody should know of it."""

    run_id: str
    as_of: date
    rows: dict[str, int]
    notes: tuple[str, ...]


class Workspace:
    """A folder with a `regclean.toml`. What is not there or wrong is said when it is used, as a RegcleanError."""

    def __init__(self, folder: str | Path = ".") -> None:
        self.folder = Path(folder)

    def run(
        self, *, as_of: date | None = None, full: bool = False, force: bool = False, keep: bool = False
    ) -> PublishedNight:
        """Run one night, in this process, as `regclean run` does; `as_of` is its day, by default today where the register is kept.

        Errors: GateError when a quality gate stopped it, ConflictError while another night runs, UnavailableError when something
        outside is away or full, ConfigError and InputError for what is wrong in the workspace. The night before stays in force.
        """
        from regclean.config import load_workspace
        from regclean.night import run_night, today

        workspace = load_workspace(self.folder)
        day = as_of or today(workspace)
        done = run_night(workspace, as_of=day, now=datetime.now(UTC), full=full, force=force, keep=keep)
        return PublishedNight(done.run_id, day, {step.name: step.rows for step in done.steps}, tuple(done.notes))

    def findings(self, *, kind: str | None = None, rule: str | None = None, state: str | None = None) -> pl.DataFrame:
        """The findings of the ledger, with the columns of `regclean findings`, sorted by kind, rule and id."""
        from regclean.config import load_workspace
        from regclean.findings import export
        from regclean.home import own_ledger

        with own_ledger(load_workspace(self.folder)) as ledger:
            return export(ledger, kind=kind, rule=rule, state=state)

    def pairs(self) -> pl.DataFrame:
        """The candidate pairs of the night in force: `customer_no_l`, `customer_no_r`, `match_probability`, `match_weight`, `relation`."""
        return self._published("pairs")

    def clusters(self) -> pl.DataFrame:
        """Which customers are one and the same, by the night in force: `cluster_id`, `customer_no`."""
        return self._published("clusters")

    def member_links(self) -> pl.DataFrame:
        """Which customer each line of the shared-bin lists is, with the columns of `regclean member-links`."""
        return self._published("member_links")

    def _published(self, table: Literal["pairs", "clusters", "member_links"]) -> pl.DataFrame:
        from regclean.config import load_workspace
        from regclean.findings import ever_hidden, published
        from regclean.home import own_ledger
        from regclean.night import open_published

        workspace = load_workspace(self.folder)
        with own_ledger(workspace) as ledger:
            hidden = ever_hidden(ledger)
        warehouse, run_id = open_published(workspace)
        with warehouse.read(run_id) as connection:
            return published(connection, table, hidden)
