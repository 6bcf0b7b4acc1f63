"""regclean beside stock Splink, goldenmatch and dedupe: same registers, same machine, same run.

    python bench/peers.py --data DIR [--only febrl1,cdc] [--environment DIR] [-o docs/benchmarks.md]

DIR holds the public sets. The peers run in an environment of their own, made here by venv and pip from `peers-requirements.txt`. What
was measured is kept in `--results` (JSON), set by set, all tools of a set in one go: the same command goes on where it stopped. What is
of another machine, another requirement or other code of regclean is left out and measured again, so that the page is of one run.

Each peer is set up as its own documentation does (`peer_run.py`), at its default threshold; "best" is the threshold that the truth
would have chosen, in hindsight. dedupe is given the truth of 310 pairs of its own choosing; the others get no label. Scores are of
pairs in one group.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import json
import logging
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import peer_sets
import polars as pl
from linkage_accuracy import EMPTY_DECIDED, link
from linkage_frames import canonical
from peer_run import by_grid, processor

from regclean.config import default_config
from regclean.linkage import customers, parameters, sampling_frame, scoring, training
from regclean.linkage.model import MODELS
from regclean.linkage.retraining import workbench
from regclean.quality import draw

HERE = Path(__file__).parent
TOOLS = ("regclean", "splink", "goldenmatch", "dedupe")
PATIENCE = 75  # seconds of processor time that a peer gets for a set: on a busy machine the wall says nothing
# dedupe had not done 1,676 records (cdc) or 3,302 (made sites) in 400 seconds: more are not begun.
MOST_RECORDS = {"dedupe": 2000}
MEMORY = 8 * 2**20  # kilobytes of address space
Score = tuple[float, float, float]


def environment(folder: Path) -> Path:
    """The python of the peers' environment, made when it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "-q", "-r", str(HERE / "peers-requirements.txt")], check=False
        )
    return python


def score(groups: dict[str, Any], truth: dict[str, str], about: frozenset[str] | None) -> Score:
    """Precision, recall and F1 of pairs in one group; `about`: at least one of a pair is among these."""

    def pairs(keys: list[Any]) -> int:
        found = Counter(keys)
        whole = sum(n * (n - 1) // 2 for n in found.values())
        if about is None:
            return whole
        outside = Counter(key for number, key in zip(truth, keys, strict=True) if number not in about)
        return whole - sum(n * (n - 1) // 2 for n in outside.values())

    one = [groups.get(number, f"alone {number}") for number in truth]
    both = pairs(list(zip(one, truth.values(), strict=True)))
    precision = both / max(pairs(one), 1)
    recall = both / max(pairs(list(truth.values())), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def regclean(one: peer_sets.Labelled, folder: Path) -> dict[str, Any]:
    """Standardised and linked, with models learnt here; default: the clusters as a night has them."""
    if one.folder is None:
        (folder / "in").mkdir()
        kinds = (
            pl.when(pl.col("company_name").is_not_null()).then(pl.lit("company"))
            if "company_name" in one.records.columns
            else pl.lit(None, dtype=pl.String)
        )
        one.records.with_columns(
            kinds.otherwise(None).alias("kind") if "company_name" in one.records.columns else kinds.alias("kind")
        ).write_csv(folder / "in/customers.csv")
    begun = processor()
    night = canonical(one.folder or folder / "in", country=one.country)
    link(night, one.country, folder / "models")
    seconds = processor() - begun
    default = dict(night.sql("SELECT customer_no, cluster_id FROM clusters").fetchall())
    pairs = night.sql("SELECT customer_no_l, customer_no_r, match_probability FROM pairs").fetchall()
    rows = [{"customer_no": number} for number in one.truth]
    night.close()
    return {"version": version("regclean"), "seconds": seconds, "parts": {"default": default} | by_grid(rows, pairs)}


def with_labels(one: peer_sets.Labelled, folder: Path) -> dict[str, Any]:
    """The same, after 310 blind labels by the truth (`regclean sample draw`, `label`, `train`): offsets beside the models learnt before."""
    night = canonical(one.folder or folder / "in", country=one.country)
    settings = default_config().section("linkage")
    frame = sampling_frame(
        night, country=one.country, settings=settings, models=folder / "models", decided=EMPTY_DECIDED
    )
    drawn = draw(frame, 310, seed=1).frame.select("customer_no_l", "customer_no_r")
    same = [one.truth[left] == one.truth[right] for left, right in drawn.iter_rows()]
    bench = workbench(night, folder / "models")
    customers.prepare(bench, one.country, EMPTY_DECIDED)
    for model in MODELS:
        customers.block(bench, model, one.country)
        scoring.compare(bench, model, one.country)
        before = parameters.latest(folder / "models", model, one.country)
        assert before is not None
        taught = training.learn_offsets(bench, before, drawn.with_columns(pl.Series("same", same, dtype=pl.Boolean)))
        parameters.save(folder / "models", replace(before, version=before.version + 1, offsets=taught))
    bench.close()
    link(night, one.country, folder / "models")
    default = dict(night.sql("SELECT customer_no, cluster_id FROM clusters").fetchall())
    night.close()
    return {"parts": {"default": default}}


def peer(tool: str, python: Path, one: peer_sets.Labelled, folder: Path) -> dict[str, Any]:
    records, labels, out = folder / "records.csv", folder / "labels.csv", folder / "out.json"
    one.records.select(name for name in peer_sets.COLUMNS if name in one.records.columns).write_csv(records)
    with labels.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(one.truth.items())
    if one.records.height > MOST_RECORDS.get(tool, one.records.height):
        return {"failed": f"more than {MOST_RECORDS[tool]:,} records"}
    limits = f"ulimit -v {MEMORY}; ulimit -t {PATIENCE}"
    command = (
        f"{limits}; exec {python} {HERE / 'peer_run.py'} {tool} {records} {out} {labels if tool == 'dedupe' else ''}"
    )
    # dedupe's own processes outlive it and would hold a pipe open: what it says goes into a file, and the whole group ends with it.
    said = folder / "said.txt"
    with said.open("w", encoding="utf-8") as file:
        running = subprocess.Popen(
            ["bash", "-c", command], stdout=subprocess.DEVNULL, stderr=file, start_new_session=True
        )
        returned = running.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    if returned in (-signal.SIGKILL, -signal.SIGXCPU):
        return {"failed": f"not done in {PATIENCE} s of processor time"}
    if returned:
        last = (said.read_text(encoding="utf-8").strip().splitlines() or ["stopped"])[-1]
        return {"failed": f"failed: {last[:70]}"}
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def measured_of() -> dict[str, str]:
    """What one run is of: rows of anything else do not stand on its page."""
    code = hashlib.sha256()
    for path in sorted((HERE.parent / "src/regclean").rglob("*")):
        if path.suffix in (".py", ".sql", ".toml", ".txt", ".csv"):
            code.update(path.read_bytes())
    requirements = (HERE / "peers-requirements.txt").read_text(encoding="utf-8")
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    return {"machine": machine, "code": code.hexdigest()[:12], "requirements": requirements}


def measured(one: peer_sets.Labelled, python: Path) -> dict[str, Any]:
    line: dict[str, Any] = {}
    for tool in TOOLS:
        with tempfile.TemporaryDirectory() as temporary:
            found = regclean(one, Path(temporary)) if tool == "regclean" else peer(tool, python, one, Path(temporary))
            if tool == "regclean" and one.country == "generic" and "company_name" in one.records.columns:
                line["labelled"] = {
                    "default": score(with_labels(one, Path(temporary))["parts"]["default"], one.truth, one.about)
                }
        if "parts" in found:
            scores = {name: score(groups, one.truth, one.about) for name, groups in found.pop("parts").items()}
            best = max((s for s in scores), key=lambda name: scores[name][2])
            found |= {"default": scores["default"], "best": scores[best], "best_at": best}
        line[tool] = found
        print(one.name, tool, json.dumps(found), flush=True)
    return line


def page(results: dict[str, Any]) -> str:
    """What was measured, as Markdown."""
    versions = {
        tool: found["version"]
        for line in results["sets"].values()
        for tool, found in line["tools"].items()
        if "version" in found
    }
    days = sorted({line["at"][:10] for line in results["sets"].values()})
    head = [
        "# Side by side",
        "",
        "Written by `python bench/peers.py`; do not edit by hand.",
        "",
        f"Measured {' to '.join(dict.fromkeys([days[0], days[-1]]))} on {results['of']['machine']}, all of one code: "
        + ", ".join(f"{tool} {versions[tool]}" for tool in TOOLS if tool in versions)
        + ". Precision / recall / F1 of pairs of records in one group. Each tool as its own documentation sets it up, at its default threshold; "
        "**best** is the F1 of the threshold that the truth would have chosen, in hindsight, which nobody has in practice. dedupe was told the "
        "truth of 310 pairs of its own choosing; the others were told nothing. Seconds of processor time include training, as a ratio to regclean's in the same "
        "run (regclean's standardising included). Where a tool brings no result the reason stands.",
        "",
        "| register | records | "
        + " | ".join(f"{tool}{' (310 labels)' if tool == 'dedupe' else ''}" for tool in TOOLS)
        + " | seconds: "
        + " : ".join(TOOLS)
        + " |",
        "|---|---:|" + "---|" * (len(TOOLS) + 1),
    ]
    for name, line in results["sets"].items():
        own = line["tools"].get("regclean", {}).get("seconds")
        cells = [_cell(line["tools"].get(tool, {})) for tool in TOOLS]
        if "labelled" in line["tools"]:
            cells[0] += f"; with 310 labels too: {_cell(line['tools']['labelled'])}"
        ratios = [
            f"{found['seconds'] / own:.1f}" if own and "seconds" in (found := line["tools"].get(tool, {})) else "–"
            for tool in TOOLS
        ]
        head.append(
            f"| {name} | {line['records']:,} | " + " | ".join(cells) + f" | {' : '.join(ratios)} ({own:.0f} s) |"
        )
    return "\n".join([*head, "", *NOTES, ""])


def _cell(found: dict[str, Any]) -> str:
    if "default" not in found:
        return found.get("failed", "not run")
    p, r, f = found["default"]
    return f"{p:.3f} / {r:.3f} / **{f:.3f}**" + (f"; best {found['best'][2]:.3f}" if "best" in found else "")


NOTES = (
    "The worlds are registers of 5,000 customers of our own generator (`bench/worlds.py`, its reporting half), with rates that the linkage was not "
    "chosen on; the peers get its customers as regclean has standardised them (names split, phones and streets in one form), regclean also its "
    "other tables (sites, services), which the peers have no place for. `made sites` are sites under many "
    "spellings of name and address, of our making; `orgs_hard` comes with goldenmatch. Of `cdc` a pair counts when one of it is a seed patient; "
    "cases that the set gives to a person are left out. Its cases that must not match are patients with a digit or a letter changed, or with another "
    "suffix, which no tool is given: the precision of every tool is about .6 there. Of "
    "`febrl4` both files are one register. In `senzing` related parties stand beside each other on purpose. "
    f"The machine did other work meanwhile: processor time is told, and a peer gets {PATIENCE} s of it for a set. dedupe is not begun on more than "
    f"{MOST_RECORDS['dedupe']:,} records: it had not done cdc or the made sites in 400 s.",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--environment", type=Path, default=Path(tempfile.gettempdir()) / "regclean-peers")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "worlds")
    parser.add_argument("--results", type=Path, default=Path(tempfile.gettempdir()) / "peers.json")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    logging.getLogger("splink").setLevel(logging.ERROR)
    python = environment(options.environment)
    results: dict[str, Any] = json.loads(options.results.read_text()) if options.results.exists() else {}
    if results.get("of") != measured_of():
        results = {"of": measured_of(), "sets": {}}
    known = peer_sets.every(options.data, options.cache)
    for name in [name for name in options.only.split(",") if name] if options.only != "none" else []:
        if name not in known:
            parser.error(f"no such register: {name}; there are {', '.join(known)}")
    chosen = (
        []
        if options.only == "none"
        else [name for name in known if not options.only or name in options.only.split(",")]
    )
    for name in chosen:
        if name in results["sets"]:
            continue
        one = known[name]()
        line = {
            "records": one.records.height,
            "at": datetime.now(UTC).isoformat(),
            "tools": measured(one, python),
        }
        results["sets"][name] = line
        options.results.write_text(json.dumps(results, indent=1), encoding="utf-8")
    results["sets"] = {name: results["sets"][name] for name in known if name in results["sets"]}
    if options.output:
        options.output.write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main()
