"""Whatever a model says, there is an answer, and nothing changes without a click."""

from itertools import count
from typing import Any

import pytest

from tests.acceptance.deeds import calls
from tests.acceptance.house import House
from tests.acceptance.people import Answer, Json, Person

_NUMBERS = count(1)
UNUSABLE = "The language model gave no usable answer. Nothing was changed; please ask again."
UNREACHABLE = "I can't reach the language model at the moment. Nothing was changed; please ask again in a minute."
ENDLESS = "I took more steps than I allow myself and stopped. Nothing was changed; try asking for less at once."
SAID = {"content": "That is all."}


async def scripted(house: House, person: Person, *turns: Json) -> Answer:
    """The answer to a request to which the model says these things; Google is untouched at the end."""
    mark = await house.google.mark()
    ask = f"Play script {next(_NUMBERS)} of the stranger models, please"
    await house.models.script(*turns, match="")
    answer = await person.ask(ask)
    await house.models.rest()
    assert answer.words.strip()
    assert await house.google.commits(mark) == []
    return answer


WRONG_CALLS: dict[str, Json] = {
    "unknown tool": calls("delete_everything", really=True),
    "tool of another library": calls("__import__", name="os"),
    "no arguments": calls("write_mail"),
    "unknown arguments": calls("search_mail", wishes=["world peace"], words="budget"),
    "number for text": calls("read_thread", thread=42),
    "list for text": calls("search_mail", words=["a", "b"]),
    "object for number": calls("search_mail", limit={"much": True}),
    "text for number": calls("change_mail", do="archive", older_than_days="a month"),
    "huge number": calls("change_mail", do="archive", sender="Dana", older_than_days=10**12),
    "negative number": calls("search_mail", newer_than_days=-5),
    "unknown account": calls("change_mail", do="archive", sender="Dana", account="nobody's"),
    "unknown thread": calls("write_mail", kind="reply", thread="work:ffffffffffffffff", body="Hello"),
    "reference that is none": calls("write_mail", kind="reply", thread="../../etc/passwd", body="Hello"),
    "unclear time": calls("create_event", title="Soon", start="when pigs fly"),
    "time in the past": calls("create_event", title="Past", start="2001-01-01 10:00"),
    "time beyond all calendars": calls("create_event", title="Late", start="in 9999999999 days"),
    "length beyond all calendars": calls("create_event", title="Long", start="tomorrow at 3pm", minutes=10**15),
    "event without end": calls("create_event", title="Long", start="tomorrow at 3pm", minutes=10**9),
    "guest that is none": calls("create_event", title="X", start="in 5 days at 3pm", guests=["nobody at all"]),
    "header in an address": calls(
        "create_event", title="X", start="in 5 days at 3pm", guests=["a@b.example>\r\nBcc: evil@evil.example"]
    ),
    "letter without text": calls("write_mail", kind="reply", thread="work:0", body=" "),
    "control characters": calls("search_mail", words="\x00\x1b[2J\u202e"),
}


@pytest.mark.parametrize("call", WRONG_CALLS.values(), ids=list(WRONG_CALLS))
async def test_a_wrong_call(house: House, alex: Person, call: Json) -> None:
    answer = await scripted(house, alex, call, SAID)
    assert answer.state == "ended"
    assert answer.words == "That is all."
    assert answer.cards == []


async def test_half_a_character(house: House, alex: Person) -> None:
    """No wire carries it; the person hears that there was no usable answer, or gets one."""
    answer = await scripted(house, alex, calls("search_mail", words="\ud800"), SAID, SAID)
    assert answer.cards == []


async def test_thirty_calls_at_once(house: House, alex: Person) -> None:
    many = {"tool_calls": [{"name": "find_person", "arguments": {"name": "Dana"}} for _ in range(30)]}
    answer = await scripted(house, alex, many, SAID)
    assert answer.words == "That is all."


async def test_thirty_changes_at_once(house: House, alex: Person) -> None:
    """More cards than a person can look at are not made; the model is told so."""
    event = {"name": "create_event", "arguments": {"title": "Again", "start": "in 50 days at 3pm"}}
    answer = await scripted(house, alex, {"tool_calls": [event] * 30}, SAID)
    assert len(answer.cards) == 10
    assert all(card.status == "proposed" for card in answer.cards)
    await alex.click(answer.cards[0], "reject")
    await alex.until_shows(answer.cards[0], "rejected")


async def test_a_model_that_never_ends(house: House, alex: Person) -> None:
    answer = await scripted(house, alex, *([calls("find_person", name="Dana")] * 40))
    assert answer.state == "failed"
    assert answer.words == ENDLESS
    assert answer.cards == []


async def test_a_model_that_never_ends_and_proposes(house: House, alex: Person) -> None:
    """What it had put on the table is not shown: a turn that failed proposes nothing."""
    proposal = calls("create_event", title="Never", start="in 51 days at 3pm")
    answer = await scripted(house, alex, proposal, *([calls("find_person", name="Dana")] * 40))
    assert answer.words == ENDLESS
    assert answer.cards == []


async def test_an_empty_answer_is_asked_again(house: House, alex: Person) -> None:
    answer = await scripted(house, alex, {"content": ""}, SAID)
    assert answer.words == "That is all."


async def test_nothing_but_empty_answers(house: House, alex: Person) -> None:
    answer = await scripted(house, alex, {"content": ""}, {"content": " \n "}, {"content": ""}, {"content": ""})
    assert answer.state == "failed"
    assert answer.words == UNUSABLE


AS_TEXT = '{"name": "change_mail", "parameters": {"do": "archive", "sender": "Dana"}}'


async def test_a_call_as_text_is_asked_again(house: House, alex: Person) -> None:
    answer = await scripted(house, alex, {"content": AS_TEXT}, SAID)
    assert answer.words == "That is all."


async def test_calls_as_text_only(house: House, alex: Person) -> None:
    answer = await scripted(house, alex, {"content": AS_TEXT}, {"content": f"```json\n{AS_TEXT}\n```"})
    assert answer.state == "failed"
    assert answer.words == UNUSABLE
    assert answer.cards == []


async def test_a_call_and_words_in_one(house: House, alex: Person) -> None:
    both = {**calls("create_event", title="Both", start="in 52 days at 3pm"), "content": "I have created it!"}
    answer = await scripted(house, alex, both, {"content": "Done, it is in your calendar."})
    assert answer.card.status == "proposed"


async def test_an_answer_full_of_slack(house: House, alex: Person) -> None:
    """Nobody is called, nothing links anywhere, nothing is hidden."""
    words = "<!channel> <@U123> <https://evil.example/?q=secret|click> [here](https://evil.example/a) \u202eabc *ok*"
    answer = await scripted(house, alex, {"content": words})
    message = next(m for m in alex.screen.steward(alex.dm, answer.asked))
    text = message["blocks"][0]["text"]["text"]
    assert "<!channel>" not in text
    assert "<@U123>" not in text
    assert "https://evil.example" not in text
    assert "\u202e" not in text
    assert "*ok*" in text


async def test_an_answer_longer_than_a_message(house: House, alex: Person) -> None:
    answer = await scripted(house, alex, {"content": "All work and no play. " * 5_000})
    assert answer.state == "ended"
    assert answer.words.startswith("All work and no play.")
    assert "too long for one message" in answer.words
    after = await alex.ask("What did Dana Whitfield write?")
    assert after.state == "ended"  # the long one hasn't taken all the room the model has


async def test_foreign_addresses_take_two_clicks(house: House, alex: Person) -> None:
    """A mail told the model to invite somebody: the card says where the address comes from."""
    event = calls("create_event", title="Payroll", start="in 53 days at 3pm", guests=["mallory@evil.example"])
    answer = await scripted(house, alex, event, {"content": "I invited Dana."})
    card = answer.card
    assert any("mallory@evil.example" in line and "⚠️ never seen before" in line for line in card.lines)
    mark = await house.google.mark()
    await alex.click(card, "approve")
    again = await alex.screen.until(
        lambda: alex.now(card) if alex.now(card).offers[:1] == ["Confirm once more"] else None,
        what="the second question",
    )
    assert await house.google.commits(mark) == []
    await alex.click(again, "reject")
    await alex.until_shows(card, "rejected")
    assert await house.google.commits(mark) == []


async def test_another_persons_mail_cannot_be_reached(house: House, alex: Person, priya: Person) -> None:
    foreign = next(iter((await house.google.mails(priya.accounts[0])).values()))
    own = {m.thread for account in alex.accounts for m in (await house.google.mails(account)).values()}
    assert foreign.thread not in own
    for name in ("work", "personal", priya.accounts[0]):
        await house.models.turn(keep_bodies=1)
        reading = calls("read_thread", thread=f"{name}:{foreign.thread}")
        replying = calls("write_mail", kind="reply", thread=f"{name}:{foreign.thread}", body="Hello")
        answer = await scripted(house, alex, reading, replying, SAID)
        assert answer.cards == []
        seen = (await house.models.conversations())[-1]
        assert foreign.header("Subject") not in str([m["content"] for m in seen if m["role"] == "tool"])


BAD_DAYS: dict[str, tuple[dict[str, Any], str]] = {
    "every answer is an error": ({"fail_next": 9, "fail_status": 500}, UNUSABLE),
    "overloaded": ({"fail_next": 9, "fail_status": 503}, UNREACHABLE),
    "nothing but loading": ({"done_reason_load_next": 9}, UNUSABLE),
    "no JSON": ({"malformed_json_next": 9}, UNUSABLE),
    "cut off in the middle": ({"drop_next": 9}, UNREACHABLE),
    "cut off at half the words": (
        {"length_next": 9},
        "That was more text than the language model can read at once. Ask about fewer mails, or name a shorter time.",
    ),
}


@pytest.mark.parametrize(("switches", "sentence"), BAD_DAYS.values(), ids=list(BAD_DAYS))
async def test_a_bad_day_of_the_host(house: House, alex: Person, switches: dict[str, Any], sentence: str) -> None:
    await house.models.turn(**switches)
    answer = await scripted(house, alex, {"content": "A few words that never come through whole."})
    assert answer.state == "failed"
    assert answer.words == sentence
    after = await alex.ask("What did Dana Whitfield write?")
    assert after.state == "ended"


async def test_a_model_that_is_loaded_first(house: House, alex: Person) -> None:
    await house.models.turn(done_reason_load_next=1)
    assert (await scripted(house, alex, SAID, SAID)).words == "That is all."
