"""Requests that can't be answered before an account is connected again or allows more: kept, and gone on with."""

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.cards import EXCERPT
from app.domain.errors import ChatError, ConnectionsEnded, NotConnected, ScopeMissing, StewardError
from app.domain.grants import Needs
from app.domain.permissions import Permission, worded
from app.domain.ports import Invite, Kind, Services
from app.domain.types import Account, AccountId, PersonId, Turn, TurnId
from app.planning.sanitising import escaped, unlinked

GOING_ON = "I’ll go on with this by myself then."


class Parking:
    """Every request waits in a row; whoever connects an account, or the sweeper, wakes it."""

    def __init__(self, services: Services, *, invite: Invite) -> None:
        self._services = services
        self._invite = invite

    async def park(self, turn: Turn, failure: StewardError) -> str:
        """What to answer to a request that waits from now on; empty when there is nothing to wait for."""
        accounts = await self._services.grants.accounts(turn.person)
        if isinstance(failure, ConnectionsEnded):
            await self._services.store.parking.park(turn, {a.id: () for a in accounts if not a.alive})
            return f"{failure.sentence} {GOING_ON}"
        needs = _lacking(accounts, failure)
        if not needs:
            await self.forget(turn)
            return ""
        before = await self._services.store.parking.park(turn, needs)
        card = "card below" if needs.keys() - before else "card I’ve sent you before, or under `accounts`"
        what = "; ".join(f"{worded(needs[a.id], 'or')} in {a.described}" for a in accounts if a.id in needs)
        return f"I’m not allowed to {what} yet. Allow it on the {card}. {GOING_ON}"

    async def forget(self, turn: Turn) -> None:
        """The request waits for nothing: an earlier attempt may have found otherwise, and been interrupted then."""
        if turn.attempt > 1:
            await self._services.store.parking.park(turn, {})

    async def show_way(self, turn: Turn, failure: StewardError) -> None:
        """Post what leads on from a failure, once the answer that names it stands; each way is shown once."""
        parking = self._services.store.parking
        needs: Needs | None = None
        if type(failure) is not NotConnected:
            lacking = _lacking(await self._services.grants.accounts(turn.person), failure)
            needs = {a: p for a, p in lacking.items() if (await parking.waiting(turn.person, a))[:1] == (turn.id,)}
        if needs is None or needs:
            with suppress(ChatError):  # the answer names the word that leads there too
                await self._invite(turn.person, turn.place, needs)

    async def left_out(self, person: PersonId) -> tuple[str, ...]:
        """Which accounts an answer doesn't speak for, a sentence each."""
        ended = [a for a in await self._services.grants.accounts(person) if not a.alive]
        return tuple(f"I left out {a.described}: its connection has ended. Type `accounts` to renew it." for a in ended)

    async def go_on(self, person: PersonId, turn: TurnId) -> Turn | None:
        """Ask anew what waited, if it needn't wait any more. Let go of what waited in vain: the turn that says so has
        ended, and its reply is the caller's to post."""
        again = await self._services.store.parking.go_on(person, turn)
        if again is None:
            return await self._let_go(person, turn)
        await self._services.queue.wake(Kind.TURN, str(again.id), person)
        return None

    async def _let_go(self, person: PersonId, turn: TurnId) -> Turn | None:
        store = self._services.store
        needs = await store.parking.in_vain(person, turn)
        request, owner = await store.turns.get(person, turn), await store.people.person(person)
        if needs is None or request is None or owner is None:
            return None
        missing = _missing(await self._services.grants.accounts(person), needs)
        asked_at = request.asked_at.astimezone(ZoneInfo(owner.zone))
        return await store.parking.let_go(request, _in_vain(request, asked_at, missing))


def _lacking(accounts: tuple[Account, ...], failure: StewardError) -> dict[AccountId, tuple[Permission, ...]]:
    """What a failure takes and the person hasn't allowed; what they have, no card could bring."""
    wanted = failure.needs if isinstance(failure, ScopeMissing) else {}
    found = {a.id: a.lacks(map(Permission, wanted.get(a.id, ()))) for a in accounts if a.alive}
    return {account: permissions for account, permissions in found.items() if permissions}


def _missing(accounts: tuple[Account, ...], needs: Needs) -> list[str]:
    """What a request still waits for, in words."""
    wanted = [(a, a.lacks(map(Permission, needs[a.id]))) for a in accounts if a.id in needs]
    ended = [f"{a.described} to be connected again" for a, _ in wanted if not a.alive]
    return ended + [f"your permission to {worded(lacks)} in {a.described}" for a, lacks in wanted if a.alive and lacks]


def _in_vain(request: Turn, asked_at: datetime, missing: list[str]) -> str:
    """What is said of a request that waited in vain; `asked_at` is on the person's clock."""
    quote = f"“{_excerpt(request.text)}”"
    # What a button said may hold what strangers wrote: those aren't the person's words.
    which = f"Your request of {asked_at:%A %-d %B}, {quote}," if request.words else f"{quote} of {asked_at:%A %-d %B}"
    what_for = f" for {' and '.join(missing)}" if missing else ""
    way = "Type `accounts` for that, then ask again." if missing else "Ask again if you still want it."
    return f"{which} waited seven days{what_for}, and I’ve let it go. {way}"


def _excerpt(text: str) -> str:
    """How a request begins, on one line that Slack obeys nothing of."""
    line = " ".join(unlinked(text, typed="").split())
    return escaped(line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1].rstrip()}…")
