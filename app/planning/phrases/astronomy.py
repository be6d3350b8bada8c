"""Where the sun and the moon stand: enough of Meeus' Astronomical Algorithms to date the feasts that follow them.

Moments are naive UTC. The moon is good to about 0.02 degrees, which is some three minutes of a phase.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from math import fsum, radians, sin

_J2000 = datetime(2000, 1, 1, 12)  # noqa: DTZ001 - UTC by convention of this module
# Mean length of a lunation in days, and a mean new moon to count from (Meeus, chapter 49).
LUNATION = 29.530588861
_NEW_MOON = datetime(2000, 1, 6, 18, 14)  # noqa: DTZ001

# Periodic terms of the moon's longitude: coefficients of D, M, M', F and the amplitude in millionths of a degree
# (Meeus, table 47.A, terms above 3,000).
_MOON = (
    (0, 0, 1, 0, 6288774), (2, 0, -1, 0, 1274027), (2, 0, 0, 0, 658314), (0, 0, 2, 0, 213618), (0, 1, 0, 0, -185116),
    (0, 0, 0, 2, -114332), (2, 0, -2, 0, 58793), (2, -1, -1, 0, 57066), (2, 0, 1, 0, 53322), (2, -1, 0, 0, 45758),
    (0, 1, -1, 0, -40923), (1, 0, 0, 0, -34720), (0, 1, 1, 0, -30383), (2, 0, 0, -2, 15327), (0, 0, 1, 2, -12528),
    (0, 0, 1, -2, 10980), (4, 0, -1, 0, 10675), (0, 0, 3, 0, 10034), (4, 0, -2, 0, 8548), (2, 1, -1, 0, -7888),
    (2, 1, 0, 0, -6766), (1, 0, -1, 0, -5163), (1, 1, 0, 0, 4987), (2, -1, 1, 0, 4036), (2, 0, 2, 0, 3994),
    (4, 0, 0, 0, 3861), (2, 0, -3, 0, 3665),
)  # fmt: skip


def _centuries(moment: datetime) -> float:
    # About 69 seconds between terrestrial and universal time.
    return ((moment - _J2000).total_seconds() + 69) / 86400 / 36525


def sun(moment: datetime) -> float:
    """Apparent longitude of the sun in degrees (Meeus, chapter 25, low accuracy)."""
    t = _centuries(moment)
    mean = 280.46646 + 36000.76983 * t
    anomaly = radians(357.52911 + 35999.05029 * t)
    centre = (
        (1.914602 - 0.004817 * t) * sin(anomaly)
        + (0.019993 - 0.000101 * t) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    node = radians(125.04 - 1934.136 * t)
    return (mean + centre - 0.00569 - 0.00478 * sin(node)) % 360


def moon(moment: datetime) -> float:
    """Apparent longitude of the moon in degrees (Meeus, chapter 47, shortened)."""
    t = _centuries(moment)
    mean = 218.3164477 + 481267.88123421 * t
    arguments = (
        radians(297.8501921 + 445267.1114034 * t),
        radians(357.5291092 + 35999.0502909 * t),
        radians(134.9633964 + 477198.8675055 * t),
        radians(93.2720950 + 483202.0175233 * t),
    )
    terms = fsum(
        amplitude * sin(fsum(factor * angle for factor, angle in zip(factors, arguments, strict=True)))
        for *factors, amplitude in _MOON
    )
    node = radians(125.04 - 1934.136 * t)
    return (mean + terms / 1e6 - 0.00478 * sin(node)) % 360


def moon_latitude(moment: datetime) -> float:
    """Ecliptic latitude of the moon in degrees, to a tenth (Meeus, table 47.B, the largest terms)."""
    t = _centuries(moment)
    distance, anomaly, node = (
        radians(297.8501921 + 445267.1114034 * t),
        radians(134.9633964 + 477198.8675055 * t),
        radians(93.2720950 + 483202.0175233 * t),
    )
    return (
        5.128122 * sin(node) + 0.280602 * sin(anomaly + node) + 0.277693 * sin(anomaly - node)
        + 0.173237 * sin(2 * distance - node) + 0.055413 * sin(2 * distance - anomaly + node)
        + 0.046271 * sin(2 * distance - anomaly - node)
    )  # fmt: skip


def elongation(moment: datetime) -> float:
    """How far the moon is ahead of the sun, 0 to 360 degrees: 0 is new moon, 180 full moon."""
    return (moon(moment) - sun(moment)) % 360


@lru_cache(maxsize=4096)
def new_moon(count: int) -> datetime:
    """The new moon so many lunations after the one of 6 January 2000."""
    moment = _NEW_MOON + timedelta(days=count * LUNATION)
    for _ in range(4):
        away = (elongation(moment) + 180) % 360 - 180
        moment -= timedelta(days=away / 12.19)
    return moment


def lunation_before(moment: datetime) -> int:
    """The number of the last new moon at or before a moment."""
    count = int((moment - _NEW_MOON).total_seconds() / 86400 / LUNATION) + 1
    while new_moon(count) > moment:
        count -= 1
    return count


@lru_cache(maxsize=1024)
def sun_reaches(degrees: float, near: datetime) -> datetime:
    """When the sun's longitude is this, searched around a moment no more than half a year away."""
    moment = near
    for _ in range(6):
        away = (sun(moment) - degrees + 180) % 360 - 180
        moment -= timedelta(days=away / 0.9856)
    return moment
