"""What a mail's signature says of its writer."""

LONGEST = 60
"""Characters of a role: a longer line is a motto or an address."""
MOST_WORDS = 8
FIRST = 3
"""Lines of a signature among which the name stands."""


def role(signature: str, name: str) -> str:
    """The role that stands behind or below the writer's own name; empty where none does."""
    lines = [line.strip(" *_|") for line in signature.splitlines() if line.strip()]
    called = name.casefold().split()
    for place, line in enumerate(lines[:FIRST]):
        if called and called[0] in line.casefold():
            behind = line.partition(",")[2] or line.partition("|")[2]
            below = lines[place + 1] if place + 1 < len(lines) else ""
            return next((said for each in (behind, below) if (said := each.strip(" ,|")) and _plausible(said)), "")
    return ""


def _plausible(line: str) -> bool:
    marked = any(char.isdigit() or char in "@/\\<>" for char in line) or "www." in line.casefold()
    return 2 < len(line) <= LONGEST and len(line.split()) <= MOST_WORDS and not marked
