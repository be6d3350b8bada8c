"""How long a briefing takes besides the model, in a mailbox of 10,000 mails: over real sockets, the stand-in for Google
at the other end."""

import json
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import aiohttp

from app.domain.desk import Desk
from app.domain.ports import Request
from app.domain.types import MailQuery, Person
from app.skills.brief import Brief
from bench.mail import OWNER, Place
from bench.measuring import Row, Table, median, percentile
from bench.programs import environment, folder, program, told
from integrations.google import services
from integrations.google.calendar import GoogleCalendar
from integrations.google.gate import LocalGate
from integrations.google.quota import CALENDAR
from integrations.google.wire import Wire

MAILS, PEOPLE, GUESTS, ROUNDS = 10_000, 200, 8, 10
AT_MOST_S = 4.2
"""The floor, besides the model."""
NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
TEXT = "We looked at the figures of the gateway again. Could you tell me by Friday which vendor we take?\n"


def serve(home: Path) -> None:
    """The stand-in with one full mailbox and a meeting, in a process of its own; says where it is, with a token."""
    from sandbox.google.seed import SeedAccount, SeedCalendar
    from tests.contract.google_world import running

    calendar = SeedCalendar("primary", "Ada", "Europe/Berlin", [_meeting()])
    with running(home, [SeedAccount(OWNER, "Ada", "Europe/Berlin", _seeds(), [calendar])]) as world:
        world.switch(quota=0, calendar_quota=0)
        print(json.dumps({"url": world.url, "token": world.token(OWNER)}), flush=True)
        sys.stdin.read()


def _meeting() -> dict:  # type: ignore[type-arg]
    people = [{"email": f"p{n}@elsewhere.example", "responseStatus": "accepted"} for n in range(GUESTS)]
    start = NOW + timedelta(hours=2)
    return {
        "id": "gateway",
        "summary": "Gateway review",
        "start": {"dateTime": start.isoformat()},
        "end": {"dateTime": (start + timedelta(hours=1)).isoformat()},
        "organizer": {"email": OWNER, "self": True},
        "attendees": [{"email": OWNER, "self": True, "organizer": True, "responseStatus": "accepted"}, *people],
    }


def _seeds() -> list:  # type: ignore[type-arg]
    from sandbox.google.seed import SeedMail

    return [SeedMail(_letter(n), NOW - timedelta(minutes=5 * n)) for n in range(MAILS)]


def _letter(number: int) -> bytes:
    mail, who = EmailMessage(), f"Person {number % PEOPLE} <p{number % PEOPLE}@elsewhere.example>"
    mail["From"], mail["To"] = (who, OWNER) if number % 3 else (OWNER, who)
    mail["Subject"] = f"Gateway, letter {number}" if number % 7 == 0 else f"Letter {number}"
    mail["Message-ID"] = f"<{number}@elsewhere.example>"
    mail.set_content(TEXT * 5 + f"\n-- \nPerson {number % PEOPLE}\nHead of Things\n")
    return mail.as_bytes()


def _desk(place: Place) -> Desk:
    box = place.mailbox()

    async def token(refused: str) -> str:
        return place.token

    gate = LocalGate(replace(CALENDAR, a_minute=CALENDAR.a_minute * 1_000))
    wire = Wire(place.session, box.account, token, provider="Google Calendar", gate=gate)
    calendar = GoogleCalendar(wire, box.account, services.calendar(place.url))
    person = Person(id=box.account.person, team="T1", user="U1", name="Ada", zone="Europe/Berlin")
    return Desk(person, mailboxes=[box], calendars=[calendar])


async def measure() -> Sequence[Table]:
    """The next meeting, briefed again and again; beside it one plain search for each of its people."""
    from tests.fakes import FakeHouse, ManualClock, MemoryStore

    table = Table(
        f"A briefing for a meeting with {GUESTS} guests, {MAILS:,} mails in the mailbox",
        "for each guest one search of the same mailbox, one after the other",
        about=[f"{ROUNDS} rounds; no model is asked."],
    )
    with folder() as home:
        async with AsyncExitStack() as stack:
            command = (sys.executable, "-m", "bench.brief", str(home))
            served = await stack.enter_async_context(program(*command, env=environment(home), cwd=home))
            where = json.loads(await told(served, "The stand-in for Google"))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            place = Place(session, where["url"], where["token"])
            skill = Brief(FakeHouse().services(MemoryStore(ManualClock())))
            await _briefed(skill, _desk(place))  # warm: a process reads Google's descriptions before it serves anyone
            ours, theirs = [], []
            for _ in range(ROUNDS):
                ours.append(await _briefed(skill, _desk(place)))
                theirs.append(await _searched(place))
            table.rows = [
                Row("median", "s", median(ours), median(theirs)),
                Row("p95", "s", percentile(ours, 0.95), percentile(theirs, 0.95), at_most=AT_MOST_S),
            ]
    return [table]


async def _briefed(skill: Brief, desk: Desk) -> float:
    async def watch(step: str) -> None:
        del step

    began = time.perf_counter()
    thought = await skill.run("", Request(person=desk.person, now=NOW, text="brief"), desk, watch)
    taken = time.perf_counter() - began
    report = thought.trail.report
    if report is None or "Head of Things" not in report.worded():
        raise AssertionError("no briefing, or one that knows nobody")
    return taken


async def _searched(place: Place) -> float:
    box = place.mailbox()
    began = time.perf_counter()
    for number in range(GUESTS):
        await box.search(MailQuery(sender=f"p{number}@elsewhere.example"), limit=5)
    return time.perf_counter() - began


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
