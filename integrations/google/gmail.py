"""Gmail behind the port Mailbox. Source: Gmail API v1 reference; quota units are Google's."""

import asyncio
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import compress
from typing import Any, TypeVar

from app.domain.actions.letters import body_hash
from app.domain.desk import reference
from app.domain.errors import Conflict, Missing, Refused, Throttled
from app.domain.mailboxes import BULK_LIMIT, INBOX, SENT, Arrivals, Contact, Draft, Original, Sent, SentMarks
from app.domain.types import Account, Address, Email, MailPage, MailQuery, Thread
from integrations.google.batch import SIZE
from integrations.google.messages import HEADERS, email, mail_text, own_text
from integrations.google.pages import GooglePages
from integrations.google.services import Gmail, many
from integrations.google.syntax import gmail_query, terms
from integrations.google.uploads import carrying
from integrations.google.wire import Wire
from integrations.parts import opened

T = TypeVar("T")
PAGE = 500
"""Ids a list call returns at most."""
FEW = 50
"""Mails read between two looks at what Google says; up to here labels are read mail by mail, above by listing."""
LOOKED_AT = 60
"""Recent mails in which people are looked for."""
DRAFTS = 50
"""Newest drafts among which an orphan is looked for."""
SKEW = timedelta(minutes=5)
"""How far Google's clock and ours may differ."""
QUOTA_PATIENCE = timedelta(minutes=5)
"""How long the senders of many mails are waited for: 10,000 take Google's quota of three and a half minutes."""
COUNTED = 100
"""Up to here mails to an address are counted."""
PAGES = 10
"""Pages of history read at once; what is left comes the next time."""
CHECKED = 10
"""Sent mails that are read to see whether the address is theirs; when each one's is, the rest is believed."""


class GmailMailbox:
    """The mail of one Google account. Times are aware; every method may raise a ProviderError."""

    def __init__(self, wire: Wire, account: Account, gmail: Gmail, *, zone: str) -> None:
        self._wire = wire
        self._account = account
        self._ref = reference(account)
        self._messages, self._threads, self._drafts = gmail.messages, gmail.threads, gmail.drafts
        self._labels, self._send_as = gmail.labels, gmail.send_as
        self._history, self._users = gmail.history, gmail.users
        self._zone = zone

    @property
    def account(self) -> Account:
        return self._account

    # Reading.

    async def search(self, query: MailQuery, *, limit: int) -> MailPage:
        """The newest `limit` mails; the total is exact up to one page of ids, and said to be capped above."""
        answer = await self._wire.send(
            self._messages.list(userId="me", q=gmail_query(query, self._zone), maxResults=PAGE)
        )
        ids = [m["id"] for m in answer.get("messages", ())]
        return MailPage(mails=await self.read(ids[:limit]), total=len(ids), capped="nextPageToken" in answer)

    async def ids(self, query: MailQuery, *, limit: int = BULK_LIMIT) -> tuple[str, ...]:
        """The ids of all mails that fit, newest first, at most `limit`. Five quota units per 500."""
        return tuple(await self._list(limit, q=gmail_query(query, self._zone)))

    async def _list(self, limit: int, **filters: Any) -> list[str]:
        found: list[str] = []
        token = None
        while len(found) < limit:
            answer = await self._wire.send(
                self._messages.list(userId="me", maxResults=min(PAGE, limit - len(found)), pageToken=token, **filters)
            )
            found += [m["id"] for m in answer.get("messages", ())]
            token = answer.get("nextPageToken")
            if token is None:
                break
        return found

    async def read(self, ids: Sequence[str]) -> tuple[Email, ...]:
        """These mails without their text, in this order; ones that are gone are left out. Five units each."""
        return tuple(await self._each(ids, self._heads))

    async def _heads(self, ids: Sequence[str]) -> list[Email]:
        requests = many(self._messages.get, ids, format="metadata", metadataHeaders=list(HEADERS))
        return [email(r, self._ref) for r in await self._wire.all(requests) if r is not None]

    async def _each(self, ids: Sequence[str], read: Callable[[Sequence[str]], Awaitable[Iterable[T]]]) -> list[T]:
        """Read as many at a time as a batch holds: while Google answers for some, others are made sense of."""
        heaps = [ids[at : at + SIZE] for at in range(0, len(ids), SIZE)]
        return [each for found in await asyncio.gather(*map(read, heaps)) for each in found]

    async def senders(self, ids: Sequence[str]) -> dict[str, Address]:
        """Who wrote each of these mails; ones that are gone are left out. Five units each, of 15,000 a minute: where
        Google asks to wait, this waits, up to QUOTA_PATIENCE."""
        found: dict[str, Address] = {}
        waited = timedelta()
        for start in range(0, len(ids), FEW):
            while True:
                try:
                    found |= await self._from(ids[start : start + FEW])
                    break
                except Throttled as busy:
                    waited += busy.retry_after
                    if waited > QUOTA_PATIENCE:
                        raise
                    await asyncio.sleep(busy.retry_after.total_seconds())
        return found

    async def _from(self, ids: Sequence[str]) -> dict[str, Address]:
        requests = many(self._messages.get, ids, format="metadata", metadataHeaders=["From"])
        mails = [email(r, self._ref) for r in await self._wire.all(requests) if r is not None]
        return {mail.id: mail.sender for mail in mails}

    async def thread(self, thread: str) -> Thread:
        """A whole thread, oldest first; raises Missing."""
        return self._thread(await self._wire.send(self._threads.get(userId="me", id=thread, format="full")))

    async def threads(self, threads: Sequence[str]) -> tuple[Thread, ...]:
        """Several whole threads, in this order; ones that are gone are left out. Ten units each."""
        return tuple(await self._each(threads, self._whole))

    async def _whole(self, threads: Sequence[str]) -> list[Thread]:
        requests = many(self._threads.get, threads, format="full")
        return [self._thread(answer) for answer in await self._wire.all(requests) if answer is not None]

    def _thread(self, answer: dict[str, Any]) -> Thread:
        mails = [mail_text(m, self._ref) for m in answer.get("messages", ())]
        return Thread(id=answer["id"], account=self._ref, mails=tuple(sorted(mails, key=lambda m: m.email.received)))

    async def original(self, mail: str) -> Original:
        """A mail with everything in it, from its raw bytes; raises Missing. Ten units."""
        head = self._messages.get(userId="me", id=mail, format="metadata", metadataHeaders=list(HEADERS))
        read = email(await self._wire.send(head), self._ref)
        answer = await self._wire.send(self._messages.get(userId="me", id=mail, format="raw"))
        return opened(urlsafe_b64decode(answer["raw"] + "=="), read)

    async def arrivals(self, cursor: str) -> Arrivals:
        """The mails that came into the inbox since a cursor; see the port. Gmail keeps its history for about a week and
        answers 404 for what is older. Two units a page."""
        try:
            return await self._added(cursor, INBOX) if cursor else await self._from_now_on()
        except Missing:
            return await self._from_now_on()

    async def _from_now_on(self) -> Arrivals:
        profile = await self._wire.send(self._users.getProfile(userId="me"))
        return Arrivals(mails=(), cursor=str(profile["historyId"]))

    async def _added(self, cursor: str, label: str) -> Arrivals:
        found: dict[str, None] = {}
        given = {"userId": "me", "startHistoryId": cursor, "historyTypes": ["messageAdded"], "labelId": label}
        token, last = None, cursor
        for _ in range(PAGES):
            answer = await self._wire.send(self._history.list(maxResults=PAGE, pageToken=token, **given))
            for record in answer.get("history", ()):
                found |= dict.fromkeys(str(added["message"]["id"]) for added in record.get("messagesAdded", ()))
                last = str(record["id"])
            token = answer.get("nextPageToken")
            if token is None:
                last = str(answer["historyId"])
                break
        return Arrivals(mails=tuple(found), cursor=last)

    async def aliases(self) -> tuple[Address, ...]:
        """Every address the account may write from, its usual one first: Google's sendAs, as far as confirmed."""
        answer = await self._wire.send(self._send_as.list(userId="me"))
        usable = [a for a in answer.get("sendAs", ()) if a.get("verificationStatus", "accepted") == "accepted"]
        usable.sort(key=lambda a: not a.get("isDefault", False))
        found = [Address(email=a["sendAsEmail"], name=a.get("displayName", "")) for a in usable]
        return tuple(found) or (Address(email=self._account.email),)

    async def having(self, label: str, ids: Sequence[str]) -> frozenset[str]:
        """Which of these mails bear the label now."""
        if len(ids) <= FEW:
            requests = many(self._messages.get, ids, format="minimal")
            answers = await self._wire.all(requests)
            return frozenset(a["id"] for a in answers if a is not None and label in a.get("labelIds", ()))
        bearing = await self._list(10 * BULK_LIMIT, labelIds=[label], includeSpamTrash=True)
        return frozenset(bearing) & frozenset(ids)

    # Changing.

    async def label(self, ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Set and remove labels; safe to repeat. Fifty units."""
        body = {"ids": list(ids), "addLabelIds": list(add), "removeLabelIds": list(remove)}
        await self._wire.send(self._messages.batchModify(userId="me", body=body))

    async def find_label(self, name: str) -> str:
        """The id of the label with this name, in whatever case; empty when there is none. One unit."""
        answer = await self._wire.send(self._labels.list(userId="me"))
        known = {label["name"].lower(): str(label["id"]) for label in answer.get("labels", ())}
        return known.get(name.strip().lower(), "")

    async def make_label(self, name: str) -> str:
        """The id of the label with this name, made if there is none. Of two who make it at once, Gmail refuses the
        second, who then finds the first one's. Six units."""
        if known := await self.find_label(name):
            return known
        try:
            return str((await self._wire.send(self._labels.create(userId="me", body={"name": name.strip()})))["id"])
        except (Conflict, Refused) as taken:
            if known := await self.find_label(name):
                return known
            raise taken

    async def create_draft(self, raw: bytes, *, thread: str | None) -> Draft:
        """A new draft, in a thread if one is named. Ten units."""
        return _draft(await self._wire.send(carrying(self._drafts.create, raw, thread=thread)))

    async def draft(self, draft: str) -> Draft | None:
        """The draft, or None when it is gone."""
        try:
            return _draft(await self._wire.send(self._drafts.get(userId="me", id=draft, format="minimal")))
        except Missing:
            return None

    async def find_drafts(self, message_id: str, *, since: datetime) -> tuple[Draft, ...]:
        """The drafts with this Message-ID among the newest ones made since; listing is fresh where search lags."""
        listed = await self._wire.send(self._drafts.list(userId="me", maxResults=DRAFTS))
        requests = many(self._drafts.get, [d["id"] for d in listed.get("drafts", ())], format="full")
        there = [answer for answer in await self._wire.all(requests) if answer is not None]
        mails = [email(answer["message"], self._ref) for answer in there]
        ours = [mail.message_id == message_id and mail.received >= since - SKEW for mail in mails]
        return tuple(_draft(answer) for answer in compress(there, ours))

    async def delete_draft(self, draft: str) -> None:
        """Deletes it; one that is gone is fine."""
        try:
            await self._wire.send(self._drafts.delete(userId="me", id=draft))
        except Missing:
            return

    async def send_draft(self, draft: Draft, raw: bytes) -> str:
        """Send exactly these bytes by consuming this draft; returns the new message's id. A hundred units."""
        answer = await self._wire.send(carrying(self._drafts.send, raw, thread=draft.thread, id=draft.id))
        return str(answer["id"])

    # Evidence.

    async def find_sent(self, thread: str, marks: SentMarks) -> Sent | None:
        """The sent mail in this thread that bears one of our marks: header, Message-ID, or recipients and text."""
        answer = await self._wire.send(self._threads.get(userId="me", id=thread, format="full"))
        found = map(self._sent_and_marks, answer.get("messages", ()))
        return next((sent for sent, mail in found if _bears(mail, sent, marks)), None)

    async def find_sent_since(self, cursor: str, marks: SentMarks) -> Sent | None:
        """The same among the mails sent since a cursor, in whatever thread: it isn't known that a draft on its own
        keeps its thread when it is sent. History is fresh where search lags."""
        try:
            added = await self._added(cursor, SENT)
        except Missing:
            return None  # Gmail keeps it for about a week
        answers = await self._wire.all(many(self._messages.get, added.mails, format="full"))
        found = map(self._sent_and_marks, filter(None, answers))
        return next((sent for sent, mail in found if _bears(mail, sent, marks)), None)

    async def sent(self, message: str) -> Sent:
        """A sent mail, or the message of a draft, read back; raises Missing. Five units."""
        request = self._messages.get(userId="me", id=message, format="full")
        return self._sent_and_marks(await self._wire.send(request))[0]

    def _sent_and_marks(self, resource: dict[str, Any]) -> tuple[Sent, Email]:
        """A mail as it was sent, and what else it can be known by."""
        mail = email(resource, self._ref)
        sent = Sent(
            id=mail.id,
            thread=mail.thread,
            to=tuple(a.email for a in mail.to),
            cc=tuple(a.email for a in mail.cc),
            sender=mail.sender.email,
            subject=mail.subject,
            sent_at=mail.received,
            body=body_hash(own_text(resource)),
            link=self.link(mail.thread),
        )
        return sent, mail

    def link(self, thread: str) -> str:
        """Gmail's own page of the thread."""
        return GooglePages(self._account.email).thread(thread)

    # People.

    async def contacts(self, name: str, *, limit: int = 5) -> tuple[Contact, ...]:
        """People whose name or address holds these words, by how often they appear in recent mail."""
        wanted = terms(name)
        if not wanted:
            return ()
        group = wanted[0] if len(wanted) == 1 else f"({' '.join(wanted)})"
        query = " OR ".join(f"{field}:{group}" for field in ("from", "to", "cc"))
        mails = await self.read(await self._list(LOOKED_AT, q=query))
        tally: Counter[str] = Counter()
        seen: dict[str, Contact] = {}
        for mail in mails:
            for address in {a.email.lower(): a for a in (mail.sender, *mail.to, *mail.cc)}.values():
                key = address.email.lower()
                if all(w.lower() in f"{address.name} {key}".lower() for w in wanted):
                    tally[key] += 1
                    known = seen.get(key)
                    named = known.address if known and known.address.name else address
                    last = max(mail.received, known.last or mail.received) if known else mail.received
                    seen[key] = Contact(address=named, mails=tally[key], last=last)
        return tuple(seen[key] for key, _ in tally.most_common(limit))

    async def written_to(self, address: str) -> int:
        """How many mails this account has sent to the address, counted up to COUNTED.

        Gmail finds parts of addresses too (to:bob@x.example also finds al-bob@x.example), so the newest are read.
        """
        found = terms(address)
        ids = await self._list(COUNTED, q=f"in:sent to:{found[0]}") if found else []
        read = await self.read(ids[:CHECKED])
        exact = sum(address.lower() in {a.email.lower() for a in (*mail.to, *mail.cc)} for mail in read)
        return len(ids) if exact == len(read) else exact


def _bears(mail: Email, sent: Sent, marks: SentMarks) -> bool:
    """Whether a mail was sent and is ours: by header, by Message-ID, or by recipients and text."""
    if mail.id in marks.known or SENT not in mail.labels:
        return False
    people = frozenset(a.email.lower() for a in (*mail.to, *mail.cc))
    same = people == marks.recipients and sent.body == marks.body_hash
    return marks.action == mail.steward_action or marks.message_id == mail.message_id or same


def _draft(resource: dict[str, Any]) -> Draft:
    message = resource["message"]
    return Draft(id=resource["id"], message=message["id"], thread=message["threadId"])
