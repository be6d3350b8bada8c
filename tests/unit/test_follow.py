"""Following up: who owes whom, counted in working days, reminded once it is time, and left alone when snoozed."""

from datetime import timedelta
from typing import Any

from app.assistant import Assistant
from app.domain.errors import Unanswered
from app.domain.ports import Thought
from app.domain.reports import Report
from app.domain.types import Address, MailText
from app.skills.errands import Skills
from app.skills.follow import Follow
from app.skills.follow.waiting import ASKED
from app.skills.tasks import Tasks
from app.skills.triage.gathering import READ, WRITTEN
from tests.samples import ANN, WORK, message
from tests.unit.desk_world import mail
from tests.unit.steward_at_work import AtWork

CAROL = Address(email="carol@example.org", name="Carol")
ME = Address(email=WORK.email, name="Ann")


class At(AtWork):
    """A house that follows up."""

    def __init__(self, *mails: MailText) -> None:
        super().__init__(*mails)
        services = self.outside.services(self.store)
        skills = Skills({"follow": Follow(services), "tasks": Tasks(services)})
        self.assistant = Assistant(services, self.limits, invite=self._invite, errands=skills)

    async def ask(self, errand: str = "follow") -> str:
        self.mind.will(Thought(reply="", errand=errand))
        await self.assistant.hear(message(errand))
        return self.said[-1]

    async def report(self, errand: str = "follow") -> Report:
        await self.ask(errand)
        turn = self.chat.lines[-1].turn
        assert turn is not None
        kept = await self.store.turns.get(ANN.id, turn)
        assert kept is not None
        assert kept.report is not None
        return kept.report

    def writes(self, ident: str, days: float, *, thread: str = "t1", subject: str = "Offer") -> None:
        """Ann wrote to Carol so many days ago."""
        at = self.clock.now() - timedelta(days=days)
        fields: dict[str, Any] = {"sender": ME, "to": (CAROL,), "received": at, "subject": subject}
        self.mailbox.put(mail(ident, labels=("SENT",), thread=thread, **fields))

    def hears(self, ident: str, days: float, *, thread: str = "t1", labels: tuple[str, ...] = ("INBOX",)) -> None:
        """Carol wrote so many days ago."""
        at = self.clock.now() - timedelta(days=days)
        self.mailbox.put(mail(ident, labels=labels, thread=thread, received=at, subject="Offer"))


def lines(report: Report) -> dict[str, list[tuple[str, str]]]:
    return {group.title: [(line.text, line.detail) for line in group.lines] for group in report.groups}


async def test_who_owes_whom_in_working_days_with_source() -> None:
    at = At()
    at.writes("m1", 9)
    at.hears("m2", 1, thread="t2")
    report = await at.report()
    asked, mine = report.groups
    assert asked.title == "⏰ Time to ask again (1)"
    (line,) = asked.lines
    assert line.link == at.mailbox.link("t1")
    since = at.clock.now() - timedelta(days=9)
    days = sum((since + timedelta(days=n)).weekday() < 5 for n in range(1, 10))
    assert line.detail == f"#1 · Carol · {days} working days, since {since:%a %-d %b}"
    assert mine.title == "✍️ They wait for you (1)"
    assert report.summary == ("1 answer you have waited for long enough to ask again; 1 mail waits for your answer.")


async def test_an_answer_that_lies_archived_is_an_answer() -> None:
    at = At()
    at.writes("m1", 9)
    at.hears("m2", 8, labels=())
    assert (await at.report()).groups == ()


async def test_what_was_asked_yesterday_is_early() -> None:
    at = At()
    at.writes("m1", 1)
    report = await at.report()
    assert list(lines(report)) == ["⏳ Still early (1)"]
    assert report.summary == "Nobody needs a reminder yet."
    assert report.groups[0].offers == ()


async def test_reminders_are_drafted_and_snoozed_at_a_click() -> None:
    at = At()
    for n in range(3):
        at.writes(f"m{n}", 9, thread=f"t{n}", subject=f"Offer {n}")
    report = await at.report()
    (group,) = report.groups
    labels = ["Remind 1", "💤 Snooze 1", "Remind 2", "💤 Snooze 2", "Remind the first 3"]
    assert [offer.label for offer in group.offers] == labels
    assert group.offers[0].errand == "draft nudge work:t0"
    assert group.offers[4].errand == "draft nudge work:t0\nwork:t1\nwork:t2"
    assert group.offers[1].errand == "tasks snooze 1"
    await at.ask(group.offers[1].errand)
    assert at.said[-1].startswith("Snoozed: “Offer 0” is back ")
    assert "Offer 0" not in [text for text, _ in lines(await at.report())["⏰ Time to ask again (2)"]]


async def test_what_waits_for_others_is_no_task_and_what_is_done_stays_away() -> None:
    at = At()
    at.writes("m1", 9)
    await at.ask()
    assert (await at.report("tasks")).title == "Your tasks: none"
    await at.ask("tasks done 1")
    assert (await at.report()).groups == ()


async def test_an_answer_settles_the_reminder() -> None:
    at = At()
    at.writes("m1", 9)
    await at.ask()
    at.hears("m2", 0)
    await at.ask()
    assert await at.store.tasks.open(ANN.id) == ()


async def test_nobody_is_reminded_on_a_day_off() -> None:
    at = At()
    at.writes("m1", 9)
    while at.clock.now().weekday() != 6:
        at.clock.advance(timedelta(days=1))
    (group,) = (await at.report()).groups
    assert group.title == "⏰ To ask again on your next working day (1)"
    assert group.offers == ()


async def test_an_account_that_cannot_be_read_is_named_and_nothing_is_settled() -> None:
    at = At()
    at.writes("m1", 9)
    await at.ask()

    async def fails(*_: Any, **__: Any) -> Any:
        raise Unanswered(provider="Gmail")

    at.mailbox.search = fails  # type: ignore[method-assign]
    report = await at.report()
    assert report.groups == ()
    assert [note.partition(":")[0] for note in report.notes] == [f"I couldn't read the mail of *work* ({WORK.email})"]
    assert len(await at.store.tasks.open(ANN.id)) == 1


async def test_nobody_owes_anybody() -> None:
    assert (await At().ask()).startswith("Nobody owes anybody an answer")


async def test_a_crowd_of_promotions_hides_nobody_who_waits() -> None:
    at = At()
    at.hears("m1", 6)
    for n in range(READ):
        at.mailbox.put(mail(f"p{n}", labels=("INBOX", "CATEGORY_PROMOTIONS"), thread=f"p{n}", received=at.clock.now()))
    report = await at.report()
    assert list(lines(report)) == ["✍️ They wait for you (1)"]
    assert report.notes == ()


async def test_how_far_the_mail_was_read_is_said() -> None:
    at = At()
    for n in range(READ + 7):
        at.hears(f"m{n}", n / 100, thread=f"t{n}")
    report = await at.report()
    assert [group.title for group in report.groups] == [f"✍️ They wait for you ({READ})"]
    back = at.clock.now() - timedelta(days=(READ - 1) / 100)
    assert report.notes == (
        f"In *work* ({WORK.email}) I looked at the newest {READ} of {READ + 7} mails (in inbox, without promotions and "
        f"social, since Sat 31 Jan 2026), back to {back:%a %-d %b %H:%M}: older ones aren't taken into account.",
    )


async def test_how_far_what_was_written_was_read_is_said() -> None:
    at = At()
    for n in range(WRITTEN + 1):
        at.writes(f"m{n}", n / 100, thread=f"t{n}")
    back = at.clock.now() - timedelta(days=(WRITTEN - 1) / 100)
    whole, threads = (await at.report()).notes
    assert whole == (
        f"In *work* ({WORK.email}) I looked at the last {WRITTEN} mails you sent, back to {back:%a %-d %b %H:%M}: "
        "what you wrote before isn't taken into account."
    )
    assert threads == (
        f"In *work* ({WORK.email}) I looked for answers in the {ASKED} threads you wrote in last; whether "
        f"{WRITTEN - ASKED} older ones got an answer I don't know."
    )
