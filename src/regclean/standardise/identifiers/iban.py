"""IBAN, the international bank account number."""

from __future__ import annotations

from stdnum import iban

from regclean.standardise.identifiers.identifier import INVALID, Context, Identifier, IdentifierKind

_FINNISH_LENGTH = 18


class Iban(IdentifierKind):
    """A Finnish one must also pass the Luhn check of its 14-digit national part."""

    name = "IBAN"
    columns = ("iban",)
    countries = ()

    def check(self, value: str, context: Context) -> Identifier:
        value = value.replace("-", "").replace(".", "")
        if not value.isascii() or not iban.is_valid(value, check_country=False):
            return INVALID
        if value.startswith("FI") and (
            len(value) != _FINNISH_LENGTH or not value[4:].isdigit() or not _luhn(value[4:])
        ):
            return INVALID
        return self.ok(value)


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(digits)]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
