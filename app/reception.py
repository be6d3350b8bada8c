"""What Steward says of itself: a welcome, help, what waits, the Home tab."""

from contextlib import suppress

from app.domain.errors import ChatError
from app.domain.ports import Services
from app.domain.types import PersonId, Place

NOTHING_WAITS = "Nothing waits for your decision."


class Reception:
    """Everything a person can ask about Steward itself, without a model."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def welcome(self, person: PersonId, place: Place) -> None:
        """What Steward does and how to begin."""
        connected = bool(await self._services.grants.accounts(person))
        await self._services.chat.welcome(place, connected=connected)

    async def suggest(self, place: Place) -> None:
        """A few requests to begin with."""
        await self._services.chat.prompts(place)

    async def pending(self, person: PersonId, place: Place) -> None:
        """Show the cards again that ask for something, where the person is now."""
        waiting = await self._services.store.approvals.unsettled(person)
        if not waiting:
            await self._services.chat.say(place, NOTHING_WAITS)
        for approval in waiting:
            moved = approval.model_copy(update={"place": place, "card_ts": ""})
            before = await self._services.store.approvals.shown_again(moved, await self._services.chat.show(moved))
            if before is not None and before.card_ts:
                with suppress(ChatError):  # its buttons decide the same action as the new ones
                    await self._services.chat.leave(before)

    async def home(self, person: PersonId, user: str) -> None:
        """Publish the Home tab."""
        accounts = await self._services.grants.accounts(person)
        await self._services.chat.home(user, accounts, await self._services.store.approvals.waiting(person))
