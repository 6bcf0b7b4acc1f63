"""Who acts on the command line: nobody without an account, and never in another's name."""

from __future__ import annotations

import io
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from regclean.accounts import local
from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.ledger import opened
from regclean.ledger.tables import audit, decisions, findings

PASSWORD = "correct horse battery"
Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def command(published_register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Run:
    """A function: one command line, by a shell of its own -> exit code and what was said."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def call(*arguments: object, stdin: str = "", token: str | None = None, **environment: str) -> tuple[int, str]:
        with monkeypatch.context() as patched:
            for name, value in {**environment, **({"REGCLEAN_TOKEN": token} if token else {})}.items():
                patched.setenv(name, value)
            patched.setattr("sys.stdin", io.StringIO(stdin))
            code = run(["-w", str(published_register), *map(str, arguments)])
        said = capfd.readouterr()
        return int(code or 0), " ".join((said.out + said.err).split())

    return call


def duplicates(folder: Path) -> list[str]:
    with opened(load_workspace(folder).ledger_url) as ledger, ledger.read() as connection:
        query = select(findings.c.finding_id).where(findings.c.kind == "duplicate", findings.c.relation == "same")
        return sorted(connection.execute(query).scalars())


def write_decisions(path: Path, *lines: str) -> Path:
    path.write_text("finding_id,customer_no_l,customer_no_r,verdict,user,reason\n" + "\n".join(lines), encoding="utf-8")
    return path


def test_the_first_account_is_an_administrators_and_makes_the_others(command: Run) -> None:
    code, said = command("user", "add", "aino", "--role", "steward", stdin=f"{PASSWORD}\n")
    assert (code, "--role admin" in said) == (2, True)
    assert command("user", "add", "martta", "--role", "admin", "--service")[0] == 2
    assert command("user", "add", "martta", "--role", "admin", stdin=f"{PASSWORD}\n")[0] == 0
    code, said = command("user", "add", "aino", "--role", "steward", stdin=f"{PASSWORD}\n")
    assert (code, "sign-in" in said) == (2, True)
    assert command("sign-in", "martta", stdin="wrong password\n")[0] == 2
    assert command("sign-in", "martta", stdin=f"{PASSWORD}\n")[0] == 0
    assert command("user", "add", "aino", "--role", "steward", "--password-stdin", stdin=f"{PASSWORD}\n")[0] == 0
    assert "aino" in command("user", "list")[1]
    assert command("sign-in", "aino", REGCLEAN_PASSWORD=PASSWORD)[0] == 0
    code, said = command("user", "add", "eino", "--role", "steward", stdin=f"{PASSWORD}\n")
    assert (code, "no right" in said) == (2, True)
    assert command("sign-out")[0] == 0
    assert command("user", "list")[0] == 2


def test_a_session_is_kept_for_its_user_alone_and_ends(
    command: Run, published_register: Path, tmp_path: Path, token_for: Callable[..., str]
) -> None:
    command("user", "add", "martta", "--role", "admin", stdin=f"{PASSWORD}\n")
    command("sign-in", "martta", stdin=f"{PASSWORD}\n")
    (kept,) = (tmp_path / "state" / "regclean").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with opened(load_workspace(published_register).ledger_url) as ledger, ledger.read() as connection:
        assert kept.read_text() not in repr(connection.exec_driver_sql("SELECT * FROM sessions").all())
    kept.chmod(0o644)
    assert "others can read" in command("user", "list")[1]
    kept.chmod(0o600)
    assert command("user", "list")[0] == 0
    # A new password ends every session of the account, also this one.
    assert command("user", "password", "martta", stdin=f"{PASSWORD}\n")[0] == 0
    code, said = command("user", "list")
    assert (code, "nobody is signed in" in said) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("decide", "--from", "none.csv"),
        ("batch", "build"),
        ("batch", "approve", 1),
        ("batch", "reject", 1, "--line", 1, "--reason", "ask"),
        ("batch", "export", 1, "-o", "out"),
        ("batch", "apply", 1),
        ("batch", "undo", 1),
        ("user", "list"),
    ],
)
def test_nobody_without_an_account_acts(command: Run, arguments: tuple[object, ...]) -> None:
    code, said = command(*arguments)
    assert (code, "nobody is signed in" in said) == (2, True)
    code, said = command(*arguments, token="rgc_made-up")
    assert (code, "token" in said) == (2, True)


def test_a_name_must_be_the_account_that_is_signed_in(
    command: Run, published_register: Path, token_for: Callable[..., str]
) -> None:
    aino = token_for(published_register, "aino", "steward")
    for arguments, environment in [
        (("batch", "build", "--user", "ghost"), {}),
        (("batch", "build"), {"REGCLEAN_USER": "ghost"}),
        (("batch", "approve", 1, "--user", "dan"), {}),
        (("decide", "--from", "none.csv"), {"REGCLEAN_USER": "ghost"}),
    ]:
        code, said = command(*arguments, token=aino, **environment)
        assert (code, "aino is signed in here" in said) == (2, True), said
    assert command("batch", "build", "--user", "aino", token=aino)[0] == 0


def test_decisions_are_taken_in_ones_own_name_on_customers_that_are_there(
    command: Run, published_register: Path, tmp_path: Path, token_for: Callable[..., str]
) -> None:
    first, second = duplicates(published_register)[:2]
    source = write_decisions(
        tmp_path / "decisions.csv",
        f"{first},,,same,nobody,",
        f"{second},,,same,aino,",
        ",999,1001,different,aino,made up",
        ",1014,1001,different,aino,protected",
        ",1006,1007,different,aino,father and son",
    )
    code, said = command("decide", "--from", source, token=token_for(published_register, "aino", "steward"))
    assert code == 1
    assert "Taken: 2" in said
    assert "line 2: the user must be aino" in said
    assert "line 4: there is no customer 999" in said
    assert "line 5: there is no customer 1014" in said  # under non-disclosure: for a steward it is not there
    with opened(load_workspace(published_register).ledger_url) as ledger, ledger.read() as connection:
        assert set(connection.execute(select(decisions.c.user)).scalars()) == {"aino"}


def test_a_clerk_decides_nothing_and_a_steward_applies_nothing(
    command: Run, published_register: Path, tmp_path: Path, token_for: Callable[..., str]
) -> None:
    source = write_decisions(tmp_path / "decisions.csv", f"{duplicates(published_register)[0]},,,same,väinö,")
    clerk = token_for(published_register, "väinö", "clerk")
    assert "findings:decide" in command("decide", "--from", source, token=clerk)[1]
    steward = token_for(published_register, "aino", "steward")
    for step, right in [("approve", "batches:approve"), ("apply", "batches:apply"), ("undo", "batches:apply")]:
        code, said = command("batch", step, 1, token=steward)
        assert (code, right in said) == (2, True)
    # A token does no more than its scopes say.
    assert command("batch", "build", token=steward)[0] == 0


def test_the_last_administrator_stays(command: Run, published_register: Path, token_for: Callable[..., str]) -> None:
    martta = token_for(published_register, "martta", "admin")
    assert command("user", "disable", "martta", token=martta)[0] == 1
    assert command("user", "role", "martta", "--role", "auditor", token=martta)[0] == 1
    token_for(published_register, "second", "admin")
    assert command("user", "disable", "martta", token=martta)[0] == 0


def test_everybody_keeps_ones_own_tokens_within_ones_right(
    command: Run, published_register: Path, token_for: Callable[..., str]
) -> None:
    aino = token_for(published_register, "aino", "steward")
    narrow = command("user", "token", "aino", "--scope", "findings:read", token=aino)[1]
    assert narrow.startswith("rgc_")
    assert command("user", "token", "aino", "--scope", "findings:decide", token=narrow)[0] == 2
    assert command("user", "token", "martta", "--scope", "users:manage", token=aino)[0] == 2
    assert command("user", "revoke-tokens", "aino", token=narrow)[0] == 0
    assert command("batch", "build", token=aino)[0] == 2


def test_a_schedule_releases_only_as_a_clerks_account(
    command: Run, published_register: Path, token_for: Callable[..., str]
) -> None:
    token_for(published_register, "aino", "steward")
    cron = ("schedule", "--release-cron", "0 5 * * *")
    assert "--release-account" in command(*cron)[1]
    assert command(*cron, "--release-account", "ghost")[0] == 2
    assert "batches:apply" in command(*cron, "--release-account", "aino")[1]


def test_what_was_done_is_logged_under_the_account(
    command: Run, published_register: Path, token_for: Callable[..., str]
) -> None:
    martta = token_for(published_register, "martta", "admin")
    assert command("user", "add", "väinö", "--role", "clerk", "--service", token=martta)[0] == 0
    with opened(load_workspace(published_register).ledger_url) as ledger, ledger.read() as connection:
        query = select(audit.c.actor).where(audit.c.subject == "users:väinö")
        assert connection.execute(query).scalars().all() == ["martta"]
