"""Two people build a batch at once on a server that has just started: both get an answer."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from regclean.accounts import local, tokens
from regclean.config import load_workspace
from regclean.findings.decide import DecisionLine, decide
from regclean.ledger import opened
from regclean.ledger.tables import findings

CODE = """
import sys
from pathlib import Path
from threading import Barrier, Thread
from fastapi.testclient import TestClient
from regclean.config import load_workspace
from regclean.review.web.app import create_app

app = create_app(load_workspace(Path(sys.argv[1])))
statuses, together = [], Barrier(4)

def build():
    client = TestClient(app, base_url="http://127.0.0.1", headers={"Authorization": f"Bearer {sys.argv[2]}"},
                        raise_server_exceptions=False)
    together.wait()
    answer = client.post("/api/v1/batches", json={})
    statuses.append(answer.status_code)
    assert sys.argv[1] not in answer.text

threads = [Thread(target=build) for _ in range(4)]
for one in threads: one.start()
for one in threads: one.join()
print(sorted(statuses))
"""


def test_batches_are_built_at_once_on_a_fresh_server(published_register: Path) -> None:
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    with opened(load_workspace(published_register).ledger_url) as ledger:
        local.add_user(ledger, "aino", ["steward"], local.NO_PASSWORD, now, by="test")
        with ledger.write() as connection:
            token = tokens.make_token(connection, "aino", "", ["batches:build"], now, by="test")
            query = select(findings.c.finding_id).where(findings.c.kind == "duplicate", findings.c.relation == "same")
            finding = sorted(connection.execute(query).scalars())[0]
        decide(ledger, DecisionLine(number=1, verdict="same", user="aino", finding_id=finding), now)
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(published_register), token], capture_output=True, text=True, check=True
    )
    statuses = done.stdout.strip()
    assert statuses in ("[200, 200, 200, 201]", "[200, 200, 201, 409]", "[200, 201, 409, 409]", "[201, 409, 409, 409]")
