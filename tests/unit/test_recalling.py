"""What a turn knows of those before: what was listed, what became of cards, and who has read what they brought."""

import json
from datetime import timedelta
from typing import Any

from app.agent.agent import Agent
from app.agent.bench import Bench
from app.agent.recalling import background
from app.agent.tools.writing import WriteMail
from app.domain.actions import Action
from app.domain.approvals import Approval, Status
from app.domain.asking import Listed
from app.domain.cards import Field, Origin, Receipt, Recipient
from app.domain.plans import Plan
from app.domain.ports import Request
from app.domain.types import PERSON, STEWARD, Address, Turn, TurnId, Utterance
from app.planning.following import follow_up
from tests.fakes import ManualClock
from tests.samples import ANN, archive, event, message, proposal
from tests.unit.desk_world import World
from tests.unit.test_sources import at

DAN = Address(email="dan@example.org", name="Dan")
EVE = "eve@quiet.example"
NOW = ManualClock().now()
LINK = "https://calendar.example/event?eid=abc"
TITLE = "Quarterly planning for the Larkspur launch"


def settled(action: Action, status: Status = Status.DONE, **more: Any) -> Approval:
    said = message()
    turn = Turn(id=TurnId(said.person), person=ANN.id, place=said.place, ts=said.ts, text=said.text, asked_at=NOW)
    given = {"status": status, "decided_at": NOW} | more
    return proposal(action, turn, NOW).model_copy(update=given)


def created(status: Status = Status.DONE) -> Approval:
    """An event that Dan was invited to."""
    guests = (Recipient(address=DAN, role="guest", origin=Origin.TYPED),)
    action = event(NOW + timedelta(days=1)).renewed(title=TITLE, guests=guests)
    receipt = Receipt(summary=f"Created “{TITLE}”", fields=(Field(label="When", value="Tue 3 Mar"),), link=LINK)
    return settled(action, status, receipt=receipt if status is Status.DONE else None)


def request(**more: Any) -> Request:
    return Request(person=ANN, now=NOW, text="go on", **more)


def told(asked: Request) -> dict[str, Any]:
    """What code tells the model besides the lines."""
    return {m.name: json.loads(m.text)["untrusted"] for m in background(asked)[1:] if m.name}


def line(role: str, *listed: Listed) -> Utterance:
    return Utterance(role=role, text="text", at=NOW, listed=listed)


# What was before.


def test_nothing_is_told_when_there_is_nothing_to_tell() -> None:
    assert background(request(history=(line(PERSON), line(STEWARD)))) == []


def test_what_was_listed_last_is_numbered() -> None:
    first, second = Listed(ref="work:t1", title="Lunch"), Listed(ref="work:t2", title="Dinner")
    asked = request(
        history=(line(STEWARD, Listed(ref="work:t0", title="Old")), line(STEWARD, first, second), line(STEWARD))
    )
    assert told(asked)["earlier"] == {
        "listed": [{"n": 1, "ref": "work:t1", "title": "Lunch"}, {"n": 2, "ref": "work:t2", "title": "Dinner"}]
    }


def test_cards_that_were_decided_are_told_with_how_they_ended_and_what_made_them() -> None:
    ended = (settled(archive("m1")), settled(archive("m2"), Status.REJECTED), settled(archive("m3"), Status.RUNNING))
    cards = told(request(ended=ended))["earlier"]["decided"]
    assert [card["ended"] for card in cards] == ["done", "rejected by the person, so not done", "under way"]
    assert cards[0]["tool"] == "change_mail"
    assert cards[0]["asked"]["account"] == "work"


def test_old_cards_are_not_spoken_of() -> None:
    old = settled(archive("m1"), decided_at=NOW - timedelta(days=2))
    assert background(request(ended=(old,))) == []


def test_the_results_a_turn_goes_on_with_are_told_once() -> None:
    done = created()
    assert background(request(ended=(done,), results=(done,), typed="go on")) == []


# Who has read what.


def going_on(world: World, *results: Approval) -> Bench:
    turn = Turn(id=results[0].turn, person=ANN.id, place=message().place, ts="1.1", text="invite Dan, mail him",
                asked_at=NOW, then="mail him")  # fmt: skip
    text = follow_up(Plan.of(turn, results))
    return at(world, text, typed="create it with dan@example.org, then mail him and eve@quiet.example", results=results)


async def mailed(bench: Bench, *to: str) -> Any:
    body = f"Dear all,\n\nhere is it: {TITLE}, Tue 3 Mar.\n{LINK}\n\nAnn"
    await WriteMail(kind="new", to=list(to), subject="It stands", body=body).run(bench)
    return bench.actions[-1].card()


async def test_guests_have_read_the_title_and_the_link_of_what_they_were_invited_to() -> None:
    assert (await mailed(going_on(World(), created()), DAN.email)).exposures == ()


async def test_others_have_not() -> None:
    (found,) = (await mailed(going_on(World(), created()), DAN.email, EVE)).exposures
    assert found.strangers == (EVE,)


async def test_what_was_not_done_has_been_read_by_nobody() -> None:
    (found, *_) = (await mailed(going_on(World(), created(Status.FAILED)), DAN.email)).exposures
    assert found.strangers == (DAN.email,)


def test_the_prompt_names_no_tool_that_is_not_there() -> None:
    prompt = Agent.prompt(request(), World().desk)
    assert "send_reply" not in prompt
    assert "archive_emails" not in prompt
