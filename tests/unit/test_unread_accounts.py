"""What the tools for time say when the calendar of one account can't be read: the rest, and that it isn't all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.agent.tools.calendar import ListEvents
from app.agent.tools.event_changes import ChangeEvents
from app.agent.tools.mail import SearchMail
from app.agent.tools.time import BlockTime, FindFreeTime
from app.domain.calendars import Availability
from app.domain.desk import Desk
from app.domain.errors import Faulty, GrantDead, ProviderError, StewardError
from app.domain.mailboxes import BULK_LIMIT
from app.domain.types import Address, Event, MailPage, MailQuery
from tests.fakes import MemoryCalendar, MemoryMailbox
from tests.unit.desk_world import mail, meeting
from tests.unit.test_agent_tools import Table

GOOGLE = "Google Calendar"
AWAY = Faulty(provider=GOOGLE, why="503")
SENTENCE = "Google Calendar has a fault of its own right now (503)."
NOTE = f"_I couldn't read the calendar of *home* (ann@home.example): {SENTENCE} So I don't know what is there._"
TUESDAY = "Tuesday 3 March 2026"


class Closed(MemoryCalendar):
    """A calendar that can't be read."""

    why: ProviderError = AWAY

    async def events(self, start: datetime, end: datetime, *, words: str = "") -> tuple[Event, ...]:
        raise self.why

    async def availability(self, addresses: Sequence[str], start: datetime, end: datetime) -> dict[str, Availability]:
        raise self.why


class ClosedBox(MemoryMailbox):
    """A mailbox that can't be searched."""

    async def search(self, query: MailQuery, *, limit: int) -> MailPage:
        raise AWAY

    async def ids(self, query: MailQuery, *, limit: int = BULK_LIMIT) -> tuple[str, ...]:
        raise AWAY

    async def aliases(self) -> tuple[Address, ...]:
        raise AWAY


def table(*, closed: tuple[str, ...] = ("home",), why: ProviderError = AWAY) -> Table:
    made = Table()
    calendars = [Closed(c.account) if c.account.name in closed else c for c in made.bench.desk.calendars]
    for calendar in calendars:
        if isinstance(calendar, Closed):
            calendar.why = why
    made.bench.desk = Desk(made.bench.desk.person, mailboxes=made.bench.desk.mailboxes, calendars=calendars)
    made.calendar.put(meeting(made.now.replace(hour=9, minute=0) + timedelta(days=1), minutes=60, title="Review"))
    return made


async def test_free_times_are_offered_as_what_may_clash() -> None:
    made = table()
    result: dict[str, Any] = await made.use(FindFreeTime(within=TUESDAY))
    assert result["slots"]
    assert all(s["why"] == "inside your hours; it may clash with something in home" for s in result["slots"])
    assert result["not_read"] == [f"calendar of home: {SENTENCE}"]
    assert made.bench.notes == [NOTE]


async def test_colleagues_are_free_and_the_person_perhaps() -> None:
    made = table()
    made.calendar.colleagues = {"ben@example.com": Availability(zone="Europe/Vienna")}
    result = await made.use(FindFreeTime(within=TUESDAY, people=["ben@example.com"]))
    assert result["slots"][0]["why"].startswith("ben@example.com is free, inside everyone's hours; it may clash")


async def test_an_account_that_can_not_be_asked_leaves_colleagues_unknown() -> None:
    made = table()
    result = await made.use(FindFreeTime(within=TUESDAY, people=["eve@example.org"], account="work"))
    assert result["not_known"] == [f"eve@example.org: {SENTENCE}"]


async def test_no_calendar_at_all_is_an_error() -> None:
    for tool in (FindFreeTime(within=TUESDAY), ListEvents(start=TUESDAY), BlockTime(within=TUESDAY)):
        with pytest.raises(Faulty):
            await table(closed=("work", "home")).use(tool)


async def test_a_connection_that_has_ended_is_renewed_first() -> None:
    gone = GrantDead(provider=GOOGLE, account="home")
    for tool in (FindFreeTime(within=TUESDAY), ListEvents(start=TUESDAY)):
        with pytest.raises(GrantDead):
            await table(why=gone).use(tool)


async def test_the_events_of_the_others_are_listed() -> None:
    made = table()
    result = await made.use(ListEvents(start=TUESDAY))
    assert [e["title"] for e in result["events"]] == ["Review"]
    assert (result["not_read"], set(made.bench.notes)) == ([f"calendar of home: {SENTENCE}"], {NOTE})
    with pytest.raises(Faulty):
        await made.use(ListEvents(start=TUESDAY, account="home"))


async def test_focus_time_is_blocked_and_said_to_know_only_a_part() -> None:
    made = table()
    result = await made.use(BlockTime(within=TUESDAY))
    assert len(made.bench.actions) == 1
    assert (result["not_read"], made.bench.notes) == ([f"calendar of home: {SENTENCE}"], [NOTE])


async def test_the_mails_of_the_others_are_found() -> None:
    made = table()
    work, home = made.bench.desk.mailboxes
    closed = ClosedBox(home.account, made.clock)
    made.bench.desk = Desk(made.bench.desk.person, mailboxes=[work, closed], calendars=[])
    result = await made.use(SearchMail())
    assert (result["total"], result["not_read"]) == (0, [f"mail of home: {SENTENCE}"])
    assert made.bench.notes == [NOTE.replace("the calendar of", "the mail of")]
    with pytest.raises(Faulty):
        await made.use(SearchMail(account="home"))


async def test_what_can_not_be_read_is_mirrored_nowhere() -> None:
    made = table()
    with pytest.raises(StewardError, match=r"fault of its own"):
        await made.use(BlockTime(kind="mirror", within=TUESDAY))
    assert made.bench.actions == []


async def test_meetings_of_the_other_account_can_still_be_changed() -> None:
    made = table()
    await made.use(ChangeEvents(do="cancel", start=TUESDAY))
    assert (len(made.bench.actions), made.bench.notes) == (1, [NOTE])


async def test_who_waits_is_known_of_the_others() -> None:
    made = Table(mail(subject="Budget?"))
    closed = ClosedBox(made.home.account, made.clock)
    made.bench.desk = Desk(made.bench.desk.person, mailboxes=[made.work, closed], calendars=[])
    result = await made.use(SearchMail(owed="by_me"))
    assert [t["subject"] for t in result["threads"]] == ["Budget?"]
    assert result["not_read"] == [f"mail of home: {SENTENCE}"]
    with pytest.raises(Faulty):
        await made.use(SearchMail(owed="by_me", account="home"))
