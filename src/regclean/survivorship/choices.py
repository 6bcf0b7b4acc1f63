"""What a person chose of a merge, as a decision keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of one decision; nothing chosen is what the rules say.

    `sources`: column -> the customer whose value stands; `values`: column -> the value itself, None to clear it.
    """

    survivor: str | None = None
    leave_out: frozenset[str] = frozenset()
    sources: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> Choices:
        """From the choices of a decision: {"survivor", "leave_out": [], "from": {}, "fields": {}}, each optional."""
        kept = kept or {}
        return cls(
            kept.get("survivor") or None,
            frozenset(kept.get("leave_out") or ()),
            dict(kept.get("from") or {}),
            {column: value or None for column, value in (kept.get("fields") or {}).items()},
        )

    def kept(self) -> dict[str, Any]:
        """As a decision keeps them; what says nothing is left out."""
        said = {
            "survivor": self.survivor,
            "leave_out": sorted(self.leave_out),
            "from": dict(sorted(self.sources.items())),
            "fields": dict(sorted(self.values.items())),
        }
        return {name: value for name, value in said.items() if value}
