"""Real mails that are answered and passed on all the way: sent, read back as they are, and looked at by a reader that
is none of ours."""

import mailbox
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import compat32
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from app.agent.bench import Bench
from app.agent.tools import WriteMail
from app.domain.actions import ForwardEmails, SendReply
from app.domain.cards import Receipt
from app.domain.desk import Desk
from app.domain.errors import StewardError
from app.domain.ports import Request
from app.domain.types import Email, MailQuery
from app.planning.quoting import told_apart
from integrations.slack.blocks import approval_blocks
from sandbox.google.seed import SeedAccount, SeedMail
from sandbox.slack.blocks import check
from tests.contract.google_desk import ZONE, google_home
from tests.contract.google_world import NOW, Clock, World, running
from tests.contract.reader import all_same, files, page_words, people, read, same, seen, spoken, tallied, words
from tests.fakes import ManualClock
from tests.samples import ANN, message, proposal
from tests.unit.desk_world import ListLedger
from tests.unit.turns import turn_of

REAL = Path(__file__).parents[1] / "data" / "real_mail.mbox"
COUNT, ANSWERED, ENCLOSED, QUOTING = 103, 75, 25, 24
MOST = 12
"""Mails in one account: what all of them cost to send is less than Google's quota of a minute."""
OWN = {"blah@example.com": "", "raasdnil@gmail.com": "Mikel", "mary@example.net": "Mary Smith", "smith@gmail.com": ""}
"""Addresses of the person's beside the account's: to these some of the mails were written, and by them a few."""
MISREAD: Mapping[int, Mapping[str, list[str]]] = {
    30: {"Reply-To": []},  # a name, and "<>"
    79: {name: ["tim@powerupdev.com", "concierge@powerupdev.com"] for name in ("From", "Reply-To", "To")},  # no comma
    85: {  # of several authors the one in brackets counts; the address in somebody's name is no address
        "From": ["test@lindsaar.net"],
        "To": ["smith@gmail.com", "raasdnil@gmail.com", "tom@gmail.com"],
    },
}
"""Headers that the other reader gets wrong, and what they say."""
MISNAMED = {13: "This is a test.txt"}
"""A file whose name that reader ends at the first space, since there are no quotes about it."""
UNQUOTED = {76: b"----=_NextPart_000_0023_08_E8CD50F3.4EF2F754"}
"""A boundary that the other reader can't make out, since there are no quotes about it."""
MISLABELLED = {19: b"iso-8859-1", 20: b"big5"}
"""Mails whose text is UTF-8, and the charset they call it."""
BODY = "Grüße!\n\n> kept\nFrom here, 谢谢\n"
NOTE = "Für dich"


@dataclass(frozen=True)
class Letter:
    """One of the real mails, as the product lists it and as the other reader has it."""

    number: int
    desk: Desk
    email: Email
    raw: bytes

    @cached_property
    def mail(self) -> EmailMessage:
        bare = UNQUOTED.get(self.number)
        return read(self.raw.replace(b"boundary=" + bare, b'boundary="%s"' % bare) if bare else self.raw)

    @property
    def meant(self) -> EmailMessage:
        """With the charset that its text is in: Gmail's own reading believes what a mail says of itself."""
        label = MISLABELLED.get(self.number)
        return read(self.raw.replace(label, b"utf-8")) if label else self.mail

    @property
    def account(self) -> str:
        return self.desk.mailboxes[0].account.email

    @property
    def own(self) -> set[str]:
        return {*OWN, self.account}

    def people(self, field: str) -> list[str]:
        return MISREAD.get(self.number, {}).get(field, people(self.mail, field))

    @property
    def answers(self) -> tuple[list[str], list[str]]:
        """Whom a reply to all goes to and who gets a copy: RFC 5322, section 3.6.3, without the person."""
        mine = self.people("From")[-1:] and self.people("From")[-1] in self.own
        first = self.people("To") if mine else self.people("Reply-To") or self.people("From")
        to = [email for email in dict.fromkeys(first) if email not in self.own]
        others = dict.fromkeys((*self.people("To"), *self.people("Cc")))
        return to, [email for email in others if email not in self.own and email not in to]

    @property
    def unanswerable(self) -> str:
        """Why it can't be answered; empty when it can."""
        to, _ = self.answers
        if not to:
            return "nobody to reply to"
        return "" if "".join(to).isascii() else "isn't an address that mail can be sent to"

    @property
    def written_from(self) -> str:
        """The address of one's own that the mail came from or went to, else the account's."""
        named = (*self.people("From")[-1:], *self.people("To"), *self.people("Cc"))
        return next((email for email in named if email in self.own), self.account)

    @property
    def chain(self) -> list[str]:
        """RFC 5322, section 3.6.4: what it refers to, and itself."""
        ident = str(self.mail["Message-ID"] or "").strip()
        return [*str(self.mail["References"] or "").split(), ident] if ident else []

    @property
    def subject(self) -> str:
        return seen(str(self.mail["Subject"] or ""))

    @property
    def kept_together(self) -> bool:
        """Whether Gmail can know a reply to be one: by what it refers to, and by the same subject. Without a
        Message-ID, and with characters in the subject that can't be seen and aren't sent, it can't."""
        return bool(self.chain) and self.subject == " ".join(str(self.mail["Subject"] or "").split())


@dataclass
class Post:
    """All of them, each in a conversation of its own."""

    world: World
    letters: list[Letter]

    async def written(self, letter: Letter, **given: Any) -> SendReply | ForwardEmails:
        """The card that the product makes of what the model wants."""
        self.world.clock.forward(seconds=20)

        async def watch(_: str) -> None:
            return None

        at = Bench(request=Request(person=ANN, now=self.world.clock.now, text=""), desk=letter.desk, watch=watch)
        await WriteMail(thread=f"work:{letter.email.thread}", **given).run(at)
        (action,) = at.actions
        assert isinstance(action, SendReply | ForwardEmails)
        assert check(approval_blocks(proposal(action, turn_of(message()), NOW)), "message") == []
        return action

    async def sent(self, letter: Letter, action: SendReply | ForwardEmails) -> tuple[EmailMessage, Receipt]:
        """A mail that went out, from its bytes at the stand-in."""
        ledger = ListLedger(ManualClock(NOW))
        receipt = await action.perform(letter.desk, ledger)
        ident = next(note.refs["message"] for note in ledger.notes if note.step == "sent")
        kept = self.world.gmail("GET", f"messages/{ident}?format=raw", account=letter.account)
        assert "SENT" in kept["labelIds"]
        back = read(urlsafe_b64decode(kept["raw"]))
        assert not back.defects
        return back, receipt


def dealt(raws: list[bytes]) -> list[list[int]]:
    """The mails in heaps, no two of one conversation in the same: of a conversation the last mail is answered."""
    heaps: list[tuple[set[str], list[int]]] = []
    for number, raw in enumerate(raws):
        mail = message_from_bytes(raw, policy=compat32)
        named = {i for name in ("Message-ID", "In-Reply-To", "References") for i in str(mail.get(name, "")).split()}
        fit = next((each for each in heaps if len(each[1]) < MOST and not each[0] & named), None)
        if fit is None:
            heaps.append(fit := (set(), []))
        fit[0].update(named)
        fit[1].append(number)
    return [heap for _, heap in heaps]


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    with closing(mailbox.mbox(REAL)) as kept:
        raws = [bytes(m) for m in kept]
    heaps = {f"ada{n}@work.example": heap for n, heap in enumerate(dealt(raws))}
    seeds = [
        SeedAccount(a, "Ada", ZONE, [SeedMail(raws[n], NOW - timedelta(hours=n)) for n in heap], send_as=OWN)
        for a, heap in heaps.items()
    ]
    letters: list[Letter] = []
    with running(tmp_path, seeds, Clock()) as world:
        async with AsyncExitStack() as opened:
            for address, heap in heaps.items():
                home = await opened.enter_async_context(google_home(world))
                await home.connect(address)
                desk = await opened.enter_async_context(home.desk())
                box = desk.mailboxes[0]
                mails = await box.read(await box.ids(MailQuery()))
                assert len({mail.thread for mail in mails}) == len(heap)
                letters += [Letter(n, desk, m, raws[n]) for n, m in zip(heap, mails, strict=True)]
            assert len(letters) == COUNT
            yield Post(world, letters)


@pytest.mark.parametrize("kind", ["reply", "reply_all"])
async def test_every_real_mail_is_answered_as_another_reader_would(post: Post, kind: str) -> None:
    answered = 0
    for letter in post.letters:
        to, cc = letter.answers
        if refusal := letter.unanswerable:
            with pytest.raises(StewardError, match=refusal):
                await post.written(letter, kind=kind, body=BODY)
            continue
        action = await post.written(letter, kind=kind, body=BODY)
        back, receipt = await post.sent(letter, action)
        assert (people(back, "To"), people(back, "Cc")) == (to, cc if kind == "reply_all" else []), letter.number
        assert people(back, "From") == [letter.written_from]
        wanted = letter.subject if letter.subject.lower().startswith("re:") else f"Re: {letter.subject}".strip()
        assert same(seen(str(back["Subject"])), wanted), letter.number
        assert str(back["References"] or "").split() == letter.chain
        assert str(back["In-Reply-To"] or "") == "".join(letter.chain[-1:])
        assert back.get_content_charset() == "utf-8"
        assert back.get_content().replace("\r\n", "\n") == BODY
        assert [d.field for d in receipt.differences] == ([] if letter.kept_together else ["Thread"]), letter.number
        answered += 1
    assert answered == ANSWERED


async def test_every_real_mail_is_passed_on_whole_as_another_reader_sees_it(post: Post) -> None:
    enclosed = 0
    for letter in post.letters:
        action = await post.written(letter, kind="forward", to=["z@else.example"], body=NOTE)
        back, receipt = await post.sent(letter, action)
        assert receipt.differences == ()
        assert (people(back, "To"), people(back, "Cc")) == (["z@else.example"], [])
        assert same(seen(str(back["Subject"])), f"Fwd: {letter.subject}".strip())
        plain, page = back.get_body(("plain",)), back.get_body(("html",))
        assert plain is not None
        note, _, rest = plain.get_content().replace("\r\n", "\n").partition("\n\n")
        told = words(rest.partition("\n\n")[2])  # what it is forwarded from ends with an empty line
        assert note == NOTE
        assert all_same(told, spoken(letter.meant)), letter.number
        if page is not None:
            best = spoken(letter.meant, "text/html", nested=False)
            shown = page_words(page.get_content())
            assert all_same(shown[len(shown) - len(best) :], best), letter.number
        want = sorted(files(letter.mail), key=lambda file: (file.size, file.name))
        got = sorted(files(back), key=lambda file: (file.size, file.name))
        assert [file.size for file in got] == [file.size for file in want], letter.number
        for had, has in zip(want, got, strict=True):
            name = MISNAMED.get(letter.number, had.name)
            assert has.name == name or (not name and has.name.startswith("unnamed")), letter.number
            assert has.content == had.content
        enclosed += len(want)
    assert enclosed == ENCLOSED


async def test_every_real_mail_is_read_word_for_word_and_told_apart_without_loss(post: Post) -> None:
    quoting = 0
    for letter in post.letters:
        (mail,) = (await letter.desk.mailboxes[0].thread(letter.email.thread)).mails
        assert all_same(words(mail.text), spoken(letter.mail)), letter.number
        speech = told_apart(mail.text)
        parts = (speech.own, speech.quoted, speech.signature)
        assert tallied(parts) == tallied([mail.text]), letter.number
        quoting += bool(speech.quoted)
    assert quoting == QUOTING
