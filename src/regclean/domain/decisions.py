"""What stewards can say of a finding."""

from __future__ import annotations

from typing import Literal, get_args

PairVerdict = Literal["same", "entity", "different", "household", "successor", "unsure"]
FindingVerdict = Literal["accept", "reject", "defer"]

PAIR_VERDICTS: tuple[PairVerdict, ...] = get_args(PairVerdict)
FINDING_VERDICTS: tuple[FindingVerdict, ...] = get_args(FindingVerdict)
# "entity": one legal entity whose accounts are kept. It stands in one cluster, and nothing is merged.
JOINING_VERDICTS = frozenset({"same", "entity"})
# A pair that was told apart must never be joined by a cluster.
SEPARATING_VERDICTS = frozenset({"different", "household", "successor"})
# What becomes of the open bills of a customer who is merged away, or who ends: they stay on the old number until they are paid,
# whoever follows pays them, or they are paid or credited before.
OpenBills = Literal["stay", "move", "settle"]
OPEN_BILLS: tuple[OpenBills, ...] = get_args(OpenBills)
# What is left of a separating verdict once a compared value of either record has changed: the two stay apart until
# somebody answers again, and they are asked.
LAPSED = "lapsed"
