"""Sites and firms under many spellings of name and address, where no rules of a country are known."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from customer_register import Register, link

FOUNDERS = [
    "little angels",
    "bright future",
    "saint anne",
    "north park",
    "lincoln",
    "kids first",
    "henry booth",
    "trinity",
    "gads hill",
    "erie",
    "grace",
]
KINDS = [
    "child development center",
    "day care center",
    "learning center",
    "head start",
    "family center",
    "community center",
]
STREETS = [
    "ogden",
    "halsted",
    "ashland",
    "western",
    "pulaski",
    "kedzie",
    "archer",
    "madison",
    "cermak",
    "michigan",
    "division",
    "fullerton",
    "belmont",
]
SHORT = {
    "center": "ctr",
    "development": "dev",
    "child": "chld",
    "saint": "st",
    "community": "comm",
    "avenue": "ave",
    "north": "n",
}


def spelt(rng: random.Random, text: str) -> str:
    words = [SHORT[word] if word in SHORT and rng.random() < 0.4 else word for word in text.split()]
    if len(words) > 3 and rng.random() < 0.2:
        words.pop(rng.randrange(1, len(words)))
    if rng.random() < 0.15:
        at = rng.randrange(len(words))
        words[at] = words[at][:2] + words[at][3:]
    return " ".join(words)


def sites(seed: int) -> tuple[Register, dict[str, int]]:
    rng = random.Random(seed)
    register, truth = Register(), {}
    for site in range(150):
        name = f"{rng.choice(FOUNDERS)} {rng.choice(KINDS)}"
        street, house = f"north {rng.choice(STREETS)} avenue", rng.randrange(1, 4000)
        phone = f"312{rng.randrange(2_000_000, 9_999_999)}"
        for spelling in range(rng.choice([1, 1, 2, 4, 8])):
            number = f"{site}-{spelling}"
            # Two in three say where they are with the postcode; some numbers are another desk's.
            postal = f"606{site % 60:02}" if rng.random() < 0.6 else ""
            own = phone if rng.random() < 0.8 else f"312{rng.randrange(2_000_000, 9_999_999)}"
            at = f"{spelt(rng, street)}|{house}||{postal}"
            register.organisation(number, spelt(rng, name), "", at=at, phone=own, m_house=str(house))
            truth[number] = site
    return register, truth


@pytest.mark.parametrize("seed", [3, 4])
def test_a_site_is_found_under_its_spellings(seed: int, tmp_path: Path) -> None:
    register, truth = sites(seed)
    connection = register.connect()
    link(connection, tmp_path, country="generic")
    precision, recall = measured(connection, truth)
    assert precision >= 0.98
    assert recall >= 0.85


OWNERS = [
    "marsden",
    "oakley",
    "birchall",
    "tolland",
    "westcote",
    "harland",
    "pemberley",
    "ridgway",
    "stratton",
    "caldwell",
    "norbury",
    "easton",
]
TRADES = [
    "brewing",
    "joinery",
    "haulage",
    "printing",
    "optics",
    "bearings",
    "ceramics",
    "forestry",
    "catering",
    "roofing",
    "tooling",
    "dairies",
]
FORMS = ["ltd", "plc", "llp", "inc", ""]


def firms(seed: int) -> tuple[Register, dict[str, int]]:
    """Firms written in full, turned, cut short or by their initials, under any legal form; beside half of them a sister firm at the same
    house, which shares one word. No two rows have one phone.
    """
    rng = random.Random(seed)
    register, truth = Register(), {}

    def write(firm: int, spelling: int, name: str, at: str) -> None:
        number = f"{firm}-{spelling}"
        phone = f"+4420{rng.randrange(10_000_000, 99_999_999)}"
        register.organisation(number, name, rng.choice(FORMS), at=at, phone=phone, m_house=at.split("|")[1])
        truth[number] = firm

    pairs = [(owner, trade) for owner in OWNERS for trade in TRADES]
    rng.shuffle(pairs)
    for firm, (owner, trade) in enumerate(pairs[:90]):
        at = f"{rng.choice(STREETS)} street|{rng.randrange(1, 400)}||e{firm % 30:02}"
        spellings = [
            f"{owner} {trade}",
            f"{owner} {trade}",
            f"{trade} {owner}",
            f"{owner} {trade[:4]}",
            owner[0] + trade[0],
        ]
        for spelling, name in enumerate(rng.sample(spellings, rng.randrange(1, 6))):
            write(firm, spelling, name, at)
        if firm % 2:
            write(1000 + firm, 0, f"{owner} {rng.choice(['holdings', 'ventures', 'partners'])}", at)
    return register, truth


@pytest.mark.parametrize("seed", [5, 6])
def test_a_firm_is_told_from_its_sister(seed: int, tmp_path: Path) -> None:
    register, truth = firms(seed)
    connection = register.connect()
    link(connection, tmp_path, country="generic")
    precision, recall = measured(connection, truth)
    assert precision >= 0.95
    assert recall >= 0.85


def measured(connection: duckdb.DuckDBPyConnection, truth: dict[str, int]) -> tuple[float, float]:
    """Precision and recall of pairs in one cluster."""
    together = connection.execute(
        "SELECT l.customer_no, r.customer_no FROM clusters l JOIN clusters r USING (cluster_id) WHERE l.customer_no < r.customer_no"
    ).fetchall()
    right = sum(truth[a] == truth[b] for a, b in together)
    counts = Counter(truth.values()).values()
    return right / len(together), right / sum(n * (n - 1) // 2 for n in counts)
