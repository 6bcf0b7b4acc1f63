"""The kinds of text and number that the API takes. Texts carry no control characters that a database would refuse."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

OneLine = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Prose = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
FindingId = Annotated[str, StringConstraints(pattern=r"^F[0-9a-f]{20}$")]
Subject = Annotated[str, StringConstraints(max_length=200, pattern=r"^[a-z_]+:[^\x00-\x1f\x7f]+$")]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Field(ge=1, le=500)]


class Given(BaseModel):
    """What a program sends: an unknown key is an error, not silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(BaseModel):
    """What went wrong (RFC 9457), without any personal value."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"type": "about:blank", "title": "Conflict", "status": 409, "detail": "…"}]}
    )
    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[dict[str, Any]] | None = None
