"""How far mailboxes were looked through, in memory."""

from collections.abc import Mapping

from app.domain.types import AccountId, PersonId
from tests.fakes.rows import Disk


class MemoryWatches:
    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    async def cursors(self, person: PersonId) -> Mapping[AccountId, str]:
        return {account: cursor for (whose, account), cursor in self._disk.watches.items() if whose == person}

    async def advance(self, person: PersonId, account: AccountId, cursor: str) -> None:
        self._disk.watches[person, account] = cursor
