"""The morning's digest: what the day holds, told short, each fact with its source, and a plan that says no more."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.assistant import Assistant
from app.domain.errors import GrantDead, Throttled
from app.domain.grants import Tokens
from app.domain.reports import Group, Report
from app.domain.types import AccountId, Address, Event, Guest, MailText, TurnId
from app.skills.digest import Digest, Mornings
from app.skills.digest.planning import faithful
from app.skills.errands import Skills
from app.skills.triage.gathering import MOST
from app.skills.triage.judging import Judgement, Judgements
from integrations.slack.blocks import section, text
from integrations.slack.reports import report_blocks
from tests.fakes import MemoryCalendar, MemoryMailbox
from tests.samples import ANN, WORK, account, message
from tests.unit.desk_world import mail, meeting
from tests.unit.steward_at_work import AtWork

HOUR = timedelta(hours=1)
DANA = Guest(email="dana@example.org", name="Dana")


class At(AtWork):
    """A house that tells of the day."""

    def __init__(self, *mails: MailText, events: tuple[Event, ...] = ()) -> None:
        super().__init__(*mails)
        for each in events:
            self.calendar.put(each)
        services = self.outside.services(self.store)
        self.mornings = Mornings(services)
        self.assistant = Assistant(
            services, self.limits, invite=self._invite, errands=Skills({"digest": Digest(services)})
        )

    async def connect(self) -> None:
        await self.store.people.meet(ANN)
        mine = account(id=AccountId(WORK.id), email=WORK.email, name=WORK.name)
        tokens = Tokens(access="a", refresh="r", expires_at=self.clock.now() + HOUR, scopes=())
        await self.outside.grants.keep(mine, tokens)

    async def asked(self) -> Report:
        await self.assistant.hear(message("digest", errand="digest"))
        return await self.shown()

    async def shown(self) -> Report:
        turn = self.chat.lines[-1].turn
        assert turn is not None
        kept = await self.store.turns.get(ANN.id, turn)
        assert kept is not None
        assert kept.report is not None
        return kept.report

    def at(self, hours: float, **more: Any) -> Event:
        """A meeting so many hours from now, which is nine on a Monday."""
        return meeting(self.clock.now() + hours * HOUR, **more)


def group_of(report: Report, start: str) -> Group | None:
    return next((each for each in report.groups if start in each.title), None)


def texts(report: Report, start: str) -> list[str]:
    found = group_of(report, start)
    return [line.text for line in found.lines] if found else []


def unread(ident: str, subject: str, **more: Any) -> MailText:
    return mail(ident, labels=("INBOX", "UNREAD"), subject=subject, **more)


def news(ident: str) -> MailText:
    found = unread(ident, f"News {ident}", thread=f"n{ident}")
    return found.model_copy(update={"email": found.email.model_copy(update={"bulk": True})})


@pytest.fixture
def at() -> At:
    at = At(unread("m1", "Contract", text="Can you sign it?", received=at_night()), news("m2"))
    for each in (at.at(1, id="a", title="Board", guests=(DANA,)), at.at(1.25, id="b", title="Dentist")):
        at.calendar.put(each)
    return at


def at_night() -> Any:
    return AtWork().clock.now() - 8 * HOUR


async def test_the_day_is_told_with_its_conflicts_and_gaps(at: At) -> None:
    report = await at.asked()
    assert report.title == "Good morning, Ann: Monday 2 March"
    assert report.summary.startswith("2 meetings, the first at 10:00, 1 conflict; 1 mail waits for your answer; ")
    assert texts(report, "Today (2)") == [
        "“Board” (Mon 2 Mar 10:00–10:30) overlaps “Dentist” (Mon 2 Mar 10:15–10:45).",
        "10:00–10:30 Board",
        "10:15–10:45 Dentist",
        "Free: 09:00–10:00, 10:45–17:00",
    ]


async def test_what_waits_is_told_with_its_source(at: At) -> None:
    report = await at.asked()
    found = group_of(report, "Waits for your answer (1)")
    assert found is not None
    assert (found.lines[0].text, found.lines[0].link) == ("Contract", at.mailbox.link("t1"))


async def test_what_came_since_the_last_working_day_is_folded() -> None:
    at = At(unread("m1", "Contract", received=at_night()), unread("m0", "Old", received=at_night() - 4 * 24 * HOUR))
    at.mind.will_judge(Judgements(mails=[Judgement(n=1, category="important_read", priority=5, why="a contract")]))
    report = await at.asked()
    assert texts(report, "Since Friday 17:00") == ["Contract"]
    found = group_of(report, "Since Friday 17:00")
    assert found is not None
    assert found.folded
    assert "1 new mail since Friday 17:00" in report.summary


async def test_who_is_told_of_urgent_mail_here_alone_is_told_of_all_since_the_digest_before() -> None:
    at = At(
        unread("m1", "Contract", received=at_night()),
        unread("m2", "By day", received=at_night() - 2.5 * 24 * HOUR, thread="t2"),
        unread("m3", "Earlier", received=at_night() - 3 * 24 * HOUR, thread="t3"),
    )
    await at.connect()
    await at.store.preferences.state(ANN.id, "notify", "digest", words="only in the digest")
    assert sorted(texts(await at.asked(), "Since Friday 08:00")) == ["By day", "Contract"]


async def test_offers_lead_on(at: At) -> None:
    report = await at.asked()
    offers = {offer.label: offer.errand for offer in report.offers}
    assert offers["Brief me for Board"] == "brief work:primary:a"
    assert offers["Archive the newsletter"] == f'triage archive {{"mails":{{"{WORK.id}":["m2"]}}}}'


async def test_who_has_kept_the_person_waiting_is_named() -> None:
    sent = mail(
        "s1",
        labels=("SENT",),
        subject="Offer",
        thread="t9",
        sender=Address(email=WORK.email),
        to=(DANA,),
        received=at_night() - 6 * 24 * HOUR,
    )
    report = await At(sent).asked()
    found = group_of(report, "Time to ask again (1)")
    assert found is not None
    assert (found.lines[0].text, found.lines[0].detail) == ("Offer", "Dana · 4 working days, since Tue 24 Feb")


@pytest.mark.parametrize("what", ["mail", "calendar"])
async def test_what_cannot_be_read_is_named_and_nothing_is_invented(at: At, what: str) -> None:
    async def fails(*_: Any, **__: Any) -> Any:
        raise Throttled(provider="Google", retry_after=HOUR)

    at.mailbox.search = fails if what == "mail" else at.mailbox.search  # type: ignore[method-assign]
    at.calendar.events = fails if what == "calendar" else at.calendar.events  # type: ignore[method-assign]
    report = await at.asked()
    assert [note for note in report.notes if note.startswith(f"I couldn't read the {what} of *work*")]
    missing = ("mail waits", "new mail", "no new mail") if what == "mail" else ("meeting", "Free")
    assert not [word for word in missing if word in report.worded().replace("new mails", "")]


async def test_an_ended_account_is_named_in_the_report(at: At) -> None:
    await at.connect()
    ended = await at.outside.grants.keep(
        account(name="personal", email="ann@home.example", subject="2"),
        Tokens(access="a", refresh="r", expires_at=at.clock.now(), scopes=()),
    )
    await at.outside.grants.bury(ended.id, ANN.id)
    report = await at.asked()
    assert [note for note in report.notes if "ann@home.example" in note]


async def test_a_day_with_nothing_in_it() -> None:
    report = await At().asked()
    _, day, suggested, *_ = report_blocks(report, turn=TurnId(ANN.id))
    assert (day, suggested) == tuple(section(text(line)) for line in report.summary.splitlines())
    assert report.summary == "No meetings; no new mail.\nSuggested: Nothing presses today."
    assert [line.text for each in report.groups for line in each.lines] == ["Free: 09:00–17:00"]


# The plan in words.


async def test_the_plan_is_in_the_models_words_when_they_say_what_it_says(at: At) -> None:
    plain = (await at.asked()).summary.partition("Suggested: ")[2]
    at.mind.words.append(f"Here we go. {plain}")
    assert (await at.asked()).summary.endswith(f"Here we go. {plain}")
    at.mind.words.append("Wire 500 to the bank.")
    assert (await at.asked()).summary.endswith(plain)


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        ("Begin with “Contract”, before “Board” at 10:00.", True),
        ("Take “Contract” first; “Board” is at 10:00!", True),
        ("Begin with “Contract”, before “Board” at 11:00.", False),
        ("Begin with “Contract” and “Invoice”, before “Board” at 10:00.", False),
        ("Begin with “Contract”.", False),
        ("", False),
    ],
)
def test_words_are_held_to_the_plan(words: str, holds: bool) -> None:
    assert faithful(words, "Begin with “Contract”, before “Board” at 10:00.") is holds


# By itself.


async def test_one_that_is_hours_late_comes_until_the_quiet_of_the_night(at: At) -> None:
    await at.connect()
    at.clock.advance(10.9 * HOUR)
    await at.mornings.begin()
    await at.sweep()
    assert (await at.shown()).summary.startswith("11 hours late today: no more meetings; ")
    at.clock.advance(24.2 * HOUR)  # five past eight in the evening
    await at.mornings.begin()
    await at.sweep()
    assert (await at.shown()).title.endswith("Monday 2 March")
    at.clock.advance(12 * HOUR)
    await at.mornings.begin()
    await at.sweep()
    report = await at.shown()
    assert report.title.endswith("Wednesday 4 March")
    assert "There was no digest on Tuesday 3 March." in report.notes


async def test_it_comes_by_itself_once_and_says_when_it_is_late(at: At) -> None:
    await at.connect()
    for _ in range(2):
        await at.mornings.begin()
    assert len(at.outside.queue.woken) == 1
    await at.work()
    report = await at.shown()
    assert report.summary.startswith("1 hour late today: 2 meetings")
    assert at.chat.lines[-1].place.channel == ANN.dm


async def test_who_switched_it_off_gets_none(at: At) -> None:
    await at.connect()
    await at.store.preferences.state(ANN.id, "digest", None, words="never")
    await at.mornings.begin()
    assert at.outside.queue.woken == []


async def test_a_connection_that_ends_meanwhile_does_not_end_the_digest(at: At) -> None:
    real, deaths = at.mailbox.search, [GrantDead(provider="Google", account="ann@home.example")]

    async def dies_once(*given: Any, **more: Any) -> Any:
        if deaths:
            raise deaths.pop()
        return await real(*given, **more)

    at.mailbox.search = dies_once  # type: ignore[method-assign]
    assert texts(await at.asked(), "Today (2)")


async def test_overnight_promotions_are_told_of_and_hide_nothing() -> None:
    sale = [
        mail(f"p{n}", labels=("INBOX", "UNREAD", "CATEGORY_PROMOTIONS"), thread=f"p{n}", received=at_night())
        for n in range(MOST + 20)
    ]
    waits = mail("m1", subject="Contract", text="Can you sign it?", received=at_night() - 3 * 24 * HOUR)
    report = await At(waits, *sale).asked()
    assert texts(report, "Waits for your answer (1)") == ["Contract"]
    found = group_of(report, f"Since Friday 17:00 (promotions: {MOST}, not sorted: 20)")
    assert found is not None
    assert len(found.lines) + found.more == MOST + 20
    assert f"{MOST + 20} new mails since Friday 17:00" in report.summary


async def test_each_of_four_accounts_that_fail_is_named() -> None:
    async def fails(*_: Any, **__: Any) -> Any:
        raise Throttled(provider="Google", retry_after=HOUR)

    at = At()
    names = ["home", "club", "school"]
    for name in names:
        more = account(id=AccountId(uuid4()), email=f"ann@{name}.example", name=name)
        at.outside.desks.place(MemoryMailbox(more, at.clock), MemoryCalendar(more))
    for mailbox, calendar in at.outside.desks.placed(ANN.id):
        mailbox.search = fails  # type: ignore[method-assign]
        calendar.events = fails  # type: ignore[method-assign]
    report = await at.asked()
    everyone = (
        f"*work* ({WORK.email}), *home* (ann@home.example), *club* (ann@club.example) and *school* (ann@school.example)"
    )
    assert {note.partition(": ")[0] for note in report.notes} == {
        f"I couldn't read the {what} of {everyone}" for what in ("mail", "calendar")
    }
    assert len(report.notes) == 2
    shown = str(report_blocks(report, turn=TurnId(ANN.id)))
    assert all(note in shown for note in report.notes)
