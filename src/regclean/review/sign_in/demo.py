"""Accounts to try the demo with. Their passwords are printed: they are for a register that is nobody's."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from regclean.config import Workspace
from regclean.errors import UsageError
from regclean.ledger import Ledger
from regclean.review.sign_in import accounts

# name, full name, roles
PEOPLE = (
    ("aino", "Aino Lehto", ("steward",)),
    ("eino", "Eino Salo", ("steward",)),
    ("helmi", "Helmi Aalto", ("approver",)),
    ("väinö", "Väinö Koski", ("clerk",)),
    ("toivo", "Toivo Laakso", ("steward", "restricted")),
    ("kerttu", "Kerttu Niemi", ("auditor",)),
    ("martta", "Martta Halonen", ("admin",)),
)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody to sign in as."""

    user: str
    password: str
    roles: tuple[str, ...]


def create_demo_accounts(workspace: Workspace, ledger: Ledger, now: datetime) -> list[DemoAccount]:
    """One account for each role (two stewards, so that they can disagree), with new passwords at each start.

    Errors: UsageError when the workspace is not one for demo data, or has accounts of its own.
    """
    there = {account.name for account in accounts.all_users(ledger)}
    demo = workspace.config.section("workspace")["accept_test_ids"] and there <= {name for name, _, _ in PEOPLE}
    if not demo:
        raise UsageError(
            "this is not a demo's workspace: it gets no accounts with printed passwords.",
            remedy="Serve it with: regclean serve",
        )
    made: list[DemoAccount] = []
    for name, full_name, roles in PEOPLE:
        password = f"{name}-{secrets.token_hex(6)}"
        if name in there:
            accounts.set_password(ledger, name, password, now, by=accounts.COMMAND_LINE)
        else:
            accounts.add_user(ledger, name, roles, password, now, by=accounts.COMMAND_LINE, full_name=full_name)
        made.append(DemoAccount(name, password, roles))
    return made
