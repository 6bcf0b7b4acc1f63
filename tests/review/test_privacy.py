"""What is masked, who may see it, and that it is written down. Protected customers do not exist for others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from regclean.accounts.permissions import ROLES, User, permissions_of
from regclean.acts import visible_to
from regclean.domain.findings import canonical_json
from regclean.ledger import Ledger, verify
from regclean.ledger.tables import audit, findings, protected_subjects
from regclean.review.web.privacy import without_hidden, without_hidden_numbers

ID = "010190-901R"
REVEAL = {"subject": "customers:1003", "field": "national_id", "reason": "identify"}


def user(*roles: str) -> User:
    return User("somebody", None, tuple(role for role in ROLES if role in roles), None, permissions_of(roles))


def entries(ledger: Ledger, action: str) -> list[Any]:
    with ledger.read() as connection:
        return list(connection.execute(select(audit).where(audit.c.action == action).order_by(audit.c.seq)))


def protect(ledger: Ledger, customer_no: str) -> None:
    with ledger.write() as connection:
        connection.execute(insert(protected_subjects).values(subject=f"customers:{customer_no}", run_id="x"))


def test_an_id_is_revealed_for_a_reason_and_written_down(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    answer = signed_in("steward").submit("/reveal", REVEAL)
    assert answer.status_code == 200
    assert ID in answer.text
    assert answer.headers["cache-control"] == "no-store"
    (entry,) = entries(ledger, "reveal")
    assert (entry.actor, entry.subject, entry.field) == ("steward", "customers:1003", "national_id")
    assert entry.detail == {"reason": "identify"}
    assert verify(ledger) is None


def test_the_log_never_holds_the_id(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    signed_in("steward").submit("/reveal", REVEAL | {"reason": "other", "note": f"customer said {ID} on the phone"})
    (entry,) = entries(ledger, "reveal")
    assert entry.detail["note"] == "customer said ******-**** on the phone"


@pytest.mark.parametrize(
    "form", [{"reason": ""}, {"reason": "curious"}, {"reason": "other"}, {"reason": "other", "note": " "}]
)
def test_no_id_without_a_reason(signed_in: Callable[[str], Any], ledger: Ledger, form: dict[str, str]) -> None:
    answer = signed_in("steward").submit("/reveal", REVEAL | form)
    assert answer.status_code == 422
    assert ID not in answer.text
    assert entries(ledger, "reveal") == []


@pytest.mark.parametrize("role", ["clerk", "admin", "auditor"])
def test_no_id_without_the_right(signed_in: Callable[[str], Any], ledger: Ledger, role: str) -> None:
    answer = signed_in(role).submit("/reveal", REVEAL)
    assert answer.status_code == 403
    assert ID not in answer.text
    assert entries(ledger, "reveal") == []


def test_a_protected_customers_id_is_not_there_without_the_right(
    signed_in: Callable[[str], Any], ledger: Ledger
) -> None:
    protect(ledger, "1003")
    assert signed_in("steward").submit("/reveal", REVEAL).status_code == 404
    assert ID in signed_in("guardian").submit("/reveal", REVEAL).text
    assert [entry.actor for entry in entries(ledger, "reveal")] == ["guardian"]


def test_no_page_shows_an_id_by_itself(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    """Nor does the ledger hold one outside of a seal."""
    with ledger.read() as connection:
        for table in ("evidence", "findings", "sealed", "audit", "runs"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert ID not in repr(rows), table


def test_findings_about_protected_customers_are_not_visible(ledger: Ledger) -> None:
    def seen(by: User) -> set[str]:
        with ledger.read() as connection:
            return set(connection.execute(select(findings.c.subjects).where(visible_to(by))).scalars())

    before = seen(user("steward"))
    assert any("customers:1003" in subjects for subjects in before)
    protect(ledger, "1003")
    after = seen(user("steward"))
    assert after == {subjects for subjects in before if "customers:1003" not in subjects}
    assert seen(user("steward", "restricted")) == before


def test_a_protected_case_opens_for_a_reason(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    protect(ledger, "1003")
    with ledger.read() as connection:
        finding_id = (
            connection.execute(select(findings.c.finding_id).where(findings.c.subjects.contains('"customers:1003"')))
            .scalars()
            .first()
        )
    steward, guardian = signed_in("steward"), signed_in("guardian")
    assert steward.submit(f"/restricted/{finding_id}", {"reason": "contact"}).status_code == 403
    assert guardian.submit(f"/restricted/{finding_id}", {"reason": ""}).status_code == 422
    assert entries(ledger, "open_restricted") == []
    assert guardian.submit(f"/restricted/{finding_id}", {"reason": "contact"}).status_code == 303
    assert [(entry.actor, entry.subject) for entry in entries(ledger, "open_restricted")] == [
        ("guardian", f"findings:{finding_id}")
    ]
    assert guardian.submit("/restricted/F00000000000000000000", {"reason": "contact"}).status_code == 404


EVIDENCE = {
    "basis": {"customers": {"1001": "aa", "1014": "bb"}},
    "rule": {"members": [{"customer_no": "1014", "name": "Salainen"}, {"customer_no": "1001", "name": "Mäkinen"}]},
    "pairs": [{"l": "1001", "r": "1014", "weight": 3.0}, {"l": "1001", "r": "1002", "weight": 1.0}],
    "records": {"customers:1014": {"raw": {"name": "Salainen"}}, "customers:1001": {"raw": {"name": "Mäkinen"}}},
    "other_customers": ["1014", "1002"],
    "nested": {"neighbour": {"other_customer_no": "1014", "street_address": "Minna Canthin katu 4"}},
}


def test_evidence_keeps_nothing_of_a_hidden_customer() -> None:
    assert without_hidden(EVIDENCE, {"1014"}) == {
        "basis": {"customers": {"1001": "aa"}},
        "rule": {"members": [{"customer_no": "1001", "name": "Mäkinen"}]},
        "pairs": [{"l": "1001", "r": "1002", "weight": 1.0}],
        "records": {"customers:1001": {"raw": {"name": "Mäkinen"}}},
        "other_customers": ["1002"],
        "nested": {},
    }
    assert without_hidden(EVIDENCE, set()) == EVIDENCE


customer = st.sampled_from(["1001", "1014", "1002"])
leaf = st.one_of(st.integers(), st.text(max_size=5), customer)
evidence = st.recursive(
    leaf,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["customer_no", "other_customers", "l", "r", "name"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.fixed_dictionaries({"customers": evidence, "rule": evidence}))
def test_no_customer_key_leads_to_a_hidden_number(given_evidence: dict[str, Any]) -> None:
    def numbers(value: Any, told: bool = False) -> set[str]:
        if isinstance(value, dict):
            return set().union(
                *(numbers(item, "customer" in key or key in ("l", "r")) for key, item in value.items()), set()
            )
        if isinstance(value, list):
            return set().union(*(numbers(item, told) for item in value), set())
        return {value} if told and isinstance(value, str) else set()

    kept = without_hidden(given_evidence, {"1014"})
    assert "1014" not in numbers(kept)
    assert canonical_json(without_hidden(kept, {"1014"})) == canonical_json(kept)


def test_sentences_lose_the_numbers_only() -> None:
    assert without_hidden_numbers("Sama kuin 1014, ei 11014.", {"1014"}) == "Sama kuin •••, ei 11014."
