"""The gates as others open them: results kept by night without values, a project of plain Great Expectations, own suites."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.errors import ConfigError, GateError
from regclean.night import run_night

PLAIN = """
import json, os, sys
from pathlib import Path
sys.modules["pyspark"] = None  # it ends a process that it takes for a run of doctests
os.environ["GX_ANALYTICS_ENABLED"] = "false"
sys.modules["regclean"] = None
import great_expectations as gx
import pandas as pd

context = gx.get_context(mode="file", project_root_dir=sys.argv[1])
found = {"suites": len(list(context.suites.all())), "checkpoints": len(list(context.checkpoints.all()))}
results = [context.validation_results_store.get(key) for key in context.validation_results_store.list_keys()]
found["results"] = {result.suite_name: result.success for result in results}
site = Path(context.build_data_docs()["local_site"].removeprefix("file://"))
found["pages"] = len(list((site.parent / "validations").rglob("*.html")))
table = pd.DataFrame({"sha256": ["a" * 64, "no digest"], "quarantined_share": [0.0, 0.0], "key": ["1", "2"]})
said = context.checkpoints.get("landed.files").run(batch_parameters={"dataframe": table})
found["judged"] = said.success
print(json.dumps(found))
"""


def night(root: Path, day: int = 2) -> Any:
    return run_night(load_workspace(root), as_of=date(2026, 11, day), now=datetime(2026, 11, day + 1, tzinfo=UTC))


def plain(folder: Path) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", PLAIN, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_plain_great_expectations_opens_what_is_exported(published_register: Path, tmp_path: Path) -> None:
    own_suite(published_register, expectation("customer_no"))
    folder = tmp_path / "gates"
    assert run(["-w", str(published_register), "expectations", "export", str(folder)]) == 0
    found = plain(folder)
    assert found["suites"] == found["checkpoints"] == len(list(Path("expectations").glob("*/*.json"))) + 1
    assert set(found["results"].values()) == {True}
    assert {name.partition(".")[0] for name in found["results"]} == {"landed", "standardised", "linked", "findings"}
    assert found["pages"] == len(found["results"])
    assert found["judged"] is False  # a file whose digest is none
    assert (folder / "queries" / "landed.empty_table.sql").is_file()
    assert run(["-w", str(published_register), "expectations", "export", str(folder)]) == 2


def test_the_results_of_a_night_that_a_gate_stopped_are_exported(
    published_register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_suite(published_register, {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 3}}, gate="landed")
    with pytest.raises(GateError):
        night(published_register)
    folder = tmp_path / "gates"
    assert run(["-w", str(published_register), "expectations", "export", str(folder)]) == 0
    kept = [json.loads(file.read_text()) for file in (folder / "gx/uncommitted/validations").rglob("*.json")]
    assert {told["suite_name"]: told["success"] for told in kept} == {
        "landed.violations": True,
        "landed.files": True,
        "landed.ours": False,
    }
    assert run(["-w", str(published_register), "expectations", "export", str(tmp_path / "both"), "--nights", "2"]) == 0
    assert "18 suites, 19 results" in capsys.readouterr().out


def test_a_workspace_without_a_night_exports_its_suites(small_register: Path, tmp_path: Path) -> None:
    assert run(["-w", str(small_register), "expectations", "export", str(tmp_path / "gates")]) == 0
    assert (tmp_path / "gates/gx/great_expectations.yml").is_file()


def own_suite(root: Path, *expectations: dict[str, Any], gate: str = "standardised", sql: str | None = None) -> Path:
    folder = root / "expectations" / gate
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "ours.json"
    suite = {"name": "whatever", "expectations": list(expectations), "meta": {"table": "customers"}, "notes": None}
    file.write_text(json.dumps(suite), encoding="utf-8")
    if sql is not None:
        file.with_suffix(".sql").write_text(sql, encoding="utf-8")
    return file


def expectation(column: str, kind: str = "expect_column_values_to_not_be_null", **more: Any) -> dict[str, Any]:
    return {"type": kind, "kwargs": {"column": column, **more.pop("kwargs", {})}, "severity": "critical", **more}


def test_a_suite_of_the_company_gates_the_night_and_says_keys_alone(published_register: Path) -> None:
    own_suite(
        published_register,
        expectation(
            "name",
            "expect_column_values_to_match_regex",
            kwargs={"regex": "^Z"},
            meta={"why": "Every name begins with Z."},
        ),
    )
    with pytest.raises(GateError) as stopped:
        night(published_register)
    assert "standardised.ours: column_values_to_match_regex_name failed on customers" in str(stopped.value)
    assert "Every name begins with Z." in str(stopped.value)
    (folder,) = (published_register / "var/checks").glob("2026-11-02-*")
    told = json.loads((folder / "standardised.ours.json").read_text())
    (outcome,) = told["results"]
    assert not told["success"]
    assert outcome["result"]["unexpected_count"] >= 14
    assert {"key": "1001"} in outcome["result"]["unexpected_index_list"]
    for file in folder.glob("*.json"):
        assert "Virtanen" not in file.read_text()


def test_a_suite_with_its_query_judges_what_that_returns(published_register: Path) -> None:
    own_suite(
        published_register,
        expectation("late", "expect_column_values_to_be_in_set", kwargs={"value_set": [False]}),
        {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 99}, "severity": "warning"},
        sql="SELECT service_no AS key, last_emptied_on > $as_of AS late FROM services",
    )
    done = night(published_register)
    failed = {result.expectation: result for gate in done.gates for result in gate.warnings}
    assert failed["table_row_count_to_be_between"].summary == "4 (at least 99)"


@pytest.mark.parametrize(
    ("gate", "sql", "said"),
    [
        ("standardized", None, "a suite stands in the folder of its gate"),
        ("standardised", "DELETE FROM customers", "a suite's query is one SELECT"),
        ("standardised", "SELEKT 1", "no SQL that DuckDB reads"),
    ],
)
def test_a_wrong_suite_stops_the_night_before_it_begins(
    published_register: Path, gate: str, sql: str | None, said: str
) -> None:
    file = own_suite(published_register, expectation("name"), gate=gate, sql=sql)
    with pytest.raises(ConfigError, match=said) as stopped:
        night(published_register)
    assert file.parent.name in str(stopped.value)


def test_a_name_of_the_products_own_is_refused(published_register: Path) -> None:
    own_suite(published_register, expectation("name")).rename(
        published_register / "expectations/standardised/customers.json"
    )
    with pytest.raises(ConfigError, match="a suite of regclean's own"):
        night(published_register)
