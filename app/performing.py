"""What a worker does with an approved action: perform it once, find out what became of it, undo it."""

import json
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from typing import Any

from app.aftermath import Aftermath, Beside
from app.domain.actions import Action, Change, Outcome
from app.domain.approvals import UNKNOWN_FOR, WORKING, Approval, Status, moved_on, successor
from app.domain.cards import Receipt
from app.domain.desk import Desk, Ledger, Note, begun
from app.domain.errors import (
    BrokenOff,
    ChatError,
    Conflict,
    Faulty,
    FormErrors,
    GrantDead,
    LostClaim,
    Missing,
    NotConnected,
    Refusal,
    Refused,
    ScopeMissing,
    StewardError,
    Throttled,
    Unanswered,
    UnclearAccount,
)
from app.domain.ports import Claim, Services
from app.domain.types import Account, ActionId, PersonId
from app.expiring import expiring

DEFINITE = (Refused, ScopeMissing, GrantDead, Conflict, Refusal, UnclearAccount, NotConnected)
"""Answers after which it is certain that this call changed nothing."""
WAITABLE = frozenset({Status.APPROVED}) | WORKING
"""States in which an action waits for its account to be connected again."""
PARKED = "This goes on by itself once it is renewed."
UNSURE = (Unanswered, Faulty, Missing)
"""Answers after which only the evidence can tell."""
BACKOFF = (1, 2, 5, 10, 20, 30)
"""Seconds between attempts; the last one repeats."""
TRIES = 12
"""Attempts before a provider that keeps failing is given up: about four minutes."""
BREAKS = 3 * TRIES
"""Attempts that may end without an answer of any kind, killed or broken, before an action is given up."""
LOOK_AGAIN = timedelta(seconds=10)
"""Between two looks for evidence."""
SHOW_EVERY = timedelta(seconds=3)
"""Between two redraws of a card in progress: Slack allows 50 updates a minute for the whole workspace."""
UNKNOWN = "I couldn't find out whether this went through. Please look for yourself: I won't try it again blindly."
UNDOING_UNKNOWN = "I couldn't find out whether this was undone. Please look for yourself: I won't try it again blindly."


TOO_LATE = "By the time I could do it, it was too late for this. Nothing was changed."


class ProgressLedger:
    """A ledger that shows on the card how far the action has come, and reads once what only its holder may add to."""

    def __init__(self, ledger: Ledger, approval: Approval, services: Services) -> None:
        self._ledger = ledger
        self._approval = approval
        self._services = services
        self._shown_at = services.clock.now()
        self._noted: list[Note] | None = None
        """All of it; None as long as it isn't known."""
        self._writes = 0

    async def note(self, step: str, **refs: Any) -> None:
        """See the port; a card that Slack doesn't take now is not worth stopping for."""
        now = await self._kept(step, refs)
        far = self._approval.action.progress(Note(step=step, refs=refs, at=now))
        if far and now - self._shown_at >= SHOW_EVERY and self._approval.card_ts:
            self._shown_at = now
            with suppress(ChatError):
                await self._services.chat.redraw(self._approval.model_copy(update={"note": far}))

    async def _kept(self, step: str, refs: dict[str, Any]) -> datetime:
        """When it was noted. One of which no answer came may stand there or not: then all is read again."""
        self._writes += 1
        now = self._services.clock.now()
        try:
            await self._ledger.note(step, **refs)
        except BaseException:
            self._noted = None
            raise
        if self._noted is not None:
            self._noted.append(Note(step=step, refs=json.loads(json.dumps(refs)), at=now))  # as it will be read
        return now

    async def recall(self) -> tuple[Note, ...]:
        """See the port."""
        if self._noted is not None:
            return tuple(self._noted)
        writes = self._writes
        found = await self._ledger.recall()
        if writes == self._writes:  # what is noted meanwhile is there or not
            self._noted = list(found)
        return found


class OpenDesk:
    """A person's desk for as long as a job lasts: opened when it is needed, and anew when their accounts changed."""

    def __init__(self, services: Services, person: PersonId) -> None:
        self._services = services
        self._person = person
        self._stack = AsyncExitStack()
        self._accounts: tuple[Account, ...] = ()
        self._desk: Desk | None = None

    async def accounts(self) -> tuple[Account, ...]:
        """The person's accounts as they are now."""
        now = await self._services.grants.accounts(self._person)
        if now != self._accounts:
            await self.close()
        self._accounts = now
        return now

    async def desk(self) -> Desk:
        """Raises NotConnected."""
        if self._desk is None:
            owner = await self._services.store.people.person(self._person)
            if owner is None:
                raise StewardError
            self._desk = await self._stack.enter_async_context(self._services.desks.open(owner))
        return self._desk

    async def close(self) -> None:
        """Give it back, if it is open."""
        self._desk = None
        await self._stack.aclose()


class Performer:
    """Works on claimed actions; whatever stops it, the next claim goes on from the ledger."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._approvals = services.store.approvals
        self._aftermath = Aftermath(services)

    async def perform(self, person: PersonId, action: ActionId) -> None:
        """Take an action one step on, or redraw its card if that is all it needs; then those it makes way for."""
        due: ActionId | None = action
        opened, beside = OpenDesk(self._services, person), Beside(self._aftermath)
        async with AsyncExitStack() as ending:  # each of the two is ended, whatever becomes of the other
            ending.push_async_callback(beside.end)
            ending.push_async_callback(opened.close)
            while due is not None:
                settled = await self._performed(person, due, opened)
                following = await self._aftermath.moved(settled, here=beside) if settled else None
                due = following.id if following else None

    async def _performed(self, person: PersonId, action: ActionId, opened: OpenDesk) -> Approval | None:
        """The row, if it has to be shown."""
        if await self._parked(person, action, opened):
            return None
        claim = await self._approvals.claim(person, action)
        if claim is None:
            await self._approvals.expire(person, self._now())
            settled = await self._approvals.get(person, action)
            if settled is None or not moved_on(settled.status, settled.drawn):
                return None
        else:
            broken = claim.tries > BREAKS
            settled = await (self._later(claim, timedelta(), BrokenOff()) if broken else self._work(claim, opened))
        return settled

    async def _work(self, claim: Claim, opened: OpenDesk) -> Approval | None:
        """The row after this attempt; None when it was put down to be taken up again."""
        undoing = claim.approval.status is Status.UNDOING
        step = self._undo if undoing else self._attempt
        try:
            return await self._twice(claim, await opened.desk(), step)
        except LostClaim:
            return None
        except Throttled as busy:
            return await self._later(claim, busy.retry_after, busy)
        except UNSURE as unsure:
            return await self._later(claim, self._backoff(claim), unsure)
        except DEFINITE as refusal:
            return await self._denied(claim, refusal)

    async def _denied(self, claim: Claim, refusal: StewardError) -> Approval | None:
        if isinstance(refusal, GrantDead):
            ended = _ended(claim.approval, await self._services.grants.accounts(claim.approval.person))
            account = ended.id if ended else claim.approval.action.account.id
            return await self._approvals.park(claim.approval, f"{refusal.sentence} {PARKED}", account=account)
        if isinstance(refusal, NotConnected):
            return await self._shut_out(claim, refusal)
        return await self._refused(claim, refusal)

    async def _parked(self, person: PersonId, action: ActionId, opened: OpenDesk) -> bool:
        """Put an action down that needs an account to be connected again, and say so once; False when it needn't
        wait."""
        approval = await self._approvals.get(person, action)
        if approval is None or approval.status not in WAITABLE:
            return False
        ended = _ended(approval, await opened.accounts())
        if ended is not None and approval.waits_for != ended.id:
            why = GrantDead(provider=ended.provider.capitalize(), account=ended.email).sentence
            if parked := await self._approvals.park(approval, f"{why} {PARKED}", account=ended.id):
                await self._aftermath.moved(parked)
        return ended is not None

    async def _twice(
        self, claim: Claim, desk: Desk, step: Callable[[Claim, Desk, Ledger], Awaitable[Approval | None]]
    ) -> Approval | None:
        """A lost answer is looked into at once; only a second one waits."""
        ledger = ProgressLedger(self._approvals.ledger(claim), claim.approval, self._services)
        try:
            return await step(claim, desk, ledger)
        except UNSURE:
            return await step(claim, desk, ledger)

    async def _attempt(self, claim: Claim, desk: Desk, ledger: Ledger) -> Approval | None:
        action = claim.approval.action
        if await ledger.recall():
            outcome, receipt = await self._evidence(claim, desk, ledger)
            if outcome is Outcome.DONE:
                return await self._approvals.settle(claim, Status.DONE, receipt=receipt)
            if outcome is Outcome.UNKNOWN and await begun(ledger):
                return await self._unknown(claim)
        if await self._too_late(action, ledger):
            return await self._stale(claim, desk, ledger, Change(sentence=TOO_LATE))
        if change := await action.check(desk):
            return await self._stale(claim, desk, ledger, change)
        try:
            receipt = await action.perform(desk, ledger)
        except Conflict as conflict:
            return await self._overtaken(claim, desk, ledger, conflict)
        return await self._approvals.settle(claim, Status.DONE, receipt=receipt)

    async def _too_late(self, action: Action, ledger: Ledger) -> bool:
        """Whether what it is about came while it waited for a step, an account or a second try; of what is done in
        several steps and was begun, the rest is done all the same."""
        if action.too_late is None or action.too_late > self._now():
            return False
        return not await begun(ledger) or not (action.stepwise or await action.achieved(ledger))

    async def _overtaken(self, claim: Claim, desk: Desk, ledger: Ledger, conflict: Conflict) -> Approval:
        """Something changed between the check and the deed: a new preview says more than a failure."""
        action = claim.approval.action
        change = None if await action.achieved(ledger) else await action.check(desk)
        if change is None:
            raise conflict
        return await self._stale(claim, desk, ledger, change)

    async def _evidence(self, claim: Claim, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        """What the provider shows of an interrupted attempt; when it won't let us look, that is unknown."""
        try:
            return await claim.approval.action.reconcile(desk, ledger)
        except GrantDead:
            raise  # it can be looked into once the account is connected again
        except DEFINITE:
            return Outcome.UNKNOWN, None

    async def _unknown(self, claim: Claim) -> Approval | None:
        notes = await self._approvals.ledger(claim).recall()
        since = max(claim.since, *(n.at for n in notes[-1:]))
        if self._now() - since < UNKNOWN_FOR:
            await self._approvals.wait(claim, self._now() + LOOK_AGAIN)
            return None
        return await self._uncertain(claim, UNKNOWN)

    async def _uncertain(self, claim: Claim, note: str) -> Approval:
        """Where to look is said too; of an undoing beside what was done."""
        action, done = claim.approval.action, claim.approval.receipt
        trace = action.trace(self._services.desks.pages(action.account))
        if claim.approval.status is Status.UNDOING and done is not None:
            trace = done.model_copy(update={"link": done.link or trace.link})
        return await self._approvals.settle(claim, Status.UNCERTAIN, note=note, receipt=trace)

    async def _stale(self, claim: Claim, desk: Desk, ledger: Ledger, change: Change) -> Approval:
        """With a new preview that is read and vetted like the first; where that can't be, the card says why. Of what
        was begun and can't simply be taken back, the card says what stands."""
        await claim.approval.action.abandon(desk, ledger)
        if stands := await claim.approval.action.achieved(ledger):
            return await self._approvals.settle(claim, Status.PARTIAL, note=change.sentence, receipt=stands)
        renewed, note = None, change.sentence
        if change.renewed is not None:
            try:
                action = (await change.renewed.previewed(desk)).vetted(self._now())
            except (FormErrors, Refusal, Refused, ScopeMissing, Conflict) as why:
                note = f"{change.sentence} {why.sentence}"
            else:
                until = await expiring(self._services, claim.approval.person)
                renewed = successor(claim.approval, action, self._now(), until=until)
        return await self._approvals.settle(claim, Status.STALE, note=note, renewed=renewed)

    async def _undo(self, claim: Claim, desk: Desk, ledger: Ledger) -> Approval:
        receipt = await claim.approval.action.undo(desk, ledger)
        return await self._approvals.settle(claim, Status.UNDONE, receipt=receipt)

    # When a provider doesn't do it.

    async def _refused(self, claim: Claim, refusal: StewardError) -> Approval:
        action, ledger = claim.approval.action, self._approvals.ledger(claim)
        if claim.approval.status is Status.UNDOING:
            back = await action.taken_back(ledger)
            note = f"{refusal.midway} {back}" if back else refusal.sentence
            return await self._approvals.settle(claim, Status.DONE, note=note)
        if stands := await action.achieved(ledger):
            return await self._approvals.settle(claim, Status.PARTIAL, note=refusal.midway, receipt=stands)
        return await self._approvals.settle(claim, Status.FAILED, note=refusal.sentence)

    async def _shut_out(self, claim: Claim, closed: NotConnected) -> Approval | None:
        """No account to look into: an attempt that was begun may have gone out, one that wasn't has not."""
        if await begun(self._approvals.ledger(claim)) and claim.approval.status is not Status.UNDOING:
            return await self._unknown(claim)
        return await self._refused(claim, closed)

    async def _later(self, claim: Claim, delay: timedelta, why: StewardError) -> Approval | None:
        if claim.tries < TRIES:
            await self._approvals.wait(claim, self._now() + delay)
            return None
        if claim.approval.status is Status.UNDOING:
            return await self._uncertain(claim, f"{why.sentence} {UNDOING_UNKNOWN}")
        return await self._give_up(claim, why)

    async def _give_up(self, claim: Claim, why: StewardError) -> Approval:
        """After the last try: one more look for evidence, and never a guess."""
        ledger = self._approvals.ledger(claim)
        if not await begun(ledger):
            return await self._refused(claim, why)  # nothing that changes anything was begun
        outcome, receipt = Outcome.UNKNOWN, None
        owner = await self._services.store.people.person(claim.approval.person)
        if owner is not None:
            with suppress(StewardError):
                async with self._services.desks.open(owner) as desk:
                    outcome, receipt = await claim.approval.action.reconcile(desk, ledger)
        if outcome is Outcome.DONE:
            return await self._approvals.settle(claim, Status.DONE, receipt=receipt)
        if outcome is Outcome.NOT_DONE:
            return await self._refused(claim, why)
        return await self._uncertain(claim, f"{why.sentence} {UNKNOWN}")

    def _backoff(self, claim: Claim) -> timedelta:
        return timedelta(seconds=BACKOFF[min(claim.tries, len(BACKOFF)) - 1])

    def _now(self) -> datetime:
        return self._services.clock.now()


def _ended(approval: Approval, accounts: Collection[Account]) -> Account | None:
    """The first account an action needs whose connection has ended."""
    dead = {account.id: account for account in accounts if not account.alive}
    return next((dead[ref.id] for ref in approval.action.needs if ref.id in dead), None)
