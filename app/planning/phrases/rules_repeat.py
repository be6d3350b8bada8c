"""Rules for what comes back: every other Friday at 4pm, weekdays at 9, monthly, the last Friday of every month."""

from __future__ import annotations

from dataclasses import replace

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.lexicon import PARTS, part
from app.planning.phrases.rules_daypart import in_part
from app.planning.phrases.times import Context, Length, Number, Ordinal, Repeat, Time, Unit, choose
from app.planning.phrases.values import Duration, Grain
from app.planning.phrases.words import WEEKDAYS
from app.planning.phrases.years import weekday_time

rule = GRAMMAR.rule
_KINDS = {"weekday", "part", "month", "monthday", "date", "weekend", "clock", "range", "holiday", "season"}


@rule("every|each|per UNIT", "every single UNIT", "each and every UNIT", "once a|every|per|each|another UNIT")
def each_unit(context: Context, unit: Unit) -> Repeat:
    del context
    return Repeat(1, unit.grain)


@rule("every other|second UNIT", "each other UNIT", "every alternate UNIT", "once every other UNIT", cost=-0.2)
def other_unit(context: Context, unit: Unit) -> Repeat:
    del context
    return Repeat(2, unit.grain)


@rule("every|each LENGTH", "once every|in LENGTH", cost=0.1)
def each_length(context: Context, length: Length) -> Repeat | None:
    """Every two weeks, every half hour."""
    del context
    amount, grain = length.parts[0]
    if len(length.parts) > 1:
        return None
    if amount.denominator == 1:
        return Repeat(int(amount), grain) if amount >= 1 else None
    exact = Duration(length.parts)
    return Repeat(exact.value, exact.grain) if Grain.SECOND < exact.grain < Grain.DAY else None


@rule("every ORDINAL UNIT")
def ordinal_unit(context: Context, place: Ordinal, unit: Unit) -> Repeat | None:
    """Every third week."""
    del context
    return Repeat(place.value, unit.grain) if place.value > 0 else None


_ADVERBS = {
    "daily": (1, Grain.DAY),
    "everyday": (1, Grain.DAY), "weekly": (1, Grain.WEEK), "monthly": (1, Grain.MONTH), "yearly": (1, Grain.YEAR),
    "annually": (1, Grain.YEAR), "annual": (1, Grain.YEAR), "hourly": (1, Grain.HOUR), "quarterly": (1, Grain.QUARTER),
    "biweekly": (2, Grain.WEEK), "bimonthly": (2, Grain.MONTH), "fortnightly": (2, Grain.WEEK),
    "biannually": (6, Grain.MONTH), "semiannually": (6, Grain.MONTH), "biennially": (2, Grain.YEAR),
}  # fmt: skip


def _adverb(word: str) -> None:
    interval, unit = _ADVERBS[word]

    @rule(word, f"once {word}")
    def repeat(context: Context) -> Repeat:
        del context
        return Repeat(interval, unit)


for _word in _ADVERBS:
    _adverb(_word)


@rule("bi - weekly", "every? fortnight")
def fortnightly(context: Context) -> Repeat:
    del context
    return Repeat(2, Grain.WEEK)


@rule("semi|bi - annually", "semi annually")
def half_yearly(context: Context) -> Repeat:
    del context
    return Repeat(6, Grain.MONTH)


@rule("every|each TIME", "on every|each TIME", "every single TIME", "each and every TIME", cost=0.1)
def each_time(context: Context, time: Time) -> Repeat | None:
    del context
    return Repeat(1, times=(time,)) if _repeats(time) else None


@rule("on? all REPEAT")
def all_of(context: Context, repeat: Repeat) -> Repeat | None:
    """All Mondays."""
    del context
    return repeat if repeat.times and repeat.interval == 1 and not repeat.place else None


@rule("every other|second|alternate TIME", "on every other TIME", cost=-0.1)
def other_time(context: Context, time: Time) -> Repeat | None:
    del context
    return Repeat(2, times=(time,)) if _repeats(time) and time.kind != "clock" else None


@rule("every NUMBER TIME", "every ORDINAL WEEKEND")
def counted_time(context: Context, number: Number | Ordinal, time: Time) -> Repeat | None:
    """Every two weekends."""
    del context
    count = int(number.value)
    return (
        Repeat(count, times=(time,))
        if _repeats(time) and 0 < count < 100 and time.kind in {"weekday", "weekend"}
        else None
    )


def _repeats(time: Time) -> bool:
    """Whether a time comes back by itself; of the dates only those that are a month and its day."""
    unsure = (time.latent and time.kind == "clock") or time.side or time.alternative
    return time.kind in _KINDS and not time.known and not unsure and (time.full or time.kind != "date")


_WORKDAYS = "weekday|weekdays|workday|workdays"


@rule(
    f"every|each {_WORKDAYS}",
    "on? weekdays|workdays",
    "every|each work|working|business day",
    "on? work|working|business days",
    cost=-1.5,
)
def working_days(context: Context) -> Repeat:
    days = context.hours.days or frozenset(range(5))
    return Repeat(1, times=tuple(weekday_time(day) for day in sorted(days)))


@rule("every|each WEEKDAY to|till|until|through|thru|- WEEKDAY", cost=-1.0)
def days_through(context: Context, first: Time, last: Time) -> Repeat | None:
    """Every Monday to Thursday."""
    del context
    if first.known or last.known or first.dated or last.dated:
        return None
    days = [(first.number + ahead) % 7 for ahead in range((last.number - first.number) % 7 + 1)]
    return Repeat(1, times=tuple(weekday_time(day) for day in days)) if len(days) > 1 else None


@rule("WEEKDAY to|through|thru|- WEEKDAY at? CLOCK|RANGE", "WEEKDAY to|through|thru|- WEEKDAY from RANGE", cost=-2.0)
def days_through_at(context: Context, first: Time, last: Time, at: Time) -> Repeat | None:
    """Monday to Friday at 9: on each of them."""
    repeat = None if at.dated or at.known or at.grain >= Grain.DAY else days_through(context, first, last)
    return replace(repeat, at=replace(at, latent=False)) if repeat else None


@rule("REPEAT to|through|thru|- REPEAT", cost=0.1)
def repeats_through(context: Context, first: Repeat, last: Repeat) -> Repeat | None:
    """Mondays to Fridays."""
    ends = [repeat.times[0] for repeat in (first, last) if len(repeat.times) == 1 and repeat.interval == 1]
    if len(ends) < 2 or first.at or last.at or any(time.kind != "weekday" for time in ends):
        return None
    return days_through(context, *ends)


def _plural(name: str) -> None:
    day = weekday_time(WEEKDAYS[name])

    @rule(f"{name}", f"on {name}", cost=-1.5)
    def plural(context: Context) -> Repeat:
        """On Mondays."""
        del context
        return Repeat(1, times=(day,))


for _name in WEEKDAYS:
    if _name.endswith("days"):
        _plural(_name)


def _plural_part(name: str) -> None:
    every = part(*PARTS[name])

    @rule(f"{name}s", f"in the? {name}s")
    def daily(context: Context) -> Repeat:
        """In the mornings."""
        del context
        return Repeat(1, times=(every,))

    @rule(f"on? WEEKDAY {name}s", cost=-0.5)
    def on_days(context: Context, day: Time) -> Repeat | None:
        """Friday afternoons."""
        del context
        return Repeat(1, times=(day,), at=every) if day.weekday is not None and not day.known else None

    @rule(f"on? weekday|work {name}s", cost=-0.5)
    def on_working_days(context: Context) -> Repeat:
        return replace(working_days(context), at=every)

    @rule(f"REPEAT {name}s")
    def of_repeat(context: Context, repeat: Repeat) -> Repeat | None:
        return at_time(context, repeat, every)


for _name in ("morning", "afternoon", "evening", "night"):
    _plural_part(_name)


@rule("nightly")
def nightly(context: Context) -> Repeat:
    del context
    return Repeat(1, times=(part(*PARTS["night"]),))


@rule("on? weeknights", "every|each weeknight")
def weeknights(context: Context) -> Repeat:
    return replace(working_days(context), at=part(*PARTS["night"]))


@rule("on|at? weekends", "every|each weekends", cost=-1.5)
def weekends(context: Context) -> Repeat:
    del context
    return Repeat(1, times=(weekday_time(5), weekday_time(6)))


@rule("REPEAT and? TIME", "REPEAT &|/ TIME", cost=0.1)
def also(context: Context, repeat: Repeat, time: Time) -> Repeat | None:
    """Every Monday and Wednesday."""
    del context
    if not repeat.times or repeat.at or repeat.torn or time.known:
        return None
    if time.kind not in {"weekday", "month"} or repeat.times[-1].kind != time.kind:
        return None
    return replace(repeat, times=(*repeat.times, time))


@rule("REPEAT and? REPEAT", cost=0.1)
def also_repeat(context: Context, first: Repeat, second: Repeat) -> Repeat | None:
    del context
    if first.at or first.torn or second.torn or not first.times or not second.times:
        return None
    if first.interval != second.interval:
        return None
    return replace(second, times=first.times + second.times)


@rule("REPEAT at|from|between|in|during? TIME", "REPEAT in the TIME", "at? TIME REPEAT", cost=0.2)
def at_time(context: Context, first: Repeat | Time, second: Repeat | Time) -> Repeat | None:
    """Every day at 9, at 4pm every Friday."""
    repeat, time = (first, second) if isinstance(first, Repeat) else (second, first)
    if not isinstance(repeat, Repeat) or not isinstance(time, Time) or time.dated or time.known or time.latent:
        return None
    if (repeat.unit is not None and repeat.unit < Grain.DAY) or time.kind not in {"clock", "part", "range"}:
        return None
    around = repeat.at or (repeat.times[0] if repeat.times else None)
    if around and around.kind == "part":
        return _at_clock_of(context, repeat, around, time)
    return replace(repeat, at=time) if not repeat.at and time.grain < Grain.DAY else None


def _at_clock_of(context: Context, repeat: Repeat, around: Time, time: Time) -> Repeat | None:
    """Friday nights at 8, every morning at 9: the part of the day only tells which half of it is meant."""
    clock = in_part(context, time, around) if time.kind == "clock" else None
    if clock is None:
        return None
    return replace(repeat, at=clock) if repeat.at else replace(repeat, times=(replace(clock, weekday=around.weekday),))


@rule("REPEAT on? TIME", "TIME REPEAT", cost=0.4)
def on_day(context: Context, first: Repeat | Time, second: Repeat | Time) -> Repeat | None:
    """Weekly on Tuesday, every other week on Monday at 10."""
    del context
    repeat, time = (first, second) if isinstance(first, Repeat) else (second, first)
    if not isinstance(repeat, Repeat) or not isinstance(time, Time):
        return None
    if repeat.unit is not Grain.WEEK or time.kind not in {"weekday", "clock"} or time.known:
        return None
    return replace(repeat, unit=None, times=(time,))


@rule("REPEAT RANGE", cost=0.1)
def at_hours(context: Context, repeat: Repeat, hours: Time) -> Repeat | None:
    """Weekdays 9-5."""
    return at_time(context, repeat, replace(hours, latent=False))


@rule("REPEAT in MONTH", cost=0.1)
def yearly_in(context: Context, repeat: Repeat, month: Time) -> Repeat | None:
    """Every year in March."""
    del context
    yearly = repeat.unit is Grain.YEAR and not repeat.times and not repeat.place and not month.known
    return replace(repeat, unit=None, times=(month,)) if yearly else None


@rule("REPEAT in|during? CYCLE", "REPEAT in|during MONTH", cost=0.1)
def in_cycle(context: Context, repeat: Repeat, cycle: Time) -> Repeat | None:
    """Every day next week, every Monday in January."""
    if repeat.unit is Grain.YEAR or repeat.place:
        return None
    span = choose(cycle, context.now)
    if span is None or repeat.begin or repeat.until or repeat.count or repeat.unit is cycle.grain:
        return None
    return replace(repeat, begin=cycle if span.start > context.now else None, until=cycle)


@rule("REPEAT on? DATE", cost=0.1)
def yearly_on(context: Context, repeat: Repeat, date: Time) -> Repeat | None:
    """Every year on May 5."""
    del context
    return (
        replace(repeat, unit=None, times=(date,))
        if repeat.unit is Grain.YEAR and date.full and not date.known
        else None
    )


@rule("REPEAT starting|beginning|from|between on|from? TIME", cost=0.3)
def starting(context: Context, repeat: Repeat, time: Time) -> Repeat | None:
    del context
    if time.latent or time.side:
        return None
    # From 15 to 17 November has an end as well.
    return replace(repeat, begin=time, until=time if time.kind == "range" and time.grain >= Grain.DAY else None)


@rule("RANGE from? RANGE", cost=-2.5)
def hours_of_days(context: Context, days: Time, hours: Time) -> Repeat | None:
    """March 3-5 9am-5pm: on each of the days."""
    del context
    if days.grain is not Grain.DAY or hours.grain >= Grain.DAY or hours.dated or hours.known:
        return None
    return Repeat(1, Grain.DAY, at=replace(hours, latent=False), begin=days, until=days)


@rule("REPEAT until|till|through|ending TIME", cost=0.3)
def ending(context: Context, repeat: Repeat, time: Time) -> Repeat | None:
    del context
    return None if time.latent or time.side else replace(repeat, until=time)


@rule("REPEAT for LENGTH", cost=0.3)
def lasting(context: Context, repeat: Repeat, length: Length) -> Repeat | None:
    """Every Monday at 9 for an hour: how long each one is; for 3 weeks: until when they come."""
    if length.finest < Grain.DAY:
        return replace(repeat, length=length)
    del context
    return replace(repeat, span=length)


@rule("REPEAT NUMBER times", "REPEAT for NUMBER times|occurrences|sessions", cost=0.3)
def counted(context: Context, repeat: Repeat, number: Number) -> Repeat | None:
    """Every Monday, 5 times."""
    del context
    return replace(repeat, count=number.whole) if number.whole and 1 < number.whole < 1000 else None


@rule("REPEAT except|but|excluding on? TIME", "REPEAT but not on? TIME", "REPEAT except for TIME", cost=0.2)
def leaving_out(context: Context, repeat: Repeat, time: Time) -> Repeat | None:
    """Every day except Friday."""
    del context
    daily = repeat.unit is Grain.DAY and repeat.interval == 1
    days = set(range(7)) if daily else {day.weekday for day in repeat.times if day.weekday is not None}
    if repeat.at or repeat.torn or time.known or time.kind not in {"weekday", "weekend"}:
        return None
    left = days - ({5, 6} if time.kind == "weekend" else {time.number})
    if not left or left == days or (not daily and repeat.interval > 1):
        return None
    return replace(repeat, unit=None, times=tuple(weekday_time(day) for day in sorted(left)))
