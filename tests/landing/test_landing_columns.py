"""Columns, mappings, files and gates: what is known is loaded, what is not is named."""

from __future__ import annotations

import hashlib
import tomllib
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest
from landing_bench import Bench, section

from regclean.config import load_workspace
from regclean.errors import ConfigError, GateError, InputError
from regclean.landing import quarantine


def test_an_unmapped_column_stops_the_load_with_a_line_to_paste(bench: Bench) -> None:
    bench.put("x.csv", "customer_no;Puhelinnro;Omituinen\n1;040;x\n")
    bench.source("customers", path="in/x.csv")
    with pytest.raises(InputError) as caught:
        bench.load()
    error = caught.value
    assert (error.file, error.column) == ("in/x.csv", "Puhelinnro")
    assert "'Puhelinnro', 'Omituinen'" in error.message
    assert '[columns] phone = "Puhelinnro"' in str(error)
    assert '[ignore] columns = ["Omituinen"]' in str(error)
    assert tomllib.loads('[columns]\nphone = "Puhelinnro"') == {"columns": {"phone": "Puhelinnro"}}


@pytest.mark.parametrize(
    ("name", "column"),
    [("Asiakasnro", "customer_no"), ("Postitoimipaikka", "city"), ("emails", "email"), ("Y-Tunnus", "business_id")],
)
def test_the_nearest_canonical_name_is_suggested(bench: Bench, name: str, column: str) -> None:
    key = "" if column == "customer_no" else "customer_no;"
    bench.put("x.csv", f"{key}name;{name}\n1;a;b\n")
    bench.source("customers", path="in/x.csv")
    with pytest.raises(InputError, match=rf'\[columns\] {column} = "{name}"'):
        bench.load()


def test_canonical_names_need_no_mapping_in_any_spelling(bench: Bench) -> None:
    bench.put("x.csv", "\ufeffCustomer No; NAME ;street_address\n1;a;b\n")
    bench.source("customers", path="in/x.csv")
    bench.load()
    assert bench.rows("customers", "customer_no", "name", "street_address") == [("1", "a", "b")]


def test_a_mapped_column_that_is_missing_is_an_error_with_the_nearest_header(bench: Bench) -> None:
    bench.put("x.csv", "customer_no;Asiakkaan nimi\n1;a\n")
    bench.source("customers", section("columns", {"name": "Asiakkaan nimet"}), path="in/x.csv")
    with pytest.raises(InputError) as caught:
        bench.load()
    assert "Asiakkaan nimi" in str(caught.value)


def test_a_missing_mapped_column_is_named_when_all_else_is_known(bench: Bench) -> None:
    mapping = section("columns", {"name": "Nimi", "phone": ["Puh", "Puhelin"]}) + section(
        "ignore", {"columns": ["Puhe"]}
    )
    bench.put("x.csv", "customer_no;Nimi;Puhe\n1;a;b\n")
    bench.source("customers", mapping, path="in/x.csv")
    with pytest.raises(InputError, match=r"the column phone \(here 'Puh' or 'Puhelin'\) is missing.*\"Puhe\""):
        bench.load()


def test_a_missing_key_is_an_error(bench: Bench) -> None:
    bench.put("x.csv", "name;city\na;b\n")
    bench.source("customers", path="in/x.csv")
    with pytest.raises(InputError, match="the key column customer_no"):
        bench.load()


def test_the_first_non_empty_column_wins_and_one_of_a_list_is_enough(bench: Bench) -> None:
    mapping = section("columns", {"name": ["A", "B", "C"]})
    bench.put("x.csv", "customer_no;B;A\n1;b;a\n2;b;  \n3;;\n")
    bench.source("customers", mapping, path="in/x.csv")
    bench.load()
    assert bench.rows("customers", "name") == [("a",), ("b",), (None,)]


def test_values_constants_and_ignored_columns(bench: Bench) -> None:
    mapping = (
        section("columns", {"site_no": "Kohde", "use": "Käyttö", "city": "Kunta"})
        + section("values.use", {"Vakituinen": "permanent", "vapaa-aika": "leisure", "-": ""})
        + section("constants", {"city": "Kuopio", "municipality_code": "297"})
        + section("ignore", {"columns": ["Huom", "Nimi"]})
    )
    bench.put("x.csv", "Kohde;Käyttö;Kunta;HUOM;Nimi;Nimi\n1; VAKITUINEN ;;x;;\n2;muu;Siilinjärvi;;;\n3;-;;;;\n")
    bench.source("sites", mapping, path="in/x.csv")
    bench.load()
    assert bench.rows("sites", "use", "city", "municipality_code") == [
        ("permanent", "Kuopio", "297"),
        ("muu", "Siilinjärvi", "297"),
        (None, "Kuopio", "297"),
    ]


def test_the_digest_of_a_row_tells_nothing_of_an_id_that_its_mask_does_not(bench: Bench) -> None:
    """Of an id whose mask and birth date are known a thousand are possible: whoever could hash them would have it."""
    bench.put("x.csv", "customer_no;national_id\n1;010190-901R\n")
    bench.put("y.csv", "customer_no;national_id\n1;010190-932R\n")
    bench.put("z.csv", "customer_no;national_id\n1;010190-902S\n")
    bench.source("customers", path="in/*.csv")
    bench.load()
    (one,), (alike,), (other,) = bench.rows("customers", "_hash")
    assert one == alike != other


def test_a_constant_may_stand_for_a_key(bench: Bench) -> None:
    bench.put("x.csv", "name\na\n")
    bench.source("bin_group_members", section("constants", {"bin_group_no": "12"}), path="in/x.csv")
    bench.load()
    assert bench.rows("bin_group_members", "bin_group_no", "name") == [("12", "a")]


def test_the_header_is_no_row_when_it_comes_again(bench: Bench) -> None:
    bench.limits = {"max_quarantined_percent": 50.0}
    bench.put("x.csv", "customer_no;Nimi\n1;a\n\ufeffcustomer_no;Nimi\n2;Nimi\n")
    bench.source("customers", section("columns", {"name": "Nimi"}), path="in/x.csv")
    assert bench.load().quarantined == 1
    assert bench.rows("customers", "customer_no", "name") == [("1", "a"), ("2", "Nimi")]
    assert bench.night.execute("SELECT line, why FROM landed.quarantine").fetchall() == [(3, "the header again")]


def test_without_a_mapping_a_finnish_header_is_named(bench: Bench) -> None:
    bench.put("x.csv", "Asiakasnumero;Nimi;Puhelin 1;Puhelin 2\n1;a;b;c\n")
    bench.source("customers", path="in/x.csv")
    with pytest.raises(InputError, match=r"'Asiakasnumero', 'Nimi', 'Puhelin 1', 'Puhelin 2'"):
        bench.load()


def test_columns_of_one_name_are_told_apart(bench: Bench) -> None:
    bench.put("x.csv", "customer_no;Nimi;Nimi\n1;a;b\n")
    mapping = section("columns", {"name": "Nimi"})
    bench.source("customers", mapping, path="in/x.csv")
    with pytest.raises(InputError, match=r"Nimi \(2\)"):
        bench.load()
    bench.sources.clear()
    bench.source("customers", section("columns", {"name": "Nimi", "billing_name": "Nimi (2)"}), path="in/x.csv")
    bench.load()
    assert bench.rows("customers", "name", "billing_name") == [("a", "b")]


def test_a_column_without_heading_can_be_ignored_by_its_number(bench: Bench) -> None:
    bench.put("x.csv", "customer_no;;name;\n1;x;a;y\n")
    bench.source("customers", section("ignore", {"columns": ["column 2", "column 4"]}), path="in/x.csv")
    assert bench.load().loaded == 1


def test_sources_of_one_table_append_and_one_file_may_feed_two(bench: Bench) -> None:
    bench.put("b.csv", "customer_no;name\n2;b\n")
    bench.put("a.csv", "customer_no;name\n1;a\n")
    bench.put(".hidden.csv", "x\n1\n")
    bench.put("~$a.csv", "x\n1\n")
    bench.source("customers", path="in/*.csv")
    bench.source("evidence", section("columns", {"detail": "name"}) + EVIDENCE, path="in/a.csv")
    report = bench.load()
    assert [(item.table, item.file) for item in report] == [
        ("customers", "in/a.csv"),
        ("customers", "in/b.csv"),
        ("evidence", "in/a.csv"),
    ]
    assert report.counts == {"customers": 2, "evidence": 1}
    assert bench.rows("evidence", "customer_no", "signal", "detail") == [("1", "contact", "a")]
    files = bench.night.execute(
        "SELECT file, sha256, loaded FROM landed.files WHERE table_name = 'evidence'"
    ).fetchall()
    assert files == [("in/a.csv", hashlib.sha256((bench.root / "in/a.csv").read_bytes()).hexdigest(), 1)]


EVIDENCE = section("constants", {"signal": "contact", "observed_on": "2026-01-01"})


def test_a_pattern_without_files_is_an_error(bench: Bench) -> None:
    bench.source("customers", path="in/*.xlsx")
    with pytest.raises(InputError, match=r"no file matches 'in/\*\.xlsx'"):
        bench.load()


def test_absolute_patterns_and_brackets_in_names(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "[a].csv").write_text("customer_no\n1\n")
    bench.source("customers", path=str(folder / "*.csv"))
    bench.source("customers", path=str(folder / "[a].csv"))
    assert bench.load().loaded == 1, "one file is read once, whichever patterns name it"


@pytest.mark.parametrize("name", ["x.zip", "x.pdf", "x.csv"])
def test_what_is_no_table_is_refused(bench: Bench, name: str) -> None:
    bench.put(name, b"PK\x03\x04 \0\0")
    bench.source("customers", path=f"in/{name}")
    with pytest.raises(InputError, match=r"archive|not read"):
        bench.load()


def test_a_fall_of_more_than_the_limit_stops_the_night(bench: Bench) -> None:
    bench.put("x.csv", "customer_no\n" + "".join(f"{n}\n" for n in range(80)))
    bench.source("customers", path="in/x.csv")
    bench.load({"customers": 100})
    bench.load({"customers": 10})
    with pytest.raises(GateError) as caught:
        bench.load({"customers": 101})
    assert "customers: 101 rows last night, 80 now" in str(caught.value)
    assert "max_fall_percent = 20" in str(caught.value)
    assert caught.value.exit_code == 1
    with pytest.raises(GateError, match="sites: 5 rows last night, 0 now"):
        bench.load({"sites": 5})
    bench.limits = {"max_fall_percent": 100.0}
    bench.load({"customers": 100_000, "sites": 5})


def test_too_many_unreadable_rows_stop_the_night_and_are_in_the_quarantine(bench: Bench) -> None:
    path = bench.put("x.csv", "customer_no;name\n" + "1;a\n" * 90 + ";salainen\n" * 10)
    bench.source("customers", path="in/x.csv")
    with pytest.raises(GateError, match=r"in/x\.csv: 10 of 100 rows .* max_quarantined_percent = 5") as caught:
        bench.load()
    assert "salainen" not in str(caught.value)
    assert (bench.root / "var/quarantine.csv").read_text(encoding="utf-8").count("salainen") == 10
    bench.limits = {"max_quarantined_percent": 10.0}
    assert bench.load().quarantined == 10
    # A few bad lines of a short list stop nobody's night.
    bench.limits = {}
    path.write_text("customer_no;name\n" + "1;a\n" * 9 + ";b\n" * 9)
    assert bench.load().quarantined == 9


def test_a_file_of_which_most_cannot_be_read_is_read_no_further(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("regclean.landing.load"), "MOST_QUARANTINED", 10_000)
    rows = "".join(f'{number};"Salainen;Turku\n' for number in range(60_000))
    bench.put("x.csv", "customer_no;name;city\n" + rows)
    bench.source("customers", path="in/x.csv")
    with pytest.raises(GateError, match=r"in/x\.csv: .* first .* a quote without its pair") as caught:
        bench.load()
    assert "Salainen" not in str(caught.value)
    assert "between quotes" in (caught.value.remedy or "")
    kept = (bench.root / "var/quarantine.csv").read_text(encoding="utf-8").count("Salainen")
    assert 10_000 < kept < 50_000
    bench.limits = {"max_quarantined_percent": 100.0}
    assert bench.load().quarantined == 60_000, "where the setting lets all of it through, all of it is read"


def test_what_is_to_be_done_depends_on_what_stopped_the_night(bench: Bench) -> None:
    bench.put("x.csv", "customer_no;name\n" + "1;a\n" * 90 + ";b\n" * 10)
    bench.source("customers", path="in/x.csv")
    with pytest.raises(GateError) as caught:
        bench.load()
    assert "accept" not in (caught.value.remedy or ""), "accepting the fall of a count lets no unreadable row through"
    bench.limits = {"max_quarantined_percent": 10.0}
    with pytest.raises(GateError) as caught:
        bench.load({"customers": 1000})
    assert "--accept fallen_count" in (caught.value.remedy or "")


def test_rows_that_mean_nothing_are_set_aside_later(bench: Bench) -> None:
    bench.put("x.csv", "customer_no;name\n1;a\n;b\n")
    bench.source("customers", path="in/x.csv")
    bench.load()
    rejected = {"table_name": ["customers"], "file": ["in/x.csv"], "line": [2], "why": ["twice"], "record": ["1"]}
    quarantine(load_workspace(bench.root), bench.night, pl.DataFrame(rejected))
    assert (bench.root / "var/quarantine.csv").read_text(encoding="utf-8").splitlines() == [
        "table,file,line,why,record",
        "customers,in/x.csv,2,twice,1",
        "customers,in/x.csv,3,customer_no is empty,;b",
    ]


def test_the_quarantine_is_written_fresh(bench: Bench) -> None:
    bench.limits = {"max_quarantined_percent": 100.0}
    path = bench.put("x.csv", "customer_no;name\n;a\n")
    bench.source("customers", path="in/x.csv")
    bench.load()
    path.write_text("customer_no;name\n1;a\n")
    bench.load()
    assert (bench.root / "var/quarantine.csv").read_text(encoding="utf-8").splitlines() == [
        "table,file,line,why,record"
    ]
    assert sorted(item.name for item in (bench.root / "var").iterdir()) == ["quarantine.csv", "secret.key"]


def test_the_hash_is_of_the_values_alone(bench: Bench) -> None:
    bench.put("a.csv", "customer_no;name;city\n1;a;\n1;;a\n11;;\n")
    bench.put("b.csv", "city,name,customer_no\n,a,1\n")
    bench.source("customers", path="in/*.csv")
    bench.load()
    first, other, third, again = (value for (value,) in bench.rows("customers", "_hash"))
    assert first == again
    assert len({first, other, third}) == 3
    assert first == hashlib.sha256(b"customer_no=1:1;name=1:a;").hexdigest()


def test_values_are_not_trimmed(bench: Bench) -> None:
    bench.put("x.csv", "customer_no;name;city\n 1 ; a b ;\u00a0\n")
    bench.source("customers", path="in/x.csv")
    bench.load()
    assert bench.rows("customers", "customer_no", "name", "city") == [(" 1 ", " a b ", None)]


def test_a_wrong_mapping_is_an_error_of_configuration(bench: Bench) -> None:
    bench.put("x.csv", "customer_no\n1\n")
    bench.source("customers", "[columns]\nnimi = 'x'\n", path="in/x.csv")
    with pytest.raises(ConfigError, match="'nimi' is not a column of customers"):
        bench.load()


def test_the_same_input_gives_the_same_night(bench: Bench, tmp_path: Path) -> None:
    bench.put("x.csv", "customer_no;name\n2;b\n1;a\n")
    bench.source("customers", path="in/x.csv")
    first = bench.load()
    rows = bench.night.execute("SELECT * FROM landed.customers").fetchall()
    assert bench.load() == first
    assert bench.night.execute("SELECT * FROM landed.customers").fetchall() == rows


JOINED = section("columns", {"customer_no": "Asno", "observed_on": "Pvm"}) + section("constants", {"signal": "move"})


def test_several_columns_are_joined_into_one_text(bench: Bench) -> None:
    mapping = JOINED + section("joined", {"detail": "[{Katu}, {Pno} {Ptp}][; {Huom}]"})
    bench.put(
        "x.csv",
        "Asno;Pvm;Katu;Pno;Ptp;Huom\n1;1.2.2026; Rantatie  4 ;70100;KUOPIO;tila [2]\n2;1.2.2026;;70100;KUOPIO;soittaa\n3;1.2.2026;;;;\n",
    )
    bench.source("evidence", mapping, path="in/x.csv")
    bench.load()
    assert bench.rows("evidence", "customer_no", "detail") == [
        ("1", "Rantatie 4, 70100 KUOPIO; tila [2]"),
        ("2", "soittaa"),
        ("3", None),
    ]


def test_a_column_that_is_joined_must_be_there_and_is_not_ignored_by_the_way(bench: Bench) -> None:
    bench.put("x.csv", "Asno;Pvm;Kadut\n1;1.2.2026;Rantatie 4\n")
    bench.source("evidence", JOINED + section("joined", {"detail": "{Katu}"}), path="in/x.csv")
    with pytest.raises(InputError, match=r"'Katu'.*Kadut"):
        bench.load()


@pytest.mark.parametrize("template", ["Katu", 7])
def test_a_joined_text_names_columns(bench: Bench, template: object) -> None:
    bench.put("x.csv", "Asno;Pvm;Katu\n1;1.2.2026;Rantatie 4\n")
    bench.source("evidence", JOINED + section("joined", {"detail": template}), path="in/x.csv")
    with pytest.raises(ConfigError, match="in braces"):
        bench.load()


def test_an_id_may_stand_for_the_customer_number_of_evidence_alone(bench: Bench) -> None:
    rows = "signal;observed_on;national_id;business_id\ndeath;1.2.2026;010190-901R;\nmove;1.2.2026;;\ncompany_status;1.2.2026;;0000012-3\n"
    bench.put("x.csv", rows)
    bench.source("evidence", path="in/x.csv")
    (file,) = bench.load()
    assert (file.loaded, file.quarantined) == (2, 1)
    assert [signal for (signal,) in bench.rows("evidence", "signal")] == ["death", "company_status"]
    assert not bench.night.execute("SELECT * FROM landed.evidence WHERE contains(national_id, '901R')").fetchall()
    bench.put("x.csv", "signal;observed_on\ndeath;1.2.2026\n")
    with pytest.raises(InputError, match="the key column customer_no"):
        bench.load()
