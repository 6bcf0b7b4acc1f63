"""A suite that passed, and is asked the same of the same rows, keeps its verdict: Great Expectations need not say it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from regclean import checks
from regclean.checks import runner

AS_OF = date(2026, 11, 1)


def kept(results: list[checks.SuiteResult], var: Path, run_id: str) -> dict[str, dict[str, Any]]:
    """The documents of a night as the next one reads them."""
    for result in results:
        checks.keep(result, var, run_id, datetime(2026, 11, 2, tzinfo=UTC))
    return checks.documents_of(var, run_id)


def plain(result: checks.SuiteResult) -> tuple[object, ...]:
    return result.name, result.results, json.dumps([without_run(one) for one in result.documents])


def without_run(document: Mapping[str, Any]) -> dict[str, Any]:
    return {**document, "meta": {name: value for name, value in document["meta"].items() if name != "run_id"}}


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The suites that Great Expectations is asked about."""
    asked: list[str] = []
    validate = runner._validate

    def noting(suite: Any, *others: Any) -> Any:
        asked.append(suite.name)
        return validate(suite, *others)

    monkeypatch.setattr(runner, "_validate", noting)
    return asked


def test_what_passed_is_not_judged_again_and_comes_out_the_same(
    night: duckdb.DuckDBPyConnection, tmp_path: Path, judged: list[str]
) -> None:
    first = [checks.run_suite(gate, night, AS_OF) for gate in checks.GATES]
    before = kept(first, tmp_path, "one")
    judged.clear()
    again = [checks.run_suite(gate, night, AS_OF, before=before) for gate in checks.GATES]
    assert judged == []
    assert list(map(plain, again)) == list(map(plain, first))
    third = kept(again, tmp_path, "two")
    assert [checks.run_suite(gate, night, AS_OF, before=third).success for gate in checks.GATES] == [True] * 4
    assert judged == [], "a verdict may be kept many times"


def test_what_failed_or_has_changed_is_judged_again(
    night: duckdb.DuckDBPyConnection, tmp_path: Path, judged: list[str]
) -> None:
    night.execute("UPDATE services SET customer_no = 'Z9' WHERE service_no = 'P1'")
    first = checks.run_suite("standardised", night, AS_OF)
    (failed,) = first.failed
    before = kept([first], tmp_path, "one")
    judged.clear()
    assert plain(checks.run_suite("standardised", night, AS_OF, before=before)) == plain(first)
    assert judged == [failed.suite], "keys that broke something are told anew"
    passing = kept([checks.run_suite("findings", night, AS_OF)], tmp_path, "two")
    night.execute("UPDATE findings SET score = 1.5 WHERE finding_id = 'F2'")
    assert not checks.run_suite("findings", night, AS_OF, before=passing).success


def test_another_limit_is_another_question(night: duckdb.DuckDBPyConnection, tmp_path: Path, judged: list[str]) -> None:
    before = kept([checks.run_suite("linked", night, AS_OF)], tmp_path, "one")
    judged.clear()
    checks.run_suite("linked", night, AS_OF, context={"max_person_cluster": 29}, before=before)
    assert "linked.clusters" in judged


def test_a_document_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "checks/one").mkdir(parents=True)
    (tmp_path / "checks/one/landed.files.json").write_text("{", encoding="utf-8")
    assert checks.documents_of(tmp_path, "one") == {}
    assert checks.documents_of(tmp_path, "two") == {}
