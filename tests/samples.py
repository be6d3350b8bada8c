"""People, messages and actions to test with."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from app.domain.actions import Action, ArchiveEmails, CreateEvent, SendReply
from app.domain.actions.letters import Glimpse
from app.domain.approvals import LIFETIME, Approval, expiry
from app.domain.cards import Origin, Recipient
from app.domain.permissions import Permission
from app.domain.types import (
    Account,
    AccountId,
    AccountRef,
    Address,
    MailQuery,
    Message,
    Person,
    Place,
    Turn,
    person_id,
)

TEAM = "T0STEWARD"
WORK = AccountRef(id=AccountId(UUID(int=1)), name="work", email="ann@example.com")
_seconds = count(1_772_442_000)


def someone(user: str = "U0ANN", **fields: Any) -> Person:
    name = user.removeprefix("U0").capitalize()
    return Person(id=person_id(TEAM, user), team=TEAM, user=user, dm=f"D{user[1:]}", **{"name": name} | fields)


ANN = someone()
BOB = someone("U0BOB")


def slack_ts() -> str:
    """A Slack timestamp later than every one before."""
    return f"{next(_seconds)}.000100"


def message(text: str = "archive my newsletters", *, person: Person = ANN, thread: str = "", **fields: Any) -> Message:
    """A top-level DM, which is a thread of its own, unless `thread` says otherwise."""
    ts = fields.pop("ts", slack_ts())
    place = fields.pop("place", Place(channel=person.dm, thread=thread or ts))
    ids = {"person": person.id, "team": person.team, "user": person.user}
    return Message(place=place, ts=ts, text=text, **ids, **fields)


def account(person: Person = ANN, **fields: Any) -> Account:
    given = {
        "id": uuid4(),
        "subject": "1001",
        "email": "ann@example.com",
        "name": "work",
        "scopes": tuple(Permission),
    } | fields
    return Account(person=person.id, **given)


def archive(*ids: str) -> ArchiveEmails:
    """Needs one confirmation, can be undone."""
    return ArchiveEmails(account=WORK, query=MailQuery(category="promotions"), ids=ids or ("m1", "m2"), samples=())


def reply(origin: Origin = Origin.UNSEEN, **fields: Any) -> SendReply:
    """Needs two confirmations unless the recipient is known; can't be undone."""
    received = datetime(2026, 2, 27, 15, 30, tzinfo=UTC)
    given = {
        "thread": "t1",
        "sender": Address(email="ann@example.com", name="Ann"),
        "recipients": (Recipient(address=Address(email="carol@example.org"), role="to", origin=origin),),
        "subject": "Re: Lunch",
        "body": "Yes, gladly.",
        "in_reply_to": "<lunch@example.org>",
        "seen": ("m1",),
        "answers": Glimpse(sender="Carol", subject="Lunch", received=received),
    }
    return SendReply(account=WORK, **given | fields)


def event(start: datetime) -> CreateEvent:
    """Can be undone; too late once it has begun."""
    end = start + timedelta(minutes=30)
    return CreateEvent(account=WORK, calendar="primary", title="Review", start=start, end=end, zone="Europe/Vienna")


def proposal(action: Action, turn: Turn, now: datetime, *, position: int = 0) -> Approval:
    return Approval(
        id=action.id,
        person=turn.person,
        turn=turn.id,
        place=turn.place,
        position=position,
        action=action,
        sha256=action.sha256,
        proposed_at=now,
        expires_at=expiry(action, now + LIFETIME),
    )
