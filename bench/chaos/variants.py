"""Deeds that go another way than most of their class: of each only the kills are tried, at the steps of its own."""

from datetime import UTC, timedelta
from typing import ClassVar

from bench.chaos.deed import Count, Json, calls
from bench.chaos.journal import Journal
from bench.chaos.letters import Archive, Forward
from bench.chaos.meetings import Meeting, own_id
from tests.acceptance.mailing import mail
from tests.acceptance.stand_ins import Google

WEEK = timedelta(weeks=1)
THOUSAND = 1_001
"""Mails, and one more than are changed at once."""
AT_ONCE = 2
"""People for what only the workers for long work do, of whom there are few."""
SIDE = "side@chaos.example"
"""A calendar beside the main one, of each account that needs it."""


class Thousand(Archive):
    """So many mails are archived that it takes two calls."""

    kind, people = "ArchiveEmails by the thousand", AT_ONCE

    async def prepared(self, google: Google) -> Json:
        sender = f"desk{self.number}@labels.example"
        many = {"account": self.account, "sender": sender, "subject": self.mark, "count": THOUSAND}
        self.ids = (await google.post("switches", mails_arrived=many))["done"]["mails_arrived"]
        return calls("change_mail", sender=sender, do="archive", account="work")


class Forwards(Forward):
    """Two mails are passed on in one action."""

    kind, people = "ForwardEmails of several", AT_ONCE
    parts: ClassVar[tuple[int, ...]] = (1, 2)

    async def prepared(self, google: Google) -> Json:
        sender = f"writer{self.number}@letters.example"
        letters = [mail(sender=sender, to=self.account, subject=self._subject(n)) for n in self.parts]
        threads = [(await google.deliver(self.account, each.as_string()))["thread"] for each in letters]
        named = [f"work:{thread}" for thread in threads]
        return calls("change_mail", threads=named, do="forward", to=[self.to], note=self.body)

    def _subject(self, part: int) -> str:
        return f"{self.mark} Part {part}"

    def done(self, journal: Journal) -> Count:
        return Count.of(journal.left_as[self.to, f"Fwd: {self._subject(n)}"] for n in self.parts)

    def traces(self) -> set[str]:
        return {self.to, *(f"Fwd: {self._subject(n)}" for n in self.parts)}


class Following(Meeting):
    """A series is called something else from its second occurrence on: it ends there, and another one goes on."""

    kind = "ChangeEvent of following ones"

    async def prepared(self, google: Google) -> Json:
        series = await self._made(google, recurrence=["RRULE:FREQ=WEEKLY;COUNT=5"])
        second = self.start + WEEK
        event = f"{series}_{second.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        return calls("change_events", do="edit", events=[event], which="following", title=f"Otherwise {self.number}")

    @property
    def other_series(self) -> str:
        return own_id(self.action)

    def done(self, journal: Journal) -> Count:
        return Count.of((journal.patched[self.event, self.action], journal.inserted[self.other_series]))

    def undone(self, journal: Journal) -> Count:
        return Count.of((journal.deleted[self.other_series], journal.patched[self.event, ""]))

    def traces(self) -> set[str]:
        return {self.event, self.other_series} if self.action else {self.event}


class Aside(Meeting):
    """An event is moved into another calendar of its account, where it stays the same one."""

    kind = "MoveEvent within an account"

    async def prepared(self, google: Google) -> Json:
        await google.turn(calendar_made={"account": self.account, "calendar": SIDE, "name": "Side"})
        event = await self._made(google)
        return calls("change_events", do="transfer", events=[event], to="Side")

    def done(self, journal: Journal) -> Count:
        return Count.of([journal.moved[self.event, SIDE]])

    def undone(self, journal: Journal) -> Count:
        return Count.of([journal.moved[self.event, self.account]])

    def traces(self) -> set[str]:
        return {self.event}
