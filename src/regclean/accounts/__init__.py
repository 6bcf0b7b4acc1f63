"""Accounts: who there is, what each role may do, and how an account proves itself: password, session, token, shell."""
