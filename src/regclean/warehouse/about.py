"""Which rows of a night are about one customer."""

from __future__ import annotations

from regclean.domain.register import Table


def about_customer(table: Table) -> str | None:
    """When a typed row `t` is about the customer `$no`, as a condition in SQL; None of a table that tells of no customer."""
    if table.name == "sites":
        own = "SELECT site_no FROM {} WHERE customer_no = $no"
        return f"t.site_no IN ({own.format('site_roles')} UNION {own.format('services')})"
    if table.name == "emptyings":
        return "t.service_no IN (SELECT service_no FROM services WHERE customer_no = $no)"
    conditions = [f"t.{name} = $no" for name in table.references if name.endswith("customer_no")]
    if table.name == "bin_group_members":
        linked = "SELECT row_key(bin_group_no, member_no) FROM member_links WHERE customer_no = $no"
        conditions.append(f"row_key(t.bin_group_no, t.member_no) IN ({linked})")
    return f"({' OR '.join(conditions)})" if conditions else None


def typed_key(table: Table) -> str:
    """The key of a typed row `t`, as `keyed` and `raw` views have it."""
    columns = [f"t.{name}::TEXT" for name in table.key_columns]
    return columns[0] if len(columns) == 1 else f"row_key({', '.join(columns)})"
