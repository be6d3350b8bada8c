"""Drafts in a thread: the answer to its last mail, or a reminder of one's own. It is read anew, and whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.errors import Missing
from app.domain.mailboxes import DRAFT, SENT, SPAM, TRASH
from app.domain.ports import Mind
from app.domain.types import Address, Email, MailText, Thread
from app.planning.owing import machine
from app.planning.provenance import named
from app.planning.quoting import once, questions
from app.planning.replies import recipients
from app.planning.sanitising import visible
from app.planning.sources import caller
from app.skills.drafting.errands import NUDGE
from app.skills.drafting.known import WAITS, Drafted, Known, quoted
from app.skills.drafting.wording import plain, worded
from app.writing import Answered, answer, written

MAILS = 6
"""The last mails of a thread that a model sees."""
EXCERPT = 1_500
"""Characters of each: all of them take a third of an 8k window."""
ASKED = 5
GONE = "A mail that I was to write about is gone."
NOBODY = "Nobody reads what is written to the sender of {title}."
ANSWERED = "You have answered {title} in the meantime."
HEARD = "{who} has answered {title} in the meantime."
PLAIN = "The model gave no usable text for {title}, so I put plain words of mine on the card."


async def draft(kind: str, ref: str, known: Known, mind: Mind) -> Drafted:
    """The card of a reply, or of a reminder, in the thread of a reference. Raises UnclearAccount, ProviderError,
    Refusal."""
    account, _, ident = ref.partition(":")
    box = known.desk.mailbox(account)
    try:
        thread = await box.thread(ident)
    except Missing:
        return Drafted(note=GONE)
    if not (mails := _said(thread)):
        return Drafted(note=GONE)
    last = mails[-1].email
    mine, title = _mine(last, known), quoted(thread.subject)
    if mine is not (kind == NUDGE):
        return Drafted(
            note=ANSWERED.format(title=title) if mine else HEARD.format(title=title, who=caller(last.sender))
        )
    own = known.own | {last.sender.email.lower()} if mine else known.own
    waiting = known.answering(last.account, ident)
    if waiting is not None and last.id in waiting.seen:
        return Drafted(note=WAITS.format(title=title))
    to = [named(a) for a in recipients(last, own, everyone=False)[0] if not machine(a)]
    if not to:
        return Drafted(note=NOBODY.format(title=title))
    known.sources.thread(thread)
    words = await worded(mind, _facts(kind, mails, to, known))
    body = words or plain(to, _sentence(kind, last, known), known.writer)
    letter = await answer(Answered(box, thread, last), [(a, "to") for a in to], body, person=known.request.person)
    old = waiting.id if waiting is not None else None  # a mail came that it doesn't know of
    return Drafted(await written(letter, known), "" if words else PLAIN.format(title=title), instead_of=old)


def _said(thread: Thread) -> list[MailText]:
    """What people wrote to each other, oldest first; where only a calendar wrote, that."""
    there = [m for m in thread.mails if not m.email.labels & {DRAFT, SPAM, TRASH}]
    found = [m for m in there if not m.email.invitation] or there
    return sorted(found, key=lambda m: m.email.received)


def _mine(mail: Email, known: Known) -> bool:
    return SENT in mail.labels or mail.sender.email.lower() in known.own


def _sentence(kind: str, last: Email, known: Known) -> str:
    about = f"{quoted(last.subject)} of {_day(last.received, known)}"
    if kind == NUDGE:
        return f"This is a friendly reminder of my mail {about}. Could you let me know where it stands?"
    return f"Thank you for your mail {about}. I have read it and will come back to you."


def _facts(kind: str, mails: Sequence[MailText], to: Sequence[Address], known: Known) -> Mapping[str, Any]:
    """What a model is told, with what others wrote fenced."""
    first = max(len(mails) - MAILS, 0)
    own = [_own(mails[n], mails[:n]) for n in range(first, len(mails))]
    return {
        "kind": "reminder" if kind == NUDGE else "reply",
        "writer": known.writer,
        "today": f"{known.request.now:%A %-d %B %Y}",
        "untrusted": {"to": [a.called for a in to], "asked": list(questions(own[-1]))[:ASKED]},
        "mails": [
            {
                "date": _day(m.email.received, known),
                "by": "writer" if _mine(m.email, known) else "other",
                "untrusted": {"from": m.email.sender.called, "subject": m.email.subject, "text": text[:EXCERPT]},
            }
            for m, text in zip(mails[first:], own, strict=True)
        ],
    }


def _own(mail: MailText, before: Sequence[MailText]) -> str:
    own, quotation = once(visible(mail.text), [m.text for m in before])
    return f"{own}\n\n{quotation}" if quotation else own


def _day(at: datetime, known: Known) -> str:
    return f"{at.astimezone(ZoneInfo(known.request.person.zone)):%A %-d %B %Y}"
