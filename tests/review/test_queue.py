"""The queue: one row for a case, the costly ones first, nothing of what one may not see, quick also when it is long."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from regclean.accounts.permissions import User, permissions_of
from regclean.findings.workpools import case_key
from regclean.ledger import Ledger, audit, open_ledger
from regclean.ledger.tables import findings
from regclean.review.alike.groups import FOLDS_FROM, Folding, folding_of, groups_of
from regclean.review.queue import estimates, worklist
from regclean.review.queue.filters import Filters, read_filters

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
AINO = User("aino", None, ("steward",), None, permissions_of(["steward"]))
FIELDS = Filters(pool="field")
GUARDIAN = User("gun", None, ("steward", "restricted"), None, permissions_of(["steward", "restricted"]))


def finding(number: int, **more: Any) -> dict[str, Any]:
    finding_id = more.pop("finding_id", f"F{number:020d}")
    kind = more.get("kind", "duplicate")
    subjects = json.dumps(more.pop("subjects", [f"customers:{number}", f"customers:{number}b"]))
    return {
        "finding_id": finding_id,
        "kind": kind,
        "rule": "duplicate",
        "severity": "review",
        "subjects": subjects,
        "score": 0.9,
        "summary": "…",
        "state": "open",
        "state_since": NOW,
        "fingerprint": "f",
        "evidence_digest": "d",
        "protected": False,
        "present": True,
        "first_seen_run": "r",
        "last_seen_run": "r",
        "opened_at": NOW - timedelta(days=1),
        "workpool": "same",
        "priority": 2.0,
        "area": "70100",
        "version": 1,
        "case_key": f"clusters:{finding_id}" if kind == "duplicate" else case_key(json.loads(subjects), {}),
    } | more


@pytest.fixture
def empty(tmp_path: Any) -> Any:
    ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.db")
    yield ledger
    ledger.close()


def fill(ledger: Ledger, *rows: Mapping[str, Any]) -> None:
    with ledger.write() as connection:
        for row in rows:
            connection.execute(insert(findings).values(**row))


def ids(ledger: Ledger, filters: Filters, user: User = AINO, **more: Any) -> list[str]:
    """Every row, page by page."""
    found: list[str] = []
    after = None
    with ledger.read() as connection:
        while True:
            page = worklist.page(connection, user, filters, now=NOW, after=after, limit=3, **more)
            found += [row.finding_id[-2:] for row in page.rows]
            if page.following is None:
                return found
            after = page.following


def test_consequence_first_and_what_waited_for_a_month_rises(empty: Ledger) -> None:
    fill(
        empty,
        finding(1, priority=2.0),
        finding(2, priority=10.5),  # an open complaint
        finding(3, priority=5.0),
        finding(4, priority=1.0, opened_at=NOW - timedelta(days=31)),
        finding(5, priority=2.0),
    )
    assert ids(empty, Filters()) == ["02", "04", "03", "01", "05"]
    assert ids(empty, Filters(sort="oldest"))[0] == "04"


def test_the_most_uncertain_first_when_asked(empty: Ledger) -> None:
    fill(empty, finding(1, score=0.99), finding(2, score=0.52), finding(3, score=0.2))
    assert ids(empty, Filters(sort="uncertainty")) == ["02", "03", "01"]


def test_one_row_for_everything_about_one_shared_bin(empty: Ledger) -> None:
    def of(number: int, group: str, priority: float) -> dict[str, Any]:
        subjects = [f"bin_group_members:{group}/{number}", f"bin_groups:{group}"]
        return finding(
            number, kind="bin_group", rule=f"K{number:02d}", workpool="bin_group", subjects=subjects, priority=priority
        )

    fill(empty, of(1, "A", 2.0), of(2, "A", 4.0), of(3, "A", 4.0), of(4, "B", 3.0))
    filters = Filters(pool="bin_group")
    assert ids(empty, filters) == ["02", "04"]
    with empty.read() as connection:
        assert worklist.counts(connection, AINO)["bin_group"] == 2
        assert [row.others for row in worklist.page(connection, AINO, filters, now=NOW).rows] == [2, 0]
    # When the row that stands for the bin is staged, another one takes its place; a filter narrows what counts.
    assert ids(empty, filters, without=["F" + "2".rjust(20, "0")]) == ["03", "04"]
    assert ids(empty, Filters(pool="bin_group", rule="K01")) == ["01"]


def test_a_shared_bin_is_finished_before_the_next_one_begins(empty: Ledger) -> None:
    rows = [
        finding(n, kind="bin_group", workpool="bin_group", subjects=[f"bin_groups:{group}"], rule=f"K{n}", priority=p)
        for n, group, p in ((1, "A", 9.0), (2, "A", 1.0), (3, "B", 5.0))
    ]
    fill(empty, *rows)
    with empty.read() as connection:
        after = worklist.first(connection, AINO, Filters(pool="bin_group"), now=NOW, after=rows[0], without=["x"])
    assert after == rows[1]["finding_id"]


def test_nobody_without_the_right_meets_a_protected_case(empty: Ledger) -> None:
    fill(empty, finding(1), finding(2, protected=True, workpool="restricted"), finding(3, protected=True))
    with empty.read() as connection:
        assert "restricted" not in worklist.counts(connection, AINO)
        assert worklist.counts(connection, AINO)["same"] == 1
        assert worklist.counts(connection, GUARDIAN)["restricted"] == 1
    assert ids(empty, Filters(pool="restricted")) == []
    assert ids(empty, Filters()) == ["01"]
    assert ids(empty, Filters(pool="restricted"), GUARDIAN) == ["02"]


def test_filters_narrow_and_counts_follow(empty: Ledger) -> None:
    fill(
        empty,
        finding(1, area="70100", source="vanha", assignee="bo"),
        finding(2, area="70200", opened_at=NOW - timedelta(days=10)),
        finding(3, state="rejected"),
    )
    for filters, expected in (
        (Filters(area="70100"), ["01"]),
        (Filters(source="vanha"), ["01"]),
        (Filters(assignee="bo"), ["01"]),
        (Filters(assignee="-"), ["02"]),
        (Filters(age=7), ["02"]),
        (Filters(), ["01", "02"]),
    ):
        assert sorted(ids(empty, filters)) == expected
        with empty.read() as connection:
            assert worklist.count(connection, AINO, filters, now=NOW) == len(expected)


@given(
    st.dictionaries(st.sampled_from(["pool", "area", "rule", "source", "assignee", "age", "sort"]), st.text(max_size=9))
)
def test_no_address_is_an_error(parameters: dict[str, str]) -> None:
    filters = read_filters(parameters)
    assert read_filters(filters.query) == filters
    assert worklist.read_cursor(parameters.get("area")) is None or "~" in parameters["area"]


def test_an_estimate_is_given_only_when_it_can_be_honest(empty: Ledger) -> None:
    def handled(seconds: list[float]) -> None:
        with empty.write() as connection:
            for value in seconds:
                entry = audit.Entry(
                    NOW, "aino", "handle", "handling:same", detail={"seconds": value, "kind": "duplicate"}
                )
                audit.append(connection, entry)

    handled([10.0] * 19)
    with empty.read() as connection:
        assert estimates.estimate(connection, "same", 60) is None
    handled([10.0, 30.0])
    with empty.read() as connection:
        told = estimates.estimate(connection, "same", 60)
    assert told is not None
    assert (told.middle, told.sample) == (timedelta(minutes=10), 21)
    assert told.low <= told.middle <= told.high


def test_the_queue_is_read_by_index(empty: Ledger) -> None:
    """However long it is: the plan says so, no clock is asked."""
    with empty.read() as connection:
        query = (
            "EXPLAIN QUERY PLAN SELECT finding_id FROM findings WHERE (state = 'open' OR (state = 'deferred' AND"
            " workpool IN ('second', 'restricted') AND deferred_until IS NULL)) AND workpool = 'same'"
        )
        plan = " ".join(str(row) for row in connection.exec_driver_sql(query))
    assert "INDEX ix_findings_queue" in plan
    assert "SCAN findings" not in plan


def fold(ledger: Ledger, pool: str, user: User = AINO, uncertified: Any = frozenset) -> Folding:
    with ledger.read() as connection:
        return folding_of(connection, user, pool, groups_of(connection, user, pool), uncertified)


def test_what_one_act_decides_is_one_row_and_what_stands_out_stays(empty: Ledger) -> None:
    task = {"kind": "field", "rule": "F07", "workpool": "field", "ends_in": "task", "priority": 1.0}
    alike = [finding(n, **task) for n in range(10, 10 + FOLDS_FROM)]
    loud = finding(40, **task | {"priority": 9.0})  # an open complaint
    given_away = finding(41, **task | {"assignee": "eino"})
    back = finding(42, **task | {"reopened_because": "returned"})
    other = finding(43, kind="field", rule="F08", workpool="field", score=None, priority=1.5)
    both = finding(44, kind="field", rule="F08", workpool="field", score=None, case_key=alike[0]["case_key"])
    fill(empty, *alike, loud, given_away, back, other, both)
    folding = fold(empty, "field")
    assert [group.code for group in folding.groups] == ["F07-tasks"]
    assert folding.cases == {
        one["case_key"] for one in alike[1:]
    }  # the first one's customer waits for another act, too
    with empty.read() as connection:
        assert worklist.counts(connection, AINO, {"field": folding})["field"] == 1 + 5
        assert worklist.counts(connection, AINO)["field"] == FOLDS_FROM + 4
        wanted = {"now": NOW, "folded": folding.cases}
        rows = worklist.page(connection, AINO, FIELDS, **wanted).rows
        assert [row.finding_id[-2:] for row in rows] == ["40", "44", "43", "41", "42"]
        assert worklist.page(connection, AINO, FIELDS, limit=2, **wanted).rows == rows[:2]
        assert worklist.first(connection, AINO, FIELDS, after=other, **wanted) == given_away["finding_id"]
        assert (
            worklist.neighbour(connection, AINO, FIELDS, rows[2].finding_id, back=True, **wanted) == rows[1].finding_id
        )
        # From a folded case, which was opened by its address, the way leads to a row.
        assert worklist.first(connection, AINO, FIELDS, after=alike[3], **wanted) in {row.finding_id for row in rows}
    assert len(ids(empty, Filters(pool="field", each=True))) == FOLDS_FROM + 4


def test_only_what_this_user_may_decide_by_one_act_folds(empty: Ledger) -> None:
    few = [finding(n, kind="field", rule="F09", workpool="field", ends_in="task") for n in range(FOLDS_FROM - 1)]
    fill(empty, *few)
    assert fold(empty, "field") == Folding()
    fill(empty, finding(99, kind="field", rule="F09", workpool="field", ends_in="task"))
    assert len(fold(empty, "field").cases) == FOLDS_FROM
    assert fold(empty, "field", User("olli", None, ("auditor",), None, permissions_of(["auditor"]))) == Folding()


def test_pairs_that_join_customers_fold_where_a_certificate_covers_them(empty: Ledger) -> None:
    pairs = [finding(n, relation="same", score=0.995, proposal="[]") for n in range(FOLDS_FROM + 2)]
    fill(empty, *pairs)
    every = {one["finding_id"] for one in pairs}
    assert fold(empty, "same", uncertified=lambda ids: ids) == Folding()
    assert len(fold(empty, "same", uncertified=lambda _ids: ()).cases) == len(pairs)
    left = sorted(every)[:2]
    covered = fold(empty, "same", uncertified=lambda _ids: left)
    assert covered.cases == {one["case_key"] for one in pairs if one["finding_id"] not in left}
    assert fold(empty, "same", uncertified=lambda _ids: sorted(every)[:3]) == Folding()
