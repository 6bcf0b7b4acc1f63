"""Erasure: one person's data at their request, and what is older than it may be, out of everything that holds it."""

from regclean.erasure.erasing import Plan, check_free, confirm, finish, look, replay
from regclean.erasure.requests import REASONS, ask, pending, withdraw
from regclean.erasure.told import LIST, Erased, read_list, tell_backups

__all__ = [
    "LIST",
    "REASONS",
    "Erased",
    "Plan",
    "ask",
    "check_free",
    "confirm",
    "finish",
    "look",
    "pending",
    "read_list",
    "replay",
    "tell_backups",
    "withdraw",
]
