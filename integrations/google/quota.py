"""What Google allows one user: how much each method costs, how much a minute holds, how many requests at once."""

from dataclasses import dataclass
from types import MappingProxyType

WINDOW = 61
"""Seconds over which units are counted: Google's minute, and one more because ours are whole seconds."""
USUAL = 5
"""Units of a Gmail method that isn't listed."""
COSTS = MappingProxyType(
    {
        "drafts.create": 10,
        "drafts.delete": 10,
        "drafts.send": 100,
        "drafts.update": 15,
        "getProfile": 1,
        "history.list": 2,
        "labels.get": 1,
        "labels.list": 1,
        "messages.batchModify": 50,
        "messages.send": 100,
        "settings.sendAs.get": 1,
        "settings.sendAs.list": 1,
        "threads.get": 10,
        "threads.list": 10,
        "threads.modify": 10,
        "threads.trash": 10,
        "threads.untrash": 10,
    }
)
"""Units of Gmail's methods other than USUAL (Gmail API reference, usage limits)."""


@dataclass(frozen=True)
class Limits:
    """What one user may ask of one API."""

    api: str
    at_once: int
    """Requests in flight, over all processes."""
    a_minute: int
    """Units."""


GMAIL = Limits("gmail", at_once=5, a_minute=15_000)
"""15,000 units a minute and user (Gmail API reference); above its unpublished number of requests at once Gmail answers
429: five stay below it (design, section 10)."""
CALENDAR = Limits("calendar", at_once=5, a_minute=600)
"""600 requests a minute and user (Calendar API, quotas)."""
ALONE = 5
"""Processes that may share a user's allowance without knowing of each other: each then keeps to its part of it."""


def cost(method: str) -> int:
    """The units of a method, by its id in the discovery document."""
    return COSTS.get(method.removeprefix("gmail.users."), USUAL) if method.startswith("gmail.") else 1
