"""Tasks, today's focus and who owes whom: the facts in each compared with what Google holds."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.acceptance.house import House
from tests.acceptance.offers import chosen, menus, reported
from tests.acceptance.people import ALEX, Person
from tests.acceptance.stand_ins import Mail
from tests.acceptance.workflows.seen import seen

AWAY = {"DRAFT", "SPAM", "TRASH"}
READY = "Get ready for "
ASK_AGAIN = "⏰ T"
"""Time to ask again, or to be asked again on the next working day: with this both titles begin."""
FOUND = "DELETE FROM steward.tasks WHERE person = (SELECT id FROM steward.people WHERE email = %s)"
LINK = re.compile(r" ?\(https?://\S+\)")


def group(words: str, title: str) -> list[str]:
    """The lines under a title."""
    lines = [plain(line) for line in words.splitlines()]
    start = next((n for n, line in enumerate(lines) if title in line), len(lines))
    return list(takewhile(lambda line: " · " in line, lines[start + 1 :]))


def plain(line: str) -> str:
    """A line without where it leads."""
    return " ".join(LINK.sub("", line).split())


async def threads(house: House) -> list[list[Mail]]:
    """Every thread of both accounts, its mails by time."""
    found: dict[tuple[str, str], list[Mail]] = {}
    for account in ALEX:
        for mail in (await house.google.mails(account)).values():
            if not mail.labels & AWAY:
                found.setdefault((account, mail.thread), []).append(mail)
    return [sorted(mails, key=lambda m: m.received) for mails in found.values()]


def working_days(since: datetime, zone: ZoneInfo) -> int:
    """Mondays to Fridays after a day, up to and with today."""
    first, today = since.astimezone(zone).date(), datetime.now(zone).date()
    return sum((first + timedelta(days=n)).weekday() < 5 for n in range(1, (today - first).days + 1))


def to_others(mail: Mail) -> bool:
    """Whether it went to anybody but Alex; a machine answers nobody."""
    to = re.findall(r"[\w.+-]+@[\w.-]+", mail.header("To").lower())
    return any(address not in ALEX and not address.startswith(("no-reply", "noreply")) for address in to)


@pytest.fixture(autouse=True)
def nothing_found(house: House) -> Iterator[None]:
    """No task is left of mails and events that another test brought, nor any that was snoozed or moved here."""
    with psycopg.connect(house.database_admin_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(FOUND, (ALEX[0],))
        yield
        connection.execute(FOUND, (ALEX[0],))


async def test_each_task_stands_in_mail_or_calendar(house: House, alex: Person) -> None:
    answer = await alex.ask("tasks")
    lines = [line for line in answer.words.splitlines() if re.search(r"#\d+ · ", line)]
    assert lines
    now = datetime.now(UTC)
    open_ = [
        t for t in await threads(house) if "SENT" not in t[-1].labels and t[-1].received > now - timedelta(days=15)
    ]
    subjects = {" ".join(t[-1].header("Subject").split()): t[-1] for t in open_}
    events = {e.get("summary") for account in ALEX for e in (await house.google.events(account)).values()}
    for line in lines:
        title, detail = re.split(r" · #\d+ · ", plain(line), maxsplit=1)
        if title.startswith(READY):
            assert title.removeprefix(READY) in events
            continue
        mail = subjects[title]
        for quoted in re.findall(r"due [^·]*\(“([^”]*)”\)", detail):
            assert quoted.split()[-1] in f"{mail.header('Subject')} {mail.text}"


async def test_meetings_to_get_ready_for(house: House, alex: Person) -> None:
    now = datetime.now(UTC)
    accounts = await seen(house.google, ALEX, now)
    coming = [o for account in accounts.values() for o in account.primary if o.busy and not o.all_day]
    coming = [o for o in coming if o.kind == "default" and now < o.start < now + timedelta(days=3)]
    homes = {address.rpartition("@")[2] for address in ALEX}
    strangers = {o.title for o in coming if any(p.rpartition("@")[2] not in homes for p in o.people)}
    answer = await alex.ask("tasks")
    ready = {title for title in strangers if f"{READY}{title}" in answer.words}
    assert ready == strangers or "more" in answer.words


async def test_noted_done_and_gone(house: House, alex: Person) -> None:
    before = len(await house.models.requests())
    noted = await alex.ask("tasks add Water the plants tomorrow")
    found = re.search(r"Noted as task (\d+): Water the plants tomorrow \(due tomorrow\)", noted.words)
    assert found is not None, noted.words
    listed = await alex.ask("tasks")
    assert "Water the plants tomorrow" in listed.words
    assert "you noted it yourself" in listed.words
    assert "Done: “Water the plants tomorrow”" in (await alex.ask(f"tasks done {found[1]}")).words
    assert "Water the plants" not in (await alex.ask("tasks")).words
    assert len(await house.models.requests()) == before


async def line_of(alex: Person, number: str) -> str:
    """How a task stands among all."""
    listed = await alex.ask("tasks")
    (line,) = (line for line in listed.words.splitlines() if f"#{number} · " in line)
    return line


async def test_noted_by_a_command_that_stands_in_the_direct_messages(house: House, alex: Person) -> None:
    before = len(await house.models.requests())
    restated = await alex.command("tasks add! Order the cake tomorrow")
    assert "tasks add! Order the cake tomorrow" in restated
    asked = str(alex.screen.steward(alex.dm, "")[-1]["ts"])
    noted = await alex.answered(asked, thread=asked)
    found = re.search(r"Noted as task (\d+): Order the cake tomorrow \((.*)\)", noted.words)
    assert found is not None, noted.words
    assert found[2] == "due tomorrow, it matters"
    line = await line_of(alex, found[1])
    assert f"/archives/{alex.dm}/p{asked.replace('.', '')}" in line
    await alex.ask(f"tasks done {found[1]}")
    assert len(await house.models.requests()) == before


async def test_noted_in_a_thread_where_commands_dont_work(house: House, alex: Person) -> None:
    before = len(await house.models.requests())
    thread = (await alex.ask("tasks")).asked
    noted = await alex.ask("!tasks add Call the bank tomorrow", thread=thread)
    found = re.search(r"Noted as task (\d+): Call the bank tomorrow \(due tomorrow\)", noted.words)
    assert found is not None, noted.words
    assert f"/archives/{alex.dm}/p{noted.asked.replace('.', '')}" in await line_of(alex, found[1])
    await alex.ask(f"!tasks done {found[1]}", thread=thread)
    assert len(await house.models.requests()) == before


async def test_what_was_said_before_is_made_a_task(house: House, alex: Person) -> None:
    said = await alex.ask("I have to renew my passport by tomorrow")
    noted = await alex.ask("make that a task", thread=said.asked)
    found = re.search(r"Noted as task (\d+): I have to renew my passport by tomorrow \(due tomorrow\)", noted.words)
    assert found is not None, noted.words
    assert "you noted it yourself" in await line_of(alex, found[1])
    await alex.ask(f"tasks done {found[1]}")


async def test_made_a_task_in_words_with_where_it_was_said(house: House, alex: Person) -> None:
    noted = await alex.ask("Add an important task: 30 min call with the landlord tomorrow")
    found = re.search(r"Noted as task (\d+): 30 min call with the landlord tomorrow \((.*)\)", noted.words)
    assert found is not None, noted.words
    assert found[2] == "due tomorrow, 30 min, it matters"
    listed = await alex.ask("tasks")
    (line,) = (line for line in listed.words.splitlines() if f"#{found[1]} · " in line)
    assert f"/archives/{alex.dm}/p{noted.asked.replace('.', '')}" in line
    assert " · 30 min · " in line
    assert "you said that it matters" in line
    await alex.ask(f"tasks done {found[1]}")


async def test_a_task_is_moved_and_snoozed_at_a_click(house: House, alex: Person) -> None:
    listed = reported(alex, await alex.ask("tasks"))
    every = menus(listed)
    assert len(every) == len(re.findall(r"#\d+ · ", "\n".join(every))) > 1
    first, *_, last = every
    number, other = (re.findall(r"#(\d+) · ", line)[0] for line in (first, last))
    answer = await chosen(alex, listed, first, "⚪ Later, or not at all")
    assert re.search(r"Moved: “.*” is under “Later, or not at all” from now on", answer.words)
    again = reported(alex, await alex.ask("tasks"))
    line = next(line for line in menus(again) if f"#{other} · " in line)
    answer = await chosen(alex, again, line, "💤 Snooze")
    assert re.search(r"Snoozed: “.*” is back ", answer.words)
    after = reported(alex, await alex.ask("tasks"))
    shown = {re.findall(r"#(\d+) · ", line)[0]: line for line in menus(after)}
    assert other not in shown
    assert number not in shown or "you put it here" in shown[number]


async def test_who_owes_whom(house: House, alex: Person) -> None:
    zone, since = ZoneInfo(alex.zone), datetime.now(UTC) - timedelta(days=30)
    mine = [t[-1] for t in await threads(house) if "SENT" in t[-1].labels and to_others(t[-1])]
    due = [m for m in mine if m.received >= since and working_days(m.received, zone) >= 3]
    answer = await alex.ask("follow")
    shown = group(answer.words, ASK_AGAIN)
    said = {re.split(r" · #\d+ · ", line)[0] for line in shown}
    expected = {" ".join(m.header("Subject").split()) for m in due}
    assert said <= expected, answer.words
    assert len(said) == min(len(expected), 10), answer.words
    for line in shown:
        days = {working_days(m.received, zone) for m in due if line.startswith(" ".join(m.header("Subject").split()))}
        (told,) = re.findall(r"(\d+) working days?", line)
        assert int(told) in days


async def test_today_by_the_clock(house: House, alex: Person) -> None:
    now, zone = datetime.now(UTC), ZoneInfo(alex.zone)
    accounts = await seen(house.google, ALEX, now)
    midnight = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), datetime.min.time(), zone)
    held = [o for account in accounts.values() for o in account.primary if o.busy and not o.all_day]
    held = [o for o in held if o.kind == "default" and now < o.end and o.start < midnight]
    answer = await alex.ask("focus")
    told = re.findall(r"📅\s*(\d\d:\d\d)–(\d\d:\d\d) (.*)", answer.words)
    times = {(f"{o.start.astimezone(zone):%H:%M}", f"{o.end.astimezone(zone):%H:%M}") for o in held}
    assert {(start, end) for start, end, _ in told} == times
    busy = sorted((o.start, o.end) for o in held)
    for start, end, _ in re.findall(r"🎯\s*(\d\d:\d\d)–(\d\d:\d\d) (.*)", answer.words):
        day = now.astimezone(zone)
        begins, ends = (
            day.replace(hour=int(at[:2]), minute=int(at[3:]), second=0, microsecond=0) for at in (start, end)
        )
        assert not any(a < ends and begins < b for a, b in busy)


async def test_mail_that_fails_is_named_and_nothing_is_invented(house: House, alex: Person) -> None:
    await house.google.turn(fail_next={"GET /gmail/v1/users/*/messages": {"n": 400, "status": 503, "retry_after": 0}})
    answer = await alex.ask("follow")
    assert answer.state == "ended"
    for address in ALEX:
        assert re.search(rf"I couldn't read the mail of .*{re.escape(address)}", answer.words)
    assert group(answer.words, ASK_AGAIN) == []
    assert group(answer.words, "They wait for you") == []
