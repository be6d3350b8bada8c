"""The agent's tools over a desk in memory: what they tell the model, what they prepare, and where they stop."""

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.agent.bench import Bench, TwoTimes
from app.agent.tools import TOOLS, ChangeMail, CreateEvent, FindPerson, ListEvents, ReadThread, SearchMail, WriteMail
from app.agent.tools.calendar import SHOWN
from app.agent.tools.fitting import serialised
from app.agent.tools.mail import DEFAULT_LIMIT, MAX_LIMIT, THREAD_TEXT
from app.agent.tools.tool import Tool
from app.domain import actions
from app.domain.cards import MAX_BODY, MAX_RECIPIENTS, Origin
from app.domain.desk import Desk
from app.domain.errors import StewardError, UnclearAccount, UnclearTime, UnknownReference
from app.domain.plans import MAX_ACTIONS
from app.domain.ports import Request
from app.domain.types import AccountId, Address, Attachment, Guest, MailQuery
from app.planning.sanitising import hidden
from tests.fakes import ManualClock, MemoryCalendar, MemoryMailbox
from tests.samples import ANN, WORK, account
from tests.unit.desk_world import mail, meeting

ZONE = "Europe/Vienna"
DAY = timedelta(days=1)


class Table:
    """Ann's desk with two accounts, and the bench of one turn."""

    def __init__(self, *mails: Any, text: str = "", private: tuple[Any, ...] = ()) -> None:
        self.clock = ManualClock()
        work = account(id=AccountId(WORK.id), email=WORK.email, name=WORK.name)
        home = account(email="ann@home.example", name="home", subject="2")
        self.work = MemoryMailbox(work, self.clock, *mails, zone=ZONE)
        self.home = MemoryMailbox(home, self.clock, *private, zone=ZONE)
        self.calendar = MemoryCalendar(work)
        person = ANN.model_copy(update={"zone": ZONE})
        desk = Desk(person, mailboxes=[self.work, self.home], calendars=[self.calendar, MemoryCalendar(home)])
        self.now = self.clock.now().astimezone(ZoneInfo(ZONE))
        request = Request(person=person, now=self.now, text=text)
        self.bench = Bench(request=request, desk=desk, watch=self._watch)

    async def _watch(self, _: str) -> None:
        return None

    async def use(self, tool: Tool) -> Any:
        """What the model reads."""
        result: dict[str, Any] = json.loads(serialised(await tool.run(self.bench)))
        return result.get("untrusted", result)

    @property
    def proposed(self) -> Any:
        (action,) = self.bench.actions
        return action


# Reading mail.


async def test_a_search_lists_mails_by_reference() -> None:
    at = Table(mail("m1"), mail("m2", labels=("INBOX", "UNREAD"), thread="t2", received=ManualClock().now()))
    found = await at.use(SearchMail())
    assert (found["total"], found["shown"]) == (2, 2)
    assert found["mails"][0] | {"snippet": ""} == {
        "thread": "work:t2",
        "from": "Carol <carol@example.org>",
        "to": "ann@example.com",
        "subject": "Lunch",
        "date": "Mon 2 Mar 2026 10:00",  # her own zone
        "snippet": "",
        "unread": True,
        "account": "work",
    }
    assert at.bench.actions == []


async def test_a_search_joins_all_accounts_newest_first() -> None:
    now = ManualClock().now()
    at = Table(mail("m1", received=now - 3 * DAY), private=(mail("p1", received=now - 2 * DAY),))
    assert [m["date"][:5] for m in (await at.use(SearchMail()))["mails"]] == ["Sat 2", "Fri 2"]
    assert (await at.use(SearchMail(account="home")))["total"] == 1
    with pytest.raises(UnclearAccount, match="The accounts are: work, home"):
        await at.use(SearchMail(account="holiday"))


async def test_a_search_shows_ten_and_at_most_twentyfive() -> None:
    at = Table(*(mail(f"m{n}") for n in range(40)))
    assert (await at.use(SearchMail()))["shown"] == DEFAULT_LIMIT
    assert (await at.use(SearchMail(limit=MAX_LIMIT)))["shown"] == MAX_LIMIT
    assert (await at.use(SearchMail()))["total"] == 40
    with pytest.raises(ValidationError):
        SearchMail(limit=MAX_LIMIT + 1)


@pytest.mark.parametrize(
    ("given_", "asked"),
    [
        ({}, MailQuery()),
        ({"older_than_days": 30}, MailQuery(before=(ManualClock().now() - 30 * DAY).date())),
        ({"newer_than_days": 0}, MailQuery(since=ManualClock().now().date())),
        (SAME := {"category": "promotions", "unread": True, "where": "inbox"}, MailQuery(**SAME)),
        (MORE := {"words": "a", "sender": "b", "to": "c", "subject": "d", "label": "e"}, MailQuery(**MORE)),
    ],
)
def test_filters_become_a_query_in_the_persons_days(given_: dict[str, Any], asked: MailQuery) -> None:
    tool = SearchMail(**given_)
    assert tool.query(Table().bench, tool.where) == asked


async def test_a_thread_is_read_whole_and_the_newest_first_if_it_is_long() -> None:
    now = ManualClock().now()
    old = mail("m1", text="old " * (THREAD_TEXT // 4), received=now - 2 * DAY)
    new = mail("m2", text="new." * 100, received=now - DAY)
    read = await Table(old, new).use(ReadThread(thread="work:t1"))
    assert [m["text"][:3] for m in read["mails"]] == ["old", "new"]
    assert len(read["mails"][1]["text"]) == 400
    assert sum(len(m["text"]) for m in read["mails"]) == THREAD_TEXT
    assert read["left_out"] == "1 older mails or parts, for length"
    assert "left_out" not in await Table(new).use(ReadThread(thread="work:t1"))


async def test_what_could_not_be_decoded_is_told_to_the_person() -> None:
    broken = mail("m1").model_copy(
        update={"unreadable": ("part 1 (text/plain, klingon)",), "attachments": (Attachment(name="a.pdf", size=9),)}
    )
    at = Table(broken)
    read = await at.use(ReadThread(thread="work:t1"))
    assert read["mails"][0]["attachments"] == ["a.pdf (9 B)"]
    assert at.bench.notes == ["_Could not be decoded: part 1 (text/plain, klingon)_"]


@pytest.mark.parametrize("ref", ["", "t1", "work:", "nowhere:t1", ":t1"])
async def test_a_reference_that_no_search_gave_is_refused(ref: str) -> None:
    with pytest.raises(UnknownReference):
        await Table(mail()).use(ReadThread(thread=ref))


@given(st.text(max_size=500))
async def test_nothing_invisible_reaches_the_model(text: str) -> None:
    at = Table(mail("m1", text=text, subject=text, sender=Address(email="x@example.org", name=text)))
    for tool in (SearchMail(), ReadThread(thread="work:t1"), FindPerson(name="x@")):
        told = serialised(await tool.run(at.bench))
        assert not hidden(told)
        json.loads(told)


# Archiving.


async def test_archiving_freezes_what_fits_now_in_each_account() -> None:
    news = ("INBOX", "CATEGORY_PROMOTIONS")
    at = Table(mail("m1", labels=news), mail("m2"), private=(mail("p1", labels=news), mail("p2", labels=news)))
    told = await at.use(ChangeMail(do="archive", category="promotions"))
    assert [a.ids for a in at.bench.actions] == [("m1",), ("p2", "p1")]
    assert [a.account.name for a in at.bench.actions] == ["work", "home"]
    assert len(told["proposed"]) == 2
    assert await at.work.having("INBOX", ["m1"]) == {"m1"}
    card = at.bench.actions[1].card()
    assert (card.title, len(card.items)) == ("Archive 2 mails", 2)


async def test_archiving_nothing_proposes_nothing() -> None:
    at = Table(mail("m1", labels=()))
    told = await at.use(ChangeMail(do="archive", words="lunch", older_than_days=5))
    assert told == {"nothing": "No mail fits: in inbox, with “lunch”, before Wed 25 Feb 2026."}
    assert at.bench.actions == []


# Replying.


async def test_a_reply_answers_the_last_mail_that_came() -> None:
    now = ManualClock().now()
    at = Table(
        mail("m1", received=now - 3 * DAY),
        mail("m2", received=now - 2 * DAY, sender=Address(email="dan@example.org"), references=("<m1@example.org>",)),
        mail("m3", received=now - DAY, labels=("SENT",), sender=Address(email=WORK.email)),
        mail("m4", received=now, labels=("DRAFT",)),
    )
    await at.use(WriteMail(kind="reply", thread="work:t1", body=" Gladly.\u202e "))
    reply = at.proposed
    assert isinstance(reply, actions.SendReply)
    assert [r.address.email for r in reply.recipients] == ["dan@example.org"]
    assert (reply.in_reply_to, reply.references) == ("<m2@example.org>", ("<m1@example.org>",))
    assert (reply.subject, reply.body) == ("Re: Lunch", "Gladly.")
    assert set(reply.seen) == {"m1", "m2", "m3", "m4"}
    assert at.work.drafts == ()


async def test_a_reply_to_all_leaves_out_ones_own_accounts() -> None:
    everyone = (Address(email=WORK.email), Address(email="ann@home.example"), Address(email="eve@example.org"))
    at = Table(mail("m1", to=everyone))
    await at.use(WriteMail(kind="reply_all", thread="work:t1", body="Hi"))
    assert [(r.address.email, r.role) for r in at.proposed.recipients] == [
        ("carol@example.org", "to"),
        ("eve@example.org", "cc"),
    ]


async def test_each_recipient_is_marked_by_how_we_know_them() -> None:
    written = mail("s1", thread="t8", labels=("SENT",), to=(Address(email="friend@example.org"),))
    named = ("friend@example.org", "typed@example.org", "stranger@example.net")
    at = Table(mail("m1", cc=tuple(Address(email=e) for e in named)), written, text="answer, also to typed@example.org")
    await at.use(WriteMail(kind="reply_all", thread="work:t1", body="Hi"))
    assert {r.address.email: r.origin for r in at.proposed.recipients} == {
        "carol@example.org": Origin.THREAD,
        "friend@example.org": Origin.CONTACT,
        "typed@example.org": Origin.TYPED,
        "stranger@example.net": Origin.UNSEEN,
    }
    assert at.proposed.card().confirmations == 2


@pytest.mark.parametrize(
    ("mails", "given_", "says"),
    [
        ((mail(),), {"body": " \u200b\n"}, "no text"),
        ((mail(),), {"body": "x" * (MAX_BODY + 1)}, f"{MAX_BODY:,}"),
        ((mail(labels=("DRAFT",)),), {}, "no mail to reply to"),
        ((mail(sender=Address(email=WORK.email), to=()),), {}, "nobody to reply to"),
        ((mail(sender=Address(email="a..b@example.org")),), {}, "isn't an address"),
        (
            (mail(to=tuple(Address(email=f"p{n}@example.org") for n in range(MAX_RECIPIENTS + 1))),),
            {"kind": "reply_all"},
            f"{MAX_RECIPIENTS}",
        ),
    ],
    ids=["no text", "too long", "draft only", "nobody", "no address", "too many"],
)
async def test_what_no_card_can_be_made_of_is_refused(mails: Any, given_: dict[str, Any], says: str) -> None:
    at = Table(*mails)
    with pytest.raises(StewardError, match=says):
        await at.use(WriteMail(**{"kind": "reply", "thread": "work:t1", "body": "Hi"} | given_))
    assert at.bench.actions == []


# The calendar.


async def test_events_are_listed_in_the_persons_time() -> None:
    at = Table()
    at.calendar.put(meeting(at.clock.now() + timedelta(hours=5), guests=(Guest(email="carol@example.org"),)))
    listed = await at.use(ListEvents(start="today"))
    assert (listed["zone"], listed["from"], listed["to"]) == (ZONE, "Mon 2 Mar 2026 00:00", "Tue 3 Mar 2026 00:00")
    (found,) = listed["events"]
    assert (found["event"], found["start"], found["end"]) == ("work:primary:e1", "Mon 2 Mar 2026 15:00", "15:30")
    assert found["guests"] == ["carol@example.org"]


async def test_many_events_are_listed_in_part_and_said_to_be() -> None:
    at = Table()
    for n in range(SHOWN + 3):
        at.calendar.put(meeting(at.clock.now() + timedelta(minutes=n), id=f"e{n}", title="Standup " * (n % 3)))
    listed = await at.use(ListEvents(start="today"))
    shown = len(listed["events"])
    assert [e["event"] for e in listed["events"]] == [f"work:primary:e{n}" for n in range(shown)]
    assert 10 < shown <= SHOWN
    assert listed["left_out"] == f"{SHOWN + 3 - shown} later events"


async def test_a_long_list_of_mails_is_shortened_by_whole_mails() -> None:
    at = Table(*(mail(f"m{n}", subject="A long subject " * 20, text="words " * 50) for n in range(30)))
    found = await at.use(SearchMail(limit=MAX_LIMIT))
    assert 3 < found["shown"] == len(found["mails"]) < MAX_LIMIT
    assert found["total"] == 30


@pytest.mark.parametrize(
    ("given_", "start", "minutes"),
    [
        ({"start": "tomorrow at 3pm"}, "2026-03-03T15:00:00+01:00", 30),
        ({"start": "tomorrow at 3pm", "minutes": 45}, "2026-03-03T15:00:00+01:00", 45),
        ({"start": "tomorrow at 3pm", "end": "tomorrow at 5pm"}, "2026-03-03T15:00:00+01:00", 120),
        ({"start": "tomorrow from 3pm to 4pm"}, "2026-03-03T15:00:00+01:00", 60),
        ({"start": "2026-03-05T10:00"}, "2026-03-05T10:00:00+01:00", 30),
        ({"start": "2026-07-01 10:00"}, "2026-07-01T10:00:00+02:00", 30),
    ],
)
async def test_an_event_stands_where_the_person_said(given_: dict[str, Any], start: str, minutes: int) -> None:
    at = Table()
    await at.use(CreateEvent(title="Call", **given_))
    event = at.proposed
    assert isinstance(event, actions.CreateEvent)
    assert event.start.isoformat() == start
    assert event.end - event.start == timedelta(minutes=minutes)
    assert (event.zone, event.account.name, event.title) == (ZONE, "work", "Call")


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ({"start": "yesterday at 3pm"}, "past"),
        ({"start": "tomorrow at 3pm", "end": "tomorrow at 2pm"}, "before"),
        ({"start": "tomorrow at 3pm", "minutes": 60 * 24 * 20}, "20 days"),
        ({"start": "tomorrow at 3pm", "guests": ["carol"]}, "carol"),
        ({"start": "tomorrow at 3pm", "guests": ["carol@example"]}, "carol@example"),
        ({"start": "tomorrow at 3pm", "guests": ["a@example.org, b@example.org"]}, "address"),
        ({"start": "tomorrow at 3pm", "account": "holiday"}, "holiday"),
        ({"start": "tomorrow at 3pm", "guests": [f"p{n}@example.org" for n in range(51)]}, "50"),
    ],
)
async def test_an_event_that_makes_no_sense_is_refused(given_: dict[str, Any], says: str) -> None:
    at = Table()
    with pytest.raises(StewardError, match=says):
        await at.use(CreateEvent(title="Call", **given_))
    assert at.bench.actions == []


@pytest.mark.parametrize("start", ["tomorrow", "someday", "", "next week", "as soon as possible"])
async def test_a_day_is_no_time_to_meet(start: str) -> None:
    with pytest.raises((UnclearTime, TwoTimes)):
        await Table().use(CreateEvent(title="Call", start=start, guests=["carol@example.org"]))


async def test_a_phrase_with_two_meanings_is_for_the_person_to_choose() -> None:
    with pytest.raises(TwoTimes) as two:
        await Table().use(CreateEvent(title="Call", start="next Friday at 10am"))
    assert set(two.value.readings) == {"Friday 6 March 2026, 10:00", "Friday 13 March 2026, 10:00"}


async def test_what_stands_in_the_way_is_on_the_card() -> None:
    at = Table()
    at.calendar.put(meeting(at.now.replace(hour=15) + DAY, title="Board"))
    await at.use(CreateEvent(title="Call", start="tomorrow at 3pm"))
    assert [i.title for i in at.proposed.card().items] == ["Overlaps “Board”"]


async def test_guests_are_named_once_and_without_oneself() -> None:
    at = Table(text="with carol@example.org")
    guests = ["carol@example.org", "Carol@Example.org", WORK.email, " dan@example.org "]
    await at.use(CreateEvent(title="Call", start="tomorrow at 3pm", guests=guests))
    assert {g.address.email.lower(): g.origin for g in at.proposed.guests} == {
        "carol@example.org": Origin.TYPED,
        "dan@example.org": Origin.UNSEEN,
    }


# People.


async def test_people_are_found_with_what_speaks_for_them() -> None:
    at = Table(mail("m1"), mail("m2"), private=(mail("p1"),))
    for n in range(2):
        at.calendar.put(
            meeting(
                at.clock.now() + n * DAY, id=f"e{n}", guests=(Guest(email="carol.lee@example.net", name="Carol Lee"),)
            )
        )
    found = await at.use(FindPerson(name="carol"))
    assert found["people"] == [
        {"name": "Carol", "email": "carol@example.org", "evidence": "3 mails, the last on 1 Mar 2026"},
        {"name": "Carol Lee", "email": "carol.lee@example.net", "evidence": "2 meetings within 30 days"},
    ]


async def test_nobody_is_found_by_ones_own_name() -> None:
    at = Table(mail("m1"))
    found = await at.use(FindPerson(name="ann"))
    assert found["nothing"] == "Nobody called ann in mail or calendar."


# All of them.


async def test_one_turn_proposes_only_so_much() -> None:
    at = Table(mail("m1"))
    for _ in range(MAX_ACTIONS):
        await at.use(WriteMail(kind="reply", thread="work:t1", body="Hi"))
    with pytest.raises(StewardError, match=f"at most {MAX_ACTIONS}"):
        await at.use(WriteMail(kind="reply", thread="work:t1", body="Hi"))
    assert len(at.bench.actions) == MAX_ACTIONS


def test_every_tool_says_what_it_does_to_model_and_person() -> None:
    names = [tool.called() for tool in TOOLS]
    assert len(set(names)) == len(names)
    assert {"search_mail", "read_thread", "list_events", "find_person", "change_mail", "write_mail"} <= set(names)
    for tool in TOOLS:
        assert tool.__doc__
        assert tool.step.endswith("…")
        assert tool.step != Tool.step
