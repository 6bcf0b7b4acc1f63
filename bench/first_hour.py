"""A steward's first hour in a browser, by keyboard: what waits in the morning, and what each decision costs.

    python bench/first_hour.py DIR                 # a workspace whose first night has run; works on a copy of it
    python bench/first_hour.py DIR --decisions 60 --json F.json

Prints cases by workpool, how many of them are decided by kind in one act each, keys for each decided customer, seconds at
the server for each decision (p50, p95), and customers for each hour by a reading time that is stated.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import func, select

from regclean.accounts import local as accounts
from regclean.config import load_workspace
from regclean.ledger import Ledger, open_ledger
from regclean.ledger.tables import decisions, findings
from regclean.review.alike.groups import POOLS, folding_of, groups_of, members
from regclean.review.queue import worklist

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
SERVE = """
import sys
from pathlib import Path
from regclean.config import load_workspace
from regclean.review.web.server import serve
serve(load_workspace(Path(sys.argv[1])), "127.0.0.1", 0, ready=lambda address: print(address, flush=True))
"""
NAME, PASSWORD = "first-hour", "correct horse battery"
# What a person needs to read before a key, in seconds: measured of nobody, and stated with every figure that rests on it.
READING = {"same": 12.0, "related": 12.0, "stale": 20.0, "bin_group": 25.0, "field": 6.0}
KEYS = {"same": "y", "related": "h", "stale": "y", "bin_group": "y", "field": "y"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--decisions", type=int, default=60, help="by key, over all workpools in turn")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(chosen.workspace, Path(folder) / "register"))
        ledger = open_ledger(load_workspace(root).ledger_url)
        accounts.add_user(ledger, NAME, ["steward"], PASSWORD, datetime.now(UTC), by="bench", language="en")
        told: dict[str, Any] = {"morning": morning(ledger)}
        told["hour"] = hour(root, ledger, chosen.decisions)
        ledger.close()
    text = json.dumps(told, indent=1)
    print(text)
    if chosen.json:
        chosen.json.write_text(text + "\n", encoding="utf-8")


def morning(ledger: Ledger) -> dict[str, Any]:
    """Cases by workpool: all of them, and those that hold something beyond what is decided by kind in one act."""
    user = accounts.active_user(ledger, NAME, "session")
    with ledger.read() as connection:
        groups = [group for pool in POOLS for group in groups_of(connection, user, pool) if group.whole or group.joins]
        # No certificate is in force on the first morning: pairs that join customers stay rows.
        folded = {
            pool: folding_of(connection, user, pool, [one for one in groups if one.pool == pool], set) for pool in POOLS
        }
        before, after = (worklist.counts(connection, user, some) for some in ({}, folded))
        alike = {row["finding_id"] for group in groups for row in members(connection, user, group, limit=None)}
        query = select(findings.c.finding_id, findings.c.case_key, findings.c.workpool)
        rows = connection.execute(query.where(findings.c.state == "open", ~findings.c.protected)).all()
    cases, alone = defaultdict(set), defaultdict(set)
    for row in rows:
        cases[row.workpool].add(row.case_key)
        if row.finding_id not in alike:
            alone[row.workpool].add(row.case_key)
    return {
        "findings": len(rows),
        "cases": {pool: len(keys) for pool, keys in sorted(cases.items())},
        "acts_by_kind": len(groups),
        "findings_by_kind": len(alike),
        "cases_one_by_one": {pool: len(keys) for pool, keys in sorted(alone.items())},
        "all_cases": sum(map(len, cases.values())),
        "left_one_by_one": sum(map(len, alone.values())),
        "rows_before": {**before, "all": sum(before.values())},
        "rows_of_the_queues": {**after, "all": sum(after.values())},
        "folded_groups": sum(len(one.groups) for one in folded.values()),
        # By one key for each finding, as it was before there were groups, and by one act for each group.
        "acts_before": len(rows),
        "acts_now": len(rows) - len(alike) + len(groups),
        "reading_hours_before": _hours(row.workpool for row in rows),
        "reading_hours_now": _hours(row.workpool for row in rows if row.finding_id not in alike),
    }


def _hours(pools: Iterable[str]) -> float:
    """Of reading findings one by one, by the reading time that is stated."""
    return round(sum(READING.get(pool, 0.0) for pool in pools) / 3600, 1)


def hour(root: Path, ledger: Ledger, wanted: int) -> dict[str, Any]:
    """Decide by keys: of each workpool in turn so many cases, then one shared bin's certain lines, then submit."""
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
            page.goto(f"{address}/login")
            page.set_default_timeout(120_000)
            page.keyboard.type(NAME)
            page.keyboard.press("Tab")
            page.keyboard.type(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "/login" not in url)
            seconds, keys, read = _decide(page, address, wanted)
            browser.close()
    finally:
        process.terminate()
        process.wait(60)
    with ledger.read() as connection:
        made = connection.execute(select(func.count()).where(decisions.c.user == NAME)).scalar_one()
    spent = sum(seconds) + read
    return {
        "decisions": made,
        "keys": keys,
        "keys_per_decision": round(keys / max(made, 1), 2),
        "seconds_p50": round(median(seconds), 3),
        "seconds_p95": round(quantiles(seconds, n=20)[-1], 3),
        "reading_seconds_stated": READING,
        "decisions_per_hour_by_it": round(3600 * made / spent),
    }


def _decide(page: Page, address: str, wanted: int) -> tuple[list[float], int, float]:
    seconds: list[float] = []
    keys, read = 0, 0.0
    for pool, key in KEYS.items():
        page.goto(f"{address}/queue?pool={pool}")
        for _ in range(max(wanted // len(KEYS), 1)):
            if page.get_attribute("#case", "data-finding") is None:
                break
            staged = int(page.get_attribute("#desk", "data-staged") or 0)
            pressed = key
            if page.query_selector(f'.bar [data-key="{key}"]') is None:  # another act is the likely one here
                pressed = "u"
            begun = perf_counter()
            page.keyboard.press(pressed)
            page.wait_for_selector(f'html.js #desk[data-staged="{staged + 1}"]')
            seconds.append(perf_counter() - begun)
            keys, read = keys + 1, read + READING[pool]
        begun = perf_counter()
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("html.js [data-testid=submitted]")
        seconds.append(perf_counter() - begun)
        keys += 1
    return seconds, keys, read


if __name__ == "__main__":
    main()
