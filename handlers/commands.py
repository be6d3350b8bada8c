"""Words of command: /steward word, !word inside threads, and a few words that stand alone."""

from collections.abc import Awaitable, Callable

from app.accounts import Accounts
from app.assistant import Assistant
from app.domain.chat import Chat
from app.domain.errors import StewardError, StoreUnavailable, UnknownArgument, UnknownCommand
from app.domain.types import Message, Place, person_id
from app.reception import Reception
from handlers.envelopes import Body

COMMAND = "/steward"
MARK = "!"

ERRANDS = {
    "brief": "brief",
    "digest": "digest",
    "focus": "focus",
    "follow": "follow",
    "optimise": "week",
    "optimize": "week",
    "preferences": "prefer",
    "tasks": "tasks",
    "triage": "triage",
}
"""Words of command that send a skill, and its name."""
VERBS = {"tasks": ("add", "add!", "done", "snooze", "move"), "triage": ("list",)}
"""What may follow such a word, and is then the skill's."""
STRICT = frozenset({"tasks"})
"""Words that nothing else may follow where a command is meant."""
TOLD = frozenset({"brief", "optimise", "optimize"})
"""Words whose skill takes whatever follows them."""


def errand_of(text: str, *, command: bool = False) -> str:
    """The errand that a word of command stands for, with what follows it; empty for any other text. What follows may
    be anything only where a `command` is meant, after / or !: elsewhere it is a request that begins with the word.
    Raises UnknownArgument."""
    first, _, more = " ".join(text.split()).partition(" ")
    word, (verb, _, rest) = first.lower(), more.partition(" ")
    if not more or word not in ERRANDS:
        return ERRANDS.get(word, "")
    if verb.lower() in VERBS.get(word, ()):
        return f"{ERRANDS[word]} {verb.lower()} {rest}".strip()
    if command and word in STRICT:
        raise UnknownArgument(word=word, more=more, known=", ".join(VERBS[word]))
    return f"{ERRANDS[word]} {more}" if command and word in TOLD else ""


Verb = Callable[[Message], Awaitable[None]]


class Commands:
    """The table of words, each of which is one verb."""

    def __init__(self, *, assistant: Assistant, accounts: Accounts, reception: Reception, chat: Chat) -> None:
        self._assistant = assistant
        self._chat = chat
        self._words: dict[str, Verb] = {
            "help": lambda m: reception.welcome(m.person, m.place),
            "connect": lambda m: accounts.invite(m.person, m.place),
            "accounts": lambda m: accounts.show(m.person, m.place),
            "pending": lambda m: reception.pending(m.person, m.place),
            "stop": lambda m: assistant.stop(m.person, m.place),
        }

    async def spoken(self, message: Message) -> bool:
        """Obey a word that stands alone or after "!"; False when the message is a request."""
        text = message.text.strip().lower()
        word = text.removeprefix(MARK).strip()
        said = message.text.strip().removeprefix(MARK)
        errand = await self._errand(said, message.place, command=text.startswith(MARK))
        if errand is None:
            return True
        if errand:
            await self._assistant.hear(message.model_copy(update={"errand": errand}))
            return True
        verb = self._words.get(word)
        if verb is None and not (text.startswith(MARK) and len(text.split()) == 1):
            return False
        await self._obey(verb, message)
        return True

    async def slash(self, body: Body) -> None:
        """/steward: a word, or a request, which is answered in the direct messages."""
        team, user = str(body["team_id"]), str(body["user_id"])
        place = Place(channel=await self._chat.dm(user), thread="")
        text = str(body.get("text", "")).strip()
        ident, key = person_id(team, user), str(body["trigger_id"])
        message = Message(person=ident, team=team, user=user, place=place, ts=key, text=text)
        verb = self._words.get(text.lower() or "help")
        if verb is not None:
            await self._obey(verb, message)
            return
        errand = await self._errand(text, place, command=True)
        if errand is None:
            return
        # What was asked stands in the DM first: its answer needs a thread, and a place in the order of requests.
        ts = await self._chat.restate(place, text, key=key)
        anchored = {"place": Place(channel=place.channel, thread=ts), "ts": ts, "errand": errand}
        await self._assistant.hear(message.model_copy(update=anchored))

    async def connect(self, body: Body) -> None:
        """The Connect button of the welcome and of Home."""
        user = str(body["user"]["id"])
        team = str(body["user"].get("team_id") or body["team"]["id"])
        place = Place(channel=await self._chat.dm(user), thread="")
        ident, ts = person_id(team, user), str(body["trigger_id"])
        message = Message(person=ident, team=team, user=user, place=place, ts=ts, text="connect")
        await self._obey(self._words["connect"], message)

    async def _errand(self, text: str, place: Place, *, command: bool) -> str | None:
        """The errand a text stands for, empty for none; None where what follows its word was refused, which is said."""
        try:
            return errand_of(text, command=command)
        except UnknownArgument as refusal:
            await self._chat.say(place, refusal.sentence)
            return None

    async def _obey(self, verb: Verb | None, message: Message) -> None:
        try:
            await self._assistant.meet(message.person, message.team, message.user)
            if verb is None:
                raise UnknownCommand(word=message.text.strip())
            await verb(message)
        except StoreUnavailable:
            raise  # whoever brought the message keeps it
        except StewardError as refusal:
            await self._chat.say(message.place, refusal.sentence)
