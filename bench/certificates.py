"""Do the bounds of certificates hold, whenever one looks and however reviewers err? And how many checks do they take?

    python bench/certificates.py --runs 1000

By band (pairs, share of wrong ones) and by the reviewer's error (different pairs called the same; same ones called different): the
share of runs in which the bound never exceeded the truth, looked at after every answer; and the median bound at the end. Then
how many clean checks a lower bound takes, by the size of the band.
"""

from __future__ import annotations

import argparse
import random
import statistics
from dataclasses import dataclass
from math import log

from regclean.quality import Checks, lower_bound, needed
from regclean.quality.certificates import evidence_against

ALPHA = 0.05
ONE_KNOWN_IN = 7


@dataclass(frozen=True)
class Setting:
    """A band with its share of wrong pairs, and how a reviewer errs."""

    population: int
    wrong: float
    misses: float
    false_alarms: float = 0.0


SETTINGS = [
    Setting(population, wrong, misses)
    for population in (400, 5_000)
    for wrong in (0.003, 0.02)
    for misses in (0.0, 0.02, 0.05)
] + [Setting(5_000, 0.02, 0.05, 0.01), Setting(5_000, 0.1, 0.05)]
TARGETS = (0.985, 0.993, 0.997)
BANDS = (1_000_000, 20_000, 5_000, 2_000, 1_000, 500)


def run(setting: Setting, seed: int, longest: int) -> tuple[bool, float]:
    """One band looked at until `longest` checks: did the bound hold after every answer, and where it ended."""
    generator = random.Random(seed)
    wrong = round(setting.wrong * setting.population)
    order = generator.sample(range(setting.population), min(longest, setting.population))
    called = known = missed = 0
    holds = True
    checks = Checks(setting.population)
    for looked, pair in enumerate(order, 1):
        if looked % (ONE_KNOWN_IN - 1) == 1:
            known += 1
            missed += generator.random() < setting.misses
        is_wrong = pair < wrong
        called += generator.random() >= setting.misses if is_wrong else generator.random() < setting.false_alarms
        checks = Checks(setting.population, looked, called, known, missed)
        # The bound is wrong when the truth is ruled out; cheap to see first: under the reviewer's true error it is not.
        if holds and evidence_against(checks, wrong, setting.misses) >= -log(ALPHA):
            holds = evidence_against(checks, wrong) < -log(ALPHA)
    return holds, lower_bound(checks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--longest", type=int, default=500)
    options = parser.parse_args()
    print(f"{'pairs':>7} {'wrong':>6} {'misses':>6} {'alarms':>6} {'truth':>7} {'holds':>7} {'median bound':>13}")
    for setting in SETTINGS:
        found = [run(setting, seed, options.longest) for seed in range(options.runs)]
        held = sum(holds for holds, _ in found) / len(found)
        middle = statistics.median(bound for _, bound in found)
        truth = 1 - round(setting.wrong * setting.population) / setting.population
        print(
            f"{setting.population:7} {setting.wrong:6.3f} {setting.misses:6.2f} {setting.false_alarms:6.2f} {truth:7.4f} {held:7.4f} {middle:13.4f}",
            flush=True,
        )
    print("\nclean checks that prove a lower bound, with five known pairs not missed, by pairs in the band")
    print(f"{'pairs':>9} " + " ".join(f"{target:>7.1%}" for target in TARGETS))
    for population in BANDS:
        counts = [needed(Checks(population, known=5), target) for target in TARGETS]
        print(f"{population:9} " + " ".join(f"{count if count is not None else 'none':>7}" for count in counts))


if __name__ == "__main__":
    main()
