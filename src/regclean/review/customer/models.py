"""What the API tells of a customer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

Lines = list[dict[str, Any]]


class Coming(BaseModel):
    """A change of a batch that is not in the register yet; without a column: the whole row, or a merge into `after`."""

    table: str
    key: str
    column: str | None
    before: str | None
    after: str | None
    batch_id: int


class Customer(BaseModel):
    """Everything that the night in force and the ledger know of a customer. National ids are masked."""

    customer_no: str
    source: str | None
    protected: bool
    values: Lines
    addresses: Lines
    roles: Lines
    services: Lines
    bin_groups: Lines
    signals: Lines
    relations: Lines
    bin_lines: Lines
    findings: Lines
    decisions: Lines
    decided_pairs: Lines
    batches: Lines
    coming: list[Coming]
