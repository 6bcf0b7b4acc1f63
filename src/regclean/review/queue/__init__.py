"""What waits for a steward: the work list and its filters."""
