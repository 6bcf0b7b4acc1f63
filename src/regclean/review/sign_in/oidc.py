"""Signing in with the organisation's accounts: OpenID Connect, code flow with PKCE, state and nonce.

The ID token comes from the token endpoint itself, over TLS that is checked; by OpenID Connect Core 3.1.3.7 that stands
for the check of its signature. Its issuer, audience, age and nonce are checked here, and the userinfo endpoint must
speak of the same subject. An account is bound to the subject that signs in to it first.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select, update

from regclean.config import Section
from regclean.domain.register import subject_text
from regclean.errors import RegcleanError
from regclean.ledger import Ledger
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import users
from regclean.review.web.server_names import is_loopback

SECONDS_TO_SIGN_IN = 600
TIMEOUT = httpx.Timeout(10.0)
CLOCKS_DIFFER = 120  # seconds


class OidcError(RegcleanError):
    """The issuer is not reached, is not what it says, or what it says does not hold together."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Where the issuer does what, by its own description."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in on its way: kept, signed, in the browser that began it."""

    state: str
    nonce: str
    verifier: str
    to: str


def new_attempt(to: str) -> Attempt:
    return Attempt(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), to)


def sealed_attempt(attempt: Attempt, key: bytes) -> str:
    return str(_serializer(key).dumps([attempt.state, attempt.nonce, attempt.verifier, attempt.to]))


def opened_attempt(text: str, key: bytes) -> Attempt | None:
    """The attempt that this browser began in the last ten minutes."""
    try:
        return Attempt(*_serializer(key).loads(text, max_age=SECONDS_TO_SIGN_IN))
    except BadSignature:
        return None


def discover(issuer: str) -> Issuer:
    """Ask the issuer where things are. Errors: OidcError."""
    _check_url(issuer)
    found = _json(_asked("GET", issuer.rstrip("/") + "/.well-known/openid-configuration"))
    if found.get("issuer") != issuer:
        raise OidcError("the issuer gives itself another name than the one configured.")
    endpoints = {name: str(found.get(name, "")) for name in Issuer.__slots__ if name != "issuer"}
    for url in endpoints.values():
        _check_url(url)
    return Issuer(issuer, **endpoints)


def authorization_url(issuer: Issuer, settings: Section, attempt: Attempt, redirect_uri: str) -> str:
    """Where the browser goes to sign in."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
    parameters = {
        "response_type": "code",
        "client_id": settings["oidc_client_id"],
        "redirect_uri": redirect_uri,
        "scope": "openid profile",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(issuer.authorization_endpoint).query else "?"
    return f"{issuer.authorization_endpoint}{joint}{urlencode(parameters)}"


def identify(
    issuer: Issuer, settings: Section, attempt: Attempt, code: str, redirect_uri: str, now: datetime
) -> tuple[str, str]:
    """Exchange the code; returns the subject and the user name that the issuer vouches for. Errors: OidcError."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": settings["oidc_client_id"],
        "code_verifier": attempt.verifier,
    }
    secret = settings["oidc_client_secret"]
    credentials = (settings["oidc_client_id"], secret) if secret else None
    given = _json(_asked("POST", issuer.token_endpoint, form=form, credentials=credentials))
    claims = _claims(str(given.get("id_token", "")))
    _check_claims(claims, issuer, settings, attempt, now)
    told = _json(_asked("GET", issuer.userinfo_endpoint, token=str(given.get("access_token", ""))))
    if not claims.get("sub") or told.get("sub") != claims["sub"]:
        raise OidcError("the issuer speaks of two different subjects.")
    name = told.get(settings["oidc_user_claim"])
    if not isinstance(name, str) or not name:
        raise OidcError(f"the issuer does not tell the claim '{settings['oidc_user_claim']}'.")
    return str(claims["sub"]), name


def admit(ledger: Ledger, issuer: str, subject: str, name: str, now: datetime) -> bool:
    """May this subject sign in as this user? Binds the account at its first sign-in; writes the audit log."""
    identity = hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()
    with ledger.write() as connection:
        row = connection.execute(select(users).where(users.c.user == name)).first()
        fits = row is not None and row.active and row.password_hash is None
        if row is None or not fits or row.oidc_subject not in (None, identity):
            who = name if row is not None else "users:?"
            entry = Entry(now, who, "login_refused", subject_text("users", name if row else "?"), detail={"by": "oidc"})
            append(connection, entry)
            return False
        if row.oidc_subject is None:
            connection.execute(update(users).where(users.c.user == name).values(oidc_subject=identity))
        append(connection, Entry(now, name, "login", subject_text("users", name), detail={"by": "oidc"}))
    return True


def same(one: str, other: str) -> bool:
    """Compare without telling by the time it takes."""
    return secrets.compare_digest(one.encode(), other.encode())


def _serializer(key: bytes) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt="oidc", signer_kwargs={"digest_method": hashlib.sha256})


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise OidcError("the issuer must be reached by https.")


def _asked(
    method: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    credentials: tuple[str, str] | None = None,
    token: str | None = None,
) -> httpx.Response:
    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token is not None else {})}
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client:
            answer = client.request(method, url, data=form, auth=credentials, headers=headers)
    except httpx.HTTPError as error:
        raise OidcError("the issuer does not answer.") from error
    if answer.status_code != 200:
        raise OidcError("the issuer refuses.")
    return answer


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError as error:
        raise OidcError("the issuer's answer is not JSON.") from error
    if not isinstance(found, dict):
        raise OidcError("the issuer's answer is not an object.")
    return found


def _claims(id_token: str) -> dict[str, Any]:
    parts = id_token.split(".")
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError, binascii.Error) as error:
        raise OidcError("the issuer gives no ID token.") from error
    if not isinstance(found, dict):
        raise OidcError("the issuer gives no ID token.")
    return found


def _check_claims(
    claims: Mapping[str, Any], issuer: Issuer, settings: Section, attempt: Attempt, now: datetime
) -> None:
    audience = claims.get("aud")
    client = settings["oidc_client_id"]
    for_us = audience == client or (isinstance(audience, list) and client in audience)
    if isinstance(audience, list) and len(audience) > 1:
        for_us = for_us and claims.get("azp") == client
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or expires + CLOCKS_DIFFER < now.timestamp():
        raise OidcError("the ID token is too old.")
    if claims.get("iss") != issuer.issuer or not for_us:
        raise OidcError("the ID token is for somebody else.")
    if not same(str(claims.get("nonce", "")), attempt.nonce):
        raise OidcError("the ID token belongs to another sign-in.")
