"""The page of a night: complete, readable offline, in three languages, and without personal values."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from regclean import checks
from regclean.checks.charts import sparkline
from regclean.checks.report import (
    FileLine,
    FindingLine,
    LinkagePage,
    NightPage,
    NightSummary,
    QuarantineLine,
    StepLine,
    write_report,
)
from regclean.checks.texts import decimal, percent, texts, whole

AS_OF = date(2026, 11, 21)


class Page(HTMLParser):
    """What the tests ask of a page: its tags with attributes, balanced, and its text."""

    VOID = frozenset({"meta", "br", "img", "link", "line", "circle", "polyline"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def count(self, name: str) -> int:
        return sum(tag == name for tag, _ in self.tags)


def earlier(days: int, **values: float) -> NightSummary:
    day = AS_OF - timedelta(days=days)
    return NightSummary(f"{day}-001", day, "published", values)


@pytest.fixture
def page(orphaned: tuple[checks.SuiteResult, ...]) -> NightPage:
    return NightPage(
        run_id="2026-11-21-001",
        as_of=AS_OF,
        workspace="Jäte & Kierto <Oy>",
        status="published",
        seconds=12.34,
        steps=(StepLine("load", 72600, 3.2, 1_234), StepLine("check landed", None, 0.8)),
        files=(FileLine("customers", "in/asiakkaat.csv", 72611, 72600, 11),),
        quarantine=(QuarantineLine("customers", "3 fields where the header has 4", 11),),
        suites=orphaned,
        findings=(FindingLine("stale", "S04", "review", "No emptying for long", 812, 12, 30, 1),),
        linkage=LinkagePage({"same": 3022, "household": 9120}, 72600, 69711, 7, {"linked": 19880}, {"precision": 0.98, "precision_low": 0.95, "precision_high": 0.99, "checks": 100.0}, "m-7"),
        history=(earlier(2, customers=72500, findings=800), earlier(1, customers=72550, findings=830)),
        customers=72600,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_page_is_complete_and_offline(tmp_path: Path, page: NightPage, language: str) -> None:
    path = write_report(tmp_path, replace(page, language=language))
    html = path.read_text(encoding="utf-8")
    parsed = Page(html)
    assert path == tmp_path / "2026-11-21-001.html"
    assert parsed.open == []
    assert not re.search(r"https?:|//[a-z]|url\(|@import", html)
    assert parsed.count("script") == parsed.count("link") == parsed.count("img") == 0
    assert ("html", {"lang": language}) in parsed.tags
    assert parsed.count("table") == parsed.count("caption") > 5
    assert all("scope" in attributes for tag, attributes in parsed.tags if tag == "th")
    words = texts(language)
    for shown in (words["published"], words["reopened"], words["household"], "in/asiakkaat.csv",
                  "3 fields where the header has 4", "S04", "m-7", "Jäte & Kierto <Oy>", whole(72611, language)):  # fmt: skip
        assert shown in parsed.text
    failure = next(failure for suite in page.suites for failure in suite.failed)
    assert failure.expectation == "orphaned_service"
    for shown in (failure.reasons[language], failure.remedies[language], "P1"):
        assert shown in parsed.text


def test_page_has_no_personal_values(tmp_path: Path, page: NightPage) -> None:
    html = write_report(tmp_path, page).read_text(encoding="utf-8")
    for value in ("Virtanen", "010190", "Kuljetus Oy"):
        assert value not in html


def test_the_same_night_gives_the_same_bytes(tmp_path: Path, page: NightPage) -> None:
    first = write_report(tmp_path, page).read_bytes()
    assert write_report(tmp_path, page).read_bytes() == first


def test_stopped_night_says_why(tmp_path: Path, page: NightPage) -> None:
    stopped = replace(page, status="stopped", stopped_because="findings: <x> failed", findings=(), linkage=None)
    parsed = Page(write_report(tmp_path, stopped).read_text(encoding="utf-8"))
    assert "findings: <x> failed" in parsed.text
    assert "Nothing was published" in parsed.text


def test_barest_night_can_be_written(tmp_path: Path) -> None:
    night = NightPage(run_id="2026-11-21-001", as_of=AS_OF, workspace="W", status="stopped", seconds=0)
    assert Page(write_report(tmp_path, night).read_text(encoding="utf-8")).open == []


def test_index_lists_the_latest_nights_first_and_links_what_is_there(tmp_path: Path, page: NightPage) -> None:
    write_report(tmp_path, replace(page, run_id="2026-11-20-001", as_of=date(2026, 11, 20), history=()))
    write_report(tmp_path, page)
    parsed = Page((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert (
        parsed.text.index("2026-11-21-001") < parsed.text.index("2026-11-20-001") < parsed.text.index("2026-11-19-001")
    )
    links = [attributes["href"] for tag, attributes in parsed.tags if tag == "a"]
    assert links == ["2026-11-21-001.html", "2026-11-20-001.html"]


def test_trends_compare_with_the_night_before(tmp_path: Path, page: NightPage) -> None:
    text = Page(write_report(tmp_path, page).read_text(encoding="utf-8")).text
    assert "+50" in text  # customers 72,550 -> 72,600
    assert "−18" in text  # findings 830 -> 812


def test_every_text_stands_in_three_languages() -> None:
    keys = [set(texts(language)) for language in ("en", "fi", "sv")]
    assert keys[0] == keys[1] == keys[2]
    assert all(word for language in ("en", "fi", "sv") for word in texts(language).values())
    assert texts("de") == texts("en")


def test_every_key_of_the_templates_has_a_text() -> None:
    folder = Path(checks.__file__).parent / "templates"
    used = {key for file in folder.iterdir() for key in re.findall(r"\bt\(['\"](\w+)['\"]\)", file.read_text())}
    assert used <= set(texts("en"))


def test_numbers_by_language() -> None:
    assert (whole(72600, "en"), whole(-72600, "fi")) == ("72,600", "−72\u00a0600")
    assert (decimal(1234.56, 1, "en"), decimal(1234.56, 1, "sv")) == ("1,234.6", "1\u00a0234,6")
    assert (percent(0.0398, 1, "en"), percent(0.0398, 1, "fi")) == ("4.0%", "4,0\u00a0%")


@pytest.mark.parametrize(
    "values", [(), (None,), (3.0,), (0.0, 0.0), (1.0, None, 2.0), (None, 5.0, 6.0), (72500.0, 72600.0)]
)
def test_charts_stay_inside_their_box(values: tuple[float | None, ...]) -> None:
    svg = str(sparkline(values))
    places = [
        float(part) for run in re.findall(r'points="([^"]+)"', svg) for pair in run.split() for part in pair.split(",")
    ]
    places += [float(number) for number in re.findall(r'c[xy]="([^"]+)"', svg)]
    assert all(0 <= place <= 168 for place in places)
    assert "nan" not in svg
    assert svg.count("<polyline") == sum(1 for run in str(values).split("None") if run.count(".") > 1)
