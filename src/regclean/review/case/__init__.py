"""One case: looking at it, and deciding."""
