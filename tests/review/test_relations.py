"""A case of a relation: the likely act first, and nothing of a merge until somebody says that the two are one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from regclean.ledger import Ledger
from regclean.ledger.tables import findings


@pytest.fixture
def related(ledger: Ledger) -> str:
    with ledger.write() as connection:
        query = select(findings.c.finding_id).where(findings.c.kind == "duplicate", findings.c.relation == "same")
        one = str(connection.execute(query.order_by(findings.c.finding_id)).scalars().first())
        values = {"relation": "household", "workpool": "related"}
        connection.execute(update(findings).where(findings.c.finding_id == one).values(**values))
    return one


def test_a_household_shows_no_survivor_and_no_result(related: str, signed_in: Callable[[str], Any]) -> None:
    text = signed_in("steward").get(f"/case/{related}?pool=related").text
    for merging in ('name="survivor"', 'id="written"', 'name="result"', 'name="field.phone"', 'value="same" data-key'):
        assert merging not in text
    acts = text[text.index('data-testid="actions"') :]
    first = re.search(r'value="(\w+)" data-key="\w" class="yes"', acts)
    assert first is not None
    assert first[1] in ("household", "entity")  # of persons, of organisations
    assert first.start() < acts.index("as=same")


def test_whoever_says_same_sees_what_would_be_written_first(related: str, signed_in: Callable[[str], Any]) -> None:
    text = signed_in("steward").get(f"/case/{related}?pool=related&as=same").text
    for merging in ('name="survivor"', 'id="written"', 'name="result"', 'value="same" data-key="y"'):
        assert merging in text


def test_what_was_staged_as_same_shows_its_result_again(related: str, signed_in: Callable[[str], Any]) -> None:
    page = signed_in("steward")
    version = "1"
    staged = page.submit(f"/case/{related}/stage?pool=related", {"verdict": "same", "version": version})
    assert staged.status_code == 303
    assert 'id="written"' in page.get(f"/case/{related}?pool=related").text
