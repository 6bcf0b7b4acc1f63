"""What an account lets through for one night: checks of size and shape, and nothing else."""

from __future__ import annotations

import pytest

from regclean.checks import ACCEPTABLE, ExpectationResult, SuiteResult, gate, load_suites
from regclean.errors import GateError


def failed(name: str) -> ExpectationResult:
    text = {"en": "why", "fi": "miksi", "sv": "varför"}
    return ExpectationResult(
        "findings.violations", name, "findings", None, "critical", False, None, None, None, 1, ("findings",), text, text
    )


def test_an_accepted_check_lets_the_night_go_on_and_the_others_stop_it() -> None:
    one, other = failed("mass_withdrawal"), failed("swapped_columns")
    gate(SuiteResult("findings", (one,), 0.0), {"mass_withdrawal"})
    with pytest.raises(GateError) as stopped:
        gate(SuiteResult("findings", (one, other), 0.0), {"mass_withdrawal"})
    assert "swapped_columns" in str(stopped.value)
    assert "mass_withdrawal" not in str(stopped.value)
    assert "--accept swapped_columns" in str(stopped.value)


def test_what_can_be_accepted_is_checked_by_some_suite() -> None:
    names = {
        expectation.name
        for folder in ("landed", "standardised", "findings")
        for suite in load_suites(folder)
        for expectation in suite.expectations
    }
    assert names >= ACCEPTABLE
