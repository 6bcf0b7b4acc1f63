"""Worked examples of applying and taking back, on both databases."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest

from regclean.batches import apply, dry_run, undo
from regclean.errors import ConflictError
from regclean.register import ChangeLine


def phone(desk: Any, number: str) -> Any:
    return next(row["phone"] for row in desk.rows("customers") if row["customer_no"] == number)


def statuses(desk: Any, batch: int) -> list[str]:
    return [one.status for one in dry_run(desk.ledger, desk.target, batch)]


def test_a_dry_run_tells_ready_done_changed_and_gone(desk: Any, changing: Any) -> None:
    desk.execute("UPDATE customers SET phone = '040 9' WHERE customer_no IN ('2', '3')")
    lines = [
        changing("customers", "1", "phone", None, "040 9"),
        changing("customers", "2", "phone", None, "040 9"),
        changing("customers", "3", "phone", None, "040 1"),
        changing("customers", "77", "phone", None, "040 1"),
    ]
    batch, _ = desk.batch([[line] for line in lines])
    before = desk.dump()
    assert statuses(desk, batch) == ["ready", "done", "changed", "gone"]
    assert desk.dump() == before


def test_changed_lines_go_back_and_the_rest_is_applied(desk: Any, changing: Any) -> None:
    batch, findings = desk.batch(
        [[changing("customers", "1", "phone", None, "1")], [changing("customers", "2", "phone", None, "2")]]
    )
    desk.execute("UPDATE customers SET phone = 'own' WHERE customer_no = '2'")
    outcome = apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert outcome.conflict
    assert outcome.held == {findings[1]}
    assert (phone(desk, "1"), phone(desk, "2")) == ("1", "own")
    assert desk.finding_states() == {findings[0]: "applied", findings[1]: "open"}
    assert desk.line_states(batch) == {1: "done", 2: "changed"}


def test_all_or_nothing_writes_nothing(desk: Any, changing: Any) -> None:
    batch, _ = desk.batch(
        [[changing("customers", "1", "phone", None, "1")], [changing("customers", "2", "phone", "x", "2")]]
    )
    before = desk.dump()
    assert apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick(), whole=True).conflict
    assert desk.dump() == before
    assert desk.batch_state(batch) == "approved"


def test_half_a_merge_is_never_applied(desk: Any, merging: Any) -> None:
    batch, findings = desk.batch([merging(desk.rows, "1", "2")])
    desk.execute("UPDATE services SET customer_no = '5' WHERE service_no = 'V1'")
    before = desk.dump()
    apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert desk.dump() == before
    assert desk.finding_states() == {findings[0]: "open"}


def test_a_merge_waits_when_something_new_hangs_on_the_loser(desk: Any, merging: Any) -> None:
    batch, _ = desk.batch([merging(desk.rows, "1", "2")])
    desk.insert("services", {"service_no": "V50", "customer_no": "1"})
    assert statuses(desk, batch)[0] == "changed"
    apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert next(row["status"] for row in desk.rows("customers") if row["customer_no"] == "1") == "active"


def test_a_merge_ends_the_loser_with_a_pointer_and_moves_everything(desk: Any, merging: Any) -> None:
    batch, _ = desk.batch([merging(desk.rows, "1", "5")])
    apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert desk.rows("regclean_merged") == [{"customer_no": "1", "survivor_no": "5", "batch": str(batch)}]
    held = [row for name in ("services", "site_roles", "bin_group_members") for row in desk.rows(name)]
    assert all(row["customer_no"] != "1" for row in held)
    assert desk.rows("bin_groups")[0]["host_customer_no"] == "5"
    assert {row["customer_no"] for row in desk.rows("customers")} == {str(n) for n in range(1, 7)}


def test_taking_back_keeps_what_others_edited_and_lists_it(desk: Any, merging: Any) -> None:
    start = desk.dump()
    batch, findings = desk.batch([merging(desk.rows, "1", "5")])
    apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    desk.execute("UPDATE services SET customer_no = '6' WHERE service_no = 'V1'")
    outcome = undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick(), finding_id=findings[0])
    assert len(outcome.kept) == 1
    assert next(row["customer_no"] for row in desk.rows("services") if row["service_no"] == "V1") == "6"
    desk.execute("UPDATE services SET customer_no = '1' WHERE service_no = 'V1'")
    assert desk.dump() == start
    assert desk.finding_states() == {findings[0]: "open"}


def test_blanks_come_back_as_they_were(desk: Any, changing: Any) -> None:
    desk.execute("UPDATE customers SET phone = '  ' WHERE customer_no = '1'")
    start = desk.dump()
    batch, _ = desk.batch([[changing("customers", "1", "phone", None, "040 1")]])
    apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert phone(desk, "1") == "040 1"
    undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert desk.dump() == start


def test_what_somebody_else_had_done_already_is_not_taken_back(desk: Any, changing: Any) -> None:
    desk.execute("UPDATE customers SET phone = '1' WHERE customer_no = '1'")
    batch, _ = desk.batch([[changing("customers", "1", "phone", None, "1")]])
    apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert phone(desk, "1") == "1"


def test_a_new_customer_that_others_use_is_kept(desk: Any) -> None:
    cells = [ChangeLine(0, "insert", "customers", "9", name, None, value, None) for name, value in
             (("customer_no", "9"), ("name", "Uusi"))]  # fmt: skip
    batch, _ = desk.batch([cells])
    apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    desk.insert("services", {"service_no": "V90", "customer_no": "9"})
    assert undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick()).kept == (1, 2)
    assert any(row["customer_no"] == "9" for row in desk.rows("customers"))


def test_removed_rows_come_back_whole(desk: Any, as_row_text: Any) -> None:
    row = next(row for row in desk.rows("bin_group_members") if row["member_no"] == "3")
    start = desk.dump()
    batch, _ = desk.batch([[ChangeLine(0, "delete", "bin_group_members", "K1/3", None, as_row_text(row), None, None)]])
    apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert len(desk.rows("bin_group_members")) == 3
    undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert desk.dump() == start


def test_nothing_is_applied_before_it_is_approved(desk: Any, changing: Any) -> None:
    batch, findings = desk.batch([[changing("customers", "1", "phone", None, "1")]], state="built")
    with pytest.raises(ConflictError):
        apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert desk.finding_states() == {findings[0]: "accepted"}
    assert desk.batch_state(batch) == "undone"


def test_typed_columns_and_keys_with_blanks(desk: Any, changing: Any) -> None:
    kind = "DATE" if desk.engine.dialect.name == "postgresql" else "TEXT"
    desk.execute("DROP TABLE services")
    desk.execute(f"CREATE TABLE services (service_no TEXT, customer_no TEXT, bin_count INTEGER, end_on {kind})")
    desk.insert("services", {"service_no": " V1 ", "customer_no": "1", "bin_count": 2})
    start = desk.dump()
    batch, _ = desk.batch(
        [[changing("services", "V1", "end_on", None, "2026-01-31"), changing("services", "V1", "bin_count", "2", "3")]]
    )
    assert statuses(desk, batch) == ["ready", "ready"]
    apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert str(desk.rows("services")[0]["end_on"]) == "2026-01-31"
    assert desk.rows("services")[0]["bin_count"] == 3
    undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert desk.dump() == start


def test_a_real_kill_between_register_and_ledger(new_desk: Any, changing: Any) -> None:
    desk = new_desk("")
    desk.make_tables()
    batch, findings = desk.batch([[changing("customers", "1", "phone", None, "1")]])
    code = (
        "import os, signal, sys\n"
        "from datetime import datetime, UTC\n"
        "from regclean.batches import apply\n"
        "from regclean.ledger import open_ledger\n"
        "from regclean.register import SqlTarget\n"
        "def step(name):\n"
        "    if name == 'committed': os.kill(os.getpid(), signal.SIGKILL)\n"
        "apply(open_ledger(sys.argv[1]), SqlTarget(sys.argv[2]), int(sys.argv[3]), user='dan', now=datetime.now(UTC), step=step)\n"
    )
    urls = [str(engine.url) for engine in (desk.ledger.engine, desk.engine)]
    done = subprocess.run([sys.executable, "-c", code, *urls, str(batch)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert phone(desk, "1") == "1"
    assert desk.finding_states() == {findings[0]: "in_batch"}
    before = desk.dump()
    outcome = apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert outcome.earlier
    assert desk.dump() == before
    assert desk.finding_states() == {findings[0]: "applied"}
    assert desk.line_states(batch) == {1: "done"}
