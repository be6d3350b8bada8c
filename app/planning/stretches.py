"""Sets of time as sorted, disjoint, half-open stretches of whole seconds since 1970, and what can be done with them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

Stretch = tuple[int, int]
"""From the first second until just before the second one."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def seconds(at: datetime) -> int:
    """Whole seconds since 1970 of an aware datetime, rounded down."""
    return (at - EPOCH) // SECOND


def upward(at: datetime) -> int:
    """Whole seconds since 1970 of an aware datetime, rounded up."""
    return -((EPOCH - at) // SECOND)


def instant(at: int) -> datetime:
    """The aware datetime, in UTC."""
    return EPOCH + timedelta(seconds=at)


def union(stretches: Iterable[Stretch]) -> list[Stretch]:
    """All of them, put in order; those that touch become one, empty ones are left out."""
    found: list[Stretch] = []
    for start, end in sorted(s for s in stretches if s[0] < s[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def without(one: Sequence[Stretch], other: Sequence[Stretch]) -> list[Stretch]:
    """What of the one set is not in the other."""
    found: list[Stretch] = []
    at = 0
    for start, end in one:
        while at < len(other) and other[at][1] <= start:
            at += 1
        left = start
        while at < len(other) and other[at][0] < end:
            if left < other[at][0]:
                found.append((left, other[at][0]))
            left = other[at][1]
            if left >= end:
                break
            at += 1
        if left < end:
            found.append((left, end))
    return found


def common(one: Sequence[Stretch], other: Sequence[Stretch]) -> list[Stretch]:
    """What is in both sets."""
    found: list[Stretch] = []
    here = there = 0
    while here < len(one) and there < len(other):
        start, end = max(one[here][0], other[there][0]), min(one[here][1], other[there][1])
        if start < end:
            found.append((start, end))
        if one[here][1] < other[there][1]:
            here += 1
        else:
            there += 1
    return found
