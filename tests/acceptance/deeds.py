"""One change of each kind, proposed by a scripted model, and what Google must hold before and after it."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from itertools import count

from tests.acceptance.house import House
from tests.acceptance.mailing import mail
from tests.acceptance.people import Card, Person
from tests.acceptance.stand_ins import Json

_NUMBERS = count(1)


def calls(tool: str, /, **arguments: object) -> Json:
    """An answer of the model that calls one tool."""
    return {"tool_calls": [{"name": tool, "arguments": arguments}]}


class Deed(ABC):
    """A change to Alex's work account, new each time."""

    commits: tuple[str, ...] = ()
    """The provider's methods that change something, in their order, as the log names them."""

    def __init__(self, house: House, person: Person) -> None:
        self.house = house
        self.person = person
        self.account = person.accounts[0]
        self.mark = f"{type(self).__name__} {next(_NUMBERS)} of the house"

    async def proposed(self) -> Card:
        """The card of it."""
        ask = f"Please see to {self.mark}"
        await self.house.models.script(await self.call(), {"content": "A card is ready."}, match=ask)
        return (await self.person.ask(ask)).card

    @abstractmethod
    async def call(self) -> Json:
        """Prepare Google, and give the model's tool call."""

    @abstractmethod
    async def check_nothing(self) -> None:
        """Google is as it was before."""

    @abstractmethod
    async def check_once(self) -> None:
        """Google holds it, exactly once, and nothing beside it."""

    async def check_undone(self) -> None:
        """Google is as it was, or as near to it as Google can be."""
        await self.check_nothing()


class Archive(Deed):
    """Three mails leave the inbox."""

    commits = ("gmail.users.messages.batchModify",)

    async def call(self) -> Json:
        sender = f"{self.mark} <desk@archive.example>"
        letters = [mail(sender=sender, to=self.account, subject=f"{self.mark}, part {n}") for n in range(3)]
        self.ids = {str((await self.house.google.deliver(self.account, m.as_string()))["id"]) for m in letters}
        self.before = await self._labels()
        return calls("change_mail", do="archive", sender=self.mark, account="work")

    async def _labels(self) -> dict[str, frozenset[str]]:
        return {i: m.labels for i, m in (await self.house.google.mails(self.account)).items()}

    async def _since(self) -> dict[str, frozenset[str]]:
        """The labels of the mails that were there; what has arrived or left since is another deed's."""
        return {i: had for i, had in (await self._labels()).items() if i in self.before}

    async def check_nothing(self) -> None:
        assert await self._since() == self.before

    async def check_once(self) -> None:
        expected = {i: had - {"INBOX"} if i in self.ids else had for i, had in self.before.items()}
        assert await self._since() == expected


class Reply(Deed):
    """A mail is answered in its thread."""

    commits = ("gmail.users.drafts.create", "gmail.users.drafts.send")

    async def call(self) -> Json:
        sender = f"{self.mark.replace(' ', '.').lower()}@reply.example"
        letter = mail(sender=sender, to=self.account, subject=self.mark)
        self.sender, self.message_id = sender, letter["Message-ID"]
        self.thread = (await self.house.google.deliver(self.account, letter.as_string()))["thread"]
        return calls("write_mail", kind="reply", thread=f"work:{self.thread}", body=f"Seen: {self.mark}")

    async def answered_meanwhile(self) -> None:
        """Whoever wrote writes again."""
        letter = mail(
            sender=self.sender,
            to=self.account,
            subject=f"Re: {self.mark}",
            text="Never mind.",
            answers=[self.message_id],
        )
        await self.house.google.deliver(self.account, letter.as_string())

    async def _left(self) -> list[str]:
        return [m["to"] for m in await self.house.google.outbox() if m["subject"] == f"Re: {self.mark}"]

    async def check_nothing(self) -> None:
        mails = (await self.house.google.mails(self.account)).values()
        assert [m for m in mails if m.thread == self.thread and m.labels & {"SENT", "DRAFT"}] == []
        assert await self._left() == []

    async def check_once(self) -> None:
        mails = (await self.house.google.mails(self.account)).values()
        (sent,) = [m for m in mails if "SENT" in m.labels and m.header("Subject") == f"Re: {self.mark}"]
        assert sent.thread == self.thread
        assert sent.text.strip() == f"Seen: {self.mark}"
        assert sent.header("In-Reply-To") == self.message_id
        assert [m for m in mails if m.draft and m.header("Subject") == f"Re: {self.mark}"] == []
        assert await self._left() == [self.sender]


class Event(Deed):
    """An event with a guest."""

    commits = ("calendar.events.insert",)

    async def call(self) -> Json:
        self.guest = f"{self.mark.replace(' ', '.').lower()}@event.example"
        # An hour of its own, so that no deed overlaps another.
        start = datetime.now(UTC) + timedelta(days=60, hours=next(_NUMBERS))
        self.start = start.replace(minute=0, second=0, microsecond=0)
        return calls("create_event", title=self.mark, start=self.start.isoformat(), guests=[self.guest])

    async def proposed(self) -> Card:
        call = await self.call()
        ask = f"Please see to {self.mark} with {self.guest}"  # an address that the person typed takes one click
        await self.house.models.script(call, {"content": "A card is ready."}, match=self.guest)
        return (await self.person.ask(ask)).card

    async def _events(self) -> list[Json]:
        found = (await self.house.google.events(self.account)).values()
        return [e for e in found if e.get("summary") == self.mark]

    async def _mailed(self) -> list[str]:
        found = [m for m in await self.house.google.outbox() if m["to"] == self.guest]
        return [m["subject"].partition(":")[0] for m in found]

    async def check_nothing(self) -> None:
        assert await self._events() == []
        assert await self._mailed() == []

    async def check_once(self) -> None:
        (event,) = await self._events()
        assert event["status"] == "confirmed"
        assert datetime.fromisoformat(event["start"]["dateTime"]) == self.start
        assert await self._mailed() == ["Invitation"]

    async def check_undone(self) -> None:
        (event,) = await self._events()
        assert event["status"] == "cancelled"
        assert await self._mailed() == ["Invitation", "Canceled event"]


DEEDS: tuple[type[Deed], ...] = (Archive, Reply, Event)
