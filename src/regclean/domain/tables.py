"""The canonical tables of the input (the contract's section 2): one declaration for landing, mapping and checks.

Adding an input column means adding it here, in `warehouse/sql/schema.sql` and in `standardise/tables.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ColumnType = Literal["text", "date", "month_day", "integer", "decimal", "boolean", "code"]

KINDS = (
    "person",
    "household",
    "estate",
    "company",
    "housing_company",
    "public_body",
    "association",
    "group",
)
SIGNALS = (
    "death",
    "move",
    "owner_change",
    "returned_mail",
    "invoice",
    "payment",
    "contact",
    "complaint",
    "company_status",
    "phone_bounce",
    "email_bounce",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column. `codes` lists the allowed values of a `code` column."""

    name: str
    type: ColumnType = "text"
    key: bool = False
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table. `keys` are the columns without which a row means nothing."""

    name: str
    columns: tuple[Column, ...]
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)


def _columns(spec: str) -> tuple[Column, ...]:
    """Read `name[*][:type[(code|code)]]`, blank separated."""
    columns = []
    for item in spec.split():
        name, _, kind = item.partition(":")
        kind, _, codes = kind.partition("(")
        columns.append(
            Column(
                name=name.rstrip("*"),
                type=kind or "text",  # type: ignore[arg-type]  # the literals below are the only input
                key=name.endswith("*"),
                codes=tuple(codes.rstrip(")").split("|")) if codes else (),
            )
        )
    return tuple(columns)


CUSTOMERS = Table(
    "customers",
    _columns(
        f"""customer_no* kind:code({"|".join(KINDS)}) name first_names last_name company_name previous_last_name
        national_id business_id birth_date:date street_address postal_code city country_code phone phone_2 email
        language non_disclosure:boolean status:code(active|paused|ended)
        relationship:code(key|regular|occasional|potential|former)
        billing_name billing_street_address billing_postal_code billing_city e_invoice_address iban
        contact_source:code(self|contact_person|authority|staff) created_on:date updated_on:date"""
    ),
)
SITES = Table(
    "sites",
    _columns(
        """site_no* property_id building_id street_address postal_code city municipality_code
        use:code(permanent|leisure|business|other) building_state dwellings:integer latitude:decimal longitude:decimal"""
    ),
)
SITE_ROLES = Table(
    "site_roles",
    _columns("customer_no* site_no* role*:code(owner|occupant|orderer|payer|manager) start_on:date end_on:date"),
)
SERVICES = Table(
    "services",
    _columns(
        """service_no* customer_no* site_no waste_type bin_litres:decimal bin_count:integer interval_weeks:decimal
        season_start:month_day season_end:month_day start_on:date end_on:date paused_from:date paused_to:date
        bin_group_no last_emptied_on:date"""
    ),
)
BIN_GROUPS = Table(
    "bin_groups",
    _columns(
        """bin_group_no* waste_type host_site_no host_customer_no contact_customer_no contact_name contact_phone
        contact_email street_address postal_code city billing:code(one_payer|split) start_on:date end_on:date
        confirmed_on:date"""
    ),
)
BIN_GROUP_MEMBERS = Table(
    "bin_group_members",
    _columns(
        """bin_group_no* member_no customer_no site_no name street_address postal_code city phone email
        share_percent:decimal use:code(permanent|leisure|business|other) start_on:date end_on:date informed_on:date"""
    ),
)
EVIDENCE = Table(
    "evidence",
    _columns(f"customer_no* signal*:code({'|'.join(SIGNALS)}) observed_on*:date detail"),
)

TABLES: dict[str, Table] = {
    table.name: table for table in (CUSTOMERS, SITES, SITE_ROLES, SERVICES, BIN_GROUPS, BIN_GROUP_MEMBERS, EVIDENCE)
}
