"""One word for one thing: one list of languages, every text in all of them, no three classes of one name."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regclean.domain.languages import LANGUAGES

SOURCE = Path(__file__).parents[2] / "src" / "regclean"
# The TOML files that hold texts by language. A rule's header holds the rule's own texts; the catalogue checks those.
TEXTS = [path for path in SOURCE.rglob("*.toml") if not {"config", "domain"} & set(path.parts)]


def by_language(value: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table that is keyed by a language, and where it stands."""
    if isinstance(value, dict):
        whole = set(value) == set(LANGUAGES)
        if whole or (value.keys() & set(LANGUAGES) and not any(isinstance(inner, dict) for inner in value.values())):
            yield place, value
        else:
            for key, inner in value.items():
                yield from by_language(inner, f"{place}.{key}")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_text_is_there_in_every_language(path: Path) -> None:
    found = list(by_language(tomllib.loads(path.read_text(encoding="utf-8"))))
    assert found
    assert [place for place, texts in found if set(texts) != set(LANGUAGES) or not all(texts.values())] == []


def test_there_is_one_list_of_languages() -> None:
    lists = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Tuple | ast.List | ast.Set)
        and {item.value for item in node.elts if isinstance(item, ast.Constant)} == set(LANGUAGES)
    ]
    assert lists == ["domain/languages.py"]


def test_what_is_counted_has_a_form_for_one() -> None:
    """`errors.counted` knows one from many: "1 pairs" is said nowhere."""
    many = re.compile(r"(?<!first )\{[^{}]*:,\} (?!was\b)[a-z]+s\b")
    places = [path for room in ("cli", "operation") for path in (SOURCE / room).rglob("*.py")]
    assert [f"{path.name}: {hit}" for path in places for hit in many.findall(path.read_text(encoding="utf-8"))] == []


def test_a_class_name_says_which_of_the_things_it_is() -> None:
    """Two rooms may each have a `Row`; a third one means that the word says nothing."""
    places = defaultdict(set)
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].add(str(path.relative_to(SOURCE)))
    assert {name: sorted(where) for name, where in places.items() if len(where) > 2} == {}
    assert [name for name in ("Night", "Plan", "Line") if len(places[name]) > 1] == []
