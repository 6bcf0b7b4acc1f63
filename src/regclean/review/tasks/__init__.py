"""Tasks: what was accepted, and waits for somebody to call, write, look up or go there."""
