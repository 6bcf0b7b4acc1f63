"""What the API tells of the whole."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from regclean.domain.findings import Kind, State
from regclean.findings import Workpool


class Count(BaseModel):
    """How many findings of a kind are in a state, in a workpool."""

    kind: Kind
    state: State
    workpool: Workpool
    findings: int


class NightSummary(BaseModel):
    """The last published night."""

    run_id: str
    as_of: date
    finished_at: datetime | None
    counts: dict[str, Any]
    measures: dict[str, Any]


class Overview(BaseModel):
    """How much there is, and of which night."""

    night: NightSummary | None
    counts: list[Count]


class BrokenRule(BaseModel):
    """Findings by one rule that were born at a touchpoint, and what to change there."""

    rule: str
    findings: int
    at_source: str


class Touchpoint(BaseModel):
    """Records made at one place of the chain, and how many of a thousand have a finding (95 % interval)."""

    touchpoint: str
    records: int
    defective: int
    per_1000: float
    low: float
    high: float
    rules: list[BrokenRule]
    trend: list[float | None]
