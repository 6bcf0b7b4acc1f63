"""Tasks, for programs: the same acts as on the page."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path

from regclean import acts
from regclean.acts import Context, Task, TaskAnswer
from regclean.domain.tasks import TO_ACCEPT
from regclean.errors import NotFoundError, UsageError
from regclean.review.tasks import models
from regclean.review.web.api import problems
from regclean.review.web.models import OneLine
from regclean.review.web.services import Acting

router = APIRouter(tags=["tasks"], responses=problems())
FindingId = Annotated[str, Path(pattern=r"^F[0-9a-f]{20}$", examples=["Fad50dc09ecb57e872921"])]
Shown = Literal["waiting", "overdue", "answered"]


@router.get("/tasks")
def list_tasks(acting: Acting, show: Shown = "waiting", owner: OneLine | None = None) -> list[models.Task]:
    """The tasks that wait, those due first on top; of one owner, overdue ones, or those whose answer waits to be accepted."""
    found = (_task(acting, one) for one in acts.list_tasks(acting, owner=owner, restricted=True))
    return [one for one in found if _belongs(one, show)]


@router.get("/tasks/{finding_id}")
def show_task(acting: Acting, finding_id: FindingId) -> models.Task:
    """One task."""
    return _task(acting, acts.find_task(acting, finding_id))


@router.patch("/tasks/{finding_id}")
def plan_task(acting: Acting, finding_id: FindingId, sent: models.Assignment) -> models.Task:
    """Say who does it, until when and how."""
    acts.plan_task(acting, finding_id, owner=sent.owner or None, due=sent.due, way=sent.way)
    return _task(acting, acts.find_task(acting, finding_id))


@router.post("/tasks/{finding_id}/answers")
def answer_task(acting: Acting, finding_id: FindingId, sent: models.Reported) -> models.Task:
    """Say what came of it; a steward accepts it later. 422: it does not answer what the task asks."""
    told = TaskAnswer(1, finding_id, None, sent.note, sent.outcome, sent.values, sent.again_on)
    report = acts.answer_tasks(acting, [told])
    for one in report.refused:
        raise NotFoundError(one.why) if one.code == "unknown" else UsageError(one.why)
    return _task(acting, acts.find_task(acting, finding_id))


@router.post("/tasks/accept")
def accept_answers(acting: Acting, sent: models.Accept) -> models.Accepted:
    """Accept answers as they were seen: a value is a change of the next batch, "as it is" a rejection. Others are refused."""
    seen = list(dict.fromkeys(sent.seen))
    report = acts.accept_answers(acting, seen)
    refused = [models.Refused(seen=seen[one.number - 1], why=one.why) for one in report.refused]
    return models.Accepted(taken=report.taken, repeated=report.repeated, refused=refused)


def _task(acting: Context, one: Task) -> models.Task:
    today = acting.now.astimezone(acting.workspace.config.timezone).date()
    told = {
        name: getattr(one, name) for name in models.Task.model_fields if name not in ("overdue", "columns", "answer")
    }
    return models.Task(**told, overdue=one.overdue(today), columns=list(one.columns), answer=dict(one.answer))


def _belongs(task: models.Task, show: Shown) -> bool:
    if show == "overdue":
        return task.overdue
    return (task.outcome in TO_ACCEPT) == (show == "answered")
