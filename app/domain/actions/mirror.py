"""Showing in one account's calendar when other accounts are busy: blocks that say so and nothing else."""

import asyncio
from base64 import b32hexencode
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime
from pydantic import Field as Payload

from app.domain import cards
from app.domain.actions.abreast import abreast, made, note_made
from app.domain.actions.action import Action, Change, Outcome
from app.domain.actions.calendar_words import viewers
from app.domain.calendars import NOBODY, NewEvent, own_events
from app.domain.cards import Card, Field, Item, Receipt, counted
from app.domain.desk import Desk, Ledger, Note, Pages, last_note
from app.domain.errors import Conflict, Refusal, Refused, ScopeMissing
from app.domain.forms import MAX_OPTIONS, Form, Option, Several
from app.domain.mirroring import Block, Difference, Stale, difference
from app.domain.permissions import Permission
from app.domain.types import AccountRef, Event

TITLE = "Busy"
"""All that a block says."""
CALENDAR = "primary"
"""Where blocks are put (Calendar API v3: calendarId)."""
CHUNK = 20
"""Blocks between two notes in the ledger; each is one call, and they are made side by side."""
MADE, TAKEN, RETURNED = "mirrored", "removed again", "put back"
"""The steps of the notes which deeds are done, and which blocks their undoing has removed and put back."""
LONGEST = timedelta(days=62)
"""Two months: a card couldn't show the blocks of more."""
NAMED = 5
"""Blocks left out that a card names; of more it says how many."""
NOTHING_LEFT = "The calendars changed since the preview, and nothing of this is left to be done."


class MirrorAvailability(Action):
    """Puts blocks into a calendar for the times at which other accounts are busy, and takes away those that stand for
    nothing any more. What changed since the preview is left out, and said to be."""

    requires: ClassVar[Permission] = Permission.CHANGE_CALENDAR
    busy_text: ClassVar[str] = "Mirroring"
    stepwise: ClassVar[bool] = True

    sources: tuple[AccountRef, ...]
    start: AwareDatetime
    end: AwareDatetime
    zone: str
    """The person's zone; the card shows the times in it."""
    add: tuple[Block, ...] = ()
    remove: tuple[Stale, ...] = ()
    left_out: tuple[Block, ...] = Payload((), exclude_if=lambda blocks: not blocks)
    """What the person took out of those to add."""
    kept: tuple[Stale, ...] = Payload((), exclude_if=lambda blocks: not blocks)
    """What the person took out of those to remove."""
    viewers: tuple[str, ...] = ()
    """Who else could read the calendar at the preview."""

    @property
    def needs(self) -> tuple[AccountRef, ...]:
        return (self.account, *self.sources)

    # The card.

    def card(self) -> Card:
        first, last = (self._local(at) for at in (self.start, self.end - timedelta(seconds=1)))
        added, removed = self._changes()
        back = _joined(("removes the blocks again",) * bool(added) + ("puts back what it removed",) * bool(removed))
        seen = f"They can also be seen by {', '.join(self.viewers)}." if self.viewers else ""
        return Card(
            title=f"Show in {self.account.name} when {self._names()} {'are' if len(self.sources) > 1 else 'is'} busy",
            summary=f"{_joined((added, removed))}, {first:%a %-d %b} – {last:%a %-d %b %Y} ({self.zone})",
            account=self.account,
            fields=tuple(self._fields()),
            items=tuple(self._days()),
            notes=tuple(filter(None, ("Nobody is invited or told by mail.", seen))),
            undo=back,
        )

    def _fields(self) -> Iterator[Field]:
        yield Field(label="Each block says", value=f"“{TITLE}”, and nothing about what it stands for")
        if out := (*self.left_out, *self.kept):
            named = ", ".join(self._dated(block) for block in out)
            yield Field(label="Left out", value=named if len(out) <= NAMED else counted(len(out), "block"))

    def _changes(self) -> tuple[str, str]:
        added = f"{counted(len(self.add), 'block')} to add" if self.add else ""
        return added, f"{counted(len(self.remove), 'block')} to remove" if self.remove else ""

    def _names(self) -> str:
        return " and ".join(source.name for source in self.sources)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))

    def _days(self) -> Iterator[Item]:
        """What is done on each day, as a line."""
        deeds = [(self._local(b.start), "add", b) for b in self.add]
        deeds += [(self._local(b.start), "remove", b) for b in self.remove]
        deeds.sort(key=lambda deed: (deed[0].date(), deed[1], deed[0].timestamp()))
        for day, ofday in groupby(deeds, key=lambda deed: deed[0].date()):
            parts = [
                f"{what} {', '.join(self._span(block) for _, _, block in some)}"
                for what, some in groupby(ofday, key=lambda deed: deed[1])
            ]
            yield Item(title=f"{day:%a %-d %b}", detail="; ".join(parts))

    def _dated(self, block: Block) -> str:
        return f"{self._local(block.start):%a %-d %b} {self._span(block)}"

    def _span(self, block: Block) -> str:
        first, last = self._local(block.start), self._local(block.end)
        if first.date() == last.date():
            return f"{first:%H:%M}–{last:%H:%M}"
        return f"{first:%H:%M} – {last:%a %-d %b %H:%M}"

    # Proposing it.

    @property
    def too_late(self) -> datetime | None:
        return self.end

    @property
    def bulk(self) -> bool:
        return len(self.add) + len(self.remove) > CHUNK

    def asked(self, now: datetime) -> Mapping[str, Any]:
        first, last = (f"{self._local(at):%Y-%m-%d %H:%M}" for at in (self.start, self.end))
        source = self.sources[0].name if len(self.sources) == 1 else ""
        return {"kind": "mirror", "within": f"{first} to {last}", "account": source, "into": self.account.name}

    def faults(self, now: datetime) -> Mapping[str, str]:
        if self.end - self.start > LONGEST:
            return {"": f"I mirror at most {LONGEST.days} days at once."}
        return {}

    async def previewed(self, desk: Desk) -> Self:
        found = await self._missing(desk)
        if not found.add and not found.remove:
            if self.left_out or self.kept:
                raise Refusal(why="None of these blocks would be left.")
            raise Refusal(why=f"{self.account.name} shows already when {self._names()} is busy.")
        seen = await viewers(desk.calendar(self.account), CALENDAR)
        return self.model_copy(update={"add": found.add, "remove": found.remove, "viewers": seen})

    async def _missing(self, desk: Desk) -> Difference:
        """What has to be done for the blocks to be right now, without what the person took out."""
        accounts = (self.account, *self.sources)
        target, *others = await asyncio.gather(
            *(own_events(desk.calendar(account), self.start, self.end) for account in accounts)
        )
        found = difference(
            [event for events in others for event in events],
            target,
            sources=[str(source.id) for source in self.sources],
            connected=[str(calendar.account.id) for calendar in desk.calendars],
        )
        return self._without(found.add, found.remove)

    def _without(self, add: Iterable[Block], remove: Iterable[Stale]) -> Difference:
        return Difference(
            tuple(block for block in add if block not in self.left_out),
            tuple(stale for stale in remove if stale not in self.kept),
        )

    # Taking blocks out of it.

    def form(self) -> Form | None:
        deeds = self._named()
        if len(deeds) < 2:
            return None
        some = f"These are the first {MAX_OPTIONS} of {len(deeds):,}. " if len(deeds) > MAX_OPTIONS else ""
        blocks = Several(
            name="blocks",
            label="Leave out these blocks",
            options=tuple(Option(key=key, label=label) for key, label in list(deeds.items())[:MAX_OPTIONS]),
            optional=True,
            hint=f"{some}What you leave out stays as it is.",
        )
        return Form(title="Leave out blocks", inputs=(blocks,))

    def _named(self) -> dict[str, str]:
        """How a form names each block, by its key there, in the order of time."""
        deeds = [(b.start, f"add-{n}", self._dated(b)) for n, b in enumerate(self.add)]
        deeds += [(b.start, f"remove-{n}", f"{self._dated(b)} (to be removed)") for n, b in enumerate(self.remove)]
        return {key: label for _, key, label in sorted(deeds)}

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        chosen = frozenset(values["blocks"])
        return {
            "left_out": (*self.left_out, *(b for n, b in enumerate(self.add) if f"add-{n}" in chosen)),
            "kept": (*self.kept, *(b for n, b in enumerate(self.remove) if f"remove-{n}" in chosen)),
        }

    async def check(self, desk: Desk) -> Change | None:
        now = await self._missing(desk)
        if {*self.add, *self.remove} & {*now.add, *now.remove} or await self._begun(desk):
            return None
        left = self.renewed(**now._asdict()) if now.add or now.remove else None
        return Change(sentence=NOTHING_LEFT, renewed=left)

    async def _begun(self, desk: Desk) -> bool:
        """Whether anything of it was done before an interruption, as far as the calendar tells."""
        present = await own_events(desk.calendar(self.account), self.start, self.end)
        kept = {event.id for event in present}
        return any(self._is_ours(e) for e in present) or any(stale.event not in kept for stale in self.remove)

    # Doing it.

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        add, remove = await self._standing(desk, ledger)
        done = await made(ledger, MADE)
        for some in _chunks([place for place in range(len(add) + len(remove)) if place not in done]):
            await abreast(ledger, MADE, {place: self._deed(desk, (*add, *remove)[place]) for place in some})
        return await self._read_back(desk, add, remove)

    def _deed(self, desk: Desk, block: Block) -> Coroutine[Any, Any, None]:
        return self._take(desk, block) if isinstance(block, Stale) else self._put(desk, block)

    async def _standing(self, desk: Desk, ledger: Ledger) -> tuple[list[Block], list[Stale]]:
        """What of it still makes sense, found out once, before anything changes."""
        noted = await last_note(ledger, "standing")
        if noted is None:
            now = await self._missing(desk)
            add = [place for place, block in enumerate(self.add) if block in now.add]
            remove = [place for place, block in enumerate(self.remove) if block in now.remove]
            await ledger.note("standing", add=add, remove=remove)
        else:
            add, remove = noted.refs["add"], noted.refs["remove"]
        return [self.add[place] for place in add], [self.remove[place] for place in remove]

    async def _put(self, desk: Desk, block: Block, back: str = "") -> None:
        """Insert a block, once: whether the id is taken by ourselves only the event itself can prove."""
        calendar, ident = desk.calendar(self.account), self._block_id(block, back)
        try:
            await calendar.insert(self._new(block, ident))
        except Conflict:
            stored = await calendar.event(CALENDAR, ident)
            if stored is None or not self._is_ours(stored):
                raise

    async def _take(self, desk: Desk, stale: Stale) -> None:
        await desk.calendar(self.account).delete(stale.calendar, stale.event, notify=NOBODY)

    def _new(self, block: Block, ident: str) -> NewEvent:
        return NewEvent(
            id=ident,
            calendar=CALENDAR,
            title=TITLE,
            start=block.start,
            end=block.end,
            zone=self.zone,
            notify=NOBODY,
            steward_action=str(self.id),
            mirrors=block.source,
        )

    def _block_id(self, block: Block, back: str = "") -> str:
        """An id of its own for each block, the same at every attempt, in Google Calendar's alphabet."""
        name = f"{self.id}/{back}/{block.source}/{block.start.timestamp():.0f}/{block.end.timestamp():.0f}"
        return b32hexencode(sha256(name.encode()).digest()[:16]).decode().rstrip("=").lower()

    def _is_ours(self, event: Event) -> bool:
        return event.steward_action == str(self.id)

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        # Every block has an id of its own and deleting is safe to repeat: going on from the ledger is always right.
        if await last_note(ledger, "standing"):
            add, remove = await self._standing(desk, ledger)
            await self._look(desk, ledger, add, remove)
            if len(await made(ledger, MADE)) == len(add) + len(remove):
                return Outcome.DONE, await self._read_back(desk, add, remove)
        return Outcome.NOT_DONE, None

    async def _look(self, desk: Desk, ledger: Ledger, add: Sequence[Block], remove: Sequence[Stale]) -> None:
        """Note what was done of the blocks under way although no answer came: the rest may be refused. Raises
        ProviderError where that can't be seen and nothing else is known to stand."""
        done = await made(ledger, MADE)
        left = [place for place in range(len(add) + len(remove)) if place not in done][:CHUNK]
        try:
            present = {e.id for e in await own_events(desk.calendar(self.account), self.start, self.end)}
        except (Refused, ScopeMissing):
            if not done:
                raise
        else:
            stands = [self._block_id(b) in present for b in add] + [stale.event not in present for stale in remove]
            await note_made(ledger, MADE, [place for place in left if stands[place]])

    # Telling of it.

    def progress(self, note: Note) -> str:
        if note.step != MADE or not self.bulk:
            return ""
        return f"{note.refs['done']:,} of {counted(len(self.add) + len(self.remove), 'block')}"

    async def achieved(self, ledger: Ledger) -> Receipt | None:
        done, standing = await made(ledger, MADE), await last_note(ledger, "standing")
        if standing is None or not done:
            return None
        add, remove = len(standing.refs["add"]), len(standing.refs["remove"])
        added = sum(place < add for place in done)
        parts = (
            f"{added:,} of {counted(add, 'busy block')} added" if add else "",
            f"{len(done) - added:,} of {counted(remove, 'block')} removed" if remove else "",
        )
        return Receipt(summary=f"In {self.account.name}, {_joined(parts)}")

    async def taken_back(self, ledger: Ledger) -> str:
        taken, back = len(await made(ledger, TAKEN)), len(await made(ledger, RETURNED))
        return f"Undone so far: {_undone(taken, back)}." if taken or back else ""

    def trace(self, pages: Pages) -> Receipt:
        changes = _joined(self._changes())
        return Receipt(
            summary=f"{changes} in {self.account.name}: this was begun, and no answer came back",
            link=pages.day(self._local(self.start)),
        )

    async def _read_back(self, desk: Desk, add: Sequence[Block], remove: Sequence[Stale]) -> Receipt:
        calendar = desk.calendar(self.account)
        present = {event.id for event in await own_events(calendar, self.start, self.end)}
        added = sum(self._block_id(block) in present for block in add)
        removed = sum(stale.event not in present for stale in remove)
        left = len(self.add) + len(self.remove) - len(add) - len(remove)
        pairs = (("Blocks added", len(add), added), ("Blocks removed", len(remove), removed))
        return Receipt(
            summary=self._told(added, removed)
            + (f"; {counted(left, 'block')} left out, as the calendars had changed" if left else ""),
            link=calendar.link(self._local(self.start)),
            differences=tuple(
                cards.Difference(field=f, asked=str(asked), stored=str(stored))
                for f, asked, stored in pairs
                if asked != stored
            ),
            skipped=left,
        )

    def _told(self, added: int, removed: int) -> str:
        one = f"{counted(added, 'busy block')} added to {self.account.name}" if added or not removed else ""
        other = f"{counted(removed, 'block')} removed" + ("" if one else f" from {self.account.name}")
        return _joined((one, other if removed else ""))

    # Undoing it.

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        calendar = desk.calendar(self.account)
        taken, back, kept = await self._undoing(desk, ledger)
        for some in _chunks(taken):
            blocks = {place: self._block_id(self.add[place]) for place in some}
            await abreast(ledger, TAKEN, {at: calendar.delete(CALENDAR, i, notify=NOBODY) for at, i in blocks.items()})
        for some in _chunks(back):
            await abreast(ledger, RETURNED, {place: self._put(desk, self.remove[place], "back") for place in some})
        left = f"; {counted(kept, 'block')} left alone, as somebody changed them" if kept else ""
        return Receipt(summary=_undone(len(taken), len(back)) + left)

    async def _undoing(self, desk: Desk, ledger: Ledger) -> tuple[list[int], list[int], int]:
        """Which blocks to remove again, which to put back, and how many to leave as they were changed meanwhile: found
        out once, before anything changes."""
        noted = await last_note(ledger, "undoing")
        if noted is None:
            present = {e.id: e for e in await own_events(desk.calendar(self.account), self.start, self.end)}
            ours = {place: present.get(self._block_id(block)) for place, block in enumerate(self.add)}
            taken = [place for place, e in ours.items() if e and (e.start, e.end) == _times(self.add[place])]
            kept = sum(e is not None for e in ours.values()) - len(taken)
            standing = await last_note(ledger, "standing")
            begun = standing.refs["remove"] if standing else []
            back = [place for place in begun if self.remove[place].event not in present]
            await ledger.note("undoing", taken=taken, back=back, kept=kept)
            return taken, back, kept
        return noted.refs["taken"], noted.refs["back"], noted.refs["kept"]


def _chunks(places: Sequence[int]) -> Iterator[Sequence[int]]:
    return (places[first : first + CHUNK] for first in range(0, len(places), CHUNK))


def _undone(taken: int, back: int) -> str:
    removed = f"{counted(taken, 'block')} removed again" if taken or not back else ""
    return _joined((removed, f"{counted(back, 'block')} put back" if back else ""))


def _times(block: Block) -> tuple[datetime, datetime]:
    return block.start, block.end


def _joined(parts: Iterable[str]) -> str:
    return " and ".join(filter(None, parts))
