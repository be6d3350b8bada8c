"""The tool that writes mail: a new one, a reply, a forward, or only a draft of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from app.agent.bench import MAIL, Bench
from app.agent.tools.fitting import Result
from app.agent.tools.forwarding import Route, addressed, forward
from app.agent.tools.sending import sent_from
from app.agent.tools.tool import Changing, fenced
from app.domain import actions
from app.domain.errors import Refusal
from app.domain.mailboxes import DRAFT, SENT
from app.domain.types import Address, Email, MailQuery, Thread
from app.planning.provenance import named
from app.planning.replies import recipients
from app.planning.sanitising import visible
from app.writing import Answered, Letter, People, answer, signed, usual_sender, written

LOOKED_AT = 5
"""Newest mails in which the one that a person means by a name is looked for."""


class WriteMail(Changing):
    """Prepare a mail. Write the whole text, with greeting. A reply's recipients and subject come by code."""

    makes: ClassVar[tuple[type[actions.Action], ...]] = (
        actions.SendMail,
        actions.SendReply,
        actions.SaveDraft,
    )
    step: ClassVar[str] = "is preparing a mail…"
    kind: Literal["new", "reply", "reply_all", "forward"]
    thread: str = Field("", description="reference, to answer or forward")
    to: list[str] = Field(default_factory=list, description="addresses; reply without thread: whose last mail, by name")
    cc: list[str] = Field(default_factory=list)
    subject: str = ""
    body: str = ""
    account: str = Field("", description="account or alias to send from")
    draft_only: bool = Field(False, description="save as a draft, don't send")

    async def run(self, bench: Bench) -> Result:
        if self.kind == "forward":
            return await self._forward(bench)
        return await (self._new(bench) if self.kind == "new" else self._reply(bench))

    async def _new(self, bench: Bench) -> Result:
        person = bench.request.person
        box, alias = await sent_from(bench, self.account)
        given = {
            "sender": signed(alias, person) if alias else await usual_sender(box, person),
            "subject": " ".join(visible(self.subject).split()),
            "body": visible(self.body).strip(),
        }
        kind = actions.SaveDraft if self.draft_only else actions.SendMail
        return await self._proposed(bench, Letter(box, kind, given, _roles(addressed(self.to), addressed(self.cc))))

    async def _forward(self, bench: Bench) -> Result:
        if self.draft_only:
            raise Refusal(why="I can't save a forward as a draft; I can prepare it to be sent.")
        account, ident = bench.located(self.thread, "thread")
        source, old = bench.desk.mailbox(account), bench.waiting(self.replaces)
        thread = await bench.thread(account, ident)
        mails = [m.email for m in thread.mails if DRAFT not in m.email.labels][-1:]
        box, alias = await sent_from(bench, self.account) if self.account else (source, None)
        route = Route(source, box, (*self.to, *self.cc), self.body, alias)
        return {"proposed": await forward(bench, mails, route, instead_of=old)}

    # Replies.

    async def _reply(self, bench: Bench) -> Result:
        account, ident = bench.located(self.thread or await self._newest(bench), "thread")
        box, thread = bench.desk.mailbox(account), await bench.thread(account, ident)
        answered, others = _answered(thread, self.to)
        to, cc = recipients(answered, await bench.own_addresses(), everyone=self.kind == "reply_all")
        if others and self.kind == "reply":
            to = addressed(self.to)  # somebody else than who wrote is to get it
        if not to:
            raise Refusal(why="That thread has nobody to reply to.")
        people = _roles([named(a) for a in to], [named(a) for a in (*cc, *addressed(self.cc))])
        at, person = Answered(box, thread, answered), bench.request.person
        letter = await answer(at, people, self.body, person=person, send=not self.draft_only)
        return await self._proposed(bench, await self._from_alias(bench, letter))

    async def _from_alias(self, bench: Bench, letter: Letter) -> Letter:
        """The reply from the alias that was named, if one was. Raises Refusal for one of another account."""
        box, alias = await sent_from(bench, self.account)
        if alias is None:
            return letter
        if box is not letter.box:
            raise Refusal(why=f"That thread is in {letter.box.account.name}, which doesn't write as {alias.email}.")
        return replace(letter, given={**letter.given, "sender": signed(alias, bench.request.person)})

    async def _newest(self, bench: Bench) -> str:
        """The thread of the newest mail by whom the reply is to; raises Refusal when the name fits several people."""
        if not self.to:
            raise Refusal(why="Say which thread, or whose mail.")
        who = self.to[0]
        query = MailQuery(sender=who)
        boxes = (await sent_from(bench, self.account))[:1] if self.account else bench.desk.mailboxes
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

    async def _proposed(self, bench: Bench, letter: Letter) -> Result:
        old = bench.waiting(self.replaces)
        action = await written(letter, bench, instead_of=old)
        people = [r.address.shown for r in action.recipients]
        return {"proposed": bench.propose(action, instead_of=old), **fenced(to=people)}


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
