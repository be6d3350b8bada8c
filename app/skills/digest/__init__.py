"""The morning's digest: what today holds, what needs the person, and what came overnight."""
