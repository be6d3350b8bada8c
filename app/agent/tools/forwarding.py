"""Preparing the card that passes mails on, for the tools that do so."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.agent.bench import Bench
from app.domain import actions
from app.domain.actions import Action
from app.domain.actions.forward import Forwarded
from app.domain.cards import Origin, Part, Recipient
from app.domain.desk import reference
from app.domain.errors import Refusal
from app.domain.forms import Addresses
from app.domain.mailboxes import Mailbox
from app.domain.types import Address, Email
from app.planning.provenance import named
from app.planning.sanitising import visible
from app.recognising import recognised, remembered
from app.writing import signed, usual_sender


@dataclass(frozen=True)
class Route:
    """Where mails are taken from, what they are sent from, and to whom."""

    source: Mailbox
    box: Mailbox
    to: Sequence[str]
    note: str = ""
    alias: Address | None = None
    """What it is sent from, if not from the usual address."""


async def forward(bench: Bench, mails: Sequence[Email], route: Route, *, instead_of: Action | None) -> str:
    """Propose to pass on mails; returns how the card is called."""
    people, source, box, person = addressed(route.to), route.source, route.box, bench.request.person
    texts = await source.threads(list(dict.fromkeys(m.thread for m in mails)))
    read = {mail.email.id: mail for thread in texts for mail in thread.mails}
    action = actions.ForwardEmails(
        account=reference(box.account),
        source=reference(source.account),
        mails=tuple(Forwarded.of(read[m.id], bench.zone) for m in mails if m.id in read),
        sender=signed(route.alias, person) if route.alias else await usual_sender(box, person),
        recipients=tuple(Recipient(address=a, role="to", origin=Origin.UNSEEN) for a in people),
        body=visible(route.note).strip(),
    ).vetted(bench.request.now)
    for mail in (read[m.id] for m in mails if m.id in read):
        bench.sources.mail(mail.email, mail.text)
    marked = await asyncio.gather(*(recognised(bench, a, "to", box=box) for a in people))
    taints = bench.sources.traced({Part.BODY: action.body})
    action = action.model_copy(update={"recipients": remembered(marked, instead_of), "taints": taints})
    return bench.propose(action, instead_of=instead_of)


def addressed(written: Sequence[str]) -> tuple[Address, ...]:
    """Addresses as the model wrote them; raises Refusal for a bare name, and FormErrors for what is no address."""
    for one in filter(str.strip, written):
        if "@" not in one:
            raise Refusal(why=f"“{one}” is a name: find_person knows the address, or the person does.")
    found = Addresses(name="to", label="To", value=()).entered(tuple(written))
    return tuple(named(a) for a in found)
