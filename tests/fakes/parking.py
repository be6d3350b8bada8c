"""Parked requests in memory."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from app.domain.grants import Needs
from app.domain.permissions import Permission
from app.domain.ports import Clock, Grants
from app.domain.types import AccountId, PersonId, Turn, TurnId, TurnStatus
from tests.fakes.rows import Disk, Parked
from tests.fakes.turns import MemoryTurns

PATIENCE = timedelta(days=7)


class MemoryParking:
    def __init__(self, disk: Disk, turns: MemoryTurns, clock: Clock) -> None:
        self._disk = disk
        self._turns = turns
        self._clock = clock
        self.grants: Grants | None = None
        """Where the accounts are that are waited for."""

    async def park(self, turn: Turn, needs: Mapping[AccountId, Collection[Permission]]) -> frozenset[AccountId]:
        mine = [key for key in self._disk.parked if self._disk.turns[key[0]].turn.person == turn.person]
        known = frozenset(account for other, account in mine if other != turn.id and account in needs)
        if self._disk.turns[turn.id].turn.person == turn.person:
            self._leave(turn.id)
        for account, permissions in needs.items():
            self._disk.parked[turn.id, account] = Parked(tuple(permissions), self._clock.now())
        return known

    async def waiting(self, person: PersonId, account: AccountId) -> tuple[TurnId, ...]:
        mine = [turn for turn, waited in self._disk.parked if waited == account]
        return tuple(turn for turn in mine if self._disk.turns[turn].turn.person == person)

    async def waiting_only(self, person: PersonId, account: AccountId) -> tuple[Turn, ...]:
        others = {turn for turn, waited in self._disk.parked if waited != account}
        mine = [turn for turn in await self.waiting(person, account) if turn not in others]
        return tuple(self._disk.turns[turn].turn for turn in mine)

    async def go_on(self, person: PersonId, turn: TurnId) -> Turn | None:
        needs = self._needs(person, turn)
        if not needs or self._past(turn) or not await self._met(person, turn):
            return None
        self._leave(turn)
        return self._turns.reopen(self._disk.turns[turn].turn)

    async def in_vain(self, person: PersonId, turn: TurnId) -> Needs | None:
        return (self._needs(person, turn) or None) if self._past(turn) else None

    async def let_go(self, turn: Turn, reply: str) -> Turn | None:
        if await self.in_vain(turn.person, turn.id) is None:
            return None
        self._leave(turn.id)
        return self._turns.closed(turn, reply)

    def due(self) -> frozenset[TurnId]:
        """The requests that have waited for as long as one may."""
        return frozenset(turn for turn, _ in self._disk.parked if self._over(turn) and self._past(turn))

    async def _met(self, person: PersonId, turn: TurnId) -> bool:
        """Whether all that a request waits for is there."""
        living = {a.id: a for a in await self.grants.accounts(person) if a.alive} if self.grants else {}
        needs = self._needs(person, turn)
        return all(a in living and not living[a].lacks(lacks) for a, lacks in needs.items())

    def _needs(self, person: PersonId, turn: TurnId) -> Needs:
        row = self._disk.turns.get(turn)
        if row is None or row.turn.person != person or not self._over(turn):
            return {}
        return {account: each.permissions for (waiting, account), each in self._disk.parked.items() if waiting == turn}

    def _over(self, turn: TurnId) -> bool:
        return self._disk.turns[turn].turn.status in (TurnStatus.ENDED, TurnStatus.FAILED)

    def _past(self, turn: TurnId) -> bool:
        since = [each.since for (waiting, _), each in self._disk.parked.items() if waiting == turn]
        return max(since, default=self._clock.now()) <= self._clock.now() - PATIENCE

    def _leave(self, turn: TurnId) -> None:
        for key in [key for key in self._disk.parked if key[0] == turn]:
            del self._disk.parked[key]
