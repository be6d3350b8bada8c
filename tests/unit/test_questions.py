"""Questions with buttons: from a thought to Slack, from a click to the next turn, and to whoever clicks late."""

from typing import Any

import pytest

from app.domain.asking import Question
from app.domain.errors import NotYours, QuestionOver
from app.domain.memory import SAID, Relation, Trail
from app.domain.ports import Thought
from app.domain.types import CHOICE, PERSON, STEWARD, Address, TurnId
from handlers.answers import Answers
from integrations.slack.questions import LABEL, question_blocks
from tests.samples import ANN, BOB, TEAM, message
from tests.unit.steward_at_work import AtWork, at_work

DANA = "Dana Reyes <dana@example.org>"
OPTIONS = (DANA, "Somebody else")


async def asked(at: AtWork, *, about: str = "") -> TurnId:
    """A turn that has ended with a question."""
    at.mind.will(Thought(reply="Who is that?", trail=Trail(question=Question(options=OPTIONS, about=about))))
    await at.assistant.hear(message("put a call with my manager"))
    turn = at.chat.lines[-1].turn
    assert turn is not None
    return turn


def click(turn: object, option: object = 0, user: str = ANN.user) -> dict[str, Any]:
    return {
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": TEAM},
        "actions": [{"action_id": f"answer:{option}", "value": str(turn)}],
        "container": {"channel_id": ANN.dm, "message_ts": "1.5", "thread_ts": "1.1"},
    }


def answers(at: AtWork) -> Answers:
    return Answers(at.assistant, at.chat)


async def test_a_click_is_answered_as_if_it_had_been_typed_and_takes_the_buttons() -> None:
    at = at_work()
    turn = await asked(at)
    at.mind.will(Thought(reply="Here is the card."))
    await answers(at).choose(click(turn))
    request = at.mind.requests[-1]
    assert (request.text, request.words, request.clicked) == (DANA, DANA, True)
    assert [(u.role, u.text) for u in request.history] == [
        (PERSON, "put a call with my manager"),
        (STEWARD, f"Who is that?\n• {DANA}\n• Somebody else"),
    ]
    (closed,) = at.chat.answers
    assert closed.question is not None
    assert closed.question.answer == DANA
    assert at.said[-1] == "Here is the card."


async def test_a_second_click_does_nothing_and_another_option_is_told_so() -> None:
    at = at_work()
    turn = await asked(at)
    at.mind.will(Thought(reply="Good."))
    for option in (0, 0, 1):
        await answers(at).choose(click(turn, option))
    assert len(at.mind.requests) == 2
    assert [line.text for line in at.chat.lines if line.only == ANN.user] == [QuestionOver().sentence]


async def test_a_click_after_going_on_in_words_is_told_so_and_loses_the_buttons() -> None:
    at = at_work()
    turn = await asked(at)
    place = at.chat.lines[-1].place
    at.mind.will(Thought(reply="Noted."))
    await at.assistant.hear(message("Dana, of course", place=place))
    with pytest.raises(QuestionOver):
        await at.assistant.choose(ANN.id, turn, 0)
    assert at.chat.answers[-1].question == Question(options=OPTIONS)


@pytest.mark.parametrize("value", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
async def test_a_button_that_nobody_was_given_is_refused(value: str) -> None:
    at = at_work()
    turn = await asked(at)
    await answers(at).choose(click(value))
    await answers(at).choose(click(turn, "nine"))
    await answers(at).choose(click(turn, user=BOB.user))
    assert {line.text for line in at.chat.lines if line.only} == {NotYours().sentence}
    assert len(at.mind.requests) == 1


async def test_a_click_is_worked_on_by_another_process_when_this_one_dies() -> None:
    at = at_work()
    turn = await asked(at)
    assert await at.store.turns.choose(ANN.id, turn, 0) is not None
    at.restart()
    at.mind.will(Thought(reply="Here it is."))
    await at.sweep()
    assert at.said[-1] == "Here it is."
    assert at.mind.requests[-1].clicked


async def test_whom_a_name_means_is_known_in_the_turn_that_the_click_opens() -> None:
    at = at_work()
    turn = await asked(at, about="my manager")
    at.mind.will(Thought(reply="Good."))
    await answers(at).choose(click(turn))
    (known,) = at.mind.requests[-1].relations
    assert (known.key, known.shown) == ("manager", DANA)


async def test_what_was_learned_is_known_in_the_next_turn() -> None:
    at = at_work()
    dana = Address(email="dana@example.org", name="Dana")
    learned = Relation(name="my manager", people=(dana,), origin=SAID, since=at.clock.now())
    at.mind.will(Thought(reply="Noted.", trail=Trail(learned=(learned,))), Thought(reply="Dana."))
    await at.assistant.hear(message("my manager is Dana"))
    await at.assistant.hear(message("who is my manager?"))
    assert at.mind.requests[-1].relations == (learned,)


async def test_a_clicked_line_is_seen_later_as_a_choice() -> None:
    at = at_work()
    turn = await asked(at)
    at.mind.will(Thought(reply="Good."), Thought(reply="Yes?"))
    await answers(at).choose(click(turn))
    await at.assistant.hear(message("and another thing"))
    assert (CHOICE, DANA) in [(u.role, u.text) for u in at.mind.requests[-1].history]


async def test_who_is_mentioned_is_called_by_name_and_address() -> None:
    at = at_work()
    at.chat.people[TEAM, "U0BOB"] = BOB.model_copy(update={"name": "Bob Berg", "email": "bob@example.org"})
    at.chat.people[TEAM, "U0OUT"] = BOB.model_copy(update={"name": "Olga", "email": "o@example.net", "member": False})
    at.chat.people[TEAM, "U0EVE"] = BOB.model_copy(update={"name": "bob@example.org", "email": "eve@example.net"})
    at.mind.will(Thought(reply="Good."))
    text, ids = "ask @U0BOB, @U0OUT, @U0EVE and @U0NOBODY", ("U0BOB", "U0OUT", "U0EVE", "U0NOBODY")
    await at.assistant.hear(message(text, mentions=ids))
    assert at.mind.requests[-1].text == "ask Bob Berg <bob@example.org>, Olga, eve@example.net and @U0NOBODY"


# Slack.


TURN = TurnId(message().person)


def test_a_button_carries_ids_only() -> None:
    (actions, hint) = question_blocks(TURN, Question(options=("Monday", "Tuesday")), over=False)
    assert [(b["action_id"], b["value"], b["text"]["text"]) for b in actions["elements"]] == [
        ("answer:0", str(TURN), "Monday"),
        ("answer:1", str(TURN), "Tuesday"),
    ]
    assert hint["type"] == "context"


def test_options_that_a_button_cannot_show_whole_stand_above_it_with_what_speaks_for_them() -> None:
    question = Question(options=OPTIONS, hints=("12 mails", ""))
    above, actions, _ = question_blocks(TURN, question, over=False)
    assert DANA in str(above)
    assert "12 mails" in str(above)
    assert [b["text"]["text"] for b in actions["elements"]] == ["1. Dana Reyes", "2. Somebody else"]
    long = ", ".join(f"Somebody {n} <somebody.{n}@example.org>" for n in range(5))
    above, actions, _ = question_blocks(TURN, Question(options=(long, "Nobody")), over=False)
    assert long in str(above)
    assert all(len(b["text"]["text"]) <= LABEL for b in actions["elements"])


def test_what_was_chosen_takes_the_place_of_the_buttons() -> None:
    (said,) = question_blocks(TURN, Question(options=OPTIONS, chosen=0), over=True)
    assert f"You chose: {DANA}" in str(said)
    (gone,) = question_blocks(TURN, Question(options=OPTIONS), over=True)
    assert "went on" in str(gone)
