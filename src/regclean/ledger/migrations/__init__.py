"""The ledger's tables as they grew. Each step is never changed once released; a new one goes on top."""

HEAD = "0018"  # the newest step; a test holds it against the files in versions/
