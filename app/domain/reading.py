"""Reading several accounts of a person, where one that fails is named instead of ending it all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
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
                self.notes.append(f"I couldn't read the {what} of {place.account.described}: {answer.sentence}")
            else:
                raise answer
        return found
