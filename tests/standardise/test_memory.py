"""What the value rules have answered is kept from night to night, and answers as they would."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclean.standardise import Memory, memory
from regclean.standardise.mapping import Mapper

NIGHT = date(2026, 11, 1)
SCHEMA: dict[str, Any] = {"upper": pl.String, "long": pl.Boolean}
read: list[tuple[str | None, ...]] = []


def shout(
    text: str | None, other: str | None = None, *, suffix: str = "", as_of: date | None = None
) -> tuple[Any, ...]:
    read.append((text, other))
    return (text.upper() + suffix if text else None), len(text or "") > 3


@pytest.fixture(autouse=True)
def _keeps_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "KEPT_FROM", 1)
    read.clear()


def night(
    folder: Path, values: list[str | None], *, day: date = NIGHT, program: str = "a" * 64, **fixed: Any
) -> list[Any]:
    """The answers of a night in which a column holds `values`; `read` is what the rule was asked for."""
    read.clear()
    kept = Memory(folder, b"secret", program, day)
    with Mapper(1, kept) as mapper:
        return mapper.apply(pl.DataFrame({"text": values}), ["text"], partial(shout, **fixed), SCHEMA).rows()


def test_a_later_night_reads_only_what_was_never_met(tmp_path: Path) -> None:
    first = night(tmp_path, ["Aino", None, "Eino", "Aino"])
    assert first == [("AINO", True), (None, False), ("EINO", True), ("AINO", True)]
    assert night(tmp_path, ["Veikko", "Eino", None, "Aino"]) == [
        ("VEIKKO", True),
        ("EINO", True),
        (None, False),
        ("AINO", True),
    ]
    assert read == [("Veikko", None)]
    assert night(tmp_path, ["Veikko", "Aino"]) == [("VEIKKO", True), ("AINO", True)]
    assert read == []


@given(nights=st.lists(st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=8), min_size=2, max_size=4))
def test_the_answers_are_those_of_a_night_without_memory(tmp_path_factory: pytest.TempPathFactory, nights: Any) -> None:
    folder = tmp_path_factory.mktemp("readings")
    for values in nights:
        assert night(folder, values) == [(v.upper() if v else None, len(v or "") > 3) for v in values]


def test_rows_that_look_alike_side_by_side_are_told_apart(tmp_path: Path) -> None:
    rows = pl.DataFrame({"a": ["1:x", "1", None, "-", ""], "b": ["", ":x", "-", None, None]})
    for _ in range(2):
        with Mapper(1, Memory(tmp_path, b"secret", "a" * 64, NIGHT)) as mapper:
            answers = mapper.apply(rows, ["a", "b"], shout, SCHEMA)
    assert answers["upper"].to_list() == ["1:X", "1", None, "-", None]


def test_what_is_fixed_of_a_rule_and_its_program_are_told_apart(tmp_path: Path) -> None:
    night(tmp_path, ["Aino"])
    assert night(tmp_path, ["Aino"], suffix="!") == [("AINO!", True)]
    night(tmp_path, ["Aino"], program="b" * 64)
    assert read == [("Aino", None)]
    assert [path.name for path in tmp_path.iterdir()] == ["b" * 16], "what another program answered is gone"


def test_what_depends_on_the_day_is_not_kept(tmp_path: Path) -> None:
    night(tmp_path, ["Aino"], as_of=NIGHT)
    assert not list(tmp_path.iterdir())


def test_no_value_that_was_read_stands_in_the_file(tmp_path: Path) -> None:
    night(tmp_path, ["a value to look for"])
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*.arrow"))
    assert b"a value" not in held
    assert b"A VALUE" in held, "or there is nothing to look into"


def test_what_no_night_met_for_a_month_is_forgotten(tmp_path: Path) -> None:
    night(tmp_path, ["Aino", "Eino"])
    night(tmp_path, ["Aino", "Veikko"], day=NIGHT + timedelta(days=20))
    night(tmp_path, ["Aino"], day=NIGHT + timedelta(days=40))
    (path,) = tmp_path.rglob("*.arrow")
    assert sorted(pl.read_ipc(path)["upper"]) == ["AINO", "VEIKKO"]


def test_a_damaged_file_costs_the_reading_alone(tmp_path: Path) -> None:
    night(tmp_path, ["Aino", "Eino"])
    (path,) = tmp_path.rglob("*.arrow")
    for damage in (b"", b"ARROW1", path.read_bytes()[:-40]):
        path.write_bytes(damage)
        assert night(tmp_path, ["Aino"]) == [("AINO", True)]
        assert read == [("Aino", None)]
