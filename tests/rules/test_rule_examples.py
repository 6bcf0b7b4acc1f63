"""Every rule fires where it must and nowhere else; every guard holds something back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from rule_examples import FIGURES, RULES, Example, examples, outcome

from regclean.domain.tasks import WAYS
from regclean.findings.states import after_decision
from regclean.rules import summary
from regclean.rules.catalogue import RuleInfo
from regclean.rules.summaries import placeholders

EXAMPLES = examples()
ABSENT = {"S05", "K06", "K07", "K11", "K20", "K22", "F09"}


def differences(hits: list[dict[str, Any]], expect: list[dict[str, Any]]) -> list[str]:
    """What is not as expected. An expectation names subjects, and of severity, ending, evidence, proposal only what it cares for."""
    by_subjects = {tuple(hit["subjects"]): hit for hit in hits}
    wanted = {tuple(sorted(item["subjects"])): item for item in expect}
    found = [f"fires on {subjects}: {by_subjects[subjects]}" for subjects in by_subjects.keys() - wanted.keys()]
    found += [f"does not fire on {subjects}" for subjects in wanted.keys() - by_subjects.keys()]
    for subjects in by_subjects.keys() & wanted.keys():
        hit, item = by_subjects[subjects], wanted[subjects]
        if item.get("severity", hit["severity"]) != hit["severity"]:
            found.append(f"severity {hit['severity']} of {subjects}")
        if item.get("ends_in", hit["ends_in"]) != hit["ends_in"]:
            found.append(f"{subjects} ends in a {hit['ends_in']}")
        for key, value in item.get("evidence", {}).items():
            if hit["evidence"].get(key) != value:
                found.append(f"evidence {key} = {hit['evidence'].get(key)!r} of {subjects}")
        for change in item.get("proposal", []):
            if not any(change.items() <= proposed.items() for proposed in hit["proposal"]):
                found.append(f"{change} is not proposed for {subjects}: {hit['proposal']}")
        if item.get("proposal") == [] and hit["proposal"]:
            found.append(f"proposes {hit['proposal']} for {subjects}")
    return found


def case(example: Example, *more: str) -> Any:
    """Parameters of a test of one example; all tests of it go to one worker, which runs its rule once."""
    together = pytest.mark.xdist_group(example.id)
    return pytest.param(example, *more, id="-".join((example.id, *more)), marks=together)


@pytest.mark.parametrize("example", [case(example) for example in EXAMPLES])
def test_example(example: Example) -> None:
    hits = outcome(example.id).hits
    assert not differences(hits, example.expect)
    assert leads_nowhere(hits, RULES[example.rule].info) == []
    for hit in hits:
        says_what_ends_it(hit, RULES[example.rule].info)
        for language in ("fi", "sv", "en"):
            says_what_the_evidence_holds(hit, RULES[example.rule].info, language)


def says_what_ends_it(hit: dict[str, Any], info: RuleInfo) -> None:
    """What a rule cannot propose, it asks somebody; a figure is what nobody acts on."""
    assert (hit["ends_in"] == "change") == bool(hit["proposal"])
    assert hit["ends_in"] != "task" or info.asks, "asks nobody anything"
    assert hit["ends_in"] != "figure" or info.id in {*FIGURES, "S04", "S05", "S20"}


def says_what_the_evidence_holds(hit: dict[str, Any], info: RuleInfo, language: str) -> None:
    """Every placeholder of the summary is a member of the evidence, and nothing of the machine is in the sentence."""
    assert placeholders(info.summary[language]) <= hit["evidence"].keys()
    sentence = summary(info.id, hit["evidence"], language)
    assert not re.search(r"[{}]|None|\bnan\b|[a-z]_[a-z]", sentence), sentence
    # What is not known is left out, but where its absence is the defect.
    assert info.id in ABSENT or not re.search(r"(^|[\s(])–($|[\s.,;:)])", sentence), sentence


def leads_nowhere(hits: list[dict[str, Any]], info: RuleInfo) -> list[Any]:
    """Hits that somebody could accept, and nothing would come of it: neither a change nor a task that says what to do."""
    asked = bool(info.asks) and info.way in WAYS
    return [
        hit["subjects"]
        for hit in hits
        if hit["ends_in"] != "figure"
        and not (asked if after_decision("accept", hit["ends_in"]) == "task" else hit["proposal"])
    ]


def test_the_law_sees_what_leads_nowhere() -> None:
    hit = {"subjects": ["customers:1"], "proposal": [], "ends_in": "change"}
    assert leads_nowhere([hit, {**hit, "ends_in": "figure"}], RULES["F05"].info) == [["customers:1"]]
    assert leads_nowhere([{**hit, "ends_in": "task"}], RULES["F05"].info) == []
    assert leads_nowhere([{**hit, "ends_in": "task"}], RULES["F02"].info) == [["customers:1"]]


@pytest.mark.parametrize(
    ("example", "guard"),
    [case(example, guard) for example in EXAMPLES for guard in example.guards],
)
def test_without_its_guard_the_example_fails(example: Example, guard: str) -> None:
    assert differences(outcome(example.id).without_guard[guard], example.expect), f"{guard} guards nothing here"


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_examples(rule: str) -> None:
    own = [example for example in EXAMPLES if example.rule == rule]
    assert any(example.expect for example in own), f"{rule} has no example that fires"
    assert any(not example.expect for example in own), f"{rule} has no example that must not fire"
    guarded = {guard for example in own for guard in example.guards}
    assert guarded == set(RULES[rule].info.guards), f"{rule}: each guard needs an example that names it"


def test_every_example_belongs_to_a_rule() -> None:
    assert {example.rule for example in EXAMPLES} <= RULES.keys()
