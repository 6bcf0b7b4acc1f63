"""What a template names is there: a name that is not stops the page of one case in a hundred, where nobody has looked."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment, meta, nodes

from regclean.domain.batches import BATCH_STATES
from regclean.domain.decisions import FINDING_VERDICTS, PAIR_VERDICTS
from regclean.domain.findings import RELATIONS
from regclean.findings import WORKPOOLS
from regclean.review.batches.words import LEFT_OUT, STATES
from regclean.review.case.words import POOLS, REFUSALS, VERDICTS
from regclean.review.web import slices
from regclean.review.web.i18n import load_languages
from regclean.review.web.services import environment

SOURCE = Path(__file__).parents[2] / "src" / "regclean"
TEMPLATES = sorted(path for folder in slices.template_folders() for path in Path(folder).glob("*.html"))
SHARED = {"cell", "csrf", "gap", "heads", "like", "pieces", "wide"}  # of _parts.html


@pytest.fixture(scope="module")
def made() -> Environment:
    return environment(load_languages(["en"], ZoneInfo("UTC"))["en"])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_shared_macro_is_imported_where_it_is_called(made: Environment, path: Path) -> None:
    """One that only the templates around it import is missing as soon as another one includes it."""
    tree = made.parse(path.read_text(encoding="utf-8"))
    imported = {name for one in tree.find_all(nodes.FromImport) for name in one.names}
    assert meta.find_undeclared_variables(tree) & SHARED - imported == set()


def test_every_code_that_a_page_can_meet_has_its_word() -> None:
    refused = {
        code
        for path in SOURCE.rglob("*.py")
        for code in re.findall(r'Refused\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert len(refused) > 8
    assert refused <= set(REFUSALS)
    left_out = {
        code
        for path in (SOURCE / "batches").glob("*.py")
        for code in re.findall(
            r'(?:LeftOut\(|leave_out\(row\["finding_id"\], )"(\w+)"', path.read_text(encoding="utf-8")
        )
    }
    assert len(left_out) > 8
    assert left_out <= set(LEFT_OUT)
    assert {*PAIR_VERDICTS, *FINDING_VERDICTS} <= set(VERDICTS)
    assert set(WORKPOOLS) <= set(POOLS)
    assert set(BATCH_STATES) <= set(STATES)
    assert set(RELATIONS) <= set(_dictionary("_case.html", "questions"))
    told = re.search(r"reopened_because.*# ([a-z_| ]+)", (SOURCE / "ledger" / "tables.py").read_text(encoding="utf-8"))
    assert told is not None
    assert set(told[1].split(" | ")) <= set(_dictionary("_case.html", "back"))


def _dictionary(template: str, name: str) -> list[str]:
    """The keys of a dictionary that a template sets."""
    path = next(path for path in TEMPLATES if path.name == template)
    found = re.search(rf"{{% set {name} = {{(.*?)}} %}}", path.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return re.findall(r'"(\w+)":', found[1])
