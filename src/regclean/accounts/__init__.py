"""Accounts: who there is, what each role may do, and how an account proves itself: password, session, token, shell."""

from regclean.accounts import local, permissions, sessions, shell, tokens

__all__ = ["local", "permissions", "sessions", "shell", "tokens"]
