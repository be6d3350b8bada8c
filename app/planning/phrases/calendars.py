"""Calendars of the moon: the Islamic, Hebrew, Chinese and Hindu dates that feasts are fixed by, as Gregorian days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

from app.planning.phrases.astronomy import elongation, lunation_before, moon, new_moon, sun, sun_reaches
from app.planning.phrases.mecca import moon_altitude, sets, sun_altitude

_DAY = timedelta(days=1)
# Mean number of a lunation that begins Muharram 1420 (17 April 1999), and of the Hebrew and Islamic epochs below.
_MUHARRAM_1420 = lunation_before(datetime(1999, 4, 17))  # noqa: DTZ001
# Until then the month began on the day after the new moon by universal time, whatever the hour.
_SUNSET_SINCE = 1420


@lru_cache(maxsize=2048)
def islamic(year: int, month: int, day: int) -> date:
    """A day of the Islamic calendar of Mecca (Umm al-Qura), month 1 Muharram to 12 Dhu al-Hijja.

    A month begins on the day after the moon is new before sunset in Mecca and sets after the sun.
    """
    conjunction = new_moon(_MUHARRAM_1420 + (year - 1420) * 12 + month - 1)
    sunset = sets(conjunction.date())
    seen = year < _SUNSET_SINCE or (conjunction < sunset and moon_altitude(sunset) > sun_altitude(sunset))
    first = conjunction.date() + (_DAY if seen else 2 * _DAY)
    return first + (day - 1) * _DAY


def islamic_in(year: int, month: int, day: int) -> Iterator[date]:
    """When an Islamic day falls in a Gregorian year: once, twice or (seldom) never."""
    about = int((year - 622) * 33 / 32)
    for hijri in range(about - 1, about + 3):
        found = islamic(hijri, month, day)
        if found.year == year:
            yield found


def _hebrew_new_year(year: int) -> int:
    """Days from the Hebrew epoch to 1 Tishri of a year (Reingold and Dershowitz, Calendrical Calculations)."""

    def elapsed(at: int) -> int:
        months = (235 * at - 234) // 19
        parts = 12084 + 13753 * months
        days = 29 * months + parts // 25920
        return days + 1 if 3 * (days + 1) % 7 < 3 else days

    before, here, after = elapsed(year - 1), elapsed(year), elapsed(year + 1)
    return here + (2 if after - here == 356 else 1 if here - before == 382 else 0)


def hebrew(gregorian: int, month: int, day: int) -> date:
    """A Hebrew day in a Gregorian year, month 1 Nisan to 6 Elul, 7 Tishri to 12 Adar (the second, in a leap year)."""
    year = gregorian + (3761 if month >= 7 and month not in {11, 12} else 3760)
    new_year = _hebrew_new_year(year)
    if month >= 7:
        length = _hebrew_new_year(year + 1) - new_year
        leap = length > 380
        lengths = [30, 30 if length % 10 == 5 else 29, 29 if length % 10 == 3 else 30, 29, 30]
        if leap:
            lengths.append(30)
        before = sum(lengths[: month - 7]) if month < 12 else sum(lengths)
        return _from_hebrew(new_year + before + day - 1)
    # From Nisan to the next new year the lengths never change.
    left = sum([30, 29, 30, 29, 30, 29][month - 1 :])
    return _from_hebrew(_hebrew_new_year(year + 1) - left + day - 1)


def _from_hebrew(elapsed: int) -> date:
    return date.fromordinal(elapsed - 1373427)


_CHINA = timedelta(hours=8)


@lru_cache(maxsize=512)
def chinese(year: int, month: int, day: int) -> date:
    """A day of the Chinese calendar's year that begins in a Gregorian year; leap months are left out."""
    solstice = sun_reaches(270.0, datetime(year - 1, 12, 21))  # noqa: DTZ001
    starts = _chinese_months(solstice)
    return starts[month + 1] + (day - 1) * _DAY


def _chinese_months(solstice: datetime) -> list[date]:
    """First days of the months 11, 12, 1, 2, … after a winter solstice, without the leap month."""
    day = (solstice + _CHINA).date()
    count = lunation_before(datetime.combine(day + _DAY, time()) - _CHINA - timedelta(seconds=1))
    firsts = [(new_moon(count + n) + _CHINA).date() for n in range(16)]
    next_solstice = (sun_reaches(270.0, solstice + timedelta(days=365)) + _CHINA).date()
    leap_year = sum(first <= next_solstice for first in firsts) > 13
    months, skipped = [], not leap_year
    for first, after in pairwise(firsts):
        if not skipped and _term(first) == _term(after):
            skipped = True
            continue
        months.append(first)
    return months


def _term(day: date) -> int:
    """Which twelfth of its circle the sun is in as a day begins in China."""
    return int(sun(datetime.combine(day, time()) - _CHINA) // 30)


_INDIA = timedelta(hours=5, minutes=30)


def _sidereal(tropical: float, moment: datetime) -> float:
    """Longitude by the fixed stars, with the ayanamsa of Lahiri."""
    return (tropical - 23.853 - (moment.year + moment.month / 12 - 2000) * 50.29 / 3600) % 360


def _sign(moment: datetime) -> int:
    return int(_sidereal(sun(moment), moment) // 30)


@lru_cache(maxsize=2048)
def hindu(year: int, month: int, tithi: int, hour: float = 6.0) -> date | None:
    """The day of a Gregorian year on which a lunar day (1 to 30) is current at an hour of Indian time.

    Months are counted from new moon to new moon (amanta), 0 for Chaitra to 11 for Phalguna; leap months are left out.
    """
    start = lunation_before(datetime(year, 1, 1)) - 1  # noqa: DTZ001
    for count in range(start, start + 15):
        begin = new_moon(count)
        if (_sign(begin) + 1) % 12 != month or _sign(begin) == _sign(new_moon(count + 1)):
            continue
        found = _tithi_day(begin, tithi, hour)
        if found.year == year:
            return found
    return None


def _tithi_day(begin: datetime, tithi: int, hour: float) -> date:
    day = (begin + _INDIA).date() + max(tithi - 3, -1) * _DAY
    for _ in range(6):
        moment = datetime.combine(day, time()) + timedelta(hours=hour) - _INDIA
        if moment > begin - timedelta(hours=30):
            ahead = (elongation(moment) / 12 - (tithi - 1) + 15) % 30 - 15
            if ahead >= 0:
                return day if ahead < 1 else day - _DAY
        day += _DAY
    return day


def sankranti(year: int, sign: int, month: int) -> datetime:
    """When the sun enters a sidereal sign (0 Mesha) near a month of a year, in Indian time."""
    near = datetime(year, month, 14)  # noqa: DTZ001
    return sun_reaches((sign * 30 + 23.853 + (year - 2000) * 50.29 / 3600) % 360, near) + _INDIA


def onam(year: int) -> date:
    """The day with the star Shravana at sunrise while the sun is in Simha; the later one, if there are two."""
    first = sankranti(year, 4, 8).date()
    for back in range(31, -1, -1):
        moment = datetime.combine(first + back * _DAY, time(6)) - _INDIA
        if 280 <= _sidereal(moon(moment), moment) < 280 + 40 / 3 and _sign(moment) == 4:
            return first + back * _DAY
    return first
