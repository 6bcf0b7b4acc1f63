"""Who comes in, and what each may do: accounts, sessions, tokens, roles."""
