"""The catalogue: headers in three languages, nothing undeclared, the handbook in step."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from rule_examples import FIGURES, RULES

from regclean.rules import catalogue, summary, titles
from regclean.rules.catalogue import Rule, read_rule, rules
from regclean.rules.handbook import handbook
from regclean.rules.summaries import placeholders

catalogue_module = import_module("regclean.rules.catalogue")  # its package has a function of that name
ROOT = Path(__file__).parents[2]
DOMAIN_RULES = {*(f"K{number:02}" for number in range(1, 29)), *(f"S{number:02}" for number in range(1, 13))}
HEADER = """-- id = "X01"
-- title = { fi = "a", sv = "b", en = "c" }
-- summary = { fi = "a", sv = "b", en = "c" }
-- severity = "info"
-- ends_in = "figure"
-- why = "because"
-- subjects = "customers"
"""


def test_all_rules_of_the_field_are_there() -> None:
    assert catalogue().keys() >= DOMAIN_RULES
    assert sum(info.kind == "field" for info in catalogue().values()) >= 15


def test_rules_are_read_once_however_many_ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty people on a fresh server: one reads the rules, the others wait for it."""
    read: list[str] = []

    def noted(name: str, *rest: Any) -> Rule:
        read.append(name)
        return read_rule(name, *rest)

    monkeypatch.setattr(catalogue_module, "_rules", cache(catalogue_module._rules.__wrapped__))
    monkeypatch.setattr(catalogue_module, "read_rule", noted)
    together = Barrier(8)

    def ask() -> int:
        together.wait()
        return len(rules())

    with ThreadPoolExecutor(8) as pool:
        counts = {one.result() for one in [pool.submit(ask) for _ in range(8)]}
    assert counts == {len(read)}
    assert len(read) == len(set(read))


def test_every_rule_speaks_three_languages() -> None:
    for language in ("fi", "sv", "en"):
        said = titles(language)
        assert said.keys() == catalogue().keys()
        assert len(set(said.values())) == len(said), "two rules have one title"
    for info in catalogue().values():
        wanted = placeholders(info.summary["en"])
        assert placeholders(info.summary["fi"]) == placeholders(info.summary["sv"]) == wanted, info.id
        assert info.why
        assert info.subjects


def test_handbook_is_in_step() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == handbook(), "write it anew: python -m regclean.rules.handbook docs/rules.md"
    assert all(f"### {rule}\n" in page for rule in catalogue())


def test_figures_are_few_and_known() -> None:
    """A figure is what nobody acts on."""
    assert {info.id for info in catalogue().values() if info.ends_in == "figure"} == FIGURES


def test_summary_writes_as_the_language_does() -> None:
    evidence = {"bin_group_no": "K1", "members": 3, "total": 99.5, "missing": 0}
    assert "99,5 %" in summary("K06", evidence, "fi")
    assert "99.5 %" in summary("K06", evidence, "en")
    silence = {"customer_no": "C1", "service_no": "P1", "waste_type": "mixed", "last_emptied_on": "2025-09-01"}
    assert "sekajäte" in summary("S04", silence, "fi")
    assert "1.9.2025" in summary("S04", silence, "fi")
    assert "2025-09-01" in summary("S04", silence, "en")
    assert "–" in summary("S04", silence, "sv"), "what is missing is a dash"
    assert summary("S04", silence, "et") == summary("S04", silence, "en")


def test_country_rules_say_so() -> None:
    assert {info.id for info in catalogue().values() if info.countries} >= {"F01", "F03", "F06", "F09"}


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("SELECT 1", "missing 'title'"),
        (HEADER + "SELECT $limit", "undeclared parameter 'limit'"),
        (HEADER + '-- parameters = ["stale.limit"]\nSELECT 1', "unused parameter 'limit'"),
        (HEADER + "SELECT 1\n-- guard: season\nWHERE 1\n-- end guard\n", "marked but not named"),
        (HEADER + "-- [guards]\n-- season = 'x'\nSELECT 1", "named but not marked"),
        (HEADER.replace('"info"', '"bad"') + "SELECT 1", "unknown severity"),
        (HEADER.replace("figure", "fault") + "SELECT 1", "unknown ending"),
        (HEADER.replace("figure", "task") + "SELECT 1", "asks lacks fi"),
        (HEADER.replace('fi = "a", ', "") + "SELECT 1", "title lacks fi"),
        (HEADER.replace("X01", "X02") + "SELECT 1", "id is 'X02'"),
        (HEADER + "-- colour = 1\nSELECT 1", "unknown key 'colour'"),
    ],
)
def test_a_wrong_header_is_told(sql: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        read_rule("X01", "stale", sql)


def test_guards_can_be_taken_out() -> None:
    rule = RULES["S04"]
    assert "is_seasonal OR" in rule.sql
    assert "is_seasonal OR" not in rule.without_guard("seasonal").sql
    with pytest.raises(ValueError, match="has no guard"):
        rule.without_guard("nothing")


def test_rules_are_ordered_and_unique() -> None:
    ids = [rule.info.id for rule in rules()]
    assert len(ids) == len(set(ids))
    assert [rule.info.kind for rule in rules()] == sorted(
        (rule.info.kind for rule in rules()), key=["stale", "bin_group", "field"].index
    )


def test_a_summary_counts_and_leaves_out_what_is_empty() -> None:
    one = summary("K25", {"bin_group_no": "K1", "lines": ["5"]}, "fi")
    assert one == "Kimpan K1 rivin 5 osakkaalle ei ole merkitty informointia."
    assert "rivien 5, 6 osakkaille" in summary("K25", {"bin_group_no": "K1", "lines": ["5", "6"]}, "fi")
    shares = {"bin_group_no": "K1", "members": 3, "total": 90, "missing": 0}
    assert summary("K06", shares, "fi").endswith("yhteensä 90 %.")
    assert summary("K06", shares | {"missing": 1}, "en").endswith("; 1 member has none.")
    died = {"customer_no": "7", "observed_on": "2026-02-01", "followers": []}
    assert summary("S01", died, "sv") == "Kund 7 avled 1.2.2026."
