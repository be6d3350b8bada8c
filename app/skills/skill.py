"""What every skill is: given a person's desk it brings a thought, and changes nothing outside."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from app.domain.calendars import Calendar
from app.domain.desk import Desk
from app.domain.errors import GrantDead, ProviderError
from app.domain.mailboxes import Mailbox
from app.domain.ports import Request, Thought, Watch

Place = TypeVar("Place", Mailbox, Calendar)
Found = TypeVar("Found")


class Skill(Protocol):
    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Do what the argument says; empty for what it does by itself. Raises StewardError."""


@dataclass
class Reading:
    """What is read of several accounts, and which of them could not be."""

    notes: list[str] = field(default_factory=list)

    async def each(
        self, places: Iterable[Place], read: Callable[[Place], Awaitable[Found]], *, what: str
    ) -> list[tuple[Place, Found]]:
        """What every account gives; one that fails is named in the notes and left out. Raises GrantDead: whoever asked
        looks again at what there is."""
        found = []
        for place in places:
            try:
                found.append((place, await read(place)))
            except GrantDead:
                raise
            except ProviderError as failure:
                self.notes.append(f"I couldn't read the {what} of {place.account.described}: {failure.sentence}")
        return found
