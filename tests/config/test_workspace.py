"""regclean.toml: defaults from the template, and errors that a clerk can act on."""

from __future__ import annotations

from pathlib import Path

import pytest

from regclean.config import init_workspace, load_mapping, load_workspace
from regclean.config.secret import VARIABLE, workspace_key
from regclean.domain.register import CUSTOMERS
from regclean.errors import ConfigError, UsageError


def write(folder: Path, text: str) -> Path:
    (folder / "regclean.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_new_workspace_loads_with_every_default(tmp_path: Path) -> None:
    init_workspace(tmp_path / "w")
    workspace = load_workspace(tmp_path / "w")
    assert workspace.config.country == "fi"
    assert workspace.config.sources == ()
    assert workspace.ledger_url == f"sqlite:///{(tmp_path / 'w/var/ledger.db').resolve()}"


def test_init_never_overwrites(tmp_path: Path) -> None:
    write(tmp_path, "# mine\n")
    with pytest.raises(UsageError):
        init_workspace(tmp_path)
    assert (tmp_path / "regclean.toml").read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[workspac]\nname = 'x'", "Did you mean 'workspace'"),
        ("[workspace]\ncountri = 'fi'", "Did you mean 'country'"),
        ("[workspace]\ncountry = 'se'", "one of: fi, generic"),
        ("[workspace]\ntimezone = 'Helsinki'", "time zone"),
        ("[workspace]\naccept_test_ids = 'yes'", "true or false"),
        ("[workspace]\nlanguages = []", "fi, sv, en"),
        ("[landing]\nmax_fall_percent = 'x'", "a number"),
        ("[[source]]\ntable = 'customer'\npath = 'a.csv'", "Did you mean 'customers'"),
        ("[[source]]\ntable = 'customers'", "either a path or a url"),
        ("[[source]]\ntable = 'customers'\nurl = 'sqlite:///a.db'", "go together"),
        ("[[source]]\ntable = 'customers'\npath = 'a'\nquer = 'b'", "unknown key 'quer'"),
        ("[source]\ntable = 'customers'", "[[source]]"),
        ("[register]\nurl = 'postgresql://u:${REGCLEAN_NOT_SET}@h/d'", "REGCLEAN_NOT_SET"),
        ("x = = 1", "cannot be read as TOML"),
    ],
)
def test_errors_name_the_place_and_the_remedy(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_workspace(write(tmp_path, text))
    assert said in str(error.value)
    assert "regclean.toml" in str(error.value)
    assert error.value.exit_code == 2


def test_a_missing_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="regclean init"):
        load_workspace(tmp_path)


def test_passwords_come_from_the_environment_and_stay_out_of_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    write(
        tmp_path,
        "[[source]]\ntable = 'customers'\nurl = 'postgresql+psycopg://u:${DB_PASSWORD}@h/d'\nquery = 'select 1'",
    )
    workspace = load_workspace(tmp_path)
    assert workspace.config.sources[0].url == "postgresql+psycopg://u:hunter2@h/d"
    assert "hunter2" not in repr(workspace)


def test_whole_numbers_stand_for_decimals(tmp_path: Path) -> None:
    assert load_workspace(write(tmp_path, "[landing]\nmax_fall_percent = 10")).config.section("landing")[
        "max_fall_percent"
    ] == pytest.approx(10.0)


def test_mapping_reads_lists_values_constants_and_ignored(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(
        '[columns]\ncustomer_no = "Asiakasnumero"\nname = ["Asiakas", "Nimi"]\n[values.kind]\n"yritys" = "company"\n'
        '[constants]\nnon_disclosure = false\n[ignore]\ncolumns = ["Huom"]\n',
        encoding="utf-8-sig",
    )
    mapping = load_mapping(path, CUSTOMERS)
    assert mapping.columns == {"customer_no": ("Asiakasnumero",), "name": ("Asiakas", "Nimi")}
    assert mapping.values == {"kind": {"yritys": "company"}}
    assert mapping.constants == {"non_disclosure": "false"}
    assert mapping.ignore == ("Huom",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[columns]\ncustomer_nro = "A"', "Did you mean 'customer_no'"),
        ("[columns]\nname = 3", "column name"),
        ("[column]\nname = 'A'", "unknown section"),
        ("[ignore]\ncolumns = 'Huom'", "list"),
    ],
)
def test_mapping_errors(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_mapping(path, CUSTOMERS)
    assert said in str(error.value)


def test_the_key_is_made_once_and_kept_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    key = workspace_key(tmp_path / "var")
    assert workspace_key(tmp_path / "var") == key
    assert len(key) == 32
    assert (tmp_path / "var/secret.key").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv(VARIABLE, "from the vault")
    assert workspace_key(tmp_path / "var") != key
