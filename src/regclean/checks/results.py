"""What a gate found: plain values without a personal one, and the decision to stop."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from regclean.errors import GateError, counted

Severity = Literal["critical", "warning"]
KEYS_SHOWN = 20
RESTRICTED = "(restricted)"
# Checks of size and shape: a true change of that size is let through, for one night, by an account.
ACCEPTABLE = frozenset(
    {
        "fallen_count",
        "unusable_rows",
        "keys_alike",
        "swapped_columns",
        "fallen_shares",
        "one_value",
        "unreadable_columns",
        "sudden_growth",
        "mass_withdrawal",
    }
)


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """One expectation of one suite, as it came out.

    `observed` is a number where the expectation is about one (a share, a size), `unexpected_count` the number of
    rows that break it, `failing_keys` the first twenty of their keys; keys of customers under non-disclosure are
    replaced by "(restricted)". `reasons` and `remedies` hold the same sentence by language.
    """

    suite: str
    expectation: str
    table: str
    column: str | None
    severity: Severity
    success: bool
    observed: float | None
    minimum: float | None
    maximum: float | None
    unexpected_count: int
    failing_keys: tuple[str, ...]
    reasons: Mapping[str, str]
    remedies: Mapping[str, str]

    @property
    def why(self) -> str:
        """Why the expectation exists, in English."""
        return self.reasons["en"]

    @property
    def remedy(self) -> str:
        """What to do when it fails, in English."""
        return self.remedies["en"]

    @property
    def summary(self) -> str:
        """What was seen, in one short English phrase: counts, shares and limits only."""
        if self.observed is not None:
            limits = [f"at least {self.minimum:g}"] if self.minimum is not None else []
            limits += [f"at most {self.maximum:g}"] if self.maximum is not None else []
            return f"{self.observed:.4g} ({', '.join(limits)})" if limits else f"{self.observed:.4g}"
        return "as expected" if self.success else counted(self.unexpected_count, "row")


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """Every expectation of one gate, critical ones first, then by suite and name. `documents`: each suite's outcome as Great
    Expectations' own JSON, with counts and keys alone.
    """

    name: str
    results: tuple[ExpectationResult, ...]
    seconds: float
    documents: tuple[Mapping[str, Any], ...] = ()

    @property
    def failed(self) -> tuple[ExpectationResult, ...]:
        return tuple(result for result in self.results if not result.success)

    @property
    def critical(self) -> tuple[ExpectationResult, ...]:
        """The failures that stop the night."""
        return tuple(result for result in self.failed if result.severity == "critical")

    @property
    def warnings(self) -> tuple[ExpectationResult, ...]:
        return tuple(result for result in self.failed if result.severity == "warning")

    @property
    def success(self) -> bool:
        """True when the night may go on; warnings do not stop it."""
        return not self.critical


def gate(results: SuiteResult | Iterable[SuiteResult], accepted: Collection[str] = ()) -> None:
    """Stop when any critical expectation failed. Errors: GateError naming each failure and the remedy."""
    suites = (results,) if isinstance(results, SuiteResult) else tuple(results)
    failures = [failure for suite in suites for failure in suite.critical if failure.expectation not in accepted]
    if failures:
        remedies = list(dict.fromkeys(failure.remedy for failure in failures))
        remedies += [
            f"If it is true: regclean run --accept {failure.expectation}"
            for failure in failures
            if failure.expectation in ACCEPTABLE
        ]
        raise GateError("\n".join(_sentence(failure) for failure in failures) + "\n", remedy=" ".join(remedies))


def _sentence(failure: ExpectationResult) -> str:
    keys = ", ".join(failure.failing_keys[:5])
    first = f" First: {keys}." if keys else ""
    return f"{failure.suite}: {failure.expectation} failed on {failure.table}: {failure.summary}.{first} {failure.why}"
