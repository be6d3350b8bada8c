"""Tools that read mail: search, and a whole thread."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field

from app.agent.bench import Bench
from app.agent.tools.fitting import Result, fitting
from app.agent.tools.tool import Tool, fenced
from app.domain.mailboxes import Mailbox
from app.domain.types import Email, MailQuery, MailText, Thread
from app.planning.owing import Debt, Owed, debt
from app.planning.quoting import once

MAX_DAYS = 36_500
"""A hundred years: no mail is older, and no date is left that can't be reckoned with."""
DEFAULT_LIMIT = 10
MAX_LIMIT = 25
"""Mails listed in one result, to fit a small model's context."""
MAX_SKIP = 475
"""Mails that may be passed over: with those listed then, as many as Gmail gives ids for in one answer."""
SNIPPET = 120
"""Characters of a mail's beginning in a list."""
THREAD_TEXT = 5_000
"""Characters of a thread that the model reads; the newest mails come whole first."""
OWED_DAYS = 30
"""How far back open threads are looked for, unless said otherwise."""
OWED_MAILS, OWED_THREADS = 200, 50
"""Mails in which they are looked for, and whole threads read: ten quota units each."""


SAID = ("words", "sender", "subject", "category", "label", "unread", "attachment")
"""What of a search is the model's own word."""


class Filters(Tool):
    """What narrows a search."""

    words: str = ""
    sender: str = Field("", description='name or address; "a or b"')
    subject: str = ""
    category: Literal["", "primary", "promotions", "social", "updates", "forums"] = Field(
        "", description="newsletters are promotions"
    )
    label: str = Field("", description='its name, or "starred"')
    unread: bool | None = None
    attachment: bool | None = None
    when: str = Field("", description='a span: "last week"')
    older_than_days: int | None = Field(None, ge=0, le=MAX_DAYS)
    newer_than_days: int | None = Field(None, ge=0, le=MAX_DAYS)
    account: str = ""

    def query(self, bench: Bench, where: str) -> MailQuery:
        """The search; raises UnclearTime, and TwoTimes for a span that could be either of two."""
        today = bench.request.now.date()
        older, newer = self.older_than_days, self.newer_than_days
        before = [today - timedelta(days=older)] if older is not None else []
        since = [today - timedelta(days=newer)] if newer is not None else []
        if self.when:
            start, end = bench.span(self.when)
            since.append(start.date())
            before.append((end - timedelta(microseconds=1)).date() + timedelta(days=1))
        return MailQuery(
            **self.model_dump(include=set(SAID)),
            before=min(before, default=None),
            since=max(since, default=None),
            where=where,
        )


class SearchMail(Filters):
    """Find mails that fit all filters, newest first."""

    step: ClassVar[str] = "is searching your mail…"
    to: str = Field("", description="name or address it went to")
    exact_phrase: str = ""
    without: str = ""
    where: Literal["inbox", "sent", "drafts", "trash", "anywhere"] = "anywhere"
    owed: Literal["", Owed] = Field("", description="who is to answer: the person (by_me), others (to_me)")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    skip: int = Field(0, ge=0, le=MAX_SKIP, description="how many were shown before")

    async def run(self, bench: Bench) -> Result:
        if self.owed:
            return await self._unanswered(bench)
        found: list[Email] = []
        total, capped = 0, False
        query = self.query(bench, self.where)
        boxes = bench.mailboxes(self.account)
        upto = self.skip + self.limit
        for _, page in await bench.each(boxes, lambda box: box.search(query, limit=upto), what="mail"):
            found += page.mails
            total, capped = total + page.total, capped or page.capped
        newest = sorted(found, key=lambda m: m.received, reverse=True)[self.skip : upto]
        for mail in newest:
            bench.sources.mail(mail, mail.snippet)
        counted = f"at least {total}" if capped else total
        rows = fitting([_listed(m, bench) for m in newest])
        return fenced(total=counted, shown=len(rows), mails=rows, **bench.not_read)

    def query(self, bench: Bench, where: str) -> MailQuery:
        return super().query(bench, where).model_copy(update=self.model_dump(include={"to", "exact_phrase", "without"}))

    async def _unanswered(self, bench: Bench) -> Result:
        """The threads whose last word waits, the newest first."""
        query = self.query(bench, "sent" if self.owed == "to_me" else self.where)
        if query.since is None:
            query = query.model_copy(update={"since": bench.request.now.date() - timedelta(days=OWED_DAYS)})
        own = await bench.own_addresses()
        told = await bench.each(bench.mailboxes(self.account), lambda box: _threads(box, query), what="mail")
        found = [debt([m.email for m in thread.mails], own) for _, threads in told for thread in threads]
        debts = sorted((d for d in found if d and d.owed == self.owed), key=lambda d: d.since, reverse=True)
        page = debts[self.skip : self.skip + self.limit]
        for each in page:
            bench.sources.mail(each.last, each.last.snippet)
        rows = fitting([_waiting(d, bench) for d in page])
        since = f"{query.since:%a %-d %b %Y}"
        return fenced(total=len(debts), shown=len(rows), since=since, threads=rows, **bench.not_read)


class ReadThread(Tool):
    """Read a whole mail thread."""

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


async def _threads(box: Mailbox, query: MailQuery) -> Sequence[Thread]:
    """The threads of the newest mails that fit, whole."""
    mails = await box.read(await box.ids(query, limit=OWED_MAILS))
    return await box.threads(list(dict.fromkeys(m.thread for m in mails if not m.bulk))[:OWED_THREADS])


def _waiting(debt: Debt, bench: Bench) -> Result:
    days = (bench.request.now - debt.since).days
    return {**_listed(debt.last, bench), "waiting_days": days}


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
    for place, mail in reversed([*enumerate(thread.mails)]):
        if room <= 0:
            left_out += 1
            continue
        text = _once(mail.text, [earlier.text for earlier in thread.mails[:place]])
        shortened = text[:room]
        left_out += len(shortened) < len(text)
        chosen.append(mail.model_copy(update={"text": shortened}))
        room -= len(shortened)
    return chosen[::-1], left_out


def _once(text: str, earlier: Sequence[str]) -> str:
    own, quoted = once(text, earlier)
    return f"{own}\n\nQuoted:\n{quoted}" if quoted else own
