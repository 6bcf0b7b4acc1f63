"""Accounts to try the demo with. Their passwords are printed: they are for a register that is nobody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regclean import acts
from regclean.accounts import local
from regclean.accounts.permissions import NOBODY
from regclean.acts import Context
from regclean.config import Workspace, derived_key, workspace_key
from regclean.errors import UsageError
from regclean.ledger import Ledger

ADMINISTRATOR = "martta"
# name, full name, roles; the administrator comes first and makes the others
PEOPLE = (
    (ADMINISTRATOR, "Martta Halonen", ("admin",)),
    ("aino", "Aino Lehto", ("steward",)),
    ("eino", "Eino Salo", ("steward",)),
    ("helmi", "Helmi Aalto", ("approver",)),
    ("väinö", "Väinö Koski", ("clerk",)),
    ("toivo", "Toivo Laakso", ("steward", "restricted")),
    ("kerttu", "Kerttu Niemi", ("auditor",)),
)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody to sign in as."""

    user: str
    password: str | None  # None: its owner has set another one
    roles: tuple[str, ...]


def create_demo_accounts(workspace: Workspace, ledger: Ledger, now: datetime) -> list[DemoAccount]:
    """One account for each role (two stewards, so that they can disagree), with passwords that follow from the workspace's key:
    a second start prints the same ones, changes nothing, and ends nobody's session.

    Errors: UsageError when the workspace is not one for demo data, or has accounts of its own.
    """
    there = {account.name for account in local.all_users(ledger)}
    demo = workspace.config.section("workspace")["accept_test_ids"] and there <= {name for name, _, _ in PEOPLE}
    if not demo:
        raise UsageError(
            "this is not a demo's workspace: it gets no accounts with printed passwords.",
            remedy="Serve it with: regclean serve",
        )
    key = workspace_key(workspace.var)
    made: list[DemoAccount] = []
    for name, full_name, roles in PEOPLE:
        password = f"{name}-{derived_key(key, f'demo account {name}').hex()[:12]}"
        own = name in there and not local.has_password(ledger, name, password)
        if name not in there:
            by = local.active_user(ledger, ADMINISTRATOR, "session") if made or there else NOBODY
            acts.add_account(Context(workspace, ledger, by, now), name, roles, password, full_name=full_name)
        made.append(DemoAccount(name, None if own else password, roles))
    return made
