"""Workbooks as clerks keep them: hidden sheets, numbers with formats, merged cells, cells far outside."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from landing_bench import Bench

from regclean.errors import InputError
from regclean.landing.counting import count_sheet_rows
from regclean.landing.xlsx import Xlsx, shown_number

OPEN = {"max_quarantined_percent": 100.0, "max_fall_percent": 100.0}


def workbook(bench: Bench, name: str = "x.xlsx") -> xlsxwriter.Workbook:
    return xlsxwriter.Workbook(bench.root / "in" / name)


def load(bench: Bench, mapping: str = "", table: str = "customers") -> tuple[int, int, list[str]]:
    bench.limits = OPEN
    bench.source(table, mapping, path="in/*")
    report = bench.load()
    return report.loaded, report.quarantined, [note for item in report for note in item.notes]


def two_sheets(bench: Bench, state: str) -> None:
    book = workbook(bench)
    for name, customer in (("Rekisteri", "Uusi Nimi"), ("vanha 2019", "Vanha Nimi")):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["customer_no", "name"])
        sheet.write_row(1, 0, ["901", customer])
    if state != "visible":
        getattr(sheet, "hide" if state == "hidden" else "very_hidden")()
    book.close()


@pytest.mark.parametrize("state", ["hidden", "very_hidden"])
def test_a_hidden_sheet_is_not_read_and_said(bench: Bench, state: str) -> None:
    two_sheets(bench, state)
    loaded, _, notes = load(bench)
    assert loaded == 1
    assert bench.rows("customers", "name") == [("Uusi Nimi",)]
    assert [note for note in notes if "'vanha 2019' is hidden" in note]


def test_a_hidden_sheet_is_read_where_the_mapping_names_it(bench: Bench) -> None:
    two_sheets(bench, "hidden")
    _, _, notes = load(bench, '[sheets]\nnames = ["vanha 2019"]')
    assert bench.rows("customers", "name") == [("Vanha Nimi",)]
    assert [note for note in notes if "'Rekisteri' was not read" in note]


def test_a_sheet_that_the_mapping_names_must_be_there(bench: Bench) -> None:
    two_sheets(bench, "visible")
    with pytest.raises(InputError, match=r"no sheet 'Uudet'.*Rekisteri, vanha 2019"):
        load(bench, '[sheets]\nnames = ["Uudet"]')


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("00000", "7", "00007"),
        ("00000", "1234567", "1234567"),
        ('000\\-000\\ 0000', "401234567", "040-123 4567"),
        ("0000 000000", "401123123", "0401 123123"),
        ('"0"#########', "401234567", "0401234567"),
        ("0##-#######", "401234567", "040-1234567"),
        ("\\0##\\ ##", "1234", "012 34"),
        ("00000;[Red]-00000", "20", "00020"),
        ("0", "7", "7"),
        ("# ##0", "1000", "1000"),
        ("0.00", "7", "7"),
        ("00000", "7.5", "7.5"),
        ('0" kpl"', "12", "12"),
        ("General", "12", "12"),
        ("0%", "12", "12"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_its_format_shows_it(code: str, number: str, shown: str) -> None:
    assert shown_number(number, code) == shown


@given(st.integers(0, 10**12), st.integers(1, 12))
def test_a_format_adds_nothing_but_zeros_in_front(number: int, places: int) -> None:
    shown = shown_number(str(number), "0" * places)
    assert shown is not None
    assert int(shown) == number
    assert len(shown) == max(places, len(str(number)))


def test_keys_phones_and_postcodes_keep_the_zeros_that_a_format_shows(bench: Bench) -> None:
    book = workbook(bench)
    sheet = book.add_worksheet()
    zeros = [book.add_format({"num_format": code}) for code in ("00000", "0000000000", "00000")]
    sheet.write_row(0, 0, ["customer_no", "phone", "postal_code", "created_on"])
    for at in range(1, 4):
        for column, (number, shown) in enumerate(zip((6 + at, 501234560 + at, 100), zeros, strict=True)):
            sheet.write_number(at, column, number, shown)
        sheet.write_number(at, 3, 45000.0, book.add_format({"num_format": "d.m.yyyy"}))
    book.close()
    assert load(bench)[:2] == (3, 0)
    first = bench.rows("customers", "customer_no", "phone", "postal_code", "created_on")[0]
    assert first == ("00007", "0501234561", "00100", "2023-03-15")


def test_a_truth_value_is_no_key(bench: Bench) -> None:
    book = workbook(bench)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["customer_no", "name", "non_disclosure"])
    for at, key in enumerate((True, False, "7"), 1):
        sheet.write_row(at, 0, [key, f"Nimi {at}", True])
    book.close()
    bench.limits = {"max_quarantined_percent": 100.0}
    assert load(bench)[:2] == (1, 2)
    assert bench.rows("customers", "customer_no", "non_disclosure") == [("7", "true")]
    why = bench.night.execute("SELECT DISTINCT why FROM landed.quarantine").fetchall()
    assert why == [("customer_no is a truth value of a spreadsheet, no key",)]


@pytest.mark.parametrize("state", ["in the head", "below"])
def test_a_cell_far_outside_costs_nothing_and_its_row_is_set_aside(bench: Bench, state: str) -> None:
    book = workbook(bench)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["customer_no", "name"])
    for at in range(1, 301):
        sheet.write_row(at, 0, [str(at), f"Nimi {at}"])
    sheet.write(1 if state == "in the head" else 1_048_575, 16_383, "x")
    book.close()
    bench.limits = {"file_memory_mb": 200}
    loaded, aside, _ = load(bench)
    assert (loaded, aside) == ((299, 1) if state == "in the head" else (300, 1))
    why = bench.night.execute("SELECT why FROM landed.quarantine").fetchall()
    assert why in ([("a value in column 16384, which has no heading",)], [("customer_no is empty",)])


def test_merged_cells_fill_down_where_the_mapping_says_so(bench: Bench) -> None:
    book = workbook(bench)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Kimppa", "Nro", "Nimi"])
    sheet.merge_range(1, 0, 3, 0, "K1")
    for at in range(1, 4):
        sheet.write_row(at, 1, [str(at), f"Nimi {at}"])
    sheet.write_row(4, 0, ["K2", "1", "Nimi 4"])
    book.close()
    columns = '[columns]\nbin_group_no = "Kimppa"\nmember_no = "Nro"\nname = "Nimi"\n[fill_down]\ncolumns = ["Kimppa"]'
    assert load(bench, columns, "bin_group_members")[:2] == (4, 0)
    keys = bench.rows("bin_group_members", "bin_group_no", "member_no")
    assert keys == [("K1", "1"), ("K1", "2"), ("K1", "3"), ("K2", "1")]


@given(st.lists(st.lists(st.sampled_from(["", " ", "a", "ä <&>", "7"]), max_size=4), max_size=8))
def test_the_count_is_that_of_the_rows_that_are_read(rows: list[list[str]]) -> None:
    written = "".join(
        f'<row r="{at}">' + "".join(f'<c t="str"><v>{_xml(cell)}</v></c>' for cell in row) + "</row>"
        for at, row in enumerate(rows, 1)
    )
    count = count_sheet_rows([f"<worksheet><sheetData>{written}</sheetData></worksheet>"], 2, ())
    assert count == sum(1 for row in rows[2:] if any(cell.strip() for cell in row))


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def packed(path: Path, sheet: str, strings: str = "<sst></sst>") -> None:
    """An xlsx of a sheet's XML."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="a" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            '<workbook xmlns:r="x"><sheets><sheet name="s" sheetId="1" r:id="b"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships><Relationship Id="b" Type="{kind}/worksheet" Target="/xl/s.xml"/><Relationship Id="c" Type="{kind}/sharedStrings" Target="t.xml"/></Relationships>',
        )
        archive.writestr("xl/s.xml", sheet)
        archive.writestr("xl/t.xml", strings)


@pytest.mark.parametrize(
    "sheet",
    [
        "<worksheet><sheetData><row r='1'>" + " " * (1 << 23),
        "<worksheet><sheetData><row r='1'><c t='str'><v>" + "x" * (1 << 23),
        "<worksheet><sheetData><!--" + "x" * (1 << 23),
        "<" + "w" * (1 << 23),
        "<worksheet><sheetData><row r='1048577'><c t='str'><v>x</v></c></row></sheetData></worksheet>",
    ],
    ids=["blanks", "value", "remark", "tag", "rows"],
)
def test_a_bomb_is_an_error_with_the_file(bench: Bench, sheet: str) -> None:
    packed(bench.root / "in" / "bomb.xlsx", sheet)
    with pytest.raises(InputError, match="larger than any can be") as error:
        load(bench)
    assert error.value.file == "in/bomb.xlsx"
    assert error.value.remedy


def test_markup_of_every_kind_is_read(bench: Bench) -> None:
    strings = "<x:sst><x:si><x:t>customer_no</x:t></x:si><x:si><x:r><x:t>na</x:t></x:r><x:r><x:t>me</x:t></x:r><x:rPh><x:t>no</x:t></x:rPh></x:si></x:sst>"
    sheet = (
        '<x:worksheet><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row><x:row/>'
        '<x:row r="5"><x:c r="A5" t="inlineStr"><x:is><x:t><![CDATA[1<2]]></x:t></x:is></x:c><!-- <x:c> -->'
        '<x:c r="B5" t="str"><x:v>&#x41;&amp;_x0042_</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    path = bench.root / "in" / "x.xlsx"
    packed(path, sheet, strings)
    book = Xlsx(path, "x")
    assert [(row.number, row.cells) for row in book.rows(book.sheets[0])] == [
        (1, {0: "customer_no", 1: "name"}),
        (5, {0: "1<2", 1: "A&B"}),
    ]
    assert load(bench)[:2] == (1, 0)
