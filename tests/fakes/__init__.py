"""Fakes that work: every port in memory, with the contract of the real one."""

from tests.fakes.calendars import MemoryCalendar
from tests.fakes.clock import ManualClock
from tests.fakes.desks import MemoryDesks
from tests.fakes.grants import MemoryConsent, MemoryGrants
from tests.fakes.house import FakeHouse
from tests.fakes.mailboxes import MemoryMailbox
from tests.fakes.minds import ScriptedMind
from tests.fakes.shelf import MemoryShelf
from tests.fakes.store import Disk, MemoryStore
from tests.fakes.talk import Card, Line, MemoryChat, MemoryQueue

__all__ = [
    "Card",
    "Disk",
    "FakeHouse",
    "Line",
    "ManualClock",
    "MemoryCalendar",
    "MemoryChat",
    "MemoryConsent",
    "MemoryDesks",
    "MemoryGrants",
    "MemoryMailbox",
    "MemoryQueue",
    "MemoryShelf",
    "MemoryStore",
    "ScriptedMind",
]
