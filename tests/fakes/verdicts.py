"""What a model said of mails, in memory."""

from collections.abc import Collection, Mapping, Sequence

from app.domain.sorting import Key, Opinion
from app.domain.types import PersonId
from tests.fakes.rows import Disk


class MemoryVerdicts:
    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    async def known(self, person: PersonId, mails: Collection[Key], *, version: str) -> Mapping[Key, Opinion]:
        kept = {key: self._disk.verdicts.get((person, key)) for key in mails}
        return {key: found[1] for key, found in kept.items() if found and found[0] == version}

    async def keep(self, person: PersonId, found: Sequence[Opinion], *, version: str) -> None:
        self._disk.verdicts |= {(person, each.key): (version, each) for each in found}
