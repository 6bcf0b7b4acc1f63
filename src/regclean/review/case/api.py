"""Findings: read, decided, assigned, commented on."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from sqlalchemy import Connection, RowMapping, select
from starlette.exceptions import HTTPException

from regclean import acts
from regclean.accounts.permissions import User
from regclean.acts import Context, hidden_from, is_protected, is_protected_customer, visible_finding, visible_to
from regclean.domain.findings import Kind, State
from regclean.errors import UsageError
from regclean.findings import Workpool
from regclean.findings.decide import DecisionLine
from regclean.findings.seen import Look, seen_by
from regclean.ledger import runs
from regclean.ledger.tables import comments, decisions, findings
from regclean.review.case import models, staging
from regclean.review.case.cases import whole_evidence
from regclean.review.web.api import problems
from regclean.review.web.models import FindingId as GivenFindingId
from regclean.review.web.models import Limit, OneLine
from regclean.review.web.privacy import without_hidden, without_hidden_numbers
from regclean.review.web.services import Acting, Service, require
from regclean.sealing import shown

router = APIRouter(tags=["findings"], responses=problems())
FindingId = Annotated[str, Path(pattern=r"^F[0-9a-f]{20}$", examples=["Fad50dc09ecb57e872921"])]
Reader = Annotated[User, require("findings:read")]
SHOWN = tuple(name for name in models.FindingSummary.model_fields if name not in ("subjects", "protected"))


@router.get("/findings")
def list_findings(
    service: Service,
    user: Reader,
    kind: Kind | None = None,
    rule: OneLine | None = None,
    state: State | None = None,
    workpool: Workpool | None = None,
    area: OneLine | None = None,
    assignee: OneLine | None = None,
    after: GivenFindingId | None = None,
    limit: Limit = 100,
) -> models.FindingPage:
    """Findings by id, filtered; `after` takes the `next` of the page before."""
    query = select(findings).where(visible_to(user)).order_by(findings.c.finding_id).limit(limit + 1)
    filters = {"kind": kind, "rule": rule, "state": state, "workpool": workpool, "area": area, "assignee": assignee}
    for name, value in filters.items():
        if value is not None:
            query = query.where(findings.c[name] == value)
    if after is not None:
        query = query.where(findings.c.finding_id > after)
    with service.ledger.read() as connection:
        rows = connection.execute(query).mappings().all()
        shown = [_summary(connection, user, row) for row in rows[:limit]]
    return models.FindingPage(items=shown, next=shown[-1].finding_id if len(rows) > limit else None)


@router.get("/findings/{finding_id}", responses=problems())
def get_finding(service: Service, user: Reader, finding_id: FindingId) -> models.FindingDetail:
    """One finding with its evidence. A protected one is opened with a reason instead (POST …/open)."""
    with service.ledger.read() as connection:
        row = visible_finding(connection, user, finding_id)
        if is_protected(connection, finding_id):
            raise HTTPException(403, "this case is protected: open it with a reason")
        return _detail(connection, user, row, service.night.look)


@router.post("/findings/{finding_id}/open", responses=problems())
def open_finding(service: Service, acting: Acting, finding_id: FindingId, look: models.Look) -> models.FindingDetail:
    """Open a protected finding: the reason goes to the audit log, with who and when."""
    acts.open_protected(acting, finding_id, look.reason, look.note)
    with service.ledger.read() as connection:
        row = visible_finding(connection, acting.user, finding_id)
        return _detail(connection, acting.user, row, service.night.look, opened=True)


@router.post(
    "/findings/{finding_id}/decisions",
    status_code=201,
    responses={**problems(409), 200: {"model": models.Decided, "description": "It had been said already"}},
)
def decide_finding(
    acting: Acting, finding_id: FindingId, new: models.NewDecision, response: Response
) -> models.Decided:
    """Decide on a finding as it was read. 200 when it had been said already: nothing new is recorded.

    409 when it has changed since, or contradicts what is decided already.
    """
    kind = acts.consider(acting, finding_id)["kind"]
    line = DecisionLine(
        number=1,
        verdict=new.verdict,
        user=acting.user.name,
        finding_id=finding_id,
        reason=new.reason,
        comment=new.comment,
        choices=new.choices.model_dump(by_alias=True, exclude_defaults=True) if new.choices else None,
        defer_until=new.defer_until,
        expected_version=new.expected_version,
    )
    waiting = staging.Staged(
        finding_id, new.expected_version, new.verdict, kind=kind, reason=new.reason, comment=new.comment
    )
    problem = staging.problem_with(waiting)
    if problem is not None:
        raise UsageError(problem)
    report = acts.decide(acting, line)
    if report.repeated:
        response.status_code = 200
    return models.Decided(
        decision_id=report.decision_ids[1], repeated=report.repeated > 0, finding=_one(acting, finding_id)
    )


@router.delete("/decisions/{decision_id}", status_code=204, responses=problems(409), tags=["decisions"])
def undo_decision(acting: Acting, decision_id: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> None:
    """Take one's own decision back, with all that followed from it."""
    acts.undo_decision(acting, decision_id)


@router.get("/decisions/{decision_id}/evidence", responses=problems(), tags=["decisions"])
def show_evidence_of(
    service: Service, user: Reader, decision_id: Annotated[int, Path(ge=1, le=2**31 - 1)]
) -> models.SeenEvidence:
    """What a decision rested on, as whoever took it saw it; also when the night that showed it is long gone."""
    with service.ledger.read() as connection:
        row = acts.visible_decision(connection, user, decision_id)
        pair = [number for number in (row["customer_no_l"], row["customer_no_r"]) if number]
        if (row["finding_id"] and is_protected(connection, row["finding_id"])) or any(
            is_protected_customer(connection, number) for number in pair
        ):
            raise HTTPException(403, "this case is protected: open it with a reason")
        seen, hidden = seen_by(connection, row), hidden_from(connection, user)
    evidence = without_hidden(json.loads(seen.payload), hidden)
    return models.SeenEvidence(digest=seen.digest, run_id=seen.run_id, evidence=evidence)


@router.put("/findings/{finding_id}/assignee", responses=problems())
def assign_finding(acting: Acting, finding_id: FindingId, given: models.Assignment) -> models.FindingSummary:
    """Give the whole case to somebody, or to nobody."""
    acts.assign(acting, finding_id, given.assignee)
    return _one(acting, finding_id)


@router.post("/findings/{finding_id}/comments", status_code=201, responses=problems())
def comment_on_finding(acting: Acting, finding_id: FindingId, new: models.NewComment) -> models.Comment:
    """Say something about a finding."""
    made = acts.comment(acting, finding_id, new.text)
    return models.Comment(comment_id=made, user=acting.user.name, text=new.text.strip(), at=acting.now)


def _one(acting: Context, finding_id: str) -> models.FindingSummary:
    with acting.ledger.read() as connection:
        return _summary(connection, acting.user, visible_finding(connection, acting.user, finding_id))


def _summary(connection: Connection, user: User, row: RowMapping, *, opened: bool = False) -> models.FindingSummary:
    return models.FindingSummary(**_shown(connection, user, row, opened=opened))


def _shown(connection: Connection, user: User, row: RowMapping, *, opened: bool) -> dict[str, Any]:
    # Who has no right sees no protected finding at all, so that only the others need be asked about.
    protected = user.may("restricted:open") and is_protected(connection, row["finding_id"])
    values: dict[str, Any] = {name: row[name] for name in SHOWN}
    values |= {"subjects": json.loads(row["subjects"]), "protected": protected}
    values["last_seen_run"] = runs.last_seen_of(connection, row["finding_id"])
    if protected and not opened:
        values |= {"label": None, "summary": ""}
    else:
        values["summary"] = without_hidden_numbers(row["summary"], hidden_from(connection, user))
    return values


def _detail(
    connection: Connection, user: User, row: RowMapping, look: Look, *, opened: bool = False
) -> models.FindingDetail:
    finding_id = row["finding_id"]
    payload, _ = whole_evidence(connection, row, look)
    said = connection.execute(
        select(decisions).where(decisions.c.finding_id == finding_id).order_by(decisions.c.decision_id)
    ).mappings()
    spoken = connection.execute(
        select(comments).where(comments.c.finding_id == finding_id).order_by(comments.c.comment_id)
    ).mappings()
    return models.FindingDetail(
        **_shown(connection, user, row, opened=opened),
        proposal=json.loads(shown(row["proposal"])) if row["proposal"] else None,
        evidence=without_hidden(payload, hidden_from(connection, user)),
        decisions=[
            models.DecisionRecord(**{name: item[name] for name in models.DecisionRecord.model_fields}) for item in said
        ],
        comments=[models.Comment(**{name: item[name] for name in models.Comment.model_fields}) for item in spoken],
    )
