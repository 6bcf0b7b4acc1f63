"""What stewards can say of a finding."""

from __future__ import annotations

from typing import Literal, get_args

PairVerdict = Literal["same", "different", "household", "successor", "unsure"]
FindingVerdict = Literal["accept", "reject", "defer"]

PAIR_VERDICTS: tuple[PairVerdict, ...] = get_args(PairVerdict)
FINDING_VERDICTS: tuple[FindingVerdict, ...] = get_args(FindingVerdict)
# A pair that was told apart must never be joined by a cluster.
SEPARATING_VERDICTS = frozenset({"different", "household", "successor"})
