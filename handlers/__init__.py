"""What reaches Steward: Slack and HTTP. `build` makes Bolt's app of the verbs."""

import logging
import re
from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from app.accounts import PASTE, RENAME, Accounts
from app.assistant import Assistant
from app.domain.chat import Chat
from app.domain.ports import Inbox
from app.editing import EDIT, EXPLAIN, Editor
from app.reception import Reception
from app.telemetry import Telemetry
from handlers.accounts import BUTTON as ACCOUNT_BUTTON
from handlers.accounts import LIST, AccountClicks
from handlers.accounts import PASTE as PASTE_BUTTON
from handlers.answers import OFFER, OFFERS, OPTION, Answers
from handlers.approvals import BUTTON, PLAN_BUTTON, Clicks
from handlers.commands import COMMAND, Commands
from handlers.editing import BUTTONS, Editing
from handlers.envelopes import Body, Keeper
from handlers.errors import Boundary
from handlers.home import Home
from handlers.messages import Messages
from handlers.people import People


@dataclass(frozen=True)
class Verbs:
    """What the handlers may call."""

    assistant: Assistant
    editor: Editor
    accounts: Accounts
    reception: Reception
    chat: Chat
    inbox: Inbox
    telemetry: Telemetry


def build(verbs: Verbs, client: AsyncWebClient, keeper: Keeper) -> AsyncApp:
    """Bolt's app: every envelope kept, every listener one verb."""
    app = AsyncApp(client=client, logger=_quiet(), request_verification_enabled=False, ssl_check_enabled=False)
    commands = Commands(assistant=verbs.assistant, accounts=verbs.accounts, reception=verbs.reception, chat=verbs.chat)
    messages = Messages(verbs.assistant, commands)
    app.use(keeper.keep)
    app.event("message")(keeper.settling(messages.direct))
    app.event("app_mention")(keeper.settling(messages.mention))
    app.event("app_home_opened")(keeper.settling(Home(verbs.reception).opened))
    people = People(verbs.assistant, verbs.accounts)
    app.event("user_change")(keeper.settling(people.changed))
    app.event("agent_session_stopped")(keeper.settling(people.stopped))
    app.command(COMMAND)(keeper.settling(commands.slash))
    app.action("do:connect")(keeper.settling(commands.connect))
    clicked = AccountClicks(verbs.accounts, verbs.chat)
    app.action(LIST)(keeper.settling(clicked.list))
    app.action(ACCOUNT_BUTTON)(keeper.settling(clicked.click))
    app.action(PASTE_BUTTON)(keeper.settling(clicked.paste))
    app.view(RENAME)(keeper.answering(clicked.check_name, clicked.named))
    app.view(PASTE)(keeper.answering(clicked.check_pasted, _nothing))
    clicks = Clicks(verbs.assistant, verbs.chat, verbs.telemetry)
    app.action(BUTTON)(keeper.settling(clicks.decide))
    app.action(PLAN_BUTTON)(keeper.settling(clicks.decide_all))
    answers = Answers(verbs.assistant, verbs.chat)
    app.action(OPTION)(keeper.settling(answers.choose))
    app.action(OFFER)(keeper.settling(answers.take_up))
    app.action(OFFERS)(keeper.settling(answers.take_up))
    editing = Editing(verbs.editor, verbs.chat)
    app.action(BUTTONS[EDIT])(keeper.settling(editing.edit))
    app.action(BUTTONS[EXPLAIN])(keeper.settling(editing.ask_why))
    app.view(EDIT)(keeper.answering(editing.check, editing.save))
    app.view(EXPLAIN)(keeper.answering(editing.check_reason, editing.explain))
    # What we have no verb for is acked all the same: an unacked envelope comes back.
    app.event(re.compile("."))(keeper.settling(_nothing))
    app.action(re.compile("."))(keeper.settling(_nothing))
    app.view(re.compile("."))(keeper.settling(_nothing))
    app.error(Boundary(verbs.assistant, verbs.chat, verbs.inbox).unforeseen)
    return app


def _quiet() -> logging.Logger:
    """Bolt takes its level from here; it would warn of SLACK_BOT_TOKEN in the environment beside the client given."""
    logger = logging.getLogger("steward.bolt")
    logger.setLevel(logging.ERROR)
    return logger


async def _nothing(body: Body) -> None:
    """Nothing to do."""
