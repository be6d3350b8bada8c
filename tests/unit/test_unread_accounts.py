"""What the tools for time say when the calendar of one account can't be read: the rest, and that it isn't all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.agent.tools.calendar import CreateEvent, ListEvents
from app.agent.tools.event_changes import ChangeEvents
from app.agent.tools.mail import SearchMail
from app.agent.tools.mail_changes import ChangeMail
from app.agent.tools.people import FindPerson
from app.agent.tools.time import BlockTime, FindFreeTime
from app.agent.tools.writing import WriteMail
from app.domain.calendars import Availability
from app.domain.desk import Desk, reference
from app.domain.errors import Faulty, GrantDead, ProviderError, StewardError
from app.domain.mailboxes import BULK_LIMIT, Contact
from app.domain.reading import Reading
from app.domain.types import Address, CalendarRef, Event, MailPage, MailQuery, MailText
from app.recognising import own_addresses
from tests.fakes import MemoryCalendar, MemoryMailbox
from tests.samples import WORK
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

    why: ProviderError = AWAY

    async def search(self, query: MailQuery, *, limit: int) -> MailPage:
        raise AWAY

    async def ids(self, query: MailQuery, *, limit: int = BULK_LIMIT) -> tuple[str, ...]:
        raise AWAY

    async def aliases(self) -> tuple[Address, ...]:
        raise AWAY

    async def contacts(self, words: str) -> tuple[Contact, ...]:
        raise AWAY

    async def written_to(self, email: str) -> int:
        raise self.why

    async def senders(self, ids: Sequence[str]) -> dict[str, Address]:
        raise AWAY


def half(*mails: MailText, why: ProviderError = AWAY, text: str = "") -> Table:
    """A table of which the mail of home can't be read."""
    made = Table(*mails, text=text)
    closed = ClosedBox(made.home.account, made.clock)
    closed.why = why
    made.bench.desk = Desk(made.bench.desk.person, mailboxes=[made.work, closed], calendars=made.bench.desk.calendars)
    return made


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


# Mail: one account's fault is not another's.

MAIL_NOTE = NOTE.replace("the calendar of", "the mail of")
DANA = "dana@example.org"


async def test_a_mail_is_written_from_the_account_that_works() -> None:
    made = half()
    await made.use(WriteMail(kind="new", to=[DANA], subject="Hello", body="Hi Dana", account="work"))
    (recipient,) = made.proposed.recipients
    assert recipient.marked
    assert recipient.evidence.endswith("; I couldn't look into the mail of home")


async def test_whom_the_account_that_works_knows_is_known() -> None:
    to = (Address(email=DANA),)
    made = half(mail("s1", labels=("SENT",), sender=Address(email="ann@example.com"), to=to))
    await made.use(WriteMail(kind="new", to=[DANA], subject="Hello", body="Hi Dana", account="work"))
    (recipient,) = made.proposed.recipients
    assert (recipient.marked, recipient.evidence) == (False, "1 mail to them")


async def test_the_account_that_sends_must_be_readable_and_every_connection_alive() -> None:
    letter = {"kind": "new", "to": [DANA], "subject": "Hello", "body": "Hi Dana"}
    with pytest.raises(Faulty):
        await half().use(WriteMail(**letter, account="home"))
    with pytest.raises(GrantDead):
        await half(why=GrantDead(provider="Gmail", account="home")).use(WriteMail(**letter, account="work"))


async def test_people_are_looked_for_in_the_mail_that_can_be_read() -> None:
    made = half(mail())
    result = await made.use(FindPerson(name="Carol"))
    assert [p["email"] for p in result["people"]] == ["carol@example.org"]
    assert (result["not_read"], made.bench.notes) == ([f"mail of home: {SENTENCE}"], [MAIL_NOTE])
    for name in ("my manager", "lunch"):
        assert (await half(mail()).use(FindPerson(name=name)))["not_read"] == [f"mail of home: {SENTENCE}"]


async def test_the_newest_mail_of_a_person_is_answered() -> None:
    made = half(mail(), text="Tell Carol yes")
    await made.use(WriteMail(kind="reply", to=["Carol"], body="Yes"))
    assert made.proposed.thread == "t1"
    assert made.bench.notes[0] == MAIL_NOTE


async def test_a_reply_is_made_though_some_addresses_of_ones_own_arent_known() -> None:
    made = half(mail(to=(Address(email=WORK.email), Address(email="ann@home.example"))))
    await made.use(WriteMail(kind="reply_all", thread="work:t1", body="Yes"))
    assert [r.address.email for r in made.proposed.recipients] == ["carol@example.org"]
    assert made.bench.notes == [f"_I couldn't read the addresses of *home* (ann@home.example): {SENTENCE}_"]


async def test_of_an_account_that_cant_be_read_its_own_address_is_known() -> None:
    made, reading = half(), Reading()
    boxes = [box for box in made.bench.desk.mailboxes if box.account.name == "home"]
    own = await own_addresses(Desk(made.bench.desk.person, mailboxes=boxes, calendars=[]), reading)
    assert (own, list(reading.unread)) == ({"ann@home.example"}, ["home"])


@pytest.mark.parametrize("more", [{}, {"not_from": ["Dave"]}])
async def test_what_a_change_leaves_out_is_said_beside_its_card(more: Any) -> None:
    dave = Address(email="dave@example.org", name="Dave")
    made = half(mail(), mail("m2", thread="t2", sender=dave))
    result = await made.use(ChangeMail(do="archive", words="lunch", **more))
    assert made.proposed.account.name == "work"
    assert result["not_read"] == [f"mail of home: {SENTENCE}"]
    assert MAIL_NOTE in made.bench.notes


async def test_nothing_found_is_said_not_to_be_all() -> None:
    result = await half().use(ChangeMail(do="archive", words="lunch"))
    assert result["not_read"] == [f"mail of home: {SENTENCE}"]


# Calendars that can't be listed.


class Unlisted(MemoryCalendar):
    """Calendars whose list can't be read."""

    async def calendars(self) -> tuple[CalendarRef, ...]:
        raise AWAY


def unlisted() -> Table:
    made = Table()
    work, home = made.bench.desk.calendars
    boxes = made.bench.desk.mailboxes
    made.bench.desk = Desk(made.bench.desk.person, mailboxes=boxes, calendars=[work, Unlisted(home.account)])
    made.calendar.put(meeting(made.now.replace(hour=9, minute=0) + timedelta(days=1), minutes=60, title="Review"))
    return made


async def test_meetings_are_changed_where_the_calendars_are_known() -> None:
    made = unlisted()
    theirs = meeting(made.now.replace(hour=12, minute=0) + timedelta(days=1), id="e2")
    closed = made.bench.desk.calendars[1]
    closed.put(theirs.model_copy(update={"account": reference(made.home.account)}))  # type: ignore[attr-defined]
    result = await made.use(ChangeEvents(do="cancel", start=TUESDAY))
    assert [a.account.name for a in made.bench.actions] == ["work"]
    assert (result["not_read"], made.bench.notes) == ([f"calendar of home: {SENTENCE}"], [NOTE])


async def test_a_calendar_that_may_be_among_the_unlisted_isnt_said_not_to_exist() -> None:
    made = unlisted()
    await made.use(CreateEvent(title="Yoga", start="tomorrow at 6pm", calendar="work"))
    assert made.proposed.account.name == "work"
    with pytest.raises(StewardError, match=r"I couldn't read those of home\."):
        await made.use(CreateEvent(title="Yoga", start="tomorrow at 6pm", calendar="Sport"))
