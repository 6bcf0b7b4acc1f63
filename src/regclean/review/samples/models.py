"""What the API tells of blind samples and bands, and takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from regclean.review.web.models import Given, OneLine


class Draw(Given):
    """How many pairs to draw."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"size": 100}]})
    size: int = Field(default=100, ge=1, le=10_000)


class Open(Given):
    """A kind of evidence and a range of scores: `person place 0.99-1`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"band": "person place 0.99-1"}]})
    band: OneLine


class Answer(Given):
    """What one says of a pair: by its number in the sample."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"number": 1, "answer": "same"}]})
    number: int = Field(ge=1, le=2**31 - 1)
    answer: Literal["same", "different", "unsure"]


class Sample(BaseModel):
    """A sample as far as it has come; `band`: what it is drawn from (null: all pairs)."""

    sample_id: int
    band: str | None
    run_id: str
    drawn_at: datetime
    drawn_by: str
    pairs: int
    answered: int
    waiting: int


class BlindRecord(BaseModel):
    """One customer of a drawn pair, as it is registered; national ids are masked."""

    customer_no: str
    name: str | None
    previous_name: str | None
    kind: str | None
    birth_date: date | None
    national_id: str | None
    business_id: str | None
    address: str | None
    sites: str | None
    phone: str | None
    email: str | None
    status: str | None
    created_on: date | None


class Pair(BaseModel):
    """The two customers; `number` goes with the answer."""

    number: int
    left: BlindRecord
    right: BlindRecord


class Next(BaseModel):
    """How far a sample has come, and the pair that waits next (null: none waits for this account)."""

    sample: Sample
    pair: Pair | None


class Band(BaseModel):
    """A band of pairs. `at_least`: the share of right pairs that is proved (95 %), null where nothing is; `state`: none (no
    certificate), begun (no bound yet), in_force, drift, new_model, new_input, renewed; `next_level`: what `further_checks`,
    all clean, would prove.
    """

    band: str
    pairs: int
    state: str
    sample_id: int | None
    checks: int
    wrong: int
    known: int
    missed: int
    at_least: float | None
    next_level: float | None
    further_checks: int | None
