"""Each line of `failing_inputs`, which a register once failed on, through the command line: values and pairs in one night, each file by itself."""

from __future__ import annotations

import csv
import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import duckdb
import pytest

from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.landing import load
from regclean.night import open_published
from regclean.warehouse import rows
from regclean.warehouse.database import create_tables

INPUTS = Path(__file__).parent / "failing_inputs"
COLUMNS = (
    "name",
    "street_address",
    "postal_code",
    "city",
    "phone",
    "email",
    "birth_date",
    "national_id",
    "business_id",
)
FILES = ("footer.csv", "ragged.csv", "hidden_sheet.xlsx", "zeros_by_format.xlsx")
QUERIES = {
    "customers": "SELECT customer_no, kind, phone, phone_2, phone_state, street_address, non_disclosure FROM customers",
    "names": "SELECT customer_no, name FROM raw.customers",
    "addresses": "SELECT customer_no, m_street, m_house, m_stair, m_flat, m_postal, m_city FROM customers",
    "persons": "SELECT customer_no, part, first_names, last_name, m_last, m_given FROM customer_persons ORDER BY customer_no, person_no",
    "marks": "SELECT customer_no, mark FROM name_marks",
    "pairs": "SELECT customer_no_l, customer_no_r, relation FROM pairs",
    "findings": "SELECT rule, unnest(CAST(subjects AS TEXT[])) FROM findings",
    "aside": "SELECT file, why FROM landed.quarantine ORDER BY file, line",
}
MAPPING = '[columns]\ncustomer_no = "Asiakasnumero"\nname = "Asiakas"\n'
Made = dict[str, list[tuple[Any, ...]]]


def lines(name: str) -> list[dict[str, str]]:
    with (INPUTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def customers() -> list[dict[str, str]]:
    """All values as one register: a phone, an address or a name each, the pairs, and the ids in the wrong columns."""
    made = [
        {"customer_no": f"P{at}", "name": f"Yritys{at} Oy", "phone": v["value"]} for at, v in enumerate(lines("phones"))
    ]
    made += [
        {"customer_no": f"A{at}", "name": f"Firma{at} Ky", "street_address": v["value"]}
        for at, v in enumerate(lines("addresses"))
    ]
    made += [{"customer_no": f"N{at}", "name": v["value"]} for at, v in enumerate(lines("names"))]
    made += [
        {"customer_no": f"R{at:02}", **{c: v[c] for c in COLUMNS if c in v}} for at, v in enumerate(lines("pairs"))
    ]
    return made + lines("id_in_text")


def workspace(root: Path, *files: str, mapping: str = "") -> Path:
    """A workspace whose customers are in these files."""
    text = '[workspace]\nname = "Koe"\naccept_test_ids = true\n[landing]\nmax_quarantined_percent = 100\n'
    (root / "in").mkdir()
    for file in files:
        text += f'[[source]]\ntable = "customers"\npath = "in/{file}"\n' + (
            'mapping = "mapping.toml"\n' if mapping else ""
        )
        if (INPUTS / file).exists():
            (root / "in" / file).write_bytes((INPUTS / file).read_bytes())
    (root / "mapping.toml").write_text(mapping, encoding="utf-8")
    (root / "regclean.toml").write_text(text, encoding="utf-8")
    return root


def night(root: Path) -> int:
    return run(["-w", str(root), "run", "--as-of", "2026-11-01", "--force"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What one night made of all values and files: table -> rows; `told`: the lines that it printed."""
    root = workspace(tmp_path_factory.mktemp("values"), "all.csv", *FILES)
    with (root / "in/all.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("customer_no", *COLUMNS), delimiter=";", restval="")
        writer.writeheader()
        writer.writerows(customers())
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(out):
        assert night(root) == 0
    warehouse, run_id = open_published(load_workspace(root))
    found: Made = {"told": [(line,) for line in out.getvalue().splitlines()]}
    with warehouse.read(run_id) as connection:
        for name, query in QUERIES.items():
            found[name] = rows(connection, query)
    return found


def of(made: Made, table: str, customer: str) -> tuple[Any, ...]:
    return next(row[1:] for row in made[table] if row[0] == customer)


def relation(made: Made, one: str, other: str) -> str | None:
    found = [kind for left, right, kind in made["pairs"] if {left, right} == {one, other}]
    return found[0] if found else None


@pytest.mark.parametrize("at", range(len(lines("phones"))), ids=lambda at: lines("phones")[at]["value"])
def test_phone(made: Made, at: int) -> None:
    line = lines("phones")[at]
    _, phone, second, state, *_ = of(made, "customers", f"P{at}")
    assert " | ".join(filter(None, (phone, second))) == line["right"]
    assert state == line["state"]
    found = {rule for rule, subject in made["findings"] if subject == f"customers:P{at}:phone"}
    assert found == {"ok": set(), "invalid": {"F10"}, "repaired": {"F22"}, "placeholder": {"F23"}}[state]


@pytest.mark.parametrize("at", range(len(lines("addresses"))), ids=lambda at: lines("addresses")[at]["value"])
def test_address(made: Made, at: int) -> None:
    line = lines("addresses")[at]
    printed = of(made, "customers", f"A{at}")[4] or ""
    unit = line["unit"].removeprefix("remainder: ")
    for part in (line["street"], line["house"], unit, line["care_of"]):
        assert part in printed
    street, house, stair, flat, postal, city = of(made, "addresses", f"A{at}")
    assert bool(street) == bool(line["street"])
    assert (house or "").replace(".5", "½") == line["house"]
    # A building's letter is the stair's in comparing; every other unit is compared as the flat.
    assert (stair or "").upper() == (unit.removeprefix("rakennus ") if unit.startswith("rakennus") else line["stair"])
    assert (flat or "") == (line["flat"] or unit)
    assert ((postal or ""), (city or "").capitalize()) == (line["postal_code"], line["city"])
    assert (("F23", f"customers:A{at}:street_address") in made["findings"]) == (line["note"] == "missing")


@pytest.mark.parametrize("at", range(len(lines("names"))), ids=lambda at: lines("names")[at]["value"])
def test_name(made: Made, at: int) -> None:
    line, number = lines("names")[at], f"N{at}"
    kind, *_, protected = of(made, "customers", number)
    persons = [row[1:] for row in made["persons"] if row[0] == number]
    assert kind == line["kind"]
    assert " | ".join(f"{first} {last}" for _, first, last, *_ in persons) == line["persons"]
    assert {part for part, *_ in persons} <= ({"deceased"} if kind == "estate" else {"self", "spouse"})
    says = line["role_or_remark"]
    assert (("death",) in [row[1:] for row in made["marks"] if row[0] == number]) == (says == "evidence: death")
    assert protected == (says == "non-disclosure")
    assert {"elder", "younger"} & set(persons[0][-1]) == {says.removeprefix("generation: ")} & {"elder", "younger"}
    assert {"ins", "tm", "kirvesmies", "vuori", "asianajaja", "vainaja"}.isdisjoint(persons[0][-1])


def test_names_that_compare_and_names_that_do_not(made: Made) -> None:
    number = {line["value"]: f"N{at}" for at, line in enumerate(lines("names"))}
    assert of(made, "persons", number["Olga Ivanova"])[-2:] == of(made, "persons", number["Ольга Иванова"])[-2:]
    assert relation(made, number["Korpi Veikko seniori"], number["Korpi Veikko juniori"]) in {
        None,
        "household",
        "related",
    }
    assert relation(made, number["Sterbhuset efter Nils Lundgren"], number["Lundgren Nils d.ä."]) in {None, "related"}


@pytest.mark.parametrize("at", range(0, len(lines("pairs")), 2), ids=lambda at: lines("pairs")[at]["right"])
def test_pair(made: Made, at: int) -> None:
    right = {
        "household (twins)": {"household"},
        "same or unsure": {"same", "unsure"},
        "not the same home": {None, "related", "unsure"},
        "never the same by this": {None, "related", "unsure"},
    }
    assert relation(made, f"R{at:02}", f"R{at + 1:02}") in right[lines("pairs")[at]["right"]]


def test_ids_in_the_wrong_columns_are_evidence(made: Made) -> None:
    assert relation(made, "801", "802") == relation(made, "803", "804") == "same"
    assert {("F20", "customers:801:name"), ("F20", "customers:803:phone"), ("F20", "customers:804:business_id")} <= set(
        made["findings"]
    )


def test_a_renamed_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = workspace(tmp_path, "renamed_column.csv", mapping=MAPPING)
    assert night(root) == 2
    told = "".join(capsys.readouterr())
    assert all(name in told for name in ("Asiakasnumero", "Asnro", "Nimi", "Osoite", "Puh"))
    written = told.encode() + b"".join(path.read_bytes() for path in root.rglob("var/**/*") if path.is_file())
    cells = {cell for line in lines("renamed_column") for cell in line.values()}
    words = cells | {word.strip(",") for cell in cells for word in cell.split()}
    # Three digits stand by chance in any digest.
    assert not [word for word in words if len(word) > 4 and word.encode() in written]


@pytest.mark.parametrize(("file", "loaded", "aside"), [("footer.csv", 2, 4), ("ragged.csv", 40, 0), ("hidden_sheet.xlsx", 1, 0), ("zeros_by_format.xlsx", 5, 0)])  # fmt: skip
def test_file(made: Made, file: str, loaded: int, aside: int) -> None:
    summary = next(line.split() for (line,) in made["told"] if f"in/{file}" in line and "customers" in line)
    assert summary[-3:] == [str(loaded + aside), str(loaded), str(aside)]
    assert len([why for name, why in made["aside"] if name == f"in/{file}"]) == aside


def test_the_hidden_sheet_is_named_and_the_zeros_are_there(made: Made) -> None:
    assert of(made, "names", "901") == ("Uusi Nimi",)
    assert any("vanha 2019" in line for (line,) in made["told"])
    phones = [of(made, "customers", f"{at:05}")[1:4:2] for at in range(7, 12)]
    assert phones == [(f"+3585012345{at}", "repaired") for at in range(60, 65)]


def test_a_cell_far_outside(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        create_tables(connection)
        report = load(load_workspace(workspace(tmp_path, "far_cell.xlsx")), connection, {})
    assert report.loaded == 1500
    assert report.records == report.loaded + report.quarantined
