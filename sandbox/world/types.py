"""The shapes a world is handed over in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.google.seed import SeedAccount


class WorldError(Exception):
    """The world can't be built from what was given; the text is a sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Story:
    """What an owner's mails are about, for requests to name; people and lists by their keys."""

    project: str
    private: str
    topic: str
    manager: str
    team: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything the stand-ins start from: who is in the workspace, and which Google accounts exist."""

    people: list[dict[str, Any]]  # for Slack: name, real_name, email, tz
    accounts: list[SeedAccount]
    owners: dict[str, list[str]]  # a person's work address → the addresses of all accounts that are theirs
    stories: dict[str, dict[str, Any]] = field(default_factory=dict)  # by work address, for those who ask
    notes: list[str] = field(default_factory=list)  # what the person who runs this should be told
