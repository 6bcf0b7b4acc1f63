"""The fields of a customer in the order in which they are read, and what each is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regclean.domain.register import CUSTOMERS, UNITS
from regclean.review.web.i18n import N_
from regclean.standardise import value_or_none


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the register, as the page shows it. `told_only`: about the record, never a difference of customers."""

    name: str
    label: str
    told_only: bool = False

    @property
    def choosable(self) -> bool:
        """May a result be chosen for it?"""
        return CUSTOMERS.by_name[self.name].choosable

    @property
    def words(self) -> bool:
        """Are its values codes, said in words?"""
        return CUSTOMERS.by_name[self.name].type == "code"

    @property
    def day(self) -> bool:
        return CUSTOMERS.by_name[self.name].type == "date"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the register that it shows: a name may stand in several."""
        return UNITS["name"] if self.name == "name" else (self.name,)


CUSTOMER_FIELDS = (
    Field("name", N_("Name")),
    Field("previous_last_name", N_("Previous surname")),
    Field("kind", N_("Kind")),
    Field("birth_date", N_("Born")),
    Field("national_id", N_("National id")),
    Field("business_id", N_("Business id")),
    Field("street_address", N_("Address")),
    Field("postal_code", N_("Postal code")),
    Field("city", N_("Town")),
    Field("country_code", N_("Country")),
    Field("phone", N_("Phone")),
    Field("phone_2", N_("Second phone")),
    Field("email", N_("E-mail")),
    Field("language", N_("Language")),
    Field("status", N_("Status")),
    Field("relationship", N_("Customer relationship")),
    Field("segment", N_("Customer segment")),
    Field("billing_name", N_("Billing name")),
    Field("billing_street_address", N_("Billing address")),
    Field("billing_postal_code", N_("Billing postal code")),
    Field("billing_city", N_("Billing town")),
    Field("e_invoice_address", N_("E-invoice address")),
    Field("iban", N_("Bank account")),
    Field("contact_source", N_("Told by"), told_only=True),
    Field("touchpoint", N_("Made at"), told_only=True),
    Field("created_on", N_("Customer since"), told_only=True),
    Field("updated_on", N_("Updated"), told_only=True),
)
BY_NAME = {field.name: field for field in CUSTOMER_FIELDS}


def raw_of(field: Field, record: Mapping[str, Any]) -> str | None:
    """A value as it was landed; None where it says that there is none. A name may stand in several columns."""
    raw = record.get("raw") or {}
    if field.name == "name":
        parts = (raw.get("first_names"), raw.get("last_name"))
        joined = " ".join(str(part) for part in parts if part)
        value = raw.get("name") or joined or raw.get("company_name")
    else:
        value = raw.get(field.name)
    # A word that says there is nothing is nothing: it differs from no value, and is no result.
    return str(value) if value is not None and value_or_none(str(value)) is not None else None


# Every other column that a proposal can speak of.
LABELS = {field.name: field.label for field in CUSTOMER_FIELDS} | {
    "customer_no": N_("Customer number"),
    "first_names": N_("First names"),
    "last_name": N_("Surname"),
    "company_name": N_("Company name"),
    "non_disclosure": N_("Non-disclosure"),
    "site_no": N_("Site"),
    "property_id": N_("Property id"),
    "building_id": N_("Building id"),
    "municipality_code": N_("Municipality"),
    "use": N_("Use"),
    "building_state": N_("State of the building"),
    "dwellings": N_("Dwellings"),
    "latitude": N_("Latitude"),
    "longitude": N_("Longitude"),
    "role": N_("Role"),
    "start_on": N_("Begins"),
    "end_on": N_("Ends"),
    "service_no": N_("Service"),
    "waste_type": N_("Waste type"),
    "bin_litres": N_("Litres"),
    "bin_count": N_("Bins"),
    "interval_weeks": N_("Interval (weeks)"),
    "season_start": N_("Season begins"),
    "season_end": N_("Season ends"),
    "paused_from": N_("Paused from"),
    "paused_to": N_("Paused to"),
    "bin_group_no": N_("Shared bin"),
    "last_emptied_on": N_("Last emptied"),
    "contractor": N_("Contractor"),
    "host_site_no": N_("Host's site"),
    "host_customer_no": N_("Host"),
    "contact_customer_no": N_("Contact person's customer number"),
    "contact_name": N_("Contact person"),
    "contact_phone": N_("Contact person's phone"),
    "contact_email": N_("Contact person's e-mail"),
    "billing": N_("Billing"),
    "confirmed_on": N_("Confirmed"),
    "member_no": N_("Line"),
    "share_percent": N_("Share in percent"),
    "informed_on": N_("Informed"),
    "signals": N_("Signals"),
    "members": N_("Members"),
    "total": N_("Together"),
    "missing": N_("missing"),
    "metres": N_("Metres"),
    "limit_metres": N_("Limit (metres)"),
    "zone": N_("Zone"),
    "link_state": N_("The line"),
    "observed_on": N_("Observed"),
    "detail": N_("Detail"),
    "signal": N_("Signal"),
    "event_id": N_("Event"),
    "touchpoint": N_("Touchpoint"),
    "closed_on": N_("Settled"),
    "emptied_on": N_("Emptied"),
    "litres": N_("Litres taken"),
    "outcome": N_("Outcome"),
    "invoice_no": N_("Bill"),
    "issued_on": N_("Date of the bill"),
    "amount": N_("Amount"),
    "state": N_("State"),
    "taken_into_use_on": N_("Taken into use"),
    "exempt_until": N_("Exempt until"),
    "still_owner": N_("Still the owner"),
    "column": N_("Field"),
    "computed": N_("By the services and bills"),
    "reason": N_("Reason"),
    "measured": N_("Measured by"),
    "property_holder": N_("Property holder"),
}

TABLE_LABELS = {
    "customers": N_("Customer"),
    "sites": N_("Site"),
    "site_roles": N_("Role"),
    "services": N_("Service"),
    "bin_groups": N_("Shared bin"),
    "bin_group_members": N_("Line of the list"),
    "evidence": N_("Observation"),
    "emptyings": N_("Emptying"),
    "invoices": N_("Bill"),
    "buildings": N_("Building"),
}

# Codes of the register and of the evidence as people say them.
CODES = {
    "person": N_("person"),
    "household": N_("household"),
    "estate": N_("estate"),
    "company": N_("company"),
    "housing_company": N_("housing company"),
    "public_body": N_("public body"),
    "association": N_("association"),
    "group": N_("group"),
    "active": N_("active"),
    "paused": N_("paused"),
    "ended": N_("ended"),
    "key": N_("key customer"),
    "regular": N_("regular"),
    "occasional": N_("occasional"),
    "potential": N_("potential"),
    "former": N_("former"),
    "self": N_("the customer"),
    "contact_person": N_("a contact person"),
    "authority": N_("an authority"),
    "staff": N_("the staff"),
    "owner": N_("owner"),
    "occupant": N_("occupant"),
    "orderer": N_("orderer"),
    "payer": N_("payer"),
    "manager": N_("manager"),
    "permanent": N_("permanent home"),
    "leisure": N_("leisure home"),
    "business": N_("business"),
    "other": N_("other"),
    "one_payer": N_("one payer"),
    "split": N_("split by shares"),
    "mixed": N_("mixed waste"),
    "bio": N_("biowaste"),
    "cardboard": N_("cardboard"),
    "carton": N_("carton"),
    "glass": N_("glass"),
    "metal": N_("metal"),
    "plastic": N_("plastic"),
    "paper": N_("paper"),
    "sludge": N_("sludge"),
    "energy": N_("energy waste"),
    "multi": N_("multi-compartment"),
    "area_collection": N_("area collection"),
    "death": N_("death"),
    "move": N_("move"),
    "owner_change": N_("change of owner"),
    "returned_mail": N_("returned mail"),
    "invoice": N_("bill"),
    "payment": N_("payment"),
    "contact": N_("contact"),
    "complaint": N_("complaint"),
    "company_status": N_("company's status"),
    "phone_bounce": N_("dead phone"),
    "email_bounce": N_("bounced e-mail"),
    "emptying": N_("emptying"),
    "pause": N_("pause"),
    "member": N_("member"),
    "linked": N_("linked"),
    "host": N_("host"),
    "new": N_("not a customer yet"),
    "ambiguous": N_("several candidates"),
    "fi": N_("Finnish"),
    "sv": N_("Swedish"),
    "en": N_("English"),
    "name": N_("name"),
    "address": N_("address"),
    "phone": N_("phone"),
    "email": N_("e-mail"),
    "customer_no": N_("customer number"),
    "site": N_("site"),
    "letters": N_("broken letters"),
    "zero": N_("a lost zero"),
    "sign": N_("the sign of an e-mail address"),
    "bankruptcy_estate": N_("bankruptcy estate"),
    "bin_service": N_("the bin's contract"),
    "near_bin": N_("lives near the bin"),
}
