"""What stands where a personal value was and the history around it stays."""

TOMBSTONE = "⌫"
