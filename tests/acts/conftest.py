"""A register with a finding, a decision and a batch of every sort, and an account of every kind, as one ledger."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection, insert, select, update

from regclean.accounts import local, sessions, tokens
from regclean.accounts.permissions import permissions_of
from regclean.acts import Context, back_up
from regclean.config import load_workspace
from regclean.ledger.sample_tables import sample_pairs, samples
from regclean.ledger.tables import (
    batch_changes,
    batches,
    decisions,
    findings,
    protected_subjects,
    sealed,
)
from regclean.review.web.app import create_app

sys.path.insert(0, str(Path(__file__).parent))  # the table beside the tests
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
# name -> roles; each is somebody who signs in, "colleague" has done what is another's
PEOPLE: dict[str, tuple[str, ...]] = {
    "steward": ("steward",),
    "approver": ("approver",),
    "clerk": ("clerk",),
    "admin": ("admin",),
    "auditor": ("auditor",),
    "restricted": ("restricted",),
    "guardian": ("steward", "restricted"),
    "deputy": ("approver", "restricted"),
    "keeper": ("clerk", "restricted"),
}
# What no refused act may have changed.
KEPT = (
    "findings",
    "decisions",
    "pair_decisions",
    "comments",
    "batches",
    "batch_changes",
    "receipts",
    "erasures",
    "users",
    "tokens",
    "samples",
    "labels",
    "certificates",
    "tasks",
    "enquiry_rounds",
    "enquiries",
    "enquiry_answers",
    "member_notices",
)


@dataclass(slots=True)
class World:
    """The application, who there is, and what there is to act on: object -> the id that stands in a path."""

    folder: Path
    app: FastAPI
    tokens: Mapping[str, str]
    cookies: Mapping[str, str]
    csrf: Mapping[str, str]
    objects: dict[str, str]
    own: dict[str, str]  # decisions by name
    pristine: sqlite3.Connection = field(repr=False)

    @property
    def ledger_file(self) -> Path:
        return self.folder / "var" / "ledger.db"

    def restore(self) -> None:
        """Everything is again as it was."""
        live = sqlite3.connect(self.ledger_file)
        self.pristine.backup(live)
        live.close()
        shutil.rmtree(self.folder / "var" / "exports", ignore_errors=True)

    def kept(self) -> Any:
        """What is in the ledger, besides the audit log and sessions."""
        live = sqlite3.connect(self.ledger_file)
        found = [live.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in KEPT]
        live.close()
        return found

    def browser(self, name: str | None) -> TestClient:
        client = TestClient(
            self.app, base_url="http://127.0.0.1", follow_redirects=False, raise_server_exceptions=False
        )
        if name is not None:
            client.cookies.set("regclean_session", self.cookies[name])
            client.headers["X-CSRF-Token"] = self.csrf[name]
        else:
            client.cookies.set("regclean_form", "x" * 43)
            client.headers["X-CSRF-Token"] = "x" * 43
        return client

    def program(self, name: str | None) -> TestClient:
        headers = {"Authorization": f"Bearer {self.tokens[name]}"} if name else {}
        return TestClient(
            self.app,
            base_url="http://127.0.0.1",
            headers=headers,
            raise_server_exceptions=False,
            follow_redirects=False,
        )


@pytest.fixture(scope="session")
def world(_published_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = Path(shutil.copytree(_published_once, tmp_path_factory.mktemp("acts") / "register"))
    app = create_app(load_workspace(folder), now=lambda: NOW)
    services = app.state.services
    for name, roles in {**PEOPLE, "colleague": ("steward", "approver", "clerk", "restricted")}.items():
        local.add_user(services.ledger, name, roles, local.NO_PASSWORD, NOW, by="test")
    made: dict[str, Any] = {}
    with services.ledger.write() as connection:
        for name, roles in PEOPLE.items():
            scopes = sorted(permissions_of(roles))
            token = tokens.make_token(connection, name, "", scopes, NOW, by="test")
            secret = sessions.open_session(connection, name, services.lifetime, NOW)
            session = sessions.find_session(connection, secret, services.lifetime, NOW)
            assert session is not None
            made[name] = (token, secret, session.csrf_token)
        objects, own = _fill(connection)
        stratum = {"number": 1, "name": "joined", "part": "joined", "population": 1, "drawn": 1}
        for number, pair in ((1, ("1003", "1004")), (2, ("1008", "1009"))):  # 1008 is protected
            values = {"run_id": "2026-11-01-001", "model_version": "", "scheme": "coarse", "strata": [stratum]}
            connection.execute(insert(samples).values(sample_id=number, drawn_at=NOW, drawn_by="colleague", **values))
            drawn = {"customer_no_l": pair[0], "customer_no_r": pair[1], "stratum": 1}
            connection.execute(insert(sample_pairs).values(sample_id=number, number=1, **drawn))
    (folder / "labels.csv").write_text("customer_no_l,customer_no_r,verdict\n1003,1004,same\n", encoding="utf-8")
    objects |= {"sample": "1", "sample_hidden": "2"}
    (folder / "answers.csv").write_text("finding_id,value,note\n,,\n", encoding="utf-8")
    objects["answers"] = str(folder / "answers.csv")
    objects["drawn"] = str(folder / "labels.csv")
    admin = local.active_user(services.ledger, "admin", "session")
    back_up(Context(load_workspace(folder), services.ledger, admin, NOW), folder.parent / "backup")
    objects["backup"] = str(folder.parent / "backup")
    pristine = sqlite3.connect(":memory:")
    live = sqlite3.connect(folder / "var" / "ledger.db")
    live.backup(pristine)
    live.close()
    yield World(
        folder,
        app,
        {name: value[0] for name, value in made.items()},
        {name: value[1] for name, value in made.items()},
        {name: value[2] for name, value in made.items()},
        objects,
        own,
        pristine,
    )
    services.background.shutdown(wait=True)
    services.ledger.close()


def _fill(connection: Connection) -> tuple[dict[str, str], dict[str, str]]:
    about = {
        json.dumps(json.loads(row.subjects)): row.finding_id
        for row in connection.execute(select(findings.c.finding_id, findings.c.subjects))
    }
    by_rule: dict[str, list[str]] = {}
    for row in connection.execute(select(findings.c.finding_id, findings.c.rule).order_by(findings.c.finding_id)):
        by_rule.setdefault(row.rule, []).append(row.finding_id)

    def pair(left: int, right: int) -> str:
        return about[json.dumps([f"customers:{left}", f"customers:{right}"])]

    open_, hidden, doubtful, taken = pair(1003, 1004), pair(1008, 1009), pair(1001, 1002), pair(1006, 1007)
    protected_taken = pair(1012, 1013)
    for subject in ("customers:1008", "customers:1012"):
        connection.execute(insert(protected_subjects).values(subject=subject, run_id="2026-11-01-001"))
    token = connection.execute(select(sealed.c.sealed).where(sealed.c.subject == "customers:1003")).scalar_one()
    connection.execute(
        insert(sealed).values(subject="customers:1008", field="national_id", sealed=token, run_id="2026-11-01-001")
    )

    def decided(finding_id: str, by: str, verdict: str = "accept", state: str = "accepted") -> str:
        values = {"finding_id": finding_id, "verdict": verdict, "user": by, "decided_at": NOW}
        made = connection.execute(insert(decisions).values(**values).returning(decisions.c.decision_id)).scalar_one()
        pool = {"workpool": "second"} if verdict == "unsure" else {}
        connection.execute(
            update(findings)
            .where(findings.c.finding_id == finding_id)
            .values(state=state, decision_id=made, decided_fingerprint=findings.c.fingerprint, **pool)
        )
        return str(made)

    decided(doubtful, "colleague", "unsure", "deferred")
    free = [finding for rule in ("K02", "K06", "K13", "K15", "S06") for finding in by_rule[rule]]
    own = {name: decided(free.pop(), name) for name in ("steward", "approver", "guardian", "deputy")}
    asked, asked_hidden = free.pop(), by_rule["K12"][-1]
    for one in (asked, asked_hidden):
        decided(one, "colleague", "accept", "task")
    connection.execute(update(findings).where(findings.c.finding_id == asked_hidden).values(protected=True))
    others = decided(taken, "colleague", "same")
    others_protected = decided(protected_taken, "colleague", "same")
    in_batch, in_hidden = by_rule["K12"][0], pair(1012, 1013)
    connection.execute(update(findings).where(findings.c.finding_id == in_batch).values(state="in_batch"))

    def batch(state: str, *lines: tuple[str, str]) -> str:
        values = {"state": state, "built_by": "colleague", "built_at": NOW, "gates": [], "left_out": [], "version": 1}
        if state == "applying":
            values |= {"approved_by": "colleague", "approved_at": NOW}
        number = connection.execute(insert(batches).values(**values).returning(batches.c.batch_id)).scalar_one()
        for seq, (finding_id, decision_id) in enumerate(lines, 1):
            connection.execute(
                insert(batch_changes).values(
                    batch_id=number,
                    seq=seq,
                    op="update",
                    table="customers",
                    key="1005",
                    column="phone",
                    before=None,
                    after="040 1234567",
                    finding_id=finding_id,
                    decision_id=int(decision_id),
                    state="planned",
                )
            )
        return str(number)

    plain, secret = (in_batch, others), (in_hidden, others_protected)
    objects = {
        "open": open_,
        "customer": "1003",
        "protected_customer": "1008",
        "protected": hidden,
        "second": doubtful,
        "task": asked,
        "protected_task": asked_hidden,
        "others": others,
        "others_protected": others_protected,
        "built": batch("built", plain),
        "authored": batch("built", *((in_batch, own[name]) for name in ("approver", "deputy"))),
        "mixed": batch("built", plain, secret),
        "hidden": batch("built", secret),
        "approved": batch("applying", plain),
        "approved_mixed": batch("applying", plain, secret),
        "approved_hidden": batch("applying", secret),
    }
    return objects, own
