"""The material of a letter from the evidence that the ledger froze: what a reader of the ledger alone needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from regclean.bin_reports.letters import Defect, Material, MemberAsSent
from regclean.domain.findings import Severity
from regclean.domain.register import Subject, subject_text


@dataclass(frozen=True, slots=True)
class FrozenFinding:
    """A finding as the ledger has it. `evidence` is the frozen payload: {"rule": …, "records": {subject: …}}."""

    rule: str
    severity: Severity
    subjects: tuple[str, ...]
    evidence: Mapping[str, Any]
    protected: bool = False


def material_of(
    bin_group_no: str,
    findings: Iterable[FrozenFinding],
    *,
    protected: Collection[str] = (),
    language: str | None = None,
) -> Material:
    """The material of one shared bin's letter from its open findings.

    `protected`: numbers of the customers under non-disclosure; their lines are not named. `language`: the contact
    person's, where the caller knows it.
    """
    mine = [finding for finding in findings if subject_text("bin_groups", bin_group_no) in finding.subjects]
    records = {subject: record for finding in mine for subject, record in _records(finding)}
    lines: dict[str, MemberAsSent] = {}
    unnamed: set[str] = set()
    for subject, record in sorted(records.items()):
        clean = record.get("clean") or {}
        if Subject.parse(subject).member and clean.get("bin_group_no") == bin_group_no:
            number = str(clean["member_no"])
            lines[number] = MemberAsSent(number, clean.get("name"), postal_line(clean))
            if any(customer in protected for customer in _customers(clean)):
                unnamed.add(number)
    group = (records.get(subject_text("bin_groups", bin_group_no)) or {}).get("clean") or {}
    return Material(
        bin_group_no=bin_group_no,
        contact_name=group.get("contact_name"),
        place=postal_line(group),
        waste_type=group.get("waste_type"),
        language=language,
        lines=lines,
        defects=tuple(
            Defect(finding.rule, finding.severity, finding.evidence["rule"], _lines(finding, bin_group_no, lines))
            for finding in mine
        ),
        unnamed=frozenset(unnamed),
        restricted=any(finding.protected for finding in mine),
    )


def postal_line(row: Mapping[str, Any]) -> str | None:
    """Like "Puijonkatu 12, 70100 Kuopio", from street_address, postal_code and city; None when there is nothing."""
    town = " ".join(str(row[part]) for part in ("postal_code", "city") if row.get(part))
    return ", ".join(part for part in (row.get("street_address") or "", town) if part) or None


def _records(finding: FrozenFinding) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from finding.evidence.get("records", {}).items()


def _lines(finding: FrozenFinding, bin_group_no: str, lines: Mapping[str, MemberAsSent]) -> tuple[str, ...]:
    about = map(Subject.parse, finding.subjects)
    return tuple(one.member for one in about if one.group == bin_group_no and one.member and one.member in lines)


def _customers(clean: Mapping[str, Any]) -> Iterator[str | None]:
    """Everybody whom the line may be about."""
    link = clean.get("link") or {}
    yield clean.get("customer_no")
    yield link.get("customer_no")
    for candidate in link.get("candidates") or ():
        yield candidate.get("customer_no")
