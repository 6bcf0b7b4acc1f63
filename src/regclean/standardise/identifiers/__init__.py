"""The kinds of identifiers that a register may hold. A further one is one file here and one entry in `KINDS`.

A column may hold several kinds (`IdentifierKind.columns`): the first in `KINDS` that can read a text reads it.
"""

from __future__ import annotations

from functools import cache

from regclean.standardise.identifiers.henkilotunnus import MASKED, WRITTEN, Henkilotunnus, ids_in, strike_out_ids
from regclean.standardise.identifiers.iban import Iban
from regclean.standardise.identifiers.identifier import Context, Identifier, IdentifierKind, keyed_hash, normalise_id
from regclean.standardise.identifiers.kiinteistotunnus import Kiinteistotunnus
from regclean.standardise.identifiers.opaque import Opaque
from regclean.standardise.identifiers.ovt import OperatorAddress, Ovt, business_id_of_ovt
from regclean.standardise.identifiers.rakennustunnus import Rakennustunnus
from regclean.standardise.identifiers.y_tunnus import YTunnus

__all__ = [
    "KINDS",
    "MASKED_NATIONAL_ID",
    "WRITTEN_NATIONAL_ID",
    "Context",
    "Identifier",
    "IdentifierKind",
    "business_id_of_ovt",
    "keyed_hash",
    "kind_of",
    "kinds_in",
    "mask",
    "mask_national_id",
    "national_ids_in",
    "normalise_id",
    "read",
    "strike_out_ids",
]

KINDS: tuple[IdentifierKind, ...] = (
    Henkilotunnus(),
    YTunnus(),
    Ovt(),
    OperatorAddress(),
    Iban(),
    Kiinteistotunnus(),
    Rakennustunnus(),
)
_OPAQUE = Opaque()
_ANYWHERE = Context()
mask_national_id = Henkilotunnus().mask
national_ids_in = ids_in
MASKED_NATIONAL_ID, WRITTEN_NATIONAL_ID = MASKED, WRITTEN


@cache
def kinds_in(column: str, country: str) -> tuple[IdentifierKind, ...]:
    """The kinds that columns with this `identifier` may hold, in the order in which they are tried."""
    known = (kind for kind in KINDS if column in kind.columns)
    return tuple(kind for kind in known if not kind.countries or country in kind.countries) or (_OPAQUE,)


def kind_of(name: str | None) -> IdentifierKind:
    """The kind of this name."""
    return next((kind for kind in KINDS if kind.name == name), _OPAQUE)


def read(column: str, text: str | None, *, country: str = "fi", context: Context = _ANYWHERE) -> Identifier:
    """Read a text as the first kind that can; where none can, say what the first one says."""
    answers = [kind.read(text, context) for kind in kinds_in(column, country)]
    return next((answer for answer in answers if answer.value is not None), answers[0])


def mask(found: Identifier) -> str | None:
    """What may be shown of an identifier."""
    return kind_of(found.kind).mask(found.value) if found.value is not None else None
