"""Y-tunnus, the Finnish business id."""

from __future__ import annotations

import re

from stdnum.fi import ytunnus

from regclean.standardise.identifiers.identifier import INVALID, PLACEHOLDER, Context, Identifier, IdentifierKind

_SHAPE = re.compile(r"(?:FI)?(\d{6,7})-?(\d)")


class YTunnus(IdentifierKind):
    """`FI12345671`, `1234567-1` and the old six-digit form give `1234567-1`."""

    name = "Y-tunnus"
    columns = ("business_id",)

    def check(self, value: str, context: Context) -> Identifier:
        match = _SHAPE.fullmatch(value)
        if match is None:
            return INVALID
        digits = match[1].zfill(7) + match[2]
        if int(digits) == 0:
            return PLACEHOLDER  # 0000000-0 passes the checksum
        return self.ok(f"{digits[:7]}-{digits[7]}") if ytunnus.is_valid(digits) else INVALID
