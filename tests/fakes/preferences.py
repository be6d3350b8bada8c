"""Preferences in memory."""

from typing import Any

from app.domain.ports import Clock
from app.domain.preferences import Preferences, Said
from app.domain.types import PersonId
from tests.fakes.rows import Disk


class MemoryPreferences:
    def __init__(self, disk: Disk, clock: Clock) -> None:
        self._disk = disk
        self._clock = clock

    async def of(self, person: PersonId) -> Preferences:
        return Preferences.model_validate(
            {said.name: value for (whose, _), (said, value) in self._disk.preferences.items() if whose == person}
        )

    async def said(self, person: PersonId) -> tuple[Said, ...]:
        mine = [said for (whose, _), (said, _) in self._disk.preferences.items() if whose == person]
        return tuple(sorted(mine, key=lambda said: said.since, reverse=True))

    async def state(self, person: PersonId, name: str, value: Any, *, words: str) -> Preferences:
        before = (await self.of(person)).model_dump(mode="json")
        after = Preferences.model_validate(before | {name: value})
        said = Said(name=name, words=words, since=self._clock.now(), before=before[name])
        self._disk.preferences[person, name] = (said, after.model_dump(mode="json")[name])
        return after

    async def undo(self, person: PersonId, name: str) -> Preferences | None:
        if (person, name) not in self._disk.preferences:
            return None
        said, _ = self._disk.preferences.pop((person, name))
        if said.before != Preferences().model_dump(mode="json")[name]:
            back = Said(name=name, words="", since=self._clock.now(), before=said.before)
            self._disk.preferences[person, name] = (back, said.before)
        return await self.of(person)
