"""The chaos run: every kind of action, killed and deceived at every step of its life; the stand-ins' logs judge."""
