"""serve, user, verify-audit."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regclean.cli.app import app, workspace_folder
from regclean.errors import UsageError

if TYPE_CHECKING:
    from regclean.ledger import Ledger

PASSWORD_VARIABLE = "REGCLEAN_PASSWORD"  # noqa: S105  # the variable's name, not its value
people = typer.Typer(help="Local accounts and tokens of the API.", no_args_is_help=True)
app.add_typer(people, name="user")

Name = Annotated[str, typer.Argument(help="The user's name.")]
Roles = Annotated[
    list[str],
    typer.Option("--role", help="steward, approver, clerk, admin, auditor or restricted; several times for several."),
]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; only this machine by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port.")] = 8000,
) -> None:
    """Serve the review page and the API."""
    from regclean.config import load_workspace
    from regclean.review.web.server import serve as serve_page

    workspace = load_workspace(workspace_folder())
    serve_page(workspace, host, port, ready=lambda address: typer.echo(f"The review page: {address}"))


def serve_demo(folder: Path) -> None:
    """Make accounts to try the demo with, print them, and serve the page on the first free port from 8000 on."""
    from regclean.cli.console import console, table
    from regclean.config import load_workspace
    from regclean.ledger import opened
    from regclean.review.sign_in.demo import create_demo_accounts
    from regclean.review.web.server import DEFAULT_PORT
    from regclean.review.web.server import serve as serve_page

    workspace = load_workspace(folder)
    with opened(workspace.ledger_url) as ledger:
        made = create_demo_accounts(workspace, ledger, datetime.now(UTC))
    lines = [(account.user, account.password, ", ".join(account.roles)) for account in made]

    def ready(address: str) -> None:
        console.print(table("Demo accounts", ("user", "password", "roles"), lines))
        console.print(f"\nThe review page: [bold]{address}[/]   (Ctrl+C stops it)")

    serve_page(workspace, "127.0.0.1", DEFAULT_PORT, ready=ready, next_free=True)


@people.command()
def add(
    name: Name,
    role: Roles,
    full_name: Annotated[str | None, typer.Option(help="How the page names the user.")] = None,
    password_stdin: FromStdin = False,
    oidc: Annotated[
        bool, typer.Option("--oidc", help="No password: signs in with the organisation's account of this name.")
    ] = False,
) -> None:
    """Add an account."""
    from regclean.review.sign_in import accounts

    password = None if oidc else _password(from_stdin=password_stdin)
    with _ledger() as ledger:
        accounts.add_user(
            ledger,
            name,
            role,
            password,
            datetime.now(UTC),
            by=accounts.COMMAND_LINE,
            full_name=full_name,
        )
    typer.echo(f"Added: {name}")


@people.command(name="list")
def list_users() -> None:
    """List the accounts."""
    from regclean.cli.console import console, table
    from regclean.review.sign_in import accounts

    with _ledger() as ledger:
        found = accounts.all_users(ledger)
    now = datetime.now(UTC)
    lines = [
        (
            account.name,
            account.full_name,
            ", ".join(account.roles),
            "disabled" if not account.active else "locked" if (account.locked_until or now) > now else "active",
            "organisation" if account.signs_in_elsewhere else "password",
        )
        for account in found
    ]
    console.print(table("Accounts", ("user", "name", "roles", "state", "signs in by"), lines))


@people.command()
def role(name: Name, role: Roles) -> None:
    """Give an account other roles."""
    from regclean.review.sign_in import accounts

    with _ledger() as ledger:
        accounts.set_roles(ledger, name, role, datetime.now(UTC), by=accounts.COMMAND_LINE)
    typer.echo(f"{name}: {', '.join(role)}")


@people.command()
def password(name: Name, password_stdin: FromStdin = False) -> None:
    """Set a new password; unlocks the account and ends its sessions."""
    from regclean.review.sign_in import accounts

    given = _password(from_stdin=password_stdin)
    with _ledger() as ledger:
        accounts.set_password(ledger, name, given, datetime.now(UTC), by=accounts.COMMAND_LINE)
    typer.echo(f"New password: {name}")


@people.command()
def disable(name: Name) -> None:
    """Disable an account; its sessions and tokens end at once."""
    _set_active(name, active=False)


@people.command()
def enable(name: Name) -> None:
    """Enable a disabled account again."""
    _set_active(name, active=True)


@people.command()
def token(
    name: Name,
    scope: Annotated[list[str], typer.Option("--scope", help="What the token may do, for example findings:read.")],
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is good.")] = 365,
) -> None:
    """Make a token for the API; it is printed once."""
    from regclean.review.sign_in import accounts, tokens

    now = datetime.now(UTC)
    with _ledger() as ledger, ledger.write() as connection:
        secret = tokens.make_token(
            connection, name, label, scope, now, expires_at=now + timedelta(days=days), by=accounts.COMMAND_LINE
        )
    typer.echo(secret)


@people.command(name="revoke-tokens")
def revoke_tokens(name: Name) -> None:
    """End every token of a user."""
    from regclean.review.sign_in import accounts, tokens

    with _ledger() as ledger, ledger.write() as connection:
        ended = tokens.revoke_tokens(connection, name, datetime.now(UTC), by=accounts.COMMAND_LINE)
    typer.echo(f"Tokens ended: {ended}")


@app.command(name="verify-audit")
def verify_audit() -> None:
    """Check the audit log's hash chain."""
    from regclean.errors import GateError
    from regclean.ledger import verify

    with _ledger() as ledger:
        broken = verify(ledger)
    if broken is not None:
        raise GateError(f"The audit log is broken at entry {broken}.", remedy="Compare it with a backup.")
    typer.echo("The audit log is whole.")


@contextmanager
def _ledger() -> Iterator[Ledger]:
    from regclean.config import load_workspace
    from regclean.ledger import opened

    with opened(load_workspace(workspace_folder()).ledger_url) as ledger:
        yield ledger


def _set_active(name: str, *, active: bool) -> None:
    from regclean.review.sign_in import accounts

    with _ledger() as ledger:
        accounts.set_active(ledger, name, active, datetime.now(UTC), by=accounts.COMMAND_LINE)
    typer.echo(f"{'Enabled' if active else 'Disabled'}: {name}")


def _password(*, from_stdin: bool) -> str:
    """The password from standard input, the environment or a prompt, in this order; never from the command line."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given = os.environ.get(PASSWORD_VARIABLE)
    if given:
        return given
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no password.", remedy=f"Use --password-stdin or the environment's {PASSWORD_VARIABLE}."
        )
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed
