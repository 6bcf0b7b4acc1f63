"""The company's own table of streets with two names."""

from __future__ import annotations

from pathlib import Path

import pytest

from regclean.config import Workspace, load_workspace
from regclean.errors import InputError
from regclean.landing import company_streets


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
        ("", "empty"),
    ],
)
def test_what_is_wrong_with_the_table_is_said(table: str, place: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        company_streets(workspace(tmp_path, table))
    assert place in str(raised.value)
    assert "Atlantis" not in str(raised.value)
