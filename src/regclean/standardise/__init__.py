"""From text as it was exported to typed, folded values: pure rules, run over unique values."""
