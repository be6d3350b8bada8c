"""What a world is made of, before dates and copies: its cast, conversations, regular senders and meetings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.world.people import LARKSPUR, Cast
from sandbox.world.types import Story

_HERE = Path(__file__).parent
_CONVERSATIONS = ("budget.toml", "larkspur.toml", "projects.toml", "home.toml")


@dataclass(frozen=True, slots=True)
class Script:
    """The entries have the shape of those in mails/*.toml and calendars.toml."""

    cast: Cast
    conversations: list[dict[str, Any]]
    senders: list[dict[str, Any]]
    meetings: list[dict[str, Any]]
    stories: Mapping[str, Story]
    """By owner."""
    calendars: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Further calendars: what the entries call them, their id and their name."""


def larkspur() -> Script:
    """The world that comes with the sandbox."""
    return Script(
        cast=LARKSPUR,
        conversations=[entry for file in _CONVERSATIONS for entry in _read(f"mails/{file}")["conversation"]],
        senders=_read("mails/regular.toml")["sender"],
        meetings=_read("calendars.toml")["meeting"],
        stories={
            "alex": Story("Project X", "Project Alpha", "budget review", manager="dana", team="engineering"),
            "priya": Story("Project X", "Project Treehouse", "budget review", manager="marcus", team="engineering"),
        },
        calendars={
            "family": ("rivera-family@group.calendar.example", "Family"),
            "travel": ("raman-travel@group.calendar.example", "Travel"),
        },
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text("utf-8"))
