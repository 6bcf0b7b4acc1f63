"""Addresses of e-invoicing: the OVT id of an organisation, or an operator's own form."""

from __future__ import annotations

import re

from regclean.standardise.identifiers.identifier import INVALID, Context, Identifier, IdentifierKind, normalise_id
from regclean.standardise.identifiers.y_tunnus import YTunnus

_SHAPE = re.compile(r"0037(\d{8})([0-9A-Z]{0,5})")
_BEGINS = "0037"


class Ovt(IdentifierKind):
    """An OVT id: 0037, a Y-tunnus without its hyphen, up to five characters of the organisation's own."""

    name = "OVT"
    columns = ("e_invoice_address",)

    def check(self, value: str, context: Context) -> Identifier:
        return self.ok(value) if business_id_of_ovt(value) else INVALID


class OperatorAddress(IdentifierKind):
    """Another form (IBAN, an operator's own): it cannot be checked and is kept with `warn`."""

    name = "operator's address"
    columns = ("e_invoice_address",)

    def check(self, value: str, context: Context) -> Identifier:
        return self.ok(value, "warn") if value.isascii() and not value.startswith(_BEGINS) else INVALID


def business_id_of_ovt(text: str | None) -> str | None:
    """The Y-tunnus inside a valid OVT id."""
    match = _SHAPE.fullmatch(normalise_id(text)) if text else None
    return YTunnus().read(match[1], Context()).value if match else None
