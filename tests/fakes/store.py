"""A store in memory: a disk that lasts, and processes over it that may die."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from app.domain.errors import StoreUnavailable
from app.domain.memory import Relation
from app.domain.ports import Clock, Kind, Waiting
from app.domain.preferences import Preferences, clock
from app.domain.rhythms import DIGEST, Rhythm
from app.domain.types import Person, PersonId
from tests.fakes.approvals import MemoryApprovals
from tests.fakes.parking import MemoryParking
from tests.fakes.preferences import MemoryPreferences
from tests.fakes.rows import Disk, Envelope, sender
from tests.fakes.tasks import MemoryTasks
from tests.fakes.turns import MemoryTurns
from tests.fakes.verdicts import MemoryVerdicts
from tests.fakes.watches import MemoryWatches

__all__ = ["Disk", "MemoryStore"]
EVER = datetime.min.replace(tzinfo=UTC)
TIMES = ("zone", "hours", "digest", "digest_off", "quiet", "brief_before", "new_mail")


class MemoryInbox:
    def __init__(self, disk: Disk, store: "MemoryStore") -> None:
        self._disk = disk
        self._store = store

    async def put(self, key: str, envelope: Mapping[str, Any]) -> bool:
        if self._store.down:
            raise StoreUnavailable
        if key in self._disk.envelopes:
            return False
        self._disk.envelopes[key] = Envelope(
            key=key, person=sender(envelope), payload=dict(envelope), owner=self._store.owner
        )
        return True

    async def settle(self, key: str) -> None:
        self._disk.envelopes[key].settled = True

    async def take(self, key: str) -> Mapping[str, Any] | None:
        row = self._disk.envelopes.get(key)
        if row is None or row.settled or self._disk.held(row.owner):
            return None
        row.owner = self._store.owner
        return row.payload


class MemoryPeople:
    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    async def person(self, person: PersonId) -> Person | None:
        known, (_, zone) = self._disk.people.get(person), self._disk.preferences.get((person, "zone"), ("", ""))
        return known.model_copy(update={"zone": clock(zone, known.zone)}) if known else None

    async def meet(self, person: Person) -> bool:
        known = self._disk.people.get(person.id)
        kept = person.model_copy(update={"dm": person.dm or known.dm}) if known else person
        self._disk.people[person.id] = kept
        return known is None


class MemoryRelations:
    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    async def all(self, person: PersonId) -> tuple[Relation, ...]:
        mine = [relation for (whose, _), relation in self._disk.relations.items() if whose == person]
        return tuple(sorted(mine, key=lambda relation: relation.since, reverse=True))

    async def keep(self, person: PersonId, relation: Relation) -> None:
        self._disk.learn(person, relation)


class MemoryStore:
    """One process's view of a disk; `close` (or `die`) frees what it owns."""

    def __init__(self, clock: Clock, disk: Disk | None = None) -> None:
        self.disk = disk if disk is not None else Disk()
        self._clock = clock
        self.owner = self.disk.new_owner()
        self.down = False
        """Set to have the inbox refuse envelopes."""
        self.inbox = MemoryInbox(self.disk, self)
        self.people = MemoryPeople(self.disk)
        self.turns = MemoryTurns(self.disk, self.owner, clock)
        self.parking = MemoryParking(self.disk, self.turns, clock)
        self.approvals = MemoryApprovals(self.disk, self.owner, clock)
        self.relations = MemoryRelations(self.disk)
        self.preferences = MemoryPreferences(self.disk, clock)
        self.verdicts = MemoryVerdicts(self.disk)
        self.tasks = MemoryTasks(self.disk)
        self.watches = MemoryWatches(self.disk)

    async def rhythms(self) -> tuple[Rhythm, ...]:
        return tuple([await self._rhythm(p) for p in self.disk.people.values() if await self._reached(p)])

    async def _reached(self, person: Person) -> bool:
        grants = self.parking.grants
        accounts = await grants.accounts(person.id) if grants else ()
        return person.member and bool(person.dm) and any(account.alive for account in accounts)

    async def _rhythm(self, person: Person) -> Rhythm:
        whole = (await self.preferences.of(person.id)).model_dump()
        stated = Preferences.model_validate({name: whole[name] for name in TIMES})
        keys = [row.key for row in self.disk.turns.values() if row.turn.person == person.id]
        days = [date.fromisoformat(key.removeprefix(f"{DIGEST} ")) for key in keys if key.startswith(f"{DIGEST} ")]
        when = {"zone": clock(stated.zone, person.zone), "since": EVER, "preferences": stated}
        return Rhythm(person=person.id, last=max(days, default=None), **when)

    async def waiting(self) -> tuple[Waiting, ...]:
        now, disk = self._clock.now(), self.disk
        envelopes = [
            Waiting(kind=Kind.ENVELOPE, id=row.key, person=row.person)
            for row in disk.envelopes.values()
            if not row.settled and not disk.held(row.owner)
        ]
        turns = [
            Waiting(kind=kind, id=str(row.turn.id), person=row.turn.person)
            for row in disk.turns.values()
            if (kind := disk.left(row, now))
        ]
        actions = [
            Waiting(
                kind=Kind.ACTION,
                id=str(row.approval.id),
                person=row.approval.person,
                bulk=row.approval.action.bulk and row.claimable(now, held=disk.held(row.owner)),
            )
            for row in disk.approvals.values()
            if row.waits(now, held=disk.held(row.owner))
            and not disk.blocked(row)
            and not (disk.posted_with_its_turn(row) and not row.overdue(now))
        ]
        parked = [Waiting(kind=Kind.TURN, id=str(t), person=disk.turns[t].turn.person) for t in self.parking.due()]
        return (*envelopes, *turns, *parked, *actions)

    async def ping(self) -> None:
        if self.down:
            raise StoreUnavailable

    def die(self) -> None:
        """What SIGKILL does: everything owned is free, nothing else happens."""
        self.disk.living.discard(self.owner)

    async def close(self) -> None:
        self.die()
