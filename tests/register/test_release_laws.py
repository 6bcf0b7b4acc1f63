"""Laws of applying and taking back, over random sequences of outside edits, batches, kills and undos.

- regclean changes a cell only from what a line expects to what it says (apply), or back (undo): no outside edit is lost;
- what was applied and taken back is as before, wherever nobody else has been;
- doing anything twice changes nothing;
- after a kill at any step, doing the same again brings register and ledger to the same end.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from regclean.batches import apply, undo
from regclean.register import ChangeLine

CUSTOMERS = [str(n) for n in range(1, 7)]
PHONES = st.sampled_from([None, "", " ", "040 1", "040 2"])


class Killed(BaseException):
    """The process is gone."""


def killer(at: int) -> Callable[[str], None]:
    """Dies at the n-th step."""
    left = [at]

    def step(_name: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    return step


def machine(
    make: Callable[[], Any], merging: Callable[..., list[ChangeLine]], changing: Callable[..., ChangeLine]
) -> type:
    class Life(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.desk = make()
            self.desk.make_tables()
            self.batches: dict[int, list[str]] = {}
            self.before: dict[int, Counter[tuple[str, tuple[Any, ...]]]] = {}
            self.touched: set[int] = set()  # batches since whose apply others have written

        def teardown(self) -> None:
            if hasattr(self, "desk"):
                self.desk.close()

        def _counted(self) -> Counter[tuple[str, tuple[Any, ...]]]:
            return Counter((name, row) for name, rows in self.desk.dump().items() for row in rows)

        def _others_wrote(self) -> None:
            self.touched |= set(self.batches)

        # What others do -------------------------------------------------------------------------------------------

        @rule(customer=st.sampled_from(CUSTOMERS), phone=PHONES)
        def edit_phone(self, customer: str, phone: str | None) -> None:
            self.desk.execute("UPDATE customers SET phone = :phone WHERE customer_no = :no", phone=phone, no=customer)
            self._others_wrote()

        @rule(service=st.integers(1, 6), customer=st.sampled_from(CUSTOMERS))
        def move_service(self, service: int, customer: str) -> None:
            self.desk.execute(
                "UPDATE services SET customer_no = :no WHERE service_no = :service", no=customer, service=f"V{service}"
            )
            self._others_wrote()

        @rule(number=st.integers(10, 99), customer=st.sampled_from(CUSTOMERS))
        def add_service(self, number: int, customer: str) -> None:
            if all(row["service_no"] != f"V{number}" for row in self.desk.rows("services")):
                self.desk.insert("services", {"service_no": f"V{number}", "customer_no": customer})
                self._others_wrote()

        @rule(member=st.integers(1, 4), share=st.sampled_from(["10", "25", "30"]))
        def edit_share(self, member: int, share: str) -> None:
            self.desk.execute(
                "UPDATE bin_group_members SET share_percent = :share WHERE member_no = :no", share=share, no=str(member)
            )
            self._others_wrote()

        @rule(customer=st.sampled_from(CUSTOMERS), day=st.sampled_from([None, "2026-01-01"]))
        def end_role(self, customer: str, day: str | None) -> None:
            self.desk.execute("UPDATE site_roles SET end_on = :day WHERE customer_no = :no", day=day, no=customer)
            self._others_wrote()

        @rule(member=st.integers(1, 4))
        def remove_member(self, member: int) -> None:
            self.desk.execute("DELETE FROM bin_group_members WHERE member_no = :no", no=str(member))
            self._others_wrote()

        # What regclean does ---------------------------------------------------------------------------------------

        def _free(self) -> bool:
            return not any(self.desk.batch_state(one) in ("approved", "applying") for one in self.batches)

        @precondition(lambda self: self._free())
        @rule(pair=st.permutations(CUSTOMERS), new_phone=st.sampled_from(["050 9", None]), kind=st.integers(0, 4))
        def plan(self, pair: list[str], new_phone: str | None, kind: int) -> None:
            loser, survivor, other, *_ = pair
            phones = {row["customer_no"]: row["phone"] for row in self.desk.rows("customers")}
            old = phones[other] if phones[other] and phones[other].strip() else None
            groups = []
            if kind != 1:
                groups.append(merging(self.desk.rows, loser, survivor))
            if kind != 2 and old != new_phone:
                groups.append([changing("customers", other, "phone", old, new_phone)])
            if kind == 3:
                number = f"9{len(self.batches)}"
                cells = {"customer_no": number, "name": "Uusi"}
                groups.append(
                    [
                        ChangeLine(0, "insert", "customers", number, name, None, value, None)
                        for name, value in cells.items()
                    ]
                )
            if groups:
                number_of, _ = self.desk.batch(groups)
                self.batches[number_of] = []

        def _again(self, act: Callable[[Callable[[str], None]], Any], kill_at: int) -> Any:
            with contextlib.suppress(Killed):
                act(killer(kill_at))
            outcome = act(lambda _: None)
            once = self.desk.dump(), self.desk.finding_states()
            act(lambda _: None)
            assert (self.desk.dump(), self.desk.finding_states()) == once
            return outcome

        @precondition(lambda self: self.batches)
        @rule(kill_at=st.integers(0, 25), whole=st.booleans(), data=st.data())
        def apply(self, kill_at: int, whole: bool, data: st.DataObject) -> None:
            number = data.draw(st.sampled_from(sorted(self.batches)))
            if self.desk.batch_state(number) not in ("approved", "applying"):
                return
            was, rows = self._counted(), {name: self.desk.rows(name) for name in ("customers", "services")}
            self._again(
                lambda step: apply(
                    self.desk.ledger, self.desk.target, number, user="dan", now=self.desk.tick(), whole=whole, step=step
                ),
                kill_at,
            )
            self._only_as_said(number, rows)
            if self.desk.batch_state(number) in ("applied", "rejected"):
                self.before[number] = was
                self.touched.discard(number)
            else:
                assert self._counted() == was  # all or nothing
            self.touched |= set(self.batches) - {number}

        def _only_as_said(self, number: int, rows: dict[str, list[dict[str, Any]]]) -> None:
            """Every cell that changed was what its line expected, and is what it says."""
            with self.desk.ledger.read() as reading:
                from regclean.batches.store import stored_lines

                said = {(o.line.table, o.line.key, o.line.column): o.line for o in stored_lines(reading, number)}
            for table, key in (("customers", "customer_no"), ("services", "service_no")):
                now = {row[key]: row for row in self.desk.rows(table)}
                for row in rows[table]:
                    for column, value in row.items():
                        if now[row[key]][column] != value:
                            line = said[table, row[key], column]
                            assert line.before == (value if value and value.strip() else None)
                            assert line.after == now[row[key]][column]

        @precondition(lambda self: self.before)
        @rule(kill_at=st.integers(0, 25), data=st.data())
        def undo(self, kill_at: int, data: st.DataObject) -> None:
            number = data.draw(st.sampled_from(sorted(self.before)))
            if self.desk.batch_state(number) != "applied":
                return
            outside = {name: self.desk.rows(name) for name in ("customers", "services")}
            outcome = self._again(
                lambda step: undo(
                    self.desk.ledger, self.desk.target, number, user="dan", now=self.desk.tick(), step=step
                ),
                kill_at,
            )
            if number not in self.touched:
                assert self._counted() == self.before[number]
                assert not outcome.kept
            self._kept_what_others_wrote(number, outside)
            self.touched |= set(self.batches) - {number}

        def _kept_what_others_wrote(self, number: int, rows: dict[str, list[dict[str, Any]]]) -> None:
            with self.desk.ledger.read() as reading:
                from regclean.batches.store import stored_lines

                said = {(o.line.table, o.line.key, o.line.column): o.line for o in stored_lines(reading, number)}
                new = {o.line.key for o in stored_lines(reading, number) if o.line.op == "insert"}
            for table, key in (("customers", "customer_no"), ("services", "service_no")):
                now = {row[key]: row for row in self.desk.rows(table)}
                for row in rows[table]:
                    if row[key] in new and row[key] not in now:
                        continue
                    for column, value in row.items():
                        if now[row[key]][column] != value:
                            assert value == said[table, row[key], column].after

        @invariant()
        def ledger_says_what_the_register_has(self) -> None:
            for number in getattr(self, "batches", {}):
                states = set(self.desk.line_states(number).values())
                if self.desk.batch_state(number) == "applied":
                    assert "planned" not in states
                if self.desk.batch_state(number) == "approved":
                    assert states <= {"planned"}

    return Life


def test_on_sqlite(new_desk: Any, merging: Any, changing: Any) -> None:
    run_state_machine_as_test(
        machine(new_desk, merging, changing),
        settings=settings(
            max_examples=50,
            derandomize=True,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
        ),
    )


def test_on_postgresql(new_desk: Any, ledger_url: Any, merging: Any, changing: Any) -> None:
    run_state_machine_as_test(
        machine(lambda: new_desk(ledger_url("postgresql")), merging, changing),
        settings=settings(
            max_examples=6,
            derandomize=True,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        ),
    )


pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
