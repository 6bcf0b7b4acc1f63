"""Signing in, what ends a session, and what an account never tells."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import Type, extract_parameters
from fastapi import FastAPI
from sqlalchemy import insert, select

from regclean.accounts import local as accounts
from regclean.accounts import sessions
from regclean.accounts.local import Throttle
from regclean.accounts.permissions import ROLES
from regclean.cli import demo_people as demo
from regclean.config import load_workspace
from regclean.errors import ConflictError, UsageError
from regclean.ledger import Ledger, open_ledger, verify
from regclean.ledger.tables import audit, sign_in_failures
from regclean.ledger.tables import sessions as sessions_table

PASSWORD = "correct horse battery"
COOKIE = "regclean_session"


def test_nobody_gets_in_unannounced(browser: Any) -> None:
    answer = browser.get("/account")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?to=/account"
    moved = browser.get("/account", headers={"HX-Request": "true"})
    assert (moved.status_code, moved.headers["x-sign-in"]) == (401, "/login?to=/account")


def test_signing_in_and_out(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser = signed_in("steward")
    assert browser.get("/account").status_code == 200
    secret = browser.cookies[COOKIE]
    assert browser.submit("/logout").status_code == 303
    browser.cookies.set(COOKIE, secret)
    assert browser.get("/account").status_code == 303
    with ledger.read() as connection:
        logged = connection.execute(select(audit.c.action).where(audit.c.actor == "steward").order_by(audit.c.seq))
        assert list(logged.scalars()) == ["login", "logout"]


def test_the_ledger_holds_no_cookie(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    secret = signed_in("steward").cookies[COOKIE]
    with ledger.read() as connection:
        rows = connection.execute(select(sessions_table)).all()
    assert secret not in repr(rows)
    assert sessions.digest_of(secret) in repr(rows)


def test_a_new_session_at_each_sign_in(signed_in: Callable[[str], Any]) -> None:
    """A cookie that somebody else has put into the browser is worth nothing after the sign-in."""
    browser = signed_in("steward")
    before = browser.cookies[COOKIE]
    browser.submit("/login", {"user": "steward", "password": PASSWORD})
    after = browser.cookies[COOKIE]
    assert after != before
    browser.cookies.set(COOKIE, before)
    assert browser.get("/account").status_code == 303


def test_a_session_ends_when_idle_and_when_old(signed_in: Callable[[str], Any], clock: Any, app: FastAPI) -> None:
    browser = signed_in("steward")
    for _ in range(3):
        clock.pass_(minutes=50)
        assert browser.get("/account").status_code == 200
        app.state.services.background.submit(int).result()  # what was seen is written in the background
    clock.pass_(minutes=61)
    assert browser.get("/account").status_code == 303

    other = signed_in("steward")
    for _ in range(13):
        clock.pass_(minutes=55)
        other.get("/account")
        app.state.services.background.submit(int).result()
    assert other.get("/account").status_code == 200
    clock.pass_(minutes=10)
    assert other.get("/account").status_code == 303


def test_signing_out_everywhere(signed_in: Callable[[str], Any]) -> None:
    one, other = signed_in("steward"), signed_in("steward")
    assert one.submit("/account/end-sessions").status_code == 303
    assert other.get("/account").status_code == 303


def test_disabling_ends_everything_at_once(signed_in: Callable[[str], Any], ledger: Ledger, clock: Any) -> None:
    browser = signed_in("steward")
    accounts.set_active(ledger, "steward", False, clock(), by="admin")
    assert browser.get("/account").status_code == 303
    assert browser.sign_in("steward").status_code == 401
    accounts.set_active(ledger, "steward", True, clock(), by="admin")
    assert browser.get("/account").status_code == 303
    assert browser.sign_in("steward").status_code == 303


def test_new_roles_hold_from_the_next_request(signed_in: Callable[[str], Any], ledger: Ledger, clock: Any) -> None:
    browser = signed_in("steward")
    assert browser.get("/audit").status_code == 403
    accounts.set_roles(ledger, "steward", ["auditor"], clock(), by="admin")
    assert browser.get("/audit").status_code == 200


def test_an_account_tells_nothing_about_itself(browser: Any, ledger: Ledger, clock: Any) -> None:
    """Unknown, disabled, waiting, or a wrong password: the same answer, word for word."""
    accounts.set_active(ledger, "clerk", False, clock(), by="admin")
    with ledger.write() as connection:
        connection.execute(
            insert(sign_in_failures).values(
                user="admin", client=sessions.digest_of("address testclient"), failures=50, last_at=clock()
            )
        )
    tries = [("nobody", PASSWORD), ("clerk", PASSWORD), ("admin", PASSWORD), ("steward", "wrong password")]
    token = browser.token("/login")
    answers = [
        browser.post("/login", data={"csrf_token": token, "user": user, "password": password})
        for user, password in tries
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)


def test_an_unknown_name_costs_a_hash_too(ledger: Ledger, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    monkeypatch.setattr(accounts, "_verified", lambda hashed, _password: bool(checked.append(hashed)))
    accounts.check_password(ledger, "nobody", "x", Throttle(5, timedelta(minutes=15)), clock(), client="x")
    assert [hashed.split("$")[1:4] for hashed in checked] == [accounts._nobodys_hash().split("$")[1:4]]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whoever_fails_too_often_waits_and_nobody_else_does(
    kind: str, ledger_url: Callable[[str], str], clock: Any
) -> None:
    ledger = open_ledger(ledger_url(kind))
    throttle = Throttle(free=3, longest=timedelta(minutes=15))
    accounts.add_user(ledger, "liisa", ["steward"], PASSWORD, clock(), by="test")

    def tries(password: str, client: str = "address 10.0.0.66") -> bool:
        return accounts.check_password(ledger, "liisa", password, throttle, clock(), client=client)

    assert [tries("wrong"), tries("wrong"), tries(PASSWORD)] == [False, False, True]
    assert [tries("wrong"), tries("wrong"), tries("wrong"), tries(PASSWORD)] == [False] * 4
    assert tries(PASSWORD, "address 10.0.0.7") is True  # the owner is elsewhere
    clock.pass_(seconds=6)
    assert tries("wrong") is False
    clock.pass_(seconds=6)
    assert tries(PASSWORD) is False  # twice as long now
    clock.pass_(seconds=6)
    assert tries(PASSWORD) is True
    assert [throttle.wait(failures).total_seconds() for failures in (2, 3, 4, 5, 100)] == [0, 5, 10, 20, 900]
    assert verify(ledger) is None

    lifetime = sessions.Lifetime(timedelta(hours=1), timedelta(hours=12))
    with ledger.write() as connection:
        secret = sessions.open_session(connection, "liisa", lifetime, clock(), data={"language": "sv"})
        digest = sessions.digest_of(secret)
        assert sessions.change_data(connection, digest, lambda data: data.update(x=1)) == {"language": "sv", "x": 1}
    with ledger.read() as connection:
        found = sessions.find_session(connection, secret, lifetime, clock())
        assert found is not None
        assert found.user.may("findings:decide")
        assert not found.user.may("audit:read")
    ledger.close()


def test_nobody_keeps_the_owner_out_of_an_account(app: FastAPI, browser: Any, signed_in: Callable[[str], Any]) -> None:
    """Not even from the same address: the owner's browser is known."""
    owner = signed_in("steward")
    form = {"csrf_token": browser.token("/login"), "user": "steward", "password": "wrong password"}
    statuses = [browser.post("/login", data=form).status_code for _ in range(25)]
    assert (statuses[:19], statuses[19:]) == ([401] * 19, [429] * 6)  # signing in was one of the twenty
    assert owner.submit("/logout").status_code == 303
    assert owner.sign_in("steward").status_code == 303


def test_only_a_configured_proxy_says_where_somebody_is(app: FastAPI, browser: Any) -> None:
    token = browser.token("/login")
    form = {"csrf_token": token, "password": "wrong password"}
    for number in range(20):
        headers = {"X-Forwarded-For": f"10.0.0.{number}"}
        browser.post("/login", data=form | {"user": f"u{number}"}, headers=headers)
    late = browser.post("/login", data=form | {"user": "u"}, headers={"X-Forwarded-For": "10.0.0.99"})
    assert late.status_code == 429


def test_too_many_tries_from_one_place(browser: Any, clock: Any) -> None:
    token = browser.token("/login")
    form = {"csrf_token": token, "password": "wrong password"}
    statuses = [browser.post("/login", data=form | {"user": f"u{number}"}).status_code for number in range(22)]
    assert statuses[:20] == [401] * 20
    assert statuses[20:] == [429] * 2
    clock.pass_(minutes=1)
    assert browser.post("/login", data=form | {"user": "u"}).status_code == 401


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/x\ny"]
)
def test_signing_in_leads_nowhere_else(browser: Any, to: str) -> None:
    answer = browser.submit("/login", {"user": "steward", "password": PASSWORD, "to": to}, seen="/login")
    assert answer.headers["location"] == "/"


def test_accounts_have_names_roles_and_real_passwords(ledger: Ledger, clock: Any) -> None:
    for name, roles, password in [
        ("", ["steward"], PASSWORD),
        ("regclean", ["steward"], PASSWORD),
        ("a b", ["steward"], PASSWORD),
        ("x" * 81, ["steward"], PASSWORD),
        ("liisa", ["boss"], PASSWORD),
        ("liisa", [], PASSWORD),
    ]:
        with pytest.raises(UsageError):
            accounts.add_user(ledger, name, roles, password, clock(), by="test")
    with pytest.raises(ConflictError):
        accounts.add_user(ledger, "steward", ["steward"], PASSWORD, clock(), by="test")


def test_hashes_cost_what_they_should() -> None:
    """Argon2id with the second recommended option of RFC 9106 or more."""
    code = "from regclean.accounts import local as accounts; print(accounts.hash_password('x' * 12))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kept = extract_parameters(done.stdout.strip())
    assert kept.type is Type.ID
    assert (kept.memory_cost, kept.time_cost) >= (64 * 1024, 3)


def test_short_passwords_are_refused() -> None:
    with pytest.raises(UsageError):
        accounts.hash_password("x" * 11)


# The demo's people -----------------------------------------------------------------------------------------------------


def test_demo_people_are_for_demos_only(published_register: Path, ledger: Ledger, clock: Any) -> None:
    workspace = load_workspace(published_register)
    with pytest.raises(UsageError):  # this one has accounts of its own
        demo.create_demo_accounts(workspace, ledger, clock())


def test_demo_people_cover_every_role(
    published_register: Path, clock: Any, monkeypatch: pytest.MonkeyPatch, password_hash: str
) -> None:
    monkeypatch.setattr(accounts, "hash_password", lambda *_args, **_more: password_hash)
    ledger = open_ledger(load_workspace(published_register).ledger_url)
    made = demo.create_demo_accounts(load_workspace(published_register), ledger, clock())
    assert {role for account in made for role in account.roles} == set(ROLES)
    assert made[0].roles == ("admin",)
    with ledger.read() as connection:
        made_by = connection.execute(select(audit.c.actor).where(audit.c.action == "user_added")).scalars().all()
    assert made_by == ["command line", *[demo.ADMINISTRATOR] * (len(made) - 1)]
    ledger.close()


def test_a_second_demo_has_the_same_passwords_and_ends_nobodys_session(published_register: Path, clock: Any) -> None:
    workspace = load_workspace(published_register)
    ledger = open_ledger(workspace.ledger_url)
    lifetime = sessions.Lifetime(timedelta(hours=1), timedelta(hours=12))
    first = {account.user: account.password for account in demo.create_demo_accounts(workspace, ledger, clock())}
    assert len(set(first.values())) == len(first)
    with ledger.write() as connection:
        secret = sessions.open_session(connection, "aino", lifetime, clock())
    accounts.set_password(ledger, "eino", "a password of his own", clock(), by="eino")
    again = {account.user: account.password for account in demo.create_demo_accounts(workspace, ledger, clock())}
    assert again == {**first, "eino": None}, "what somebody has set is kept, and not printed"
    assert accounts.has_password(ledger, "eino", "a password of his own")
    with ledger.read() as connection:
        assert sessions.find_session(connection, secret, lifetime, clock()) is not None
    ledger.close()
