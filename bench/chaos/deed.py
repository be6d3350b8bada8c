"""What every deed of the chaos run has: what the model is told to propose, and how its traces at Google are read."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from bench.chaos.journal import Journal
from tests.acceptance.stand_ins import Google

Json = dict[str, Any]
_NUMBERS = count(1)
FAR = timedelta(days=60)
"""Where nothing stands in anybody's calendar."""
QUARTER = timedelta(minutes=15)


def class_of(kind: str) -> str:
    """The action's class of a kind of deed."""
    return kind.partition(" ")[0]


class Whose(NamedTuple):
    """The person a deed is done for."""

    account: str
    """The address of their account that is called work."""
    other: str = ""
    """That of another one."""
    zone: str = "UTC"


class Count(NamedTuple):
    """How often the parts of a deed were done: the least and the most often."""

    least: int
    most: int

    @classmethod
    def of(cls, counts: Iterable[int]) -> "Count":
        found = [*counts]
        return cls(min(found), max(found)) if found else NEVER


NEVER, ONCE = Count(0, 0), Count(1, 1)


def once_more(done: int, undone: int) -> int:
    """How often something was done once more than it stands, because as much was taken back: both counts are so much
    higher than what is left of them."""
    return max(min(done - 1, undone), 0)


class Deed(ABC):
    """A change to one account."""

    kind: ClassVar[str]
    """The action's class, and after it, where there are several ways of it, which one it is."""
    people: ClassVar[int] = 1_000_000
    """Who may do it at once: as many as there are, unless something keeps them from it."""
    keeps: ClassVar[bool] = False
    """Whether a draft may be left when all is done."""

    def __init__(self, whose: Whose) -> None:
        self.account, self.other, self.zone = whose
        self.number = next(_NUMBERS)
        self.mark = f"Chaos {self.number} of {self.kind}."
        self.action = ""
        """The action's id, once there is one."""

    @property
    def ask(self) -> str:
        """What the person says; the model is scripted by it."""
        return f"Please see to {self.mark}"

    @property
    def start(self) -> datetime:
        """A quarter of an hour of its own, so that no deed overlaps another, in the person's zone."""
        start = datetime.now(UTC) + FAR + self.number * QUARTER
        start = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)
        return start.astimezone(ZoneInfo(self.zone))

    @abstractmethod
    async def prepared(self, google: Google) -> Json:
        """Make Google ready for it; the model's tool call."""

    @abstractmethod
    def done(self, journal: Journal) -> Count:
        """How often Google has committed it."""

    def undone(self, journal: Journal) -> Count:
        """How often Google has taken it back."""
        return NEVER

    def by_hand(self, journal: Journal) -> int:
        """How often the person sent the draft themselves."""
        return sum(draft.of(self.traces()) for draft in journal.by_hand)

    @abstractmethod
    def traces(self) -> set[str]:
        """Everything that it may leave in the journal: ids of mails, threads and events, addresses, subjects."""


def calls(tool: str, /, **arguments: object) -> Json:
    """An answer of the model that calls one tool."""
    return {"tool_calls": [{"name": tool, "arguments": arguments}]}
