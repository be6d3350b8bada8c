"""The contract of Mailbox: in memory, and Gmail."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from app.domain.actions.letters import body_hash
from app.domain.desk import reference
from app.domain.errors import Missing
from app.domain.mailboxes import Mailbox, SentMarks
from app.domain.types import Address, Email, MailQuery, MailText
from sandbox.google.seed import SeedAccount, SeedMail
from tests.contract.google_desk import ZONE, google_home
from tests.contract.google_world import ADA, NOW, Clock, running
from tests.fakes import ManualClock, MemoryMailbox
from tests.samples import account

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Letter:
    """A mail that lies in the mailbox, whoever keeps it."""

    subject: str
    sender: str = "Carol Ünal <carol@elsewhere.example>"
    to: str = ADA
    cc: str = ""
    text: str = "Hello."
    age: timedelta = DAY
    labels: tuple[str, ...] = ("INBOX",)
    answers: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def message_id(self) -> str:
        return f"<{self.subject.replace(' ', '.')}@elsewhere.example>"

    def raw(self) -> bytes:
        mail = EmailMessage(policy=SMTP)
        given = {"From": self.sender, "To": self.to, "Cc": self.cc, "Subject": self.subject, **self.headers}
        if self.answers:
            given |= {"In-Reply-To": self.answers, "References": self.answers}
        for name, value in given.items():
            if value:
                mail[name] = value
        mail["Message-ID"] = self.message_id
        mail.set_content(self.text)
        return mail.as_bytes()


ROOT = Letter("Offsite", text="Where shall we go?", age=5 * DAY)
CAROL, DAN = "carol@elsewhere.example", "dan@other.example"
LETTERS = (
    ROOT,
    Letter("Re: Offsite", f"Dan <{DAN}>", cc=CAROL, age=4 * DAY, answers=ROOT.message_id),
    Letter("Re: Offsite", ADA, DAN, text="To the lake.", age=3 * DAY, labels=("SENT",), answers=ROOT.message_id),
    Letter("Invoice 7", "Bank <bank@money.example>", labels=("INBOX", "UNREAD"), age=2 * DAY),
    Letter("Sale", "Shop <news@shop.example>", labels=("INBOX", "CATEGORY_PROMOTIONS"), age=40 * DAY),
    Letter("Older sale", "Shop <news@shop.example>", labels=("CATEGORY_PROMOTIONS",), age=41 * DAY),
    Letter("Won", "Luck <luck@spam.example>", labels=("SPAM",)),
    Letter("Thrown away", labels=("TRASH",)),
)


@dataclass
class Boxed:
    """A mailbox with these letters, and what else moves it."""

    box: Mailbox
    now: datetime

    async def one(self, subject: str) -> Email:
        found = await self.box.search(MailQuery(subject=subject), limit=10)
        return next(mail for mail in found.mails if mail.subject == subject)


def kept(letter: Letter, number: int, now: datetime, box: Any) -> MailText:
    mine = "Offsite" in letter.subject
    name, _, address = letter.sender.rpartition(" ")
    email = Email(
        id=f"m{number}",
        thread="offsite" if mine else f"t{number}",
        account=box,
        subject=letter.subject,
        sender=Address(email=address.strip("<>"), name=name),
        to=(Address(email=letter.to),),
        cc=(Address(email=letter.cc),) if letter.cc else (),
        received=now - letter.age,
        labels=frozenset(letter.labels),
        message_id=letter.message_id,
    )
    return MailText(email=email, text=letter.text)


async def in_memory() -> AsyncIterator[Boxed]:
    clock = ManualClock(NOW)
    mine = account(email=ADA)
    mails = [kept(letter, n, NOW, reference(mine)) for n, letter in enumerate(LETTERS)]
    yield Boxed(MemoryMailbox(mine, clock, *mails, zone=ZONE), NOW)


async def in_gmail(home: Path) -> AsyncIterator[Boxed]:
    mails = [SeedMail(letter.raw(), NOW - letter.age, letter.labels) for letter in LETTERS]
    with running(home, [SeedAccount(ADA, "Ada", ZONE, mails)], Clock()) as world:
        async with google_home(world) as google:
            await google.connect()
            async with google.desk() as desk:
                yield Boxed(desk.mailboxes[0], NOW)


@pytest.fixture(params=["memory", "gmail"])
async def boxed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Boxed]:
    async for each in in_memory() if request.param == "memory" else in_gmail(tmp_path):
        yield each


# Searching.


def day(age: int) -> Any:
    return (NOW - age * DAY).date()


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        (MailQuery(), ["Invoice 7", "Re: Offsite", "Re: Offsite", "Offsite", "Sale", "Older sale"]),
        (MailQuery(where="inbox"), ["Invoice 7", "Re: Offsite", "Offsite", "Sale"]),
        (MailQuery(where="sent"), ["Re: Offsite"]),
        (MailQuery(category="promotions"), ["Sale", "Older sale"]),
        (MailQuery(where="inbox", category="promotions"), ["Sale"]),
        (MailQuery(where="inbox", left_out=("promotions", "social")), ["Invoice 7", "Re: Offsite", "Offsite"]),
        (MailQuery(sender="shop"), ["Sale", "Older sale"]),
        (MailQuery(sender="carol@elsewhere.example"), ["Offsite"]),
        (MailQuery(to="dan@other.example"), ["Re: Offsite"]),
        (MailQuery(subject="offsite"), ["Re: Offsite", "Re: Offsite", "Offsite"]),
        (MailQuery(words="lake"), ["Re: Offsite"]),
        (MailQuery(unread=True), ["Invoice 7"]),
        (MailQuery(unread=False, where="inbox"), ["Re: Offsite", "Offsite", "Sale"]),
        (MailQuery(before=day(4)), ["Offsite", "Sale", "Older sale"]),
        (MailQuery(since=day(4)), ["Invoice 7", "Re: Offsite", "Re: Offsite"]),
        (MailQuery(since=day(4), before=day(3)), ["Re: Offsite"]),
        (MailQuery(words="nothing of the kind"), []),
        (MailQuery(words="from:bank@money.example"), []),
    ],
    ids=lambda p: p.worded() if isinstance(p, MailQuery) else "",
)
async def test_a_search_finds_what_fits_newest_first(boxed: Boxed, query: MailQuery, subjects: list[str]) -> None:
    page = await boxed.box.search(query, limit=50)
    assert [mail.subject for mail in page.mails] == subjects
    assert (page.total, page.capped) == (len(subjects), False)
    assert await boxed.box.ids(query) == tuple(mail.id for mail in page.mails)


async def test_a_search_shows_as_many_as_asked_for_and_counts_all(boxed: Boxed) -> None:
    page = await boxed.box.search(MailQuery(where="inbox"), limit=2)
    assert [mail.subject for mail in page.mails] == ["Invoice 7", "Re: Offsite"]
    assert page.total == 4
    assert len(await boxed.box.ids(MailQuery(where="inbox"), limit=3)) == 3


async def test_a_mail_is_read_with_all_its_headers(boxed: Boxed) -> None:
    invoice = await boxed.one("Invoice 7")
    assert (invoice.sender.name, invoice.sender.email) == ("Bank", "bank@money.example")
    assert [a.email for a in invoice.to] == [ADA]
    assert invoice.received == boxed.now - 2 * DAY
    assert invoice.received.tzinfo is UTC
    assert invoice.unread
    assert invoice.labels >= {"INBOX", "UNREAD"}
    assert invoice.message_id == "<Invoice.7@elsewhere.example>"
    assert invoice.account == reference(boxed.box.account)
    assert (await boxed.one("Offsite")).sender.name == "Carol Ünal"


async def test_mails_are_read_in_the_order_asked_and_what_is_gone_is_left_out(boxed: Boxed) -> None:
    ids = await boxed.box.ids(MailQuery(where="inbox"))
    turned = [ids[2], "18ffffffffffffff", ids[0]]
    assert [mail.id for mail in await boxed.box.read(turned)] == [ids[2], ids[0]]
    assert await boxed.box.read([]) == ()


async def test_a_thread_is_read_whole_oldest_first(boxed: Boxed) -> None:
    thread = await boxed.box.thread((await boxed.one("Offsite")).thread)
    assert [m.email.subject for m in thread.mails] == ["Offsite", "Re: Offsite", "Re: Offsite"]
    assert [m.text.strip() for m in thread.mails] == ["Where shall we go?", "Hello.", "To the lake."]
    assert thread.subject == "Offsite"
    with pytest.raises(Missing):
        await boxed.box.thread("18ffffffffffffff")


# Labels.


async def test_labels_are_set_and_removed_as_often_as_one_likes(boxed: Boxed) -> None:
    ids = await boxed.box.ids(MailQuery(where="inbox"))
    for _ in range(2):
        await boxed.box.label(ids[:2], remove=("INBOX",))
        assert await boxed.box.having("INBOX", ids) == frozenset(ids[2:])
    for _ in range(2):
        await boxed.box.label(ids[:1], add=("INBOX",))
        assert await boxed.box.having("INBOX", ids) == {ids[0], *ids[2:]}


async def test_what_is_gone_bears_no_label_and_is_no_error(boxed: Boxed) -> None:
    ids = [*await boxed.box.ids(MailQuery(where="inbox"), limit=1), "18ffffffffffffff"]
    await boxed.box.label(ids, remove=("INBOX",))
    assert await boxed.box.having("INBOX", ids) == frozenset()
    assert await boxed.box.having("INBOX", []) == frozenset()


# Sending.


def raw(message_id: str = "<ours@work.example>", **headers: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    given = {
        "From": ADA,
        "To": "dan@other.example",
        "Subject": "Re: Offsite",
        "Message-ID": message_id,
        # Without these Gmail puts a mail into a thread of its own, whatever threadId says.
        "In-Reply-To": ROOT.message_id,
        "References": ROOT.message_id,
    } | headers
    for name, value in given.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("At ten then.")
    return mail.as_bytes()


async def test_a_draft_is_made_found_and_deleted(boxed: Boxed) -> None:
    thread = (await boxed.one("Offsite")).thread
    made = await boxed.box.create_draft(raw(), thread=thread)
    assert made.thread == thread
    assert await boxed.box.draft(made.id) == made
    assert await boxed.box.find_drafts("<ours@work.example>", since=boxed.now) == (made,)
    assert await boxed.box.find_drafts("<another@work.example>", since=boxed.now) == ()
    for _ in range(2):
        await boxed.box.delete_draft(made.id)
        assert await boxed.box.draft(made.id) is None
    assert await boxed.box.find_drafts("<ours@work.example>", since=boxed.now) == ()


async def test_a_draft_needs_no_thread(boxed: Boxed) -> None:
    before = {mail.thread for mail in (await boxed.box.search(MailQuery(), limit=50)).mails}
    made = await boxed.box.create_draft(raw(Subject="Something new"), thread=None)
    assert made.thread not in before


async def test_sending_consumes_the_draft_and_can_be_read_back(boxed: Boxed) -> None:
    thread = (await boxed.one("Offsite")).thread
    draft = await boxed.box.create_draft(raw(), thread=thread)
    sent = await boxed.box.send_draft(draft, raw(Cc="eve@third.example"))  # exactly these bytes, not the draft's
    assert await boxed.box.draft(draft.id) is None
    found = await boxed.box.sent(sent)
    assert (found.id, found.thread, found.subject) == (sent, thread, "Re: Offsite")
    assert (found.to, found.cc) == (("dan@other.example",), ("eve@third.example",))
    assert found.link
    with pytest.raises(Missing):
        await boxed.box.send_draft(draft, raw())
    assert len(await boxed.box.ids(MailQuery(where="sent"))) == 2
    with pytest.raises(Missing):
        await boxed.box.sent("18ffffffffffffff")


async def test_a_mail_of_megabytes_goes_out_byte_by_byte(boxed: Boxed) -> None:
    thread = (await boxed.one("Offsite")).thread
    mail = message_from_bytes(raw(), policy=SMTP)
    mail.add_attachment(bytes(range(256)) * 20_000, "application", "octet-stream", filename="plan.bin")
    large = mail.as_bytes()
    draft = await boxed.box.create_draft(large, thread=thread)
    assert draft.thread == thread
    sent = await boxed.box.send_draft(draft, large)
    assert (await boxed.box.sent(sent)).thread == thread
    (file,) = (await boxed.box.original(sent)).enclosed
    assert (file.name, file.content) == ("plan.bin", bytes(range(256)) * 20_000)


def marks(**known: Any) -> SentMarks:
    given: dict[str, Any] = {
        "action": "not this",
        "message_id": "<not-this@work.example>",
        "recipients": frozenset({"nobody@else.example"}),
        "body_hash": body_hash("something else"),
        "known": frozenset(),
    }
    return SentMarks(**given | known)


@pytest.mark.parametrize(
    "known",
    [
        {"action": "4711"},
        {"message_id": "<ours@work.example>"},
        {"recipients": frozenset({"dan@other.example"}), "body_hash": body_hash("At ten then.")},
    ],
    ids=["our header", "our Message-ID", "recipients and text"],
)
async def test_a_sent_mail_is_found_by_any_of_its_marks(boxed: Boxed, known: dict[str, Any]) -> None:
    thread = (await boxed.one("Offsite")).thread
    before = (await boxed.box.arrivals("")).cursor
    draft = await boxed.box.create_draft(raw(X_Steward_Action="4711"), thread=thread)
    assert await boxed.box.find_sent(thread, marks(**known)) is None  # a draft isn't sent
    assert await boxed.box.find_sent_since(before, marks(**known)) is None
    sent = await boxed.box.send_draft(draft, raw(X_Steward_Action="4711"))
    found = await boxed.box.find_sent(thread, marks(**known))
    assert found == await boxed.box.sent(sent)
    assert await boxed.box.find_sent(thread, marks(**known, known=frozenset({sent}))) is None
    assert await boxed.box.find_sent_since(before, marks(**known)) == found
    assert await boxed.box.find_sent_since(before, marks(**known, known=frozenset({sent}))) is None
    assert await boxed.box.find_sent_since((await boxed.box.arrivals("")).cursor, marks(**known)) is None


@pytest.mark.parametrize(
    "alike",
    [
        {},
        {"recipients": frozenset({"dan@other.example"})},
        {"body_hash": body_hash("At ten then.")},
        {"recipients": frozenset({"dan@other.example", "eve@third.example"}), "body_hash": body_hash("At ten then.")},
    ],
)
async def test_a_mail_that_is_only_alike_is_not_it(boxed: Boxed, alike: dict[str, Any]) -> None:
    thread = (await boxed.one("Offsite")).thread
    before = (await boxed.box.arrivals("")).cursor
    draft = await boxed.box.create_draft(raw(), thread=thread)
    await boxed.box.send_draft(draft, raw())
    assert await boxed.box.find_sent(thread, marks(**alike)) is None
    assert await boxed.box.find_sent_since(before, marks(**alike)) is None


async def test_a_thread_that_is_gone_has_no_sent_mail(boxed: Boxed) -> None:
    with pytest.raises(Missing):
        await boxed.box.find_sent("18ffffffffffffff", marks())


# People.


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("carol", ["carol@elsewhere.example"]),
        ("Carol Ünal", ["carol@elsewhere.example"]),
        ("ünal", ["carol@elsewhere.example"]),
        ("dan@other.example", ["dan@other.example"]),
        ("shop", ["news@shop.example"]),
        ("nobody", []),
    ],
)
async def test_people_are_found_by_name_and_address(boxed: Boxed, name: str, found: list[str]) -> None:
    assert [c.address.email for c in await boxed.box.contacts(name)] == found


async def test_people_are_counted_and_dated(boxed: Boxed) -> None:
    (dan,) = await boxed.box.contacts("dan")
    assert (dan.mails, dan.last) == (2, boxed.now - 3 * DAY)
    assert len(await boxed.box.contacts("example", limit=2)) == 2


async def test_who_was_written_to_is_known(boxed: Boxed) -> None:
    assert await boxed.box.written_to("dan@other.example") == 1
    assert await boxed.box.written_to("DAN@other.example") == 1
    assert await boxed.box.written_to("carol@elsewhere.example") == 0
    assert await boxed.box.written_to("other.example") == 0  # a search finds it, but it is nobody's address
