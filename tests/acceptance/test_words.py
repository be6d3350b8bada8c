"""The words of command: /steward word, the bare word, and !word inside a thread; all without a model."""

import pytest

from sandbox.playing.blocks import buttons, render
from tests.acceptance.house import House
from tests.acceptance.people import Person
from tests.acceptance.waiting import until

HELP = "I'm Steward, your assistant for mail and calendar"
CONNECT = "Connect a Google account"
ACCOUNTS = "Your accounts"
PENDING = "Nothing waits for your decision."
STOP = "I'm not working on anything right now."
WORDS = {"help": HELP, "connect": CONNECT, "accounts": ACCOUNTS, "stop": STOP}


@pytest.mark.parametrize(("word", "start"), WORDS.items(), ids=list(WORDS))
async def test_each_word_in_every_way(house: House, alex: Person, word: str, start: str) -> None:
    before = len(await house.models.requests())
    assert (await alex.command(word)).startswith(start)
    assert (await alex.command(f"  {word.upper()} ")).startswith(start)
    asked = await alex.say(word)
    assert (await alex.heard(asked)).startswith(start)
    inside = await alex.say(f"!{word}", thread=asked)
    assert (await alex.heard(inside, thread=asked)).startswith(start)
    assert len(await house.models.requests()) == before


async def test_help_without_a_word(house: House, alex: Person) -> None:
    assert (await alex.command("")).startswith(HELP)


async def test_accounts_are_named(house: House, alex: Person) -> None:
    said = await alex.told("accounts")
    assert [line for line in said.splitlines() if "@" in line] == [
        f"work  {alex.accounts[0]}",
        f"personal  {alex.accounts[1]}",
    ]


async def test_nothing_is_pending_for_who_asked_for_nothing(house: House) -> None:
    newcomer = await house.slack.post("people", name="ida", real_name="Ida Ek", email="ida@larkspur.example", tz="UTC")
    async with house.visit(newcomer) as ida:
        assert await ida.told("pending") == PENDING


async def test_pending_shows_the_cards_that_wait(house: House, alex: Person) -> None:
    first = (await alex.ask("Archive everything from Cold Chain Weekly")).card
    asked = await alex.say("pending")
    again = await alex.screen.until(
        lambda: [card for card in alex.cards(asked) if card.id == first.id], what="the card, shown again"
    )
    (moved,) = again
    assert moved.ts != first.ts
    assert moved.lines[:5] == first.lines[:5]
    # The old one says so and has no buttons: it would go on saying that nothing has changed.
    old = await alex.screen.until(
        lambda: m if not buttons(m := alex.screen.messages[alex.dm, first.ts]) else None, what="the end of the old card"
    )
    assert "This card was shown again further down. Decide there." in render(old)
    assert (await alex.approve(moved)).status == "done"
    await alex.click(alex.now(moved), "undo")
    await alex.until_shows(moved, "undone")


async def test_an_unknown_word(house: House, alex: Person) -> None:
    said = await alex.told("!frobnicate")
    assert said == "I don't know `!frobnicate`. I know: help, connect, accounts, pending, stop."


async def test_a_request_by_slash_command(house: House, alex: Person) -> None:
    said = await alex.command("What did Dana Whitfield write?")
    assert "Dana Whitfield" in said


async def test_home_shows_accounts(house: House, alex: Person) -> None:
    await alex.page.post("home")

    async def shown() -> str:
        views = await alex.page.get("views", user=alex.user)
        return str(views["home"] or "")

    home = await until(shown, what="the Home tab")
    assert all(account in home for account in alex.accounts)
