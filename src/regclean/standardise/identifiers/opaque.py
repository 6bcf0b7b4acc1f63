"""Ids of which nothing is known but that equal ones are equal (country "generic")."""

from __future__ import annotations

from regclean.standardise.identifiers.identifier import MISSING, Context, Identifier, IdentifierKind, normalise_id
from regclean.standardise.text import is_placeholder


class Opaque(IdentifierKind):
    """Any text but a placeholder, which is as good as nothing."""

    name = "opaque"
    columns = ()
    countries = ()

    def check(self, value: str, context: Context) -> Identifier:
        return self.ok(value) if value else MISSING

    def read(self, text: str | None, context: Context) -> Identifier:
        found = super().read(text, context)
        return MISSING if found.state == "placeholder" else found

    def placeholder(self, text: str) -> bool:
        return is_placeholder(text) or is_placeholder(normalise_id(text))

    def mask(self, value: str) -> str:
        return "*" * max(len(value) - 2, 1) + (value[-2:] if len(value) > 4 else "")
