"""The review page on the small register's published night, with an account of each role, and a clock that stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from regclean.accounts import local as accounts
from regclean.accounts import tokens
from regclean.config import load_workspace
from regclean.ledger import Ledger
from regclean.review.web.app import create_app

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PASSWORD = "correct horse battery"


@dataclass(slots=True)
class Clock:
    """The time that the page sees."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, **units: float) -> None:
        self.moment += timedelta(**units)


class Browser(TestClient):
    """A browser that fills in the hidden field of the forms it sends."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app, base_url="http://127.0.0.1", follow_redirects=False, raise_server_exceptions=False)

    def token(self, path: str = "/login") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found, path
        return found.group(1)

    def submit(self, path: str, form: dict[str, str] | None = None, *, seen: str = "/account") -> Response:
        """Send a form as from the page `seen`."""
        return self.post(path, data={"csrf_token": self.token(seen), **(form or {})})

    def sign_in(self, user: str, password: str = PASSWORD) -> Response:
        return self.submit("/login", {"user": user, "password": password}, seen="/login")


@pytest.fixture(autouse=True, scope="session")
def _quick_hashes() -> Iterator[None]:
    """Hashing is slow by design; a test holds the real cost."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def password_hash(_quick_hashes: None) -> str:
    return accounts.hash_password(PASSWORD)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(
    published_register: Path, clock: Clock, password_hash: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FastAPI]:
    made = create_app(load_workspace(published_register), now=clock)
    with monkeypatch.context() as patched:
        patched.setattr(accounts, "hash_password", lambda *_args, **_more: password_hash)
        for role in ("steward", "approver", "clerk", "admin", "auditor"):
            accounts.add_user(made.state.services.ledger, role, [role], PASSWORD, NOW, by="test")
        accounts.add_user(made.state.services.ledger, "guardian", ["steward", "restricted"], PASSWORD, NOW, by="test")
    yield made
    made.state.services.background.shutdown(wait=True)
    made.state.services.ledger.close()


@pytest.fixture
def program(app: FastAPI, ledger: Ledger, password_hash: str) -> Callable[..., TestClient]:
    """A function: user, scopes -> a client that carries a token of that user with those scopes."""

    def make(user: str, *scopes: str) -> TestClient:
        with ledger.write() as connection:
            secret = tokens.make_token(connection, user, "test", scopes, NOW, by="test")
        return TestClient(
            app,
            base_url="http://127.0.0.1",
            headers={"Authorization": f"Bearer {secret}"},
            raise_server_exceptions=False,
        )

    return make


@pytest.fixture
def ledger(app: FastAPI) -> Ledger:
    found: Ledger = app.state.services.ledger
    return found


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


@pytest.fixture
def signed_in(app: FastAPI) -> Callable[[str], Browser]:
    """A function: user -> a browser in which that user has signed in."""

    def sign_in(user: str) -> Browser:
        browser = Browser(app)
        assert browser.sign_in(user).status_code == 303
        return browser

    return sign_in
