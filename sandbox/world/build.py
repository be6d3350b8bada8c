"""Builds a world from its script: two people, four accounts, ninety days of mail, and everybody's calendars."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.google.seed import SeedAccount
from sandbox.world import conversation, invitations, regular
from sandbox.world.calendar import calendars
from sandbox.world.delivery import deliver
from sandbox.world.script import Script, larkspur
from sandbox.world.types import World


def build_world(now: datetime, *, seed: int = 1, script: Script | None = None) -> World:
    """The world as it stands at `now` (aware); the same moment, seed and script give the same bytes."""
    if now.tzinfo is None:
        raise ValueError("build_world needs an aware datetime")
    script = script or larkspur()
    cast = script.cast
    letters = [
        *conversation.letters(script, now),
        *regular.letters(script, now, seed=seed),
        *invitations.letters(script, now),
    ]
    boxes = deliver(letters, cast, now=now, seed=seed)
    accounts = [_account(script, key, now=now, mails=boxes[key]) for key in cast.account_keys]
    accounts += [_account(script, key, now=now, signs_in=False) for key in cast.colleagues]
    owners = {
        cast.contacts[person].email: [cast.contacts[key].email for key in keys] for person, keys in cast.owners.items()
    }
    stories = {cast.contacts[person].email: _story(script, person) for person in cast.owners}
    return World(people=cast.slack_people(), accounts=accounts, owners=owners, stories=stories)


def _account(script: Script, key: str, *, now: datetime, **more: Any) -> SeedAccount:
    contact = script.cast.contacts[key]
    return SeedAccount(contact.email, contact.name, contact.zone, calendars=calendars(script, key, now=now), **more)


def _story(script: Script, person: str) -> dict[str, Any]:
    cast, story = script.cast, script.stories[person]
    members = [cast.contacts[key].email for key in cast.lists[story.team] if key != person]
    return {
        "project": story.project,
        "private": story.private,
        "topic": story.topic,
        "manager": {"name": cast.contacts[story.manager].name, "email": cast.contacts[story.manager].email},
        "team": {"name": story.team, "email": cast.contacts[story.team].email, "members": members},
    }
