"""Canaries: customers under non-disclosure with values that stand nowhere else, planted in every table. None comes out."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import typer.main
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from regclean import batches
from regclean.accounts import local, tokens
from regclean.accounts.permissions import permissions_of
from regclean.cli import app as cli
from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.findings.decide import record
from regclean.findings.decision_file import DecisionLine
from regclean.home import own_ledger
from regclean.ledger.tables import audit, findings
from regclean.night import run_night
from regclean.review.web.app import create_app
from regclean.warehouse import Warehouse

CANARY = re.compile(r"7700\d|kanaria|77, 70100|\+?35840?770", re.IGNORECASE)
RUNS = re.compile(r"<script>alert|<img src=x|<svg/onload", re.IGNORECASE)
NATIONAL_ID = re.compile(r"130590-90[345]\d|010180-902\d|130590-90[345]|010180-902", re.IGNORECASE)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PROTECTED = {f"7700{n}" for n in range(1, 9)}
# Whose life touches theirs: a dead spouse whose heir is protected, a duplicate of one, a neighbour at the same site.
PLANTED: dict[str, list[dict[str, str]]] = {
    "customers": [
        {"customer_no": "77001", "name": "Kanariainen Kanerva", "national_id": "010180-9025", "birth_date": "1.1.1980"},
        {"customer_no": "77002", "name": "Kanariainen Kauko", "birth_date": "5.5.1955", "email": "kanaria@example.fi"},
        {"customer_no": "77003", "name": "Kanaria Oy", "business_id": "1572860-0"},
        {"customer_no": "77004", "name": "Kanarialintu Klaus", "birth_date": "7.7.1977", "phone": "040 770 0477"},
        # These say so elsewhere than in the row that stands: in one that gives way, in a record that cannot be loaded, in evidence,
        # on the line of a list that has no number.
        {"customer_no": "77005", "name": "Kanaria Kimmo", "birth_date": "6.6.1966", "phone": "040 770 0577", "non_disclosure": ""},
        {"customer_no": "77005", "name": "Kanaria", "street_address": "Salainen osoite", "postal_code": "", "non_disclosure": ""},
        {"customer_no": "77006", "name": "Kanaria Kimmo", "birth_date": "6.6.1966", "phone": "040 770 0577", "non_disclosure": ""},
        {"customer_no": "77007", "name": "Kanaria Kaisu", "phone": "040 770 0577", "non_disclosure": "ei"},
        {"customer_no": "77008", "name": "Kanariasto Kielo", "street_address": "Kanariakuja 77", "non_disclosure": "ei",
         "phone": "040 770 0877"},
        {"customer_no": "1101", "name": "Puoliso Pentti", "birth_date": "2.2.1950", "non_disclosure": "ei",
         "street_address": "Toinen tie 3"},
        {"customer_no": "1102", "name": "Kauko Tavallinen", "birth_date": "5.5.1955", "non_disclosure": "ei",
         "street_address": "Kolmas tie 4", "relationship": "key"},
        # Anybody may know of this one, and nobody its national id.
        {"customer_no": "1103", "name": "Hetu Heikki 130590-903S", "national_id": "130590-904T", "non_disclosure": "ei",
         "phone": "130590-905U", "street_address": "Rauhalankatu 5"},
        # These want to run where they are shown.
        {"customer_no": "1104", "name": "<script>alert(1)</script> Ilkka", "birth_date": "3.3.1960",
         "street_address": "<img src=x onerror=alert(1)> 5", "email": "'><svg/onload=alert(1)>@example.fi", "non_disclosure": "ei"},
        {"customer_no": "1105", "name": "<script>alert(1)</script> Ilkka", "birth_date": "3.3.1960",
         "street_address": "<img src=x onerror=alert(1)> 5", "phone": "=cmd|'/C calc'!A0", "non_disclosure": "ei"},
    ],
    "site_roles": [
        {"customer_no": "1101", "site_no": "S9", "role": "owner", "start_on": "1.1.2000"},
        {"customer_no": "77001", "site_no": "S9", "role": "owner", "start_on": "1.1.2000"},
        {"customer_no": "77004", "site_no": "S1", "role": "owner", "start_on": "1.1.2025"},
        {"customer_no": "77003", "site_no": "S10", "role": "owner", "start_on": "1.1.2000"},
        {"customer_no": "1102", "site_no": "S11", "role": "owner", "start_on": "1.1.2000"},
    ],
    "sites": [
        {"site_no": "S9", "street_address": "Kanariakuja 77", "postal_code": "70100", "city": "Kuopio"},
        # Nothing is collected from these.
        {"site_no": "S10", "street_address": "Kanariapolku 5", "use": "permanent"},
        {"site_no": "S11", "street_address": "Viides tie 6", "use": "permanent"},
    ],
    "services": [
        {"service_no": "V77", "customer_no": "1101", "site_no": "S9", "waste_type": "mixed", "start_on": "1.1.2000"},
        {"service_no": "V77001", "customer_no": "77001", "site_no": "S1", "waste_type": "mixed"},
    ],
    "bin_groups": [
        {"bin_group_no": "K77", "waste_type": "mixed", "host_site_no": "S9", "host_customer_no": "77004",
         "contact_customer_no": "1003", "contact_name": "Kanarialintu Klaus", "billing": "split"},
    ],
    "bin_group_members": [
        {"bin_group_no": "K1", "member_no": "8", "name": "Kanariainen Kanerva", "street_address": "Kanariakuja 77",
         "postal_code": "70100", "share_percent": "10"},
        {"bin_group_no": "K1", "member_no": "6", "name": "Kanariasto Kielo TURVAKIELTO", "street_address": "Kanariakuja 77",
         "postal_code": "70100", "phone": "040 770 0877", "share_percent": "10"},
        {"bin_group_no": "K1", "member_no": "7", "name": "<script>alert(1)</script>", "share_percent": "900",
         "street_address": "<img src=x onerror=alert(1)> 7"},
        {"bin_group_no": "K2", "member_no": "9", "customer_no": "77002", "name": "Kanariainen K.", "share_percent": "10"},
    ],
    "evidence": [
        {"customer_no": "1101", "signal": "death", "observed_on": "1.9.2026"},
        {"customer_no": "77001", "signal": "returned_mail", "observed_on": "1.9.2026", "detail": "Kanariakirje"},
        {"customer_no": "77004", "signal": "phone_bounce", "observed_on": "1.10.2026"},
        {"customer_no": "77007", "signal": "move", "observed_on": "1.10.2026", "detail": "osoite salainen"},
    ],
}  # fmt: skip


def plant(root: Path) -> None:
    for table, rows in PLANTED.items():
        path = root / "in" / f"{table}.csv"
        if table == "customers":  # the small register does not say what its customers are to the company
            first, *others = path.read_text(encoding="utf-8").splitlines()
            path.write_text(
                "\n".join([f"{first};relationship", *(f"{line};" for line in others), ""]), encoding="utf-8"
            )
        with path.open(encoding="utf-8") as file:
            header = next(csv.reader(file, delimiter=";"))
        with path.open("a", encoding="utf-8", newline="") as file:
            for row in rows:
                filled = dict.fromkeys(header, "") | {
                    "non_disclosure": "kyllä", "street_address": "Kanariakuja 77", "postal_code": "70100", "city": "Kuopio",
                } | row  # fmt: skip
                csv.DictWriter(file, header, delimiter=";", extrasaction="ignore").writerow(filled)
            if table == "customers":
                file.write("77006;Kanaria Kimmo;TURVAKIELTO" + ";x" * len(header) + "\n")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    small = Path(__file__).parents[1] / "data" / "small"
    root = Path(shutil.copytree(small, tmp_path_factory.mktemp("canary") / "register"))
    plant(root)
    run_night(load_workspace(root), as_of=date(2026, 11, 1), now=NOW)
    with own_ledger(load_workspace(root)) as ledger:
        local.add_user(ledger, "admin", ["admin"], "correct horse battery", NOW, by="test")
        for name, roles in (("steward", ["steward"]), ("guardian", ["steward", "restricted"]), ("clerk", ["clerk"]),
                            ("approver", ["approver"]), ("auditor", ["auditor"])):  # fmt: skip
            local.add_user(ledger, name, roles, "correct horse battery", NOW, by="test")
        with ledger.read() as reading:
            rows = reading.execute(select(findings).where(findings.c.state == "open")).mappings().all()
        record(  # accept what can be, so that a batch holds what it may not show
            ledger,
            [
                DecisionLine(
                    n, "same" if row["kind"] == "duplicate" else "accept", "guardian", finding_id=row["finding_id"]
                )
                for n, row in enumerate(rows)
            ],
            NOW,
        )
        with Warehouse(root / "var" / "warehouse").read("2026-11-01-001") as night:
            batches.build(ledger, night, load_workspace(root).config, as_of=date(2026, 11, 1), user="guardian", now=NOW)
        batches.approve(ledger, 1, user="approver", now=NOW)
    return root


def test_the_canaries_are_in(planted: Path) -> None:
    """What comes out below is empty because it is withheld, not because it is not there."""
    with own_ledger(load_workspace(planted)) as ledger, ledger.read() as reading:
        protected = reading.execute(select(findings.c.rule, findings.c.summary).where(findings.c.protected)).all()
    assert "S01" in {row.rule for row in protected}
    assert any("77001" in row.summary for row in protected)  # the heir of somebody who is not protected
    with Warehouse(planted / "var" / "warehouse").read("2026-11-01-001") as night:
        numbers = {row[0] for row in night.execute("SELECT customer_no FROM customers WHERE non_disclosure").fetchall()}
    assert numbers >= PROTECTED


@pytest.fixture
def out(planted: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """A function: a command line -> everything that it prints."""

    def call(*arguments: object, code: int = 0) -> str:
        assert run(["-w", str(planted), *map(str, arguments)]) == code, capfd.readouterr()
        captured = capfd.readouterr()
        return captured.out + captured.err

    return call


# Every command that can also tell of customers under non-disclosure.
LISTINGS = sorted(
    name
    for name, command in typer.main.get_command(cli).commands.items()
    if any("--restricted" in parameter.opts for parameter in command.params)
)
# What commands with arguments are asked: something anybody may see, and something of a protected customer.
ASKED = {"explain": (("1101", "1102"), ("1101", "77001")), "show": (("1001",), ("77001",))}


@pytest.mark.parametrize("command", LISTINGS)
def test_no_listing_names_one(out: Callable[..., str], command: str, tmp_path: Path) -> None:
    plain, protected = ASKED.get(command, ((), None))
    listed = out(command, *plain)
    assert not CANARY.search(listed)
    assert len(listed.splitlines()) > 1
    out(command, *plain, "-o", tmp_path / "listing.json")
    assert not CANARY.search((tmp_path / "listing.json").read_text(encoding="utf-8"))
    if protected:
        assert not CANARY.search(out(command, *protected, code=2).replace("77001", ""))  # the number that was asked for


def test_no_batch_command_names_one(out: Callable[..., str], tmp_path: Path, token_of: Callable[[str], None]) -> None:
    assert "Withheld" in (shown := out("batch", "show", "1"))
    assert not CANARY.search(shown)
    assert not CANARY.search(out("batch", "list"))
    assert not CANARY.search(out("batch", "apply", "1", "--dry-run"))
    token_of("clerk")
    out("batch", "export", "1", "-o", tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        assert not CANARY.search(path.read_text(encoding="utf-8-sig")), path.name


def told(text: str) -> list[str]:
    """What of the planted stands in a text: nothing, where all is well."""
    return [found.group() for shape in (CANARY, NATIONAL_ID) for found in shape.finditer(text)]


def content(path: Path) -> str:
    """Everything that a written file says, also inside of an archive or a packed column."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "".join(book.read(name).decode() for name in book.namelist())
    return pl.read_parquet(path).cast(pl.String).write_csv() if path.suffix == ".parquet" else path.read_text("utf-8")


@pytest.mark.parametrize("command", LISTINGS)
def test_no_listing_names_one_in_any_form(
    out: Callable[..., str], command: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    plain, _ = ASKED.get(command, ((), None))
    leaks = told(out(command, *plain, "--json"))
    for suffix in ("json",) if plain else ("csv", "jsonl", "parquet", "xlsx"):
        out(command, *plain, "-o", tmp_path / f"listing.{suffix}")
        leaks += told(content(tmp_path / f"listing.{suffix}"))
    record_property("canaries_out", len(leaks))
    assert leaks == []


def test_no_question_names_one(out: Callable[..., str], record_property: Callable[[str, object], None]) -> None:
    leaks = []
    for table in ("customers", "customer_persons", "site_roles", "evidence", "bin_group_members", "findings", "pairs"):
        answer = out("sql", f"SELECT * FROM {table}", "--json")  # our own names
        assert answer.count("{") > 1, table
        leaks += told(answer)
    record_property("canaries_out", len(leaks))
    assert leaks == []


def test_no_error_names_one(
    out: Callable[..., str],
    token_of: Callable[[str], None],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    record_property: Callable[[str, object], None],
) -> None:
    token_of("decider")
    lines = "customer_no_l,customer_no_r,verdict,user,reason\n1101,77001,same,steward,x 130590-903S\n77002,1102,no,steward,\n"
    (tmp_path / "decisions.csv").write_text(f"{lines}1101,1102,different,steward,hetu 130590-904T\n", encoding="utf-8")
    said = out("decide", "--from", tmp_path / "decisions.csv", code=1)
    said += out("sql", "SELECT CAST(name AS INTEGER) FROM customers", code=2)
    said += out("sql", "SELECT error(name) FROM customers", code=2)
    said += out("show", "customers:1103") + caplog.text
    leaks = [one for one in told(said) if one not in PROTECTED]  # the numbers that were asked for
    record_property("canaries_out", len(leaks))
    assert leaks == []


def test_no_report_or_log_names_one(planted: Path, out: Callable[..., str]) -> None:
    out("bin-reports")
    looked_at = 0
    for path in (planted / "var").rglob("*"):
        if path.is_file() and path.suffix in (".html", ".json", ".log", ".txt") and path.name != "identity.json":
            looked_at += 1
            assert told(path.read_text(encoding="utf-8")) == [], path.relative_to(planted)
            assert path.suffix != ".html" or not RUNS.search(path.read_text(encoding="utf-8")), path.relative_to(
                planted
            )
    assert looked_at >= 2


@pytest.fixture
def token_of(planted: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function: the account whose token the command line carries from now on."""

    def carry(name: str) -> None:
        with own_ledger(load_workspace(planted)) as ledger, ledger.write() as writing:
            now = datetime.now(UTC)
            scopes = {"clerk": ["batches:apply"], "guardian": ["findings:read", "restricted:open"]}
            scopes["decider"] = ["findings:decide", "findings:read"]
            made = tokens.make_token(
                writing,
                "steward" if name == "decider" else name,
                "test",
                scopes.get(name, ["findings:read"]),
                now,
                expires_at=now + timedelta(days=1),
                by="test",
            )
        monkeypatch.setenv("REGCLEAN_TOKEN", made)

    return carry


def test_an_answer_to_one_person_tells_of_no_other(
    out: Callable[..., str], token_of: Callable[[str], None], tmp_path: Path
) -> None:
    token_of("steward")
    for number in ("1101", "1102", "1103", "1003", "1001"):
        assert told(out("person-report", number)) == []
        assert told(out("person-report", number, "--json")) == []
    assert told(out("person-report", "77001", code=2).replace("77001", "")) == []
    token_of("guardian")
    assert CANARY.search(out("person-report", "77001"))


@pytest.mark.parametrize("command", LISTINGS)
def test_who_has_the_right_gets_them_and_it_is_noted(
    planted: Path, out: Callable[..., str], token_of: Callable[[str], None], command: str
) -> None:
    _, asked = ASKED.get(command, ((), ()))
    assert not CANARY.search(out(command, *asked, "--restricted", code=2))  # nobody is signed in
    token_of("steward")
    assert not CANARY.search(out(command, *asked, "--restricted", code=2))
    token_of("guardian")
    with own_ledger(load_workspace(planted)) as ledger, ledger.read() as reading:
        noted = select(func.count()).where(
            audit.c.actor == "guardian", audit.c.action.in_(["output_restricted", "read"])
        )
        before = reading.execute(noted).scalar_one()
    assert CANARY.search(out(command, *asked, "--restricted"))
    with own_ledger(load_workspace(planted)) as ledger, ledger.read() as reading:
        assert reading.execute(noted).scalar_one() == before + 1


# Pages ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def app(planted: Path) -> Iterator[Any]:
    made = create_app(load_workspace(planted), now=lambda: NOW)
    yield made
    made.state.services.background.shutdown(wait=True)
    made.state.services.ledger.close()


@pytest.mark.parametrize("role", ["steward", "clerk", "approver", "auditor", "admin"])
def test_no_page_names_one(app: Any, role: str) -> None:
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    form = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert form
    done = client.post("/login", data={"csrf_token": form.group(1), "user": role, "password": "correct horse battery"})
    assert done.status_code == 200
    waiting, seen, shown = ["/"], set(), 0
    while waiting and len(seen) < 80:
        path = waiting.pop(0)
        if path in seen or path.startswith(("/logout", "/static")):
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code < 500, path
        assert told(answer.text) == [], path
        assert not RUNS.search(answer.text), path
        shown += "&lt;script&gt;alert(1)" in answer.text
        waiting += [link for link in re.findall(r'href="(/[^"#]*)"', answer.text) if link not in seen]
    assert len(seen) > 3
    assert shown or role not in ("steward", "approver")


@pytest.mark.parametrize("role", ["steward", "clerk", "approver", "auditor", "admin"])
def test_no_answer_of_the_api_names_one(app: Any, role: str, record_property: Callable[[str, object], None]) -> None:
    ledger = app.state.services.ledger
    with ledger.write() as writing:
        made = tokens.make_token(writing, role, "canary", sorted(permissions_of([role])), NOW, by="test")
    client = TestClient(
        app, base_url="http://127.0.0.1", headers={"Authorization": f"Bearer {made}"}, raise_server_exceptions=False
    )
    with ledger.read() as reading:
        ids = reading.execute(select(findings.c.finding_id).order_by(findings.c.finding_id)).scalars().all()
    leaks, answered = [], 0
    for path, its in client.get("/api/v1/openapi.json").json()["paths"].items():
        if "get" not in its:
            continue
        known = {"{batch_id}": ["1"], "{run_id}": ["2026-11-01-001"], "{finding_id}": ids}
        name = next((name for name in known if name in path), "")
        for value in known.get(name, [""]):
            answer = client.get(f"/api/v1{path.removeprefix('/api/v1')}".replace(name or "{}", value))
            assert answer.status_code < 500, path
            answered += answer.status_code == 200
            leaks += told(answer.text)
    if role == "auditor":  # nor does it say whether anybody has looked at one
        asked = client.get("/api/v1/audit", params={"subject": "customers:77001"}).json()
        assert asked["items"] == []
    record_property("canaries_out", len(leaks))
    assert leaks == []
    assert answered > 1


def test_so_many_are_planted(record_property: Callable[[str, object], None]) -> None:
    planted = [
        value
        for rows in PLANTED.values()
        for row in rows
        for value in row.values()
        if CANARY.search(value) or NATIONAL_ID.search(value)
    ]
    record_property("canaries_planted", len(planted))
    assert len(planted) > 20
