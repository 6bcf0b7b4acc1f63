"""Who acts on the command line: a token, else whoever has signed in at this shell. Commands: sign-in, sign-out.

A command that writes, reveals or destroys runs inside `acting()`; what its account may do, the act itself checks.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from regclean.cli.app import app, workspace_folder
from regclean.errors import SignInError, UsageError

if TYPE_CHECKING:
    from regclean.accounts.permissions import Permission, User
    from regclean.accounts.sessions import Lifetime
    from regclean.acts import Context
    from regclean.config import Workspace
    from regclean.ledger import Ledger

TOKEN = "REGCLEAN_TOKEN"  # noqa: S105  # the variable's name, not its value
USER = "REGCLEAN_USER"
PASSWORD = "REGCLEAN_PASSWORD"  # noqa: S105  # as above
UserOption = Annotated[str | None, typer.Option("--user", help=f"Who does this; must be who is signed in ({USER}).")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@contextmanager
def acting(user: str | None = None, needs: Permission | None = None, *, first: bool = False) -> Iterator[Context]:
    """The account that acts on the chosen workspace, with its ledger open for the length of a `with` block.

    `user`: who must be signed in, where the command names somebody. `needs`: a right that is asked for at once, for what
    is no act of its own (an option that shows more, say). `first`: where nobody is signed in, `NOBODY` makes the first
    account. Errors: SignInError, ForbiddenError.
    """
    from regclean.accounts.permissions import NOBODY
    from regclean.acts import Context

    with opened() as (workspace, ledger):
        who = signed_in(workspace, ledger)
        named = user or os.environ.get(USER)
        if who is None and not first:
            raise SignInError(
                "nobody is signed in here.", remedy=f"Sign in with: regclean sign-in NAME, or set {TOKEN}."
            )
        if who is not None and named and named != who.name:
            raise SignInError(f"{who.name} is signed in here, not {named}.", remedy=f"Use: regclean sign-in {named}")
        if who is not None and needs is not None:
            who.require(needs)
        yield Context(workspace, ledger, who or NOBODY, datetime.now(UTC))


@contextmanager
def opened() -> Iterator[tuple[Workspace, Ledger]]:
    """The chosen workspace and its ledger, for the length of a `with` block."""
    from regclean.config import load_workspace
    from regclean.home import own_ledger

    workspace = load_workspace(workspace_folder())
    with own_ledger(workspace) as ledger:
        yield workspace, ledger


@app.command(name="sign-in")
def sign_in(
    name: Annotated[str, typer.Argument(help="The account's name.")], password_stdin: FromStdin = False
) -> None:
    """Sign in at this shell, for the commands that act: decide, batch, user and others."""
    from regclean.accounts import local, sessions

    password = ask_password(from_stdin=password_stdin)
    with opened() as (workspace, ledger):
        now = datetime.now(UTC)
        throttle, client = local.throttle_of(workspace.config), f"shell {socket.gethostname()} {os.getuid()}"
        if not local.check_password(ledger, name, password, throttle, now, client=client):
            raise SignInError("the name or the password is wrong, or the account cannot sign in here now.")
        lifetime = shell_lifetime(workspace)
        with ledger.write() as connection:
            secret = sessions.open_session(connection, name, lifetime, now)
        keep_session(workspace, secret)
    until = (now + lifetime.absolute).astimezone()
    typer.echo(f"Signed in: {name}, until {until:%Y-%m-%d %H:%M}.")


@app.command(name="sign-out")
def sign_out() -> None:
    """End the session of this shell."""
    from regclean.accounts import sessions, shell

    with opened() as (workspace, ledger):
        secret = shell.kept(workspace.root)
        if secret:
            with ledger.write() as connection:
                sessions.revoke(connection, datetime.now(UTC), digest=sessions.digest_of(secret))
        shell.forget(workspace.root)
    typer.echo("Signed out.")


def keep_session(workspace: Workspace, secret: str) -> None:
    """Keep a session of this shell in the place of the one that there was."""
    from regclean.accounts import shell

    shell.keep(workspace.root, secret)


def ask_password(*, from_stdin: bool = False, twice: bool = False) -> str:
    """The password of an account, as of `ask_secret`."""
    return ask_secret("password", PASSWORD, from_stdin=from_stdin, twice=twice)


def ask_secret(what: str, variable: str, *, from_stdin: bool = False, twice: bool = False) -> str:
    """A secret: from the environment, a prompt on a terminal, else the first line of standard input; never from the
    command line. Errors: UsageError when there is none.
    """
    given = None if from_stdin else os.environ.get(variable)
    if given:
        return given
    if not from_stdin and sys.stdin.isatty():
        typed: str = typer.prompt(what.capitalize(), hide_input=True, confirmation_prompt=twice)
        return typed
    read = sys.stdin.readline().rstrip("\r\n")
    if not read:
        raise UsageError(f"there is no {what}.", remedy=f"Write it to standard input, or set {variable}.")
    return read


def signed_in(workspace: Workspace, ledger: Ledger) -> User | None:
    """By token or by this shell's session; None when there is neither. Errors: SignInError when they do not hold."""
    from regclean.accounts import sessions, shell, tokens

    now = datetime.now(UTC)
    token = os.environ.get(TOKEN)
    if token:
        with ledger.read() as connection:
            found = tokens.find_user(connection, token, now)
        if found is None:
            raise SignInError(f"the token in {TOKEN} is not good, or not any more.")
        return found
    secret = shell.kept(workspace.root)
    if secret is None:
        return None
    with ledger.read() as connection:
        session = sessions.find_session(connection, secret, shell_lifetime(workspace), now)
    return session.user if session else None


def shell_lifetime(workspace: Workspace) -> Lifetime:
    """A shell's session lasts as long as a browser's; nobody sees whether a shell is idle."""
    from regclean.accounts.sessions import Lifetime

    hours = timedelta(hours=workspace.config.section("review")["session_hours"])
    return Lifetime(idle=hours, absolute=hours)
