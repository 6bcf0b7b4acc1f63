"""The review page and its API: where people decide. Reads and writes the ledger alone, never the warehouse."""
