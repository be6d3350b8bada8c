"""What is private is shown to its owner, in their direct messages, and to nobody else anywhere."""

import asyncio
import json

from tests.acceptance.house import House
from tests.acceptance.people import TURN, Answer, Person, payload

ELSEWHERE = "I'll answer you in our direct messages, where only you can read it."


async def own_words(house: House, person: Person, other: Person) -> set[str]:
    """Subjects and addresses that stand in this person's mail and not in the other's."""

    async def words(who: Person) -> set[str]:
        mails = [m for account in who.accounts for m in (await house.google.mails(account)).values()]
        return {m.header("Subject") for m in mails} | {m.thread for m in mails}

    return {word for word in await words(person) - await words(other) if len(word) > 12}


async def everything(person: Person) -> str:
    """All that Slack lets a person read: direct messages, channels, threads."""
    found = []
    state = await person.page.get("state", user=person.user)
    for channel in state["channels"]:
        for message in await person.history(channel["id"]):
            found.append(message)
            if message.get("reply_count"):
                found += await person.history(channel["id"], message["ts"])
    return json.dumps([state, found], ensure_ascii=False)


async def test_two_people_at_once_see_their_own_only(house: House, alex: Person, priya: Person) -> None:
    asks = ["What's in my inbox?", "Archive all promotional emails older than 30 days", "What's on my calendar today?"]
    answers: list[Answer] = []
    for ask in asks:
        answers += await asyncio.gather(alex.ask(ask), priya.ask(ask))
    assert all(answer.state == "ended" for answer in answers)
    for person, answer in zip((alex, priya), answers[2:4], strict=True):
        assert answer.cards
        assert {
            line.rpartition(" ")[2] for c in answer.cards for line in c.lines if line.startswith("Account ")
        } <= set(person.accounts)
        for card in answer.cards:
            await person.click(card, "reject")
            await person.until_shows(card, "rejected")
    for person, other in ((alex, priya), (priya, alex)):
        foreign = await own_words(house, other, person)
        assert len(foreign) > 20
        read = await everything(person)
        assert [word for word in foreign if word in read] == []
        assert other.dm not in read


async def test_a_mention_is_answered_in_the_direct_messages(house: House, alex: Person, priya: Person) -> None:
    general = await alex.channel("general")
    before = set(alex.screen.messages)
    asked = await alex.say(f"<@{alex.screen.bot}> Archive all promotional emails older than 30 days", channel=general)
    assert await alex.heard(asked, channel=general) == ELSEWHERE

    def answered() -> bool:
        new = [m for key, m in alex.screen.messages.items() if key not in before and key[0] == alex.dm]
        turns = [m for m in new if payload(m, TURN)]
        return (
            bool(turns) and len([m for m in new if payload(m, "steward_action")]) == payload(turns[0], TURN)["actions"]
        )

    await alex.screen.until(answered, what="the answer in the direct messages")
    thread = await priya.history(general, asked)
    assert [m["text"] for m in thread if m.get("user") == alex.screen.bot] == [ELSEWHERE]
    assert [m for m in await priya.history(general) if m.get("user") == alex.screen.bot] == []
    foreign = await own_words(house, alex, priya)
    assert [word for word in foreign if word in await everything(priya)] == []
    for card in alex.waiting():
        await alex.click(card, "reject")
        await alex.until_shows(card, "rejected")


async def test_a_word_of_command_in_a_channel(house: House, alex: Person, priya: Person) -> None:
    """Neither the accounts nor the link that connects one are shown to the others."""
    general = await alex.channel("general")
    for word in ("accounts", "connect", "pending"):
        asked = await alex.say(f"<@{alex.screen.bot}> {word}", channel=general)
        await alex.heard(asked, channel=general)
        await house.slack.until_acked()
    read = await everything(priya)
    assert [address for address in alex.accounts if address in read.replace(alex_profile(alex), "")] == []
    assert "code_challenge" not in json.dumps(await priya.history(general, asked))


def alex_profile(alex: Person) -> str:
    """Slack itself shows everybody the work address in a profile."""
    return alex.accounts[0]
