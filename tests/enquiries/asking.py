"""An office with a register in a database, its night and its people; time is in the test's hand."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from regclean import acts, enquiries
from regclean.accounts import local
from regclean.acts import Context
from regclean.cli.demo_register import make_demo
from regclean.config import Workspace, load_workspace
from regclean.enquiries import Enquiry, codes_of, exchange
from regclean.home import own_ledger
from regclean.ledger import Ledger
from regclean.night import run_night
from regclean.reply_page import Desk, create_app

SMALL = Path(__file__).parents[1] / "data" / "small"
CANARY = "kanarialintu"
FIRST = date(2026, 11, 1)
PEOPLE = {"aino": ("steward",), "dan": ("approver", "clerk")}
SETTINGS = """
[enquiries]
page = "https://vastaa.example.fi"
reply_to = "kimpat@example.fi"
office = ["Pikkulan Jäte Oy", "PL 1", "70101 Kuopio"]
"""


def make_register(root: Path) -> Path:
    folder = root / "register"
    make_demo(folder, fixture=SMALL)
    with sqlite3.connect(
        folder / "register.db"
    ) as register:  # what never leaves the register, to be looked for outside
        register.execute(
            "UPDATE customers SET email = customer_no || ? WHERE email IS NULL", (f"@{CANARY}.example.fi",)
        )
    register.close()
    settings = folder / "regclean.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")
    workspace = load_workspace(folder)
    run_night(workspace, as_of=FIRST, now=datetime(2026, 11, 1, 2, tzinfo=UTC))
    with own_ledger(workspace) as ledger:
        for name, roles in PEOPLE.items():
            local.add_user(ledger, name, roles, local.NO_PASSWORD, datetime(2026, 11, 1, tzinfo=UTC), by="test")
    return folder


@dataclass
class Office:
    """A workspace on a day."""

    folder: Path
    day: date = FIRST + timedelta(days=1)

    @property
    def workspace(self) -> Workspace:
        return load_workspace(self.folder)

    @property
    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 9, tzinfo=UTC)

    def act(self, what: str, *given: object, by: str = "aino", **more: object) -> Any:
        with own_ledger(self.workspace) as ledger:
            return getattr(acts, what)(self.context(ledger, by), *given, **more)

    def context(self, ledger: Ledger, by: str = "aino") -> Context:
        return Context(self.workspace, ledger, local.active_user(ledger, by, "session"), self.now)

    def night(self, days: int = 1) -> None:
        self.day += timedelta(days=days)
        run_night(self.workspace, as_of=self.day, now=self.now)

    def follow(self, days: int) -> None:
        """Days pass; what a night does with enquiries is done, without its night."""
        self.day += timedelta(days=days)
        with own_ledger(self.workspace) as ledger:
            enquiries.follow(ledger, self.workspace, as_of=self.day, now=self.now)

    def asked(self) -> dict[str, Enquiry]:
        with own_ledger(self.workspace) as ledger, ledger.read() as reading:
            return {one.bin_group_no: one for one in enquiries.find(reading)}

    def states(self) -> dict[str, str]:
        return {number: one.state for number, one in self.asked().items()}

    def findings(self, *rules: str) -> list[dict[str, object]]:
        from sqlalchemy import select

        from regclean.ledger.tables import findings

        with own_ledger(self.workspace) as ledger, ledger.read() as reading:
            query = select(findings).where(findings.c.rule.in_(rules)).order_by(findings.c.rule, findings.c.subjects)
            return [dict(row) for row in reading.execute(query).mappings()]

    def send_round(self, **more: object) -> None:
        self.act("plan_enquiries", **more)
        self.act("write_enquiry_letters", self.folder / "letters")
        self.act("release_enquiries")

    def browser(self) -> TestClient:
        desk = Desk(exchange(self.workspace), "Pikkulan Jäte Oy", today=lambda: self.day)
        return TestClient(create_app(desk))

    def reply(self, group: str, do: str = "send", **fields: str) -> Response:
        one = self.asked()[group]
        codes = codes_of(self.workspace, one.enquiry_id, one.issue)
        sent = {"number": codes.number, "link": codes.link, "do": do}
        return self.browser().post("/answer", data=sent | {name.replace("__", "-"): v for name, v in fields.items()})

    def accept(self, *rules: str) -> None:
        from regclean.findings.decide import DecisionLine

        waiting = [row for row in self.findings(*rules) if row["state"] == "open"]
        lines = [
            DecisionLine(at, "accept", "aino", finding_id=str(row["finding_id"])) for at, row in enumerate(waiting, 1)
        ]
        report = self.act("decide_all", lines)
        assert report.taken == len(lines), report

    def batch(self) -> None:
        report = self.act("build")
        self.act("approve", report.batch_id, by="dan")
        self.act("apply", report.batch_id, by="dan")

    def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(self.folder / "register.db")
        found = connection.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2").fetchall()
        connection.close()
        return found


def new_office(made: Path, root: Path) -> Office:
    return Office(Path(shutil.copytree(made, root / "register")))
