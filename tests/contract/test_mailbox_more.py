"""The contract of Mailbox, continued: whole threads, mails with everything in them, labels by name, and aliases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from app.domain.desk import reference
from app.domain.errors import Missing
from app.domain.mailboxes import Enclosed, Mailbox
from app.domain.types import Address, Email, MailQuery, MailText
from sandbox.google.seed import SeedAccount, SeedMail
from tests.contract.google_desk import ZONE, google_home
from tests.contract.google_world import ADA, NOW, Clock, running
from tests.fakes import ManualClock, MemoryMailbox
from tests.samples import account

ALIAS = "press@work.example"
PDF = bytes(range(256)) * 5
CALENDARS = ("Zugesagt: Plan", "Besprechung")
SUBJECTS = ("Plan", "List", "Thrown away", "Begun", *CALENDARS)
LABELS = {"Plan": ("INBOX",), "List": ("INBOX",), "Thrown away": ("TRASH",), "Begun": ("DRAFT",)} | dict.fromkeys(
    CALENDARS, ("INBOX",)
)


def letter(subject: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "Carol <carol@elsewhere.example>", ADA, subject
    mail["Message-ID"] = f"<{subject.replace(' ', '.')}@elsewhere.example>"
    if subject == "List":
        mail["List-Id"] = "<news.elsewhere.example>"
    if subject == CALENDARS[0]:
        mail["Sender"] = "Google Calendar <calendar-notification@google.com>"
    mail.set_content(f"This is the {subject.lower()}.\n")
    if subject == CALENDARS[1]:
        mail["Content-Class"] = "urn:content-classes:calendarmessage"
    if subject == "Plan":
        mail.add_attachment(PDF, "application", "pdf", filename="Plän 7.pdf")
    return mail


async def in_memory() -> AsyncIterator[Mailbox]:
    mine = account(email=ADA)
    box = MemoryMailbox(mine, ManualClock(NOW), zone=ZONE)
    box.answers_as(Address(email=ALIAS, name="Press"))
    for number, subject in enumerate(SUBJECTS):
        email = Email(
            id=f"m{number}",
            thread=f"t{number}",
            account=reference(mine),
            subject=subject,
            sender=Address(email="carol@elsewhere.example", name="Carol"),
            to=(Address(email=ADA),),
            received=NOW - timedelta(days=number + 1),
            labels=frozenset(LABELS[subject]),
            message_id=str(letter(subject)["Message-ID"]),
            bulk=subject == "List",
            invitation=subject in CALENDARS,
        )
        files = (Enclosed(name="Plän 7.pdf", kind="application/pdf", content=PDF),) if subject == "Plan" else ()
        box.put(MailText(email=email, text=f"This is the {subject.lower()}."), *files)
    yield box


async def in_gmail(home: Path) -> AsyncIterator[Mailbox]:
    mails = [SeedMail(letter(s).as_bytes(), NOW - timedelta(days=n + 1), LABELS[s]) for n, s in enumerate(SUBJECTS)]
    seeded = SeedAccount(ADA, "Ada", ZONE, mails, send_as={ALIAS: "Press"})
    with running(home, [seeded], Clock()) as world:
        async with google_home(world) as google:
            await google.connect()
            async with google.desk() as desk:
                yield desk.mailboxes[0]


@pytest.fixture(params=["memory", "gmail"])
async def box(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Mailbox]:
    async for each in in_memory() if request.param == "memory" else in_gmail(tmp_path):
        yield each


async def one(box: Mailbox, subject: str, where: str = "anywhere") -> Email:
    found = (await box.search(MailQuery(where=where), limit=50)).mails
    return next(mail for mail in found if mail.subject == subject)


async def test_the_trash_and_the_drafts_are_searched_only_when_asked_for(box: Mailbox) -> None:
    async def subjects(where: str) -> list[str]:
        return [m.subject for m in (await box.search(MailQuery(where=where), limit=50)).mails]

    assert await subjects("trash") == ["Thrown away"]
    assert await subjects("drafts") == ["Begun"]
    assert await subjects("inbox") == ["Plan", "List", *CALENDARS]


async def test_mail_of_lists_is_known_as_such(box: Mailbox) -> None:
    assert (await one(box, "List")).bulk
    assert not (await one(box, "Plan")).bulk


async def test_what_a_calendar_wrote_is_known_in_any_language(box: Mailbox) -> None:
    for subject in ("Plan", "List", *CALENDARS):
        found = await one(box, subject)
        assert found.invitation is (subject in CALENDARS)
        (whole,) = (await box.thread(found.thread)).mails
        assert whole.email.invitation is found.invitation


async def test_threads_are_read_in_order_and_what_is_gone_is_left_out(box: Mailbox) -> None:
    plan, listed = await one(box, "Plan"), await one(box, "List")
    found = await box.threads([listed.thread, "18ffffffffffffff", plan.thread])
    assert [t.subject for t in found] == ["List", "Plan"]
    assert found[1].mails[0].text == "This is the plan."
    assert await box.threads([]) == ()


async def test_a_mail_is_handed_out_with_everything_in_it(box: Mailbox) -> None:
    plan = await one(box, "Plan")
    original = await box.original(plan.id)
    assert (original.email.id, original.email.subject, original.text) == (plan.id, "Plan", "This is the plan.")
    assert [(e.name, e.kind, e.content) for e in original.enclosed] == [("Plän 7.pdf", "application/pdf", PDF)]
    with pytest.raises(Missing):
        await box.original("18ffffffffffffff")


async def test_every_address_the_account_writes_from_is_known_its_own_first(box: Mailbox) -> None:
    assert [a.email for a in await box.aliases()] == [ADA, ALIAS]


async def test_a_label_is_found_by_its_name_and_made_once(box: Mailbox) -> None:
    assert await box.find_label("Travel") == ""
    made = await box.make_label("Travel")
    assert made == await box.make_label("travel") == await box.find_label(" TRAVEL ".strip())
    plan = await one(box, "Plan")
    await box.label([plan.id], add=(made,))
    assert await box.having(made, [plan.id]) == {plan.id}
    assert await box.ids(MailQuery(label="Travel")) == (plan.id,)


async def test_a_label_made_side_by_side_is_one(box: Mailbox) -> None:
    made = await asyncio.gather(*(box.make_label("Travel") for _ in range(4)))
    assert len(set(made)) == 1


async def test_a_mail_lies_in_the_inbox_or_in_the_trash(box: Mailbox) -> None:
    plan = await one(box, "Plan")
    for _ in range(2):
        await box.label([plan.id], add=("TRASH",), remove=("INBOX",))
        assert await box.having("INBOX", [plan.id]) == frozenset()
    for _ in range(2):
        await box.label([plan.id], add=("INBOX",), remove=("TRASH",))
        assert await box.having("TRASH", [plan.id]) == frozenset()
    assert await box.having("INBOX", [plan.id]) == {plan.id}
