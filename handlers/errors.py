"""The boundary at Slack's side: what nobody foresaw is logged, and the person hears of it."""

import structlog

from app.assistant import Assistant
from app.domain.chat import Chat
from app.domain.errors import StewardError
from app.domain.ports import Inbox
from app.domain.types import Place, person_id
from handlers.answers import OPTION
from handlers.approvals import place as clicked
from handlers.envelopes import Body, key

log = structlog.get_logger(__name__)


class Boundary:
    """Bolt's error handler."""

    def __init__(self, assistant: Assistant, chat: Chat, inbox: Inbox) -> None:
        self._assistant = assistant
        self._chat = chat
        self._inbox = inbox

    async def unforeseen(self, error: Exception, body: Body) -> None:
        """Log what happened and apologise where it happened; the envelope is settled, so it can't fail for ever."""
        log.error("unforeseen", error=type(error).__name__, key=key(body), exc_info=error)
        event = body.get("event", {})
        try:
            if "user" in event and "channel" in event and "ts" in event:
                place = Place(channel=event["channel"], thread=event.get("thread_ts") or event["ts"])
                await self._assistant.apologise(person_id(str(body["team_id"]), event["user"]), place)
            elif _answering(body):
                person = person_id(str(body["user"].get("team_id") or body["team"]["id"]), str(body["user"]["id"]))
                await self._assistant.apologise(person, clicked(body))
            elif "message_ts" in body.get("container", {}):
                await self._chat.whisper(clicked(body), str(body["user"]["id"]), StewardError().sentence)
            await self._inbox.settle(key(body))
        except StewardError as failure:
            log.error("apology_failed", error=failure.code)


def _answering(body: Body) -> bool:
    """Whether a click began a turn, which is to be ended."""
    return any(OPTION.match(str(action.get("action_id", ""))) for action in body.get("actions", ()))
