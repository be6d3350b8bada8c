"""Offers under reports: a click makes their cards, in the right thread, to the right people, and what is approved goes
out once."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
import pytest_asyncio

from tests.acceptance.deeds import calls
from tests.acceptance.house import House
from tests.acceptance.mailing import mail
from tests.acceptance.offers import addresses, answering, labels, re_, reported, taken, told
from tests.acceptance.people import ALEX, Card, Person
from tests.acceptance.stand_ins import Mail
from tests.acceptance.test_brief import coming
from tests.acceptance.test_tasks import group, threads
from tests.acceptance.test_week import EVENING, MORNING
from tests.acceptance.workflows.seen import seen

WORK = ALEX[0]
CARDS = 5
"""Drafts made at one click."""
DAY = timedelta(days=1)
SAID = """
DELETE FROM steward.preferences
    WHERE person = (SELECT id FROM steward.people WHERE email = %s) AND name = 'hours'
"""


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def nothing_left(alex: Person) -> AsyncIterator[None]:
    """Whatever a click made here and nobody decided, no other test finds."""
    before = {card.id for card in alex.waiting()}
    yield
    for card in alex.waiting():
        if card.id not in before:
            await alex.click(card, "reject")
            await alex.until_shows(card, "rejected")


async def sent_in(house: House, account: str, thread: str) -> list[Mail]:
    mails = (await house.google.mails(account)).values()
    return sorted((m for m in mails if m.thread == thread and "SENT" in m.labels), key=lambda m: m.received)


async def test_replies_to_what_is_urgent(house: House, alex: Person) -> None:
    manager = house.stories[WORK]["manager"]
    text = "Can you send me the budget table by tomorrow 9 am? It is urgent."
    letter = mail(sender=f"{manager['name']} <{manager['email']}>", to=WORK, subject="Budget table", text=text)
    thread = (await house.google.deliver(WORK, letter.as_string()))["thread"]
    first, second = [reported(alex, await alex.ask("triage")) for _ in range(2)]
    urgent = group((await alex.ask("triage")).words, "Needs you now")[:CARDS]
    there = [t for t in await threads(house) if "SENT" not in t[-1].labels]
    named = [t for t in there if any(line.startswith(" ".join(t[-1].header("Subject").split())) for line in urgent)]

    answer = await taken(alex, first, "Draft replies to the urgent ones")
    assert len(answer.cards) == len(urgent)
    made = {told(card): card for card in answer.cards}
    assert made.keys() <= {answering(t) for t in named}
    assert {card.kind for card in answer.cards} == {"SendReply"}
    card = made["Re: Budget table", frozenset({manager["email"]})]
    assert "“Can you send me the budget table by tomorrow 9 am?”" in card.text
    assert (await alex.approve(card)).status == "done"
    (sent,) = await sent_in(house, WORK, thread)
    assert addresses(sent, "To") == {manager["email"]}
    assert sent.header("In-Reply-To") == letter["Message-ID"]
    assert "budget table by tomorrow 9 am" in sent.text

    again = await taken(alex, second, "Draft replies to the urgent ones")
    assert "You have answered “Budget table” in the meantime." in again.words
    assert again.cards == []
    assert again.words.count("waits for you already") == len(made) - 1
    assert len(await sent_in(house, WORK, thread)) == 1


@pytest.fixture
def any_day(house: House) -> Iterator[None]:
    """What was said of working days here holds no longer afterwards."""
    yield
    url = house.database_admin_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SAID, (WORK,))


@pytest.mark.usefixtures("any_day")
async def test_a_reminder_of_ones_own_mail(house: House, alex: Person) -> None:
    assert "hours" in (await alex.ask("I work Monday to Sunday from 9 to 17")).words.lower()
    shown = reported(alex, answer := await alex.ask("follow"))
    label = next(label for label in labels(shown) if re.fullmatch(r"Remind \d+", label))
    number = label.removeprefix("Remind ")
    (line,) = [line for line in group(answer.words, "Time to ask again (") if f" · #{number} · " in line]
    title = line.partition(f" · #{number} · ")[0]
    (thread,) = [
        t for t in await threads(house) if "SENT" in t[-1].labels and " ".join(t[-1].header("Subject").split()) == title
    ]
    card = (await taken(alex, shown, label)).card
    assert told(card) == (re_(thread), addresses(thread[-1], "To") - {*ALEX})
    assert "reminder" in card.text
    assert (await alex.approve(card)).status == "done"
    (now,) = [t for t in await threads(house) if thread[-1].id in {m.id for m in t}]
    assert [m.id for m in now[:-1]] == [m.id for m in thread]
    assert "SENT" in now[-1].labels
    assert now[-1].header("In-Reply-To") == thread[-1].header("Message-ID")
    assert addresses(now[-1], "To") == addresses(thread[-1], "To") - {*ALEX}


async def test_replies_to_those_who_wait_longest(house: House, alex: Person) -> None:
    first, second = [reported(alex, answer := await alex.ask("follow")) for _ in range(2)]
    (label,) = [label for label in labels(first) if label.startswith("Draft ")]
    lines = group(answer.words, "They wait for you")[:3]
    there = [t for t in await threads(house) if "SENT" not in t[-1].labels]
    expected = {answering(t): t for t in there if any(line.startswith(titled(t)) for line in lines)}

    answer = await taken(alex, first, label)
    made = {told(card): card for card in answer.cards}
    assert len(made) == len(lines)
    assert made.keys() <= expected.keys()
    who, card = next(iter(made.items()))
    assert (await alex.approve(card)).status == "done"
    sent = (await sent_in(house, account_of(card), expected[who][-1].thread))[-1]
    assert sent.id not in {m.id for m in expected[who]}
    assert addresses(sent, "To") == who[1]
    assert sent.header("In-Reply-To") == expected[who][-1].header("Message-ID")

    again = await taken(alex, second, label)
    assert again.cards == []
    assert "in the meantime" in again.words
    assert again.words.count("waits for you already") == len(made) - 1


def titled(thread: list[Mail]) -> str:
    return " ".join(thread[-1].header("Subject").split())


def account_of(card: Card) -> str:
    """The address that a card sends from."""
    return next(address for address in ALEX if address in card.text)


async def test_a_reply_before_a_meeting(house: House, alex: Person) -> None:
    following = coming(await seen(house.google, ALEX, datetime.now(UTC)))[0]
    other = sorted(following.people - {*ALEX})[0]
    letter = mail(sender=f"Robin Vale <{other}>", to=WORK, subject="Badge list", text="Could you bring the badges?")
    thread = (await house.google.deliver(WORK, letter.as_string()))["thread"]
    shown = reported(alex, await alex.ask("brief"))
    (label,) = [label for label in labels(shown) if label.endswith(": Badge list")]
    card = (await taken(alex, shown, label)).card
    assert told(card) == ("Re: Badge list", frozenset({other}))
    assert "“Could you bring the badges?”" in card.text
    assert await sent_in(house, WORK, thread) == []


def at(words: str, zone: ZoneInfo) -> datetime:
    return datetime.strptime(words, "%A %d %B %Y %H:%M").replace(tzinfo=zone)


async def test_whoever_organises_a_meeting_is_asked_to_move_it(house: House, alex: Person, priya: Person) -> None:
    zone = ZoneInfo(alex.zone)
    day = datetime.now(zone).date() + 2 * DAY
    while day.weekday() > 4:
        day += DAY
    start, asked = datetime.combine(day, time(20), zone), "Please see to the evening sync"
    event = calls("create_event", title="Evening sync", start=start.isoformat(), minutes=30, guests=[WORK])
    await house.models.script(event, {"content": "A card is ready."}, match=asked)
    assert (await priya.approve((await priya.ask(asked)).card)).status == "done"

    shown = reported(alex, await alex.ask("optimise"))
    (label,) = [label for label in labels(shown) if "Evening sync" in label]
    card = (await taken(alex, shown, label)).card
    subject, to = told(card)
    assert card.kind == "SendMail"
    assert subject == f"Another time for “Evening sync” on {start:%A %-d %B}"
    assert to == {priya.accounts[0]}
    assert f"now on {start:%A %-d %B %Y}, 20:00 to 20:30 ({alex.zone}" in card.text
    assert not re.search(r"primary|work:|T\d\d:\d\d", card.text)
    times = re.findall(r"• (\w+ \d+ \w+ \d{4}), (\d\d:\d\d) to (\d\d:\d\d)", card.text)
    held = coming(await seen(house.google, ALEX, datetime.now(UTC)))
    for on, since, until in times:
        first, last = (
            datetime.strptime(f"{on} {at}", "%A %d %B %Y %H:%M").replace(tzinfo=zone) for at in (since, until)
        )
        assert (first.weekday() < 5, first.time() >= MORNING, last.time() <= EVENING) == (True, True, True)
        assert [o.title for o in held if o.start < last and first < o.end] == []
    assert times

    assert (await alex.approve(card)).status == "done"
    got = [m for m in (await house.google.mails(priya.accounts[0])).values() if m.header("Subject") == subject]
    assert [addresses(m, "To") for m in got] == [to]
