"""The contract of what comes into a mailbox: told once, from a cursor on, and nothing where none is known."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest

from app.domain.desk import reference
from app.domain.mailboxes import Mailbox
from app.domain.types import Email, MailText
from sandbox.google.seed import SeedAccount, SeedMail
from tests.contract.google_desk import ZONE, google_home
from tests.contract.google_world import ADA, NOW, Clock, World, running
from tests.fakes import ManualClock, MemoryMailbox
from tests.samples import account


@dataclass
class Door:
    """A mailbox with one mail in it, to which more come."""

    box: Mailbox
    deliver: Callable[[str], str]
    """Brings a mail with this subject; its id."""
    forgotten: Callable[[str], str]
    """Makes a cursor one that is of no use any more."""


def letter(subject: str) -> str:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Carol <carol@elsewhere.example>", ADA, subject
    mail["Message-ID"] = f"<{subject.replace(' ', '.')}@elsewhere.example>"
    mail.set_content("Hello.")
    return mail.as_string()


async def in_memory() -> AsyncIterator[Door]:
    clock, mine, numbers = ManualClock(NOW), account(email=ADA), count(1)
    box = MemoryMailbox(mine, clock, zone=ZONE)

    def deliver(subject: str) -> str:
        ident = f"m{next(numbers)}"
        labels = frozenset({"INBOX", "UNREAD"})
        email = Email(
            id=ident, thread=ident, account=reference(mine), subject=subject, received=clock.now(), labels=labels
        )
        box.put(MailText(email=email, text="Hello."))
        return ident

    def forgotten(cursor: str) -> str:
        box.forget_history()
        return cursor

    deliver("There before")
    yield Door(box, deliver, forgotten)


def _delivered(world: World) -> Callable[[str], str]:
    return lambda subject: str(world.control("deliver", {"account": ADA, "raw": letter(subject)})["id"])


async def in_gmail(home: Path) -> AsyncIterator[Door]:
    seeded = SeedAccount(ADA, "Ada", ZONE, [SeedMail(letter("There before").encode(), NOW, ("INBOX",))])
    with running(home, [seeded], Clock()) as world:
        async with google_home(world) as google:
            await google.connect()
            async with google.desk() as desk:
                yield Door(desk.mailboxes[0], _delivered(world), lambda _: "1")


@pytest.fixture(params=["memory", "gmail"])
async def door(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Door]:
    async for each in in_memory() if request.param == "memory" else in_gmail(tmp_path):
        yield each


async def test_without_a_cursor_nothing_has_come(door: Door) -> None:
    first = await door.box.arrivals("")
    assert first.mails == ()
    assert (await door.box.arrivals(first.cursor)).mails == ()


async def test_what_comes_is_told_once_in_its_order(door: Door) -> None:
    cursor = (await door.box.arrivals("")).cursor
    ids = [door.deliver(f"Mail {n}") for n in range(3)]
    came = await door.box.arrivals(cursor)
    assert list(came.mails) == ids
    assert (await door.box.arrivals(came.cursor)).mails == ()
    again = await door.box.arrivals(cursor)
    assert list(again.mails) == ids


async def test_what_only_changes_has_not_come(door: Door) -> None:
    cursor = (await door.box.arrivals("")).cursor
    ident = door.deliver("Mail")
    after = (await door.box.arrivals(cursor)).cursor
    await door.box.label([ident], add=["STARRED"], remove=["UNREAD"])
    assert (await door.box.arrivals(after)).mails == ()


async def test_a_cursor_that_was_forgotten_begins_anew_without_a_flood(door: Door) -> None:
    cursor = (await door.box.arrivals("")).cursor
    door.deliver("Missed")
    anew = await door.box.arrivals(door.forgotten(cursor))
    assert anew.mails == ()
    ident = door.deliver("Mail")
    assert (await door.box.arrivals(anew.cursor)).mails == (ident,)
