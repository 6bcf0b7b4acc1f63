"""Shared bins and the lists of their members, with what on a list is not the member's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import polars as pl

from regclean.domain.register import BIN_GROUP_MEMBERS, BIN_GROUPS
from regclean.standardise import rules
from regclean.standardise.columns import (
    ADDRESS_PARTS,
    HIDDEN_LINES,
    AddressColumns,
    Reading,
    clean_keys,
    completed,
    exactly,
    listed,
    one_of_each,
    prepared,
    read_addresses,
    row_keys,
    schema_of,
    with_keys,
)
from regclean.standardise.customer_tables import surname_first_habit
from regclean.standardise.misplaced import ids_of_lines
from regclean.standardise.protection import note_hidden

# A value on this many lines of a list, and on more than half of them, is not each member's own.
_REPEATED = 3


def bin_group_tables(
    landed: Mapping[str, pl.DataFrame], customers: pl.DataFrame, sites: pl.DataFrame, reading: Reading
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(bin_groups, bin_group_members)."""
    groups = _groups(landed, reading)
    members = _members(landed, reading)
    return exactly(groups, schema_of(BIN_GROUPS)), exactly(
        _with_proxies(members, groups, customers, sites), schema_of(BIN_GROUP_MEMBERS)
    )


def _groups(landed: Mapping[str, pl.DataFrame], reading: Reading) -> pl.DataFrame:
    frame = clean_keys(prepared(landed, BIN_GROUPS, reading), BIN_GROUPS.references, reading)
    frame = with_keys(frame, "bin_groups", ["bin_group_no"], reading)
    note_hidden(frame, BIN_GROUPS, reading)
    frame = one_of_each(frame, BIN_GROUPS, reading)
    party = _parties(frame, "contact_name", reading)
    phone = reading.mapper.apply(
        frame, ["contact_phone"], partial(rules.phone, country=reading.options.country), rules.PHONE
    )
    email = reading.mapper.apply(
        frame, ["contact_email"], partial(rules.email, country=reading.options.country), rules.EMAIL
    )
    address = read_addresses(frame, AddressColumns(), reading)
    return completed(
        frame,
        BIN_GROUPS,
        frame["bin_group_no"],
        [
            party.select(contact_name="name", contact_first="m_first", contact_last="m_last", contact_org="m_org"),
            phone.select(contact_phone="phone"),
            email.select(contact_email="email"),
            address.select("street_address", "postal_code", "city", *ADDRESS_PARTS),
        ],
        reading,
    )


def _parties(frame: pl.DataFrame, column: str, reading: Reading) -> pl.DataFrame:
    """The party that a single name column stands for."""
    country = reading.options.country
    nothing = pl.lit(None, dtype=pl.String)
    asked = frame.select(
        nothing.alias("kind"),
        pl.col(column).alias("name"),
        *[nothing.alias(name) for name in ("first_names", "last_name", "company_name", "previous_last_name")],
    )
    habit = country == "fi" and surname_first_habit(frame[column])
    rule = partial(rules.party, country=country, surname_first=habit)
    return reading.mapper.apply(asked, asked.columns, rule, rules.PARTY).with_columns(listed(rules.LISTED))


def _members(landed: Mapping[str, pl.DataFrame], reading: Reading) -> pl.DataFrame:
    frame = clean_keys(prepared(landed, BIN_GROUP_MEMBERS, reading), BIN_GROUP_MEMBERS.references, reading)
    frame = with_keys(frame, "bin_group_members", ["bin_group_no"], reading)
    frame = _numbered(frame)
    reading.hidden_lines = (
        note_hidden(frame, BIN_GROUP_MEMBERS, reading).select(*HIDDEN_LINES).unique(maintain_order=True)
    )
    frame = one_of_each(frame, BIN_GROUP_MEMBERS, reading)
    keys = row_keys(frame, "bin_group_no", "member_no")
    reading.member_ids = ids_of_lines(frame, BIN_GROUP_MEMBERS, reading)
    share = reading.mapper.apply(frame, ["share_percent"], rules.share, rules.SHARE)
    reading.note("bin_group_members", keys, "share_percent", share["share_state"] == "invalid")
    party = _parties(frame, "name", reading)
    spouse = _spouses(party, reading)
    phone = reading.mapper.apply(frame, ["phone"], partial(rules.phone, country=reading.options.country), rules.PHONE)
    email = reading.mapper.apply(frame, ["email"], partial(rules.email, country=reading.options.country), rules.EMAIL)
    address = read_addresses(frame, AddressColumns(), reading)
    return completed(
        frame,
        BIN_GROUP_MEMBERS,
        keys,
        [
            share,
            party.select("name", "kind", "m_first", "m_given", "m_last", "m_last_parts", "m_org"),
            pl.DataFrame(
                {
                    "m_first_2": spouse["m_first"],
                    "m_last_2": spouse["m_last"],
                    "phone": phone["phone"],
                    "email": email["email"],
                }
            ),
            address.select("street_address", "postal_code", "city", *ADDRESS_PARTS),
        ],
        reading,
    )


def _spouses(party: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """m_first and m_last of the second person on each line."""
    others = rules.unpacked(party.select("others").with_row_index("line"))
    second = others.filter(pl.col("part") == "spouse").unique("line", keep="first", maintain_order=True)
    folded = reading.mapper.apply(second, ["first_names", "last_name"], rules.person_names, rules.PERSON_NAMES)
    second = pl.concat([second.select("line"), folded], how="horizontal")
    lines = pl.DataFrame({"line": pl.int_range(party.height, dtype=pl.UInt32, eager=True)})
    return lines.join(second, on="line", how="left", maintain_order="left")


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Members without a number get that of their line within the group; "L" in front where the list used it already."""
    line = pl.int_range(1, pl.len() + 1).over("bin_group_no").cast(pl.String)
    frame = frame.with_columns(_line=line)
    taken = frame.select("bin_group_no", "member_no").drop_nulls().unique().with_columns(_taken=pl.lit(True))
    frame = frame.join(
        taken,
        left_on=["bin_group_no", "_line"],
        right_on=["bin_group_no", "member_no"],
        how="left",
        maintain_order="left",
    )
    free = pl.when(pl.col("_taken").fill_null(False)).then("L" + pl.col("_line")).otherwise("_line")
    return frame.with_columns(member_no=pl.coalesce("member_no", free)).drop("_line", "_taken")


def _with_proxies(
    members: pl.DataFrame, groups: pl.DataFrame, customers: pl.DataFrame, sites: pl.DataFrame
) -> pl.DataFrame:
    """proxy_phone, proxy_email, proxy_address: what stands on a member's line but is the contact person's or the bin's."""
    # Whoever is registered by this very name at the address that the line gives lives there; so does the host's household.
    at_home = (
        customers.select("m_first", "m_last", "m_street", "m_house", _at_home=True)
        .drop_nulls()
        .unique(maintain_order=True)
    )
    host = customers.select(host_customer_no="customer_no", _host_last="m_last")
    contact = customers.select(contact_customer_no="customer_no", _phone="phone", _phone_2="phone_2", _email="email")
    bins = sites.select(host_site_no="site_no", **{f"_site_{part}": part for part in ADDRESS_PARTS})
    known = (
        groups.select(
            "bin_group_no",
            "host_site_no",
            "host_customer_no",
            "contact_customer_no",
            "contact_phone",
            "contact_email",
            "contact_first",
            "contact_last",
            "contact_org",
            **{f"_bin_{part}": part for part in ADDRESS_PARTS},
        )
        .join(contact, on="contact_customer_no", how="left")
        .join(bins, on="host_site_no", how="left")
        .join(host, on="host_customer_no", how="left")
    )
    lines = members.join(known, on="bin_group_no", how="left", maintain_order="left").join(
        at_home, on=["m_first", "m_last", "m_street", "m_house"], how="left", maintain_order="left"
    )
    contacts_own = (
        _same("customer_no", "contact_customer_no")
        | (_same("m_first", "contact_first") & _same("m_last", "contact_last"))
        | _same("m_org", "contact_org")
    )
    hosts_own = contacts_own | _same("customer_no", "host_customer_no") | _same("site_no", "host_site_no")
    hosts_own = hosts_own | _same("m_last", "_host_last") | pl.col("_at_home").fill_null(False)
    place = pl.concat_str(
        [pl.col(part).fill_null("") for part in ("m_street", "m_house", "m_house_letter", "m_stair", "m_flat")],
        separator="|",
    )
    lines = lines.with_columns(
        _place=pl.when(pl.col("m_street").is_not_null() & pl.col("m_house").is_not_null()).then(place)
    )
    phone = _same("phone", "contact_phone") | _same("phone", "_phone") | _same("phone", "_phone_2") | _repeated("phone")
    email = _same("email", "contact_email") | _same("email", "_email") | _repeated("email")
    at_bin = _same_place("_bin_") | _same_place("_site_") | _repeated("_place")
    return lines.with_columns(
        proxy_phone=(phone & ~contacts_own).fill_null(False),
        proxy_email=(email & ~contacts_own).fill_null(False),
        proxy_address=(at_bin & ~hosts_own).fill_null(False),
    )


def _same(left: str, right: str) -> pl.Expr:
    return (pl.col(left) == pl.col(right)).fill_null(False)


def _same_place(prefix: str) -> pl.Expr:
    """Same street, number and letter, same flat if either names one."""
    same = _same("m_street", f"{prefix}m_street") & _same("m_house", f"{prefix}m_house")
    for part in ("m_house_letter", "m_stair", "m_flat"):
        same = same & pl.col(part).eq_missing(pl.col(f"{prefix}{part}"))
    return same


def _repeated(column: str) -> pl.Expr:
    """Does this value stand on most lines of its list?"""
    times = pl.len().over("bin_group_no", column)
    lines = pl.len().over("bin_group_no")
    return pl.col(column).is_not_null() & (times >= _REPEATED) & (times * 2 > lines)
