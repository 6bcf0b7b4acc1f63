"""Processor time that opening a case takes the server, alone and on the way through the queue.

    python bench/opening.py WORKSPACE [--cases 25]

WORKSPACE has had its night, and is copied. Of each kind of finding some are opened, in no order, and again; of each
workpool the queue is walked from its top. What the server reads ahead for the next case is counted with the cases.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from statistics import mean, quantiles

from fastapi.testclient import TestClient
from sqlalchemy import select

from regclean.accounts import local as accounts
from regclean.config import load_workspace
from regclean.ledger.tables import findings
from regclean.review.web.app import create_app
from regclean.review.web.services import Services

PASSWORD = "correct horse battery"
KINDS = ("bin_group", "duplicate", "field", "stale")
POOLS = ("same", "related", "stale", "bin_group", "field")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--cases", type=int, default=25)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(shutil.copytree(options.workspace, Path(temporary) / "register"))
        app = create_app(load_workspace(root))
        service: Services = app.state.services
        accounts.add_user(service.ledger, "bench", ["steward"], PASSWORD, datetime.now(UTC), by="bench", language="en")
        browser = TestClient(app, base_url="http://127.0.0.1")
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login").text)
        browser.post("/login", data={"user": "bench", "password": PASSWORD, "csrf_token": token[1] if token else ""})

        def settled(path: str) -> None:
            answer = browser.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status_code}")
            service.background.submit(lambda: None).result()  # what is done later is done

        waiting = findings.c.state == "open", ~findings.c.protected, findings.c.present
        with service.ledger.read() as connection:
            rows = connection.execute(select(findings.c.finding_id, findings.c.kind).where(*waiting)).all()
        random.Random(1).shuffle(rows)  # a bench
        for finding_id, _ in rows[-5:]:
            settled(f"/case/{finding_id}")
        for kind in KINDS:
            some = [f"/case/{one}" for one, its in rows if its == kind][: options.cases]
            _print(f"{kind}, first", some, settled)
            _print(f"{kind}, again", some, settled)
        for pool in POOLS:
            listed = browser.get(f"/queue?pool={pool}").text.partition('class="rows"')[2]
            links = dict.fromkeys(map(unescape, re.findall(r'href="(/case/F\w+[^"]*)"', listed)))
            _print(f"queue of {pool}", list(links)[1:], settled)
        service.background.shutdown(wait=True)
        service.night.close()
        service.ledger.close()
    print(f"load average: {os.getloadavg()[0]:.1f}")


def _print(name: str, paths: Iterable[str], open_: Callable[[str], None]) -> None:
    spent = []
    for path in paths:
        begun = time.process_time()
        open_(path)
        spent.append((time.process_time() - begun) * 1000)
    if len(spent) > 1:
        parts = quantiles(spent, n=100, method="inclusive")
        print(
            f"{name}: {len(spent)} cases, mean {mean(spent):.0f}, p50 {parts[49]:.0f}, p95 {parts[94]:.0f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main()
