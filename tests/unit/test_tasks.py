"""Tasks: found in mail and calendars once, noted by hand, placed with evidence, done, snoozed and moved for good."""

from datetime import timedelta
from typing import Any

import pytest

from app.agent.tools.skills import Assist
from app.assistant import Assistant
from app.domain.errors import ChatError, Unanswered, UnknownArgument
from app.domain.ports import Thought
from app.domain.reports import Report
from app.domain.tasks import Source
from app.domain.types import Address, Email, Guest, MailText, TurnId
from app.skills.errands import Skills
from app.skills.tasks import Tasks
from handlers.commands import errand_of
from tests.samples import ANN, message
from tests.unit.desk_world import mail, meeting
from tests.unit.steward_at_work import AtWork
from tests.unit.test_agent_tools import Table

QUESTION = "Can you send me the contract by tomorrow?"
GUEST = Guest(email="zoe@client.example", name="Zoe")


class At(AtWork):
    """A house whose only skill is tasks."""

    def __init__(self, *mails: MailText) -> None:
        super().__init__(*mails)
        services = self.outside.services(self.store)
        skills = Skills({"tasks": Tasks(services)})
        self.assistant = Assistant(services, self.limits, invite=self._invite, errands=skills)

    async def ask(self, errand: str = "tasks") -> str:
        self.mind.will(Thought(reply="", errand=errand))
        await self.assistant.hear(message(errand))
        return self.said[-1]

    async def report(self) -> Report:
        await self.ask()
        turn = self.chat.lines[-1].turn
        assert turn is not None
        kept = await self.store.turns.get(ANN.id, turn)
        assert kept is not None
        assert kept.report is not None
        return kept.report

    def answer(self, thread: str = "t1") -> None:
        """Ann writes in the thread."""
        sent = mail("sent1", labels=("SENT",), thread=thread, received=self.clock.now(), subject="Re: Contract")
        mine = {"sender": Address(email="ann@example.com"), "to": (Address(email="carol@example.org"),)}
        self.mailbox.put(sent.model_copy(update={"email": sent.email.model_copy(update=mine)}))


def contract(ident: str = "m1", **more: Any) -> MailText:
    return mail(ident, **{"subject": "Contract", "text": QUESTION} | more)


def shown(report: Report) -> dict[str, list[str]]:
    return {group.title: [line.text for line in group.lines] for group in report.groups if not group.folded}


def details(report: Report) -> dict[str, str]:
    return {line.text: line.detail for group in report.groups for line in group.lines}


async def test_what_a_mail_asks_for_is_a_task_with_source_and_evidence() -> None:
    at = At(contract(), mail("m2", thread="t2", subject="Hello", text="Nice to see you."))
    report = await at.report()
    assert shown(report) == {"🔴 Do now (1)": ["Contract"]}
    (group, _) = report.groups
    assert group.lines[0].link == at.mailbox.link("t1")
    assert details(report)["Contract"].startswith("#1 · Carol · due today (“by tomorrow”)")
    assert "due until tomorrow, someone waits for it" in details(report)["Contract"]
    assert report.summary.startswith("1 task to do now, about ")


async def test_a_task_is_found_once_and_what_is_done_does_not_come_back() -> None:
    at = At(contract())
    await at.report()
    at.mailbox.put(contract("m3", text="And the annex by tomorrow, please?", received=at.clock.now()))
    assert len((await at.report()).groups[0].lines) == 1
    assert await at.ask("tasks done 1") == "Done: “Contract”."
    report = await at.report()
    assert report.title == "Your tasks: none"
    assert await at.store.tasks.open(ANN.id) == ()


async def test_an_answered_mail_is_done_and_a_new_one_after_it_is_a_new_task() -> None:
    at = At(contract())
    await at.report()
    at.clock.advance(timedelta(hours=1))
    at.answer()
    assert (await at.report()).title == "Your tasks: none"
    at.clock.advance(timedelta(hours=1))
    at.mailbox.put(contract("m9", text="Thanks! Can you sign it until tomorrow?", received=at.clock.now()))
    assert details(await at.report())["Contract"].startswith("#2 ")


async def test_a_meeting_with_people_from_elsewhere_wants_preparation_until_it_begins() -> None:
    at = At()
    starts = at.clock.now() + timedelta(hours=5)
    at.calendar.put(meeting(starts, title="Pitch", guests=(GUEST,), link="https://calendar.example/e1"))
    at.calendar.put(meeting(starts, id="e2", title="Dentist"))
    report = await at.report()
    assert shown(report) == {"🔴 Do now (1)": ["Get ready for Pitch"]}
    assert report.groups[0].lines[0].link == "https://calendar.example/e1"
    at.clock.advance(timedelta(hours=6))
    assert (await at.report()).title == "Your tasks: none"
    assert await at.store.tasks.open(ANN.id) == ()


async def test_a_meeting_that_is_cancelled_wants_nothing() -> None:
    at = At()
    pitch = meeting(at.clock.now() + timedelta(hours=5), title="Pitch", guests=(GUEST,))
    at.calendar.put(pitch)
    await at.report()
    at.calendar.put(pitch.model_copy(update={"status": "cancelled"}))
    assert (await at.report()).title == "Your tasks: none"


async def test_noted_by_hand_with_a_time() -> None:
    at = At()
    assert await at.ask("tasks add Call the bank tomorrow") == "Noted as task 1: Call the bank tomorrow (due tomorrow)."
    assert await at.ask("tasks add Buy a plant") == "Noted as task 2: Buy a plant."
    assert shown(await at.report()) == {
        "🗓️ Schedule (2)": ["Call the bank tomorrow", "Buy a plant"],
    }
    assert (await at.ask("tasks add ")).startswith("Tell me what to note")


async def test_what_is_noted_in_slack_leads_back_to_where_it_was_said() -> None:
    at = At()
    assert await at.ask("tasks add 30 min call with Tom by Friday") == (
        "Noted as task 1: 30 min call with Tom by Friday (due Fri 6 Mar, 30 min)."
    )
    (task,) = await at.store.tasks.open(ANN.id)
    turn = await at.store.turns.get(ANN.id, at.chat.lines[-1].turn or TurnId(ANN.id))
    assert turn is not None
    said = turn
    assert (task.found.source, task.found.minutes) == (Source.SLACK, 30)
    assert task.found.thread == f"{said.place.channel}:{said.ts}"
    line = (await at.report()).groups[0].lines[0]
    assert line.link == f"https://team.slack.example/archives/{said.place.channel}/p{said.ts.replace('.', '')}"
    assert " · 30 min · " in line.detail
    assert task.found.conversation is None


async def test_a_note_is_kept_where_slack_gives_no_link() -> None:
    at = At()

    async def fails(*_: Any) -> str:
        raise ChatError(why="message_not_found")

    at.chat.link = fails  # type: ignore[method-assign]
    assert await at.ask("tasks add Buy a plant") == "Noted as task 1: Buy a plant."
    (task,) = await at.store.tasks.open(ANN.id)
    assert task.found.link == ""


async def test_what_was_said_to_matter_says_so() -> None:
    at = At()
    assert await at.ask("tasks add! Pay Tom") == "Noted as task 1: Pay Tom (it matters)."
    assert details(await at.report())["Pay Tom"].endswith("you said that it matters")


async def test_a_snoozed_task_is_back_on_the_next_working_day() -> None:
    at = At(contract())
    await at.report()
    assert (await at.ask("tasks snooze 1")).startswith("Snoozed: “Contract” is back ")
    report = await at.report()
    assert report.summary.endswith("One task sleeps until its day.")
    at.clock.advance(timedelta(days=4))
    assert "Contract" in details(await at.report())


async def test_a_move_outweighs_the_evidence_and_is_kept_with_it() -> None:
    at = At(contract())
    await at.report()
    words = await at.ask("tasks move 1 later")
    assert words == "Moved: “Contract” is under “Later, or not at all” from now on."
    report = await at.report()
    assert shown(report) == {"⚪ Later, or not at all (1)": ["Contract"]}
    assert "you put it here" in details(report)["Contract"]
    (task,) = await at.store.tasks.open(ANN.id)
    assert (task.moved, task.moved_from) == ("later", "do")


@pytest.mark.parametrize("errand", ["tasks done 7", "tasks snooze seven", "tasks move 7 later", "tasks done"])
async def test_a_number_that_no_task_has(errand: str) -> None:
    assert (await At().ask(errand)).startswith("There is no open task ")


async def test_a_quadrant_that_there_is_not() -> None:
    at = At(contract())
    await at.report()
    assert (await at.ask("tasks move 1 sideways")).startswith("I can put a task under do, schedule")


async def test_each_task_has_a_menu_that_does_what_it_says() -> None:
    at = At(*(contract(f"m{n}", thread=f"t{n}", subject=f"Contract {n}") for n in range(6)))
    report = await at.report()
    (group, _) = report.groups
    errands = [[choice.errand for choice in line.choices] for line in group.lines]
    assert errands == [
        [f"tasks done {n}", f"tasks snooze {n}", *(f"tasks move {n} {q}" for q in ("schedule", "delegate", "later"))]
        for n in (int(line.detail.partition(" ")[0].removeprefix("#")) for line in group.lines)
    ]
    turn = at.chat.lines[-1].turn
    assert turn is not None
    offers = [offer.errand for offer in report.all_offers]
    last = group.lines[-1]
    await at.assistant.take_up(ANN.id, turn, offers.index(last.choices[2].errand))
    assert at.said[-1] == f"Moved: “{last.text}” is under “Schedule” from now on."


async def test_an_account_that_cannot_be_read_is_named_and_its_tasks_are_those_known_before() -> None:
    at = At(contract())
    await at.report()

    async def fails(*_: Any, **__: Any) -> Any:
        raise Unanswered(provider="Gmail")

    at.mailbox.search = fails  # type: ignore[method-assign]
    report = await at.report()
    assert shown(report) == {"🔴 Do now (1)": ["Contract"]}
    assert report.notes[0].startswith("I couldn't read the mail of ")


async def test_bulk_mail_invitations_and_what_one_sent_oneself_are_no_tasks() -> None:
    def bulk(found: MailText) -> MailText:
        return found.model_copy(update={"email": found.email.model_copy(update={"bulk": True})})

    own: Email = contract("m2", thread="t2").email.model_copy(update={"sender": Address(email="ann@example.com")})
    at = At(bulk(contract()), MailText(email=own, text=QUESTION), contract("m3", thread="t3", invitation=True))
    assert (await at.report()).title == "Your tasks: none"


async def test_thought_again_after_a_crash_a_note_is_kept_once() -> None:
    at = At()
    await at.ask("tasks add Buy a plant")
    turn = at.chat.lines[-1].turn
    (task,) = await at.store.tasks.open(ANN.id)
    assert task.found.key == f"slack:{turn}"


@pytest.mark.parametrize(
    ("text", "errand"),
    [
        ("tasks", "tasks"),
        ("Tasks add Call  Bob", "tasks add Call Bob"),
        ("tasks add! Call Bob", "tasks add! Call Bob"),
        ("tasks DONE 3", "tasks done 3"),
        ("tasks for tomorrow, please", ""),
        ("triage my inbox", ""),
        ("Triage list", "triage list"),
        ("triage list 2", "triage list 2"),
        ("triage archive newsletter", ""),
        ("optimise next week", ""),
        ("", ""),
    ],
)
def test_words_that_begin_a_message(text: str, errand: str) -> None:
    assert errand_of(text) == errand


@pytest.mark.parametrize(
    ("text", "errand"),
    [
        ("optimise", "week"),
        ("Optimize next week, at most 4 meetings a day", "week next week, at most 4 meetings a day"),
        ("brief  the Review with Dana", "brief the Review with Dana"),
        ("brief work:primary:e1", "brief work:primary:e1"),
        ("tasks add Call Bob by Friday", "tasks add Call Bob by Friday"),
        ("tasks snooze 3", "tasks snooze 3"),
        ("triage my inbox", ""),
        ("what did Dana write?", ""),
    ],
)
def test_words_of_a_command(text: str, errand: str) -> None:
    assert errand_of(text, command=True) == errand


def test_what_a_command_does_not_take_is_said() -> None:
    with pytest.raises(UnknownArgument) as refused:
        errand_of("tasks for tomorrow", command=True)
    assert refused.value.sentence == (
        "I don't know what to do with “for tomorrow” after `tasks`."
        " Alone it shows everything, and it takes: add, add!, done, snooze, move."
    )


async def test_the_model_says_that_a_task_matters_unless_a_mail_was_read() -> None:
    at = Table(mail("m1", text="This is very important."), text="Note as important: pay Tom")
    await Assist(skill="tasks", about="add pay Tom", important=True).run(at.bench)
    assert at.bench.errand == "tasks add! pay Tom"
    at = Table(mail("m1", text="This is very important."), text="Note: pay Tom")
    await at.bench.thread("work", "t1")
    await Assist(skill="tasks", about="add pay Tom", important=True).run(at.bench)
    assert at.bench.errand == "tasks add pay Tom"
