"""Kiinteistötunnus, the property id."""

from __future__ import annotations

import re

from regclean.standardise.identifiers.identifier import INVALID, Context, Identifier, IdentifierKind

_SHAPE = re.compile(r"(\d{1,3})-(\d{1,3})-(\d{1,4})-(\d{1,4})(-M\w*)?")
# Street, park and water areas carry property ids too; nobody lives there.
_PUBLIC_AREAS = range(9901, 9910)


class Kiinteistotunnus(IdentifierKind):
    """3-3-4-4, padded. The first part may name an abolished municipality and is not looked up. A parcel suffix (-M601)
    is kept.
    """

    name = "kiinteistötunnus"
    columns = ("property_id",)

    def check(self, value: str, context: Context) -> Identifier:
        if len(value) == 14 and value.isascii() and value.isdigit():
            parts, suffix = [value[0:3], value[3:6], value[6:10], value[10:14]], ""
        elif match := _SHAPE.fullmatch(value):
            parts = [match[1].zfill(3), match[2].zfill(3), match[3].zfill(4), match[4].zfill(4)]
            suffix = match[5] or ""
        else:
            return INVALID
        if int(parts[0]) == 0:
            return INVALID
        return self.ok("-".join(parts) + suffix, "warn" if int(parts[2]) in _PUBLIC_AREAS else "ok")
