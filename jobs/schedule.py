"""What recurs: the scheduler only ticks, the truth is in rows."""

from dataclasses import dataclass

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True)
class Tick:
    """A job that is woken again and again; twice is as good as once."""

    job: str
    every: int
    """Seconds."""


TICKS = (
    Tick("jobs.tidy.tidy", every=HOUR),
    Tick("jobs.anchor.anchor", every=HOUR),
    Tick("jobs.digest.digest", every=MINUTE),
    Tick("jobs.watch.watch", every=2 * MINUTE),
)
