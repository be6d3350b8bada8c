"""What follows when actions of a plan have moved: the next step, their cards and plan, and a turn that goes on."""

import asyncio
from collections.abc import Collection, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from app.domain.approvals import Approval, Status
from app.domain.errors import ChatError
from app.domain.plans import Plan
from app.domain.ports import Kind, Services
from app.domain.types import ActionId, PersonId, Turn, TurnId
from app.planning.following import follow_up

DRAWINGS = 5
"""How often a plan is drawn in a row because it changed meanwhile; whoever changes it later draws it again."""


class Aftermath:
    """Written first, woken then, shown last; what is missed here, the sweeper finds in the rows."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._approvals = services.store.approvals
        self._turns = services.store.turns

    async def moved(self, *approvals: Approval, again: bool = True, here: "Beside | None" = None) -> Approval | None:
        """After actions of one plan have moved: begin the next step, show what changed, go on when it is settled.
        With `again`, a card that stands already, although its row doesn't know it, is found. `here` a job works, which
        gets the next step of its own queue to go on with, while what changed is drawn beside it: a job takes longer to
        begin than most steps take, and Slack takes about as long as the provider."""
        plan = await self._plan(approvals[0].person, approvals[0].plan)
        if plan is None:
            return None
        step = self._next(plan, but=approvals)
        if here is not None and step is not None and step.action.bulk == approvals[0].action.bulk:
            here.draw(plan, self._show(plan, approvals, again=again, moving=True))
            return step
        if step is not None:
            await self._services.queue.wake(Kind.ACTION, str(step.id), step.person, bulk=step.action.bulk)
        if here is not None:
            await here.drawn()
        await self._show(plan, approvals, again=again)
        await self._follow(plan)
        return None

    async def show(self, approval: Approval) -> None:
        """Draw a card as its row is, and its plan with it."""
        plan = await self._plan(approval.person, approval.plan)
        if plan is not None:
            await self._show(plan, [approval], again=True)

    async def redraw(self, person: PersonId, plan: TurnId) -> None:
        """Draw the message of a plan as its rows are; lost when Slack doesn't take it."""
        found = await self._plan(person, plan)
        if found is not None:
            await self._shown(found, [])

    async def present(self, turn: Turn, approvals: Sequence[Approval], *, again: bool) -> None:
        """Show the cards of a turn that has ended, under the message of its plan, whose buttons come last: they stand
        for cards that can be seen. Then those that were replaced, and their plans. Raises ChatError."""
        chat = self._services.chat
        plan = Plan.of(turn, [approval for approval in approvals if approval.plan == turn.id])
        if plan.several and not turn.plan_ts:
            await self._turns.planned(turn, await chat.plan(plan, again=again))
        for approval in approvals:
            if not approval.card_ts:
                await self._stands(approval, await chat.show(approval, again=again))
        replaced = {approval.replaces for approval in approvals}
        for ident in dict.fromkeys(a.plan for a in approvals if plan.several or a.replaces or a.plan != turn.id):
            found = await self._plan(turn.person, ident)
            if found is not None:
                old = [a for a in await self._approvals.of_plan(turn.person, ident) if a.id in replaced]
                await self._show(found, [a for a in old if a.status is Status.REPLACED], again=True)

    async def go_on(self, person: PersonId, turn: TurnId) -> None:
        """Open the turn that follows a settled plan, if whoever settled it did not."""
        plan = await self._plan(person, turn)
        if plan is not None:
            await self._follow(plan)

    # The parts.

    async def _plan(self, person: PersonId, turn: TurnId) -> Plan | None:
        found = await self._turns.get(person, turn)
        return Plan.of(found, await self._approvals.of_plan(person, turn)) if found else None

    def _next(self, plan: Plan, *, but: Sequence[Approval]) -> Approval | None:
        """The step whose turn it is now, unless it is woken for itself or is held."""
        step = plan.next
        if step is None or step.id in {approval.id for approval in but}:
            return None
        return step if step.not_before is None or step.not_before <= self._services.clock.now() else None

    async def _show(self, plan: Plan, approvals: Sequence[Approval], *, again: bool, moving: bool = False) -> None:
        """Draw cards, those that came of them, and their plan. A card counts as shown only when its plan shows it too:
        what Slack doesn't take now, or what a crash interrupts, the sweeper brings again. A plan that is `moving` on is
        drawn once: it will be drawn again."""
        known = {approval.id for approval in approvals}
        with_them = [s for s in plan.steps if s.id not in known and _came_with(s, known)]
        cards = []
        for approval in (*approvals, *with_them):
            try:
                cards.append(approval.model_copy(update={"card_ts": await self._card(approval, again=again)}))
            except ChatError:
                continue
        if await self._shown(plan, cards, times=1 if moving else DRAWINGS):
            for card in cards:
                await self._stands(card, card.card_ts)

    async def _stands(self, card: Approval, ts: str) -> None:
        """Keep that a card stands; one that was drawn too late, over what came after, is drawn anew. One that was shown
        again elsewhere meanwhile has no buttons here any more."""
        fresh = await self._approvals.shown(card, ts)
        if fresh is not None and fresh.card_ts != ts:
            with suppress(ChatError):
                await self._services.chat.leave(card.model_copy(update={"card_ts": ts}))
        for _ in range(DRAWINGS):
            if fresh is None:
                break
            try:
                await self._services.chat.redraw(fresh)
            except ChatError:
                break
            fresh = await self._approvals.shown(fresh, fresh.card_ts)

    async def _card(self, approval: Approval, *, again: bool) -> str:
        if not approval.card_ts:
            return await self._services.chat.show(approval, again=again)
        await self._services.chat.redraw(approval)
        return approval.card_ts

    async def _shown(self, plan: Plan, cards: Sequence[Approval], *, times: int = DRAWINGS) -> bool:
        """Draw the message of a plan, and again while it changes meanwhile: of two who draw it at once, the later
        one may have read it earlier. False when Slack doesn't take it."""
        for time in range(times if plan.several and plan.turn.plan_ts else 0):
            try:
                await self._services.chat.plan(plan.showing(cards))
            except ChatError:
                return False
            if time == times - 1:
                break
            fresh = Plan.of(plan.turn, await self._approvals.of_plan(plan.turn.person, plan.turn.id))
            if not fresh.steps or fresh.statuses == plan.statuses:  # there are none left of who wants to be forgotten
                break
            plan = fresh
        return True

    async def _follow(self, plan: Plan) -> None:
        if not (plan.turn.then and plan.settled and plan.fruitful):
            return
        turn = await self._turns.follow(plan.turn, place=plan.place, text=follow_up(plan))
        if turn is not None:
            await self._services.queue.wake(Kind.TURN, str(turn.id), turn.person)


def _came_with(step: Approval, moved: Collection[ActionId]) -> bool:
    """Whether a step was skipped with others, or is the new preview of one of them, and doesn't show it yet."""
    skipped = step.status is Status.SKIPPED and step.drawn is not Status.SKIPPED
    return skipped or (not step.card_ts and step.replaces in moved)


class Beside:
    """What one job draws while it works on: one drawing after the other, all of them ended when it ends."""

    def __init__(self, aftermath: Aftermath) -> None:
        self._aftermath = aftermath
        self._drawing: asyncio.Task[None] | None = None
        self._moving: Plan | None = None
        """A plan of which nobody has looked yet whether it was drawn as it is."""

    def draw(self, plan: Plan, drawing: Coroutine[Any, Any, None]) -> None:
        """Begin to draw, after what was begun before."""
        before, self._moving = self._drawing, plan
        self._drawing = asyncio.create_task(_after(before, drawing))

    async def drawn(self) -> None:
        """What was begun is drawn; whoever asks draws the plan as it is."""
        self._moving = None
        if (task := self._drawing) is not None:
            self._drawing = None
            await task

    async def end(self) -> None:
        """Nothing is under way; a plan whose next step was put down is drawn as it is now."""
        plan = self._moving
        await self.drawn()
        if plan is not None:
            await self._aftermath.redraw(plan.turn.person, plan.turn.id)


async def _after(before: asyncio.Task[None] | None, drawing: Coroutine[Any, Any, None]) -> None:
    try:
        if before is not None:
            await before
    finally:
        await drawing
