"""Steward: an executive assistant that asks before it changes anything."""
