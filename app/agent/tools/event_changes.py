"""The tool that changes events: their time, their words and guests, whether they take place, where they stand."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from app.agent.bench import Bench
from app.agent.choosing import calendar_named, named, series_of, within
from app.agent.rescheduling import Placed, Rescheduling
from app.agent.tools.calendar import MAX_MINUTES, recurring
from app.agent.tools.fitting import Result
from app.agent.tools.tool import Changing, fenced
from app.domain import actions
from app.domain.actions import Action, Scope
from app.domain.actions.calendar_moves import calendar_called
from app.domain.cards import MAX_LINE, Recipient
from app.domain.desk import reference
from app.domain.errors import FormErrors, Refusal, StewardError, UnclearTime
from app.domain.plans import MAX_ACTIONS
from app.domain.types import AccountId, Address, Event
from app.planning.ahead import looking_ahead
from app.planning.phrases import Shift, shift_of, shifted
from app.planning.sanitising import visible
from app.planning.series import ended, repeating, retimed, rule
from app.recognising import recognised, remembered

ANSWER = {"accept": "accepted", "decline": "declined", "tentative": "tentative"}
VERB = {"reschedule": "move", "edit": "change", "cancel": "cancel", "transfer": "move"}
DO = Literal["reschedule", "edit", "cancel", "accept", "decline", "tentative", "transfer"]
OPEN = ("reschedule", "edit")
"""What a guest may do too, where the organizer lets guests change an event."""
IMMOVABLE = ("birthday", "focusTime", "fromGmail", "outOfOffice", "workingLocation")
"""Event types that stay in their calendar (Calendar API v3: events.move)."""

ALONE = "One occurrence can't repeat by itself: I can change all of the series, or this one and the following."

Key = tuple[AccountId, str, str]


class ChangeEvents(Changing):
    """Prepare changes of events: those named, or all meetings of a span."""

    makes: ClassVar[tuple[type[Action], ...]] = (
        actions.ChangeEvent,
        actions.CancelEvent,
        actions.RespondToEvent,
        actions.MoveEvent,
    )
    step: ClassVar[str] = "is preparing the change…"
    do: DO
    events: list[str] = Field(default_factory=list, description="references")
    start: str = Field("", description="instead of events: the span they are in")
    end: str = ""
    words: str = Field("", description="of title, place or guests")
    to: str = Field(
        "",
        description='reschedule: new time, shift ("1 hour later") or span to look in; transfer: account or calendar',
    )
    minutes: int | None = Field(None, ge=1, le=MAX_MINUTES)
    title: str = Field("", max_length=MAX_LINE)
    place: str = Field("", max_length=MAX_LINE)
    notes: str = ""
    repeat: str = ""
    video: bool = False
    add_guests: list[str] = Field(default_factory=list)
    remove_guests: list[str] = Field(default_factory=list)
    which: Literal["this", "following", "all"] = Field("this", description="of a series")
    notify: Literal["all", "externalOnly", "none"] = "all"
    account: str = ""

    async def run(self, bench: Bench) -> Result:
        chosen = await self._chosen(bench)
        if not chosen:
            return {"nothing": "There is no such meeting.", **bench.not_read}
        prepared, refused = await self._prepared(bench, chosen)
        proposed = []
        for number, action in enumerate(prepared):
            if len(bench.actions) >= MAX_ACTIONS:
                rest = len(prepared) - number
                refused.append({"left_out": f"{rest} more: I propose at most {MAX_ACTIONS} changes at once."})
                break
            try:
                proposed.append(await self._proposed(bench, action))
            except FormErrors as no:
                if len(prepared) == 1:
                    raise
                refused.append({"why": no.sentence})
        if not proposed:
            raise Refusal(why=" ".join(str(r["why"]) for r in refused))
        return fenced(proposed=proposed, **({"not_done": refused} if refused else {}), **bench.not_read)

    async def _chosen(self, bench: Bench) -> list[Event]:
        if self.events:
            return await named(bench, self.events)
        return await within(bench, self.start, self.end, words=self.words, account=self.account)

    async def _proposed(self, bench: Bench, action: Action) -> str:
        action = action.vetted(bench.request.now)
        old = bench.waiting(self.replaces, action.account.id)
        if isinstance(action, actions.ChangeEvent | actions.MoveEvent):
            action = action.model_copy(update={"taints": bench.sources.traced(action.words)})
        if isinstance(action, actions.ChangeEvent):
            action = action.model_copy(update={"added": remembered(action.added, old)})
        action = (await looking_ahead(action).previewed(bench.desk)).vetted(bench.request.now)
        said = f"{bench.propose(action, instead_of=old)}: {action.card().summary}"
        return " ".join((f"{said}.", *action.guests_known)) if isinstance(action, actions.ChangeEvent) else said

    # From events to changes.

    async def _prepared(self, bench: Bench, chosen: Sequence[Event]) -> tuple[list[Action], list[dict[str, str]]]:
        """The changes, and for what can't be changed why."""
        prepared: list[Action] = []
        refused: list[dict[str, str]] = []
        able: list[Event] = []
        for event in chosen:
            if why := self._unable(event, bench.request.now):
                refused.append(_refused(event, why))
            else:
                able.append(event)
        times = await self._times(bench, able) if self.do == "reschedule" and able else {}
        for event in able:
            try:
                prepared.append(await self._action(bench, event, times.get(_key(event))))
            except StewardError as no:
                refused.append(_refused(event, no.sentence))
        return prepared, refused

    def _unable(self, event: Event, now: datetime) -> str:
        """Why an event can't be changed like that; empty when it can."""
        title, organizer = f"“{event.title}”", event.organizer.shown or "somebody else"
        if event.status == "cancelled":
            return f"{title} is cancelled already."
        if self.do in ANSWER:
            if event.mine or not event.answer:
                return f"{title} isn't an invitation: there is nobody to answer to."
            return f"{title} is over." if event.end <= now and not event.recurrence else ""
        if not (event.changeable if self.do in OPEN else event.mine):
            cant = f"{title} is organized by {organizer}, so I can't {VERB[self.do]} it."
            return f"{cant} I can decline it, or write to them."
        if self.do == "transfer" and event.kind in IMMOVABLE:
            return f"{title} can't leave its calendar."
        shift = shift_of(self.to) if self.do == "reschedule" and event.all_day else None
        return "" if shift is None or shift.of_days else f"{title} lasts whole days, so I can move it by days only."

    async def _action(self, bench: Bench, event: Event, time: Placed | None) -> Action:
        scope = Scope(self.which) if event.series or event.recurrence else Scope.THIS
        given: dict[str, Any] = {
            "account": event.account,
            "zone": bench.request.person.zone,
            "notify": self.notify,
            "proposed_at": bench.request.now,
            "scope": scope,
            "was": event,
        }
        if scope is not Scope.THIS:
            given |= {"was": await series_of(bench, event), "first": event}
        if scope is Scope.FOLLOWING and self.do not in ("reschedule", "edit", "cancel"):
            raise Refusal(why="That goes for one occurrence or for the whole series.")
        if scope is Scope.FOLLOWING and not event.mine:
            raise Refusal(why="Of somebody else's series I can change one occurrence or all of them.")
        if self.do in ANSWER:
            return actions.RespondToEvent(answer=ANSWER[self.do], **given)
        if self.do == "cancel":
            return actions.CancelEvent(until=_until(given["was"], event, scope), **given)
        if self.do == "transfer":
            return await self._transfer(bench, given)
        if self.do == "reschedule" and time is None:
            raise Refusal(why=f"There is no free time for “{event.title}” then.")
        return await self._change(bench, event, given, time)

    async def _transfer(self, bench: Bench, given: dict[str, Any]) -> Action:
        was: Event = given["was"]
        place, into = await calendar_named(bench, self.to)
        here = bench.desk.calendar(was.account)
        left = next((c for c in await here.calendars() if c.id == was.calendar), None)
        if place is here and into.id == was.calendar:
            raise Refusal(why=f"“{was.title}” is in that calendar already.")
        names = {"into_name": calendar_called(into, place.account.name)}
        names["from_name"] = calendar_called(left, was.account.name) if left else was.account.name
        return actions.MoveEvent(target=reference(place.account), into=into.id, **names, **given)

    async def _change(self, bench: Bench, event: Event, given: dict[str, Any], time: Placed | None) -> Action:
        was, scope = given["was"], given["scope"]
        texts = {"title": self.title, "place": self.place, "notes": self.notes}
        words = {n: " ".join(visible(t).split()) if n != "notes" else visible(t).strip() for n, t in texts.items() if t}
        if time is None and self.minutes:
            time = Placed(event.start, event.start + timedelta(minutes=self.minutes))
        guests = {"added": await self._added(bench, event), "removed": _leaving(event, self.remove_guests)}
        return actions.ChangeEvent(
            **words,
            **guests,
            **self._repeats(bench, was, event, scope=scope, time=time[:2] if time else None),
            video=self.video and not event.conference,
            until=_until(was, event, scope),
            clashes=time.clashes if time else (),
            unseen=time.unseen if time else (),
            **given,
        )

    def _repeats(
        self, bench: Bench, was: Event, event: Event, *, scope: Scope, time: tuple[datetime, datetime] | None
    ) -> dict[str, Any]:
        """The new times, and how it repeats then."""
        if not self.repeat:
            return retimed(was, event, scope=scope, time=time)
        if event.series and scope is Scope.THIS:
            raise Refusal(why=ALONE)
        return repeating(was, event, rule(recurring(self.repeat, bench)), scope=scope, time=time)

    async def _added(self, bench: Bench, event: Event) -> tuple[Recipient, ...]:
        there = {g.email.lower() for g in event.guests} | {event.account.email.lower()}
        box = bench.mailbox_of(event.account.id)
        emails = [e for e in dict.fromkeys(g.strip().lower() for g in self.add_guests) if e not in there]
        return tuple(await asyncio.gather(*(recognised(bench, Address(email=e), "guest", box=box) for e in emails)))

    # New times.

    async def _times(self, bench: Bench, chosen: Sequence[Event]) -> dict[Key, Placed]:
        """The new time of each event that is given one."""
        if not self.to:
            raise UnclearTime(phrase="")
        if shift := shift_of(self.to):
            return {_key(event): self._moved(event, shift) for event in chosen}
        fixed = self._fixed(bench, chosen)
        if fixed is not None:
            if len(chosen) > 1:
                raise Refusal(why="They would all be at the same time. Name a span, such as next week.")
            return {_key(chosen[0]): fixed}
        leaving = bench.span(self.start, self.end) if self.start and not self.events else None
        search = Rescheduling(bench, *bench.span(self.to), leaving=leaving)
        await search.read(chosen)
        found: dict[Key, Placed] = {}
        after = None
        for event in sorted(chosen, key=lambda e: (e.start, e.end)):
            if slot := search.place(event, self._length(event), after=after):
                found[_key(event)] = slot
                after = max(after or slot.end, slot.end)
        return found

    def _moved(self, event: Event, shift: Shift) -> Placed:
        """An event's own time, so much later or earlier by the clocks of its zone."""
        at = event.start if self.which == "this" else event.original_start or event.start
        start = shifted(at, shift, event.zone)
        return Placed(start, start + self._length(event))

    def _fixed(self, bench: Bench, chosen: Sequence[Event]) -> Placed | None:
        """The time that was said, if it was one at which something can start rather than a span to look in."""
        length = self._length(chosen[0])
        if chosen[0].all_day:
            day = bench.span(self.to)[0].replace(tzinfo=ZoneInfo(chosen[0].zone))
            return Placed(day, day + length)
        try:
            start, said = bench.start(self.to)
        except UnclearTime:
            return None
        if said is not None and said > length:
            return None
        return Placed(start, start + (said or length))

    def _length(self, event: Event) -> timedelta:
        return timedelta(minutes=self.minutes) if self.minutes else event.end - event.start


def _until(was: Event, event: Event, scope: Scope) -> tuple[str, ...]:
    return ended(was, event.original_start or event.start) if scope is Scope.FOLLOWING else ()


def _leaving(event: Event, emails: Sequence[str]) -> tuple[str, ...]:
    """The guests who are named to leave; raises Refusal for somebody who isn't invited."""
    there = {g.email.lower(): g.email for g in event.guests}
    for email in emails:
        if email.strip().lower() not in there:
            raise Refusal(why=f"{email} isn't a guest of “{event.title}”.")
    return tuple(there[email.strip().lower()] for email in emails)


def _refused(event: Event, why: str) -> dict[str, str]:
    return {"event": f"{event.account.name}:{event.calendar}:{event.id}", "why": why}


def _key(event: Event) -> Key:
    return event.account.id, event.calendar, event.id
