"""Blind samples and the bands of pairs that they vouch for."""
