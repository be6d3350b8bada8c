"""Parked requests in memory."""

from collections.abc import Collection, Mapping

from app.domain.permissions import Permission
from app.domain.ports import Grants
from app.domain.types import AccountId, PersonId, Turn, TurnId, TurnStatus
from tests.fakes.rows import Disk
from tests.fakes.turns import MemoryTurns


class MemoryParking:
    def __init__(self, disk: Disk, turns: MemoryTurns) -> None:
        self._disk = disk
        self._turns = turns
        self.grants: Grants | None = None
        """Where the accounts are that are waited for."""

    async def park(self, turn: Turn, needs: Mapping[AccountId, Collection[Permission]]) -> frozenset[AccountId]:
        mine = [key for key in self._disk.parked if self._disk.turns[key[0]].turn.person == turn.person]
        known = frozenset(account for other, account in mine if other != turn.id and account in needs)
        for account, permissions in needs.items():
            self._disk.parked.setdefault((turn.id, account), tuple(permissions))
        return known

    async def waiting(self, person: PersonId, account: AccountId) -> tuple[TurnId, ...]:
        mine = [turn for turn, waited in self._disk.parked if waited == account]
        return tuple(turn for turn in mine if self._disk.turns[turn].turn.person == person)

    async def waiting_only(self, person: PersonId, account: AccountId) -> tuple[Turn, ...]:
        others = {turn for turn, waited in self._disk.parked if waited != account}
        mine = [turn for turn in await self.waiting(person, account) if turn not in others]
        return tuple(self._disk.turns[turn].turn for turn in mine)

    async def go_on(self, person: PersonId, turn: TurnId) -> Turn | None:
        row = self._disk.turns.get(turn)
        needs = {account: lacks for (waiting, account), lacks in self._disk.parked.items() if waiting == turn}
        if row is None or row.turn.person != person or not needs or self.grants is None:
            return None
        living = {a.id: a for a in await self.grants.accounts(person) if a.alive}
        met = all(a in living and not living[a].lacks(lacks) for a, lacks in needs.items())
        if not met or row.turn.status not in (TurnStatus.ENDED, TurnStatus.FAILED):
            return None
        for account in needs:
            del self._disk.parked[turn, account]
        return self._turns.reopen(row.turn)
