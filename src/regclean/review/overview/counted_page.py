"""What nobody acts on one by one: counted on the overview, and looked into here."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from regclean import findings
from regclean.accounts.permissions import User
from regclean.acts import hidden_from
from regclean.domain.register import Subject, customers_among
from regclean.review.case.fields import TABLE_LABELS
from regclean.review.case.words import words
from regclean.review.web.privacy import without_hidden_numbers
from regclean.review.web.services import Service, page, require
from regclean.workbook import MEDIA_TYPE, workbook

router = APIRouter()
Reader = Annotated[User, require("findings:read")]
PAGE = 100
# Rules that count groups of customers: who is in them is a list of its own.
GROUPED = ("F27", "F28")


@router.get("/counted")
def show(
    request: Request,
    service: Service,
    user: Reader,
    rule: Annotated[str, Query(max_length=20)] = "",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """By rule how many, and of one rule each; nobody under non-disclosure is among them."""
    with service.ledger.read() as connection:
        hidden = hidden_from(connection, user)
    with service.night.read() as (run, night):
        frame = findings.figures(night, run.run_id)
    counts: Counter[str] = Counter()
    lines = []
    for row in frame.iter_rows(named=True):
        subjects = json.loads(row["subjects"])
        if hidden.isdisjoint(customers_among(subjects)):
            counts[row["rule"]] += 1
            if row["rule"] == rule:
                about = [Subject.parse(one) for one in subjects]
                lines.append(([(one.table, one.key) for one in about], without_hidden_numbers(row["summary"], hidden)))
    return page(
        request,
        "counted.html",
        rule=rule,
        counts=dict(sorted(counts.items())),
        lines=lines[start : start + PAGE],
        left=len(lines),
        start=start,
        page_size=PAGE,
        grouped=rule in GROUPED,
        tables=TABLE_LABELS,
        **{name: value for name, value in words(request).items() if name != "tables"},
    )


@router.get("/counted/classes.xlsx")
def classes(service: Service, _: Reader) -> Response:
    """Who is of another class or segment than the register says, as a workbook to change the register by."""
    with service.night.read() as (run, night):
        frame = findings.classes(night, findings.ever_hidden(service.ledger), run.as_of)
    headers = {"content-disposition": 'attachment; filename="classes.xlsx"'}
    return Response(workbook(frame, sheet="classes"), media_type=MEDIA_TYPE, headers=headers)
