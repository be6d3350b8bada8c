"""What holds for every skill: an account that has ended is named and nothing is invented for it; and the clocks are
those by which the person goes."""

from datetime import time, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.assistant import Assistant
from app.domain.errors import GrantDead
from app.domain.grants import Tokens
from app.domain.ports import Kind
from app.domain.preferences import Stretch
from app.domain.reports import Report
from app.domain.types import AccountId, AccountRef, Address, Event, Guest, MailText
from app.skills.digest import Mornings
from app.skills.drafting.errands import NAME, read
from app.skills.notices import Lookout
from app.wiring import skills
from tests.fakes import MemoryCalendar, MemoryMailbox
from tests.samples import ANN, WORK, account, message
from tests.unit.desk_world import mail, meeting
from tests.unit.steward_at_work import AtWork

HOME = AccountRef(id=AccountId(UUID(int=2)), name="home", email="ann@home.example")
HOUR = timedelta(hours=1)
DANA = Guest(email="dana@example.org", name="Dana")
QUESTION = "Can you send me the contract by Friday?"
SKILLS = {
    "triage": "Contract",
    "tasks": "Contract",
    "focus": "Contract",
    "follow": "Contract",
    "digest": "Contract",
    "brief": "Briefing: Review",
    "week": "Review",
}
"""Each skill's errand, and what it says of the account at work."""
MAIL_CALLS, CALENDAR_CALLS = ("search", "ids", "read", "threads"), ("events", "event", "calendars")
LISBON, NEW_YORK = "Europe/Lisbon", "America/New_York"


class At(AtWork):
    """A house with every skill, and somebody with two accounts."""

    def __init__(self) -> None:
        super().__init__()
        services = self.outside.services(self.store)
        self.mornings, self.lookout = Mornings(services), Lookout(services)
        self.assistant = Assistant(services, self.limits, invite=self._invite, errands=skills(services))

    async def connect(self) -> None:
        await self.store.people.meet(self.chat.people[ANN.team, ANN.user])
        tokens = Tokens(access="a", refresh="r", expires_at=self.clock.now() + HOUR, scopes=())
        for each, subject in ((WORK, "1"), (HOME, "2")):
            mine = account(id=each.id, email=each.email, name=each.name, subject=subject)
            kept = await self.outside.grants.keep(mine, tokens)
            if each is HOME:
                self.home = MemoryMailbox(kept, self.clock)
                self.home_calendar = MemoryCalendar(kept)
                self.outside.desks.place(self.home, self.home_calendar)

    def end(self) -> None:
        """Whatever is read of the account at home next says that its connection was revoked."""

        async def dies(*_: Any, **__: Any) -> Any:
            await self.outside.grants.bury(HOME.id, ANN.id)
            self.outside.desks.take(HOME.id)
            raise GrantDead(provider="Google", account=HOME.email)

        for place, calls in ((self.home, MAIL_CALLS), (self.home_calendar, CALENDAR_CALLS)):
            for name in calls:
                setattr(place, name, dies)

    async def report(self, errand: str) -> Report:
        await self.assistant.hear(message(errand, errand=errand))
        turn = self.chat.lines[-1].turn
        assert turn is not None
        kept = await self.store.turns.get(ANN.id, turn)
        assert kept is not None
        assert kept.report is not None, self.said
        return kept.report

    def at(self, hours: float, **more: Any) -> Event:
        return meeting(self.clock.now() + hours * HOUR, **more)


def asking(ident: str, of: AccountRef, *, text: str = QUESTION, **more: Any) -> MailText:
    to = (Address(email=of.email, name="Ann"),)
    found = mail(ident, thread=f"t{ident}", labels=("INBOX", "UNREAD"), text=text, to=to, **more)
    return found.model_copy(update={"email": found.email.model_copy(update={"account": of})})


@pytest.fixture
async def at() -> At:
    made = At()
    await made.connect()
    made.mailbox.put(asking("m1", WORK, subject="Contract"))
    for hours, ident in ((2, "e1"), (26, "e2")):
        made.calendar.put(made.at(hours, id=ident, title="Review", guests=(DANA,), mine=True))
    made.home.put(asking("m2", HOME, subject="Garden party", sender=DANA))
    for hours, ident in ((5, "e3"), (29, "e4")):
        home = made.at(hours, id=ident, title="Dentist", guests=(DANA,), mine=True)
        made.home_calendar.put(home.model_copy(update={"account": HOME}))
    return made


@pytest.mark.parametrize(("errand", "own"), SKILLS.items())
async def test_an_account_that_has_ended_is_named_and_the_others_are_read(at: At, errand: str, own: str) -> None:
    at.end()
    report = await at.report(errand)
    assert "I left out *home* (ann@home.example): its connection has ended." in " ".join(report.notes)
    assert own in report.worded()
    assert not [word for word in ("Garden", "Dentist") if word in report.worded()]


@pytest.mark.parametrize(("errand", "own"), SKILLS.items())
async def test_what_was_left_out_would_have_been_there(at: At, errand: str, own: str) -> None:
    report = await at.report(errand)
    assert not report.notes or "home" not in " ".join(report.notes)
    assert own in report.worded()
    assert [word for word in ("Garden", "Dentist") if word in report.worded()]


# Offers.


async def test_every_offer_is_an_errand_that_a_skill_reads(at: At) -> None:
    """Drafts among them: of what is urgent, of what was asked days ago, and to whoever organises what is in the way."""
    await at.store.preferences.state(ANN.id, "priority", ["carol@example.org"], words="so")
    text, now = "Can you sign it by today 17:00?", at.clock.now() - HOUR
    at.mailbox.put(asking("m3", WORK, text=text, subject="Sign it", received=now))
    old = {"sender": Address(email=WORK.email), "to": (DANA,), "received": at.clock.now() - 9 * 24 * HOUR}
    at.mailbox.put(mail("m4", labels=("SENT",), thread="tm4", subject="Offer", **old))
    at.calendar.put(at.at(22, id="e5", title="Early", guests=(DANA,), mine=False, organizer=DANA, answer="accepted"))
    at.calendar.put(at.at(4, id="e6", title="Sync", guests=(Guest(email="carol@example.org"),), mine=True))
    known, drafts = skills(at.outside.services(at.store)), []
    for errand in (*SKILLS, "brief work:primary:e6", "notice work:m3"):
        for offer in (await at.report(errand)).all_offers:
            name, _, argument = offer.errand.partition(" ")
            assert name in known.names, offer
            drafts += [(errand.partition(" ")[0], read(argument))] if name == NAME else []
    asked = {(skill, draft.kind, ref) for skill, draft in drafts for ref in draft.refs}
    assert {
        ("triage", "reply", "work:tm3"),
        ("follow", "nudge", "work:tm4"),
        ("follow", "reply", "work:tm3"),
        ("brief", "reply", "work:tm3"),
        ("notice", "reply", "work:tm3"),
        ("week", "move", "work:primary:e5"),
    } <= asked, asked


# Clocks.


@pytest.fixture
async def traveller() -> At:
    """Slack says New York, where it is still Monday evening; in Lisbon, where she says she works, it is Tuesday."""
    made = At()
    made.clock.advance(17 * HOUR)
    made.chat.people[ANN.team, ANN.user] = ANN.model_copy(update={"zone": NEW_YORK})
    await made.connect()
    hours = [Stretch(day=day, start=time(8), end=time(16)) for day in range(5)]
    for name, value in (("zone", LISBON), ("hours", [each.model_dump(mode="json") for each in hours])):
        await made.store.preferences.state(ANN.id, name, value, words="I work 8 to 4 in Lisbon")
    text = "Can you send me the contract by tomorrow at 6am?"
    made.mailbox.put(asking("m1", WORK, text=text, subject="Contract", received=made.clock.now() - HOUR))
    for hours_, ident in ((13, "e1"), (40, "e2")):
        made.calendar.put(made.at(hours_, id=ident, title="Review", guests=(DANA,), mine=True))
    return made


@pytest.mark.parametrize(
    ("errand", "told"),
    [
        ("triage", ["Contract (Carol · 7/10 "]),  # by New York's clocks tomorrow at six would be urgent
        ("tasks", ["meeting today 15:00", "meeting tomorrow 18:00", "due tomorrow 06:00"]),
        ("focus", ["Tuesday 3 March", "08:00–08:15 Get ready", "15:00–15:30 Review", "7 hours 30 minutes of free"]),
        ("follow", ["since Tue 3 Mar"]),
        (
            "digest",
            ["Tuesday 3 March", "15:00–15:30 Review", "Free: 08:00–15:00, 15:30–16:00", "since yesterday 16:00"],
        ),
        ("brief", ["Tue 3 Mar, 15:00–15:30 (Europe/Lisbon, UTC+0)"]),
        (
            "week",
            ["Wed 4 Mar to Tue 10 Mar (Europe/Lisbon)", "18:00–18:30 Review", "➜ 15:30–16:00 Review", "08:00 to 16:00"],
        ),
    ],
)
async def test_days_and_times_are_those_of_where_somebody_says_they_are(
    traveller: At, errand: str, told: list[str]
) -> None:
    shown = (await traveller.report(errand)).worded()
    assert [each for each in told if each not in shown] == [], shown


async def test_what_is_noted_and_put_off_is_for_their_days(traveller: At) -> None:
    await traveller.report("tasks")
    for errand, said in (
        ("tasks add call the bank today", "Noted as task 4: call the bank today (due today)."),
        ("tasks snooze 1", "Snoozed: “Contract” is back tomorrow 08:00."),
    ):
        await traveller.assistant.hear(message(errand, errand=errand))
        assert traveller.said[-1] == said


async def test_what_comes_by_itself_comes_by_their_clock(traveller: At) -> None:
    await traveller.store.preferences.state(ANN.id, "brief_before", 30, words="30 minutes")
    traveller.clock.advance(6 * HOUR)  # eight in Lisbon, and still quiet in New York
    await traveller.mornings.begin()
    assert [row.key for row in traveller.disk.turns.values()] == ["digest 2026-03-03"]
    traveller.clock.advance(6.75 * HOUR)  # a quarter to three
    await traveller.lookout.look()
    assert [row.key.partition(" ")[0] for row in traveller.disk.turns.values()] == ["digest", "brief"]
    assert {kind for kind, _, _ in traveller.outside.queue.woken} == {Kind.UNASKED}
