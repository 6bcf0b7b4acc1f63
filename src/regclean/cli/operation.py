"""doctor, backup, restore."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regclean.cli.app import app, workspace_folder
from regclean.cli.listing import Listing, listing
from regclean.errors import SignInError, UsageError, counted

if TYPE_CHECKING:
    from regclean.accounts.permissions import User
    from regclean.config import Workspace
    from regclean.ledger import Ledger
    from regclean.operation import Check

PASSPHRASE = "REGCLEAN_PASSPHRASE"  # noqa: S105  # the variable's name, not its value

MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "bold red")}


@app.command()
@listing
def doctor(
    send_test: Annotated[
        bool, typer.Option("--send-test", help="Also send a test to every address of [alerts] to.")
    ] = False,
) -> Listing:
    """Look at all that the workspace stands on, and say what to do about what is wrong; changes nothing."""
    import polars as pl

    from regclean.operation import check_up, exit_code

    found = check_up(workspace_folder(), datetime.now(UTC), send_test=send_test)
    lines = [asdict(check) for check in found]
    frame = pl.DataFrame(lines, schema_overrides={"where": pl.String, "remedy": pl.String})
    code = exit_code(found)
    worst = next(state for state in ("problem", "warning", "ok") if any(check.state == state for check in found))
    document = {"state": worst, "exit_code": code, "checks": lines}
    return Listing(frame, lambda: _print(found), document, exit_code=code)


def _print(found: list[Check]) -> None:
    from rich.text import Text

    from regclean.cli.console import console

    for check in found:
        mark, style = MARKS[check.state]
        where = f" ({check.where})" if check.where and check.state != "ok" else ""
        console.print(Text(f"{mark} {check.check:<14}", style=style) + Text(f"{check.what}{where}"))
        if check.remedy:
            console.print(Text(f"  {'':<14}{check.remedy}", style="dim"))


@app.command(name="alerts")
def tell_alerts() -> None:
    """Tell the addresses of [alerts] what they should know and were not told yet; for a timer, each morning."""
    from regclean.cli.identity import opened
    from regclean.operation import alerts

    with opened() as (workspace, ledger):
        sent = alerts.tell(workspace, ledger, datetime.now(UTC))
    for one in sent:
        typer.echo(one.text)
    if not sent:
        typer.echo("There is nothing new to tell.")


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder, best on another disk or host.")],
    key_to: Annotated[
        Path | None,
        typer.Option(help="Also write the workspace's key to this file, under a passphrase; keep it apart."),
    ] = None,
) -> None:
    """Write ledger, configuration, models and the night in force to a folder, while others work; takes the right to it."""
    from regclean import acts
    from regclean.cli.identity import acting, ask_secret

    if key_to is not None and key_to.resolve().is_relative_to(folder.resolve()):
        raise UsageError("the key is kept apart from what it opens.", file=key_to, remedy="Name a file elsewhere.")
    with acting(needs="workspace:keep") as context:
        if key_to is not None:
            acts.seal_key(context, ask_secret("passphrase", PASSPHRASE, twice=True), key_to)
        made = acts.back_up(context, folder)
    typer.echo(
        f"Written: {folder}, {counted(len(made.files), 'file')}, night {made.night or '(none)'}. The key is not among them."
    )


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="The backup's folder.")],
    key_from: Annotated[
        Path | None, typer.Option(help="The workspace's key as --key-to wrote it; asks for its passphrase.")
    ] = None,
    user: Annotated[
        str | None, typer.Option("--user", help="Whose password is asked for, where there is no token.")
    ] = None,
    erasures: Annotated[
        Path | None,
        typer.Option(help="A list of erasures made since, besides the one beside the backup ([retention] copy_to)."),
    ] = None,
) -> None:
    """Put a backup back into the workspace's folder, which must hold nothing of it; takes the right to it."""
    from regclean import acts
    from regclean.acts import Context
    from regclean.cli.identity import ask_secret
    from regclean.erasure import LIST, read_list
    from regclean.home import own_ledger
    from regclean.operation import kept_key, read_backup, restoring

    root = workspace_folder()
    manifest = read_backup(folder)
    lists = [path for path in (folder / LIST, root / "var" / LIST) if path.exists()] + ([erasures] if erasures else [])
    erased = list(dict.fromkeys(one for path in lists for one in read_list(path)))
    key = kept_key(key_from, ask_secret("passphrase", PASSPHRASE)) if key_from is not None else None
    with restoring(folder, manifest, root, key) as workspace, own_ledger(workspace) as ledger:
        now = datetime.now(UTC)
        who = _who_restores(workspace, ledger, root, user)
        repeated = acts.accept_restored(Context(workspace, ledger, who, now), manifest, erased)
    if repeated:
        typer.echo(
            f"{repeated} erasures made since were repeated. Run a night: the file of the one in force may be gone."
        )
    typer.echo(
        f"Restored: {root}, as of {manifest.made_at}, night {manifest.night or '(none)'}.\n"
        f"Put the inputs back that {root / 'regclean.toml'} names, then look at: regclean -w {root} doctor"
    )


def _who_restores(workspace: Workspace, ledger: Ledger, root: Path, name: str | None) -> User:
    """By token, by a session of this shell in the workspace's place, else by the password of an account of the backup."""
    import socket

    from regclean.accounts import local
    from regclean.cli.identity import TOKEN, USER, ask_password, signed_in

    who = signed_in(replace(workspace, root=root), ledger)
    name = name or os.environ.get(USER)
    if who is None and name:
        throttle, client = local.throttle_of(workspace.config), f"shell {socket.gethostname()} {os.getuid()}"
        if not local.check_password(ledger, name, ask_password(), throttle, datetime.now(UTC), client=client):
            raise SignInError("the name or the password is wrong, or the account cannot sign in here now.")
        who = local.active_user(ledger, name, "session")
    if who is None or (name and who.name != name):
        raise SignInError(
            "nobody is signed in here." if who is None else f"{who.name} is signed in here, not {name}.",
            remedy=f"Name an account of the backup with --user NAME, or set {TOKEN}.",
        )
    return who
