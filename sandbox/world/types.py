"""The shapes a world is handed over in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.google.seed import SeedAccount


class WorldError(Exception):
    """The world can't be built from what was given; the text is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything the stand-ins start from: who is in the workspace, and which Google accounts exist."""

    people: list[dict[str, Any]]  # for Slack: name, real_name, email, tz
    accounts: list[SeedAccount]
    owners: dict[str, list[str]]  # a person's work address → the addresses of all accounts that are theirs
    notes: list[str] = field(default_factory=list)  # what the person who runs this should be told
