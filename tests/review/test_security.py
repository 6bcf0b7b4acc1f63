"""What guards every answer: headers, form tokens, hosts, and that a crash tells nothing."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import regclean.review
from regclean.accounts.permissions import PERMISSIONS, ROLES, TABLE, permissions_of
from regclean.config import load_workspace
from regclean.errors import UsageError
from regclean.review.web.security import CONTENT_SECURITY_POLICY
from regclean.review.web.server import serve
from regclean.review.web.server_names import is_loopback
from regclean.review.web.slices import pages

PACKAGE = Path(regclean.review.__file__).parent


@pytest.mark.parametrize(
    "path", ["/login", "/nothing", "/account", "/api/v1/me", "/static/app.css", "/api/v1/openapi.json"]
)
def test_every_answer_carries_the_headers(browser: Any, path: str) -> None:
    headers = browser.get(path).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


def test_the_policy_allows_nothing_inline_and_no_frame() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("template", sorted(PACKAGE.glob("*/templates/*.html")), ids=lambda path: path.name)
def test_templates_keep_to_the_policy(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "an inline script"
    assert not re.search(r"<style|\sstyle=", text), "an inline style"
    assert not re.search(r"\son[a-z]+=|hx-on|javascript:|hx-vals=.js:", text), "a script in an attribute"
    assert not re.search(r"(src|href)=.(https?:)?//", text), "something from elsewhere"
    assert "|safe" not in text.replace(" ", ""), "text that is not escaped"


@pytest.mark.parametrize("template", sorted(PACKAGE.glob("*/templates/*.html")), ids=lambda path: path.name)
def test_every_form_carries_its_token(template: Path) -> None:
    for form in re.findall(r"<form\b.*?</form>", template.read_text(encoding="utf-8"), flags=re.S):
        if re.search(r'method="post"', form, flags=re.I):
            assert "csrf_token" in form, form[:200]


def unsafe_routes() -> list[tuple[str, str]]:
    return sorted(
        (method, re.sub(r"\{[^}]+\}", "x", route.path))
        for module in pages()
        for route in module.router.routes
        for method in route.methods - {"GET", "HEAD", "OPTIONS"}
    )


@pytest.mark.parametrize(("method", "path"), unsafe_routes())
def test_no_page_takes_a_form_from_elsewhere(signed_in_everywhere: Any, method: str, path: str) -> None:
    browser = signed_in_everywhere
    refused = [
        browser.request(method, path, data={"x": "y"}),
        browser.request(method, path, data={"csrf_token": "guess"}),
        browser.request(method, path, headers={"X-CSRF-Token": "guess"}),
        browser.request(method, path, headers={"X-CSRF-Token": browser.form_token, "Origin": "https://evil.example"}),
        browser.request(method, path, headers={"X-CSRF-Token": browser.form_token, "Origin": "null"}),
        browser.request(method, path, headers={"X-CSRF-Token": browser.form_token, "Sec-Fetch-Site": "cross-site"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)


@pytest.fixture(scope="module")
def signed_in_everywhere(_published_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A browser in which somebody with every role has signed in; no test here may change anything."""
    import shutil

    from regclean.accounts import local as accounts
    from regclean.accounts import sessions
    from regclean.review.web.app import create_app

    root = Path(shutil.copytree(_published_once, tmp_path_factory.mktemp("guarded") / "register"))
    app = create_app(load_workspace(root))
    service = app.state.services
    accounts.add_user(service.ledger, "everybody", ROLES, None, service.now(), by="test")
    with service.ledger.write() as connection:
        secret = sessions.open_session(connection, "everybody", service.lifetime, service.now())
    browser = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False, raise_server_exceptions=False)
    browser.cookies.set("regclean_session", secret)
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/account").text)
    assert found
    browser.form_token = found.group(1)  # type: ignore[attr-defined]  # carried along for the tests
    yield browser
    service.background.shutdown(wait=True)
    service.ledger.close()


def test_our_own_origin_is_let_in(signed_in: Callable[[str], Any]) -> None:
    browser = signed_in("steward")
    headers = {"X-CSRF-Token": browser.token("/account"), "Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/logout", headers=headers).status_code == 303


def test_a_token_of_another_session_is_no_good(signed_in: Callable[[str], Any]) -> None:
    token = signed_in("approver").token("/account")
    assert signed_in("steward").post("/logout", data={"csrf_token": token}).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.evil.example"])
def test_other_hosts_are_refused(browser: Any, host: str) -> None:
    """Else a name that somebody points at this machine would reach the page (DNS rebinding)."""
    assert browser.get("/login", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8001", "[::1]:8000"])
def test_this_machine_is_let_in(browser: Any, host: str) -> None:
    assert browser.get("/login", headers={"Host": host}).status_code == 200


def test_cookies_are_out_of_reach(app: FastAPI, browser: Any) -> None:
    plain = browser.sign_in("steward").headers["set-cookie"].lower()
    assert "httponly" in plain
    assert "samesite=strict" in plain
    secure = TestClient(app, base_url="https://127.0.0.1").get("/login")
    assert "__host-regclean_form=" in secure.headers["set-cookie"].lower()
    assert "secure" in secure.headers["set-cookie"].lower()
    assert "max-age" in secure.headers["strict-transport-security"]


def test_a_crash_tells_nothing(app: FastAPI, browser: Any, caplog: pytest.LogCaptureFixture) -> None:
    @app.get("/crash")
    def crash() -> None:
        raise ValueError("010190-901R")

    @app.get("/api/v1/crash")
    def crash_too() -> None:
        raise ValueError("010190-901R")

    with caplog.at_level(logging.DEBUG):
        page, answer = browser.get("/crash"), browser.get("/api/v1/crash")
    assert (page.status_code, answer.status_code) == (500, 500)
    assert answer.headers["content-type"] == "application/problem+json"
    for text in (page.text, answer.text, caplog.text):
        assert "010190" not in text
        assert "Traceback" not in text
    assert re.search(r"ValueError at \w+\.py:\d+", caplog.text)


@pytest.mark.parametrize("length", ["1000001", "99999999999999999999"])
def test_huge_bodies_are_not_read(browser: Any, length: str) -> None:
    assert browser.post("/login", content=b"x", headers={"Content-Length": length}).status_code == 413


def test_a_body_without_a_length_is_bounded(signed_in: Callable[[str], Any]) -> None:
    browser = signed_in("steward")
    headers = {"X-CSRF-Token": browser.token("/account"), "Content-Type": "application/json"}
    answer = browser.post("/api/v1/reveals", content=iter([b" " * 600_000] * 2), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["", "x", "-1", "1e9", "٣"])
def test_nonsense_lengths_are_no_crash(browser: Any, length: str) -> None:
    assert browser.post("/login", content=b"x", headers={"Content-Length": length.encode()}).status_code in (400, 403)


def test_the_vendored_script_is_the_one_that_is_named() -> None:
    folder = PACKAGE / "web" / "static" / "vendor" / "htmx"
    named = re.search(r"sha256 \| `([0-9a-f]{64})`", (folder / "VENDORED.md").read_text(encoding="utf-8"))
    assert named
    assert hashlib.sha256((folder / "htmx.min.js").read_bytes()).hexdigest() == named.group(1)
    assert "Zero-Clause BSD" in (folder / "LICENSE").read_text(encoding="utf-8")


def test_pages_need_a_permission_or_say_why_not(app: FastAPI, browser: Any) -> None:
    """Whoever has not signed in sees the log-in and nothing else, whatever page is asked for."""
    open_to_all = {"/", "/login", "/oidc/start", "/oidc/callback", "/healthz", "/readyz"}
    for module in pages():
        for route in module.router.routes:
            if "GET" in route.methods and route.path not in open_to_all:
                answer = browser.get(re.sub(r"\{[^}]+\}", "1", route.path))
                assert answer.status_code in (303, 422, 401 if route.path == "/metrics" else 303), route.path
                if answer.status_code == 303:
                    assert answer.headers["location"].startswith("/login"), route.path


def test_the_table_of_permissions_has_no_loose_ends() -> None:
    assert set(TABLE) == set(ROLES)
    assert permissions_of(ROLES) == set(PERMISSIONS)
    assert permissions_of(["boss"]) == set()
    assert "findings:read" not in permissions_of(["admin"])
    assert "users:manage" not in permissions_of(["auditor", "steward", "approver", "clerk", "restricted"])


def test_only_this_machine_unless_named(published_register: Path) -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("example.fi")
    with pytest.raises(UsageError, match="hosts"):
        serve(load_workspace(published_register), "0.0.0.0", 0, ready=lambda _address: None)
