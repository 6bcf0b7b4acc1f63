"""The pages about shared bins: what stands on them, what must not, and how the folder is kept."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from bin_group_night import Rows, found, insert, night
from sqlalchemy import select

from regclean.bin_reports import FrozenFinding, letter, material_of, unsettled, write_bin_reports
from regclean.bin_reports.pages import file_name
from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.findings.seen import look, with_records
from regclean.ledger import opened
from regclean.ledger.tables import evidence as evidence_table
from regclean.ledger.tables import findings as findings_table
from regclean.night import open_published, run_night

AS_OF = date(2026, 11, 1)
CUSTOMERS = [
    {"customer_no": "1", "name": "Pekka Laine", "m_last": "laine", "language": "sv", "street_address": "Kotikuja 1"},
    {"customer_no": "2", "name": "Eeva Savolainen", "m_last": "savolainen"},
]
GROUPS = [
    {
        "bin_group_no": "K1",
        "contact_customer_no": "1",
        "contact_name": "Pekka Laine",
        "street_address": "Kauppakatu 3",
        "billing": "split",
        "waste_type": "mixed",
    },
    {"bin_group_no": "K2", "contact_name": "Kaisa Nieminen"},
]
MEMBERS = [
    {"bin_group_no": "K1", "member_no": "1", "name": "Laine <Pekka>", "share_percent": 50.0, "share_state": "ok"},
    {"bin_group_no": "K1", "member_no": "2", "name": "Savolainen Eeva", "share_percent": 37.5, "share_state": "ok"},
    {"bin_group_no": "K2", "member_no": "1", "name": "Kaisa Nieminen"},
]
LINKS = [
    {
        "bin_group_no": "K1",
        "member_no": "2",
        "customer_no": "2",
        "match_probability": 0.987,
        "state": "linked",
        "candidates": '[{"customer_no": "2", "probability": 0.987, "reasons": ["name"]}]',
    }
]
FOUND = [
    found("K06", "error", ["bin_groups:K1"], total=87.5),
    found("K07", "error", ["bin_groups:K1", "bin_group_members:K1/2"], share_percent=37.5),
    found("K22", "info", ["bin_groups:K2"]),
]


class Tags(HTMLParser):
    """Every tag with its attributes, and the tags that were never closed."""

    VOID = ("meta", "br", "b", "link", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def write(folder: Path, findings: Rows = FOUND, language: str = "en", **tables: Rows) -> dict[str, str]:
    """File name -> page."""
    given = {"customers": CUSTOMERS, "bin_groups": GROUPS, "bin_group_members": MEMBERS, "member_links": LINKS} | tables
    connection, states = night(findings, **given)
    write_bin_reports(folder, connection, states, workspace="Savon Jäte Oy", as_of=AS_OF, language=language)
    connection.close()
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def test_a_page_has_members_links_shares_and_defects_beside_their_lines(tmp_path: Path) -> None:
    page = write(tmp_path)["K1.html"]
    rows = re.findall(r"<tr>.*?</tr>", page, re.S)
    line = next(row for row in rows if "Savolainen Eeva" in row)
    assert "K07" in line
    assert "Eeva Savolainen" in line
    assert "98.7 %" in line
    assert "37.5 %" in line
    assert "K07" not in next(row for row in rows if "Laine &lt;Pekka&gt;" in row)
    assert 'aria-label="Shares add up to 87.5 %"' in page
    assert "short by 12.5 %" in page
    assert "Kotikuja 1" in page, "the letter's envelope"


def test_the_letter_is_there_in_every_language_the_contact_persons_first(tmp_path: Path) -> None:
    page = write(tmp_path)["K1.html"]
    assert re.findall(r'class="sheet" lang="(\w\w)"', page) == ["sv", "fi", "en"]
    assert page.count('<details class="letter" open>') == 1
    assert re.findall(r'class="sheet" lang="(\w\w)"', write(tmp_path, language="fi")["K2.html"]) == ["fi", "sv", "en"]


def test_a_mistyped_number_sends_no_letter_to_a_stranger(tmp_path: Path) -> None:
    stranger = [{**GROUPS[0], "contact_name": "Urho Uusitalo"}]
    page = write(tmp_path, bin_groups=stranger)["K1.html"]
    assert "Kotikuja 1" not in page
    assert re.findall(r'class="sheet" lang="(\w\w)"', page)[0] == "fi", "whose language is not known either"


def test_the_index_has_the_worst_first_and_links_that_lead_somewhere(tmp_path: Path) -> None:
    pages = write(tmp_path)
    links = re.findall(r'<th scope="row"><a href="([^"]+)"', pages["index.html"])
    assert links == ["K1.html", "K2.html"]
    assert set(links) <= set(pages)


@pytest.mark.parametrize("name", ["K1.html", "index.html"])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_pages_stand_alone(tmp_path: Path, name: str, language: str) -> None:
    page = write(tmp_path, language=language)[name]
    tags = Tags(page)
    assert tags.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in tags.seen}
    assert not re.search(r"https?:|//[a-z]|url\(|@import|\bsrc=", page)
    assert ("html", {"lang": language}) in tags.seen
    assert sum(tag == "h1" for tag, _ in tags.seen) == 1
    assert all(attributes.get("scope") for tag, attributes in tags.seen if tag == "th")


def test_a_register_value_cannot_write_markup(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    groups = [{**GROUPS[0], "contact_name": hostile, "street_address": hostile}]
    pages = write(tmp_path, bin_groups=groups)
    assert not any("<script" in page for page in pages.values())


def protected(**tables: Rows) -> dict[str, Rows]:
    return {"customers": [*CUSTOMERS, {"customer_no": "9", "name": "Salla Salainen", "non_disclosure": True}], **tables}


BEHIND: dict[str, dict[str, Rows]] = {
    "given on a line": {"bin_group_members": [{**MEMBERS[0], "customer_no": "9"}, *MEMBERS[1:]]},
    "linked": {"member_links": [{**LINKS[0], "customer_no": "9"}]},
    "a candidate": {
        "member_links": [
            {
                **LINKS[0],
                "customer_no": None,
                "state": "ambiguous",
                "candidates": json.dumps([{"customer_no": no, "probability": 0.5, "reasons": []} for no in ("2", "9")]),
            }
        ]
    },
    "the host": {"bin_groups": [{**GROUPS[0], "host_customer_no": "9"}, GROUPS[1]]},
    "the contact person": {"bin_groups": [{**GROUPS[0], "contact_customer_no": "9"}, GROUPS[1]]},
    "at home at the host's site": {
        "bin_groups": [{**GROUPS[0], "host_site_no": "S1"}, GROUPS[1]],
        "site_roles": [{"customer_no": "9", "site_no": "S1", "role": "occupant"}],
    },
    "the holder of the bin": {"services": [{"service_no": "P1", "customer_no": "9", "bin_group_no": "K1"}]},
    "the same party": {"clusters": [{"cluster_id": "C", "customer_no": "2"}, {"cluster_id": "C", "customer_no": "9"}]},
}


@pytest.mark.parametrize("where", BEHIND)
def test_a_shared_bin_with_a_protected_person_behind_it_has_no_page(tmp_path: Path, where: str) -> None:
    assert "K1.html" in write(tmp_path, **protected())
    pages = write(tmp_path, **protected(**BEHIND[where]))
    assert sorted(pages) == ["K2.html", "index.html"], "and last night's page is gone"
    assert not any("Salainen" in page or "K1" in page for page in pages.values())
    assert re.search(r'Restricted handling</span><span class="figure">1<', pages["index.html"])


def test_a_restricted_finding_is_not_on_the_page_of_the_other_shared_bin(tmp_path: Path) -> None:
    both = found("K01", "review", ["bin_groups:K1", "bin_groups:K2"], other_bin_group_no="K1")
    pages = write(tmp_path, [FOUND[0], FOUND[2], {**both, "protected": True}], **protected(**BEHIND["the host"]))
    assert "K01" not in pages["K2.html"]
    assert "K01" not in pages["index.html"]


def test_settled_findings_are_not_asked_and_pages_without_any_go(tmp_path: Path) -> None:
    assert "K2.html" in write(tmp_path)
    pages = write(tmp_path, [FOUND[0], {**FOUND[1], "state": "in_batch"}])
    assert "K2.html" not in pages
    assert "in a batch" in pages["K1.html"]
    assert "share in per cent" not in pages["K1.html"]


def test_no_letter_where_the_contact_person_has_died_but_the_page_says_what_to_do(tmp_path: Path) -> None:
    died = found("K03", "review", ["bin_groups:K1"], reasons=["deceased"])
    page = write(tmp_path, [*FOUND, died])["K1.html"]
    assert "No letter is sent." in page
    assert "Do not write to the contact person" in page
    assert "Dear" not in page


def test_the_same_night_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write(tmp_path / "a")
    turned = {"bin_groups": GROUPS[::-1], "bin_group_members": MEMBERS[::-1], "customers": CUSTOMERS[::-1]}
    assert write(tmp_path / "b", **turned) == first


ODD = [
    "../../etc/passwd",
    "K/1",
    "K 1",
    "index",
    "INDEX",
    ".",
    "..",
    "",
    "ä",
    "å",
    "K1\n",
    "a" * 300,
    "-x",
    "K%2F1",
    "K_1",
]


def test_file_names_are_safe_and_tell_shared_bins_apart() -> None:
    names = [file_name(number) for number in ODD]
    assert len(set(names)) == len(ODD)
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,90}\.html", name) for name in names)
    assert not any(name.casefold() == "index.html" for name in names)
    assert file_name("K-00047") == "K-00047.html"


def test_odd_numbers_get_their_pages(tmp_path: Path) -> None:
    groups = [{"bin_group_no": number} for number in ODD if number]
    pages = write(
        tmp_path,
        [found("K22", "info", [f"bin_groups:{number}"]) for number in ODD if number],
        bin_groups=groups,
        bin_group_members=[],
        member_links=[],
    )
    assert len(pages) == len(groups) + 1
    for link in re.findall(r'<th scope="row"><a href="([^"]+)"', pages["index.html"]):
        assert link in pages


# With a real night -----------------------------------------------------------------------------------------------------


def asked(root: Path, *numbers: str) -> Path:
    """The folder of the pages that somebody asked for."""
    assert run(["-w", str(root), "bin-reports", *numbers]) == 0
    return root / "var/reports/bin_groups"


def frozen(root: Path) -> list[FrozenFinding]:
    with opened(load_workspace(root).ledger_url) as ledger, ledger.read() as reading:
        query = (
            select(findings_table, evidence_table.c.payload)
            .join(
                evidence_table,
                (evidence_table.c.finding_id == findings_table.c.finding_id)
                & (evidence_table.c.digest == findings_table.c.evidence_digest),
            )
            .where(findings_table.c.kind == "bin_group")
        )
        found_rows: list[Any] = list(reading.execute(query).mappings())
    warehouse, run_id = open_published(load_workspace(root))
    about = {row["finding_id"]: json.loads(row["subjects"]) for row in found_rows}
    records = look(warehouse.read, run_id, [subject for subjects in about.values() for subject in subjects]).records
    return [
        FrozenFinding(
            row["rule"],
            row["severity"],
            tuple(about[row["finding_id"]]),
            json.loads(with_records(row["payload"], about[row["finding_id"]], records)),
        )
        for row in found_rows
    ]


def test_findings_and_records_alone_give_the_letters_of_the_pages(published_register: Path) -> None:
    folder = asked(published_register)
    findings = frozen(published_register)
    assert {path.name for path in folder.iterdir()} == {"K1.html", "K2.html", "index.html"}
    for number in ("K1", "K2"):
        page = (folder / f"{number}.html").read_text(encoding="utf-8")
        shown = dict(re.findall(r'lang="(\w\w)">.*?<p class="text">(.*?)</p>', page, re.S))
        for language in ("fi", "sv", "en"):
            written = letter(material_of(number, findings), language, sender=sender(published_register))
            assert written is not None
            assert html.unescape(shown[language]) == written.body


def sender(root: Path) -> str:
    return str(load_workspace(root).config.section("workspace")["name"])


def test_a_protected_member_is_known_from_the_records(published_register: Path) -> None:
    material = material_of("K1", frozen(published_register), protected={"1015"})
    assert material.unnamed <= {"1"}
    everybody = material_of("K2", frozen(published_register), protected={"1001", "1002", "1003"})
    assert everybody.unnamed


def test_no_letter_of_a_night_holds_a_number_phone_or_email_of_the_register(published_register: Path) -> None:
    warehouse, run_id = open_published(load_workspace(published_register))
    with warehouse.read(run_id) as connection:
        known = connection.execute("SELECT customer_no, phone, email, national_id_masked FROM customers").fetchall()
    secrets = {value for row in known for value in row if value}
    for path in asked(published_register).glob("K*.html"):
        letters = " ".join(re.findall(r'<p class="text">(.*?)</p>', path.read_text(encoding="utf-8"), re.S))
        assert letters
        assert not {secret for secret in secrets if re.search(rf"\b{re.escape(secret)}\b", letters)}


def test_what_was_rejected_leaves_the_next_nights_pages(published_register: Path) -> None:
    workspace = load_workspace(published_register)
    with opened(workspace.ledger_url) as ledger:
        before = unsettled(ledger).height
        with ledger.write() as writing:
            writing.execute(findings_table.update().where(findings_table.c.rule == "K06").values(state="rejected"))
        assert unsettled(ledger).height == before - 1


def test_one_that_is_asked_for_is_there_alone(published_register: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert {path.name for path in asked(published_register, "K2").iterdir()} == {"K2.html", "index.html"}
    assert run(["-w", str(published_register), "bin-reports", "K9"]) == 2
    assert "nothing to show of K9" in capfd.readouterr().err


def test_a_night_writes_none_and_leaves_none_of_the_night_before(published_register: Path) -> None:
    folder = published_register / "var/reports/bin_groups"
    assert not folder.exists()
    folder = asked(published_register)
    run_night(load_workspace(published_register), as_of=AS_OF, now=datetime(2026, 11, 3, 2, tzinfo=UTC))
    assert not list(folder.iterdir())


def test_insert_helper_fills_what_is_required() -> None:
    connection, _ = night()
    insert(connection, "customers", [{"customer_no": "1"}])
    assert connection.execute("SELECT kind FROM customers").fetchall() == [("",)]
