"""Another customer than the proposed one: found by the search box inside a case, recorded, and written by the batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from regclean.ledger import Ledger
from regclean.ledger.tables import batch_changes, decisions, findings


@pytest.fixture
def line(ledger: Ledger) -> Any:
    """A list's line that is proposed to be a certain customer."""
    query = select(findings).where(
        findings.c.rule == "K12", findings.c.state == "open", findings.c.proposal.is_not(None), ~findings.c.protected
    )
    with ledger.read() as connection:
        rows = connection.execute(query.order_by(findings.c.finding_id)).mappings().all()
    return next(row for row in rows if '"op":"insert"' not in row["proposal"])


def test_another_customer_takes_the_place_of_the_proposed_one(
    line: Any, signed_in: Callable[[str], Any], ledger: Ledger
) -> None:
    browser = signed_in("steward")
    case = f"/case/{line['finding_id']}"
    shown = browser.get(case).text
    assert 'name="choose.customer_no"' in shown
    assert '"after":"1009"' not in line["proposal"]
    sent = {"verdict": "accept", "version": str(line["version"])}
    assert browser.submit(f"{case}/stage", {**sent, "choose.customer_no": "no such"}, seen=case).status_code == 422
    assert browser.submit(f"{case}/stage", {**sent, "choose.customer_no": "1009"}, seen=case).status_code == 303
    browser.submit("/staged/submit")
    with ledger.read() as connection:
        choices = connection.execute(
            select(decisions.c.choices).where(decisions.c.finding_id == line["finding_id"])
        ).scalar_one()
    assert choices == {"fields": {"customer_no": "1009"}}
    signed_in("clerk").submit("/batches/build")
    with ledger.read() as connection:
        query = select(batch_changes.c.after).where(
            batch_changes.c.finding_id == line["finding_id"], batch_changes.c.column == "customer_no"
        )
        assert connection.execute(query).scalars().all() == ["1009"]


def test_customers_are_offered_by_what_is_written(signed_in: Callable[[str], Any]) -> None:
    browser = signed_in("steward")
    offered = browser.submit("/search/customers/choose.customer_no", {"choose.customer_no": "1009"}).text
    assert 'data-choose="choose.customer_no" value="1009"' in offered
    assert "<html" not in offered


def test_a_missed_record_is_compared_from_within_the_case(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    query = select(findings).where(findings.c.kind == "duplicate", findings.c.state == "open", ~findings.c.protected)
    with ledger.read() as connection:
        row = connection.execute(query.order_by(findings.c.finding_id)).mappings().first()
    shown = signed_in("steward").get(f"/case/{row['finding_id']}").text
    assert 'data-testid="other"' in shown
    assert "/compare" in shown
