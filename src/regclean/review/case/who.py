"""Who a case is about, at a glance: name, ways to reach them, and what they have in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regclean.domain.register import Subject
from regclean.review.case.cases import OpenCase, clean_of
from regclean.review.case.fields import BY_NAME, raw_of
from regclean.review.case.shared_bins import Values

ADDRESS = ("street_address", "postal_code", "city")


@dataclass(frozen=True, slots=True)
class Place:
    """A site that a customer has a role or a service at. `roles`, `use`: codes of the register."""

    site_no: str
    address: str | None
    use: str | None
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Who:
    """One customer. Of services, sites and shared bins those that have not ended; None: the register has none."""

    customer_no: str
    name: str | None
    kind: str | None
    status: str | None
    born: str | None
    business_id: str | None
    address: str | None
    phones: tuple[str, ...]
    email: str | None
    places: tuple[Place, ...]
    services: tuple[Mapping[str, Any], ...]
    bin_groups: tuple[Mapping[str, Any], ...]


def who_it_is(case: OpenCase) -> tuple[Who, ...]:
    """The customers of a case whose records are at hand."""
    return tuple(
        _who(customer, record)
        for subject, record in sorted(case.records.items())
        if (customer := Subject.parse(subject).customer)
    )


def _who(customer_no: str, record: Mapping[str, Any]) -> Who:
    def value(name: str) -> str | None:
        field = BY_NAME[name]
        return clean_of(field, record) or raw_of(field, record)

    services = _in_force(record, "services")
    return Who(
        customer_no=customer_no,
        name=value("name"),
        kind=value("kind"),
        status=value("status"),
        born=value("birth_date"),
        business_id=value("business_id"),
        address=_joined(value(name) for name in ADDRESS),
        phones=tuple(phone for name in ("phone", "phone_2") if (phone := value(name))),
        email=value("email"),
        places=_places(_in_force(record, "roles"), services),
        services=services,
        bin_groups=_in_force(record, "bin_groups"),
    )


def _in_force(record: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(Values(one) for one in record.get(name) or () if not one.get("end_on"))


def _places(roles: Sequence[Mapping[str, Any]], services: Sequence[Mapping[str, Any]]) -> tuple[Place, ...]:
    found: dict[str, Place] = {}
    for one in (*roles, *services):
        site_no = one["site_no"]
        if not site_no:
            continue
        before = found.get(site_no) or Place(site_no, _joined(one[name] for name in ADDRESS), one["use"], ())
        role = (one["role"],) if one["role"] and one["role"] not in before.roles else ()
        found[site_no] = Place(site_no, before.address, before.use, (*before.roles, *role))
    return tuple(found.values())


def _joined(parts: Iterable[str | None]) -> str | None:
    street, code, city = parts
    town = " ".join(part for part in (code, city) if part)
    return ", ".join(part for part in (street, town) if part) or None
