"""One stream of findings out of what linkage and the rules found, each with the few values that it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import duckdb
import polars as pl

from regclean import rules
from regclean.domain.findings import Change, Finding, canonical_json
from regclean.domain.register import Subject, row_subject, subject_text
from regclean.findings.duplicates import Duplicate, find_duplicates
from regclean.findings.hidden import has_one_of, hidden_customers, names_of
from regclean.findings.records import Facts, subject_facts
from regclean.findings.workpools import case_key
from regclean.standardise import strike_out_ids
from regclean.warehouse import load_sql, write_frame

COMPLAINT = 8.0  # more than all else together
WRONG_BILL = 24.0  # an open complaint about a bill: more than any other, and than waiting
_SEVERITY_WEIGHT = {"error": 4.0, "review": 2.0, "info": 0.0}
_SCHEMA = {
    "finding_id": pl.String,
    "kind": pl.String,
    "rule": pl.String,
    "severity": pl.String,
    "subjects": pl.String,
    "score": pl.Float64,
    "summary": pl.String,
    "proposal": pl.String,
    "evidence": pl.String,
    "fingerprint": pl.String,
    "protected": pl.Boolean,
    "relation": pl.String,
    "area": pl.String,
    "label": pl.String,
    "priority": pl.Float64,
    "case_key": pl.String,
    "ends_in": pl.String,
    "source_file": pl.String,
}
CHUNK = 100_000


class _Frozen(NamedTuple):
    """A finding on its way to the warehouse; `evidence` is JSON text."""

    finding_id: str
    finding: Finding
    relation: str | None
    evidence: str
    cluster: str | None = None


def assemble(
    connection: duckdb.DuckDBPyConnection,
    *,
    language: str,
    decided: pl.DataFrame,
    ever_hidden: frozenset[str] = frozenset(),
) -> int:
    """Fill the warehouse table `findings` from `clusters`, `pairs` and `rule_hits`; returns how many there are.

    `decided`: customer_no_l, customer_no_r (l < r), verdict, as `standing` says it.
    Summaries are in `language` (fi, sv, en). A finding is protected when it is about a customer under non-disclosure, or
    names one in its evidence or proposal; `ever_hidden`: numbers of those whom nights before have called so.
    """
    found = [_frozen(duplicate) for duplicate in find_duplicates(connection, language=language, decided=decided)]
    found += _rule_findings(connection, language)
    found.sort(key=lambda frozen: frozen.finding_id)
    connection.execute("DELETE FROM findings")
    with hidden_customers(connection, ever_hidden) as hidden:
        facts = subject_facts(connection, {row_subject(one) for frozen in found for one in frozen.finding.subjects})
    for start in range(0, len(found), CHUNK):
        _write(connection, found[start : start + CHUNK], facts, names_of(hidden))
    return len(found)


def frozen_rows(
    connection: duckdb.DuckDBPyConnection, duplicates: Iterable[Duplicate], ever_hidden: frozenset[str]
) -> list[dict[str, Any]]:
    """Duplicates as rows of the warehouse table `findings`, which is not written."""
    return _as_rows(connection, [_frozen(duplicate) for duplicate in duplicates], ever_hidden)


def rule_rows(
    connection: duckdb.DuckDBPyConnection, language: str, ever_hidden: frozenset[str]
) -> list[dict[str, Any]]:
    """What stands in `rule_hits`, as rows of the warehouse table `findings`, which is not written."""
    return _as_rows(connection, _rule_findings(connection, language), ever_hidden)


def _as_rows(
    connection: duckdb.DuckDBPyConnection, found: list[_Frozen], ever_hidden: frozenset[str]
) -> list[dict[str, Any]]:
    about = {row_subject(one) for frozen in found for one in frozen.finding.subjects}
    with hidden_customers(connection, ever_hidden) as hidden:
        facts = subject_facts(connection, about)
    return [dict(zip(_SCHEMA, _row(frozen, facts, names_of(hidden)), strict=True)) for frozen in found]


def _frozen(duplicate: Duplicate) -> _Frozen:
    finding = duplicate.finding
    evidence = _duplicate_evidence(duplicate)
    return _Frozen(finding.finding_id, finding, duplicate.relation, evidence, duplicate.cluster)


def _duplicate_evidence(duplicate: Duplicate) -> str:
    pairs = [
        {
            "l": pair["customer_no_l"],
            "r": pair["customer_no_r"],
            "probability": pair["match_probability"],
            "weight": pair["match_weight"],
            "relation": pair["relation"],
            "model": pair["model"],
            "household_probability": pair["household_probability"],
            "explanation": json.loads(pair["explanation"]),
        }
        for pair in duplicate.pairs
    ]
    return canonical_json({**duplicate.finding.evidence, "relation": duplicate.relation, "pairs": pairs})


def _rule_findings(connection: duckdb.DuckDBPyConnection, language: str) -> list[_Frozen]:
    """The rules' hits as findings. Their evidence may say anything but a national id."""
    hits = connection.execute(load_sql("rule_hits", "regclean.findings")).fetchall()
    found: dict[str, _Frozen] = {}
    for kind, rule, severity, subjects, evidence_text, proposal, score, ends_in in hits:
        evidence: dict[str, Any] = json.loads(evidence_text)
        finding = Finding(
            kind=kind,
            rule=rule,
            severity=severity,
            subjects=tuple(sorted(subjects)),
            summary=rules.summary(rule, evidence, language),
            evidence=evidence,
            score=score,
            proposal=None if proposal is None else tuple(_change(change) for change in json.loads(proposal)),
            ends_in=ends_in,
        )
        frozen = canonical_json({"basis": evidence.get("basis", evidence), "rule": evidence})
        finding_id = finding.finding_id
        found.setdefault(finding_id, _Frozen(finding_id, finding, None, frozen))
    return list(found.values())


def _change(change: Mapping[str, Any]) -> Change:
    return Change(
        op=change["op"],
        table=change["table"],
        key=change["key"],
        column=change.get("column"),
        before=change.get("before"),
        after=change.get("after"),
    )


def _write(
    connection: duckdb.DuckDBPyConnection, found: list[_Frozen], facts: Mapping[str, Facts], hidden: frozenset[str]
) -> None:
    rows = [_row(frozen, facts, hidden) for frozen in found]
    write_frame(connection, "findings", pl.DataFrame(rows, schema=_SCHEMA, orient="row"))


def _row(frozen: _Frozen, facts: Mapping[str, Facts], hidden: frozenset[str]) -> tuple[Any, ...]:
    finding = frozen.finding
    proposal = None if finding.proposal is None else canonical_json(finding.proposal_data)
    about = list(dict.fromkeys(row_subject(subject) for subject in finding.subjects))
    known = [facts[subject] for subject in about]
    file = next((fact.file for fact in known if fact.file), None)
    return (
        frozen.finding_id,
        finding.kind,
        finding.rule,
        finding.severity,
        canonical_json(sorted(finding.subjects)),
        finding.score,
        finding.summary,
        proposal,
        frozen.evidence,
        finding.fingerprint,
        any(fact.protected for fact in known) or has_one_of(hidden, frozen.evidence, proposal),
        frozen.relation,
        next((fact.area for fact in known if fact.area), None),
        next((fact.label for fact in known if fact.label), Subject.parse(about[0]).key if about else None),
        priority(finding.severity, finding.score, known),
        subject_text("clusters", frozen.cluster) if frozen.cluster else case_key(finding.subjects, facts),
        finding.ends_in,
        strike_out_ids(file) if file else None,
    )


def priority(severity: str, score: float | None, known: Iterable[Facts]) -> float:
    """Consequence first: an open complaint about a bill, any other one, then what is an error, then services at stake and key customers.

    The score only orders equals: a likely finding is quickly decided. Age is added by whoever sorts.
    """
    facts = list(known)
    services = min(sum(fact.services for fact in facts), 5)
    return round(
        (WRONG_BILL if any(fact.wrong_bill for fact in facts) else COMPLAINT * any(fact.complained for fact in facts))
        + _SEVERITY_WEIGHT[severity]
        + 1.0 * any(fact.key_customer for fact in facts)
        + 0.2 * services
        + 0.5 * (score or 0.0),
        3,
    )
