"""Times written in digits: 9:30pm, 19h00, 1530, 4/25, 2014-07-18, 31.10.1974."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from app.planning.phrases.times import Clock, Context, Order, Time, Value, at_clock, of_unit
from app.planning.phrases.values import Grain
from app.planning.phrases.years import clocklike, date_time, full_year, written_date, year_time

_HALF = r"\s?(am|pm|a|p)?(?![a-z])"
_YEAR = r"(\d{4}|\d{2})"
_END = r"(?![\d:])"


def _clock(match: re.Match[str], context: Context) -> Time | None:
    """hh:mm, hh:mm:ss, with am or pm or without."""
    hour, minute, second, half = int(match[1]), int(match[2]), match[3], match[4]
    if hour > 24 or minute > 59 or (second and int(second) > 59) or (hour == 24 and minute):
        return None
    grain = Grain.SECOND if second else Grain.MINUTE
    clock = Clock(hour, minute, int(second or 0), grain)
    return at_clock(context, _with_half(clock, half, padded=len(match[1]) == 2 and match[1][0] == "0"))


def _with_half(clock: Clock, half: str | None, *, padded: bool = False) -> Clock:
    if half and 1 <= clock.hour <= 12:
        return replace(clock, hour=clock.hour % 12 + (12 if half[0] == "p" else 0))
    return replace(clock, twelve=1 <= clock.hour <= 12 and not padded)


def _dotted(match: re.Match[str], context: Context) -> Time | None:
    """9.30: a time only in company, unless am or pm follows."""
    if int(match[1]) > 23 or int(match[2]) > 59:
        return None
    clock = _with_half(Clock(int(match[1]), int(match[2]), 0, Grain.MINUTE), match[3])
    return at_clock(context, clock, latent=not match[3])


def _french(match: re.Match[str], context: Context) -> Time | None:
    """9h30, 15h: always on the face of twenty-four hours."""
    hour, minute = int(match[1]), int(match[2] or 0)
    if hour > 24 or minute > 59:
        return None
    return at_clock(context, Clock(hour, minute, 0, Grain.MINUTE))


def _hour(match: re.Match[str], context: Context) -> Time | None:
    """3pm, 3 a.m., 12a."""
    if not 1 <= int(match[1]) <= 12:
        return None
    return at_clock(context, _with_half(Clock(int(match[1])), match[2]))


def _packed(match: re.Match[str], context: Context) -> Time | None:
    """330pm, 1130 am."""
    hour, minute = int(match[1]), int(match[2])
    if not 1 <= hour <= 12 or minute > 59:
        return None
    return at_clock(context, _with_half(Clock(hour, minute, 0, Grain.MINUTE), match[3]))


def _military(match: re.Match[str], context: Context) -> Time | None:
    """1530h, 0730 hours; without the word only in company."""
    clock = Clock(int(match[1]), int(match[2]), 0, Grain.MINUTE)
    return at_clock(context, clock, latent=not match[3] and match[1][0] != "0")


def _iso(match: re.Match[str], context: Context) -> Time | None:
    del context
    return date_time(int(match[2]), int(match[3]), int(match[1]))


def _slashed(match: re.Match[str], context: Context) -> Time | None:
    """4/25, 10-31-1974."""
    return _either_way(context, match, full_year(int(match[3])) if match[3] else None)


def _dashed(match: re.Match[str], context: Context) -> Time | None:
    """2-15, the 15th of February; "3-5" and the like are no less a range, so it yields to one."""
    return _either_way(context, match, None)


def _either_way(context: Context, match: re.Match[str], year: int | None) -> Time | None:
    """A day and a month in the order that the context has."""
    first, second = int(match[1]), int(match[2])
    if context.order is Order.USUAL:
        return written_date(first, second, year)
    return date_time(first, second, year) if context.order is Order.MONTH_FIRST else date_time(second, first, year)


def _dots(match: re.Match[str], context: Context) -> Time | None:
    """31.10.1974: day first, as in the countries that write so."""
    del context
    return written_date(int(match[1]), int(match[2]), full_year(int(match[3])), european=True)


def _dotted_date(match: re.Match[str], context: Context) -> Time | None:
    """7.6 beside a weekday: month and day, unless that gives no date."""
    del context
    date = written_date(int(match[1]), int(match[2]), None)
    return replace(date, latent=True) if date else None


def _month_year(match: re.Match[str], context: Context) -> Time | None:
    del context
    month, year = int(match[1]), int(match[2])
    return of_unit(datetime(year, month, 1), Grain.MONTH) if 1 <= month <= 12 else None  # noqa: DTZ001


def _year_month(match: re.Match[str], context: Context) -> Time | None:
    del context
    year, month = int(match[1]), int(match[2])
    return of_unit(datetime(year, month, 1), Grain.MONTH) if 1 <= month <= 12 else None  # noqa: DTZ001


def _year(match: re.Match[str], context: Context) -> Time | None:
    """1986; what may be a time of the day and is long ago, such as 1530, is a year only in company."""
    del context
    year = int(match[1])
    return year_time(year, latent=clocklike(year))


def _short_year(match: re.Match[str], context: Context) -> Time | None:
    """'18"""
    del context
    return replace(year_time(full_year(int(match[1]))), latent=True)


Reader = Callable[[re.Match[str], Context], Value | None]
_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?" + _HALF + _END, _clock),
        (r"(\d{1,2})\.(\d{2})(?![\d.])" + _HALF + _END, _dotted),
        (r"(\d{1,2})h(\d{2})?(?![a-z\d])", _french),
        (r"(\d{1,2})\s?(am|pm|a|p)(?![a-z])", _hour),
        (r"(\d{1,2})(\d{2})\s?(am|pm|a|p)(?![a-z])", _packed),
        (r"([01]\d|2[0-3]):?([0-5]\d)(\s?h(?:rs?|ours?)?)?(?![a-z\d:])", _military),
        (r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?!\d)", _iso),
        (r"(\d{1,2})/(\d{1,2})(?:/" + _YEAR + r")?(?![\d/])", _slashed),
        (r"(\d{1,2})-(\d{1,2})-" + _YEAR + r"(?!\d)", _slashed),
        (r"(\d{1,2}) (\d{1,2}) (\d{4})(?!\d)", _slashed),
        (r"(\d{1,2})\.(\d{1,2})\." + _YEAR + r"(?!\d)", _dots),
        (r"(\d{1,2})\.(\d{1,2})(?![\d.:])", _dotted_date),
        (r"(\d{1,2}) ?- ?(\d{1,2})(?![\d:-])", _dashed),
        (r"(\d{1,2}) ?[/-] ?(\d{4})(?![\d/-])", _month_year),
        (r"(\d{4}) ?[/-] ?(\d{1,2})(?![\d/-])", _year_month),
        (r"(1[5-9]\d\d|20\d\d|21\d\d)(?!\d)", _year),
        (r"'\s?(\d\d)(?!\d)", _short_year),
    )
)


def written(context: Context, text: str, start: int) -> Iterator[tuple[int, Value]]:
    """Every reading of the digits at an offset, with the offset it ends before."""
    for pattern, reader in _READERS:
        match = pattern.match(text, start)
        value = reader(match, context) if match else None
        if match and value is not None:
            yield start + len(match[0].rstrip()), value
