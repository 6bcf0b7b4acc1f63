"""Every text of the page is there in Finnish and Swedish, and what is compiled is what is written."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import nodes

import regclean.review
from regclean.bin_reports import reason_in_words
from regclean.config import load_workspace
from regclean.domain.register import KINDS, TABLES
from regclean.night import open_published
from regclean.review.case.fields import CODES
from regclean.review.case.words import REFUSALS, VALUE_STATES
from regclean.review.web import slices
from regclean.review.web.i18n import choose, load_languages
from regclean.review.web.services import environment
from regclean.warehouse import load_sql

SOURCE = Path(regclean.__file__).parent
PACKAGE = Path(regclean.review.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
Id = str | tuple[str, str]


def texts_of_the_page() -> dict[Id, str]:
    """Every marked text, and a file that has it."""
    with (PACKAGE / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(PACKAGE, methods, options, keywords=KEYWORDS)
    return {message: name for name, _line, message, _comments, _context in found if message}


def catalogue(code: str) -> Catalog:
    with (PACKAGE / "locale" / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=code)


@pytest.mark.parametrize("code", ["fi", "sv"])
def test_every_text_is_translated(code: str) -> None:
    known = {message.id: message for message in catalogue(code) if message.id}
    missing = []
    for text, file in texts_of_the_page().items():
        message = known.get(text)
        strings = (message.string if isinstance(message.string, tuple) else (message.string,)) if message else ("",)
        if message is None or message.fuzzy or not all(strings):
            missing.append(f"{file}: {text!r}")
    assert not missing, f"{len(missing)} texts are not in {code} (make messages, then translate):\n" + "\n".join(
        sorted(missing)
    )


@pytest.mark.parametrize("code", ["fi", "sv"])
def test_what_a_template_asks_for_is_what_was_translated(code: str) -> None:
    """A blank within the marks of a text makes it another text, which no catalogue knows."""
    known = {
        one for message in catalogue(code) for one in (message.id if isinstance(message.id, tuple) else [message.id])
    }
    made = environment(load_languages([code], ZoneInfo("UTC"))[code])
    asked = {
        (path.name, argument.value)
        for folder in slices.template_folders()
        for path in folder.glob("*.html")
        for call in made.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext")
        for argument in call.args[: 2 if call.node.name == "ngettext" else 1]
        if isinstance(argument, nodes.Const) and isinstance(argument.value, str)
    }
    assert len(asked) > 500
    assert {(file, text) for file, text in asked if text not in known} == set()


@pytest.mark.parametrize("code", ["fi", "sv"])
def test_translations_keep_the_placeholders(code: str) -> None:
    for message in catalogue(code):
        given = message.id if isinstance(message.id, tuple) else (message.id,)
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = {name for text in given for name in re.findall(r"%\((\w+)\)", text)}
        for text in told if message.id else ():
            used = set(re.findall(r"%\((\w+)\)", text))
            assert used <= wanted, (message.id, text)
            if text and not isinstance(message.id, tuple):
                assert used == wanted, (message.id, text)


def test_every_count_has_its_plural() -> None:
    """A text that counts something has a form for one, but for spans that are never one day."""
    counted = re.compile(r"%\((n|num|number|count|days|checks)\)[sd] (certain |not )?(\w+s|staged|taken|waiting)\b")
    spans = ("over %(days)s", "in the last %(days)s", "after %(days)s days (median)", "The contract runs all year")
    texts = [message.id for message in catalogue("fi") if isinstance(message.id, str)]
    assert [text for text in texts if counted.search(text) and not text.startswith(spans)] == []


@pytest.mark.parametrize("code", ["fi", "sv", "en"])
def test_what_is_compiled_is_what_is_written(code: str) -> None:
    written = io.BytesIO()
    write_mo(written, catalogue(code))
    compiled = (PACKAGE / "locale" / code / "LC_MESSAGES" / "messages.mo").read_bytes()
    assert compiled == written.getvalue(), f"run: make messages ({code})"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_reason_of_a_link_has_words(language: str) -> None:
    """Whatever linkage gives as a reason for a line of a shared bin is shown in words, not as a code."""
    lines = load_sql("members_links", "regclean.linkage").splitlines()
    first, last = (next(n for n, line in enumerate(lines) if mark in line) for mark in ("list_filter([", "AS reasons,"))
    codes = set(re.findall(r"(?:THEN|ELSE) '(\w+)'", "\n".join(lines[first:last]))) | {"same_party"}
    assert {"customer_no_differs", "surname", "name_variant", "ended"} <= codes
    assert {code: reason_in_words(code, language) for code in codes if not reason_in_words(code, language)} == {}
    assert len({reason_in_words(code, language) for code in codes}) == len(codes)


def test_every_code_that_a_case_shows_has_words(published_register: Path) -> None:
    """Code lists of the register, states of values, and reasons why a decision is not taken."""
    listed = {code for table in TABLES.values() for column in table.columns for code in column.codes or ()}
    assert listed - set(CODES) == set()
    found = set()
    warehouse, run_id = open_published(load_workspace(published_register))
    with warehouse.read(run_id) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' "
            "AND column_name IN (SELECT unnest($names))",
            {"names": [f"{kind}_state" for kind in (*KINDS, "phone", "email", "postal_code")]},
        ).fetchall()
        for table, column in columns:
            found |= {state for (state,) in connection.execute(f'SELECT DISTINCT "{column}" FROM "{table}"').fetchall()}
    assert {"ok", "missing"} <= found
    assert found - {None} - set(VALUE_STATES) == set()
    refused = set(re.findall(r'Refused\(\s*"(\w+)"', "".join(path.read_text() for path in SOURCE.rglob("*.py"))))
    assert refused == set(REFUSALS)


def test_the_page_says_its_language_and_switches(browser: Any, signed_in: Callable[[str], Any]) -> None:
    """The workspace's first language, then what the browser asks for, then what the user has chosen."""
    assert '<html lang="fi">' in browser.get("/login").text
    assert '<html lang="sv">' in browser.get("/login", headers={"Accept-Language": "sv-FI, en;q=0.5"}).text
    assert "Kirjaudu sisään" in browser.get("/login").text
    assert browser.submit("/language/en", {"to": "/login"}, seen="/login").headers["location"] == "/login"
    assert '<html lang="en">' in browser.get("/login", headers={"Accept-Language": "sv"}).text
    assert browser.submit("/language/xx", seen="/login").status_code == 404

    steward = signed_in("steward")
    steward.submit("/language/sv")
    assert "Logga ut" in steward.get("/account").text
    steward.cookies.delete("regclean_language")
    assert '<html lang="sv">' in steward.get("/account").text


def test_languages_are_chosen_from_what_there_is() -> None:
    languages = load_languages(("sv", "en"), ZoneInfo("Europe/Helsinki"))
    assert choose(languages, (None, "fi"), "fi").code == "sv"
    assert choose(languages, (None, "en"), "sv").code == "en"
    assert choose(languages, (), "en-GB,fi").code == "en"
    assert choose(languages, (), ";;,=").code == "sv"


def test_dates_and_numbers_are_written_as_the_language_does() -> None:
    languages = load_languages(("fi", "sv", "en"), ZoneInfo("Europe/Helsinki"))
    assert languages["fi"].date("2026-11-01") == "1.11.2026"
    assert languages["fi"].percent(0.987, 1) == "98,7 %"
    assert languages["fi"].date("tuntematon") == "tuntematon"
    assert languages["en"].date("2026-11-01") == "1 Nov 2026"
    assert languages["sv"].date("2026-02-18") == "18.2.2026"
    at = datetime(2026, 11, 26, 14, 12, tzinfo=UTC)
    assert [languages[code].datetime(at) for code in ("fi", "sv", "en")] == [
        "26.11.2026 16.12",
        "26.11.2026 kl. 16.12",
        "26 Nov 2026, 16:12",
    ]
