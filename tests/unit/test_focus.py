"""What to focus on today: meetings and tasks by the clock, what doesn't fit, and a sentence that says no more."""

from datetime import datetime, time, timedelta
from typing import Any

from app.assistant import Assistant
from app.domain.errors import Unanswered
from app.domain.ports import Thought
from app.domain.reports import Report
from app.domain.types import Guest, MailText
from app.skills.errands import Skills
from app.skills.focus import Focus
from tests.samples import ANN, message
from tests.unit.desk_world import mail, meeting
from tests.unit.steward_at_work import AtWork

GUEST = Guest(email="carol@example.com", name="Carol")


class At(AtWork):
    """A house that plans days, at nine o'clock on a Tuesday."""

    def __init__(self, *mails: MailText) -> None:
        super().__init__(*mails)
        services = self.outside.services(self.store)
        self.assistant = Assistant(
            services, self.limits, invite=self._invite, errands=Skills({"focus": Focus(services)})
        )
        while self.clock.now().weekday() != 1:
            self.clock.advance(timedelta(days=1))
        self.clock.advance(self.at(9) - self.clock.now())

    def at(self, hour: int, minute: int = 0) -> datetime:
        now = self.clock.now()
        return datetime.combine(now.date(), time(hour, minute), now.tzinfo)

    def asks(self, ident: str, subject: str) -> None:
        """Carol wants something today."""
        text = "Can you send it by 5 pm?"
        fields: dict[str, Any] = {"thread": f"t{ident}", "received": self.clock.now() - timedelta(hours=1)}
        self.mailbox.put(mail(ident, subject=subject, text=text, **fields))

    async def report(self) -> Report:
        self.mind.will(Thought(reply="", errand="focus"))
        await self.assistant.hear(message("what should I focus on today?"))
        turn = self.chat.lines[-1].turn
        assert turn is not None
        kept = await self.store.turns.get(ANN.id, turn)
        assert kept is not None
        assert kept.report is not None
        return kept.report


def shown(report: Report) -> dict[str, list[str]]:
    return {group.title: [f"{line.sign} {line.text}" for line in group.lines] for group in report.groups}


async def test_tasks_go_into_the_time_between_meetings() -> None:
    at = At()
    at.asks("m1", "Contract")
    at.calendar.put(meeting(at.at(9), title="Standup", minutes=60, guests=(GUEST,), link="https://calendar.example/e1"))
    at.calendar.put(meeting(at.at(14), id="e2", title="Review", minutes=30))
    report = await at.report()
    assert shown(report) == {
        "🌅 Before noon": ["📅 09:00–10:00 Standup", "🎯 10:00–10:15 Contract"],
        "☀️ After noon": ["📅 14:00–14:30 Review"],
    }
    assert (
        report.summary
        == "Begin with “Contract” at 10:00. Today has 2 meetings ahead and 6 hours 30 minutes of free working time."
    )
    assert all(line.link for group in report.groups for line in group.lines if "Review" not in line.text)
    assert [offer.errand for offer in report.offers] == ["tasks done 1", "tasks"]


async def test_conflicts_come_first() -> None:
    at = At()
    at.calendar.put(meeting(at.at(10), title="Standup", minutes=60))
    at.calendar.put(meeting(at.at(10, 30), id="e2", title="Review", minutes=60))
    report = await at.report()
    assert report.groups[0].title == "⚠️ What doesn't go together"
    assert "overlaps" in report.groups[0].lines[0].text
    assert report.summary.startswith("1 conflict in your calendar wants settling first.")


async def test_what_has_no_room_is_named() -> None:
    at = At()
    at.asks("m1", "Contract")
    at.calendar.put(meeting(at.at(9), title="Offsite", minutes=8 * 60))
    report = await at.report()
    assert shown(report)["🔴 No room today (1)"] == [" Contract"]
    assert "over or taken, so nothing is planned; the most pressing is “Contract”." in report.summary


async def test_a_model_words_it_only_without_adding_anything() -> None:
    at = At()
    at.asks("m1", "Contract")
    at.mind.words = ["Start at 10:00 with “Contract” and then call the bank at 555-1234!"]
    plain = (await at.report()).summary
    assert plain.startswith("Begin with “Contract” at 09:00.")
    at.mind.words = ["Good to go: “Contract” at 09:00, 0 meetings."]
    assert (await at.report()).summary.startswith("Begin with")
    words = "First “Contract” at 09:00. No meetings are ahead; you have 8 hours of free working time today."
    at.mind.words = [words]
    assert (await at.report()).summary == words


async def test_a_calendar_that_cannot_be_read_is_named_and_nothing_planned() -> None:
    at = At()
    at.asks("m1", "Contract")

    async def fails(*_: Any, **__: Any) -> Any:
        raise Unanswered(provider="Google Calendar")

    at.calendar.events = fails  # type: ignore[method-assign]
    report = await at.report()
    assert report.notes[0].startswith("I couldn't read the calendar of ")
    assert shown(report) == {"🔴 No room today (1)": [" Contract"]}
    assert "I can't see your calendar, so nothing is planned" in report.summary
    assert "meetings" not in report.summary


async def test_unread_mails_of_people_that_ask_nothing_stand_below() -> None:
    at = At()
    at.asks("m1", "Contract")
    unread = ("INBOX", "UNREAD")
    at.mailbox.put(mail("m2", thread="t2", subject="A word", text="Just so you know.", labels=unread))
    at.mailbox.put(mail("m3", thread="t3", subject="Sale", labels=(*unread, "CATEGORY_PROMOTIONS")))
    at.mailbox.put(mail("m5", thread="t5", subject="Invitation: Lunch", labels=unread, invitation=True))
    at.mailbox.put(mail("m4", thread="t4", subject="Seen", text="Read already.", labels=("INBOX",)))
    assert shown(await at.report())["✉️ Unread from people (1)"] == [" A word"]


async def test_an_empty_day() -> None:
    report = await At().report()
    assert report.summary == "Today has no meetings ahead and 8 hours of free working time."
    assert report.groups == ()
