"""What the API finds."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from regclean.review.web.models import Given, OneLine


class Question(Given):
    """What to look for: the beginning of a number, name, address, telephone number, e-mail address, or a whole national id."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"q": "koivukuja 4"}]})
    q: OneLine


class FoundSubject(BaseModel):
    """One answer. `field`: by what it was found. Of a customer under non-disclosure only the number is told."""

    kind: Literal["customers", "sites", "bin_groups", "findings", "batches"]
    key: str
    label: str | None
    place: str | None
    field: str
    ended: bool
    protected: bool


class SearchAnswer(BaseModel):
    """The best answers, the likeliest first."""

    items: list[FoundSubject]
