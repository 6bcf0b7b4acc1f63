"""National ids where none belongs: masked, kept beside the row; telephone numbers of the same shape are left."""

from __future__ import annotations

import pytest
from landing_bench import Bench

from regclean.config import workspace_key
from regclean.landing.concealment import concealed
from regclean.sealing import Seal
from regclean.standardise import national_ids_in

IDS = [
    ("Suvanto Leo 010594Y9032", "Suvanto Leo 010594Y***2"),
    ("hetu 010594–903R, soita illalla", "hetu 010594-***R, soita illalla"),
    ("010594 Y 9032", "010594Y***2"),
    ("(010594y9032)", "(010594Y***2)"),
    ("040 123 4567 / 131052-308T", "040 123 4567 / 131052-***T"),
    ("131052-308K", "131052-***K"),  # a slip in the check character makes it no less an id
    ("131052308T", "131052***T"),
    ("010594Y9032 ja 010594Y9021", "010594Y***2 ja 010594Y***1"),
    ("010594Y9032_vanha", "010594Y***2_vanha"),
]
OTHERS = [
    "040123-4567",
    "1234567-1",
    "FI2112345600000785",
    "0401230001",
    "K-010594",
    "12.3.1961",
    "991352-308T",
    "Y9032",
]


@pytest.mark.parametrize(("text", "masked"), IDS)
def test_an_id_in_any_text_is_masked(text: str, masked: str) -> None:
    assert concealed(text)[0] == masked
    assert concealed(masked) == (masked, [])


@pytest.mark.parametrize("text", OTHERS)
def test_other_numbers_are_left(text: str) -> None:
    assert concealed(text) == (text, [])


def test_a_number_that_may_be_a_phone_is_left_where_phones_are_unless_it_is_somebodys_id(bench: Bench) -> None:
    # Both have the shape and the right check digit.
    bench.put("c.csv", "customer_no;name;national_id;phone\n1;A;;050110-9110\n2;B;010180-9026;\n3;C;;010180-9026\n")
    bench.source("customers", path="in/c.csv")
    bench.load()
    assert [phone for (phone,) in bench.rows("customers", "phone")] == ["050110-9110", None, "010180-***6"]


def test_a_row_whose_key_holds_an_id_is_set_aside_masked(bench: Bench) -> None:
    bench.limits = {"max_quarantined_percent": 100.0}
    bench.put("c.csv", "customer_no;name\n1;Suvanto Leo 010594Y9032\n010594Y9021;Haka Tuomo\n;Haka 010594Y9021\n")
    bench.source("customers", path="in/c.csv")
    bench.put("m.csv", "bin_group_no;member_no;name\nK1;010594Y9032;Haka Tuomo\n")
    bench.source("bin_group_members", path="in/m.csv")
    report = bench.load()
    assert (report.records, report.loaded, report.quarantined) == (4, 2, 2)
    assert bench.rows("customers", "name") == [("Suvanto Leo 010594Y***2",)]
    assert bench.rows("bin_group_members", "member_no") == [(None,)]
    aside = (bench.root / "var" / "quarantine.csv").read_text(encoding="utf-8")
    assert "holds a national id" in aside
    assert "010594Y902" not in aside
    kept = bench.night.execute(
        "SELECT table_name, line, column_name, national_id FROM landed.misplaced_ids ORDER BY ALL"
    )
    seal = Seal(workspace_key(bench.root / "var"))
    rows = kept.fetchall()
    assert all("***" in sealed for *_, sealed in rows)
    assert [(*place, seal.opened(sealed)) for *place, sealed in rows] == [
        ("bin_group_members", 2, "member_no", "010594Y9032"),
        ("customers", 2, "name", "010594Y9032"),
        ("customers", 3, "customer_no", "010594Y9021"),
    ]


def test_the_number_of_a_building_is_no_national_id_where_it_is_the_key_either(bench: Bench) -> None:
    """Both have nine digits and the same check character; 100110 is a date, too."""
    number = next(
        f"100110123{sign}" for sign in "0123456789ABCDEFHJKLMNPRSTUVWXY" if national_ids_in(f"100110123{sign}")
    )
    bench.put("x.csv", f"building_id;street_address\n{number};Tie 1\n")
    bench.source("buildings", path="in/x.csv")
    (file,) = bench.load()
    assert (file.loaded, file.quarantined) == (1, 0)
    assert bench.rows("buildings", "building_id") == [(number,)]
