"""The search box: anything by the beginning of what it is known by."""
