"""What the tools of one turn share: the request, the desk, and what was put on the table."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.domain.actions import Action
from app.domain.asking import MAX_OPTIONS, Listed, Question
from app.domain.calendars import Calendar, own_events
from app.domain.desk import Desk
from app.domain.errors import ProviderError, Refusal, UnclearTime, UnknownReference
from app.domain.mailboxes import Mailbox
from app.domain.memory import Relation, key_of
from app.domain.plans import MAX_ACTIONS
from app.domain.ports import Request, Watch
from app.domain.reading import Found, Place, Reading
from app.domain.types import AccountId, ActionId, Event, Thread
from app.planning.asking import options
from app.planning.phrases import Ambiguous, Grain, Instant, Interval, WorkingHours, resolve
from app.planning.preferences import spoken_hours
from app.planning.provenance import addresses
from app.planning.sanitising import visible
from app.planning.sources import SUBJECT, Sources
from app.recognising import own_addresses

CALL: ContextVar[tuple[int, int]] = ContextVar("call", default=(0, 0))
"""Which call of a tool is running: the model's answer it stands in, and its place there."""


CALENDAR, MAIL = "calendar", "mail"
"""What of an account is read, in words."""
TWO_WAYS = "can be read in more than one way. Which do you mean?"


class TwoTimes(Exception):
    """A phrase that could mean several times, between which only the person can choose."""

    def __init__(self, readings: Sequence[str], phrase: str = "") -> None:
        self.readings = tuple(readings)
        self.question = f"“{phrase}” {TWO_WAYS}" if phrase else f"That time {TWO_WAYS}"
        super().__init__(", ".join(readings))


@dataclass(frozen=True)
class Asked:
    """A question to the person, with which the turn ends."""

    words: str
    question: Question | None
    """Its options; None when it is to be answered in words alone."""


@dataclass
class Bench:
    """One turn's work in progress. Nothing on it has any effect before the turn ends."""

    request: Request
    desk: Desk
    watch: Watch
    actions: list[Action] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _places: dict[ActionId, tuple[tuple[int, int], int]] = field(default_factory=dict)
    replaced: dict[ActionId, ActionId] = field(default_factory=dict)
    """For actions on the table that are instead of one whose card waits, that one."""
    then: str = ""
    """What is left to do once the cards of this turn are settled."""
    asked: Asked | None = None
    """What the person is asked, once they are."""
    errand: str = ""
    """The skill that answers instead, and what for."""
    learned: list[Relation] = field(default_factory=list)
    """Whom the person meant by which name, as they said in this turn."""
    listed: dict[str, Listed] = field(default_factory=dict)
    """What tools have told of by a reference in this turn."""
    choices: tuple[str, ...] = ()
    """Those between whom it is undecided."""
    _evidence: Mapping[str, str] = field(default_factory=dict)
    _about: str = ""
    _unread: dict[tuple[str, str], ProviderError] = field(default_factory=dict)
    """Why the mail or the calendar of an account could not be read when it was last tried, by which and its name."""
    sources: Sources = field(init=False)
    """What the model has read so far, and what the person typed."""

    def __post_init__(self) -> None:
        self.sources = Sources(self.request, [account.email for account in self.desk.accounts])

    @property
    def plan(self) -> tuple[Action, ...]:
        """The actions in the order in which the model called for them: calls of one answer run at the same time."""
        return tuple(sorted(self.actions, key=lambda action: self._places[action.id]))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.request.person.zone)

    @property
    def hours(self) -> WorkingHours:
        """The hours by which the person's time phrases are meant."""
        return spoken_hours(self.request.preferences)

    @property
    def first(self) -> str:
        """What the person is called."""
        return (" ".join(visible(self.request.person.name).split()) or "the person").split()[0]

    # People, and asking.

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Whom the person means by which name: the latest word counts."""
        latest = {relation.key: relation for relation in (*reversed(self.request.relations), *self.learned)}
        return tuple(relation for relation in reversed(latest.values()) if relation.people)

    def relation(self, name: str) -> Relation | None:
        """Whom the person means by a name; None when they never said."""
        return next((relation for relation in self.relations if relation.key == key_of(name)), None)

    def unsettled(self, about: str, choices: Sequence[str], evidence: Mapping[str, str] | None = None) -> None:
        """Remember between whom it is undecided who is meant by a name, and what speaks for each, by address."""
        self._about, self._evidence = about, evidence or {}
        self.choices = options(choices, typed=self.request.words)[:MAX_OPTIONS]

    @property
    def between(self) -> Question:
        """The question between whom it is undecided."""
        return self._question(self.choices)

    def _question(self, choices: tuple[str, ...]) -> Question:
        """The question between these, and whether it is about those between whom it is undecided."""
        undecided = {email for choice in self.choices for email in addresses(choice)}
        if not all(addresses(choice) & undecided for choice in choices):
            return Question(options=choices)
        named = [next(iter(found)) if len(found := addresses(choice)) == 1 else "" for choice in choices]
        hints = tuple(self._evidence.get(email, "") for email in named)
        return Question(options=choices, hints=hints if any(hints) else (), about=self._about)

    def ask(self, words: str, choices: Sequence[str]) -> str:
        """Ask the person, with choices to click; of several questions of a turn only the first is asked."""
        if self.asked is not None:
            return "There is a question already. One at a time."
        shown = options(choices, typed=self.request.words)[:MAX_OPTIONS]
        self.asked = Asked(words.strip(), self._question(shown) if shown else None)
        return "The turn ends here; the answer comes as the next message."

    def send(self, errand: str) -> None:
        """End the turn with an errand for a skill, or with one more line of it. Raises Refusal for a second skill."""
        if self.errand and errand.split()[:1] != self.errand.split()[:1]:
            raise Refusal(why="One skill at a time. Say what to ask for next.")
        self.errand = "\n".join(dict.fromkeys((*self.errand.splitlines(), errand)))

    # Reading.

    def mailboxes(self, account: str) -> tuple[Mailbox, ...]:
        """The mailbox of a named account, or all of them; raises UnclearAccount."""
        return (self.desk.mailbox(account),) if account else self.desk.mailboxes

    def mailbox_of(self, account: AccountId) -> Mailbox | None:
        """The mailbox of an account, unless only its calendars may be read."""
        return next((box for box in self.desk.mailboxes if box.account.id == account), None)

    def calendars(self, account: str) -> tuple[Calendar, ...]:
        """The calendars of a named account, or of all; raises UnclearAccount."""
        return (self.desk.calendar(account),) if account else self.desk.calendars

    def located(self, ref: str, what: str) -> tuple[str, str]:
        """A reference of ours, split into account and id; raises UnknownReference."""
        account, _, ident = ref.partition(":")
        if not ident or account not in {a.name for a in self.desk.accounts}:
            raise UnknownReference(what=what, ref=ref)
        return account, ident

    async def thread(self, account: str, ident: str) -> Thread:
        """A whole thread, remembered as read; raises Missing."""
        thread = await self.desk.mailbox(account).thread(ident)
        self.tell_of(f"{thread.account.name}:{thread.id}", thread.subject)
        self.sources.thread(thread)
        return thread

    async def events(self, account: str, start: datetime, end: datetime, *, words: str = "") -> list[Event]:
        """The events of an account or of all, by start, remembered as read."""
        found = await self.stands(self.calendars(account), lambda c: c.events(start, end, words=words))
        for event in found:
            self.sources.event(event)
            self.tell_of(f"{event.account.name}:{event.calendar}:{event.id}", event.title, event.link)
        return sorted(found, key=lambda e: e.start)

    async def own_events(self, start: datetime, end: datetime) -> list[Event]:
        """What stands in the calendars of all accounts that are the person's own, by start, remembered as read."""
        found = await self.stands(self.desk.calendars, lambda c: own_events(c, start, end))
        for event in found:
            self.sources.event(event)
        return sorted(found, key=lambda e: e.start)

    async def stands(
        self, calendars: Sequence[Calendar], read: Callable[[Calendar], Awaitable[Iterable[Event]]]
    ) -> list[Event]:
        """What several calendars hold; one that can't be read is named to the person. Raises ProviderError when none
        can, and GrantDead."""
        return [event for _, events in await self.each(calendars, read, what=CALENDAR) for event in events]

    async def each(
        self, places: Sequence[Place], read: Callable[[Place], Awaitable[Found]], *, what: str
    ) -> list[tuple[Place, Found]]:
        """What several accounts give; one that can't be read is named to the person. Raises ProviderError when none
        can, and GrantDead."""
        reading = Reading()
        told = await reading.each(places, read, what=what)
        if reading.unread and not told:
            raise next(iter(reading.unread.values()))
        for place, _ in told:
            self._unread.pop((what, place.account.name), None)
        self._unread |= {(what, name): why for name, why in reading.unread.items()}
        self.notes += [f"_{note} So I don't know what is there._" for note in reading.notes]
        return told

    async def own_addresses(self) -> frozenset[str]:
        """Every address the person may write from, in lower case; where they can't all be read, the person is told.
        Raises GrantDead."""
        reading = Reading()
        own = await own_addresses(self.desk, reading)
        told = [f"_{note}_" for note in reading.notes]
        self.notes += [note for note in told if note not in self.notes]
        return own

    @property
    def not_read(self) -> dict[str, list[str]]:
        """For a result that was made without some accounts: which, and why."""
        told = [f"{what} of {name}: {why.sentence}" for (what, name), why in self._unread.items()]
        return {"not_read": told} if told else {}

    @property
    def unread_calendars(self) -> tuple[str, ...]:
        """The accounts in whose calendars anything may stand."""
        return tuple(name for what, name in self._unread if what == CALENDAR)

    def tell_of(self, ref: str, title: str, link: str = "") -> None:
        """Remember that the model knows a mail or an event by this reference, and where the person can see it."""
        if not link and ref.count(":") == 1:
            account, ident = self.located(ref, "thread")
            link = self.desk.mailbox(account).link(ident)
        words, known = " ".join(visible(title).split())[:SUBJECT], self.listed.get(ref)
        if known is None or not known.link:
            self.listed[ref] = Listed(ref=ref, title=words or (known.title if known else ""), link=_whole(link))

    def waiting(self, refs: str, account: AccountId | None = None) -> Action | None:
        """The waiting action that one of the references names and that nothing on the table is instead of yet; of
        several the one of this account, if there is one. Raises UnknownReference."""
        cards = {card.ref: card.action for card in self.request.waiting}
        named = refs.replace(",", " ").lower().split()
        for ref in named:
            if ref not in cards:
                raise UnknownReference(what="waiting card", ref=ref)
        free = [cards[ref] for ref in named if cards[ref].id not in self.replaced.values()]
        return next((action for action in free if action.account.id == account), free[0] if free else None)

    def propose(self, action: Action, *, instead_of: Action | None = None) -> str:
        """Put a change on the table; its card is shown when the turn ends. Raises Refusal beyond MAX_ACTIONS, and
        FormErrors for what a person can't be asked to approve."""
        if self.errand:
            raise Refusal(why="A skill was started; ask for this afterwards.")
        if len(self.actions) >= MAX_ACTIONS:
            raise Refusal(why=f"I propose at most {MAX_ACTIONS} changes at once. Ask for the rest afterwards.")
        self.desk.require(action.requires, action.changes)
        card = action.vetted(self.request.now).card()
        self.actions.append(action)
        self._places[action.id] = (CALL.get(), len(self.actions))
        said = f"{card.title} (account {card.account.name})"
        if instead_of is None or instead_of.id in self.replaced.values():
            return said
        self.replaced[action.id] = instead_of.id
        return f"{said}, instead of the card that waits"

    # Times.

    def span(self, phrase: str, closing: str = "") -> tuple[datetime, datetime]:
        """The interval a phrase names, or from one phrase to another, in the person's zone.

        Raises UnclearTime for words that name no time, TwoTimes for words that name several.
        """
        start, end = self._interval(phrase)
        if closing:
            end = self._interval(closing)[1]
        if end <= start:
            raise UnclearTime(phrase=f"{phrase} to {closing}")
        return start, end

    def start(self, phrase: str) -> tuple[datetime, timedelta | None]:
        """The instant at which something starts, and how long it lasts if the phrase says so.

        Raises UnclearTime also for words that name a day without a time.
        """
        meaning = self._meaning(phrase)
        if isinstance(meaning, Instant) and meaning.timed:
            return meaning.start, None
        if isinstance(meaning, Interval) and meaning.start and meaning.end and _timed(meaning):
            return meaning.start, meaning.end - meaning.start
        raise UnclearTime(phrase=phrase)

    def days(self, phrase: str) -> tuple[datetime, datetime]:
        """The whole days or weeks that a phrase names; raises UnclearTime for words that name anything else."""
        meaning = self._meaning(phrase)
        span = meaning.span() if isinstance(meaning, Instant) else meaning
        if meaning.grain not in (Grain.DAY, Grain.WEEK) or span.start is None or span.end is None:
            raise UnclearTime(phrase=phrase)
        return span.start, span.end

    def _interval(self, phrase: str) -> tuple[datetime, datetime]:
        meaning = self._meaning(phrase)
        span = meaning.span() if isinstance(meaning, Instant) else meaning
        if span.start is None and span.end is None:
            raise UnclearTime(phrase=phrase)
        now = self.request.now
        start = span.start or now
        return start, span.end or start + OPEN_ENDED

    def _meaning(self, phrase: str) -> Instant | Interval:
        meaning = resolve(
            phrase, at=self.request.now, zone=self.request.person.zone, working_hours=self.hours, either_order=True
        )
        if isinstance(meaning, Ambiguous):
            raise TwoTimes([_shown(option) for option in meaning.options], phrase)
        if not isinstance(meaning, Instant | Interval):
            raise UnclearTime(phrase=phrase)
        return meaning


def _whole(link: str) -> str:
    """A link that Slack's markup can hold; nothing for any other."""
    return link if urlsplit(link).scheme in ("http", "https") and not set(link) & set("<>| \n") else ""


OPEN_ENDED = timedelta(days=28)
"""How far "from Monday on" looks."""


def _timed(span: Interval) -> bool:
    return bool(span.start and span.end) and span.grain < Grain.DAY


def _shown(option: Instant | Interval) -> str:
    start = option.start
    if start is None:
        return "an open time"
    timed = not isinstance(option, Instant) or option.timed
    return f"{start:%A %-d %B %Y, %H:%M}" if timed else f"{start:%A %-d %B %Y}"
