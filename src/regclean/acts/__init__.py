"""The one door: what a person or a schedule does is an act, and every act checks for itself who may do it.

The page, the API, the command line and the flows call acts and check nothing themselves. The rooms below (findings,
batches, accounts) know how a thing is done, not who may do it.
"""

from regclean.acts.batches import SENT_BACK, apply, approve, build, export, export_folder, send_back, take_files, undo
from regclean.acts.cases import assign, comment, consider, decide, decide_all, undo_decision
from regclean.acts.context import ACTS, Context
from regclean.acts.people import (
    add_account,
    check_may_add,
    list_accounts,
    make_token,
    revoke_tokens,
    set_active,
    set_password,
    set_roles,
)

__all__ = [
    "ACTS",
    "SENT_BACK",
    "Context",
    "add_account",
    "apply",
    "approve",
    "assign",
    "build",
    "check_may_add",
    "comment",
    "consider",
    "decide",
    "decide_all",
    "export",
    "export_folder",
    "list_accounts",
    "make_token",
    "revoke_tokens",
    "send_back",
    "set_active",
    "set_password",
    "set_roles",
    "take_files",
    "undo",
    "undo_decision",
]
