"""Signing in with the organisation's accounts, against a small issuer on this machine that can also lie."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from regclean.accounts import local as accounts
from regclean.config import load_workspace
from regclean.ledger import Ledger, verify
from regclean.ledger.tables import audit, users
from regclean.review.sign_in import oidc
from regclean.review.web.app import create_app

CLIENT, SECRET = "regclean-client", "a client's secret"


@dataclass(slots=True)
class Issuer:
    """What the fake issuer knows and says; a test changes it to make it lie."""

    url: str = ""
    name: str = "liisa"
    subject: str = "subject-1"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)  # instead of the true ones
    told: dict[str, Any] = field(default_factory=dict)
    now: Callable[[], float] = lambda: 0.0

    def authorize(self, location: str) -> tuple[str, str]:
        """The user signs in there; returns code and state as they come back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        self.codes["code-1"] = asked
        return "code-1", asked["state"]

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        asked = self.codes.pop(form["code"], None)
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or authorization != expected:
            return None
        if form["redirect_uri"] != asked["redirect_uri"] or form["grant_type"] != "authorization_code":
            return None
        claims = {
            "iss": self.url, "aud": CLIENT, "sub": self.subject, "nonce": asked["nonce"], "exp": self.now() + 300
        } | self.claims  # fmt: skip
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        return {"access_token": "access", "id_token": f"e30.{body}.c2ln", "token_type": "Bearer"}


@pytest.fixture
def issuer(clock: Any) -> Iterator[Issuer]:
    known = Issuer(now=lambda: clock().timestamp())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                named = {
                    "authorization_endpoint": "authorize",
                    "token_endpoint": "token",
                    "userinfo_endpoint": "userinfo",
                }
                self.reply({"issuer": known.url} | {key: f"{known.url}/{path}" for key, path in named.items()})
            elif self.path == "/userinfo" and self.headers["Authorization"] == "Bearer access":
                self.reply({"sub": known.subject, "preferred_username": known.name} | known.told)
            else:
                self.reply(None)

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            self.reply(known.token(form, self.headers.get("Authorization", "")))

        def reply(self, body: dict[str, Any] | None) -> None:
            text = json.dumps(body).encode()
            self.send_response(200 if body is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield known
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def organised(published_register: Path, clock: Any, issuer: Issuer) -> Iterator[FastAPI]:
    """The page with that issuer configured, and an account without a password."""
    path = published_register / "regclean.toml"
    section = (
        f'\n[review]\noidc_issuer = "{issuer.url}"\noidc_client_id = "{CLIENT}"\noidc_client_secret = "{SECRET}"\n'
    )
    path.write_text(path.read_text(encoding="utf-8") + section, encoding="utf-8")
    app = create_app(load_workspace(published_register), now=clock)
    accounts.add_user(app.state.services.ledger, "liisa", ["steward"], None, clock(), by="test")
    yield app
    app.state.services.background.shutdown(wait=True)
    app.state.services.ledger.close()


def browser(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


def sign_in(app: FastAPI, issuer: Issuer, client: TestClient | None = None, to: str = "/account") -> Any:
    client = client or browser(app)
    begun = client.get("/oidc/start", params={"to": to})
    assert begun.status_code == 303
    code, state = issuer.authorize(begun.headers["location"])
    return client.get("/oidc/callback", params={"code": code, "state": state})


def entries(app: FastAPI) -> list[tuple[str, str]]:
    ledger: Ledger = app.state.services.ledger
    assert verify(ledger) is None
    with ledger.read() as connection:
        rows = connection.execute(select(audit.c.actor, audit.c.action).order_by(audit.c.seq))
        return [(row.actor, row.action) for row in rows if row.action.startswith("login")]


def test_an_account_of_the_organisation_signs_in(organised: FastAPI, issuer: Issuer) -> None:
    client = browser(organised)
    assert "/oidc/start" in client.get("/login").text
    answer = sign_in(organised, issuer, client)
    assert answer.status_code == 200
    assert 'content="0;url=/account"' in answer.text
    assert client.get("/account").status_code == 200
    assert entries(organised) == [("liisa", "login")]


def test_the_account_belongs_to_who_came_first(organised: FastAPI, issuer: Issuer) -> None:
    """A user name can be given to somebody else one day; the subject stays."""
    assert sign_in(organised, issuer).status_code == 200
    assert sign_in(organised, issuer).status_code == 200
    issuer.subject = "subject-2"
    assert sign_in(organised, issuer).status_code == 403
    assert entries(organised)[-1] == ("liisa", "login_refused")


def test_a_name_without_an_account_does_not_get_in(organised: FastAPI, issuer: Issuer) -> None:
    issuer.name = "matti"
    assert sign_in(organised, issuer).status_code == 403
    assert entries(organised) == [("users:?", "login_refused")]


def test_an_account_with_a_password_is_not_taken_over(
    organised: FastAPI, issuer: Issuer, clock: Any, monkeypatch: pytest.MonkeyPatch, password_hash: str
) -> None:
    monkeypatch.setattr(accounts, "hash_password", lambda *_args, **_more: password_hash)
    accounts.add_user(organised.state.services.ledger, "chief", ["admin"], "x" * 12, clock(), by="test")
    issuer.name = "chief"
    assert sign_in(organised, issuer).status_code == 403


def test_a_disabled_account_does_not_get_in(organised: FastAPI, issuer: Issuer, clock: Any) -> None:
    accounts.set_active(organised.state.services.ledger, "liisa", False, clock(), by="test")
    assert sign_in(organised, issuer).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"iss": "https://evil.example"},
        {"exp": 0},
        {"exp": "soon"},
        {"sub": ""},
        {"sub": "subject-9"},
    ],
)
def test_an_id_token_that_does_not_fit_is_refused(organised: FastAPI, issuer: Issuer, claims: dict[str, Any]) -> None:
    issuer.claims = claims
    assert sign_in(organised, issuer).status_code == 502
    assert entries(organised) == []


@pytest.mark.parametrize("told", [{"sub": "subject-2"}, {"preferred_username": None}, {"preferred_username": ""}])
def test_userinfo_must_speak_of_the_same_subject(organised: FastAPI, issuer: Issuer, told: dict[str, Any]) -> None:
    issuer.told = told
    assert sign_in(organised, issuer).status_code == 502


def test_only_the_browser_that_began_may_end(organised: FastAPI, issuer: Issuer, clock: Any) -> None:
    begun = browser(organised)
    code, state = issuer.authorize(begun.get("/oidc/start").headers["location"])
    assert browser(organised).get("/oidc/callback", params={"code": code, "state": state}).status_code == 400
    assert begun.get("/oidc/callback", params={"code": code, "state": "another"}).status_code == 400
    assert begun.get("/oidc/callback", params={"state": state}).status_code == 400
    begun.cookies.set("regclean_oidc", "WyJhIiwiYiIsImMiLCIvIl0.forged.signature")
    assert begun.get("/oidc/callback", params={"code": code, "state": "a"}).status_code == 400
    assert entries(organised) == []


def test_a_code_is_good_once(organised: FastAPI, issuer: Issuer) -> None:
    client = browser(organised)
    code, state = issuer.authorize(client.get("/oidc/start").headers["location"])
    kept = client.cookies["regclean_oidc"]
    assert client.get("/oidc/callback", params={"code": code, "state": state}).status_code == 200
    client.cookies.set("regclean_oidc", kept)
    assert client.get("/oidc/callback", params={"code": code, "state": state}).status_code == 502


def test_the_way_on_stays_here(organised: FastAPI, issuer: Issuer) -> None:
    assert 'content="0;url=/"' in sign_in(organised, issuer, to="https://evil.example/").text


def test_an_issuer_is_reached_by_https_or_not_at_all() -> None:
    with pytest.raises(oidc.OidcError, match="https"):
        oidc.discover("http://login.example.fi")


def test_without_an_issuer_there_is_no_such_page(app: FastAPI) -> None:
    assert browser(app).get("/oidc/start").status_code == 404
    assert "/oidc/" not in browser(app).get("/login").text


def test_the_ledger_keeps_no_name_of_the_subject(organised: FastAPI, issuer: Issuer) -> None:
    sign_in(organised, issuer)
    with organised.state.services.ledger.read() as connection:
        kept = connection.execute(select(users.c.oidc_subject).where(users.c.user == "liisa")).scalar_one()
    assert len(kept) == 64
    assert issuer.subject not in kept
