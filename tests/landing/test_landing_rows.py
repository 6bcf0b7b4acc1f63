"""Which lines of a file are rows: short ones are, totals, footers and error cells are not."""

from __future__ import annotations

import pytest
from landing_bench import Bench, section

from regclean.errors import InputError

OPEN = {"max_quarantined_percent": 100.0, "max_fall_percent": 100.0}


def load(bench: Bench, text: str, mapping: str = "") -> tuple[int, list[str]]:
    bench.limits = OPEN
    bench.put("x.csv", text)
    bench.source("customers", mapping, path="in/x.csv")
    report = bench.load()
    reasons = bench.night.execute("SELECT why FROM landed.quarantine ORDER BY line").fetchall()
    assert report.records == report.loaded + report.quarantined
    return report.loaded, [why for (why,) in reasons]


def test_rows_whose_last_fields_are_empty_are_padded(bench: Bench) -> None:
    rows = [f"{number};Nimi {number};Turku;a{number}@example.fi" for number in range(1, 17)]
    rows += [f"{number};Nimi {number};Turku" for number in range(17, 41)]
    assert load(bench, "\n".join(["customer_no;name;city;email", *rows])) == (40, [])


def test_both_halves_of_a_broken_row_are_set_aside(bench: Bench) -> None:
    rows = ["1;Mäkinen Liisa;Turku;a@example.fi", "2;Virta", "nen Matti;Turku;b@example.fi", "3;Aho Esa;Turku;"]
    loaded, reasons = load(bench, "\n".join(["customer_no;name;city;email", *rows]))
    assert (loaded, len(reasons)) == (2, 2)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("#VALUE!;Ranta Ilpo;Turku", "an error of the spreadsheet"),
        ("#N/A;Ranta Ilpo;Turku", "an error of the spreadsheet"),
        ("#ARVO!;Ranta Ilpo;Turku", "an error of the spreadsheet"),
        ("puuttuu;Ranta Ilpo;Turku", "a placeholder"),
        ("-;Ranta Ilpo;Turku", "a placeholder"),
        ("uusi asiakas;Ranta Ilpo;Turku", "a placeholder"),
        ("ei numeroa;Ranta Ilpo;Turku", "a placeholder"),
        ("<NULL>;Ranta Ilpo;Turku", "a placeholder"),
        ("(numero);(teksti);(teksti)", "a placeholder"),
        ("Err:502;Ranta Ilpo;Turku", "an error of the spreadsheet"),
        ("TOSI;Ranta Ilpo;Turku", "a truth value"),
        ("false;Ranta Ilpo;Turku", "a truth value"),
        ("6,01E+08;Ranta Ilpo;Turku", "shortened by a spreadsheet"),
        ("Yht. 2 asiakasta;;", "a total"),
        ("Yhteensä;2;", "a total"),
        ("Totalt: 2;;", "a total"),
        ("Tulostusaika 3.2.2026 klo 9.15;;", "a line below the table"),
        ("Raportin teki Savon Jäte;;", "a line below the table"),
        ("Kaikki yhteensä;2;", "a total"),
        ("Grand total;2;", "a total"),
        ("3 asiakasta;;", "a line below the table"),
        ("(3 rows);;", "a line below the table"),
        ("Tulostettu:3.2.2026;;", "a line below the table"),
        ("Sivu1;;", "a line below the table"),
        ("EOF;;", "a line below the table"),
        ("________;;", "a placeholder"),
    ],
)
def test_what_is_no_row_is_set_aside_with_the_reason(bench: Bench, row: str, why: str) -> None:
    loaded, reasons = load(
        bench, "\n".join(["customer_no;name;city", "601;Suni Oili;Turku", "602;Palo Esa;Turku", row])
    )
    assert (loaded, len(reasons)) == (2, 1)
    assert why in reasons[0]


@pytest.mark.parametrize("key", ["0A0", "12B34", "A-603", "604b"])
def test_a_code_alone_in_its_row_is_a_key(bench: Bench, key: str) -> None:
    assert load(bench, "\n".join(["customer_no;name;city", "601;Suni Oili;Turku", f"{key};;"])) == (2, [])


def test_a_renamed_column_is_named_and_no_row_is(bench: Bench) -> None:
    rows = [
        "501;Pitkänen Arja;Kuusikuja 1;0401231231",
        "502;Kunta Status Oy, yhteys Laine Eija;Mäntykuja 2;0401231232",
        "503;Asiakas : Nimi;Koivukuja 3;0401231233",
    ]
    mapping = section("columns", {"customer_no": "Asiakasnumero", "name": "Asiakas"})
    with pytest.raises(InputError) as caught:
        load(bench, "\n".join(["Asnro;Nimi;Osoite;Puh", *rows]), mapping)
    said = str(caught.value)
    assert all(name in said for name in ("'Asiakasnumero'", "'Asiakas'", "Asnro", "Nimi", "Osoite", "Puh"))
    assert '"Asnro"' in said
    words = {word for row in rows for cell in row.split(";") for word in cell.split()} - {"Asiakas", "Nimi", ":"}
    assert not any(word in said for word in words if len(word) > 3)


@pytest.mark.parametrize(
    "text",
    [
        "Mäkinen;Liisa;Turku\nVirtanen;Matti;Salo\n",
        "1001;Mäkinen Liisa;Kotitie 1\n1002;Aho Esa;Kotitie 2\n",
        "Ylä-Turku Liisa;Kiuruvesi\nMäkinen Esa;Kotitie 12\n",
        "Mäkinenkauppa Oy;Kotitiekatu;Salo\nAho;Kotitie 3;Salo\n",
    ],
)
def test_a_file_without_a_header_shows_nothing_of_its_rows(bench: Bench, text: str) -> None:
    with pytest.raises(InputError) as caught:
        load(bench, text)
    assert "no header was found" in str(caught.value)
    assert not any(word in str(caught.value) for word in ("Mäkinen", "Liisa", "Kotitie", "1001"))


@pytest.mark.parametrize("header", ["ADDR1;NAME1;CUST_NO", "Kadun nimi;Henkilö;Tunniste"])
def test_unknown_columns_are_named(bench: Bench, header: str) -> None:
    with pytest.raises(InputError) as caught:
        load(bench, f"{header}\nKotitie 1;Mäkinen Liisa;1001\n")
    assert all(name in str(caught.value) for name in header.split(";"))


def test_what_a_spreadsheet_marks_as_text_is_that_text(bench: Bench) -> None:
    rows = ['="0012";="Aho";=""', "'001;Salo;'+358401234567", '"=""0013""";O\'Hara;\'t Hooft', "’0014;Aho;’0401234567"]
    assert load(bench, "\n".join(["customer_no;name;phone", *rows])) == (4, [])
    assert bench.rows("customers", "customer_no", "name", "phone") == [
        ("0012", "Aho", None),
        ("001", "Salo", "+358401234567"),
        ("0013", "O'Hara", "'t Hooft"),
        ("0014", "Aho", "0401234567"),
    ]
