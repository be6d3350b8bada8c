"""What a person has to do: found in their mail and calendars, or noted by themself."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime, Field

from app.domain.types import AccountId, PersonId
from app.domain.value import Value

LONGEST = 300
"""Characters of a title: a task is a line."""


class Source(StrEnum):
    """Where a task comes from."""

    MAIL = "mail"
    EVENT = "event"
    SAID = "said"
    """The person noted it, and where isn't known."""
    SLACK = "slack"
    """The person noted it in Slack."""
    OWED = "owed"
    """Somebody owes them an answer: to be reminded, not to be done."""


class State(StrEnum):
    OPEN = "open"
    DONE = "done"
    """Done or given up by the person; what was found doesn't come back."""


class Found(Value):
    """Something to do, and everything about it that bears on its place among others."""

    key: str
    """What it is known by whenever it is found again, for one person."""
    source: Source
    title: str
    link: str = ""
    """Its source, made by code; empty where there is none to look at."""
    account: AccountId | None = None
    """The account it was found in."""
    thread: str = ""
    """For what was found in mail, its reference such as "work:18f3a0"; for what was noted in Slack, its channel and its
    message's ts, such as "D0ANN:1.5"."""
    who: str = ""
    """Who wants it, or whom it is about."""
    since: AwareDatetime | None = None
    """When it was asked for, or the person had the last word; None for a meeting's."""
    due: AwareDatetime | None = None
    words: str = ""
    """The words that say when it is due."""
    meeting: AwareDatetime | None = None
    """The meeting it is needed for."""
    minutes: int = Field(0, ge=0)
    """0: nobody has an idea."""
    priority: bool = False
    """Somebody who matters to the person wants it."""
    matters: bool = False
    """The person said so of it."""
    waiting: int = Field(0, ge=0)
    """How many people wait for it."""
    copied: bool = False
    """The person was only copied in."""
    pressing: str = ""
    """Words by which it was asked for at once."""

    @property
    def own(self) -> bool:
        """Whether the person noted it themself."""
        return self.source in (Source.SAID, Source.SLACK)

    @property
    def conversation(self) -> tuple[AccountId, str] | None:
        """The account and the id of the thread it was found in; None for what was found nowhere."""
        return None if self.account is None else (self.account, self.thread.partition(":")[2])


class Task(Value):
    """Something to do as it is kept."""

    number: int
    """What its person calls it by."""
    found: Found
    state: State = State.OPEN
    snoozed: datetime | None = None
    """Until when it isn't shown."""
    moved: str = ""
    """The quadrant that the person put it in; empty: where its evidence puts it."""
    moved_from: str = ""
    """Where the evidence had put it then."""

    def awake(self, now: datetime) -> bool:
        """Whether it is to be shown at an aware instant."""
        return self.snoozed is None or self.snoozed <= now


class Tasks(Protocol):
    async def open(self, person: PersonId) -> tuple[Task, ...]:
        """Those that aren't done, snoozed ones included, by number."""

    async def find(self, person: PersonId, found: Sequence[Found]) -> tuple[Task, ...]:
        """Keep what is new, renew what is known of the open ones, and leave alone what was done; all open ones then."""

    async def close(self, person: PersonId, numbers: Sequence[int]) -> tuple[Task, ...]:
        """These are done from now on, or were before; the ones that there are."""

    async def snooze(self, person: PersonId, number: int, until: datetime) -> Task | None:
        """Don't show an open task before an aware instant; None when there is none of this number."""

    async def move(self, person: PersonId, number: int, quadrant: str, *, before: str) -> Task | None:
        """Put an open task into a quadrant for good, and keep where its evidence had put it."""
