"""key status, key rotate."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regclean.cli.app import app
from regclean.cli.listing import Listing, listing

if TYPE_CHECKING:
    from regclean.acts import KeyPlan

key = typer.Typer(name="key", help="The workspace's key: status, rotate.")
app.add_typer(key, name="key", no_args_is_help=True)


@key.command()
@listing
def status() -> Listing:
    """Say which key is in force, by its fingerprint, where it stands and since when."""
    from regclean.cli.identity import opened
    from regclean.rekeying import key_status

    with opened() as (workspace, ledger):
        said = asdict(key_status(workspace, ledger))

    def printed() -> None:
        from regclean.cli.console import console

        console.print(f"Key {said['key']}, in {said['where']}, since {said['since'] or 'the workspace was made'}.")

    return Listing(printed=printed, document=said)


@key.command()
@listing
def rotate(
    confirm: Annotated[bool, typer.Option("--confirm", help="Do it; without this, only say what it touches.")] = False,
) -> Listing:
    """Show what another key would touch, or give the workspace one and keep all that it knows under it; takes the right to it."""
    from regclean import acts
    from regclean.cli.identity import acting

    with acting(needs="workspace:keep") as context:
        plan = (acts.rotate_key if confirm else acts.look_at_key)(context)
    return Listing(printed=lambda: _print(plan, done=confirm), document=_told(plan, done=confirm))


def _told(plan: KeyPlan, *, done: bool) -> dict[str, Any]:
    codes = {name: getattr(plan.codes, name) for name in ("asked_again", "told", "waiting")}
    return {"state": "done" if done else "free", **asdict(plan.rotation), "codes": codes}


def _print(plan: KeyPlan, *, done: bool) -> None:
    from regclean.cli.console import console, table

    of, codes = plan.rotation, plan.codes
    lines = [
        ("nights", of.nights, "written anew"),
        ("national ids under seal", of.sealed, "sealed anew"),
        ("lines of batches", of.lines, "sealed anew"),
        ("enquiries that are out", codes.asked_again, "codes end: letters are written again"),
        ("notices that are out", codes.told, "codes end: objections come by phone or letter"),
    ]
    if codes.waiting:
        lines.append(("answers that wait", codes.waiting, "take them first: regclean enquiry import"))
    console.print(table("Under another key" if done else "What another key touches", ("what", "count", "how"), lines))
    if done:
        console.print(f"The key in force is {of.key}. Keep it: regclean backup DIR --key-to F")
    else:
        console.print("Stop the page, then: regclean key rotate --confirm")
