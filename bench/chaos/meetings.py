"""Deeds with calendars: an event that is made, and events that are there already and change."""

from base64 import b32hexencode
from datetime import datetime
from uuid import UUID

from bench.chaos.deed import QUARTER, Count, Deed, Json, calls, once_more
from bench.chaos.journal import Journal
from tests.acceptance.stand_ins import Google


class Event(Deed):
    """An event with a guest, who gets an invitation."""

    kind = "CreateEvent"

    @property
    def guest(self) -> str:
        return f"guest{self.number}@event.example"

    @property
    def ask(self) -> str:
        return f"Please see to {self.mark} With {self.guest}"  # an address that the person typed takes one click

    async def prepared(self, google: Google) -> Json:
        start = self.start.isoformat()
        return calls("create_event", title=self.mark, start=start, minutes=15, guests=[self.guest], account="work")

    @property
    def event(self) -> str:
        """The id that the event bears at Google."""
        return own_id(self.action)

    def done(self, journal: Journal) -> Count:
        return Count.of((journal.inserted[self.event], journal.left[self.guest, "Invitation"]))

    def undone(self, journal: Journal) -> Count:
        return Count.of((journal.deleted[self.event], journal.left[self.guest, "Canceled event"]))

    def traces(self) -> set[str]:
        return {self.event, self.guest}


class Meeting(Deed):
    """An event with a guest that stands in the calendar already."""

    @property
    def guest(self) -> str:
        return f"guest{self.number}@event.example"

    async def _made(self, google: Google, **more: object) -> str:
        """Puts it down; its reference."""
        self.event = own_id(f"{self.number:032x}")
        times = {"start": _time(self.start), "end": _time(self.start + QUARTER)}
        event = {"id": self.event, "summary": self.mark, **times, **more}
        await google.turn(event_made={"account": self.account, "event": event})
        return f"work:primary:{self.event}"

    def _invited(self) -> list[Json]:
        return [{"email": self.guest, "responseStatus": "accepted"}]

    def undone(self, journal: Journal) -> Count:
        return Count.of([journal.patched[self.event, ""]])

    def traces(self) -> set[str]:
        return {self.event, self.guest}


class Change(Meeting):
    """It is called something else."""

    kind = "ChangeEvent"

    async def prepared(self, google: Google) -> Json:
        event = await self._made(google, attendees=self._invited())
        return calls("change_events", do="edit", events=[event], title=f"Something else {self.number}")

    def done(self, journal: Journal) -> Count:
        return Count.of([journal.patched[self.event, self.action]])


class Cancel(Meeting):
    """It doesn't take place, and its guest hears of that."""

    kind = "CancelEvent"

    async def prepared(self, google: Google) -> Json:
        event = await self._made(google, attendees=self._invited())
        return calls("change_events", do="cancel", events=[event])

    def done(self, journal: Journal) -> Count:
        return Count.of((journal.deleted[self.event], journal.left[self.guest, "Canceled event"]))


class Respond(Meeting):
    """An invitation is accepted, and who wrote it hears of that."""

    kind = "RespondToEvent"

    async def prepared(self, google: Google) -> Json:
        people = [{"email": self.guest, "organizer": True}, {"email": self.account, "responseStatus": "needsAction"}]
        event = await self._made(google, attendees=people, organizer={"email": self.guest})
        return calls("change_events", do="accept", events=[event])

    def done(self, journal: Journal) -> Count:
        return Count.of((journal.answered[self.event, "accepted"], journal.left[self.guest, "Accepted"]))

    def undone(self, journal: Journal) -> Count:
        return Count.of([journal.answered[self.event, "needsAction"]])


class Move(Meeting):
    """It is moved to another account: a copy is made there, and the original cancelled."""

    kind = "MoveEvent"

    async def prepared(self, google: Google) -> Json:
        event = await self._made(google)
        return calls("change_events", do="transfer", events=[event], to=self.other)

    async def changed_meanwhile(self, google: Google) -> None:
        """Its organizer calls it something else."""
        await self._made(google, summary=f"{self.mark} And more.")

    def done(self, journal: Journal) -> Count:
        return Count.of((journal.inserted[own_id(self.action)], journal.deleted[self.event] - self._again(journal)))

    def undone(self, journal: Journal) -> Count:
        restored = journal.patched[self.event, ""] - self._again(journal)
        return Count.of((journal.deleted[own_id(self.action)], restored))

    def _again(self, journal: Journal) -> int:
        """How often the original was cancelled again because an undoing of its move was refused half-way."""
        return once_more(journal.deleted[self.event], journal.patched[self.event, ""])

    def traces(self) -> set[str]:
        return {self.event, own_id(self.action)} if self.action else {self.event}


class Mirror(Deed):
    """What stands in another account is shown as busy time."""

    kind = "MirrorAvailability"

    async def prepared(self, google: Google) -> Json:
        start, end = self.start, self.start + QUARTER
        event = {"summary": self.mark, "start": _time(start), "end": _time(end)}
        await google.turn(event_made={"account": self.other, "event": event})
        span = f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
        return calls("block_time", kind="mirror", within=span, account=self.other, into=self.account)

    def done(self, journal: Journal) -> Count:
        return Count.of(journal.marked[self.action].values())

    def undone(self, journal: Journal) -> Count:
        return Count.of(journal.deleted[block] for block in journal.marked[self.action])

    def traces(self) -> set[str]:
        return {self.action}


def own_id(ident: str) -> str:
    """An event's id in Google's alphabet, of an action's: base32hex."""
    return b32hexencode(UUID(ident).bytes).decode().rstrip("=").lower()


def _time(at: datetime) -> Json:
    return {"dateTime": at.isoformat(), "timeZone": "UTC"}
