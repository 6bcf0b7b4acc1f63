"""Every rule on registers nobody here made easy: `python bench/rules.py [--seeds 31 32 33] [--profile b] [--mix rough] [-o DIR]`.

Makes a register of each seed with the traits of a mix (`data/fixtures/generate/profiles.py`), runs the night on it as a user
does (`regclean run`, `findings`, `member-links`), and prints for each rule what was planted and found, precision, recall,
traps hit, and the members that were linked wrongly or not, over all seeds and in the worst one. `-o DIR` keeps the registers,
`rules.md` and `rules.json` there. `--show K05` lists what that rule missed and told wrongly. Exit code 1: below the aim.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "data/fixtures"))
from score_rules import Score, groups, member_links, ratio, read, score, touchpoints

ROOT = Path(__file__).parents[1]
AS_OF = "2026-11-01"  # the day of every generated register
PASSWORD = "nobody-has-this-register\n"
AIM, WRONG_LINKS, MISSED_LINKS = 0.97, 0.002, 0.02


def night(folder: Path, customers: int, seed: int, profile: str, mix: str, least: int = 2) -> dict[str, Any]:
    """One register, made unless it is there, and its night; returns scores by rule and counts of links."""
    regclean = [str(Path(sys.executable).with_name("regclean")), "-w", str(folder)]
    if not (folder / "truth").exists():
        options = f"--customers {customers} --seed {seed} --profile {profile} --mix {mix} --least {least} --out".split()
        command = [sys.executable, ROOT / "data/fixtures/generate", *options, folder]
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    # A first night each time: a finding that an earlier one had and that is withdrawn is none.
    shutil.rmtree(folder / "var", ignore_errors=True)
    told = subprocess.run([*regclean, "run", "--as-of", AS_OF, "--force"], capture_output=True, text=True, check=False)
    (folder / "run.log").write_text(told.stdout + told.stderr, encoding="utf-8")
    if told.returncode:
        sys.exit(told.stdout + told.stderr)
    # an account that may see customers under non-disclosure, whom the listings leave out otherwise
    for command in (("user", "add", "bench", "--role", "admin", "--role", "restricted"), ("sign-in", "bench")):
        subprocess.run(
            [*regclean, *command, "--password-stdin"], input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL
        )
    for listing, *options in (("findings", "--figures"), ("member-links",)):
        subprocess.run([*regclean, listing, "--restricted", *options, "-o", str(folder / f"{listing}.csv")], check=True)
    rules = score(folder / "truth", read(folder / "findings.csv"))
    if (folder / "truth/groups.csv").exists():
        subprocess.run([*regclean, "classes", "-o", str(folder / "classes.csv")], check=True)
        told = subprocess.run([*regclean, "touchpoints", "--json"], check=True, capture_output=True, text=True).stdout
        rules |= groups(folder / "truth", read(folder / "classes.csv"))
        rules |= {f"touchpoints: {name}": one for name, one in touchpoints(folder / "truth", json.loads(told)).items()}
    return {
        "rules": rules,
        "links": member_links(folder / "truth", read(folder / "member-links.csv")),
    }


def summary(nights: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """By rule: the sums, and the worst precision and recall of one seed."""
    rules: dict[str, Any] = {}
    for rule in sorted({name for found in nights.values() for name in found["rules"]}):
        scores: list[Score] = [found["rules"].get(rule, Score()) for found in nights.values()]
        precision = [one.precision for one in scores if one.precision is not None]
        recall = [one.recall for one in scores if one.recall is not None]
        rules[rule] = {
            "planted": sum(len(one.planted) for one in scores), "found": sum(one.found for one in scores),
            "right": sum(one.right for one in scores), "missed": sum(len(one.missed) for one in scores),
            "P": min(precision, default=None), "R": min(recall, default=None),
            "traps": sum(one.traps for one in scores), "traps_hit": sum(len(one.traps_hit) for one in scores),
        }  # fmt: skip
    links = {
        name: sum(found["links"][name] for found in nights.values()) for name in next(iter(nights.values()))["links"]
    }
    rates = {
        "wrong_rate": max(found["links"]["wrong"] / max(found["links"]["lines"], 1) for found in nights.values()),
        "missed_rate": max(found["links"]["missed"] / max(found["links"]["known"], 1) for found in nights.values()),
    }
    return {"seeds": sorted(nights), "rules": rules, "links": links | rates}


def below(figures: dict[str, Any]) -> list[str]:
    """The rules, and the links, that are not as good as they must be."""
    rules = [
        rule for rule, one in figures["rules"].items()
        if one["traps_hit"] or min(one["P"] or 1.0, 1.0) < AIM or (AIM if one["R"] is None else one["R"]) < AIM
    ]  # fmt: skip
    links = figures["links"]
    good = links["wrong_rate"] <= WRONG_LINKS and links["missed_rate"] <= MISSED_LINKS and not links["ghosts"]
    return rules if good else [*rules, "member links"]


def markdown(figures: dict[str, Any]) -> str:
    lines = ["| rule | planted | found | right | missed | worst P | worst R | traps | hit |", "|---|" + "---:|" * 8]
    for rule, one in figures["rules"].items():
        counts = [one["planted"], one["found"], one["right"], one["missed"]]
        cells = [rule, *counts, ratio(one["P"]), ratio(one["R"]), one["traps"], one["traps_hit"]]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    links = figures["links"]
    lines += [
        "",
        f"Lines of lists: {links['lines']}, wrong {links['wrong']} (worst {links['wrong_rate']:.2%}), "
        f"missed {links['missed']} of {links['known']} (worst {links['missed_rate']:.2%}), no lines {links['ghosts']}.",
        f"Seeds {', '.join(map(str, figures['seeds']))}. Below the aim: {', '.join(below(figures)) or 'none'}.",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[31, 32, 33])
    parser.add_argument("--profile", default="b", choices=("a", "b"))
    parser.add_argument("--mix", default="rough")
    parser.add_argument("--customers", type=int, default=3000)
    parser.add_argument("--least", type=int, default=2, help="so many of each planted defect at least")
    parser.add_argument("--show", default="")
    parser.add_argument("-o", "--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        out = options.out or Path(temporary)
        nights = {}
        for seed in options.seeds:
            folder = out / f"{options.profile}-{options.mix}-{seed}"
            found = nights[seed] = night(folder, options.customers, seed, options.profile, options.mix, options.least)
            for rule in filter(None, options.show.split(",")):
                one = found["rules"].get(rule, Score())
                print(f"{rule}, seed {seed}: missed", *one.missed, "wrong", *map(json.dumps, one.wrong), *one.traps_hit)
        figures = summary(nights)
        text = markdown(figures)
        (out / "rules.md").write_text(text + "\n", encoding="utf-8")
        (out / "rules.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        print(text)
    sys.exit(1 if below(figures) else 0)


if __name__ == "__main__":
    main()
