"""What Steward talks about, in pydantic and the standard library only."""
