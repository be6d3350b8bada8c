"""Rules for times told by the clocks of another zone: 4pm CET, 9-10am eastern time, 16:00 UTC+2."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.spans import Span, mapped
from app.planning.phrases.times import Context, Number, Time
from app.planning.phrases.words import PLACES, ZONES

rule = GRAMMAR.rule
# Hours by which the clocks of the world go before Greenwich's, or behind them.
_MOST_AHEAD, _MOST_BEHIND = 14, 12


def _zone(word: str) -> tzinfo:
    return ZoneInfo(PLACES[word]) if word in PLACES else timezone(timedelta(hours=ZONES[word]))


def _told(context: Context, time: Time, theirs: tzinfo) -> Time:
    """A time by the clocks of another zone, on the person's own."""
    ours = ZoneInfo(context.zone)

    def local(moment: datetime) -> datetime:
        return moment.replace(tzinfo=theirs).astimezone(UTC).astimezone(ours).replace(tzinfo=None)

    clock = replace(time.clock, twelve=False) if time.clock else None
    series = mapped(time.series, lambda span: Span(local(span.start), local(span.end), span.grain))
    kind = time.kind if time.kind == "range" else "zoned"
    return replace(time, series=series, clock=clock, latent=False, kind=kind)


def _in_zone(word: str) -> None:
    @rule(f"CLOCK {word}", f"RANGE {word}", f"CLOCK {word} time", f"RANGE {word} time", f"CLOCK in {word}")
    def zoned(context: Context, time: Time) -> Time:
        """4pm CET."""
        return _told(context, time, _zone(word))


for _word in (*ZONES, *PLACES):
    _in_zone(_word)


@rule("CLOCK|RANGE utc|gmt + NUMBER", cost=-0.5)
def ahead(context: Context, time: Time, hours: Number) -> Time | None:
    """16:00 UTC+2."""
    return _told(context, time, _offset(hours, 1)) if _within(hours, _MOST_AHEAD) else None


@rule("CLOCK|RANGE utc|gmt - NUMBER", cost=-0.5)
def behind(context: Context, time: Time, hours: Number) -> Time | None:
    return _told(context, time, _offset(hours, -1)) if _within(hours, _MOST_BEHIND) else None


def _offset(hours: Number, sign: int) -> tzinfo:
    return timezone(timedelta(hours=sign * int(hours.value)))


def _within(hours: Number, most: int) -> bool:
    return hours.whole is not None and hours.whole <= most
