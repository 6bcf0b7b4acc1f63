"""What Great Expectations said, in its own JSON, without what it saw: counts and keys, never a failing value.

`var/checks/<run_id>/<suite>.json` holds one suite's outcome of one night, also of a night that a gate stopped.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from regclean.checks.results import ExpectationResult, SuiteResult
from regclean.resources import write_whole
from regclean.sealing import masked

FOLDER = "checks"  # of a workspace's var
KEPT = 60  # nights
COUNTS = ("element_count", "missing_count", "missing_percent")


def name_of(outcome: Any) -> str:
    """Which expectation an outcome is of."""
    return str(outcome.expectation_config.meta["name"])


def document(said: Any, asked: str | None, results: Sequence[ExpectationResult]) -> dict[str, Any]:
    """The outcome of one suite as JSON. `results`: the same in the house's words, with no key that may not be shown.

    `asked`: a digest of what was judged by what, for suites whose verdict the next night may take over.
    """
    told: dict[str, Any] = said.to_json_dict()
    by_name = {result.expectation: result for result in results}
    told["meta"] = {name: told["meta"][name] for name in ("great_expectations_version", "active_batch_definition")}
    if asked is not None:
        told["meta"]["asked"] = asked
    for outcome in told["results"]:
        outcome["result"] = _result(outcome["result"], by_name[outcome["expectation_config"]["meta"]["name"]])
        outcome["exception_info"] = {"raised_exception": False, "exception_message": None, "exception_traceback": None}
    return told


def _result(told: Mapping[str, Any], result: ExpectationResult) -> dict[str, Any]:
    kept = {name: told[name] for name in COUNTS if told.get(name) is not None}
    if result.observed is not None:
        kept["observed_value"] = result.observed
    kept["unexpected_count"] = result.unexpected_count
    if "element_count" in kept and result.unexpected_count <= kept["element_count"]:
        kept["unexpected_percent"] = 100 * result.unexpected_count / max(kept["element_count"], 1)
    keys = [{"key": masked(key)} for key in result.failing_keys]
    return {**kept, "unexpected_index_column_names": ["key"], "unexpected_index_list": keys} if keys else kept


def outcomes_of(told: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The outcomes in a document, by expectation."""
    return {outcome["expectation_config"]["meta"]["name"]: outcome for outcome in told["results"]}


def passed(told: Mapping[str, Any], asked: str) -> bool:
    """Is a document the answer to what is asked, and was there no row that breaks anything?"""
    broken = any(outcome["result"]["unexpected_count"] for outcome in told["results"])
    return bool(told["meta"].get("asked") == asked and told["success"] and not broken)


def documents_of(var: Path, run_id: str) -> dict[str, dict[str, Any]]:
    """What the gates of one night found, by suite; nothing of what cannot be read."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted((var / FOLDER / run_id).glob("*.json")):
        with suppress(OSError, ValueError):
            found[file.stem] = json.loads(file.read_text(encoding="utf-8"))
    return found


def keep(result: SuiteResult, var: Path, run_id: str, now: datetime) -> None:
    """Write what a gate found beside what the night's other gates found; the nights before the last sixty go. Errors: OSError."""
    home = var / FOLDER
    home.mkdir(mode=0o700, exist_ok=True)
    if not (home / run_id).is_dir():
        (home / run_id).mkdir(mode=0o700)
        for old in _nights(var)[KEPT:]:
            shutil.rmtree(old)
    for told in result.documents:
        run = {"run_name": run_id, "run_time": now.isoformat()}
        whole = {**told, "meta": {**told["meta"], "run_id": run}}
        write_whole(home / run_id / f"{told['suite_name']}.json", json.dumps(whole, ensure_ascii=False), durable=False)


def kept_documents(var: Path, nights: int) -> Iterable[dict[str, Any]]:
    """What the gates of the last nights found, the newest night first; of each night the suites by name."""
    for folder in _nights(var)[:nights]:
        for file in sorted(folder.glob("*.json")):
            yield json.loads(file.read_text(encoding="utf-8"))


def _nights(var: Path) -> list[Path]:
    """The folders of nights, the one that ran last first."""
    return sorted((var / FOLDER).glob("*/"), key=lambda folder: (folder.stat().st_mtime_ns, folder.name), reverse=True)
