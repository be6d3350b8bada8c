"""The nouns: person, account, message, turn, mail, event."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from operator import not_
from typing import NewType
from uuid import UUID, uuid5

from pydantic import AwareDatetime, Field

from app.domain.asking import Listed, Question
from app.domain.documents import Document
from app.domain.permissions import Permission
from app.domain.reports import Report
from app.domain.value import Value as Value  # noqa: PLC0414 (every noun here is one, and so are those elsewhere)

PersonId = NewType("PersonId", UUID)
AccountId = NewType("AccountId", UUID)
TurnId = NewType("TurnId", UUID)
ActionId = NewType("ActionId", UUID)

_PEOPLE = UUID("6c0f6a86-5d1b-5f43-9a55-0c1c8d3d2f10")
"""The namespace of person ids, so that a person is known from a Slack envelope alone."""


def person_id(team: str, user: str) -> PersonId:
    """The id of a Slack user of a workspace: the same in every process, without asking anyone."""
    return PersonId(uuid5(_PEOPLE, f"{team}/{user}"))


# People and where they talk.


class Person(Value):
    id: PersonId
    team: str
    user: str
    name: str = ""
    email: str = ""
    zone: str = "UTC"
    """IANA name, from Slack until the person says otherwise."""
    dm: str = ""
    """The channel of their direct messages with Steward."""
    member: bool = True
    """False for guests, strangers from shared channels, bots and leavers."""


class Place(Value):
    """Where a message stands or goes: a channel, and the thread in it."""

    channel: str
    thread: str

    @property
    def conversation(self) -> str:
        """A person's DM is one conversation whatever its threads; in a channel each thread is one."""
        return self.channel if self.channel.startswith("D") else f"{self.channel}:{self.thread}"


class Message(Value):
    """What a person said to Steward."""

    person: PersonId
    team: str
    user: str
    place: Place
    ts: str
    text: str
    files: int = 0
    private: bool = True
    """False when it was said where others read along."""
    about: ActionId | None = None
    """The rejected action of which it says why."""
    mentions: tuple[str, ...] = ()
    """Slack users whom its text mentions, each as @ and their id."""
    errand: str = ""
    """The skill that a word of command stands for; empty for a request in words."""


class TurnStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


class Turn(Value):
    """One request and its answer."""

    id: TurnId
    person: PersonId
    place: Place
    ts: str
    text: str
    status: TurnStatus = TurnStatus.QUEUED
    attempt: int = 0
    reply: str = ""
    asked_at: AwareDatetime
    typed: str | None = None
    """The words of the person behind a text that code made; None where the text is theirs."""
    then: str = ""
    """What is left to do once its actions are settled, in the model's words."""
    plan_ts: str = ""
    """The Slack message that shows its actions together; empty until it was posted."""
    about: ActionId | None = None
    """The rejected action of which its text says why."""
    answers: TurnId | None = None
    """The turn of whose question its text is the option that was clicked."""
    follows: TurnId | None = None
    """The turn whose plan it goes on with."""
    reply_ts: str = ""
    question: Question | None = None
    listed: tuple[Listed, ...] = ()
    """What its reply speaks of."""
    errand: str = ""
    """What is done instead of asking a model: a skill's name and its argument; empty for a request in words."""
    report: Report | None = None
    taken: tuple[int, ...] = ()
    """The offers of its report that were taken up, by their place among all of them."""

    @property
    def words(self) -> str:
        """What the person typed, and nobody else."""
        return self.text if self.typed is None else self.typed


PERSON, STEWARD, CODE, CHOICE = "user", "assistant", "code", "choice"
"""Who said a line: the person, Steward, code to the model, and the person by clicking an option."""


class Utterance(Value):
    """A line of an earlier turn, as the model sees it again."""

    role: str
    text: str
    at: AwareDatetime
    listed: tuple[Listed, ...] = ()


# Accounts.


class Account(Value):
    """One connected Google account."""

    id: AccountId
    person: PersonId
    provider: str = "google"
    subject: str
    """The provider's own id of the account; an address can change hands, this can't."""
    email: str
    name: str
    """What the person calls it: "work", "personal"."""
    scopes: tuple[Permission, ...] = ()
    """What the person allowed."""
    alive: bool = True
    chosen: bool = False
    """Whether it is the one that is written with when none is named."""
    ended_at: datetime | None = None
    """When the provider was first seen not to accept the connection any more."""

    @property
    def described(self) -> str:
        """As a sentence names it."""
        return f"*{self.name}* ({self.email})"

    def lacks(self, permissions: Iterable[Permission]) -> tuple[Permission, ...]:
        """Which of these the person hasn't allowed."""
        return tuple(p for p in permissions if p not in self.scopes)


class AccountRef(Value):
    """An account as an action names it."""

    id: AccountId
    name: str
    email: str


class Address(Value):
    """An address of a mail or an invitation."""

    email: str
    name: str = ""

    @property
    def shown(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email

    @property
    def called(self) -> str:
        """The name alone, as lists show it; the address where there is none, or where it holds somebody's address."""
        honest = self.name and ("@" not in self.name or not self.email)
        return self.name if honest else self.email


# Mail.


class MailQuery(Value):
    """A search that code turns into a provider's syntax. Every field narrows it."""

    words: str = ""
    sender: str = ""
    to: str = ""
    subject: str = ""
    category: str = ""
    label: str = ""
    left_out: tuple[str, ...] = Field((), exclude_if=not_)  # categories; payloads kept before it came keep their hashes
    unread: bool | None = None
    before: date | None = None
    """Only mails of earlier days, in the person's zone."""
    since: date | None = None
    """Only mails of this day or later, in the person's zone."""
    where: str = "anywhere"
    """inbox, sent, drafts, trash, or anywhere (which leaves out spam and trash)."""
    attachment: bool | None = Field(None, exclude_if=lambda said: said is None)
    exact_phrase: str = Field("", exclude_if=not_)
    without: str = Field("", exclude_if=not_)

    def worded(self) -> str:
        """The search in words, for a card."""
        quoted = {"from": self.sender, "to": self.to, "subject": self.subject, "with": self.words}
        quoted |= {"with exactly": self.exact_phrase, "without": self.without}
        parts = [
            f"in {self.where}" if self.where != "anywhere" else "",
            f"category {self.category}" if self.category else "",
            f"without {' and '.join(self.left_out)}" if self.left_out else "",
            f"label {self.label}" if self.label else "",
            *(f"{name} “{value}”" for name, value in quoted.items() if value),
            {True: "unread", False: "read", None: ""}[self.unread],
            {True: "with files", False: "without files", None: ""}[self.attachment],
            f"before {self.before:%a %-d %b %Y}" if self.before else "",
            f"since {self.since:%a %-d %b %Y}" if self.since else "",
        ]
        return ", ".join(p for p in parts if p) or "all mail"


class Email(Value):
    """A mail without its text."""

    id: str
    thread: str
    account: AccountRef
    subject: str = ""
    sender: Address = Address(email="")
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    received: datetime
    """Aware, UTC: when the provider got it."""
    snippet: str = ""
    labels: frozenset[str] = frozenset()
    message_id: str = ""
    references: tuple[str, ...] = ()
    steward_action: str = ""
    """The X-Steward-Action header, if the mail carries one."""
    bulk: bool = False
    """Sent to many or by a machine: a newsletter, a mailing list, an automatic answer."""
    invitation: bool = False
    """Written by a calendar in somebody's name: an invitation, its update or cancellation, an answer to one."""

    @property
    def unread(self) -> bool:
        return "UNREAD" in self.labels


class Attachment(Value):
    """A file that came with a mail."""

    name: str
    size: int
    """Bytes."""
    kind: str = ""
    """Its media type, as the mail says."""

    @property
    def shown(self) -> str:
        kilo, mega = 1_000, 1_000_000
        if self.size < kilo:
            return f"{self.name} ({self.size} B)"
        size = f"{self.size / kilo:.0f} kB" if self.size < mega else f"{self.size / mega:.1f} MB"
        return f"{self.name} ({size})"


class MailText(Value):
    """A mail with its text, quoted parts and all."""

    email: Email
    text: str
    attachments: tuple[Attachment, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Parts that could not be decoded, each named; never silently left out."""


class Thread(Value):
    id: str
    account: AccountRef
    mails: tuple[MailText, ...]

    @property
    def subject(self) -> str:
        return self.mails[0].email.subject if self.mails else ""


class MailPage(Value):
    """Some of the mails a search found, newest first."""

    mails: tuple[Email, ...]
    total: int
    """How many there are; exact up to the limit of MailPage.capped."""
    capped: bool = False


class CalendarRef(Value):
    """One of an account's calendars."""

    id: str
    name: str = ""
    zone: str = "UTC"
    primary: bool = False
    role: str = "owner"
    """What the account may do there: freeBusyReader, reader, writerWithoutPrivateAccess, writer or owner."""
    shown: bool = True
    """Whether the person has it among the calendars they look at."""

    @property
    def writable(self) -> bool:
        return self.role in ("owner", "writer")


class Guest(Address):
    """Somebody who is invited."""

    answer: str = "needsAction"
    """accepted, declined, tentative or needsAction."""
    optional: bool = False


class Event(Value):
    """An event as the provider has it."""

    id: str
    calendar: str
    account: AccountRef
    title: str = ""
    start: datetime
    end: datetime
    all_day: bool = False
    zone: str = "UTC"
    place: str = ""
    notes: str = ""
    guests: tuple[Guest, ...] = ()
    """Without the account's owner."""
    organizer: Address = Address(email="")
    mine: bool = True
    """Whether the account organizes it."""
    status: str = "confirmed"
    """confirmed, tentative or cancelled."""
    answer: str = ""
    """What the account's owner replied: accepted, declined, tentative, needsAction; empty when not a guest."""
    busy: bool = True
    etag: str = ""
    link: str = ""
    steward_action: str = ""
    """The action that made it."""
    steward_change: str = ""
    """The action that changed it last."""
    series: str = ""
    """The event of which it is an occurrence."""
    original_start: AwareDatetime | None = None
    """When the occurrence would start by the series."""
    recurrence: tuple[str, ...] = ()
    """Lines of RFC 5545, for a series itself."""
    visibility: str = "default"
    conference: str = ""
    """Where its video conference is."""
    attachments: tuple[Document, ...] = ()
    guests_can_modify: bool = False
    kind: str = "default"
    """Google's event type: default, outOfOffice, focusTime, workingLocation, birthday or fromGmail."""
    uid: str = ""
    """The iCalendar UID: the same for a meeting in the calendar of everyone who takes part."""
    mirrors: str = ""
    """The account whose busy time it stands for, if it is a mirror block of ours."""

    @property
    def changeable(self) -> bool:
        """Whether the account may change it for everyone: as its organizer, or as a guest who is allowed to."""
        return self.mine or (self.guests_can_modify and bool(self.answer))
