"""Asking contact persons: the rounds in figures, and a shared bin's whole story, with an answer typed in."""
