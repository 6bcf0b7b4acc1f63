"""Pysyvä rakennustunnus (PRT), the permanent building id."""

from __future__ import annotations

import re

from regclean.standardise.identifiers.identifier import CHECK_CHARACTERS, INVALID, Context, Identifier, IdentifierKind

_SHAPE = re.compile(r"1\d{8}[0-9A-Y]")


class Rakennustunnus(IdentifierKind):
    """1, eight digits, check character modulo 31. It also stands where a property's id should."""

    name = "rakennustunnus"
    columns = ("building_id", "property_id")

    def check(self, value: str, context: Context) -> Identifier:
        if not value.isascii() or not _SHAPE.fullmatch(value) or CHECK_CHARACTERS[int(value[:9]) % 31] != value[9]:
            return INVALID
        return self.ok(value)
