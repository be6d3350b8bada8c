"""A stand-in for Google: OAuth, Gmail v1 and Calendar v3 on the real wire."""
