"""The tool that writes mail: a new one, a reply, a forward, or only a draft of it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field

from app.agent.bench import MAIL, Bench
from app.agent.recognising import recognised, remembered
from app.agent.tools.fitting import Result
from app.agent.tools.forwarding import Route, addressed, forward, signed, usual_sender
from app.agent.tools.mail import own_addresses
from app.agent.tools.tool import Changing, fenced
from app.domain import actions
from app.domain.actions.letters import glimpse
from app.domain.actions.mail import Written
from app.domain.cards import Origin, Recipient
from app.domain.desk import reference
from app.domain.errors import Refusal
from app.domain.mailboxes import DRAFT, SENT, Mailbox
from app.domain.types import Address, Email, MailQuery, Thread
from app.planning.provenance import named
from app.planning.replies import answering_as, recipients, subject
from app.planning.sanitising import visible

LOOKED_AT = 5
"""Newest mails in which the one that a person means by a name is looked for."""
People = Sequence[tuple[Address, str]]


class WriteMail(Changing):
    """Prepare a mail. Write the whole text, with greeting. A reply's recipients and subject come by themselves."""

    makes: ClassVar[tuple[type[actions.Action], ...]] = (
        actions.SendMail,
        actions.SendReply,
        actions.SaveDraft,
    )
    step: ClassVar[str] = "is preparing a mail…"
    kind: Literal["new", "reply", "reply_all", "forward"]
    thread: str = Field("", description="reference of the thread to answer or forward")
    to: list[str] = Field(default_factory=list, description="addresses; reply without thread: whose last mail, by name")
    cc: list[str] = Field(default_factory=list)
    subject: str = ""
    body: str = ""
    account: str = Field("", description="account to send from")
    draft_only: bool = Field(False, description="save as a draft, don't send")

    async def run(self, bench: Bench) -> Result:
        if self.kind == "forward":
            return await self._forward(bench)
        return await (self._new(bench) if self.kind == "new" else self._reply(bench))

    async def _new(self, bench: Bench) -> Result:
        box = bench.mailboxes(self.account)[0]
        given = {
            "sender": await usual_sender(bench, box),
            "subject": " ".join(visible(self.subject).split()),
            "body": visible(self.body).strip(),
        }
        kind = actions.SaveDraft if self.draft_only else actions.SendMail
        return await self._proposed(bench, _Letter(box, kind, given, _roles(addressed(self.to), addressed(self.cc))))

    async def _forward(self, bench: Bench) -> Result:
        if self.draft_only:
            raise Refusal(why="I can't save a forward as a draft; I can prepare it to be sent.")
        account, ident = bench.located(self.thread, "thread")
        source, old = bench.desk.mailbox(account), bench.waiting(self.replaces)
        thread = await bench.thread(account, ident)
        mails = [m.email for m in thread.mails if DRAFT not in m.email.labels][-1:]
        box = bench.desk.mailbox(self.account) if self.account else source
        route = Route(source, box, (*self.to, *self.cc), self.body)
        return {"proposed": await forward(bench, mails, route, instead_of=old)}

    # Replies.

    async def _reply(self, bench: Bench) -> Result:
        account, ident = bench.located(self.thread or await self._newest(bench), "thread")
        box, thread = bench.desk.mailbox(account), await bench.thread(account, ident)
        answered, others = _answered(thread, self.to)
        to, cc = recipients(answered, await own_addresses(bench), everyone=self.kind == "reply_all")
        if others and self.kind == "reply":
            to = addressed(self.to)  # somebody else than who wrote is to get it
        if not to:
            raise Refusal(why="That thread has nobody to reply to.")
        given = {
            "thread": ident,
            "sender": signed(answering_as(answered, await box.aliases()), bench),
            "subject": subject(visible(thread.subject)),
            "body": visible(self.body).strip(),
            "in_reply_to": answered.message_id,
            "references": answered.references,
        }
        people = _roles([named(a) for a in to], [named(a) for a in (*cc, *addressed(self.cc))])
        if self.draft_only:
            return await self._proposed(bench, _Letter(box, actions.SaveDraft, given, people, thread))
        seen = tuple(m.email.id for m in thread.mails)
        given |= {"seen": seen, "answers": glimpse(answered, bench.request.person.zone)}
        return await self._proposed(bench, _Letter(box, actions.SendReply, given, people, thread))

    async def _newest(self, bench: Bench) -> str:
        """The thread of the newest mail by whom the reply is to; raises Refusal when the name fits several people."""
        if not self.to:
            raise Refusal(why="Say which thread, or whose mail.")
        who = self.to[0]
        query = MailQuery(sender=who)
        boxes = bench.mailboxes(self.account)
        told = await bench.each(boxes, lambda box: box.search(query, limit=LOOKED_AT), what=MAIL)
        found = [m for _, page in told for m in page.mails]
        if not found:
            raise Refusal(why=f"I found no mail from {who}.")
        people = {m.sender.email.lower(): m.sender.shown for m in found}
        if len(people) > 1:
            raise Refusal(why=f"{who} could be {' or '.join(people.values())}.")
        newest = max(found, key=lambda m: m.received)
        return f"{newest.account.name}:{newest.thread}"

    # The card.

    async def _proposed(self, bench: Bench, letter: "_Letter") -> Result:
        old, box = bench.waiting(self.replaces), letter.box
        unmarked = tuple(Recipient(address=a, role=role, origin=Origin.UNSEEN) for a, role in letter.people)
        action = letter.kind(account=reference(box.account), recipients=unmarked, **letter.given)
        action = action.vetted(bench.request.now)
        marked = await asyncio.gather(
            *(recognised(bench, a, role, box=box, thread=letter.thread) for a, role in letter.people)
        )
        update = {"recipients": remembered(marked, old), "taints": bench.sources.traced(action.words)}
        action = action.model_copy(update=update)
        return {"proposed": bench.propose(action, instead_of=old), **fenced(to=[r.address.shown for r in marked])}


@dataclass(frozen=True)
class _Letter:
    """A mail before anybody looked at whom it goes to."""

    box: Mailbox
    kind: type[Written]
    given: Mapping[str, Any]
    people: People
    thread: Thread | None = None


def _roles(to: Sequence[Address], cc: Sequence[Address]) -> People:
    """Everybody once, with the role in which they are named first."""
    roles = {a.email.lower(): (a, "cc") for a in reversed(cc)} | {a.email.lower(): (a, "to") for a in to}
    order = dict.fromkeys(a.email.lower() for a in (*to, *cc))
    return [roles[email] for email in order]


def _answered(thread: Thread, to: Sequence[str]) -> tuple[Email, list[str]]:
    """The mail a reply answers: the last one received, of one person if they are named, else the last one sent; and
    those named who haven't written in the thread. Raises Refusal for a name that isn't there."""
    real = [m.email for m in thread.mails if DRAFT not in m.email.labels]
    received = [m for m in real if SENT not in m.labels]
    theirs = {name: [m for m in received if _fits(m.sender, name)] for name in filter(str.strip, to)}
    others = [name for name, mails in theirs.items() if not mails]
    if strangers := [name for name in others if "@" not in name]:
        raise Refusal(why=f"Nobody called {strangers[0]} has written in that thread.")
    if not real:
        raise Refusal(why="That thread has no mail to reply to.")
    named_mails = [m for mails in theirs.values() for m in mails]
    return max(named_mails, key=lambda m: m.received) if named_mails else (received or real)[-1], others


def _fits(sender: Address, name: str) -> bool:
    return all(w in sender.shown.lower() for w in name.lower().split())
