"""Clicks on the cards of accounts, and the forms they open."""

import re
from collections.abc import Awaitable, Callable
from uuid import UUID

from app.accounts import Accounts
from app.domain.chat import Chat
from app.domain.errors import ChatError, ConsentUnknown, NotYours
from app.domain.types import AccountId, Place
from handlers.approvals import place as clicked
from handlers.editing import TOO_SLOW, answers, on_blocks, owner
from handlers.envelopes import Body, Errors

BUTTON = re.compile(r"^account:(\w+)$")
"""The action_id of a button that is about an account; its value is the account's id and nothing else."""
LIST, PASTE = "do:accounts", "do:paste"
"""The action_ids of the buttons that show the list, and the form for an address; its value is the link's state."""

Verb = Callable[[Body, AccountId], Awaitable[None]]


class AccountClicks:
    """Turns clicks and submissions into the verbs of accounts; whose accounts they are is who clicked."""

    def __init__(self, accounts: Accounts, chat: Chat) -> None:
        self._accounts = accounts
        self._chat = chat
        self._verbs: dict[str, Verb] = {
            "allow": self._allow,
            "rename": self._rename,
            "default": self._default,
            "disconnect": self._disconnect,
        }

    async def list(self, body: Body) -> None:
        """The button Manage accounts of Home."""
        await self._accounts.show(owner(body), await self._dm(body))

    async def click(self, body: Body) -> None:
        """A button of the list, or of a card that renews."""
        action = body["actions"][0]
        verb = self._verbs.get(action["action_id"].partition(":")[2])
        try:
            if verb is None:
                raise NotYours
            await verb(body, meant(action["value"]))
        except (NotYours, ConsentUnknown) as refusal:
            await self._chat.whisper(clicked(body), str(body["user"]["id"]), refusal.sentence)

    async def _allow(self, body: Body, account: AccountId) -> None:
        await self._accounts.widen(owner(body), account, await self._dm(body))

    async def _rename(self, body: Body, account: AccountId) -> None:
        try:
            await self._accounts.ask_name(owner(body), account, str(body["trigger_id"]))
        except ChatError:
            await self._chat.whisper(clicked(body), str(body["user"]["id"]), TOO_SLOW)

    async def _default(self, body: Body, account: AccountId) -> None:
        await self._accounts.choose(owner(body), account)
        await self._redraw(body)

    async def _disconnect(self, body: Body, account: AccountId) -> None:
        await self._accounts.disconnect(owner(body), account, await self._dm(body))
        await self._redraw(body)

    async def _redraw(self, body: Body) -> None:
        """The list that was clicked, as it is now."""
        await self._accounts.show(owner(body), clicked(body), card=str(body["container"]["message_ts"]))

    async def paste(self, body: Body) -> None:
        """The button Paste the address."""
        try:
            await self._accounts.paste(body["actions"][0]["value"], str(body["trigger_id"]))
        except ChatError:
            await self._chat.whisper(clicked(body), str(body["user"]["id"]), TOO_SLOW)

    # What comes back.

    async def check_name(self, body: Body) -> Errors:
        """Rename; what is wrong with the name, on its input."""
        view = body["view"]
        try:
            faults = await self._accounts.rename(owner(body), meant(view["private_metadata"]), answers(view))
        except NotYours as refusal:
            faults = {"": refusal.sentence}
        return on_blocks(faults, view)

    async def named(self, body: Body) -> None:
        """A new name was taken: the list shows it."""
        await self._accounts.show(owner(body), await self._dm(body))

    async def check_pasted(self, body: Body) -> Errors:
        """Finish connecting; what is wrong with what was pasted, on its input."""
        view = body["view"]
        return on_blocks(await self._accounts.pasted(owner(body), view["private_metadata"], answers(view)), view)

    async def _dm(self, body: Body) -> Place:
        return Place(channel=await self._chat.dm(str(body["user"]["id"])), thread="")


def meant(value: str) -> AccountId:
    """The account a button or a view is about; raises NotYours for what no card of ours ever said."""
    try:
        return AccountId(UUID(value))
    except ValueError:
        raise NotYours from None
