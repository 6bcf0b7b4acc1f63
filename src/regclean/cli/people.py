"""serve, user, verify-audit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from regclean.cli.app import app, workspace_folder
from regclean.cli.identity import FromStdin, acting, ask_password, keep_session, opened
from regclean.cli.listing import Listing, as_table, listing
from regclean.errors import UsageError

people = typer.Typer(help="Local accounts and tokens of the API.", no_args_is_help=True)
app.add_typer(people, name="user")

Name = Annotated[str, typer.Argument(help="The user's name.")]
Roles = Annotated[
    list[str],
    typer.Option("--role", help="steward, approver, clerk, admin, auditor or restricted; several times for several."),
]


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; only this machine by default.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port.")] = 8000,
) -> None:
    """Serve the review page and the API."""
    from regclean import acts
    from regclean.config import load_workspace
    from regclean.review import serve as serve_page

    workspace = load_workspace(workspace_folder())
    with opened() as (_, ledger):
        nobody = not acts.has_accounts(ledger)

    def ready(address: str) -> None:
        typer.echo(f"The review page: {address}")
        if nobody:
            typer.echo("Nobody can sign in yet. Make the first account, an administrator's, in another shell:")
            typer.echo(f"  regclean -w {workspace_folder()} user add NAME --role admin")

    serve_page(workspace, host, port, ready=ready)


def make_demo_people(folder: Path) -> None:
    """Make accounts to try the demo with, print them, and sign this shell in as their administrator."""
    from regclean.accounts import sessions
    from regclean.cli import demo_people as demo
    from regclean.cli.console import console, table
    from regclean.cli.identity import shell_lifetime
    from regclean.config import load_workspace
    from regclean.home import own_ledger

    workspace = load_workspace(folder)
    now = datetime.now(UTC)
    with own_ledger(workspace) as ledger:
        made = demo.create_demo_accounts(workspace, ledger, now)
        with ledger.write() as connection:
            secret = sessions.open_session(connection, demo.ADMINISTRATOR, shell_lifetime(workspace), now)
        keep_session(workspace, secret)
    lines = [(account.user, account.password or "(its own)", ", ".join(account.roles)) for account in made]
    console.print(table("Demo accounts", ("user", "password", "roles"), lines))
    if not all(account.password for account in made):
        console.print(f"A forgotten one is set anew with: regclean -w {folder} user password NAME")
    console.print("\nBegin as [bold]aino[/]: a steward decides, and most of what there is to see is in her queue.")
    console.print(f"This shell is signed in as {demo.ADMINISTRATOR}; as another: regclean -w {folder} sign-in NAME")


def serve_demo(folder: Path) -> None:
    """Serve the demo's page on the first free port from 8000 on."""
    from regclean.cli.console import console
    from regclean.config import load_workspace
    from regclean.review import DEFAULT_PORT
    from regclean.review import serve as serve_page

    def ready(address: str) -> None:
        console.print(f"The review page: [bold]{address}[/]   (Ctrl+C stops it)")

    serve_page(load_workspace(folder), "127.0.0.1", DEFAULT_PORT, ready=ready, next_free=True)


@people.command()
def add(
    name: Name,
    role: Roles,
    full_name: Annotated[str | None, typer.Option(help="How the page names the user.")] = None,
    password_stdin: FromStdin = False,
    oidc: Annotated[
        bool, typer.Option("--oidc", help="No password: signs in with the organisation's account of this name.")
    ] = False,
    service: Annotated[
        bool, typer.Option("--service", help="No password and no sign-in: acts by token, or for a schedule.")
    ] = False,
) -> None:
    """Add an account; the first one is an administrator's and is made without signing in."""
    from regclean import acts
    from regclean.accounts import local

    if oidc and service:
        raise UsageError("an account is a service's or somebody's: --oidc and --service exclude each other.")
    with acting(first=True) as context:
        acts.check_may_add(context, role, signs_in_here=not (oidc or service))
        password = (
            None if oidc else local.NO_PASSWORD if service else ask_password(from_stdin=password_stdin, twice=True)
        )
        acts.add_account(context, name, role, password, full_name=full_name)
    typer.echo(f"Added: {name}")


@people.command(name="list")
@listing
def list_users() -> Listing:
    """List the accounts."""
    from regclean import acts

    with acting() as context:
        found = acts.list_accounts(context)
    lines = [
        (
            account.name,
            account.full_name,
            ", ".join(account.roles),
            "active" if account.active else "disabled",
            account.signs_in_by,
        )
        for account in found
    ]
    return as_table("Accounts", ("user", "name", "roles", "state", "signs in by"), lines)


@people.command()
def role(name: Name, role: Roles) -> None:
    """Give an account other roles."""
    from regclean import acts

    with acting() as context:
        acts.set_roles(context, name, role)
    typer.echo(f"{name}: {', '.join(role)}")


@people.command()
def password(name: Name, password_stdin: FromStdin = False) -> None:
    """Set a new password, one's own or as an administrator; it ends the account's sessions."""
    from regclean import acts

    with acting() as context:
        acts.set_password(context, name, ask_password(from_stdin=password_stdin, twice=True))
    typer.echo(f"New password: {name}")


@people.command()
def disable(name: Name) -> None:
    """Disable an account; its sessions and tokens end at once."""
    from regclean import acts

    with acting() as context:
        acts.set_active(context, name, active=False)
    typer.echo(f"Disabled: {name}")


@people.command()
def enable(name: Name) -> None:
    """Enable a disabled account again."""
    from regclean import acts

    with acting() as context:
        acts.set_active(context, name, active=True)
    typer.echo(f"Enabled: {name}")


@people.command()
def token(
    name: Name,
    scope: Annotated[list[str], typer.Option("--scope", help="What the token may do, for example findings:read.")],
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is good.")] = 365,
) -> None:
    """Make a token for the API or the command line, one's own or as an administrator; it is printed once."""
    from regclean import acts

    with acting() as context:
        until = context.now + timedelta(days=days)
        secret = acts.make_token(context, name, scope, label=label, expires_at=until)
    typer.echo(secret)


@people.command(name="revoke-tokens")
def revoke_tokens(name: Name) -> None:
    """End every token of a user."""
    from regclean import acts

    with acting() as context:
        ended = acts.revoke_tokens(context, name)
    typer.echo(f"Tokens ended: {ended}")


@app.command(name="verify-audit")
def verify_audit() -> None:
    """Check the audit log: its chain, its end, and the decisions and batch lines that it covers."""
    from regclean.errors import GateError
    from regclean.ledger import audit

    with opened() as (_, ledger):
        broken = audit.examine(ledger)
    if broken is not None:
        raise GateError(
            f"The audit log is broken at entry {broken.seq}: {broken.what}.", remedy="Compare it with a backup."
        )
    typer.echo("The audit log is whole.")
