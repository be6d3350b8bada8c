"""Tools for time: find some that is free, keep some."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from app.agent.bench import Bench
from app.agent.diaries import colleagues, own_diary
from app.agent.tools.fitting import Result
from app.agent.tools.tool import Changing, Tool
from app.domain import actions
from app.domain.calendars import Period
from app.domain.cards import MAX_LINE, counted
from app.domain.desk import reference
from app.domain.errors import GrantDead, ProviderError, Refusal
from app.domain.forms import is_address
from app.domain.plans import MAX_ACTIONS
from app.domain.types import Account
from app.planning.blocks import FOCUS_TITLE, LONGEST, SHORTEST, Goal, blocks
from app.planning.hours import USUAL
from app.planning.reasons import listed, reasons
from app.planning.sanitising import visible
from app.planning.slots import STEP, Diary, Slot, Wish, best, gaps, slots

WEEK = timedelta(days=7)
"""What is looked through when nobody said."""
FARTHEST = timedelta(days=62)
"""What is looked through at most; Google answers questions about free and busy times for two months and some days."""
MIDDAY = time(13)
"""Where working hours leave no time, the less outside them the better."""
MOST_PEOPLE = 20
"""Colleagues looked up at once."""
MEETING, DAY = 30, 1_440
"""Minutes a meeting lasts when nobody said, and at most. 0 is what small models write for nothing said."""
FOCUS = 120
"""Minutes of undisturbed time when nobody said how much."""


class FindFreeTime(Tool):
    """Find free times, best first."""

    step: ClassVar[str] = "is looking for free time…"
    within: str = Field("", description="empty: the coming week")
    minutes: int = Field(0, ge=0, le=DAY)
    people: list[str] = Field(default_factory=list, description="addresses")
    account: str = ""

    async def run(self, bench: Bench) -> Result:
        span = _span(bench, self.within)
        own = {account.email.lower() for account in bench.desk.accounts}
        people = list(dict.fromkeys(email for p in self.people if (email := p.strip().lower()) not in own))
        _look_at(people)
        others, unknown = await colleagues(bench, people, self.account, span)
        diaries = [await own_diary(bench, *span), *others]
        minutes = self.minutes or MEETING
        buffer = timedelta(minutes=bench.request.preferences.buffer)
        found = _found(diaries, Wish(*span, timedelta(minutes=minutes), buffer))
        now, unseen, unread = bench.request.now, bool(unknown), bench.unread_calendars
        return {
            "zone": bench.zone.key,
            "slots": [_shown(s, reasons(s, diaries, now=now, unseen=unseen, unread=unread)) for s in found],
            **bench.not_read,
            **({} if found else {"none": f"no {minutes} minutes are free until {span[1]:%a %-d %b %H:%M}"}),
            **({"not_known": [f"{email}: {why}" for email, why in unknown.items()]} if unknown else {}),
        }


class BlockTime(Changing):
    """Prepare blocks: focus time where it is free, or mirrors of other accounts' busy times."""

    makes: ClassVar[tuple[type[actions.Action], ...]] = (actions.MirrorAvailability,)
    step: ClassVar[str] = "is looking for time to block…"
    kind: Literal["focus", "mirror"] = "focus"
    within: str = ""
    minutes: int = Field(0, ge=0, le=DAY)
    total_minutes: int = Field(0, ge=0, le=10 * DAY)
    title: str = Field("", max_length=MAX_LINE)
    account: str = Field("", description="mirror: whose busy times")
    into: str = Field("", description="mirror: where they show")

    async def run(self, bench: Bench) -> Result:
        start, end = _span(bench, self.within)
        return await (self._focus(bench, start, end) if self.kind == "focus" else self._mirror(bench, start, end))

    # Focus.

    async def _focus(self, bench: Bench, start: datetime, end: datetime) -> Result:
        goal = self._goal()
        account = (bench.calendars(self.account) or bench.desk.calendars)[0].account
        own = await own_diary(bench, start, end, firm=True)
        wish = Wish(start, end, goal.shortest)
        inside = gaps([own], wish)
        outside = not inside and self._day_off(bench, own)
        if outside:  # at the hours of any other day, if possible
            goal, inside = replace(goal, prefer=(USUAL.start, USUAL.end)), gaps([own], replace(wish, any_hour=True))
        found = blocks(inside, goal, bench.zone.key)
        if not found:
            until = f"{end - timedelta(minutes=1):%A %-d %b}"
            raise Refusal(why=f"Your working time has no {_long(goal.shortest)} free in one piece until {until}.")
        room = MAX_ACTIONS - len(bench.actions)
        said = [await self._block(bench, account, period) for period in found[:room]]
        missing = goal.total - sum((_length(p) for p in found), timedelta())
        return {
            "proposed": said,
            **({"note": "outside working hours"} if outside else {}),
            **bench.not_read,
            **({"missing": f"{_long(missing)}: no more time is free"} if missing else {}),
            **({"left_out": f"{counted(len(found) - room, 'block')}: ask again afterwards"} if found[room:] else {}),
        }

    def _day_off(self, bench: Bench, own: Diary) -> bool:
        """Whether the person named a time that has no working hours at all, not just none that are left."""
        return bool(self.within.strip()) and not gaps([replace(own, busy=())], Wish(*bench.span(self.within), STEP))

    def _goal(self) -> Goal:
        each = timedelta(minutes=self.minutes)
        total = timedelta(minutes=self.total_minutes) or each or timedelta(minutes=FOCUS)
        return Goal(total, shortest=min(each or SHORTEST, total), longest=each or LONGEST)

    async def _block(self, bench: Bench, account: Account, period: Period) -> str:
        action = actions.CreateEvent(
            account=reference(account),
            calendar="primary",
            title=" ".join(visible(self.title).split()) or FOCUS_TITLE,
            start=period.start,
            end=period.end,
            zone=bench.request.person.zone,
            proposed_at=bench.request.now,
        ).vetted(bench.request.now)
        action = action.model_copy(update={"taints": bench.sources.traced(action.words)})
        return bench.propose(await action.previewed(bench.desk), instead_of=bench.waiting(self.replaces, account.id))

    # Mirroring.

    async def _mirror(self, bench: Bench, start: datetime, end: datetime) -> Result:
        said, right, failed = [], [], []
        for target, sources in self._pairs(bench):
            action = actions.MirrorAvailability(
                account=reference(target),
                sources=tuple(reference(source) for source in sources),
                start=start,
                end=end,
                zone=bench.request.person.zone,
            ).vetted(bench.request.now)
            try:
                action = await action.previewed(bench.desk)
            except Refusal as nothing:
                right.append(nothing.sentence)
            except GrantDead:
                raise
            except ProviderError as failure:
                failed.append(f"{target.name}: {failure.sentence}")
            else:
                said.append(bench.propose(action, instead_of=bench.waiting(self.replaces, target.id)))
        if not said:
            raise Refusal(why=" ".join((*right, *failed)))
        lacking = {"nothing_to_do": right, "not_done": failed}
        return {"proposed": said, **{name: why for name, why in lacking.items() if why}}

    def _pairs(self, bench: Bench) -> Iterable[tuple[Account, Sequence[Account]]]:
        """The accounts that show busy times, each with those whose they are."""
        accounts = [calendar.account for calendar in bench.desk.calendars]
        source = bench.desk.calendar(self.account).account if self.account else None
        into = bench.desk.calendar(self.into).account if self.into else None
        if len(accounts) < 2 or (source is not None and source == into):
            connected = listed([a.name for a in accounts])
            more = " Type `connect` to add another one." if len(accounts) < 2 else ""
            what = "one whose busy times are shown, and another that shows them"
            raise Refusal(why=f"That takes two accounts: {what}. Connected: {connected}.{more}")
        for target in [into] if into else [a for a in accounts if a != source]:
            yield target, [source] if source else [a for a in accounts if a != target]


def _span(bench: Bench, phrase: str) -> tuple[datetime, datetime]:
    """What a phrase names, without what is over of it; raises UnclearTime, TwoTimes, Refusal."""
    now = bench.request.now.replace(second=0, microsecond=0)
    start, end = bench.span(phrase) if phrase.strip() else (now, now + WEEK)
    if end <= now + STEP:
        raise Refusal(why=f"“{phrase}” is over.")
    start = max(start, now + timedelta(minutes=1))
    return start, min(end, start + FARTHEST)


def _look_at(people: Sequence[str]) -> None:
    """Raises Refusal for what is no address, and for too many."""
    for who in people:
        if not is_address(who):
            raise Refusal(why=f"“{who}” is no address: look it up with find_person.")
    if len(people) > MOST_PEOPLE:
        raise Refusal(why=f"I look for time with at most {MOST_PEOPLE} people at once.")


def _found(diaries: Sequence[Diary], wish: Wish) -> tuple[Slot, ...]:
    """The best times inside everyone's hours, with the time between meetings that is wished for if possible; if there
    are none, those outside them that are nearest to midday."""
    for each in dict.fromkeys((wish, replace(wish, buffer=timedelta()))):
        if inside := best(slots(diaries, each)):
            return inside
    around = Wish(wish.start, wish.end, wish.length, any_hour=True)
    return best(slots(diaries, around), around=MIDDAY)


def _shown(slot: Slot, why: Sequence[str]) -> Result:
    closing = f"{slot.end:%H:%M}" if slot.end.date() == slot.start.date() else f"{slot.end:%a %-d %b %H:%M}"
    return {
        "start": f"{slot.start:%a %-d %b %Y %H:%M}",
        "end": closing,
        "why": "; ".join(why),
    }


def _length(period: Period) -> timedelta:
    return timedelta(seconds=period.end.timestamp() - period.start.timestamp())


def _long(length: timedelta) -> str:
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    return " ".join(filter(None, (counted(hours, "hour") if hours else "", f"{minutes} minutes" if minutes else "")))
