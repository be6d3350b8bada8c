"""How high the sun and the moon stand over Mecca, to tell whether the young moon sets after the sun."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from math import asin, atan2, cos, degrees, radians, sin

from app.planning.phrases.astronomy import moon, moon_latitude, sun

_LATITUDE, _LONGITUDE = 21.4225, 39.8262
_OBLIQUITY = radians(23.4393)
_EPOCH = datetime(2000, 1, 1, 12)  # noqa: DTZ001 - UTC, as in astronomy
# The moon stands so much lower for us on the surface than from the centre of the earth.
_PARALLAX = 0.95
# The sun's centre when its upper edge sets, refraction included.
_SETTING = -0.833


def _altitude(moment: datetime, longitude: float, latitude: float) -> float:
    """Altitude in degrees of an ecliptic position at a UTC moment."""
    lam, beta = radians(longitude), radians(latitude)
    right = atan2(sin(lam) * cos(_OBLIQUITY) - sin(beta) / cos(beta) * sin(_OBLIQUITY), cos(lam))
    declination = asin(sin(beta) * cos(_OBLIQUITY) + cos(beta) * sin(_OBLIQUITY) * sin(lam))
    days = (moment - _EPOCH).total_seconds() / 86400
    sidereal = radians((280.46061837 + 360.98564736629 * days + _LONGITUDE) % 360)
    place = radians(_LATITUDE)
    return degrees(asin(sin(place) * sin(declination) + cos(place) * cos(declination) * cos(sidereal - right)))


def sun_altitude(moment: datetime) -> float:
    return _altitude(moment, sun(moment), 0.0)


def moon_altitude(moment: datetime) -> float:
    return _altitude(moment, moon(moment), moon_latitude(moment)) - _PARALLAX


def sets(day: date) -> datetime:
    """Sunset on a day, in UTC, to the minute."""
    low, high = datetime.combine(day, time(13)), datetime.combine(day, time(18))
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if sun_altitude(middle) > _SETTING else (low, middle)
    return high
