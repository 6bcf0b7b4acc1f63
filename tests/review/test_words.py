"""What the program wrote down by itself is said in the language of who reads it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request

from regclean import checks, rules
from regclean.acts import SENT_BACK
from regclean.batches import lifecycle
from regclean.night import STEPS
from regclean.review.batches.words import key_in_words
from regclean.review.case.reasons import NAMES_IT
from regclean.review.case.words import GIVEN_BACK, VALUE_STATES, comment, words
from regclean.review.overview import night_page
from regclean.review.web.services import language_of

FINNISH = {"Batch": "Erä", GIVEN_BACK["taken_back"]: "peruttu", GIVEN_BACK["ask"]: "kysy"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lifecycle.words(3, "taken_back"), "Erä 3: peruttu"),
        (lifecycle.words(3, "ask", "soita ensin"), "Erä 3: kysy: soita ensin"),
        (lifecycle.words(3, "other", "soita ensin"), "Erä 3: soita ensin"),
        ("Batch 3: unheard_of", "Batch 3: unheard_of"),
        ("I rang them.", "I rang them."),
    ],
)
def test_why_a_finding_came_back_is_said_in_the_readers_language(text: str, said: str) -> None:
    assert comment(text, lambda one: FINNISH.get(one, one)) == said


def test_every_code_has_words() -> None:
    assert set(SENT_BACK) <= set(GIVEN_BACK)


def test_the_state_of_a_value_is_said_among_what_a_finding_rests_on(app: FastAPI) -> None:
    scope: dict[str, Any] = {"type": "http", "app": app, "headers": [(b"accept-language", b"fi")]}
    said = words(Request(scope))["said"]
    assert said("invalid") == "virheellinen"
    assert [state for state in VALUE_STATES if said(state) == state] == []


def test_what_a_rule_rests_on_has_a_name_for_people(app: FastAPI) -> None:
    named = words(Request({"type": "http", "app": app, "headers": []}))["labels"]
    unnamed = {
        (path.stem, name)
        for path in (Path(rules.__file__).parent).glob("*/*.sql")
        for evidence in re.findall(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\} AS evidence", path.read_text(encoding="utf-8"))
        for name in re.findall(r"'([a-z_]+)'\s*:", evidence)
        if name not in {*named, "basis", *NAMES_IT}
    }
    assert unnamed == set()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("sqlite:register.db (query of source 5)", "tietokanta register.db, lähde 5"),
        ("kimpat/lista.xlsx [Taul1]", "kimpat/lista.xlsx [Taul1]"),
    ],
)
def test_where_a_row_landed_from_is_said_in_the_readers_language(app: FastAPI, file: str, said: str) -> None:
    scope: dict[str, Any] = {"type": "http", "app": app, "headers": [(b"accept-language", b"fi")]}
    assert language_of(Request(scope)).place(file) == said


def test_every_step_of_a_night_has_words() -> None:
    texts = tomllib.loads(Path(checks.__file__).with_name("texts.toml").read_text(encoding="utf-8"))
    for step in STEPS:
        assert step.name in night_page.STEPS
        assert set(texts[step.name]) == {"fi", "sv", "en"}


def test_a_key_of_several_values_is_said_without_codes() -> None:
    said = {"occupant": "asukas", "2026-10-19": "19.10.2026", "invoice": "lasku"}
    assert (
        key_in_words("site_roles", "107406/S000335/occupant", lambda value: said.get(str(value), str(value)))
        == "107406 · S000335 · asukas"
    )
    assert (
        key_in_words("evidence", "107406/invoice/2026-10-19", lambda value: said.get(str(value), str(value)))
        == "107406 · lasku · 19.10.2026"
    )
    assert key_in_words("customers", "A/1", lambda value: said.get(str(value), str(value))) == "A/1"
