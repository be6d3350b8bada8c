"""The morning's digest over real processes: its facts compared with what Google holds, once a day, and nothing invented
where a source is gone."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg
from psycopg.types.json import Json

from sandbox.playing.connecting import allow
from tests.acceptance.house import House
from tests.acceptance.offers import labels, reported
from tests.acceptance.people import ALEX, Answer, Person
from tests.acceptance.test_accounts import links, said
from tests.acceptance.waiting import until
from tests.acceptance.workflows.seen import AccountSeen, Occurrence, seen

DAY = timedelta(days=1)
LINE = re.compile(r"^(?:• )?(\d\d:\d\d)–(\d\d:\d\d) (.+?)(?: \(https:| · |$)", re.MULTILINE)
"""How a meeting stands in the digest."""
LONG_AGO = "interval '2 days'"
PERSON = "(SELECT id FROM steward.people WHERE email = %s)"


def today(accounts: dict[str, AccountSeen], zone: ZoneInfo) -> list[Occurrence]:
    """What is left of today's meetings."""
    now = datetime.now(zone)
    midnight = datetime.combine(now.date() + DAY, time(), zone)
    found = [o for account in accounts.values() for o in account.primary if o.busy and not o.all_day]
    return [o for o in found if o.kind in ("default", "fromGmail") and o.end > now and o.start < midnight]


def evening(zone: ZoneInfo) -> datetime:
    """Five o'clock on the last working day before today."""
    day: date = datetime.now(zone).date() - DAY
    while day.weekday() > 4:
        day -= DAY
    return datetime.combine(day, time(17), zone)


def fresh(accounts: dict[str, AccountSeen], zone: ZoneInfo) -> list[str]:
    """The subjects of what is unread and came since then."""
    mails = [m for account in accounts.values() for m in account.mails.values() if m.labels >= {"INBOX", "UNREAD"}]
    return [m.header("Subject") for m in mails if m.received >= evening(zone)]


def section(answer: Answer, start: str, end: str) -> str:
    """What stands below a heading, up to the next one."""
    _, _, rest = answer.words.partition(start)
    return rest.partition("\n")[2].partition(end)[0]


async def test_the_day_is_what_google_holds(house: House, alex: Person) -> None:
    zone = ZoneInfo(alex.zone)
    accounts = await seen(house.google, ALEX, datetime.now(UTC))
    answer = await alex.ask("digest")
    expected = {
        (f"{o.start.astimezone(zone):%H:%M}", f"{o.end.astimezone(zone):%H:%M}", o.title) for o in today(accounts, zone)
    }
    told = {(start, end, title.strip()) for start, end, title in LINE.findall(section(answer, "📅 Today", "✉️"))}
    assert told == expected
    new = fresh(accounts, zone)
    counted = f"{len(new)} new mail{'' if len(new) == 1 else 's'} since" if new else "no new mail"
    assert counted in answer.words.lower()


async def test_whoever_waits_has_the_last_word(house: House, alex: Person) -> None:
    accounts = await seen(house.google, ALEX, datetime.now(UTC))
    answer = await alex.ask("digest")
    below = section(answer, "Waits for your answer", "🔴 Do now").splitlines()
    lines = [line.lstrip("•🔴 ") for line in below if " (https://" in line]
    mails = [m for account in accounts.values() for m in account.mails.values()]
    for line in lines:
        asked = [m for m in mails if m.header("Subject") and line.startswith(" ".join(m.header("Subject").split()))]
        assert asked, line
        last = [max((m for m in mails if m.thread == one.thread), key=lambda m: m.received) for one in asked]
        assert any("SENT" not in m.labels for m in last), line


async def test_it_comes_by_itself_once_however_many_tick(house: House, alex: Person) -> None:
    zone = ZoneInfo(alex.zone)
    now = datetime.now(zone)
    midnight = datetime.combine(now.date(), time(), zone)
    due = max(now - timedelta(minutes=20), midnight).replace(second=0, microsecond=0).time()
    every_day = [{"day": day, "start": "09:00:00", "end": "17:00:00"} for day in range(7)]
    with psycopg.connect(house.database_admin_url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(
            f"UPDATE steward.accounts SET connected_at = connected_at - {LONG_AGO} WHERE person = {PERSON}", (ALEX[0],)
        )
        for name, value in (("digest", due.isoformat()), ("hours", every_day)):
            admin.execute(
                f"INSERT INTO steward.preferences VALUES ({PERSON}, %s, %s, 'null', '', now())"
                " ON CONFLICT (person, name) DO UPDATE SET value = excluded.value",
                (ALEX[0], name, Json(value)),
            )
        try:
            house.tick("jobs.digest.digest", "now", "bulk", "now", "bulk")  # several schedulers at once

            async def came() -> str | None:
                texts = [str(m.get("text", "")) for m in await alex.history()]
                return next((text for text in texts if re.search("(?:Good morning|Your day), ", text)), None)

            assert f"{now:%A %-d %B}" in await until(came, what="the digest")
            asked = f"SELECT key, status FROM steward.turns WHERE key LIKE 'digest %%' AND person = {PERSON}"
            assert len(admin.execute(asked, (ALEX[0],)).fetchall()) == 1
        finally:
            admin.execute(f"DELETE FROM steward.preferences WHERE person = {PERSON}", (ALEX[0],))
            admin.execute(
                f"UPDATE steward.accounts SET connected_at = connected_at + {LONG_AGO} WHERE person = {PERSON}",
                (ALEX[0],),
            )


async def test_a_calendar_that_fails_is_named_and_nothing_is_invented(house: House, alex: Person) -> None:
    failing = {"GET /calendar/v3/users/me/calendarList": {"n": 400, "status": 503, "retry_after": 0}}
    await house.google.turn(fail_next=failing)
    answer = await alex.ask("digest")
    assert "I couldn't read the calendar of" in answer.words
    assert "meeting" not in answer.words.partition("Suggested:")[0]
    assert "Free:" not in answer.words
    assert not [label for label in labels(reported(alex, answer)) if label.startswith("Brief me")]


async def test_a_revoked_account_is_named(house: House, alex: Person) -> None:
    personal = ALEX[1]
    accounts = await seen(house.google, ALEX, datetime.now(UTC))
    theirs = {o.title for o in today({personal: accounts[personal]}, ZoneInfo(alex.zone))}
    others = {o.title for o in today({ALEX[0]: accounts[ALEX[0]]}, ZoneInfo(alex.zone))}
    await house.google.turn(revoke_grant=personal)
    answer = await alex.ask("digest")
    assert f"I left out *personal* ({personal})" in answer.words
    assert not [title for title in theirs - others if title in answer.words]
    reconnect = await said(alex, "Reconnect personal", since=answer.asked)
    await allow(links(reconnect)[0], personal)
    await said(alex, "Connected again: *personal*", since=answer.asked)
