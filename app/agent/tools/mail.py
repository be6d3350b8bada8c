"""Tools for mail: search, read, archive, reply."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field

from app.agent.bench import Bench
from app.agent.recognising import recognised, remembered
from app.agent.tools.fitting import Result, fitting
from app.agent.tools.tool import Changing, Tool, fenced
from app.domain import actions
from app.domain.actions.archive import written
from app.domain.actions.mail import glimpse
from app.domain.cards import Origin, Part, Recipient
from app.domain.desk import reference
from app.domain.errors import Refusal
from app.domain.mailboxes import BULK_LIMIT
from app.domain.types import Address, Email, MailQuery, MailText, Thread
from app.planning.provenance import named
from app.planning.replies import recipients, subject
from app.planning.sanitising import visible

MAX_DAYS = 36_500
"""A hundred years: no mail is older, and no date is left that can't be reckoned with."""
DEFAULT_LIMIT = 10
MAX_LIMIT = 25
"""Mails listed in one result, to fit a small model's context."""
SNIPPET = 120
"""Characters of a mail's beginning in a list."""
THREAD_TEXT = 5_000
"""Characters of a thread that the model reads; the newest mails come whole first."""


class _Filters(Tool):
    """What narrows a search."""

    words: str = Field("", description="words the mail contains")
    sender: str = Field("", description="name or address it is from")
    to: str = Field("", description="name or address it went to")
    subject: str = Field("", description="words of the subject")
    category: Literal["", "primary", "promotions", "social", "updates", "forums"] = Field(
        "", description="Gmail's category; newsletters and marketing are promotions"
    )
    label: str = Field("", description="a label's name")
    unread: bool | None = Field(None, description="true: only unread")
    older_than_days: int | None = Field(None, ge=0, le=MAX_DAYS)
    newer_than_days: int | None = Field(None, ge=0, le=MAX_DAYS)
    account: str = Field("", description="only this account; empty: all")

    def query(self, bench: Bench, where: str) -> MailQuery:
        today = bench.request.now.date()
        older, newer = self.older_than_days, self.newer_than_days
        return MailQuery(
            **self.model_dump(include={"words", "sender", "to", "subject", "category", "label", "unread"}),
            before=today - timedelta(days=older) if older is not None else None,
            since=today - timedelta(days=newer) if newer is not None else None,
            where=where,
        )


class SearchMail(_Filters):
    """Find mails, newest first. All filters given must fit. Returns thread references for the other tools."""

    step: ClassVar[str] = "is searching your mail…"
    where: Literal["inbox", "sent", "anywhere"] = "anywhere"
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)

    async def run(self, bench: Bench) -> Result:
        found: list[Email] = []
        total, capped = 0, False
        for box in bench.mailboxes(self.account):
            page = await box.search(self.query(bench, self.where), limit=self.limit)
            found += page.mails
            total, capped = total + page.total, capped or page.capped
        newest = sorted(found, key=lambda m: m.received, reverse=True)[: self.limit]
        for mail in newest:
            bench.sources.mail(mail, mail.snippet)
        counted = f"at least {total}" if capped else total
        rows = fitting([_listed(m, bench) for m in newest])
        return fenced(total=counted, shown=len(rows), mails=rows)


class ReadThread(Tool):
    """Read a whole mail thread, by a reference that search_mail returned."""

    step: ClassVar[str] = "is reading a thread…"
    thread: str = Field(description='reference such as "work:18f3a0"')

    async def run(self, bench: Bench) -> Result:
        account, ident = bench.located(self.thread, "thread")
        thread = await bench.thread(account, ident)
        mails, left_out = _fitting(thread)
        if unreadable := [u for m in thread.mails for u in m.unreadable]:
            bench.notes.append(f"_Could not be decoded: {', '.join(unreadable)}_")
        return fenced(
            thread=self.thread,
            subject=thread.subject,
            account=account,
            mails=[_read(m, bench) for m in mails],
            **({"left_out": f"{left_out} older mails or parts, for length"} if left_out else {}),
        )


class ArchiveEmails(_Filters, Changing):
    """Prepare to archive all mails of the inbox that fit the filters: they leave the inbox and are kept."""

    makes: ClassVar[tuple[type[actions.Action], ...]] = (actions.ArchiveEmails,)
    step: ClassVar[str] = "is collecting the mails to archive…"
    not_from: list[str] = Field(default_factory=list, description="names or addresses whose mails stay in the inbox")

    async def run(self, bench: Bench) -> Result:
        query = self.query(bench, "inbox")
        found = {box: ids for box in bench.mailboxes(self.account) if (ids := await box.ids(query))}
        senders = {box: await box.senders(ids) for box, ids in found.items()} if self.not_from else {}
        staying = self._staying([a for known in senders.values() for a in known.values()])
        proposed = []
        for box, ids in found.items():
            known = senders.get(box, {})
            writers = {a.email.lower() for a in known.values()}
            if writers and writers <= staying:
                continue
            out = {"left_out": tuple(sorted(writers & staying)), **written(ids, known)}
            action = actions.ArchiveEmails(account=reference(box.account), query=query, ids=ids, **out)
            proposed.append(await self._propose(bench, action))
        if not proposed:
            return {"nothing": f"No mail fits: {query.worded()}."}
        return {"proposed": proposed if len(proposed) > 1 else proposed[0]}

    def _staying(self, senders: Sequence[Address]) -> frozenset[str]:
        """The addresses whose mails stay; raises Refusal for a name that is none of the senders'."""
        staying: set[str] = set()
        for name in filter(str.strip, self.not_from):
            meant = {a.email.lower() for a in senders if all(w in a.shown.lower() for w in name.lower().split())}
            if not meant:
                raise Refusal(why=f"None of these mails is from {name}.")
            staying |= meant
        return frozenset(staying)

    async def _propose(self, bench: Bench, action: actions.ArchiveEmails) -> str:
        if len(action.ids) == BULK_LIMIT:
            bench.notes.append(f"_That is the most I take on at once ({BULK_LIMIT:,} mails); more may fit._")
        old = bench.waiting(self.replaces, action.account.id)
        return bench.propose(await action.previewed(bench.desk), instead_of=old)


class SendReply(Changing):
    """Prepare a reply in a thread, to the mail last received in it. Write the whole text, with greeting."""

    makes: ClassVar[tuple[type[actions.Action], ...]] = (actions.SendReply,)
    step: ClassVar[str] = "is preparing a reply…"
    thread: str = Field(description="reference from search_mail")
    body: str = Field(description="the text to send, plain")
    person: str = Field(
        "", description="name or address whose last mail in the thread is answered; empty: the last one"
    )
    reply_all: bool = Field(False, description="true: to everyone in the thread")

    async def run(self, bench: Bench) -> Result:
        account, ident = bench.located(self.thread, "thread")
        box, old = bench.desk.mailbox(account), bench.waiting(self.replaces)
        thread = await bench.thread(account, ident)
        answered = _answered(thread, self.person)
        own = {a.email.lower() for a in bench.desk.accounts}
        to, cc = recipients(answered, own, everyone=self.reply_all)
        if not to:
            raise Refusal(why="That thread has nobody to reply to.")
        people = [(named(a), "to") for a in to] + [(named(a), "cc") for a in cc]
        action = actions.SendReply(
            account=reference(box.account),
            thread=ident,
            sender=Address(email=box.account.email, name=bench.request.person.name),
            recipients=tuple(Recipient(address=a, role=role, origin=Origin.UNSEEN) for a, role in people),
            subject=subject(visible(thread.subject)),
            body=visible(self.body).strip(),
            in_reply_to=answered.message_id,
            references=answered.references,
            seen=tuple(m.email.id for m in thread.mails),
            answers=glimpse(answered, bench.request.person.zone),
        ).vetted(bench.request.now)
        marked = [await recognised(bench, a, role, box=box, thread=thread) for a, role in people]
        update = {"recipients": remembered(marked, old), "taints": bench.sources.traced({Part.BODY: action.body})}
        action = action.model_copy(update=update)
        return {"proposed": bench.propose(action, instead_of=old), **fenced(to=[r.address.shown for r in marked])}


def _answered(thread: Thread, person: str) -> Email:
    """The mail a reply answers: the last one received, of one person if they are named, else the last one sent."""
    real = [m.email for m in thread.mails if "DRAFT" not in m.email.labels]
    received = [m for m in real if "SENT" not in m.labels]
    words = person.lower().split()
    theirs = [m for m in received if all(w in m.sender.shown.lower() for w in words)]
    if words and not theirs:
        raise Refusal(why=f"Nobody called {person} has written in that thread.")
    if not real:
        raise Refusal(why="That thread has no mail to reply to.")
    return (theirs or real)[-1]


def _listed(mail: Email, bench: Bench) -> Result:
    return {
        "thread": f"{mail.account.name}:{mail.thread}",
        "from": mail.sender.shown,
        "to": ", ".join(a.email for a in mail.to[:3]),
        "subject": mail.subject,
        "date": _date(mail, bench),
        "snippet": mail.snippet[:SNIPPET],
        "unread": mail.unread,
        "account": mail.account.name,
    }


def _read(mail: MailText, bench: Bench) -> Result:
    attached = {"attachments": [a.shown for a in mail.attachments]} if mail.attachments else {}
    return {
        "from": mail.email.sender.shown,
        "to": ", ".join(a.shown for a in mail.email.to),
        "date": _date(mail.email, bench),
        "text": mail.text,
        **attached,
    }


def _date(mail: Email, bench: Bench) -> str:
    return f"{mail.received.astimezone(bench.zone):%a %-d %b %Y %H:%M}"


def _fitting(thread: Thread) -> tuple[Sequence[MailText], int]:
    """The newest mails that fit into THREAD_TEXT, oldest first, and how many were left out or shortened."""
    chosen: list[MailText] = []
    room, left_out = THREAD_TEXT, 0
    for mail in reversed(thread.mails):
        if room <= 0:
            left_out += 1
            continue
        shortened = mail.text[:room]
        left_out += len(shortened) < len(mail.text)
        chosen.append(mail.model_copy(update={"text": shortened}))
        room -= len(shortened)
    return chosen[::-1], left_out
