"""The errand "draft": the cards of replies, of reminders, and of a request to move a meeting."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import ClassVar

from app.domain.cards import counted
from app.domain.desk import Desk
from app.domain.errors import GrantDead, Refusal, StewardError, StoreUnavailable
from app.domain.plans import MAX_ACTIONS
from app.domain.ports import Request, Services, Thought, Watch
from app.domain.reading import Reading
from app.recognising import own_addresses
from app.skills.drafting import answering, moving
from app.skills.drafting.errands import MOVE, Asked, read
from app.skills.drafting.known import Drafted, Known, clicked

READY = "Nothing is sent before you approve."
NOTHING = "I drafted nothing."


class Draft:
    long: ClassVar[bool] = False

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """ "reply THREADS", "nudge THREADS" and "move EVENT WAS TIMES" prepare cards (see `errands`). What was settled
        meanwhile, or waits for the person already, is said and makes none. Raises NoDraft, Refusal, ScopeMissing,
        GrantDead."""
        asked = read(argument)
        if not desk.mailboxes:
            raise Refusal(why="No account with a mailbox is connected. Type `connect` to add one.")
        reading = Reading()
        await watch("is reading what there is to answer…")
        own = await own_addresses(desk, reading)
        await watch("is drafting…")
        refs = asked.refs[:MAX_ACTIONS]
        waiting = tuple(card.action for card in request.waiting)
        drafts = await _each(self._draft(asked, ref, Known(clicked(request), desk, own, waiting)) for ref in refs)
        actions = tuple(d.action for d in drafts if d.action is not None)
        for action in actions:
            desk.require(action.requires, action.changes)
        notes = (*reading.notes, *dict.fromkeys(d.note for d in drafts if d.note))
        if not actions:
            return Thought(reply=NOTHING, notes=notes)
        are = "is" if len(actions) == 1 else "are"
        return Thought(
            reply=f"{counted(len(actions), 'card')} {are} ready. {READY}",
            actions=actions,
            replaces={d.action.id: d.instead_of for d in drafts if d.action is not None and d.instead_of},
            notes=notes,
        )

    async def _draft(self, asked: Asked, ref: str, known: Known) -> Drafted:
        """One card; what it fails for is said, so that the others are made. Raises GrantDead, StoreUnavailable."""
        try:
            if asked.kind == MOVE:
                return await moving.request(ref, asked.times, known, self._services.mind)
            return await answering.draft(asked.kind, ref, known, self._services.mind)
        except (GrantDead, StoreUnavailable):
            raise
        except StewardError as no:
            return Drafted(note=no.sentence)


async def _each(drafts: Iterable[Awaitable[Drafted]]) -> list[Drafted]:
    """All of them side by side, none left running. Raises what one of them does."""
    found: list[Drafted] = []
    for drafted in await asyncio.gather(*drafts, return_exceptions=True):
        if isinstance(drafted, BaseException):
            raise drafted
        found.append(drafted)
    return found
