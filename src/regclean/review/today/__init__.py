"""What waits for whoever signs in: each role's day on one page."""
