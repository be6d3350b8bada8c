"""Invents worlds: other people, zones, mails and meetings for every seed, in the shape of the one that was written."""

from __future__ import annotations

import random

from sandbox.world.invented.company import company
from sandbox.world.invented.mails import conversations
from sandbox.world.invented.meetings import meetings
from sandbox.world.invented.senders import senders
from sandbox.world.script import Script


def invented(seed: int) -> Script:
    """The same seed gives the same script."""
    chance = random.Random(f"world {seed}")
    company_ = company(chance)
    return Script(
        cast=company_.cast,
        conversations=conversations(company_, chance),
        senders=senders(company_, chance),
        meetings=meetings(company_, chance),
        stories=company_.stories,
        calendars=company_.calendars,
    )
