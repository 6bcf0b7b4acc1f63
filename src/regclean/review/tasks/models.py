"""What the API tells of tasks, and takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from regclean.domain.findings import Kind
from regclean.domain.tasks import Outcome, Way
from regclean.review.web.models import Given, OneLine, Prose

Seen = Annotated[str, StringConstraints(pattern=r"^F[0-9a-f]{20}@[0-9T:.+-]{0,40}$")]


class Task(BaseModel):
    """One task, by the finding that it came of. `columns`: what an answer may fill; `seen`: names the answer as it stands now."""

    finding_id: str
    kind: Kind
    rule: str
    way: Way
    asks: str
    label: str | None
    subject: str
    columns: list[str]
    owner: str | None
    since: date
    due: date
    overdue: bool
    says: str
    outcome: Outcome | None
    answer: dict[str, str]
    told_by: str | None
    told_at: datetime | None
    seen: str


class Assignment(Given):
    """Who does it, until when and how; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"owner": "aino", "due": "2026-12-01"}]})
    owner: OneLine | None = None
    due: date | None = None
    way: Way | None = None


class Reported(Given):
    """What came of it: values by column, or an outcome, or a note, or a day to look at it again."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"note": "Nobody answers; try in the evening.", "again_on": "2026-12-01"}]}
    )
    outcome: Outcome | None = None
    # Told as it is: a key that the pattern does not fit is refused.
    values: dict[OneLine, OneLine] = Field(
        default_factory=dict, max_length=20, json_schema_extra={"additionalProperties": False}
    )
    note: Prose | None = None
    again_on: date | None = None


class Accept(Given):
    """The answers to accept, as they were seen (`seen`)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"seen": []}]})
    seen: list[Seen] = Field(max_length=500)


class Refused(BaseModel):
    """An answer that was not accepted."""

    seen: str
    why: str


class Accepted(BaseModel):
    """How many were accepted now, and how many had been before; those that were not."""

    taken: int
    repeated: int
    refused: list[Refused]
