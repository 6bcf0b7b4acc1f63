"""A small register that nobody made easy, from landing to hits: what is planted is found, and what only looks like it is not.

`bench/rules.py` judges three larger ones, with the checks of the night between the steps.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from regclean.config import load_workspace
from regclean.night import STEPS, open_night, take
from regclean.warehouse import rows

FIXTURES = Path(__file__).resolve().parents[2] / "data" / "fixtures"
# A rule may miss, or say too much of, one in so many: of a small register one at all.
ONE_IN = 33


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Scores by rule, counts of links, and records by file of one rough register."""
    sys.path.insert(0, str(FIXTURES))
    try:
        import score_rules
        from generate import cli
        from generate.profiles import MIXES, PROFILES
    finally:
        sys.path.remove(str(FIXTURES))
    root = tmp_path_factory.mktemp("rough")
    profile = PROFILES["b"]
    # the town without a feed has bins enough to tell
    towns = profile.town_weights | {profile.outage: 25}
    world = cli.build(250, 5, replace(profile, least=1, town_weights=towns, **MIXES["rough"]), bin_groups=30)
    cli.write_register(root, world)
    wanted = [step for step in STEPS[: [step.name for step in STEPS].index("find") + 1] if "check" not in step.name]
    with open_night(load_workspace(root), as_of=date(2026, 11, 1), now=datetime(2026, 11, 2, tzinfo=UTC)) as night:
        for step in wanted:
            take(night, step)
        hits = rows(night.connection, "SELECT rule, kind, severity, subjects FROM rule_hits")
        links = rows(night.connection, "SELECT bin_group_no, member_no, customer_no FROM member_links")
        assert night.landed
        counts = night.landed.counts
    findings = [
        {"rule": rule, "kind": kind, "severity": severity, "subjects": json.dumps(subjects)}
        for rule, kind, severity, subjects in hits
    ]
    names = ("bin_group_no", "member_no", "customer_no")
    return {
        "rules": score_rules.score(root / "truth", findings),
        "links": score_rules.member_links(root / "truth", [dict(zip(names, link, strict=True)) for link in links]),
        "counts": counts,
    }


def test_each_rule_finds_what_is_planted_and_no_more(judged: dict[str, Any]) -> None:
    faults = {
        rule: {"missed": one.missed, "wrong": one.wrong}
        for rule, one in judged["rules"].items()
        if len(one.missed) > max(1, len(one.planted) // ONE_IN) or len(one.wrong) > max(1, one.found // ONE_IN)
    }
    assert not faults
    planted = sum(len(one.planted) for one in judged["rules"].values())
    assert sum(len(one.missed) for one in judged["rules"].values()) <= planted / 100
    assert len([rule for rule, one in judged["rules"].items() if one.planted]) >= 41


def test_no_look_alike_is_hit(judged: dict[str, Any]) -> None:
    assert [trap for one in judged["rules"].values() for trap in one.traps_hit] == []
    assert sum(one.traps for one in judged["rules"].values()) > 100


def test_lines_are_the_customers_that_they_are(judged: dict[str, Any]) -> None:
    links = judged["links"]
    assert links["lines"] > 200
    assert links["ghosts"] == 0, "a total, a signature or a line of a hidden sheet was taken for a member"
    assert links["wrong"] <= 1
    assert links["missed"] <= 0.02 * links["known"] + 1
