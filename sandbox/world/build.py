"""Builds the world that comes with the sandbox: two people, four accounts, ninety days of mail, and their calendars."""

from __future__ import annotations

from datetime import datetime

from sandbox.google.seed import SeedAccount
from sandbox.world import conversation, invitations, regular
from sandbox.world.calendar import calendars
from sandbox.world.delivery import deliver
from sandbox.world.people import ACCOUNT_KEYS, CONTACTS, OWNERS, slack_people
from sandbox.world.types import World


def build_world(now: datetime, *, seed: int = 1) -> World:
    """The world as it stands at `now` (aware); the same moment and seed give the same bytes."""
    if now.tzinfo is None:
        raise ValueError("build_world needs an aware datetime")
    letters = [*conversation.letters(now), *regular.letters(now, seed), *invitations.letters(now)]
    boxes = deliver(letters, now, seed=seed)
    accounts = [
        SeedAccount(CONTACTS[key].email, CONTACTS[key].name, CONTACTS[key].zone, boxes[key], calendars(key, now))
        for key in ACCOUNT_KEYS
    ]
    owners = {CONTACTS[person].email: [CONTACTS[key].email for key in keys] for person, keys in OWNERS.items()}
    return World(people=slack_people(), accounts=accounts, owners=owners)
