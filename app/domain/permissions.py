"""What a person can allow Steward to do with an account, in our words; a provider's client knows its own for them."""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """Reading is asked for first; changing when a change is first wanted."""

    READ_MAIL = "read_mail"
    READ_CALENDAR = "read_calendar"
    CHANGE_MAIL = "change_mail"
    CHANGE_CALENDAR = "change_calendar"

    @property
    def words(self) -> str:
        """As a sentence names it: "may …"."""
        return _WORDS[self]


P = Permission
_WORDS = {
    P.READ_MAIL: "read mail",
    P.READ_CALENDAR: "see the calendars",
    P.CHANGE_MAIL: "change and send mail",
    P.CHANGE_CALENDAR: "change the calendars",
}
READING = (P.READ_MAIL, P.READ_CALENDAR)
"""What connecting asks for."""
CHANGING = (P.CHANGE_MAIL, P.CHANGE_CALENDAR)
"""What a change needs."""


def worded(permissions: Iterable[Permission], last: str = "and") -> str:
    """Several in one sentence, in their usual order: "read mail and see the calendars"."""
    wanted = set(permissions)
    words = [permission.words for permission in Permission if permission in wanted]
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
