"""What a decision is about: the finding and its customers, or a bare pair, as the ledger knows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from regclean.domain.decisions import JOINING_VERDICTS
from regclean.domain.findings import Finding
from regclean.domain.register import TABLES, Subject, subject_text
from regclean.findings.decision_file import DecisionLine
from regclean.findings.edges import Pair, ordered, pair_fingerprint
from regclean.findings.plan import customers_of
from regclean.findings.seen import read_evidence
from regclean.ledger.tables import decisions, finding_subjects, findings, pair_decisions


class Refused(Exception):  # noqa: N818  # it is an answer, not a failure
    """Why a decision is not taken. `code` is for programs: unknown | pair | verdict | user | reason | choices | date |
    line | second | state | moved_on | conflict.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Case:
    """A finding (`finding` is its row in the ledger) or a bare pair; `customers` are who it is about, sorted.

    `prior` is the last decision on it, `digests` what its evidence says of each customer's record. `model` compared
    them: "person" or "organisation", None where no finding tells.
    """

    finding: RowMapping | None
    customers: tuple[str, ...]
    prior: RowMapping | None
    digests: Mapping[str, str]
    model: str | None = None

    @property
    def decided(self) -> bool:
        """Does the prior decision hold? One on a finding that has reopened does not."""
        return self.prior is not None and (self.finding is None or self.finding["state"] != "open")

    @property
    def on_customers(self) -> bool:
        """Is it about whether customers are the same?"""
        return self.finding is None or self.finding["kind"] == "duplicate"

    @property
    def subjects(self) -> list[str]:
        if self.finding is None:
            return [subject_text("customers", customer) for customer in self.customers]
        return list(json.loads(self.finding["subjects"]))

    def fingerprint(self, pair: Pair) -> str | None:
        """Fingerprint of two records, where the evidence knows both."""
        one, other = self.digests.get(pair[0]), self.digests.get(pair[1])
        return pair_fingerprint(pair[0], one, pair[1], other) if one and other else None


def open_case(connection: Connection, line: DecisionLine) -> Case:
    """Find what a line is about. Errors: Refused."""
    pair = _pair(line)
    finding_id = line.finding_id or (_pair_finding_id(pair) if pair else None)
    finding = connection.execute(select(findings).where(findings.c.finding_id == finding_id)).mappings().first()
    if finding is None and line.finding_id:
        raise Refused("unknown", "there is no such finding")
    if finding is None:
        assert pair is not None  # a line without a finding has a pair, or was refused
        return Case(None, pair, _prior_on_pair(connection, pair), _digests_of_pair(connection, pair))
    customers = tuple(sorted(customers_of(finding["subjects"])))
    if line.finding_id and pair and (finding["kind"] != "duplicate" or pair != customers):
        raise Refused("pair", "the pair is not what the finding is about; give one of the two")
    prior = None
    if finding["decision_id"] is not None:
        query = select(decisions).where(decisions.c.decision_id == finding["decision_id"])
        prior = connection.execute(query).mappings().first()
    payload = json.loads(read_evidence(connection, finding["finding_id"], finding["evidence_digest"]))
    return Case(finding, customers, prior, _digests(payload), _model(payload))


def check_choices(case: Case, verdict: str, choices: Mapping[str, Any] | None) -> None:
    """Choices must speak of what the case is about. Errors: Refused."""
    if not choices:
        return
    left_out, survivor = set(choices.get("leave_out", ())), choices.get("survivor")
    sources = choices.get("from", {})
    if (survivor or sources) and verdict != "same":
        raise Refused("choices", "a survivor, and whose values stand, go with the verdict 'same' only")
    if left_out or survivor or sources:
        if not case.on_customers or verdict not in JOINING_VERDICTS:
            raise Refused("choices", "members to leave out go with the verdicts 'same' and 'entity' only")
        if not left_out <= set(case.customers) or len(set(case.customers) - left_out) < 2:
            raise Refused("choices", "who is left out must be in the group, and two must stay")
        if survivor and survivor not in set(case.customers) - left_out:
            raise Refused("choices", "the survivor is not in the group")
        if not set(sources.values()) <= set(case.customers) - left_out:
            raise Refused("choices", "whose value stands is not in the group")
    tables = [TABLES[name] for name in {Subject.parse(subject).table for subject in case.subjects} if name in TABLES]
    columns = [column for table in tables for column in table.columns]
    # A merge keeps or replaces what has a survivorship unit; a number or a status is no matter of choice.
    known = {column.name for column in columns if column.survives_with or not case.on_customers}
    unknown = sorted({*choices.get("fields", {}), *sources} - known)
    if unknown:
        raise Refused("choices", f"there is no column '{unknown[0]}' to choose a value for")


def _pair(line: DecisionLine) -> Pair | None:
    left, right = line.customer_no_l, line.customer_no_r
    if left is None and right is None:
        if line.finding_id is None:
            raise Refused("pair", "neither a finding nor a pair is named")
        return None
    if left is None or right is None or left == right:
        raise Refused("pair", "a pair needs two different customer numbers")
    return ordered(left, right)


def _pair_finding_id(pair: Pair) -> str:
    subjects = (subject_text("customers", pair[0]), subject_text("customers", pair[1]))
    return Finding("duplicate", "duplicate", "review", subjects, summary="", evidence={}).finding_id


def _prior_on_pair(connection: Connection, pair: Pair) -> RowMapping | None:
    over = select(pair_decisions.c.decision_id).where(~pair_decisions.c.current | pair_decisions.c.lapsed)
    query = (
        select(decisions)
        .where(
            decisions.c.customer_no_l == pair[0],
            decisions.c.customer_no_r == pair[1],
            decisions.c.superseded_by.is_(None),
            decisions.c.undone_at.is_(None),
            decisions.c.decision_id.not_in(over),
        )
        .order_by(decisions.c.decision_id.desc())
        .limit(1)
    )
    return connection.execute(query).mappings().first()


def _model(payload: Mapping[str, Any]) -> str | None:
    return min((pair["model"] for pair in payload.get("pairs", ())), default=None, key=("person", "organisation").index)


def _digests(payload: Mapping[str, Any]) -> dict[str, str]:
    basis = payload.get("basis")
    customers = basis.get("customers") if isinstance(basis, dict) else None
    # A rule may rest on customers, too: it names them, and what they are written as decides nothing.
    named = customers if isinstance(customers, dict) else {}
    return {number: value for number, value in named.items() if isinstance(value, str)}


def _digests_of_pair(connection: Connection, pair: Pair) -> dict[str, str]:
    """What the evidence of a larger group says of two of its customers."""
    left, right = finding_subjects.alias(), finding_subjects.alias()
    row = connection.execute(
        select(findings.c.finding_id, findings.c.evidence_digest)
        .join(left, left.c.finding_id == findings.c.finding_id)
        .join(right, right.c.finding_id == findings.c.finding_id)
        .where(
            findings.c.kind == "duplicate",
            findings.c.present,
            left.c.subject == subject_text("customers", pair[0]),
            right.c.subject == subject_text("customers", pair[1]),
        )
        .order_by(findings.c.finding_id)
        .limit(1)
    ).first()
    return _digests(json.loads(read_evidence(connection, row.finding_id, row.evidence_digest))) if row else {}
