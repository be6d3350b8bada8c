"""Tools that read mail: search, and a whole thread."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field

from app.agent.bench import Bench
from app.agent.tools.fitting import Result, fitting
from app.agent.tools.tool import Tool, fenced
from app.domain.types import Email, MailQuery, MailText, Thread

MAX_DAYS = 36_500
"""A hundred years: no mail is older, and no date is left that can't be reckoned with."""
DEFAULT_LIMIT = 10
MAX_LIMIT = 25
"""Mails listed in one result, to fit a small model's context."""
SNIPPET = 120
"""Characters of a mail's beginning in a list."""
THREAD_TEXT = 5_000
"""Characters of a thread that the model reads; the newest mails come whole first."""


class Filters(Tool):
    """What narrows a search."""

    words: str = Field("", description="words the mail contains")
    sender: str = Field("", description="name or address it is from")
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
        """The search; raises UnclearTime, and TwoTimes for a span that could be either of two."""
        today = bench.request.now.date()
        older, newer = self.older_than_days, self.newer_than_days
        return MailQuery(
            **self.model_dump(include={"words", "sender", "subject", "category", "label", "unread"}),
            before=today - timedelta(days=older) if older is not None else None,
            since=today - timedelta(days=newer) if newer is not None else None,
            where=where,
        )


class SearchMail(Filters):
    """Find mails, newest first. All filters given must fit. Returns thread references for the other tools."""

    step: ClassVar[str] = "is searching your mail…"
    to: str = Field("", description="name or address it went to")
    where: Literal["inbox", "sent", "drafts", "trash", "anywhere"] = "anywhere"
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)

    async def run(self, bench: Bench) -> Result:
        found: list[Email] = []
        total, capped = 0, False
        query = self.query(bench, self.where).model_copy(update={"to": self.to})
        for box in bench.mailboxes(self.account):
            page = await box.search(query, limit=self.limit)
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
