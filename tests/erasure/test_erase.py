"""A customer who is gone from the register is erased by two people: nothing planted of them is found anywhere afterwards."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import duckdb
import polars as pl
import pytest
from sqlalchemy import inspect, select, text, update

from regclean import acts, erasure, handed_out, locks
from regclean.accounts import local
from regclean.accounts.permissions import User
from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.erasure import erasing
from regclean.erasure.tombstones import TOUCHED
from regclean.errors import UsageError
from regclean.home import own_ledger
from regclean.ledger import Ledger, opened, runs
from regclean.ledger.erasure_tables import erasures
from regclean.ledger.tables import (
    audit,
    batch_changes,
    batches,
    comments,
    decisions,
    desks,
    findings,
    metadata,
    receipts,
)
from regclean.night import open_night, run_night
from regclean.workbook import workbook

GONE, KEPT = "77001", "77002"
PLANTED = (
    "Planttinen",
    "planttinen.oskari@example.fi",
    "+358505551234",
    "050 555 1234",
    "010190-910S",
    "Istutuskuja 17",
)
ROW = "{no};Planttinen Oskari;010190-910S;;1.1.1990;{street};70100;Kuopio;{phone};{mail};active;ei;self;1.2.2020\n"
BACKUP, EXPORTED, KEY, TOKEN = "backup", "exported", "key.json", "token"
FAILED = "var/checks/2026-11-02-001"
ROLES = {"aino": ("steward",), "olli": ("approver",), "keeper": ("admin",), "carita": ("clerk",)}
Act = Callable[..., Any]


@pytest.fixture(scope="module")
def act(token_for: Callable[..., str]) -> Iterator[Act]:
    """A function: workspace, account, command -> exit code."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("REGCLEAN_PASSPHRASE", "a passphrase that is long")

        def acting(root: Path, name: str, *arguments: str) -> Any:
            patched.setenv("REGCLEAN_TOKEN", token_for(root, name, *ROLES[name]))
            return run(["-w", str(root), *arguments])

        yield acting


@pytest.fixture(scope="module")
def once(_published_once: Path, tmp_path_factory: pytest.TempPathFactory, act: Act) -> Path:
    """A folder with a workspace that knew two accounts of one person, decided, exported and was backed up, and whose register
    holds neither now.
    """
    folder = tmp_path_factory.mktemp("erasure")
    root = Path(shutil.copytree(_published_once, folder / "register"))
    customers = root / "in/customers.csv"
    before = customers.read_text(encoding="utf-8")
    both = ROW.format(no=GONE, street="Istutuskuja 17", phone="050 555 1234", mail="")
    both += ROW.format(no=KEPT, street="Istutuskuja 17 B", phone="", mail="planttinen.oskari@example.fi")
    customers.write_text(before + both, encoding="utf-8")
    run_night(load_workspace(root), as_of=date(2026, 11, 2), now=datetime.now(UTC), force=True)
    _plant(root, act)
    assert act(root, "aino", "batch", "build") == 0
    assert act(root, "olli", "batch", "approve", "1") == 0
    assert act(root, "carita", "batch", "export", "1", "-o", str(folder / EXPORTED)) == 0
    assert act(root, "keeper", "backup", str(folder / BACKUP), "--key-to", str(folder / KEY)) == 0
    (folder / TOKEN).write_text(os.environ["REGCLEAN_TOKEN"], encoding="ascii")  # one that the backup knows
    assert act(root, "carita", "batch", "apply", "1") == 0  # imported by hand
    customers.write_text(before, encoding="utf-8")
    run_night(load_workspace(root), as_of=date(2026, 11, 3), now=datetime.now(UTC), force=True)
    (root / "var/reports/bin_groups").mkdir(parents=True)
    (root / "var/reports/bin_groups/K9.html").write_text("Planttinen Oskari", encoding="utf-8")
    for number in (GONE, KEPT):  # what a gate found of them, by their keys alone
        failed = {"result": {"unexpected_list": [{"key": number}]}}
        (root / FAILED / f"{number}.json").write_text(json.dumps(failed), encoding="utf-8")
    return folder


def _plant(root: Path, act: Act) -> None:
    """Decide on the pair and on somebody else's finding, comment as one who has looked, and leave a case begun."""
    place = load_workspace(root)
    with own_ledger(place) as ledger:
        with ledger.read() as reading:
            its = (findings.c.kind == "duplicate", findings.c.subjects.contains(f"customers:{GONE}"))
            pair = reading.execute(select(findings.c.finding_id).where(*its)).scalar_one()
            other = reading.execute(select(findings.c.finding_id).where(findings.c.rule == "S06")).scalar_one()
            third = reading.execute(select(findings.c.finding_id).where(findings.c.rule == "K06")).scalar_one()
        file = root / "decisions.csv"
        lines = [
            f"{pair},same,aino,,Planttinen soitti 050-5551234",
            f"{other},reject,aino,wrong,Naapuri on Oskari Planttinen",
        ]
        file.write_text("finding_id,verdict,user,reason,comment\n" + "\n".join(lines) + "\n", encoding="utf-8")
        assert act(root, "aino", "decide", "--from", str(file)) == 0
        file.unlink()
        context = acts.Context(
            place, ledger, cast(User, local.active_user(ledger, "aino", "session")), datetime.now(UTC)
        )
        acts.comment(context, pair, "katsottu")
        acts.comment(context, third, "Sama puhelin kuin Planttisella: 050 555 1234")
        with ledger.write() as writing:
            kept = {"items": [{"finding_id": "F1", "note": "Planttinen Oskari"}, {"finding_id": "F2"}]}
            writing.execute(desks.insert().values(user="aino", data=kept))


@pytest.fixture
def left(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once / "register", tmp_path / "left"))


def places(root: Path, ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Every text of the workspace by where it stands: files as they are, nights and ledger table by table."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".duckdb":
            for raw in (path.read_bytes(), handed_out.text_in(path) or b""):  # as it lies, and unpacked
                yield str(path), "".join(raw.decode(name, errors="ignore") for name in ("utf-8", "utf-16", "utf-16-be"))
    for path in sorted(root.rglob("*.duckdb")):
        yield str(path), path.read_bytes().decode("utf-8", errors="ignore")
        with duckdb.connect(str(path), read_only=True) as night:
            for schema, name in night.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                yield f"{path}:{name}", str(night.execute(f'SELECT * FROM {schema}."{name}"').fetchall())
    with ledger.read() as reading:
        for name in inspect(reading).get_table_names():
            yield name, str([tuple(row) for row in reading.execute(text(f'SELECT * FROM "{name}"'))])


def found(root: Path) -> list[tuple[str, str]]:
    with opened(load_workspace(root).ledger_url) as ledger:
        ways = {way.lower(): one for one in PLANTED for way in ways_to_write(one)}
        return [(where, ways[way]) for where, said in places(root, ledger) for way in ways if way in said.lower()]


def ways_to_write(value: str) -> Iterator[str]:
    """A value as it is, its bytes as hexadecimal digits, and a number's digits alone, forwards and backwards."""
    yield value
    yield value.encode().hex()
    digits = re.sub(r"\D", "", value)
    if len(digits) > len(value) / 2:
        yield from (digits, digits[::-1])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_planted_is_found_afterwards_nor_in_a_backup_of_before_that_is_restored(
    kind: str,
    once: Path,
    left: Path,
    act: Act,
    tmp_path: Path,
    ledger_url: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    move_ledger: Callable[[Path, str], None],
) -> None:
    if kind == "postgresql":
        monkeypatch.setenv("LEDGER", url := ledger_url(kind))
        move_ledger(left, url)
    where = {place for place, _ in found(left)}
    assert {"seen_records", "decisions", "comments", "batch_changes", "desks", "findings"} <= where
    assert any(place.endswith("2026-11-02-001.duckdb:customers") for place in where)
    for number in (GONE, KEPT):
        assert act(left, "aino", "erase", number, "--ask") == 0
    for number in (GONE, KEPT):
        assert act(left, "olli", "erase", number, "--confirm") == 0
    assert found(left) == []
    assert not any((left / FAILED / f"{number}.json").exists() for number in (GONE, KEPT))
    assert any((left / FAILED).iterdir())  # of nobody else
    exported = "".join(path.read_text("utf-8") for path in (once / EXPORTED).iterdir())
    assert not any(one in exported for one in PLANTED)
    assert run(["-w", str(left), "verify-audit"]) == 0
    with opened(load_workspace(left).ledger_url) as ledger, ledger.read() as reading:
        asked = reading.execute(select(erasures)).mappings().all()
        assert {(row["asked_by"], row["confirmed_by"]) for row in asked} == {("aino", "olli")}
        assert all(row["finished_at"] for row in asked)
        actions = reading.execute(select(audit.c.action, audit.c.actor)).all()
        assert {("erase_ask", "aino"), ("erase", "olli")} <= {tuple(row) for row in actions}
        verdicts = reading.execute(select(decisions.c.verdict, decisions.c.user, decisions.c.comment)).all()
        assert ("same", "aino", "⌫") in verdicts  # that it was decided, and by whom, stays
        assert reading.execute(select(desks.c.data)).scalar_one() == {"items": [{"finding_id": "F2"}]}
        assert reading.execute(select(findings).where(findings.c.rule == "K06")).all()  # nobody else lost anything
    if kind == "sqlite":
        root, key = tmp_path / "restored", str(once / KEY)
        monkeypatch.setenv("REGCLEAN_TOKEN", (once / TOKEN).read_text(encoding="ascii"))
        assert run(["-w", str(root), "restore", str(once / BACKUP), "--key-from", key]) == 0
        assert found(root) == []
        assert run(["-w", str(root), "verify-audit"]) == 0


def test_what_was_written_elsewhere_goes_or_is_named(
    left: Path, act: Act, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = tmp_path / "desk"
    away.mkdir()
    frame = pl.DataFrame({"customer_no": [GONE, "77009"], "name": ["Oskari Planttinen", "Muu Henkilö"]})
    (away / "packed.xlsx").write_bytes(workbook(frame))
    frame.write_parquet(away / "packed.parquet")
    for name in ("mended.csv", "taken.csv", "keys.csv"):
        frame.select("customer_no").write_csv(away / name)
    frame.tail(1).write_parquet(away / "others.parquet")
    (away / "letters.pdf").write_bytes(b"%PDF-1.4 drawn")
    handed_out.note(left / "var", sorted(away.iterdir()), "findings", datetime(2026, 11, 2, tzinfo=UTC))
    (away / "mended.csv").write_text(f"{GONE};soita", encoding="utf-8")
    (away / "taken.csv").unlink()
    assert act(left, "aino", "findings", "-o", str(away / "planttinen.oskari@example.fi.csv")) == 0
    for number in (GONE, KEPT):
        assert act(left, "aino", "erase", number, "--ask") == 0
    capsys.readouterr()
    assert act(left, "olli", "erase", GONE, "--confirm", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    gone, stays = ({Path(one[key]).name for one in told[name]} for name, key in (("goes", "what"), ("stays", "where")))
    assert {"packed.xlsx", "packed.parquet", "keys.csv"} <= gone
    assert {"mended.csv", "taken.csv", "letters.pdf"} <= stays
    there = {path.name for path in away.iterdir()}
    assert {"others.parquet", "mended.csv", "letters.pdf"} <= there
    assert not there & {"packed.xlsx", "packed.parquet", "keys.csv"}
    listed = {Path(one.path).name for one in handed_out.handed_out(left / "var")}
    assert listed == {"others.parquet", "mended.csv", "letters.pdf", "taken.csv"}
    assert act(left, "olli", "erase", KEPT, "--confirm") == 0
    assert found(left) == []


def test_it_takes_two_people_and_the_right(left: Path, act: Act, capsys: pytest.CaptureFixture[str]) -> None:
    before = found(left)
    assert act(left, "olli", "erase", GONE, "--confirm") == 1  # nobody has asked
    assert act(left, "carita", "erase", GONE) == 2
    assert act(left, "olli", "erase", GONE, "--ask") == 0
    assert act(left, "olli", "erase", GONE, "--confirm") == 1
    assert act(left, "aino", "erase", GONE, "--ask") == 1
    assert act(left, "aino", "erase", GONE, "--confirm") == 2
    assert act(left, "aino", "erase", GONE, "--withdraw") == 0
    assert act(left, "keeper", "erase", GONE, "--confirm") == 1
    assert act(left, "aino", "erase", "123456789") == 2
    capsys.readouterr()
    assert act(left, "aino", "erase", GONE, "--json") == 0
    said = capsys.readouterr().out
    told = json.loads(said)
    assert told["state"] == "free"
    goes = {line["what"] for line in told["goes"] if line["where"] == "ledger"}
    assert {"findings", "decisions", "seen", "lines"} <= goes
    assert not any(one in said for one in PLANTED)
    assert found(left) == before


def test_what_the_register_still_holds_is_refused(
    published_register: Path, act: Act, capsys: pytest.CaptureFixture[str]
) -> None:
    assert act(published_register, "aino", "erase", "1003") == 1
    assert "still holds" in " ".join(capsys.readouterr().out.split())
    assert act(published_register, "aino", "erase", "1003", "--ask") == 1


def test_a_matter_before_a_court_what_is_under_way_and_the_law_stop_it(
    left: Path, act: Act, capsys: pytest.CaptureFixture[str]
) -> None:
    with (left / "regclean.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[retention]\nholds = ["{GONE}"]\nkeep_by_law = {{ customers = 6 }}\n')
    with opened(load_workspace(left).ledger_url) as ledger, ledger.write() as writing:
        writing.execute(update(batch_changes).values(state="done"))
        its = update(findings).where(findings.c.subjects.contains(f"customers:{GONE}"))
        writing.execute(its.values(state="accepted"))
    capsys.readouterr()
    assert act(left, "aino", "erase", GONE, "--json") == 1
    assert {one["because"] for one in json.loads(capsys.readouterr().out)["refused"]} == {"hold", "open", "law"}


def test_a_night_that_runs_is_waited_for_and_a_kill_is_finished_by_the_next(
    left: Path, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (GONE, KEPT):
        assert act(left, "aino", "erase", number, "--ask") == 0
    with locks.held(left / "var" / locks.NIGHT) as mine:
        assert mine
        assert act(left, "olli", "erase", GONE, "--confirm") == 1
    place, now = load_workspace(left), datetime(2026, 11, 5, tzinfo=UTC)
    with monkeypatch.context() as patched:
        patched.setattr(erasing.where, "remove", _killed)
        with own_ledger(place) as ledger, pytest.raises(KeyboardInterrupt):
            erasure.confirm(place, ledger, GONE, user="olli", now=now)
    assert found(left) != []
    with pytest.raises(UsageError), open_night(place, as_of=date(2026, 11, 4), now=now, force=True):
        raise UsageError("stopped at once")
    assert act(left, "olli", "erase", KEPT, "--confirm") == 0
    assert found(left) == []


def test_what_is_too_old_goes_and_what_the_register_still_holds_stays(
    left: Path,
    act: Act,
    tmp_path: Path,
    once: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = datetime(2019, 5, 4, tzinfo=UTC)
    with opened(load_workspace(left).ledger_url) as ledger, ledger.write() as writing:
        for table, column in (
            (findings, "state_since"),
            (decisions, "decided_at"),
            (comments, "at"),
            (batches, "built_at"),
            (receipts, "applied_at"),
        ):
            writing.execute(update(table).values({column: old}))
    failed = left / FAILED / f"{GONE}.json"
    os.utime(failed, (old.timestamp(), old.timestamp()))
    assert act(left, "keeper", "backup", str(tmp_path / BACKUP)) == 0
    token = os.environ["REGCLEAN_TOKEN"]  # one that the backup knows
    capsys.readouterr()
    assert act(left, "aino", "purge", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["state"] == "free"
    counts = {line["what"]: line["count"] for line in told["goes"] if line["where"] == "ledger"}
    assert {"findings", "decisions", "lines", "seen", "comments"} <= counts.keys()
    assert act(left, "aino", "purge", "--ask") == 0
    assert act(left, "aino", "purge", "--confirm") == 2
    assert act(left, "olli", "purge", "--confirm") == 0
    assert run(["-w", str(left), "verify-audit"]) == 0
    assert not failed.exists()
    check_purged(left)
    capsys.readouterr()
    assert act(left, "keeper", "purge", "--json") == 0
    assert json.loads(capsys.readouterr().out)["goes"] == []  # once is enough
    root = tmp_path / "restored"  # a backup of before it: the restore repeats it
    monkeypatch.setenv("REGCLEAN_TOKEN", token)
    assert run(["-w", str(root), "restore", str(tmp_path / BACKUP), "--key-from", str(once / KEY)]) == 0
    assert run(["-w", str(root), "verify-audit"]) == 0
    check_purged(root)


def check_purged(root: Path) -> None:
    """What was decided of the customers who are gone has lost its words; the rest stands."""
    with opened(load_workspace(root).ledger_url) as ledger, ledger.read() as reading:
        gone = reading.execute(select(findings).where(findings.c.subjects.contains(f"customers:{GONE}"))).all()
        assert gone == []
        verdicts = {tuple(row) for row in reading.execute(select(decisions.c.verdict, decisions.c.comment))}
        assert verdicts == {("same", "⌫"), ("reject", "Naapuri on Oskari Planttinen")}  # the latter's customer is there
        assert set(reading.execute(select(batch_changes.c.state)).scalars()) == {"erased"}
        assert reading.execute(select(audit.c.seq).where(audit.c.action == "purge")).scalar()


def test_a_night_ends_after_it_has_begun(once: Path) -> None:
    with opened(load_workspace(once / "register").ledger_url) as ledger:
        assert all(one.finished_at and one.finished_at > one.started_at for one in runs.history(ledger))


# What holds no value of the register, and why.
NO_VALUES = {
    "identity": "which ledger it is",
    "audit": "codes, counts and digests, in a chain that nobody can change",
    "outcomes": "digests, which go with their lines",
    "cluster_log": "ids of clusters",
    "receipts": "names and digests of files",
    "certificates": "bands",
    "samples": "strata; the pairs drawn are emptied",
    "labels": "answers by number",
    "second_opinions": "verdicts",
    "users": "staff",
    "sign_in_failures": "staff",
    "tokens": "staff",
    "enquiry_rounds": "counts, and a title of staff's",
    "erasures": "the number, who asked and who confirmed: a restore repeats it",
    "alerts": "nights, days and batches",
}


def test_no_table_of_the_ledger_is_forgotten() -> None:
    swept = {table.name for table in TOUCHED}
    assert swept | NO_VALUES.keys() == metadata.tables.keys()
    assert not swept & NO_VALUES.keys()


def _killed(*_: object) -> None:
    raise KeyboardInterrupt
