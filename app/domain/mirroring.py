"""Which blocks a calendar lacks, and which it has too many, to show when another account of its owner is busy."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC
from typing import NamedTuple

from pydantic import AwareDatetime

from app.domain.busy import meeting, takes_time
from app.domain.types import Event, Value


class Block(Value):
    """A time that another account is busy: all that a mirror block tells of it."""

    source: str
    """The account's id."""
    start: AwareDatetime
    end: AwareDatetime


class Stale(Block):
    """A mirror block that stands for nothing any more, as the calendar has it."""

    calendar: str
    event: str


class Difference(NamedTuple):
    """What has to be done for the blocks to be right."""

    add: tuple[Block, ...]
    remove: tuple[Stale, ...]


def difference(
    source: Iterable[Event], target: Iterable[Event], *, sources: Collection[str], connected: Collection[str]
) -> Difference:
    """What makes the mirror blocks in `target` those of the busy times in `source`. Both are all events that touch the
    same span; every block depends on its own event alone, so neighbouring spans agree about what reaches into both.

    Blocks of accounts other than `sources` are left alone, unless the account is `connected` no more. A meeting that
    stands in the target itself needs no block.
    """
    target = list(target)
    theirs = {meeting(e) for e in target if not e.mirrors and takes_time(e)}
    wanted = _wanted([e for e in source if meeting(e) not in theirs], sources)
    found: set[Block] = set()
    remove = []
    for event in sorted((e for e in target if e.mirrors), key=lambda e: (e.start, e.id)):
        block = _block(event.mirrors, event)
        if block in wanted - found and takes_time(event):
            found.add(block)
        elif event.mirrors in sources or event.mirrors not in connected:
            remove.append(Stale(**block.model_dump(), calendar=event.calendar, event=event.id))
    add = sorted(wanted - found, key=lambda b: (b.start, b.end, b.source))
    return Difference(tuple(add), tuple(remove))


def _wanted(events: Iterable[Event], sources: Collection[str]) -> set[Block]:
    """The busy times of each source that lie within no other one of its own. A mirror block is nobody's own time."""
    busy = [e for e in events if takes_time(e) and not e.mirrors and e.start < e.end]
    blocks = {_block(str(e.account.id), e) for e in busy}
    return {block for source in sources for block in _outermost(b for b in blocks if b.source == source)}


def _block(source: str, event: Event) -> Block:
    return Block(source=source, start=event.start.astimezone(UTC), end=event.end.astimezone(UTC))


def _outermost(blocks: Iterable[Block]) -> Sequence[Block]:
    found: list[Block] = []
    for block in sorted(blocks, key=lambda b: (b.start, -b.end.timestamp())):
        if not found or block.end > found[-1].end:
            found.append(block)
    return found
