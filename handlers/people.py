"""What Slack tells of people: a changed profile, a leaver, the native Stop button."""

from app.accounts import Accounts
from app.assistant import Assistant
from app.domain.types import Place, person_id
from handlers.envelopes import Body


class People:
    """Answers user_change and agent_session_stopped."""

    def __init__(self, assistant: Assistant, accounts: Accounts) -> None:
        self._assistant = assistant
        self._accounts = accounts

    async def changed(self, body: Body) -> None:
        """A profile changed, or somebody left the workspace."""
        await self._accounts.changed(str(body["team_id"]), body["event"]["user"]["id"])

    async def stopped(self, body: Body) -> None:
        """The Stop button beside a live status."""
        event = body["event"]
        place = Place(channel=event["channel"], thread=event["thread_ts"])
        await self._assistant.stop(person_id(str(body["team_id"]), event["user"]), place)
