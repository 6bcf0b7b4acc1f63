"""Values as clerks write them, each with the right answer: the files in `examples`, of which each line stands for a kind."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from regclean.standardise.addresses import read_address
from regclean.standardise.contacts import read_phone
from regclean.standardise.parties import read_party

EXAMPLES = Path(__file__).parent / "examples"


def examples(name: str) -> Iterator[dict[str, str]]:
    with (EXAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


def said(**parts: str | None) -> dict[str, str]:
    return {name: part for name, part in parts.items() if part}


def test_addresses() -> None:
    for row in examples("addresses"):
        more = dict(part.partition("=")[::2] for part in row.pop("more").split(" | ") if "=" in part)
        value = row.pop("value")
        read = read_address(value)
        floor = None if read.flat else read.floor  # where the flat is known the floor says nothing more
        got = said(
            street=read.street,
            house=read.house,
            stair=(read.stair or "").upper(),
            flat=read.flat,
            unit=read.unit,
            house_end=read.house_end,
            house_letter=read.house_letter,
            care_of=read.care_of,
            box=read.box,
            postal_code=read.postal_code,
            city=read.city,
            floor=floor,
            remainder=read.remainder,
        )
        assert (value, got) == (value, said(**row) | {k: v for k, v in more.items() if k != "floor" or not read.flat})


def test_an_address_that_was_read_reads_as_itself() -> None:
    for row in examples("addresses"):
        read = read_address(row["value"])
        again = read_address(read.printed)
        for part in ("printed", "street", "house", "house_end", "house_letter", "stair_key", "home_key", "box"):
            assert (row["value"], part, getattr(again, part)) == (row["value"], part, getattr(read, part))


def test_phones() -> None:
    for row in examples("phones"):
        read = read_phone(row["value"])
        numbers = " | ".join(filter(None, (read.number, read.second)))
        assert (row["value"], numbers, read.state) == (row["value"], row["numbers"], row["state"])
        assert read_phone(read.number).number == read.number


def test_names() -> None:
    for row in examples("names"):
        read = read_party(row["value"])
        persons = " | ".join(
            f"{part} {person.printed}" + (f", before {' '.join(person.previous)}" if person.previous else "")
            for part, person in read.persons
        )
        marks = ("death" if read.deceased else None, "non-disclosure" if read.protected else None, read.generation)
        assert {**row, "persons": persons, "kind": read.kind, "marks": " ".join(filter(None, marks))} == row


def test_a_name_that_was_read_reads_as_itself() -> None:
    for row in examples("names"):
        for part, person in read_party(row["value"]).persons:
            again = read_party(person.printed).persons
            assert [(part, one.printed) for _, one in again] == [(part, person.printed)], row["value"]
