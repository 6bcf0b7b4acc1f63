"""The register commits, and its answer is lost: nothing is said, cancelled or taken back before its receipt is asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lossy_proxy import LossyProxy

from regclean.batches import apply, reject_lines, undo
from regclean.errors import ConflictError, UnavailableError, UnknownCommitError
from regclean.register import SqlTarget


class ChangeLine:
    """The way to the register's database, and what can befall it. `lose()`: the next COMMIT is carried out, but its
    answer does not come; `cut()`: nobody gets through any more; `mend()`: all is well again.
    """

    def __init__(self, desk: Any, proxy: LossyProxy | None) -> None:
        self.desk = desk
        self._proxy = proxy
        if proxy:
            desk.target.close()
            desk.target = SqlTarget(proxy.url)
        else:
            self._dialect = desk.target.engine.dialect
            self._commit, self._connect = self._dialect.do_commit, self._dialect.connect

    def lose(self, *, commits_before: int = 0, then_cut: bool = False) -> None:
        """`commits_before`: so many commits go through first (the receipts' tables are made in one of their own)."""
        if self._proxy:
            self._proxy.lose_after, self._proxy.down_afterwards = commits_before, then_cut
            return
        left = [commits_before]

        def commit(connection: Any) -> None:
            self._commit(connection)
            left[0] -= 1
            if left[0] < 0:
                self._dialect.do_commit = self._commit
                if then_cut:
                    self.cut()
                raise sqlite3.OperationalError("disk I/O error")

        self._dialect.do_commit = commit

    def cut(self) -> None:
        if self._proxy:
            self._proxy.up = False
            return

        def connect(*_: Any, **__: Any) -> None:
            raise sqlite3.OperationalError("unable to open database file")

        self.desk.target.engine.dispose()
        self._dialect.connect = connect

    def mend(self) -> None:
        if self._proxy:
            self._proxy.up = True
        else:
            self._dialect.connect = self._connect


@pytest.fixture(params=["sqlite", "postgresql"])
def line(
    request: pytest.FixtureRequest, new_desk: Callable[[str], Any], ledger_url: Callable[[str], str]
) -> Iterator[ChangeLine]:
    postgresql = request.param == "postgresql"
    url = ledger_url("postgresql") if postgresql else ""
    desk = new_desk(url)
    desk.make_tables()
    # The receipts' tables are there, as they are after a register's first batch.
    desk.target.close_attempt("before", 0, desk.tick())
    proxy = LossyProxy(url) if postgresql else None
    yield ChangeLine(desk, proxy)
    if proxy:
        proxy.close()


@pytest.fixture
def planned(line: ChangeLine, changing: Callable[..., Any]) -> tuple[Any, int, list[str]]:
    groups = [[changing("customers", f"{n}", "phone", None, f"040 {n}")] for n in range(1, 5)]
    batch, findings = line.desk.batch(groups)
    return line.desk, batch, findings


def phones(desk: Any) -> list[str | None]:
    return [row["phone"] for row in sorted(desk.rows("customers"), key=lambda row: row["customer_no"])]


WRITTEN = ["040 1", "040 2", "040 3", "040 4", None, None]
EMPTY = [None] * 6
LOST_ANSWERS = pytest.mark.parametrize("then_cut", [False, True], ids=["back at once", "away for a while"])


def test_an_answer_that_is_lost_is_looked_up_at_once(line: ChangeLine, planned: Any) -> None:
    desk, batch, _ = planned
    line.lose(commits_before=1)
    outcome = apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert (outcome.state, outcome.count("ready", "done")) == ("applied", 4)
    assert phones(desk) == WRITTEN


def test_what_cannot_be_looked_up_is_unknown_and_nobody_says_that_nothing_was_written(
    line: ChangeLine, planned: Any
) -> None:
    desk, batch, _ = planned
    line.lose(commits_before=1, then_cut=True)
    with pytest.raises(UnknownCommitError) as raised:
        apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert raised.value.exit_code == 3
    assert "not known" in str(raised.value)
    assert "othing was written" not in str(raised.value)
    assert desk.batch_state(batch) == "unknown"
    # While nobody can ask, nothing is cancelled, taken back, or called done.
    for act in (apply, undo):
        with pytest.raises(UnavailableError):
            act(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
        assert desk.batch_state(batch) == "unknown"
    with pytest.raises(ConflictError, match="not known"):
        reject_lines(desk.ledger, batch, [1], reason="x", user="dan", now=desk.tick())
    with pytest.raises(ConflictError, match="not known"):
        undo(desk.ledger, None, batch, user="dan", now=desk.tick())


@pytest.mark.parametrize("then", ["apply", "undo"])
def test_an_unknown_commit_is_settled_by_the_receipt(line: ChangeLine, planned: Any, then: str) -> None:
    desk, batch, _ = planned
    line.lose(commits_before=1, then_cut=True)
    with pytest.raises(UnknownCommitError):
        apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    line.mend()
    if then == "apply":
        outcome = apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
        assert (outcome.state, outcome.earlier) == ("applied", True)
        assert phones(desk) == WRITTEN
        assert set(desk.finding_states().values()) == {"applied"}
    else:
        assert undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick()).state == "undone"
        assert phones(desk) == EMPTY
        assert set(desk.line_states(batch).values()) == {"undone"}


@LOST_ANSWERS
@pytest.mark.parametrize("part", [False, True], ids=["whole", "one finding"])
def test_an_undo_whose_answer_is_lost_comes_to_the_same_end(
    line: ChangeLine, planned: Any, then_cut: bool, part: bool
) -> None:
    desk, batch, findings = planned
    apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    finding = findings[0] if part else None
    line.lose(commits_before=1, then_cut=then_cut)
    if then_cut:
        with pytest.raises(UnknownCommitError):
            undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick(), finding_id=finding)
        assert desk.batch_state(batch) == "unknown"
        line.mend()
        # Whoever comes next, with whatever, first brings it to its end.
        apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick()) if part else None
    undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick(), finding_id=finding)
    assert desk.batch_state(batch) == ("applied" if part else "undone")
    assert phones(desk) == ([None, *WRITTEN[1:]] if part else EMPTY)
    undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert phones(desk) == EMPTY
    assert desk.batch_state(batch) == "undone"


def test_a_register_that_was_away_from_the_start_leaves_the_batch_approved(line: ChangeLine, planned: Any) -> None:
    desk, batch, _ = planned
    line.cut()
    with pytest.raises(UnavailableError):
        apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick())
    assert desk.batch_state(batch) == "approved"
    line.mend()
    assert apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick()).state == "applied"


def test_what_was_taken_back_in_doubt_can_not_be_written_by_a_straggler(line: ChangeLine, planned: Any) -> None:
    """A process that stood still between ledger and register wakes up after others have cancelled its batch."""
    desk, batch, _ = planned

    def taken_back(name: str) -> None:
        if name == "begun":
            assert undo(desk.ledger, desk.target, batch, user="eva", now=desk.tick()).state == "undone"

    with pytest.raises(ConflictError, match="Nothing was written"):
        apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick(), step=taken_back)
    assert phones(desk) == EMPTY
    assert desk.batch_state(batch) == "undone"


def test_what_was_refused_can_be_applied_later(line: ChangeLine, planned: Any) -> None:
    desk, batch, _ = planned

    def refuse(name: str) -> None:
        if name == "line 2":
            raise ConflictError("no.")

    with pytest.raises(ConflictError):
        apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick(), step=refuse)
    assert (desk.batch_state(batch), phones(desk)) == ("approved", EMPTY)
    assert apply(desk.ledger, desk.target, batch, user="dan", now=desk.tick()).state == "applied"
    assert undo(desk.ledger, desk.target, batch, user="dan", now=desk.tick()).state == "undone"
    assert phones(desk) == EMPTY
