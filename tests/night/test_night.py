"""A whole night on a small register: what it publishes, what stops it, and what a kill leaves behind."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from regclean import carry_over as carrying
from regclean import linkage
from regclean.batches.last_extract import last_extract
from regclean.carry_over import folder_digest
from regclean.config import load_workspace
from regclean.errors import ConflictError, GateError, UsageError
from regclean.findings.decide import DecisionLine, record
from regclean.findings.export import export
from regclean.ledger import opened, runs
from regclean.night import STEPS, Night, open_night, open_published, run_night
from regclean.warehouse import rows

NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
AS_OF = date(2026, 11, 1)


def night(root: Path, as_of: date = AS_OF) -> Night:
    return run_night(load_workspace(root), as_of=as_of, now=NOW)


def finding_ids(root: Path) -> list[str]:
    with opened(load_workspace(root).ledger_url) as ledger:
        return export(ledger)["finding_id"].to_list()


def test_one_night_finds_what_was_planted(small_register: Path) -> None:
    done = night(small_register)
    assert [step.name for step in done.steps] == [step.name for step in STEPS]
    with opened(load_workspace(small_register).ledger_url) as ledger:
        found = export(ledger)
    about = set(zip(found["rule"], found["subjects"], strict=True))
    assert ("K02", '["bin_groups:K2"]') in about
    assert ("K06", '["bin_groups:K1"]') in about
    assert ("S06", '["customers:1006"]') in about
    assert ("duplicate", '["customers:1001","customers:1002"]') in about
    assert not any("1010" in subjects and "1011" in subjects for _, subjects in about), "numbered siblings are two"
    assert (small_register / "var/reports" / f"{done.run_id}.html").exists()


def test_the_same_night_again_is_the_same_to_the_byte(published_register: Path) -> None:
    def content(run_id: str | None) -> list[list[tuple[object, ...]]]:
        warehouse, last = open_published(load_workspace(published_register))
        with warehouse.read(run_id or last) as connection:
            return [
                rows(connection, f"SELECT * FROM {table} ORDER BY ALL")
                for table in ("customers", "pairs", "clusters", "member_links", "findings")
            ]

    first = load_and_last(published_register)
    before = content(first)
    second = night(published_register)
    assert first != second.run_id
    assert content(second.run_id) == before
    assert second.published is not None
    assert second.published.total("new") == 0
    assert second.published.total("withdrawn") == 0


def test_half_an_export_stops_the_night_and_changes_nothing(published_register: Path) -> None:
    before = finding_ids(published_register)
    customers = published_register / "in/customers.csv"
    customers.write_text("\n".join(customers.read_text(encoding="utf-8").splitlines()[:8]), encoding="utf-8")
    with pytest.raises(GateError, match="max_fall_percent"):
        night(published_register, date(2026, 11, 2))
    assert finding_ids(published_register) == before
    assert load_and_last(published_register) == "2026-11-01-001"
    with opened(load_workspace(published_register).ledger_url) as ledger:
        run = runs.get(ledger, "2026-11-02-001")
    assert run is not None
    assert run.status == "failed"
    assert not list((published_register / "var/warehouse").glob("building-*"))


def load_and_last(root: Path) -> str | None:
    return open_published(load_workspace(root))[1]


def test_one_night_at_a_time(small_register: Path) -> None:
    workspace = load_workspace(small_register)
    with contextlib.suppress(KeyboardInterrupt), open_night(workspace, as_of=AS_OF, now=NOW):
        with pytest.raises(ConflictError, match="another night"), open_night(workspace, as_of=AS_OF, now=NOW):
            pass
        raise KeyboardInterrupt
    night(small_register)  # the lock is free again, and the interrupted run is out of the way


KILLED = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from regclean import night, warehouse, findings
from regclean.config import load_workspace
step = sys.argv[2]

class Killer:
    def started(self, name):
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)
    def finished(self, result):
        pass

if step == "between":
    # After the file was renamed, before the ledger knows.
    night.findings.publish = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
night.run_night(load_workspace(Path(sys.argv[1])), as_of=date(2026, 11, 2), now=datetime(2026, 11, 3, 2, tzinfo=UTC),
    observer=Killer())
"""


@pytest.mark.parametrize("step", ["link members", "publish", "between"])
def test_a_kill_leaves_the_night_before_in_force(published_register: Path, step: str) -> None:
    before = finding_ids(published_register)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(published_register), step], check=False, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL
    assert load_and_last(published_register) == "2026-11-01-001"
    assert finding_ids(published_register) == before
    again = night(published_register, date(2026, 11, 2))
    assert load_and_last(published_register) == again.run_id
    assert finding_ids(published_register) == before
    assert sorted(path.name for path in (published_register / "var/warehouse").glob("*.duckdb")) == [
        "2026-11-01-001.duckdb",
        f"{again.run_id}.duckdb",
    ]


def test_national_ids_stay_out_of_everything_that_leaves_the_warehouse(published_register: Path) -> None:
    secret = b"010190-901R"
    for path in (published_register / "var").rglob("*"):
        if path.is_file() and "warehouse" not in path.parts:
            assert secret not in path.read_bytes(), path


def test_linkage_is_carried_over_only_while_nothing_it_rests_on_changes(published_register: Path) -> None:
    second = night(published_register)
    assert second.linked is None, "nothing had changed"
    third = run_night(load_workspace(published_register), as_of=AS_OF, now=NOW, full=True)
    assert third.linked is not None, "--full links anew"
    customers = published_register / "in/customers.csv"
    customers.write_text(customers.read_text(encoding="utf-8").replace("Savolainen", "Savolainenn"), encoding="utf-8")
    fourth = night(published_register)
    assert fourth.linked is not None, "a name had changed"
    assert fourth.page is not None
    assert fourth.page.linkage is not None
    assert second.page is not None
    assert second.page.linkage is not None
    assert second.page.linkage.relations == third.page.linkage.relations  # type: ignore[union-attr]  # as above


def edit(root: Path, before: str, after: str) -> None:
    customers = root / "in/customers.csv"
    text = customers.read_text(encoding="utf-8")
    assert before in text
    customers.write_text(text.replace(before, after), encoding="utf-8")


def say(root: Path, verdict: str, *customers: str) -> None:
    """One decision on the finding on these customers."""
    with opened(load_workspace(root).ledger_url) as ledger:
        line = DecisionLine(2, verdict, "aino", customer_no_l=customers[0], customer_no_r=customers[1], reason="seen")
        assert record(ledger, [line], NOW).taken == 1


def asked(root: Path) -> dict[str, str]:
    """State of every duplicate, by its customers."""
    with opened(load_workspace(root).ledger_url) as ledger:
        found = export(ledger, kind="duplicate")
    return {
        " ".join(subject.removeprefix("customers:") for subject in json.loads(subjects)): state
        for subjects, state in zip(found["subjects"], found["state"], strict=True)
    }


def cluster_mates(root: Path, customer: str) -> list[str]:
    warehouse, last = open_published(load_workspace(root))
    with warehouse.read(last) as connection:
        query = "SELECT them.customer_no FROM clusters AS them JOIN clusters AS me USING (cluster_id) WHERE me.customer_no = $no ORDER BY 1"
        return [number for (number,) in rows(connection, query, {"no": customer})]


def test_a_pair_told_apart_is_asked_again_when_its_records_change_and_joined_only_by_an_answer(
    published_register: Path,
) -> None:
    assert cluster_mates(published_register, "1003") == ["1003", "1004"]
    say(published_register, "different", "1003", "1004")
    night(published_register)
    assert cluster_mates(published_register, "1003") == ["1003"]
    assert asked(published_register)["1003 1004"] == "rejected"
    edit(
        published_register,
        "1003;Virtanen Matti;010190-901R;;1.1.1990;Kauppakatu 3;70100;Kuopio;050 765 4321",
        "1003;Virtanen Matti;010190-901R;;1.1.1990;Kauppakatu 3;70100;Kuopio;050 999 4321",
    )
    night(published_register)
    assert asked(published_register)["1003 1004"] == "open"
    assert cluster_mates(published_register, "1003") == ["1003"]
    say(published_register, "unsure", "1003", "1004")  # this is no answer
    run_night(load_workspace(published_register), as_of=AS_OF, now=NOW, full=True)
    assert cluster_mates(published_register, "1003") == ["1003"]
    say(published_register, "same", "1003", "1004")
    night(published_register)
    assert cluster_mates(published_register, "1003") == ["1003", "1004"]


def test_the_night_in_force_is_the_one_published_last_whatever_its_day(
    published_register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regclean.night.KEPT_NIGHTS", 2)
    ahead = date(2036, 1, 1)
    with pytest.raises(UsageError, match="--force"):
        night(published_register, ahead)
    forced = run_night(load_workspace(published_register), as_of=ahead, now=NOW, force=True)
    assert load_and_last(published_register) == forced.run_id
    again = night(published_register)
    assert load_and_last(published_register) == again.run_id
    kept = (published_register / "var/warehouse").glob("*.duckdb")
    assert {path.stem for path in kept} == {forced.run_id, again.run_id}, "the oldest by publishing is forgotten"
    assert again.last is not None
    assert any("2036-01-01" in note for note in again.notes), "that it goes back is said"
    assert again.last.run_id == forced.run_id
    with opened(load_workspace(published_register).ledger_url) as ledger:
        assert last_extract(load_workspace(published_register), ledger).run_id == again.run_id


def test_a_change_of_the_linkages_code_links_anew(
    published_register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Path(shutil.copytree(Path(linkage.__file__).parent, tmp_path / "linkage"))
    before = folder_digest(room)
    sql = room / "sql/relate.sql"
    sql.write_text(sql.read_text(encoding="utf-8") + "-- changed", encoding="utf-8")
    assert folder_digest(room) != before
    monkeypatch.setattr(carrying, "_program", lambda: {"linkage": folder_digest(room)})
    assert night(published_register).linked is not None, "the linkage was another one"
    assert night(published_register).linked is None, "nothing has changed since"


def test_the_digest_knows_every_room_that_the_linkage_is_made_of() -> None:
    source = Path(linkage.__file__).parent
    imported = {
        module.split(".")[1]
        for path in source.rglob("*.py")
        for module in re.findall(r"^(?:from|import) (regclean\.\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    # Settings come as values, which the digest holds; errors say only what went wrong.
    assert imported - {"config", "errors"} <= {room.removesuffix(".py") for room in carrying.ROOMS}
