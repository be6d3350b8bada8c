"""A mailbox in memory: mails with labels, drafts that sending consumes, and an outbox."""

from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses
from itertools import count
from zoneinfo import ZoneInfo

from app.domain.actions.letters import body_hash
from app.domain.desk import reference
from app.domain.errors import Missing, ProviderError
from app.domain.mailboxes import BULK_LIMIT, CHUNK, INBOX, Arrivals, Contact, Draft, Enclosed, Original, Sent, SentMarks
from app.domain.ports import Clock
from app.domain.types import Account, Address, Email, MailPage, MailQuery, MailText, Thread

PROVIDER = "Gmail"
EXCLUSIVE = {"TRASH": {"INBOX", "SPAM"}, "SPAM": {"INBOX", "TRASH"}, "INBOX": {"TRASH", "SPAM"}}
"""A mail lies in one place: what a label takes away when it is put on."""


class MemoryMailbox:
    def __init__(self, account: Account, clock: Clock, *mails: MailText, zone: str = "UTC") -> None:
        self._account = account
        self._clock = clock
        self._zone = ZoneInfo(zone)
        self._mails = {m.email.id: m for m in mails}
        self._added: list[tuple[str, str]] = []
        self._memories = 1
        self._drafts: dict[str, tuple[Draft, EmailMessage, datetime]] = {}
        self._numbers = count(1)
        self._labels: dict[str, str] = {}
        self._enclosed: dict[str, tuple[Enclosed, ...]] = {}
        self._aliases: list[Address] = [Address(email=account.email)]
        self.appends = ""
        """What the provider, or a gateway behind it, adds to the text of a mail."""
        self.sent_bytes: list[bytes] = []
        """What went out, in order."""
        self.faults: deque[tuple[bool, ProviderError | None]] = deque()
        """Errors for the next changes, in order: (whether it is committed first, what is raised)."""

    @property
    def account(self) -> Account:
        return self._account

    @property
    def drafts(self) -> tuple[Draft, ...]:
        return tuple(draft for draft, _, _ in self._drafts.values())

    def put(self, mail: MailText, *enclosed: Enclosed) -> None:
        """A mail arrives, perhaps with files."""
        if mail.email.id not in self._mails:
            self._added += ((mail.email.id, label) for label in sorted(mail.email.labels))
        self._mails[mail.email.id] = mail
        self._enclosed[mail.email.id] = enclosed or self._enclosed.get(mail.email.id, ())

    def remove(self, mail: str) -> None:
        """A mail is deleted for good."""
        del self._mails[mail]

    def answers_as(self, *aliases: Address) -> None:
        """The person lets the account write from more addresses."""
        self._aliases += aliases

    # Reading.

    async def search(self, query: MailQuery, *, limit: int) -> MailPage:
        found = self._found(query)
        return MailPage(mails=tuple(found[:limit]), total=len(found[:BULK_LIMIT]), capped=len(found) > BULK_LIMIT)

    async def ids(self, query: MailQuery, *, limit: int = BULK_LIMIT) -> tuple[str, ...]:
        return tuple(mail.id for mail in self._found(query)[:limit])

    def _found(self, query: MailQuery) -> list[Email]:
        fits = (m.email for m in self._mails.values() if self._fits(m, query))
        return sorted(fits, key=lambda mail: (mail.received, mail.id), reverse=True)

    def _fits(self, mail: MailText, query: MailQuery) -> bool:
        email, labels = mail.email, mail.email.labels
        day = email.received.astimezone(self._zone).date()
        recipients = " ".join(a.shown for a in (*email.to, *email.cc))
        everything = f"{email.subject} {mail.text} {email.snippet}".lower()
        senders = query.sender.lower().split(" or ")
        texts = (
            (query.words, everything),
            (query.exact_phrase, everything),
            (query.to, recipients),
            (query.subject, email.subject),
        )
        away = labels & {"SPAM", "TRASH"}
        places = {
            "inbox": "INBOX" in labels,
            "sent": "SENT" in labels and not away,
            "drafts": "DRAFT" in labels and not away,
            "trash": "TRASH" in labels,
            "anywhere": not away,
        }
        return (
            places[query.where]
            and all(part.lower() in whole.lower() for part, whole in texts)
            and any(sender in email.sender.shown.lower() for sender in senders)
            and not any(word in everything for word in query.without.lower().split())
            and query.attachment in (None, bool(mail.attachments))
            and (not query.category or f"CATEGORY_{query.category.upper()}" in labels)
            and not labels & {f"CATEGORY_{category.upper()}" for category in query.left_out}
            and (not query.label or self._label(query.label) in labels)
            and (query.unread is None or query.unread is email.unread)
            and (query.before is None or day < query.before)
            and (query.since is None or day >= query.since)
        )

    async def read(self, ids: Sequence[str]) -> tuple[Email, ...]:
        drafts = {kept.message: self._as_draft(kept, mail) for kept, mail, _ in self._drafts.values()}
        known = {i: self._mails[i].email for i in ids if i in self._mails} | drafts
        return tuple(known[i] for i in ids if i in known)

    async def senders(self, ids: Sequence[str]) -> dict[str, Address]:
        return {i: self._mails[i].email.sender for i in ids if i in self._mails}

    async def thread(self, thread: str) -> Thread:
        mails = sorted((m for m in self._mails.values() if m.email.thread == thread), key=lambda m: m.email.received)
        if not mails:
            raise Missing(provider=PROVIDER, what="thread")
        return Thread(id=thread, account=reference(self._account), mails=tuple(mails))

    async def threads(self, threads: Sequence[str]) -> tuple[Thread, ...]:
        known = {m.email.thread for m in self._mails.values()}
        return tuple([await self.thread(t) for t in threads if t in known])

    async def original(self, mail: str) -> Original:
        if mail not in self._mails:
            raise Missing(provider=PROVIDER, what="message")
        kept = self._mails[mail]
        return Original(email=kept.email, text=kept.text, enclosed=self._enclosed.get(mail, ()))

    async def arrivals(self, cursor: str) -> Arrivals:
        return Arrivals(mails=self._since(cursor, INBOX), cursor=f"{self._memories}.{len(self._added)}")

    def _since(self, cursor: str, label: str) -> tuple[str, ...]:
        memory, _, since = cursor.partition(".")
        added = self._added[int(since) :] if memory == str(self._memories) else ()
        return tuple(ident for ident, given in added if given == label)

    def forget_history(self) -> None:
        """Cursors given until now are of no use any more."""
        self._memories += 1

    async def aliases(self) -> tuple[Address, ...]:
        return tuple(self._aliases)

    async def having(self, label: str, ids: Sequence[str]) -> frozenset[str]:
        return frozenset(i for i in ids if i in self._mails and label in self._mails[i].email.labels)

    async def contacts(self, name: str, *, limit: int = 5) -> tuple[Contact, ...]:
        mails: Counter[str] = Counter()
        people: dict[str, tuple[Address, datetime]] = {}
        for mail in sorted(self._mails.values(), key=lambda m: m.email.received):
            for person in (mail.email.sender, *mail.email.to, *mail.email.cc):
                if name.lower() in person.shown.lower():
                    mails[person.email.lower()] += 1
                    people[person.email.lower()] = (person, mail.email.received)
        return tuple(Contact(address=people[e][0], mails=n, last=people[e][1]) for e, n in mails.most_common(limit))

    def link(self, thread: str) -> str:
        return f"https://mail.example/{thread}"

    async def written_to(self, address: str) -> int:
        sent = (m.email for m in self._mails.values() if "SENT" in m.email.labels)
        return sum(address.lower() in {a.email.lower() for a in (*mail.to, *mail.cc)} for mail in sent)

    # Changing.

    def _fault(self) -> tuple[bool, ProviderError | None]:
        return self.faults.popleft() if self.faults else (True, None)

    async def label(self, ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        assert len(ids) <= CHUNK
        committed, fault = self._fault()
        for mail in (self._mails[i] for i in ids if committed and i in self._mails):
            gone = set(remove).union(*(EXCLUSIVE.get(label, set()) for label in add))
            labels = (mail.email.labels - gone) | set(add)
            self.put(mail.model_copy(update={"email": mail.email.model_copy(update={"labels": labels})}))
        if fault:
            raise fault

    async def find_label(self, name: str) -> str:
        return self._label(name)

    def _label(self, name: str) -> str:
        used = {label: label for mail in self._mails.values() for label in mail.email.labels}
        known = {shown.lower(): label for label, shown in (used | self._labels).items()}
        return known.get(name.lower(), "")

    async def make_label(self, name: str) -> str:
        committed, fault = self._fault()
        found = self._label(name)
        if committed and not found:
            found = f"Label_{len(self._labels) + 1}"
            self._labels[found] = name
        if fault:
            raise fault
        return found

    async def create_draft(self, raw: bytes, *, thread: str | None) -> Draft:
        committed, fault = self._fault()
        number = next(self._numbers)
        draft = Draft(id=f"draft-{number}", message=f"message-{number}", thread=thread or f"thread-{number}")
        if committed:
            self._drafts[draft.id] = (draft, _parsed(raw), self._clock.now())
        if fault:
            raise fault
        return draft

    async def draft(self, draft: str) -> Draft | None:
        return self._drafts[draft][0] if draft in self._drafts else None

    def work_on(self, draft: str) -> None:
        """The person goes on with a draft: the provider keeps every version as a message of its own."""
        kept, mail, at = self._drafts[draft]
        self._drafts[draft] = (kept.model_copy(update={"message": f"message-{next(self._numbers)}"}), mail, at)

    async def find_drafts(self, message_id: str, *, since: datetime) -> tuple[Draft, ...]:
        return tuple(d for d, mail, at in self._drafts.values() if mail["Message-ID"] == message_id and at >= since)

    async def delete_draft(self, draft: str) -> None:
        self._drafts.pop(draft, None)

    async def send_draft(self, draft: Draft, raw: bytes) -> str:
        if draft.id not in self._drafts:
            raise Missing(provider=PROVIDER, what="draft")
        committed, fault = self._fault()
        ident = f"sent-{next(self._numbers)}"
        if committed:
            del self._drafts[draft.id]
            self.sent_bytes.append(raw)
            mail = _parsed(raw)
            self.put(self._as_sent(ident, draft.thread, mail), *map(_file, mail.iter_attachments()))
        if fault:
            raise fault
        return ident

    def _as_sent(self, ident: str, thread: str, mail: EmailMessage) -> MailText:
        email = Email(
            id=ident,
            thread=thread,
            account=reference(self._account),
            subject=str(mail["Subject"]),
            sender=_addresses(mail, "From")[0],
            to=_addresses(mail, "To"),
            cc=_addresses(mail, "Cc"),
            received=self._clock.now(),
            labels=frozenset({"SENT"}),
            message_id=str(mail["Message-ID"]),
            steward_action=str(mail["X-Steward-Action"] or ""),
        )
        text = mail.get_body(("plain",))
        assert text is not None
        return MailText(email=email, text=text.get_content() + self.appends)

    def _as_draft(self, draft: Draft, mail: EmailMessage) -> Email:
        email = self._as_sent(draft.message, draft.thread, mail).email
        return email.model_copy(update={"labels": frozenset({"DRAFT"})})

    async def find_sent(self, thread: str, marks: SentMarks) -> Sent | None:
        found = (m for m in (await self.thread(thread)).mails if "SENT" in m.email.labels and _bears(m, marks))
        mail = next((m for m in found if m.email.id not in marks.known), None)
        return await self.sent(mail.email.id) if mail else None

    async def find_sent_since(self, cursor: str, marks: SentMarks) -> Sent | None:
        new = (self._mails[ident] for ident in self._since(cursor, "SENT") if ident in self._mails)
        mail = next((m for m in new if _bears(m, marks) and m.email.id not in marks.known), None)
        return await self.sent(mail.email.id) if mail else None

    async def sent(self, message: str) -> Sent:
        drafts = {d.message: self._as_sent(d.message, d.thread, mail) for d, mail, _ in self._drafts.values()}
        found = self._mails.get(message) or drafts.get(message)
        if found is None:
            raise Missing(provider=PROVIDER, what="message")
        mail = found.email
        return Sent(
            id=mail.id,
            thread=mail.thread,
            to=tuple(a.email for a in mail.to),
            cc=tuple(a.email for a in mail.cc),
            sender=mail.sender.email,
            subject=mail.subject,
            sent_at=mail.received,
            body=body_hash(found.text),
            link=f"https://mail.example/{mail.id}",
        )


def _parsed(raw: bytes) -> EmailMessage:
    parsed = message_from_bytes(raw, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _addresses(mail: EmailMessage, header: str) -> tuple[Address, ...]:
    pairs = getaddresses([str(v) for v in mail.get_all(header, [])])
    return tuple(Address(name=name, email=email) for name, email in pairs)


def _bears(mail: MailText, marks: SentMarks) -> bool:
    email = mail.email
    recipients = frozenset(a.email.lower() for a in (*email.to, *email.cc))
    alike = recipients == marks.recipients and body_hash(mail.text) == marks.body_hash
    return marks.action == email.steward_action or marks.message_id == email.message_id or alike


def _file(part: EmailMessage) -> Enclosed:
    content = part.get_payload(decode=True)
    name = part.get_filename() or ""
    return Enclosed(name=name, kind=part.get_content_type(), content=content if isinstance(content, bytes) else b"")
