"""A mail in the making: what it answers, whom it goes to, and the change that sends it, with all its marks."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.actions import Action, SaveDraft, SendReply
from app.domain.actions.letters import glimpse
from app.domain.actions.mail import Written
from app.domain.cards import Origin, Recipient
from app.domain.desk import reference
from app.domain.mailboxes import Mailbox
from app.domain.types import Address, Email, Person, Thread
from app.planning.replies import answering_as, subject
from app.planning.sanitising import visible
from app.recognising import Knowing, recognised, remembered

People = Sequence[tuple[Address, str]]
"""Addresses, each with its role."""


@dataclass(frozen=True)
class Answered:
    """The mail that is answered, and where it stands."""

    box: Mailbox
    thread: Thread
    mail: Email


@dataclass(frozen=True)
class Letter:
    """A mail before anybody looked at whom it goes to."""

    box: Mailbox
    kind: type[Written]
    given: Mapping[str, Any]
    people: People
    thread: Thread | None = None


async def answer(to: Answered, people: People, body: str, *, person: Person, send: bool = True) -> Letter:
    """A reply in a thread, from the address that was written to; without `send` only a draft of it. Raises
    ProviderError."""
    given = {
        "thread": to.thread.id,
        "sender": signed(answering_as(to.mail, await to.box.aliases()), person),
        "subject": subject(visible(to.thread.subject)),
        "body": visible(body).strip(),
        "in_reply_to": to.mail.message_id,
        "references": to.mail.references,
        "seen": tuple(m.email.id for m in to.thread.mails),
    }
    if not send:
        return Letter(to.box, SaveDraft, given, people, to.thread)
    given |= {"answers": glimpse(to.mail, person.zone)}
    return Letter(to.box, SendReply, given, people, to.thread)


async def written(letter: Letter, by: Knowing, *, instead_of: Action | None = None) -> Written:
    """The change that sends a letter, or keeps it, and where its people and words come from. Raises FormErrors for
    what a person can't be asked to approve, Refusal, ProviderError."""
    unmarked = tuple(Recipient(address=a, role=role, origin=Origin.UNSEEN) for a, role in letter.people)
    action = letter.kind(account=reference(letter.box.account), recipients=unmarked, **letter.given)
    action = action.vetted(by.request.now)
    marked = await asyncio.gather(
        *(recognised(by, a, role, box=letter.box, thread=letter.thread) for a, role in letter.people)
    )
    update = {"recipients": remembered(marked, instead_of), "taints": by.sources.traced(action.words)}
    return action.model_copy(update=update)


async def usual_sender(box: Mailbox, person: Person) -> Address:
    """The address that a mailbox writes from unless there is a reason for another. Raises ProviderError."""
    return signed((await box.aliases())[0], person)


def signed(sender: Address, person: Person) -> Address:
    """An address of the person's, with their name where it has none."""
    return sender if sender.name else Address(email=sender.email, name=person.name)
