"""A sample of `make soak`: broken input for every reader is read or refused in words, and no request is answered with 5xx."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from regclean.errors import InputError
from regclean.landing import read_sheet
from regclean.quality.label_file import read_labels

BENCH = Path(__file__).parents[2] / "bench"


def bench(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, BENCH / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


def test_no_reader_breaks_on_broken_input(tmp_path: Path) -> None:
    seen = bench("fuzz").bad_inputs(tmp_path, 2, random.Random(7))
    assert len(seen) >= 18
    for kind, counts in seen.items():
        assert counts["tried"] == counts["read"] + counts["refused in words"] == 2, kind


def test_no_request_breaks_the_server(published_register: Path, tmp_path: Path) -> None:
    seen = bench("fuzz").bad_requests(published_register, tmp_path, 40, random.Random(7))
    for kind, counts in seen.items():
        assert counts["tried"] == counts["answered"] > 20, kind


def test_a_workbook_of_which_only_the_end_is_left_is_called_damaged(small_register: Path) -> None:
    settings = small_register / "regclean.toml"
    text = settings.read_text(encoding="utf-8").replace("in/customers.csv", "in/customers.xlsx")
    settings.write_text(text, encoding="utf-8")
    path = small_register / "in" / "customers.xlsx"
    pl.DataFrame({"customer_no": ["1001"]}).write_excel(path)
    path.write_bytes(path.read_bytes()[-30:])
    with pytest.raises(InputError) as refused:
        bench("fuzz").read_all(small_register)
    assert "memory" not in refused.value.message


def test_a_sheet_whose_lines_end_in_their_own_way(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_bytes(b"customer_no_l,customer_no_r,verdict\r1001,1002,same\r")  # as on old Macs
    assert list(read_sheet(path).lines) == [(2, ["1001", "1002", "same"])]
    path.write_bytes(b"customer_no_l,cust\romer_no_r,verdict\n1001,1002,same\n")
    with pytest.raises(InputError, match="first line"):
        read_sheet(path)
    path.write_text("sample,customer_no_l,customer_no_r,verdict\n\u00b2,1001,1002,same\n", encoding="utf-8")
    assert [line.sample for line in read_labels(path)] == [None]
