"""What a card says, as a value: plain text throughout, which the renderer escapes."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domain.types import AccountRef, Address, Value

MAX_RECIPIENTS = 50
"""More can't be shown whole on a card, so more can't be approved on one (design, section 7)."""
MAX_CARD = 10_000
"""Characters of everything a card shows; what Slack holds beyond them is for labels and the outcome."""
MAX_LINE = 250
"""Characters of a title, a place or a subject, so that a card shows them whole."""
MAX_BODY = 9_000
"""Characters of a body that a card shows whole (design, section 7; Slack holds about 13,200 a message)."""


EXCERPT = 60
"""Characters of words that a warning repeats."""
PIECE = 20
"""Characters by which words that were carried over are known again in a text that was edited."""


class Origin(StrEnum):
    """How Steward comes to know an address; the last needs a second confirmation."""

    TYPED = "typed by you"
    CHOSEN = "chosen by you"
    THREAD = "in this thread"
    CONTACT = "someone you write to"
    GUEST = "invited to it already"
    UNSEEN = "never seen before"


class Recipient(Value):
    """An address an action will reach, and how Steward came to know it."""

    address: Address
    role: str
    """to, cc or guest."""
    origin: Origin
    evidence: str = ""
    warning: str = ""
    """What the address or its name could be mistaken for; empty when nothing."""

    @property
    def marked(self) -> bool:
        return self.origin is Origin.UNSEEN or bool(self.warning)


class Part(StrEnum):
    """Where in what is sent some words stand."""

    BODY = "text"
    TITLE = "title"
    PLACE = "place"


class Taint(Value):
    """Words that others wrote, the person didn't type, and an action would carry on."""

    part: Part
    text: str
    source: str
    """Where they come from, as a card names it; empty for a link that comes from nowhere but the model."""
    readers: tuple[str, ...] = ()
    """Addresses, in lower case, of those who have read them there."""


class Exposure(Value):
    """Words that would reach people who were never on the mail they come from."""

    part: Part
    texts: tuple[str, ...]
    source: str
    strangers: tuple[str, ...]

    @property
    def excerpt(self) -> str:
        """How its first words begin."""
        first = self.texts[0]
        return first if len(first) <= EXCERPT else f"{first[:EXCERPT]}…"


class Field(Value):
    label: str
    value: str
    sent: bool = False
    """Part of what goes out: shown whole, however long."""


class Item(Value):
    """A line of a list: a mail of many, an event in the way."""

    title: str
    detail: str = ""


class Card(Value):
    """What an action would change, worked out from its payload alone."""

    title: str
    summary: str
    account: AccountRef
    fields: tuple[Field, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    body: str | None = None
    """The exact text that will be sent."""
    taints: tuple[Taint, ...] = ()
    viewers: tuple[str, ...] = ()
    """Who can read the result besides the account's owner and the recipients: addresses, or words for a group."""
    items: tuple[Item, ...] = ()
    more: int = 0
    """Items that are meant too but not listed."""
    notes: tuple[str, ...] = ()
    approve: str = "Approve"
    undo: str = ""
    """What undoing will do; empty when it can't be undone."""

    @property
    def length(self) -> int:
        """Characters of everything it shows."""
        texts = [self.title, self.summary, self.account.name, self.account.email, self.body or "", *self.notes]
        texts += [part for f in self.fields for part in (f.label, f.value)]
        texts += [part for i in self.items for part in (i.title, i.detail)]
        texts += [part for r in self.recipients for part in (r.role, r.address.shown, r.origin, r.evidence, r.warning)]
        texts += [part for e in self.exposures for part in (e.source, e.excerpt, *e.strangers)]
        return sum(map(len, texts))

    @property
    def exposures(self) -> tuple[Exposure, ...]:
        """What of it comes from mails that not everyone it reaches was on, by where it comes from."""
        reached = (*(r.address.email.lower() for r in self.recipients), *self.viewers)
        found: dict[tuple[Part, str, tuple[str, ...]], list[str]] = {}
        for taint in self.taints:
            strangers = tuple(dict.fromkeys(who for who in reached if who not in taint.readers))
            if strangers:
                found.setdefault((taint.part, taint.source, strangers), []).append(taint.text)
        return tuple(
            Exposure(part=part, texts=tuple(texts), source=source, strangers=strangers)
            for (part, source, strangers), texts in found.items()
        )

    @property
    def confirmations(self) -> int:
        return 2 if any(r.marked for r in self.recipients) else 1


def carried(taints: Iterable[Taint], words: Mapping[Part, str]) -> tuple[Taint, ...]:
    """The taints of which something still stands in the words, which the person may have changed since."""
    return tuple(t for t in taints if any(piece in words.get(t.part, "") for piece in _pieces(t.text)))


def _pieces(text: str) -> list[str]:
    return [text[at : at + PIECE] for at in range(0, max(1, len(text) - PIECE + 1), PIECE // 2)]


class Difference(Value):
    """Where what the provider stored is not what was asked."""

    field: str
    asked: str
    stored: str


def differences(asked: Mapping[str, str], stored: Mapping[str, str]) -> tuple[Difference, ...]:
    """Where two meanings differ, in the fields of the first."""
    return tuple(
        Difference(field=name, asked=value or "none", stored=stored[name] or "none")
        for name, value in asked.items()
        if value != stored[name]
    )


class Receipt(Value):
    """What the provider says afterwards."""

    summary: str
    fields: tuple[Field, ...] = ()
    link: str = ""
    differences: tuple[Difference, ...] = ()
    skipped: int = 0


def when(start: datetime, end: datetime, zone: str, *, all_day: bool = False, now: datetime | None = None) -> str:
    """A span with weekday, date, time and zone, as cards and receipts show it; with `now` the year stands there only
    where it is another one."""
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    if all_day:
        final = last - timedelta(days=1)
        until = dayed(final, now)
        return f"{until if final.date() <= first.date() else f'{first:%a %-d %b} – {until}'}, all day"
    closing = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%a %-d %b %H:%M}"
    return f"{dayed(first, now)}, {first:%H:%M}–{closing} ({zoned(first, zone)})"


def dayed(at: datetime, now: datetime | None = None) -> str:
    """A day by its weekday and date, without the year if that is `now`'s, by the clocks of `at`."""
    this = now is not None and now.astimezone(at.tzinfo).year == at.year
    return f"{at:%a %-d %b}" if this else f"{at:%a %-d %b %Y}"


def zoned(at: datetime, zone: str) -> str:
    """A zone by its name and by how far it is from UTC then."""
    return f"{zone}, UTC{_offset(at.astimezone(ZoneInfo(zone)))}"


def _offset(at: datetime) -> str:
    text = at.strftime("%z")
    return "+0" if text == "+0000" else f"{text[:3]}:{text[3:]}".removesuffix(":00")


def counted(n: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 mail, 2,310 mails."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
