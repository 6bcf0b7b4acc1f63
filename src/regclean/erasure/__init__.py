"""Erasure: one person's data at their request, and what is older than it may be, out of everything that holds it."""

from regclean.erasure.erasing import Plan, check_free, confirm, finish, look, look_at_period, purge, replay
from regclean.erasure.periods import Purge
from regclean.erasure.requests import REASONS, ask, pending, withdraw
from regclean.erasure.told import LIST, Erased, read_list, tell_backups

__all__ = [
    "LIST",
    "REASONS",
    "Erased",
    "Plan",
    "Purge",
    "ask",
    "check_free",
    "confirm",
    "finish",
    "look",
    "look_at_period",
    "pending",
    "purge",
    "read_list",
    "replay",
    "tell_backups",
    "withdraw",
]
