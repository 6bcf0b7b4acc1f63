"""Until the day that standardising names, any later night reads the same rows as the same."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from regclean.standardise import Options, standardise_tables
from regclean.standardise.identifiers.henkilotunnus import CHECK_CHARACTERS
from regclean.standardise.tables import Standardised

TONIGHT = date(2026, 11, 1)
DAYS = st.dates(TONIGHT - timedelta(10), TONIGHT + timedelta(90))
WRITTEN = st.tuples(DAYS, st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"])).map(
    lambda one: one[0].strftime(one[1])
)


def national_id(day: date) -> str:
    digits = f"{day:%d%m%y}123"
    return f"{digits[:6]}A123{CHECK_CHARACTERS[int(digits) % 31]}"


CUSTOMER = st.fixed_dictionaries(
    {
        "customer_no": st.sampled_from(["1", "2", "3"]),
        "name": st.sampled_from(["Virtanen Matti", "Virtanen Matti (turvakielto)"]),
        "birth_date": st.none() | WRITTEN,
        "national_id": st.none() | DAYS.map(national_id),
        "updated_on": st.none() | WRITTEN,
    }
)
SERVICE = st.fixed_dictionaries(
    {
        "service_no": st.sampled_from(["V1", "V2"]),
        "customer_no": st.sampled_from(["1", "2"]),
        "site_no": st.just("S1"),
        "end_on": st.none() | WRITTEN,
    }
)


def landed(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    places = [{"_file": "in.csv", "_row": number, "_hash": f"{number}"} for number, _ in enumerate(rows, 2)]
    whole = [row | place for row, place in zip(rows, places, strict=True)]
    return pl.DataFrame(whole, infer_schema_length=None).with_columns(pl.col(pl.Null).cast(pl.String))


def read(tables: dict[str, pl.DataFrame], as_of: date) -> Standardised:
    return standardise_tables(tables, Options("fi", accept_test_ids=True, as_of=as_of, id_key=b"key", processes=1))


@given(
    customers=st.lists(CUSTOMER, min_size=1, max_size=4),
    services=st.lists(SERVICE, min_size=1, max_size=2),
    later=st.integers(1, 100),
)
@settings(max_examples=30)
def test_a_later_night_reads_the_same_until_the_day_that_is_named(
    customers: list[dict[str, str | None]], services: list[dict[str, str | None]], later: int
) -> None:
    sites: list[dict[str, str | None]] = [{"site_no": "S1", "street_address": "Salainen osoite (turvakielto)"}]
    tables = {"customers": landed(customers), "services": landed(services), "sites": landed(sites)}
    tonight = read(tables, TONIGHT)
    assert tonight.holds_until > TONIGHT
    for day in (TONIGHT + timedelta(later), tonight.holds_until - timedelta(1)):
        if day < tonight.holds_until:
            other = read(tables, day)
            assert other.holds_until == tonight.holds_until
            for name, frame in tonight.tables.items():
                assert_frame_equal(frame, other.tables[name])
            for ours, theirs in ((tonight.origins, other.origins), (tonight.rejected, other.rejected)):
                assert_frame_equal(ours, theirs)
            assert_frame_equal(tonight.unreadable, other.unreadable)


def test_an_id_whose_day_is_still_to_come_names_that_day() -> None:
    born = TONIGHT + timedelta(30)
    tables = {"customers": landed([{"customer_no": "1", "name": "Virtanen Matti", "national_id": national_id(born)}])}
    tonight = read(tables, TONIGHT)
    assert tonight.holds_until == born
    assert tonight.tables["customers"]["national_id_state"].to_list() == ["invalid"]
    assert read(tables, born).tables["customers"]["national_id_state"].to_list() == ["ok"]
    assert read(tables, born - timedelta(1)).tables["customers"]["national_id_state"].to_list() == ["invalid"]


def test_of_nothing_that_is_to_come_the_end_of_the_year_is_named() -> None:
    tables = {"customers": landed([{"customer_no": "1", "name": "Virtanen Matti", "birth_date": "1.2.61"}])}
    assert read(tables, TONIGHT).holds_until == date(2027, 1, 1)
