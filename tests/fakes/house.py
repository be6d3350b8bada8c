"""Every port with its fake, joined as wiring joins the real ones."""

from dataclasses import dataclass, field

from app.domain.ports import Services, Store
from tests.fakes.clock import ManualClock
from tests.fakes.desks import MemoryDesks
from tests.fakes.grants import MemoryConsent, MemoryGrants
from tests.fakes.minds import ScriptedMind
from tests.fakes.parking import MemoryParking
from tests.fakes.shelf import MemoryShelf
from tests.fakes.talk import MemoryChat, MemoryQueue


@dataclass
class FakeHouse:
    """The outside world in memory, around whatever store is given."""

    clock: ManualClock = field(default_factory=ManualClock)
    chat: MemoryChat = field(default_factory=MemoryChat)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    mind: ScriptedMind = field(default_factory=ScriptedMind)
    desks: MemoryDesks = field(default_factory=MemoryDesks)
    grants: MemoryGrants = field(default_factory=MemoryGrants)

    def __post_init__(self) -> None:
        self.consent = MemoryConsent(self.clock)
        self.shelf = MemoryShelf(self.clock)

    def services(self, store: Store) -> Services:
        if isinstance(store.parking, MemoryParking):
            store.parking.grants = self.grants
        return Services(
            store=store,
            grants=self.grants,
            chat=self.chat,
            queue=self.queue,
            mind=self.mind,
            desks=self.desks,
            consent=self.consent,
            clock=self.clock,
            shelf=self.shelf,
        )
