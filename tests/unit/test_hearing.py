"""Hearing a request: who is let in, what is refused and why, what is queued, stopped, changed and resumed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.assistant import ELSEWHERE, FIRST_SIGN, QUEUED, STOPPED, Limits
from app.domain.desk import Desk
from app.domain.errors import (
    ModelAbsent,
    ModelUnreachable,
    NotConnected,
    NothingRunning,
    StewardError,
    StoreUnavailable,
)
from app.domain.ports import Request, Thought, Watch
from app.domain.types import Place, TurnStatus
from tests.samples import ANN, BOB, archive, message, someone
from tests.unit.desk_world import mail
from tests.unit.steward_at_work import AtWork, Thinking, hear_while_thinking

GUEST = someone("U0GUEST", member=False, email="Guest@example.org")


def turns(at: AtWork) -> list[TurnStatus]:
    return [row.turn.status for row in at.disk.turns.values()]


async def test_a_request_is_answered_where_it_was_asked() -> None:
    at, asked = AtWork(), message("What's new?")
    at.mind.will(Thought(reply="Nothing.", notes=("_One mail could not be decoded._",)))
    await at.assistant.hear(asked)
    assert [(line.place, line.text) for line in at.chat.lines] == [
        (asked.place, "Nothing.\n_One mail could not be decoded._")
    ]
    assert at.chat.statuses == [(asked.place, FIRST_SIGN), (asked.place, "thinks")]
    assert turns(at) == [TurnStatus.ENDED]
    assert at.mind.requests[0].text == "What's new?"


async def test_the_model_knows_the_persons_time_the_waiting_cards_and_what_was_said() -> None:
    at = AtWork(mail("m1"))
    await at.store.people.meet(ANN.model_copy(update={"zone": "Asia/Tokyo"}))
    await at.propose(archive("m1"))
    at.mind.will(Thought(reply="One card waits."))
    await at.assistant.hear(message("What waits?"))
    request = at.mind.requests[-1]
    assert request.now.isoformat() == "2026-03-02T18:00:00+09:00"
    (card,) = request.waiting
    assert (card.ref, card.action.card().title, card.here) == ("c1", "Archive 1 mail", False)
    assert [(u.role, u.text) for u in request.history] == [
        ("user", "archive my newsletters"),
        ("assistant", "A card is ready."),
    ]


@pytest.mark.parametrize(
    ("asked", "limits", "says"),
    [
        ({"text": "  \n "}, {}, "I didn't find any words in that"),
        ({"text": "x" * 1_001}, {}, "That message has 1,001 characters and I read up to 1,000 at once"),
        ({"files": 1}, {}, "I can't read files yet"),
        ({"person": GUEST}, {}, "I only work for members of this workspace"),
        ({}, {"allowed": frozenset({"U0BOB"})}, "I only work for members of this workspace"),
        ({"text": "x" * 1_001, "person": GUEST}, {}, "I only work for members of this workspace"),
    ],
)
async def test_what_is_refused_is_said_plainly_and_not_thought_about(
    asked: dict[str, Any], limits: dict[str, Any], says: str
) -> None:
    at = AtWork(limits=Limits(**{"characters": 1_000, "requests": 100} | limits))
    at.chat.people[GUEST.team, GUEST.user] = GUEST
    await at.assistant.hear(message(**asked))
    assert len(at.said) == 1
    assert at.said[0].startswith(says)
    assert at.mind.requests == []
    assert turns(at) == []


@pytest.mark.parametrize("allowed", ["U0GUEST", "guest@example.org"])
async def test_whoever_is_allowed_by_name_is_let_in(allowed: str) -> None:
    at = AtWork(limits=Limits(characters=100, requests=9, allowed=frozenset({allowed})))
    at.chat.people[GUEST.team, GUEST.user] = GUEST
    assert await at.assistant.meet(GUEST.id, GUEST.team, GUEST.user) == GUEST


async def test_slack_is_asked_once_who_somebody_is() -> None:
    at = AtWork()
    await at.assistant.meet(ANN.id, ANN.team, ANN.user)
    at.chat.people.clear()
    assert await at.assistant.meet(ANN.id, ANN.team, ANN.user) == ANN


async def test_too_many_requests_in_a_minute_are_put_off() -> None:
    at = AtWork(limits=Limits(characters=100, requests=2))
    at.mind.will(*[Thought(reply=f"{n}") for n in range(3)])
    for _ in range(3):
        await at.assistant.hear(message())
    assert at.said[:2] == ["0", "1"]
    assert "more than 2 requests in a minute" in at.said[2]
    at.clock.advance(timedelta(minutes=1))
    await at.assistant.hear(message())
    assert at.said[3] == "2"


async def test_a_message_that_comes_twice_is_answered_once() -> None:
    at, asked = AtWork(), message()
    at.mind.will(Thought(reply="Here."))
    await at.assistant.hear(asked)
    await at.assistant.hear(asked)
    assert at.said == ["Here."]


async def test_a_message_that_couldnt_be_kept_isnt_answered_for() -> None:
    at = AtWork()

    async def away(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable

    at.store.turns.open = away  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable):
        await at.assistant.hear(message())
    assert at.said == []


async def test_thinking_is_begun_anew_when_the_store_was_away_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    at, tries = AtWork(), iter((StoreUnavailable(), None))

    async def think(*_: Any) -> Thought:
        if away := next(tries):
            raise away
        return Thought(reply="Here.")

    at.mind.will(think)
    at.mind.will(think)
    monkeypatch.setattr("app.assistant.AWAY", 0)
    await at.assistant.hear(message())
    assert at.said == ["Here."]


async def test_a_request_in_a_channel_is_answered_in_the_dm_alone() -> None:
    at, channel = AtWork(), Place(channel="C0GENERAL", thread="1.0")
    at.mind.will(Thought(reply="Your mails: …", actions=(archive("m1"),)))
    await at.assistant.hear(message(place=channel, private=False))
    dm = Place(channel=ANN.dm, thread="")
    assert [(line.place, line.text) for line in at.chat.lines] == [(channel, ELSEWHERE), (dm, "Your mails: …")]
    assert [card.place for card in at.chat.posted] == [dm]
    assert {place for place, _ in at.chat.statuses} == {dm}


# When thinking fails.


@pytest.mark.parametrize("failure", [ModelUnreachable(), ModelAbsent(model="qwen3:8b")], ids=["unreachable", "absent"])
async def test_a_failed_thought_ends_the_turn_with_its_sentence(failure: Any) -> None:
    at = AtWork()
    at.mind.will(failure)
    await at.assistant.hear(message())
    assert at.said == [failure.sentence]
    assert turns(at) == [TurnStatus.FAILED]
    assert at.chat.invitations == []


async def test_without_an_account_the_way_to_one_is_shown_after_the_answer() -> None:
    at, asked = AtWork(), message(person=BOB)
    await at.assistant.hear(asked)
    assert at.said == [NotConnected().sentence]
    assert [(place, invitation.url) for place, invitation in at.chat.invitations] == [
        (asked.place, "https://consent.example")
    ]
    assert turns(at) == [TurnStatus.FAILED]


async def test_what_nobody_foresaw_ends_the_turn_with_an_apology() -> None:
    at, asked = AtWork(), message()

    async def broken(request: Request, desk: Desk, watch: Watch) -> Thought:
        raise ZeroDivisionError

    at.mind.will(broken)
    with pytest.raises(ZeroDivisionError):
        await at.assistant.hear(asked)
    await at.assistant.apologise(ANN.id, asked.place)
    assert at.said == [StewardError().sentence]
    assert turns(at) == [TurnStatus.FAILED]
    await at.assistant.apologise(ANN.id, asked.place)  # nothing is running any more
    assert at.said == [StewardError().sentence] * 2


# One at a time.


async def test_a_second_request_waits_for_the_first_and_is_then_answered() -> None:
    at, thinking = AtWork(), Thinking("First.")
    first, second, third = message("one"), message("two"), message("three")
    task = await hear_while_thinking(at, thinking, first)
    await at.assistant.hear(second)
    await at.assistant.hear(third)
    assert at.chat.statuses[-2:] == [(second.place, QUEUED), (third.place, QUEUED)]
    assert at.said == []
    at.mind.will(Thought(reply="Second."), Thought(reply="Third."))
    thinking.may_end.set()
    await task
    assert at.said == ["First.", "Second.", "Third."]
    assert [line.place for line in at.chat.lines] == [first.place, second.place, third.place]
    assert [request.text for request in at.mind.requests] == ["one", "two", "three"]


async def test_people_dont_wait_for_each_other() -> None:
    at, thinking = AtWork(), Thinking()
    task = await hear_while_thinking(at, thinking, message())
    await at.assistant.hear(message(person=BOB))
    assert at.said == [NotConnected().sentence]
    thinking.may_end.set()
    await task


async def test_stop_ends_the_running_request_and_forgets_the_queued_ones() -> None:
    at, thinking, first, second = AtWork(), Thinking(), message(), message()
    task = await hear_while_thinking(at, thinking, first)
    await at.assistant.hear(second)
    at.chat.statuses.clear()
    await at.assistant.stop(ANN.id, first.place)
    await task
    assert at.said == [STOPPED]
    assert turns(at) == [TurnStatus.STOPPED, TurnStatus.CANCELLED]
    assert at.chat.statuses == [(first.place, ""), (second.place, "")]


async def test_stop_without_anything_running_says_so() -> None:
    at = AtWork()
    await at.assistant.stop(ANN.id, message().place)
    assert at.said == [NothingRunning().sentence]


async def test_a_request_that_was_stopped_elsewhere_ends_at_its_next_step() -> None:
    at, thinking, asked = AtWork(), Thinking(), message()
    task = await hear_while_thinking(at, thinking, asked)
    await at.store.turns.halt(ANN.id, asked.place.conversation)
    thinking.may_end.set()
    await task
    assert at.said == []
    assert turns(at) == [TurnStatus.STOPPED]


async def test_a_process_that_ends_leaves_its_request_to_the_next() -> None:
    at, thinking, asked = AtWork(), Thinking(), message("one")
    task = await hear_while_thinking(at, thinking, asked)
    await at.assistant.hear(message("two"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert turns(at) == [TurnStatus.RUNNING, TurnStatus.QUEUED]
    at.restart()
    at.mind.will(Thought(reply="First."), Thought(reply="Second."))
    (left,) = [row for row in await at.store.waiting() if row.kind == "turn"]
    (turn, _) = [row.turn for row in at.disk.turns.values()]
    assert left.id == str(turn.id)
    await at.assistant.resume(turn.id)
    assert at.said == ["First.", "Second."]
    await at.assistant.resume(turn.id)
    assert at.said == ["First.", "Second."]


# Changing one's mind.


async def test_a_queued_message_that_was_edited_is_answered_as_it_reads_now() -> None:
    at, thinking, second = AtWork(), Thinking(), message("two")
    task = await hear_while_thinking(at, thinking, message("one"))
    await at.assistant.hear(second)
    await at.assistant.reword(ANN.id, second.place, second.ts, "two and a half")
    at.mind.will(Thought(reply="Second."))
    thinking.may_end.set()
    await task
    assert [request.text for request in at.mind.requests] == ["one", "two and a half"]


async def test_a_queued_message_that_was_deleted_is_forgotten() -> None:
    at, thinking, second = AtWork(), Thinking(), message("two")
    task = await hear_while_thinking(at, thinking, message("one"))
    await at.assistant.hear(second)
    await at.assistant.reword(ANN.id, second.place, second.ts, None)
    assert at.chat.statuses[-1] == (second.place, "")
    thinking.may_end.set()
    await task
    assert len(at.mind.requests) == 1
    assert turns(at) == [TurnStatus.ENDED, TurnStatus.CANCELLED]


async def test_a_message_that_is_being_answered_isnt_reworded() -> None:
    at, thinking, first = AtWork(), Thinking(), message("one")
    task = await hear_while_thinking(at, thinking, first)
    before = list(at.chat.statuses)
    await at.assistant.reword(ANN.id, first.place, first.ts, "one more")
    await at.assistant.reword(ANN.id, first.place, first.ts, None)
    assert at.chat.statuses == before
    thinking.may_end.set()
    await task
    assert at.said == ["Done thinking."]


# What Slack doesn't take.


async def test_an_answer_that_slack_didnt_take_is_brought_again_once() -> None:
    at = AtWork(mail("m1"))
    at.chat.refuses = True
    action = archive("m1")
    at.mind.will(Thought(reply="A card is ready.", actions=(action,)))
    await at.assistant.hear(message())
    assert at.said == []
    at.chat.refuses = False
    (turn,) = [row.turn for row in at.disk.turns.values()]
    await at.assistant.resume(turn.id)
    assert at.said == []  # whoever ended it may be at it still
    at.clock.advance(timedelta(seconds=10))
    await at.assistant.resume(turn.id)
    await at.assistant.resume(turn.id)
    assert at.said == ["A card is ready."]
    assert len(at.chat.posted) == 1
    assert len(at.mind.requests) == 1
