"""Reading several accounts of a person, where one that fails is named instead of ending it all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from app.domain.calendars import Calendar
from app.domain.errors import GrantDead, ProviderError
from app.domain.mailboxes import Mailbox

Place = TypeVar("Place", Mailbox, Calendar)
Found = TypeVar("Found")


@dataclass
class Reading:
    """What is read of several accounts, and which of them could not be."""

    notes: list[str] = field(default_factory=list)
    unread: dict[str, ProviderError] = field(default_factory=dict)
    """Why an account could not be read, by its name."""
    _failed: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """The accounts of which something could not be read for the same reason."""

    async def each(
        self, places: Iterable[Place], read: Callable[[Place], Awaitable[Found]], *, what: str
    ) -> list[tuple[Place, Found]]:
        """What every account gives; one that fails is named in the notes and left out. Raises GrantDead: whoever asked
        looks again at what there is."""
        asked, found = list(places), []
        told = await asyncio.gather(*map(read, asked), return_exceptions=True)
        for place, answer in zip(asked, told, strict=True):
            if not isinstance(answer, BaseException):
                found.append((place, answer))
            elif isinstance(answer, ProviderError) and not isinstance(answer, GrantDead):
                self.unread[place.account.name] = answer
                self._note(what, place.account.described, answer.sentence)
            else:
                raise answer
        return found

    def _note(self, what: str, where: str, why: str) -> None:
        """One note for all accounts that failed alike."""
        places = self._failed.setdefault((what, why), [])
        before = _told(what, places, why)
        if where not in places:
            places.append(where)
        now = _told(what, places, why)
        self.notes[:] = [now if note == before else note for note in self.notes]
        if now not in self.notes:
            self.notes.append(now)


def _told(what: str, places: Sequence[str], why: str) -> str:
    return f"I couldn't read the {what} of {' and '.join(filter(None, (', '.join(places[:-1]), *places[-1:])))}: {why}"
