"""What speaks for a mail before any model reads it: how it came, who wrote it, what it asks; and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.types import Email
from app.planning.deadlines import Deadline, deadline, pressing
from app.planning.hours import USUAL
from app.planning.phrases import WorkingHours
from app.planning.provenance import pretends, resembles

LEAST, MOST = 1, 10
"""Priorities, from no matter to drop everything."""
FREEDOM = 1
"""By how much a judgement may move a priority: a mail can talk a model into more, but not us."""
INVITED = 2
"""The priority of what a calendar wrote: whatever it says, the event itself says better."""
URGENT, IMPORTANT = 8, 5
"""From these priorities on, a mail is urgent or important."""
OFTEN = 3
"""Mails written to somebody from which on they are somebody the person knows."""
SOON = timedelta(days=1)
NEAR = timedelta(days=3)
FAR = timedelta(days=7)


class Category(StrEnum):
    """What kind of attention a mail wants."""

    URGENT_ACTION = "urgent_action"
    IMPORTANT_READ = "important_read"
    DELEGATE = "delegate"
    ROUTINE = "routine"
    NEWSLETTER = "newsletter"
    PROMOTIONAL = "promotional"
    SPAM_SUSPECT = "spam_suspect"


REACH = {
    Category.URGENT_ACTION: (URGENT, MOST - 1),
    Category.IMPORTANT_READ: (IMPORTANT, URGENT - 1),
    Category.DELEGATE: (LEAST, URGENT - 1),
    Category.ROUTINE: (LEAST, IMPORTANT - 1),
}
"""The least and the highest priority of a mail that a judgement leaves in its category; the very highest only the
signals give."""
ASIDE = frozenset({Category.NEWSLETTER, Category.PROMOTIONAL, Category.SPAM_SUSPECT})
"""What the signals settle by themselves, and nobody has to act on: no judgement moves a mail out of these."""


class Suggestion(StrEnum):
    """What to do with a mail."""

    REPLY = "reply"
    READ = "read"
    DELEGATE = "delegate"
    ARCHIVE = "archive"
    LOOK_TWICE = "look twice"


SUGGESTED = {
    Category.URGENT_ACTION: (Suggestion.REPLY, 10),
    Category.IMPORTANT_READ: (Suggestion.READ, 5),
    Category.DELEGATE: (Suggestion.DELEGATE, 2),
    Category.ROUTINE: (Suggestion.READ, 2),
    Category.NEWSLETTER: (Suggestion.ARCHIVE, 1),
    Category.PROMOTIONAL: (Suggestion.ARCHIVE, 1),
    Category.SPAM_SUSPECT: (Suggestion.LOOK_TWICE, 1),
}
"""For each category what to do and the minutes it takes, when nobody judged better."""


@dataclass(frozen=True)
class Circle:
    """What is known of a person when their mail is weighed. Addresses in lower case."""

    own: frozenset[str]
    zone: str
    hours: WorkingHours = USUAL
    """By which times are meant that their mail names."""
    priority: frozenset[str] = frozenset()
    """Addresses and hosts whose mail matters to them, because they said so."""
    written: Mapping[str, int] = field(default_factory=dict)
    """How many mails they have written to whom."""
    answered: frozenset[str] = frozenset()
    """Threads in which they wrote themself."""
    meeting: Mapping[str, datetime] = field(default_factory=dict)
    """Whom they meet within a day, and when."""
    delegate: str = ""
    """To whom they hand on what isn't theirs to do."""


@dataclass(frozen=True)
class Signals:
    """What speaks for a mail."""

    bulk: bool
    invitation: bool
    promotional: bool
    suspect: str
    """Why it may be a fraud; empty when nothing says so."""
    direct: bool
    """To the person and nobody else."""
    copied: bool
    """The person is only on Cc, or not named at all."""
    priority: bool
    known: int
    answered: bool
    deadline: Deadline | None
    pressing: str
    question: bool
    meeting: datetime | None


@dataclass(frozen=True)
class Verdict:
    """How a mail is sorted, and why, each reason a few words."""

    category: Category
    priority: int
    suggestion: Suggestion
    minutes: int
    reasons: tuple[str, ...]
    copied: bool = False
    """Whether it is to others, and may be theirs to see to."""


def signals(mail: Email, text: str, circle: Circle) -> Signals:
    """What speaks for a mail, from its head and as much of its text as was read."""
    sender = mail.sender.email.lower()
    to, cc = ({a.email.lower() for a in people} for people in (mail.to, mail.cc))
    words = f"{mail.subject}\n{text or mail.snippet}"
    promotional = "CATEGORY_PROMOTIONS" in mail.labels
    asks = not (mail.bulk or mail.invitation or promotional)
    return Signals(
        bulk=mail.bulk,
        invitation=mail.invitation,
        promotional=promotional,
        suspect=_suspect(mail, circle),
        direct=bool(to & circle.own) and not (to | cc) - circle.own,
        copied=not to & circle.own,
        priority=sender in circle.priority or sender.rpartition("@")[2] in circle.priority,
        known=circle.written.get(sender, 0),
        answered=mail.thread in circle.answered,
        deadline=deadline(words, at=mail.received, zone=circle.zone, hours=circle.hours) if asks else None,
        pressing=pressing(words) if asks else "",
        question="?" in words and asks,
        meeting=circle.meeting.get(sender),
    )


def _suspect(mail: Email, circle: Circle) -> str:
    if "SPAM" in mail.labels:
        return "your provider took it for spam"
    if pretends(mail.sender):
        return "its sender's name holds another address"
    known = [email for email, times in circle.written.items() if times >= OFTEN]
    other = resembles(mail.sender.email, [*circle.own, *known])
    return f"its sender is easily taken for {other}" if other else ""


def weigh(found: Signals, now: datetime) -> Verdict:
    """How a mail is sorted by its signals alone; `now` is aware."""
    if found.suspect:
        return _verdict(Category.SPAM_SUSPECT, LEAST, (found.suspect,))
    if found.invitation:
        return _verdict(Category.ROUTINE, INVITED, ("an invitation; it stands in your calendar",))
    if (found.bulk or found.promotional) and not found.priority:
        category = Category.PROMOTIONAL if found.promotional else Category.NEWSLETTER
        return _verdict(category, 1 if found.promotional else 2, ("sent to many",))
    points = [(worth, why) for worth, why in _points(found, now) if worth]
    priority = min(max(3 + sum(worth for worth, _ in points), LEAST), MOST)
    reasons = tuple(why for _, why in sorted(points, key=lambda p: -abs(p[0])))
    return replace(_verdict(_category(priority, copied=found.copied), priority, reasons), copied=found.copied)


def _points(found: Signals, now: datetime) -> list[tuple[int, str]]:
    """What each signal adds to or takes from a priority of 3, and the words for it."""
    due = _due(found.deadline, now)
    return [
        (3 * found.priority, "from someone who matters to you"),
        (due, f"“{found.deadline.words}”" if found.deadline else ""),
        (2 * (bool(found.pressing) and not due), f"“{found.pressing}”"),
        (2 * found.direct, "to you alone"),
        (-found.copied, "you are only copied in"),
        (int(found.answered), "you wrote in this thread"),
        (int(found.known >= OFTEN), "someone you write to"),
        (int(found.question), "asks something"),
        (int(found.meeting is not None), "you meet them within a day"),
        (-(found.known == 0 and not found.answered), "you never wrote to them"),
    ]


def _due(found: Deadline | None, now: datetime) -> int:
    if found is None or found.at <= now:
        return 0
    left = found.at - now
    return 3 if left <= SOON else 2 if left <= NEAR else 1 if left <= FAR else 0


def _category(priority: int, *, copied: bool) -> Category:
    if priority >= URGENT:
        return Category.URGENT_ACTION
    if priority >= IMPORTANT:
        return Category.DELEGATE if copied else Category.IMPORTANT_READ
    return Category.ROUTINE


def _verdict(category: Category, priority: int, reasons: tuple[str, ...]) -> Verdict:
    suggestion, minutes = SUGGESTED[category]
    return Verdict(category, priority, suggestion, minutes, reasons or ("nothing speaks for it in particular",))


def bounded(category: Category, priority: int, plain: Verdict) -> tuple[Category, int]:
    """A judgement, as far as the signals bear it out. What is urgent, important, suspect or sent to many, they alone
    say; whether a mail that was only copied in and isn't urgent is somebody else's to do, a judgement may. The priority
    it moves by no more than FREEDOM, and not over the bounds of the category; one that wants more has been talked into
    it, or doesn't know better, and counts for nothing."""
    if plain.category in ASIDE or abs(priority - plain.priority) > FREEDOM:
        return plain.category, plain.priority
    fits = category in _open(plain) and (category is not Category.ROUTINE or priority < IMPORTANT)
    kind = category if fits else plain.category
    least, most = REACH[kind]
    return kind, min(max(priority, least), max(most, plain.priority))


def _open(plain: Verdict) -> frozenset[Category]:
    """The categories between which a judgement decides."""
    between = frozenset({Category.DELEGATE, Category.ROUTINE})
    return between if plain.copied and plain.category in between else frozenset({plain.category})
