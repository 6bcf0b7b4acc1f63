"""Random nights, decisions, undos and applies, against laws that must hold after every step."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import networkx as nx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule
from sqlalchemy import select, update

from regclean.domain.decisions import JOINING_VERDICTS, LAPSED, SEPARATING_VERDICTS
from regclean.errors import ConflictError
from regclean.findings import decided_edges, standing
from regclean.findings.edges import ordered, pairs_of
from regclean.findings.follow import undo
from regclean.ledger import open_ledger, verify
from regclean.ledger.tables import decisions, findings

PEOPLE = ("1", "2", "3", "4", "5")
VERDICTS = ("same", "same", "different", "household", "unsure", "entity")
APART = SEPARATING_VERDICTS | {LAPSED}
SUGGESTIONS = st.sets(st.sampled_from(list(pairs_of(PEOPLE))), max_size=5)


class LifeOfFindings(RuleBasedStateMachine):
    """Linkage suggests pairs, clusters them as far as decisions allow; stewards decide, undo; batches apply."""

    taken = Bundle("taken")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = open_ledger(f"sqlite:///{Path(self.folder.name)}/ledger.db")
        self.nights = make_nights(self.ledger)
        self.day = 0
        self.phones = dict.fromkeys(PEOPLE, "+358400")
        self.suggested: set[tuple[str, str]] = set()

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            assert verify(self.ledger) is None
            self.ledger.close()
            self.folder.cleanup()

    def register(self, made: Any) -> None:
        for customer in PEOPLE:
            made.customers(customer, phone=self.phones[customer])
        # A stand-in for linkage: what is decided joins and parts, then suggestions join what they may.
        held = standing(made.connection, decided_edges(self.ledger))
        graph = nx.Graph()
        graph.add_nodes_from(PEOPLE)
        graph.add_edges_from((left, right) for left, right, verdict in held.iter_rows() if verdict in JOINING_VERDICTS)
        apart = [(left, right) for left, right, verdict in held.iter_rows() if verdict in APART]
        for edge in sorted(self.suggested):
            joined = graph.copy()
            joined.add_edge(*edge)
            if not any(nx.has_path(joined, *pair) for pair in apart):
                graph = joined
        groups = [sorted(group) for group in nx.connected_components(graph)]
        made.clusters(**{f"C{group[0]}": " ".join(group) for group in groups if len(group) > 1})
        for left, right in sorted(self.suggested):
            made.pair(left, right)

    @rule(suggested=SUGGESTIONS, moved=st.sampled_from((None, None, *PEOPLE)))
    def night(self, suggested: set[tuple[str, str]], moved: str | None) -> None:
        self.suggested = suggested
        if moved:
            self.phones[moved] = "+358401" if self.phones[moved] == "+358400" else "+358400"
        before = {row["finding_id"]: row for row in self.nights.rows()}
        self.day += 1
        self.nights.run(self.day, self.register)
        for row in self.nights.rows():
            self.check_night(before.get(row["finding_id"]), row)

    def check_night(self, old: dict[str, Any] | None, new: dict[str, Any]) -> None:
        if old is None:
            assert new["present"]
            return
        if old["state"] == "rejected" and new["state"] == "open":
            assert new["present"]
            assert new["reopened_because"] == "evidence_changed"
        if old["state"] == "in_batch":
            assert new["state"] == "in_batch"
        if old["state"] == "applied":
            assert new["state"] == ("open" if new["present"] else "verified")
        if new["state"] == "withdrawn":
            assert not new["present"]
        if old["state"] != new["state"] or old["fingerprint"] != new["fingerprint"]:
            assert new["version"] == old["version"] + 1

    @precondition(lambda self: self.day > 0)
    @rule()
    def same_night_again(self) -> None:
        before = self.nights.rows()
        edges = self.nights.edges()
        self.nights.run(self.day, self.register)
        if edges == self.nights.edges():
            again = self.nights.rows()
            self.nights.run(self.day, self.register)
            assert self.nights.rows() == again
        assert len(self.nights.rows()) >= len(before)

    @rule(target=taken, pair=st.sampled_from(list(pairs_of(PEOPLE))), verdict=st.sampled_from(VERDICTS))
    def decide_pair(self, pair: tuple[str, str], verdict: str) -> Any:
        return self.decided(self.nights.decide(verdict, *pair, day=self.day))

    @precondition(lambda self: self.nights.rows())
    @rule(target=taken, data=st.data(), verdict=st.sampled_from(VERDICTS))
    def decide_finding(self, data: st.DataObject, verdict: str) -> Any:
        row = data.draw(st.sampled_from(self.nights.rows()))
        customers = [subject.removeprefix("customers:") for subject in json.loads(row["subjects"])]
        return self.decided(self.nights.decide(verdict, *customers, day=self.day))

    def decided(self, report: Any) -> Any:
        if not report.taken:
            return multiple()
        return next(iter(report.decision_ids.values()))

    @rule(decision=taken)
    def take_back(self, decision: int) -> None:
        edges, rows = self.nights.edges(), self.nights.rows()
        try:
            undo(self.ledger, decision, user="eero", now=rows[0]["state_since"] if rows else NOON)
        except ConflictError:
            assert (self.nights.edges(), self.nights.rows()) == (edges, rows)

    @precondition(lambda self: any(row["state"] == "accepted" for row in self.nights.rows()))
    @rule(data=st.data(), state=st.sampled_from(("in_batch", "applied")))
    def batch(self, data: st.DataObject, state: str) -> None:
        row = data.draw(st.sampled_from([row for row in self.nights.rows() if row["state"] == "accepted"]))
        with self.ledger.write() as connection:
            connection.execute(update(findings).where(findings.c.finding_id == row["finding_id"]).values(state=state))

    @invariant()
    def nobody_is_both_the_same_and_told_apart(self) -> None:
        if not hasattr(self, "nights"):
            return
        graph = nx.Graph()
        graph.add_nodes_from(PEOPLE)
        edges = self.nights.edges()
        graph.add_edges_from(pair for pair, verdict in edges.items() if verdict in JOINING_VERDICTS)
        for pair, verdict in edges.items():
            assert pair == ordered(*pair)
            if verdict in SEPARATING_VERDICTS:
                assert not nx.has_path(graph, *pair)

    @invariant()
    def what_is_decided_refers_to_a_decision_that_holds(self) -> None:
        if not hasattr(self, "nights"):
            return
        with self.ledger.read() as connection:
            known = {row["decision_id"]: row for row in connection.execute(select(decisions)).mappings()}
        for row in self.nights.rows():
            if row["state"] in ("accepted", "rejected", "deferred"):
                prior = known[row["decision_id"]]
                assert prior["undone_at"] is None
                assert prior["superseded_by"] is None

    @invariant()
    def nothing_open_is_already_decided(self) -> None:
        if not hasattr(self, "nights"):
            return
        same = nx.Graph()
        same.add_nodes_from(PEOPLE)
        same.add_edges_from(pair for pair, verdict in self.nights.edges().items() if verdict in JOINING_VERDICTS)
        for row in self.nights.rows():
            customers = [subject.removeprefix("customers:") for subject in json.loads(row["subjects"])]
            asked = row["state"] == "open" and row["reopened_because"] not in ("contradicted", "returned")
            if asked:
                assert not all(nx.has_path(same, *pair) for pair in pairs_of(customers))


NOON: Any = None
make_nights: Any = None
LifeOfFindings.TestCase.settings = settings(
    max_examples=10,
    stateful_step_count=15,
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # shrinking a failure takes minutes: switch it on to debug one
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def test_life_of_findings(new_nights: Any, noon: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    monkeypatch.setitem(globals(), "make_nights", new_nights)
    monkeypatch.setitem(globals(), "NOON", noon)
    run_state_machine_as_test(LifeOfFindings, settings=LifeOfFindings.TestCase.settings)
