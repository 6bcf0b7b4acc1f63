"""Findings over nights: new, still there, gone, back, reopened, verified; and a night that is killed half way."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import event, func, insert, select

from regclean.findings import export, publish
from regclean.findings.clusters import ClusterEvent
from regclean.findings.follow import undo
from regclean.ledger import open_ledger, runs, verify
from regclean.ledger.tables import batch_changes, batches, cluster_log, evidence, findings, outcomes
from regclean.warehouse import Warehouse


def two(phone: str | None = None, **options: Any) -> Callable[[Any], object]:
    """A night with one duplicate of two."""
    return lambda made: made.customers("1").customers("2", phone=phone).clusters(C1="1 2").pair("1", "2", **options)


def apart(phone: str | None = None, relation: str = "unsure") -> Callable[[Any], object]:
    """The same two, as clustering keeps them when they are told apart."""
    return lambda made: made.customers("1").customers("2", phone=phone).clusters().pair("1", "2", 0.6, relation)


def nothing(made: Any) -> None:
    made.customers("1", "2").clusters()


def test_new_then_still_then_withdrawn_then_back(nights: Any) -> None:
    assert nights.run(0, two()).counts == {"duplicate": {"new": 1}}
    assert nights.run(1, two()).counts == {"duplicate": {"still": 1}}
    row = nights.row("1", "2")
    assert (row["first_seen_run"], row["last_seen_run"], row["version"]) == ("2026-11-20-1", "2026-11-21-1", 1)
    assert nights.run(2, nothing).counts == {"duplicate": {"withdrawn": 1}}
    row = nights.row("1", "2")
    assert (row["state"], row["present"], row["last_seen_run"]) == ("withdrawn", False, "2026-11-21-1")
    assert nights.run(3, two()).counts == {"duplicate": {"reopened": 1}}
    assert nights.state("1", "2") == ("open", "returned")


def test_a_night_that_finds_the_same_writes_no_finding(nights: Any, many_pairs: Callable[..., Any]) -> None:
    nights.run(0, many_pairs(20))
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        written.extend(re.findall(r"^(?:INSERT INTO|UPDATE) (\w+)", statement))

    event.listen(nights.ledger.engine, "before_cursor_execute", note)
    assert nights.run(1, many_pairs(20)).counts == {"duplicate": {"still": 20}}
    event.remove(nights.ledger.engine, "before_cursor_execute", note)
    assert set(written) <= {"runs", "audit"}
    assert set(export(nights.ledger)["last_seen_run"]) == {"2026-11-21-1"}


def test_publishing_the_same_night_again_changes_nothing(nights: Any) -> None:
    nights.run(0, two())
    nights.decide("same", "1", "2")
    before = nights.rows()
    nights.run(0, two())
    assert nights.rows() == before


def test_a_rejection_lasts_until_its_evidence_changes(nights: Any) -> None:
    nights.run(0, apart())
    nights.decide("different", "1", "2")
    nights.run(1, apart(relation="related"))
    assert nights.state("1", "2") == ("rejected", None)
    nights.run(2, apart(phone="+358401"))
    assert nights.state("1", "2") == ("open", "evidence_changed")
    row = nights.row("1", "2")
    assert row["decision_id"] is not None
    assert row["decided_fingerprint"] != row["fingerprint"]
    assert nights.edges() == {}
    assert nights.decide("same", "1", "2").taken == 1
    assert nights.edges() == {("1", "2"): "same"}


def test_evidence_that_goes_back_to_what_was_rejected_is_rejected_again(nights: Any) -> None:
    nights.run(0, apart())
    nights.decide("different", "1", "2")
    nights.run(1, apart(phone="+358401"))
    assert nights.state("1", "2") == ("open", "evidence_changed")
    nights.run(2, apart())
    assert nights.state("1", "2") == ("rejected", None)
    assert nights.edges() == {("1", "2"): "different"}


def test_what_is_decided_of_a_whole_group_is_not_asked_again_when_a_record_changes(nights: Any) -> None:
    def group(phone: str) -> Callable[[Any], None]:
        def fill(made: Any) -> None:
            made.customers("1", "2").customers("3", phone=phone).clusters(C1="1 2 3").pair("1", "2").pair("2", "3")

        return fill

    nights.run(0, group("+358400"))
    nights.decide("entity", "2", "3")
    nights.decide("same", "1", "2")
    assert nights.state("1", "2", "3") == ("rejected", None)
    nights.run(1, group("+358401"))
    assert nights.state("1", "2", "3") == ("rejected", None)
    row = nights.row("1", "2", "3")
    assert row["decided_fingerprint"] == row["rejected_fingerprint"] == row["fingerprint"]
    nights.run(2, group("+358401"))
    again = nights.row("1", "2", "3")
    assert (again["state"], again["version"], again["decision_id"]) == ("rejected", row["version"], row["decision_id"])


def test_a_changed_record_of_a_rejected_group_asks_the_pair_again_with_its_old_decision(nights: Any) -> None:
    def group(made: Any) -> None:
        made.customers("1", "2", "3").clusters(C1="1 2 3").pair("1", "2").pair("2", "3")

    def changed(made: Any) -> None:
        made.customers("1", "2").customers("3", phone="+358401").clusters().pair("1", "2", 0.6, "unsure")
        made.pair("2", "3", 0.6, "unsure")

    nights.run(0, group)
    decision = nights.decide("different", "1", "2", "3").decision_ids[2]
    nights.run(1, changed)
    row = nights.row("2", "3")
    assert (row["state"], row["reopened_because"], row["decision_id"]) == ("open", "evidence_changed", decision)
    assert nights.edges() == {("1", "2"): "different"}
    assert nights.lapsed() == {("1", "3"), ("2", "3")}
    assert nights.state("1", "2", "3") == ("rejected", None)


def test_a_deferred_finding_waits_for_its_day_or_for_other_evidence(nights: Any) -> None:
    nights.run(0, two())
    nights.decide("unsure", "1", "2", defer_until="2026-11-23")
    assert nights.row("1", "2")["workpool"] == "second"
    for day, state in ((1, "deferred"), (2, "deferred"), (3, "open")):
        nights.run(day, two())
        assert nights.state("1", "2")[0] == state
    assert nights.state("1", "2") == ("open", "due")
    nights.decide("unsure", "1", "2", day=3)
    nights.run(4, two(phone="+358401"))
    assert nights.state("1", "2") == ("open", "evidence_changed")


def test_a_score_or_a_summary_may_change_without_anything_to_decide(nights: Any) -> None:
    nights.run(0, two())
    nights.run(1, two(probability=0.96))
    row = nights.row("1", "2")
    assert (row["score"], row["version"], row["state"]) == (0.96, 1, "open")


def test_an_accepted_finding_stays_and_shows_that_its_evidence_changed(nights: Any) -> None:
    nights.run(0, two())
    nights.decide("same", "1", "2")
    nights.run(1, two(phone="+358401"))
    row = nights.row("1", "2")
    assert row["state"] == "accepted"
    assert row["decided_fingerprint"] != row["fingerprint"]
    nights.run(2, nothing)
    row = nights.row("1", "2")
    assert (row["state"], row["present"]) == ("accepted", False)


def test_an_applied_finding_is_verified_when_it_is_gone(nights: Any) -> None:
    nights.run(0, two())
    nights.decide("same", "1", "2")
    apply(nights, "1", "2")
    report = nights.run(1, nothing)
    assert report.counts == {"duplicate": {"verified": 1}}
    assert outcome_of(nights) == ["verified"]


def test_an_applied_finding_that_is_still_there_is_contradicted(nights: Any) -> None:
    nights.run(0, two())
    nights.decide("same", "1", "2")
    apply(nights, "1", "2")
    report = nights.run(1, two())
    assert report.counts == {"duplicate": {"contradicted": 1}}
    assert nights.state("1", "2") == ("open", "contradicted")
    assert nights.row("1", "2")["workpool"] == "conflict"
    assert outcome_of(nights) == ["contradicted"]
    assert nights.run(2, two()).counts == {"duplicate": {"still": 1}}
    assert nights.state("1", "2") == ("open", "contradicted")


def test_a_merge_that_was_applied_is_verified_by_what_it_left_behind(nights: Any) -> None:
    nights.run(0, two())
    nights.decide("same", "1", "2")
    apply(nights, "1", "2")
    nights.run(1, lambda made: made.customers("1").customers("2", status="ended").clusters(C1="1 2").pair("1", "2"))
    assert nights.state("1", "2") == ("verified", None)


def test_a_night_that_read_its_input_before_the_apply_judges_nothing(nights: Any) -> None:
    nights.run(0, two())
    nights.decide("same", "1", "2")
    apply(nights, "1", "2", hours=48)
    nights.run(1, two())
    assert nights.state("1", "2") == ("applied", None)


def apply(nights: Any, *customers: str, hours: int = 10) -> None:
    at = next(run.started_at for run in runs.history(nights.ledger)) + timedelta(hours=hours)
    nights.set_state("applied", *customers, at=at)
    row = nights.row(*customers)
    with nights.ledger.write() as connection:
        batch = {"state": "applied", "built_by": "x", "built_at": at, "gates": [], "left_out": [], "version": 1}
        connection.execute(insert(batches).values(batch_id=1, **batch))
        change = {"op": "merge", "table": "customers", "key": customers[1], "after": customers[0], "state": "done"}
        connection.execute(insert(batch_changes).values(batch_id=1, seq=1, finding_id=row["finding_id"], **change))


def outcome_of(nights: Any) -> list[str]:
    with nights.ledger.read() as connection:
        return list(connection.execute(select(outcomes.c.outcome)).scalars())


def test_a_new_finding_that_follows_from_decisions_is_not_asked(nights: Any) -> None:
    nights.run(0, nothing)
    for pair in (("1", "3"), ("3", "2")):
        assert nights.decide("same", *pair).taken == 1
    nights.run(1, two())
    assert nights.state("1", "2") == ("accepted", None)


def test_an_accepted_group_that_grows_is_asked_anew_as_a_whole(nights: Any) -> None:
    nights.run(0, two())
    nights.decide("same", "1", "2")
    grown = lambda made: made.customers("1", "2", "3").clusters(C1="1 2 3").pair("1", "2").pair("2", "3")  # noqa: E731
    nights.run(1, grown)
    assert nights.state("1", "2") == ("withdrawn", None)
    assert nights.state("1", "2", "3") == ("open", None)
    assert nights.edges() == {("1", "2"): "same"}
    nights.run(2, two())
    assert nights.state("1", "2") == ("accepted", None)
    assert nights.state("1", "2", "3") == ("withdrawn", None)


def test_a_finding_that_followed_is_asked_when_its_ground_is_undone(nights: Any) -> None:
    nights.run(0, nothing)
    first = nights.decide("same", "1", "3").decision_ids[2]
    nights.decide("same", "3", "2")
    nights.run(1, two())
    undo(nights.ledger, first, user="aino", now=nights.row("1", "2")["state_since"])
    assert nights.state("1", "2") == ("open", "undone")


def test_evidence_is_kept_for_what_is_shown_and_what_was_decided_on(nights: Any) -> None:
    def digests() -> int:
        with nights.ledger.read() as connection:
            return int(connection.execute(select(func.count()).select_from(evidence)).scalar_one())

    nights.run(0, two())
    nights.run(1, two(phone="+358401"))
    assert digests() == 1
    nights.decide("same", "1", "2", day=1)
    nights.run(2, two(phone="+358402"))
    assert digests() == 2


def test_merges_and_splits_of_clusters_are_logged(nights: Any) -> None:
    before = pl.DataFrame({"cluster_id": ["A", "A", "B", "C"], "customer_no": ["1", "2", "3", "4"]})

    def tonight(made: Any) -> None:
        made.customers("1", "2", "3", "4", "5").clusters(A="1", D="2 3", C="4 5")

    nights.run(0, tonight, previous_clusters=before)
    with nights.ledger.read() as connection:
        rows = connection.execute(select(cluster_log.c.event, cluster_log.c.cluster_id, cluster_log.c.others)).all()
    assert [ClusterEvent(event, cluster_id, tuple(others)) for event, cluster_id, others in rows] == [
        ClusterEvent("merged", "D", ("A", "B")),
        ClusterEvent("split", "A", ("A", "D")),
    ]


def test_the_run_is_published_with_its_counts_and_the_audit_logs_end(nights: Any) -> None:
    nights.run(0, two())
    last = runs.last_published(nights.ledger)
    assert last is not None
    assert (last.run_id, last.counts) == ("2026-11-20-1", {"duplicate": {"new": 1}})
    assert verify(nights.ledger) is None


NIGHT = """
import os, sys, time
import polars as pl
import regclean.findings.publishing as publishing
from datetime import UTC, date, datetime
from regclean.ledger import open_ledger
from regclean.warehouse import Warehouse
from pathlib import Path

url, folder, stop, chunk = sys.argv[1:5]
publishing.CHUNK = int(chunk)
calls = 0

def wait_here(name):
    original = getattr(publishing, name)
    def stopping(*args, **kwargs):
        global calls
        calls += 1
        if name != "insert_many" or calls > 2:
            print("here", flush=True)
            time.sleep(600)
        return original(*args, **kwargs)
    setattr(publishing, name, stopping)

wait_here(stop)
with Warehouse(Path(folder)).read("2026-11-21-1") as connection:
    publishing.publish(open_ledger(url), connection, "2026-11-21-1", date(2026, 11, 21), datetime(2026, 11, 21, tzinfo=UTC))
"""


@pytest.mark.parametrize(
    ("kind", "stop"),
    [
        ("sqlite", "insert_many"),
        ("sqlite", "_write_edges"),
        ("sqlite", "_sweep_evidence"),
        ("postgresql", "insert_many"),
        ("postgresql", "_finish"),
    ],
)
def test_a_killed_night_leaves_the_old_one_and_the_next_try_repairs_it(
    kind: str,
    stop: str,
    ledger_url: Callable[[str], str],
    new_nights: Callable[[Any], Any],
    many_pairs: Callable[..., Any],
    tmp_path: Path,
    warehouse_of: Callable[[Callable[[Any], object], Path], None],
) -> None:
    url = ledger_url(kind)
    ledger = open_ledger(url)
    nights = new_nights(ledger)
    nights.run(0, many_pairs(10))
    before = export(ledger)
    moment = nights.rows()[0]["state_since"] + timedelta(days=1)
    warehouse_of(many_pairs(15, phone="+358401"), tmp_path)
    killed = subprocess.Popen([sys.executable, "-c", NIGHT, url, str(tmp_path), stop, "4"], stdout=subprocess.PIPE)
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"here\n"
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    published = stop == "_sweep_evidence"
    assert (export(ledger).height, export(ledger).equals(before)) == ((15, False) if published else (10, True))
    with Warehouse(tmp_path).read("2026-11-21-1") as connection:
        publish(ledger, connection, "2026-11-21-1", date(2026, 11, 21), moment)
    after = export(ledger)
    assert after.height == 15
    assert set(after["last_seen_run"]) == {"2026-11-21-1"}
    with ledger.read() as connection:
        shown = connection.execute(select(func.count()).select_from(evidence)).scalar_one()
        joined = connection.execute(
            select(func.count())
            .select_from(evidence)
            .join(
                findings,
                (findings.c.finding_id == evidence.c.finding_id) & (findings.c.evidence_digest == evidence.c.digest),
            )
        ).scalar_one()
    assert (shown, joined) == (15, 15)
    assert verify(ledger) is None
    ledger.close()


def test_readers_never_see_half_a_night(nights: Any, many_pairs: Callable[..., Any]) -> None:
    nights.run(0, many_pairs(20))
    seen: set[tuple[str, ...]] = set()
    stopped = threading.Event()

    def look() -> None:
        while not stopped.is_set():
            frame = export(nights.ledger)
            seen.add((str(frame.height), *sorted(set(frame["last_seen_run"]))))

    reader = threading.Thread(target=look)
    reader.start()
    nights.run(1, many_pairs(30))
    stopped.set()
    reader.join()
    assert seen <= {("20", "2026-11-20-1"), ("30", "2026-11-21-1")}


def test_subjects_are_indexed_for_every_finding(nights: Any, many_pairs: Callable[..., Any]) -> None:
    nights.run(0, many_pairs(5))
    from regclean.ledger.tables import finding_subjects

    with nights.ledger.read() as connection:
        rows = connection.execute(select(finding_subjects.c.finding_id, finding_subjects.c.subject)).all()
    expected = {(row["finding_id"], subject) for row in nights.rows() for subject in json.loads(row["subjects"])}
    assert {tuple(row) for row in rows} == expected
