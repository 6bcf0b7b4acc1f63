"""The company's own table of streets with two names."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from regclean.config import Workspace, load_workspace
from regclean.errors import InputError
from regclean.landing import company_streets
from regclean.standardise import Memory, StreetNames, rules
from regclean.standardise.mapping import Mapper


def workspace(folder: Path, table: str, setting: str = 'street_names = "streets.csv"') -> Workspace:
    (folder / "streets.csv").write_text(table, encoding="cp1252")
    (folder / "regclean.toml").write_text(f"[addresses]\n{setting}\n", encoding="utf-8")
    return load_workspace(folder)


def test_the_table_is_read_in_the_clerks_encoding(tmp_path: Path) -> None:
    table = "fi;sv;municipality\nKipparinkatu;Kaptensgatan;Helsingfors\nÄmmäntie;Ämmvägen;\n"
    streets = company_streets(workspace(tmp_path, table))
    assert streets == {"091:kaptensgatan": "kipparinkatu", ":ammvagen": "ammantie"}


def test_without_a_setting_there_is_no_table(tmp_path: Path) -> None:
    assert company_streets(workspace(tmp_path, "", 'street_names = ""')) == {}


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ("fi;ruotsiksi\nKipparinkatu;Kaptensgatan\n", "sv"),
        ("fi;sv\nKipparinkatu;\n", "row 2"),
        ("fi;sv;municipality\nKipparinkatu;Kaptensgatan;Atlantis\n", "municipality"),
        ("fi;sv;municipality\nKipparinkatu;Kaptensgatan;999\n", "municipality"),
        ("", "empty"),
    ],
)
def test_what_is_wrong_with_the_table_is_said(table: str, place: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        company_streets(workspace(tmp_path, table))
    assert place in str(raised.value)
    assert "Atlantis" not in str(raised.value)


def test_what_is_remembered_of_streets_depends_on_the_table(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"street": ["Kaptensgatan", *(f"Katu {number}" for number in range(3000))], "municipality": "091"}
    )

    def keys(own: StreetNames) -> str:
        memory = Memory(tmp_path, b"key", "program", date(2026, 11, 27))
        with Mapper(1, memory) as mapper:
            rule = partial(rules.street, country="fi", own=own)
            return str(mapper.apply(frame, ["street", "municipality"], rule, rules.STREET)["m_street"][0])

    assert [keys({}), keys({"091:kaptensgatan": "kipparinkatu"}), keys({})] == [
        "kapteeninkatu",
        "kipparinkatu",
        "kapteeninkatu",
    ]
