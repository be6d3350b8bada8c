"""Errands: what a skill brings in the place of a model, reported, with offers to go on at a click."""

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assistant import BUSY, FIRST_SIGN, STOPPED, Assistant
from app.domain.desk import Desk
from app.domain.errors import NotYours, OfferTaken, StewardError
from app.domain.memory import SAID, Relation, Trail
from app.domain.ports import Kind, Request, Thought, Watch
from app.domain.reports import MAX_GROUPS, MAX_LINES, Group, Line, Offer, Report, Table, group
from app.domain.types import Address, TurnId, TurnStatus
from handlers.answers import Answers
from integrations.slack import mrkdwn
from integrations.slack.reports import plain_report, report_blocks
from sandbox.slack.blocks import check
from tests.fakes import ManualClock
from tests.samples import ANN, BOB, TEAM, message
from tests.unit.steward_at_work import AtWork, at_work

REPORT = Report(
    title="Your inbox",
    summary="One mail wants you.",
    groups=(
        Group(
            title="Urgent",
            lines=(Line(text="<!channel> *Sign* it", detail="Dana", link="https://mail.example/1", sign="🔴"),),
            offers=(Offer(label="Draft a reply", errand="draft t1"),),
        ),
        Group(
            title="Newsletters",
            lines=(Line(text="<!here> _Our_ `week` :boom:", detail="*Dana*", link="https://mail.example/2?a=1&b=2"),),
            more=41,
            folded=True,
        ),
        Group(
            title="Side by side", table=Table(columns=("Today", "Proposed"), rows=(("09:00 A", ""), ("", "10:00 A")))
        ),
    ),
    notes=("Your personal account could not be read.",),
    offers=(Offer(label="Archive all newsletters", errand="archive newsletters", primary=True),),
)


MANAGER = Relation(
    name="my manager", people=(Address(email="dana@example.org"),), origin=SAID, since=ManualClock().now()
)


class Errands:
    """One skill that reports, and knows what it was asked."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def long(self, errand: str) -> bool:
        return errand.startswith("long")

    async def run(self, errand: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        await watch("is sorting your mail…")
        self.done.append(errand)
        if errand == "broken":
            raise StewardError
        return Thought(reply=REPORT.summary, trail=Trail(report=REPORT))


def at_work_with(errands: Errands) -> AtWork:
    at = at_work()
    services = at.outside.services(at.store)
    at.assistant = Assistant(services, at.limits, invite=at._invite, errands=errands)
    return at


async def reported(at: AtWork) -> TurnId:
    at.mind.will(Thought(reply="", errand="triage"))
    await at.assistant.hear(message("triage my inbox"))
    turn = at.chat.lines[-1].turn
    assert turn is not None
    return turn


def click(turn: object, offer: object = 0, user: str = ANN.user) -> dict[str, Any]:
    return {
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": TEAM},
        "actions": [{"action_id": f"offer:{offer}", "value": str(turn)}],
        "container": {"channel_id": ANN.dm, "message_ts": "1.5", "thread_ts": "1.1"},
    }


async def test_what_the_model_takes_for_an_errand_is_done_by_the_skill() -> None:
    errands = Errands()
    at = at_work_with(errands)
    turn = await reported(at)
    kept = await at.store.turns.get(ANN.id, turn)
    assert kept is not None
    assert (kept.report, kept.status) == (REPORT, TurnStatus.ENDED)
    assert errands.done == ["triage"]
    assert "is sorting your mail…" in [text for _, text in at.chat.statuses]


async def test_what_had_to_be_said_of_the_thought_before_stands_in_the_report() -> None:
    at = at_work_with(Errands())
    at.mind.will(Thought(reply="", errand="triage", notes=("claude answered for llama.",)))
    await at.assistant.hear(message("triage my inbox"))
    (turn,) = [line.turn for line in at.chat.lines[-1:]]
    kept = await at.store.turns.get(ANN.id, turn) if turn else None
    assert kept is not None
    assert kept.report is not None
    assert kept.report.notes == (*REPORT.notes, "claude answered for llama.")


async def test_an_offer_is_seen_to_without_a_model() -> None:
    errands = Errands()
    at = at_work_with(errands)
    turn = await reported(at)
    asked = len(at.mind.requests)
    await Answers(at.assistant, at.chat).take_up(click(turn, 1))
    assert errands.done == ["triage", "archive newsletters"]
    assert len(at.mind.requests) == asked
    assert at.chat.answers[-1].taken == (1,)


async def test_a_second_click_is_told_and_does_nothing() -> None:
    errands = Errands()
    at = at_work_with(errands)
    turn = await reported(at)
    for _ in range(2):
        await Answers(at.assistant, at.chat).take_up(click(turn))
    assert errands.done == ["triage", "draft t1"]
    assert at.said[-1] == OfferTaken().sentence


@pytest.mark.parametrize(("offer", "user"), [(0, BOB.user), (7, ANN.user), ("x", ANN.user), (999999, ANN.user)])
async def test_nobody_takes_up_what_was_not_offered_to_them(offer: object, user: str) -> None:
    errands = Errands()
    at = at_work_with(errands)
    turn = await reported(at)
    await Answers(at.assistant, at.chat).take_up(click(turn, offer, user))
    assert at.said[-1] == NotYours().sentence
    assert errands.done == ["triage"]


async def test_what_begins_by_itself_is_done_once_even_if_the_process_dies() -> None:
    errands = Errands()
    at = at_work_with(errands)
    await at.store.people.meet(ANN)
    turn = await at.store.turns.begin(ANN, "digest 2026-06-01", text="Good morning", key="digest 2026-06-01")
    assert turn is not None
    await at.sweep()
    await at.sweep(after=60)
    assert errands.done == ["digest 2026-06-01"]
    assert at.said == [REPORT.summary]


async def test_a_skill_that_fails_says_so() -> None:
    at = at_work_with(Errands())
    at.mind.will(Thought(reply="", errand="broken"))
    await at.assistant.hear(message("triage"))
    assert at.said[-1] == StewardError().sentence


# What takes long is left to a worker.


def at_work_long() -> tuple[AtWork, Errands]:
    """A house whose worker of what takes long is busy until it is told to work."""
    errands = Errands()
    at = at_work_with(errands)
    at.outside.queue.free = None
    return at, errands


@pytest.mark.parametrize("said", ["in words", "by a word of command"])
async def test_the_app_shows_a_first_sign_and_a_worker_does_the_rest(said: str) -> None:
    at, errands = at_work_long()
    if said == "in words":
        at.mind.will(Thought(reply="", errand="long one", trail=Trail(learned=(MANAGER,))))
    await at.assistant.hear(message("sort it", errand="" if said == "in words" else "long one"))
    assert (errands.done, at.said) == ([], [])
    assert at.chat.statuses[0][1] == FIRST_SIGN
    ((kind, _, person),) = at.outside.queue.woken
    assert (kind, person) == (Kind.ERRAND, ANN.id)
    await at.work()
    assert (errands.done, at.said) == (["long one"], [REPORT.summary])
    assert at.chat.statuses[-1][1] == "is sorting your mail…"
    assert await at.store.relations.all(ANN.id) == ((MANAGER,) if said == "in words" else ())
    assert len(at.mind.requests) == (1 if said == "in words" else 0)


async def test_a_wake_up_that_gets_lost_is_made_good_by_the_same_worker() -> None:
    at, errands = at_work_long()
    await at.assistant.hear(message("sort it", errand="long one"))
    at.outside.queue.woken.clear()
    for row in await at.store.waiting():
        await at.outside.queue.wake(row.kind, row.id, row.person)
    assert [kind for kind, _, _ in at.outside.queue.woken] == [Kind.TURN]
    await at.work()
    assert errands.done == []
    assert [kind for kind, _, _ in at.outside.queue.woken] == [Kind.ERRAND]
    assert at.chat.statuses[-1][1] == FIRST_SIGN
    at.outside.queue.woken.clear()
    await at.sweep(after=60)
    assert at.chat.statuses[-1][1] == BUSY
    await at.work()
    await at.work()
    assert at.said == [REPORT.summary]


async def test_what_was_stopped_no_worker_does() -> None:
    at, errands = at_work_long()
    await at.assistant.hear(asked := message("sort it", errand="long one"))
    await at.assistant.stop(ANN.id, asked.place)
    await at.work()
    assert (errands.done, at.said) == ([], [STOPPED])


async def test_what_is_said_meanwhile_waits_and_is_answered_after_it() -> None:
    at, errands = at_work_long()
    asked = message("sort it", errand="long one")
    for said in (asked, message("and this", errand="short", thread=asked.place.thread)):
        await at.assistant.hear(said)
    assert errands.done == []
    await at.work()
    assert errands.done == ["long one", "short"]


# As Slack shows it.


def test_slack_takes_every_block_and_nothing_in_it_is_markup() -> None:
    turn = TurnId(ANN.id)
    blocks = report_blocks(REPORT, turn=turn, taken=(0,))
    assert check(blocks, "message") == []
    assert check(plain_report(REPORT, turn=turn), "message") == []
    assert "<!channel> *Sign* it" in str(blocks)
    (folded,) = (child["text"] for b in blocks if b["type"] == "container" for child in b["child_blocks"])
    assert folded["verbatim"] is True
    assert folded["text"] == (
        "• <https://mail.example/2?a=1&amp;b=2|&lt;!here&gt; ＿Our＿ ˋweekˋ ꞉boom:> · ∗Dana∗\n_… and 41 more_"
    )
    buttons = [e["action_id"] for b in blocks if b["type"] == "actions" for e in b["elements"]]
    assert buttons == ["offer:1"]
    assert "✓ Draft a reply" in str(blocks)


@given(st.text(st.sampled_from("*_~`:<>&|ab1 \n")))
def test_no_mark_of_a_stranger_is_obeyed(words: str) -> None:
    said = mrkdwn.literal(words)
    assert not re.search(r"[<>*~`]|(?<![^\W_])_|_(?![^\W_])|:[\w+'-]+:", said)
    assert len(html.unescape(said)) == len(words)
    assert re.fullmatch(r"<https://m\.example/1\|[^<>\n]*>", mrkdwn.linked(words, "https://m.example/1"))


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", "https://a.example/|x", "https://a.example/> <!channel>"]
)
def test_what_is_no_address_is_no_link(address: str) -> None:
    assert mrkdwn.linked("Our week", address) == "Our week"


def test_a_line_with_choices_has_a_menu_until_one_is_taken() -> None:
    lines = tuple(
        Line(
            text=f"Task {n}",
            link=f"https://m.example/{n}",
            choices=tuple(Offer(label=label, errand="tasks") for label in ("✓ Done", "💤 Snooze")),
        )
        for n in range(3)
    )
    report = Report(
        title="Tasks", groups=(Group(title="Now", lines=lines, offers=(Offer(label="All", errand="tasks"),)),)
    )
    turn = TurnId(ANN.id)
    blocks = report_blocks(report, turn=turn, taken=(3,))
    assert check(blocks, "message") == []
    sections = [b for b in blocks if b["type"] == "section"]
    values = [[o["value"] for o in b["accessory"]["options"]] if "accessory" in b else [] for b in sections]
    assert values == [[f"offer:0 {turn}", f"offer:1 {turn}"], [], [f"offer:4 {turn}", f"offer:5 {turn}"]]
    assert sections[1]["text"]["text"] == "<https://m.example/1|Task 1>\n_✓ 💤 Snooze_"
    (button,) = (e["action_id"] for b in blocks if b["type"] == "actions" for e in b["elements"])
    assert report.all_offers[int(button.removeprefix("offer:"))].label == "All"


async def test_a_menus_option_is_taken_up_like_a_button() -> None:
    errands = Errands()
    at = at_work_with(errands)
    turn = await reported(at)
    body = click(turn)
    body["actions"] = [{"action_id": "offers", "selected_option": {"value": f"offer:1 {turn}"}}]
    await Answers(at.assistant, at.chat).take_up(body)
    assert errands.done == ["triage", "archive newsletters"]


def test_lines_that_find_no_room_are_counted() -> None:
    lines = tuple(Line(text=f"{n} " + "x" * 290, detail="y" * 290, link=f"https://m.example/{n}") for n in range(10))
    groups = tuple(Group(title=f"Group {n}", lines=lines, folded=n > 0) for n in range(4))
    blocks = report_blocks(Report(title="All", groups=groups), turn=TurnId(ANN.id))
    assert check(blocks, "message") == []
    shown = [
        len(re.findall(r"https://m\.example/\d+", str(b))) for b in blocks if b["type"] in ("rich_text", "container")
    ]
    assert shown == [10, 5, 3, 0]
    assert "… and 5 more" in str(blocks[2])
    assert "For length I left out: Group 3" in str(blocks[-1])


def test_four_accounts_that_fail_are_all_named() -> None:
    lines = tuple(Line(text="x" * 290, detail="y" * 290) for _ in range(10))
    why = [
        f"I couldn't read the mail of *account{n}* (a{n}@example.com): Gmail said {'no ' * 40}{n}." for n in range(4)
    ]
    dates = [each.replace("the mail", "the calendar") for each in why]
    groups = tuple(Group(title=f"Group {n}", lines=lines) for n in range(4))
    report = Report(title="All", groups=groups, notes=(*why, *dates))
    blocks = report_blocks(report, turn=TurnId(ANN.id))
    assert check(blocks, "message") == []
    shown = str(blocks[-1])
    assert all(" ".join(note.split()) in shown for note in report.notes)
    assert "For length I left out: Group 2" in shown


def test_notes_that_find_no_room_are_counted() -> None:
    report = Report(title="All", notes=tuple(f"{n} {'n' * 500}" for n in range(9)))
    assert "… and 6 more like these." in str(report_blocks(report, turn=TurnId(ANN.id))[-1])


def test_the_largest_report_fits() -> None:
    choices = tuple(Offer(label="z" * 200, errand="e") for _ in range(5))
    lines = tuple(
        Line(text=f"{n} " + "&" * 400, detail="<" * 400, link=f"https://m.example/{'x' * 800}", choices=choices)
        for n in range(50)
    )
    offers = tuple(Offer(label="z" * 200, errand="e") for _ in range(9))
    groups = tuple(group(f"Group {n}", lines, most=2, folded=n % 2 == 1) for n in range(MAX_GROUPS + 3))
    report = Report(title="t" * 400, groups=groups, offers=offers, notes=("n" * 400,) * 30)
    assert check(report_blocks(report, turn=TurnId(ANN.id)), "message") == []
    assert check(plain_report(report, turn=TurnId(ANN.id)), "message") == []
    assert groups[0].more == 48
    assert len(group("All", lines).lines) == MAX_LINES


def test_in_words() -> None:
    assert REPORT.worded().splitlines()[:4] == ["Your inbox", "One mail wants you.", "", "Urgent"]
    assert "🔴 <!channel> *Sign* it (Dana)" in REPORT.worded()
    assert "… and 41 more" in REPORT.worded()
