"""Which queue a finding waits in, and which other findings it is worked on together with."""

from __future__ import annotations

import json
from typing import Literal, get_args

from regclean.domain.register import Subject

Workpool = Literal["same", "related", "stale", "bin_group", "field", "conflict", "second", "restricted"]
WORKPOOLS: tuple[Workpool, ...] = get_args(Workpool)


def workpool(
    kind: str, relation: str | None, protected: bool, state: str, verdict: str | None, reopened_because: str | None
) -> str:
    """Protected ones are restricted whatever else they are; what a steward was unsure of waits for a second person."""
    if protected:
        return "restricted"
    if state == "deferred" and verdict == "unsure":
        return "second"
    if reopened_because == "contradicted":
        return "conflict"
    if kind == "duplicate":
        return "same" if relation in ("same", "unsure", None) else "related"
    return kind


def case_key(finding_id: str, kind: str, subjects: str) -> str:
    """What a queue shows as one row: a duplicate by itself (it is a whole cluster already), everything about one shared
    bin, or else everything of its kind about one customer. `subjects` is JSON text.
    """
    if kind == "duplicate":
        return finding_id
    rows = [Subject.parse(subject).row for subject in json.loads(subjects)]
    for table in ("bin_groups", "customers"):
        for row in rows:
            if row.table == table:
                return str(row)
    return str(rows[0]) if rows else finding_id
