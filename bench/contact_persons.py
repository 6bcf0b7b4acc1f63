"""Five hundred contact persons of every sort answer a round, and the register behind them learns what it may and nothing else.

`python bench/contact_persons.py` generates a register with some 900 shared bins, plants a canary in each customer's e-mail,
runs a night, sends a round, and lets them come to the reply page: silent, late, by typed code, contradicting themselves, with
strangers, with scripts, with a megabyte, with guessed codes, with replayed files. What they answered is imported, accepted, put in a batch and
applied; another night verifies it. Printed: what was sent, taken, refused and lost; who got in; canaries found outside;
customers changed; cases verified.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from regclean import acts, enquiries
from regclean.accounts import local
from regclean.acts import Context
from regclean.cli.demo_register import make_demo
from regclean.config import Workspace, load_workspace
from regclean.enquiries import Enquiry, codes_of, exchange
from regclean.findings.decide import DecisionLine
from regclean.home import own_ledger
from regclean.ledger import Ledger, verify
from regclean.ledger.enquiry_tables import answers
from regclean.ledger.tables import findings
from regclean.night import run_night
from regclean.reply_page import Codes, Desk, create_app

ROOT = Path(__file__).parents[1]
FIRST = date(2026, 11, 1)
CANARY = "canary-"
SETTINGS = '\n[enquiries]\npage = "https://vastaa.example.fi"\nper_week = 1000\n'
SORTS = (
    "silent",
    "right",
    "typed",
    "late",
    "contradicts",
    "takes back",
    "strangers",
    "scripts",
    "megabyte",
    "guesses",
    "replays",
)
RULES = ("K30", "K31", "K32")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--customers", type=int, default=4_000)
    parser.add_argument("--bin-groups", type=int, default=900)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        workspace = prepare(root, given)
        with own_ledger(workspace) as ledger:
            for name, role in (("aino", "steward"), ("dan", "approver"), ("vaino", "clerk")):
                local.add_user(ledger, name, (role,), local.NO_PASSWORD, moment(0), by="bench")
            tell(workspace, ledger, root, given.people, random.Random(given.seed))


def prepare(root: Path, given: argparse.Namespace) -> Workspace:
    sizes = [
        "--format",
        "canonical",
        "--customers",
        str(given.customers),
        "--bin-groups",
        str(given.bin_groups),
        "--seed",
        str(given.seed),
    ]
    command = [sys.executable, str(ROOT / "data/fixtures/generate"), *sizes, "--out", str(root / "files")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    folder = root / "register"
    make_demo(folder, fixture=root / "files")
    with sqlite3.connect(folder / "register.db") as register:
        register.execute(f"UPDATE customers SET email = '{CANARY}' || customer_no || '@register.example.fi'")
        register.execute("UPDATE customers SET contact_source = 'self'")
    register.close()
    with (folder / "regclean.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    workspace = load_workspace(folder)
    run_night(workspace, as_of=FIRST, now=moment(0))
    return workspace


def moment(day: int) -> datetime:
    at = FIRST + timedelta(days=day)
    return datetime(at.year, at.month, at.day, 9, tzinfo=UTC)


def tell(workspace: Workspace, ledger: Ledger, root: Path, people: int, rng: random.Random) -> None:
    def act(what: str, *more: Any, day: int, by: str = "aino", **named: Any) -> Any:
        context = Context(workspace, ledger, local.active_user(ledger, by, "session"), moment(day))
        return getattr(acts, what)(context, *more, **named)

    before = customers(workspace)
    planned = act("plan_enquiries", day=1, limit=people)
    act("write_enquiry_letters", root / "letters", day=1)
    act("release_enquiries", day=1)
    asked = act("list_enquiries", day=1)
    print(f"asked {planned.asked} ({dict(planned.weights)}); left out {dict(planned.left_out)}")
    visitors = Visitors(workspace, {one.bin_group_no: one for one in asked})
    sorts = {one.bin_group_no: rng.choice(SORTS) for one in asked}
    for number, sort in sorts.items():
        if sort != "late":
            visitors.come(number, sort, 5)
    began = perf_counter()
    reports = [act("import_answers", day=6), act("import_answers", day=6)]
    visitors.replay()
    reports.append(act("import_answers", day=7))
    act("write_enquiry_letters", root / "again", day=24, reminders=True)
    act("release_enquiries", day=24)
    enquiries.follow(ledger, workspace, as_of=FIRST + timedelta(days=50), now=moment(50))
    for number, sort in sorts.items():
        if sort == "late":
            visitors.come(number, "right", 51)
    reports.append(act("import_answers", day=52))
    seconds = perf_counter() - began
    with ledger.read() as reading:
        kept = list(reading.execute(select(answers)).mappings())
        waiting = select(findings).where(findings.c.rule.in_(RULES), findings.c.state == "open", findings.c.present)
        cases = list(reading.execute(waiting).mappings())
    print(f"sorts {dict(Counter(sorts.values()))}")
    sent, distinct = visitors.sent, len(kept)
    refused = Counter(why for report in reports for _, why in report.refused)
    print(
        f"answers sent {sent}, kept {distinct}, lost {sent - distinct}; repeated {sum(r.repeated for r in reports)}; refused {dict(refused)}"
    )
    print(f"got in without a code {visitors.got_in}; scripts that ran {visitors.scripts}; import {seconds:.1f} s")
    print(f"cases {dict(Counter(row['rule'] for row in cases))}")
    lines = [
        DecisionLine(at, "accept", "aino", finding_id=row["finding_id"])
        for at, row in enumerate(cases)
        if not row["protected"]
    ]
    taken = act("decide_all", lines, day=53)
    batch = act("build", day=53)
    print(f"left out of the batch: {dict(Counter(one['why'] for one in batch.left_out))}")
    act("approve", batch.batch_id, day=53, by="dan")
    act("apply", batch.batch_id, day=53, by="vaino")
    last = FIRST + timedelta(days=54)
    run_night(workspace, as_of=last, now=moment(54))
    changed = sum(one != other for one, other in zip(before, customers(workspace), strict=True))
    with ledger.read() as reading:
        after = Counter(reading.execute(select(findings.c.state).where(findings.c.rule.in_(RULES))).scalars())
        states = Counter(one.state for one in enquiries.find(reading))
    outside = [
        path for folder in (exchange(workspace).root, root / "letters", root / "again") for path in files(folder)
    ]
    found = sum(CANARY.encode() in path.read_bytes() for path in outside) + visitors.canaries
    print(f"accepted {taken.taken}; after the night {dict(after)}; enquiries {dict(states)}")
    print(f"customers changed {changed}; canaries outside {found} in {len(outside)} files and {visitors.pages} pages")
    print(f"audit log whole: {verify(ledger) is None}")


class Visitors:
    """Who comes to the page, and what they see of it."""

    def __init__(self, workspace: Workspace, asked: dict[str, Enquiry]) -> None:
        self.workspace, self.asked, self.day = workspace, asked, 0
        desk = Desk(exchange(workspace), "Jäte Oy", today=lambda: FIRST + timedelta(days=self.day))
        self.browser = TestClient(create_app(desk))
        self.sent = self.got_in = self.scripts = self.canaries = self.pages = 0
        self.old: dict[Path, bytes] = {}

    def see(self, answer: Any) -> Any:
        self.pages += 1
        self.canaries += CANARY in answer.text
        self.scripts += "<script" in answer.text
        return answer

    def post(self, codes: Codes, do: str = "send", **fields: str) -> Any:
        sent = {"number": codes.number, "link": codes.link, "do": do, **fields}
        answer = self.see(self.browser.post("/answer", data=sent))
        self.sent += answer.status_code == 200 and do in ("send", "withdraw")
        return answer

    def come(self, number: str, sort: str, day: int) -> None:
        self.day = day
        one = self.asked[number]
        codes = codes_of(self.workspace, one.enquiry_id, one.issue)
        right = {"all_right": "1", "n-1-name": "Erkki Esimerkki"}
        if sort == "guesses":
            for at in range(6):
                wrong = Codes.derived(bytes(32), f"guess {number} {at}")
                self.got_in += self.see(self.browser.get(f"/q/{codes.number}/{wrong.link}")).status_code == 200
                form = {"number": codes.number, "code": wrong.typed}
                self.got_in += self.see(self.browser.post("/open", data=form)).status_code == 200
        elif sort == "megabyte":
            self.got_in += self.see(self.browser.post("/answer", data={"note": "x" * 2**20})).status_code != 413
        elif sort == "typed":
            self.see(self.browser.post("/open", data={"number": codes.number, "code": codes.typed}))
            self.post(codes, **right)
        elif sort == "contradicts":
            self.post(codes, **right)
            self.post(codes, "withdraw")
            self.post(codes, **right, **{"l-1-says": "left"})
        elif sort == "takes back":
            self.post(codes, **right)
            self.post(codes, "withdraw")
        elif sort == "strangers":
            self.post(codes, "send", all_right="1", **{f"n-{at}-name": f"Outo {at} {number}" for at in range(1, 6)})
        elif sort == "scripts":
            self.post(codes, **right | {"n-1-name": '"><script>alert(1)</script>=cmd|calc!A1'})
        elif sort == "replays":
            self.post(codes, **right)
            self.old |= dict(exchange(self.workspace).answers())
        elif sort != "silent":
            self.see(self.browser.get(f"/q/{codes.number}/{codes.link}"))
            self.post(codes, **right)

    def replay(self) -> None:
        """Files that were taken lie there once more."""
        for path, file in self.old.items():
            path.write_bytes(file)


def customers(workspace: Workspace) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(workspace.root / "register.db")
    rows = connection.execute("SELECT * FROM customers ORDER BY customer_no").fetchall()
    connection.close()
    return rows


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


if __name__ == "__main__":
    main()
