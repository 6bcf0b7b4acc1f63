"""One stream of findings out of what linkage and the rules found, with the evidence frozen beside each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import polars as pl

from regclean import rules
from regclean.domain.findings import Change, Finding, canonical_json
from regclean.findings.duplicates import Duplicate, find_duplicates
from regclean.findings.records import Facts, row_subject, subject_facts, subject_records
from regclean.warehouse import load_sql, write_frame

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
}
CHUNK = 20_000


def assemble(connection: duckdb.DuckDBPyConnection, *, language: str, decided: pl.DataFrame) -> int:
    """Fill the warehouse table `findings` from `clusters`, `pairs` and `rule_hits`; returns how many there are.

    `decided`: customer_no_l, customer_no_r (l < r), verdict and, where known, the fingerprint of the records decided on.
    Summaries are in `language` (fi, sv, en).
    """
    found: list[tuple[Finding, str | None, str]] = [
        (duplicate.finding, duplicate.relation, _duplicate_evidence(duplicate))
        for duplicate in find_duplicates(connection, language=language, decided=decided)
    ]
    found += _rule_findings(connection, language)
    found.sort(key=lambda item: item[0].finding_id)
    connection.execute("DELETE FROM findings")
    for start in range(0, len(found), CHUNK):
        _write(connection, found[start : start + CHUNK])
    return len(found)


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


def _rule_findings(connection: duckdb.DuckDBPyConnection, language: str) -> list[tuple[Finding, str | None, str]]:
    """The rules' hits as findings. Their evidence may say anything but a national id."""
    hits = connection.execute(load_sql("rule_hits", "regclean.findings")).fetchall()
    found: dict[str, tuple[Finding, str | None, str]] = {}
    for kind, rule, severity, subjects, evidence_text, proposal, score in hits:
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
        )
        frozen = canonical_json({"basis": evidence.get("basis", evidence), "rule": evidence})
        found.setdefault(finding.finding_id, (finding, None, frozen))
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


def _write(connection: duckdb.DuckDBPyConnection, found: list[tuple[Finding, str | None, str]]) -> None:
    subjects = {row_subject(subject) for finding, _, _ in found for subject in finding.subjects}
    records = subject_records(connection, subjects)
    facts = subject_facts(connection, subjects)
    rows = [_row(finding, relation, frozen, records, facts) for finding, relation, frozen in found]
    write_frame(connection, "findings", pl.DataFrame(rows, schema=_SCHEMA, orient="row"))


def _row(
    finding: Finding, relation: str | None, frozen: str, records: Mapping[str, str], facts: Mapping[str, Facts]
) -> tuple[Any, ...]:
    about = list(dict.fromkeys(row_subject(subject) for subject in finding.subjects))
    known = [facts[subject] for subject in about]
    shown = ",".join(f"{canonical_json(subject)}:{records[subject]}" for subject in about if subject in records)
    return (
        finding.finding_id,
        finding.kind,
        finding.rule,
        finding.severity,
        canonical_json(sorted(finding.subjects)),
        finding.score,
        finding.summary,
        None if finding.proposal is None else canonical_json(finding.proposal_data),
        f'{frozen[:-1]},"records":{{{shown}}}}}',
        finding.fingerprint,
        any(fact.protected for fact in known),
        relation,
        next((fact.area for fact in known if fact.area), None),
        next((fact.label for fact in known if fact.label), about[0].partition(":")[2] if about else None),
        priority(finding.severity, finding.score, known),
    )


def priority(severity: str, score: float | None, known: Iterable[Facts]) -> float:
    """Consequence first: an open complaint, then what is an error, then services at stake and key customers.

    The score only orders equals: a likely finding is quickly decided. Age is added by whoever sorts.
    """
    facts = list(known)
    services = min(sum(fact.services for fact in facts), 5)
    return round(
        8.0 * any(fact.complained for fact in facts)
        + _SEVERITY_WEIGHT[severity]
        + 1.0 * any(fact.key_customer for fact in facts)
        + 0.2 * services
        + 0.5 * (score or 0.0),
        3,
    )
