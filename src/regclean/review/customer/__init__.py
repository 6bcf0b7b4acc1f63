"""A customer's card: all that the night in force and the ledger know of one."""
