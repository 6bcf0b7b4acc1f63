"""erase, purge: what would go, asking for it, and doing it as another account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from regclean.cli.app import app
from regclean.cli.listing import Listing, listing
from regclean.errors import UsageError

if TYPE_CHECKING:
    from regclean.erasure import Plan, Purge

# What becomes of rows of the ledger; the others go whole.
_EMPTIED = (
    "decisions",
    "seen",
    "lines",
    "titles",
    "samples",
    "evidence",
    "runs",
    "desks",
    "sessions",
    "enquiries",
    "answers",
    "notices",
)
PERHAPS = "written for somebody, and not there any more, or not to be looked into: ask for it"


@app.command()
@listing
def erase(
    customer: Annotated[str, typer.Argument(help="The customer's number.")],
    ask: Annotated[bool, typer.Option("--ask", help="Ask for it; another account confirms.")] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="Do what another account has asked for.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back what is asked.")] = False,
    reason: Annotated[str, typer.Option(help="With --ask: request, period, unlawful or other.")] = "request",
) -> Listing:
    """Show what erasing a customer would take and what stands against it; two accounts then do it."""
    from regclean import acts
    from regclean.cli.identity import acting

    one_of(ask=ask, confirm=confirm, withdraw=withdraw)
    with acting(needs="erasure:confirm" if confirm else "erasure:ask") as context:
        if confirm:
            plan, state = acts.confirm_erasure(context, customer), "erased"
        elif ask:
            plan, state = acts.ask_erasure(context, customer, reason), "asked"
        else:
            if withdraw:
                acts.withdraw_erasure(context, customer)
            plan = acts.look_at_erasure(context, customer)
            state = "refused" if plan.hindrances else "asked" if plan.request else "free"
    return Listing(printed=lambda: _print(plan, state), document=_told(plan, state), exit_code=int(state == "refused"))


@app.command()
@listing
def purge(
    ask: Annotated[bool, typer.Option("--ask", help="Ask for it; another account confirms.")] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="Do what another account has asked for.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back what is asked.")] = False,
) -> Listing:
    """Show what is older than [retention] years and would go; two accounts then do it."""
    from regclean import acts
    from regclean.cli.identity import acting

    one_of(ask=ask, confirm=confirm, withdraw=withdraw)
    with acting(needs="erasure:confirm" if confirm else "erasure:ask") as context:
        if withdraw:
            acts.withdraw_purge(context)
        found = (acts.confirm_purge if confirm else acts.ask_purge if ask else acts.look_at_purge)(context)
    state = "purged" if confirm else "asked" if found.request else "free"
    goes = _lines(found)
    document = {
        "before": found.before.isoformat(),
        "state": state,
        "goes": [dict(zip(("where", "what", "count", "how"), line, strict=True)) for line in goes],
        "asked_by": found.request.asked_by if found.request else None,
    }
    return Listing(printed=lambda: _print_purge(found, state), document=document)


def _print_purge(found: Purge, state: str) -> None:
    from regclean.cli.console import console, table

    if lines := _lines(found):
        title = f"Entered before {found.before}: {'gone' if state == 'purged' else 'would go'}"
        console.print(table(title, ("where", "what", "count", "how"), lines))
    else:
        console.print(f"Nothing that was entered before {found.before} is to go.")
    if state == "asked":
        console.print("It is asked for. Another account confirms: regclean purge --confirm")
    elif state == "free" and lines:
        console.print("Ask for it: regclean purge --ask")


def one_of(**chosen: bool) -> None:
    """Errors: UsageError where more than one of these options is given."""
    if sum(chosen.values()) > 1:
        raise UsageError(f"one of {', '.join(f'--{name}' for name in chosen)} at a time.")


def _told(plan: Plan, state: str) -> dict[str, Any]:
    request = plan.request
    return {
        "customer_no": plan.customer_no,
        "state": state,
        "goes": [dict(zip(("where", "what", "count", "how"), line, strict=True)) for line in _lines(plan)],
        "stays": [{"where": path, "why": "not the program's own: look after it"} for path in plan.places.stay]
        + [{"where": path, "why": PERHAPS} for path in plan.places.perhaps]
        + [{"where": "audit log", "why": f"{count} entries name it"} for count in [len(plan.targets.audit)] if count],
        "refused": [{"because": one.because, "what": one.what, "remedy": one.remedy} for one in plan.hindrances],
        "asked_by": request.asked_by if request else None,
        "asked_at": request.asked_at.isoformat() if request else None,
    }


def _lines(plan: Plan | Purge) -> list[tuple[str, str, int, str]]:
    counts = plan.targets.counts()
    lines = [
        ("ledger", name, count, "emptied" if name in _EMPTIED else "removed")
        for name, count in counts.items()
        if name != "audit"
    ]
    lines += [("night", run_id, 1, "removed") for run_id in plan.places.nights]
    lines += [("file", path, 1, "removed") for path in plan.places.files]
    return lines + [("folder", path, 1, "removed") for path in plan.places.folders]


def _print(plan: Plan, state: str) -> None:
    from regclean.cli.console import console, table

    if lines := _lines(plan):
        title = f"Customer {plan.customer_no}: {'erased' if state == 'erased' else 'would go'}"
        console.print(table(title, ("where", "what", "count", "how"), lines))
    for path in plan.places.stay:
        console.print(f"It also stands in {path}: that is not the program's own, look after it.")
    for path in plan.places.perhaps:
        console.print(f"It may stand in {path}: {PERHAPS}.")
    for one in plan.hindrances:
        console.print(f"✗ {one.what} {one.remedy}")
    said = {
        "erased": "Erased. Older backups hold it still: a restore of one repeats the erasure.",
        "free": f"Nothing stands against it. Ask for it: regclean erase {plan.customer_no} --ask",
        "asked": f"{plan.request.asked_by if plan.request else ''} has asked for it. Another account confirms: "
        f"regclean erase {plan.customer_no} --confirm",
        "refused": "Nothing was changed.",
    }
    console.print(said[state])
