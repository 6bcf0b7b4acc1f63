"""Which queue a finding waits in, and which other findings it is worked on together with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from regclean.domain.register import SOURCES, Subject, first_part
from regclean.findings.records import Facts

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


def case_key(subjects: Iterable[str], facts: Mapping[str, Facts]) -> str:
    """The subject that one act is about: a shared bin, else a customer, else a site, as named, else whose they are.

    What is about none of them is a case by itself. `facts`: of each subject's row.
    """
    about = [Subject.parse(subject) for subject in sorted(subjects)]
    rows = [subject if subject.table == SOURCES else subject.row for subject in about]
    for named in (rows, [_holder(row, facts) for row in rows]):
        for table in ("bin_groups", "customers", "sites"):
            for subject in named:
                if subject.table == table:
                    return str(subject)
    return str(rows[0])


def _holder(row: Subject, facts: Mapping[str, Facts]) -> Subject:
    """Whose a row is; what is nobody's is its own."""
    if row.group is not None:
        return Subject("bin_groups", row.group)
    if row.table == "site_roles":
        return Subject("customers", first_part(row.table, row.key))
    known = facts.get(str(row))
    return Subject.parse(known.holder) if known and known.holder else row
