"""Coming in: by password or through the organisation, and one's own account."""
