"""Prepare me for a meeting: every fact compared with what Google holds, and nothing invented where a source is gone."""

from datetime import UTC, datetime, timedelta
from email.utils import getaddresses
from zoneinfo import ZoneInfo

from tests.acceptance.house import House
from tests.acceptance.offers import reported
from tests.acceptance.people import ALEX, Person
from tests.acceptance.stand_ins import Mail
from tests.acceptance.workflows.seen import AccountSeen, Occurrence, seen

AHEAD = timedelta(days=28)
BULK = ("list-id", "list-unsubscribe", "precedence", "auto-submitted")


def coming(accounts: dict[str, AccountSeen]) -> list[Occurrence]:
    """Meetings ahead, by start."""
    now = datetime.now(UTC)
    found = [o for account in accounts.values() for o in account.primary if o.busy and not o.all_day]
    found = [o for o in found if o.kind == "default" and now < o.end < now + AHEAD and o.people - {*ALEX}]
    return sorted(found, key=lambda o: o.start)


def addresses(mail: Mail, *names: str) -> set[str]:
    return {email.lower() for _, email in getaddresses([mail.header(name) for name in names]) if email}


def dated(at: datetime) -> str:
    """A day as a briefing says it: with its year only if that isn't this one."""
    return f"{at:%a %-d %b}" if at.year == datetime.now(at.tzinfo).year else f"{at:%a %-d %b %Y}"


def last_mail(accounts: dict[str, AccountSeen], email: str) -> datetime | None:
    """When there was mail with somebody last, what was sent to many or by a calendar left out."""
    mails = [m for account in accounts.values() for m in account.mails.values()]
    mails = [m for m in mails if "calendar" not in m.header("Sender")]
    mails = [m for m in mails if not any(m.header(name) for name in BULK) and not m.labels & {"DRAFT", "SPAM", "TRASH"}]
    return max((m.received for m in mails if email in addresses(m, "From", "To", "Cc")), default=None)


async def test_the_next_meeting_with_its_people_and_their_last_mail(house: House, alex: Person) -> None:
    accounts = await seen(house.google, ALEX, datetime.now(UTC))
    following, zone = coming(accounts)[0], ZoneInfo(alex.zone)
    answer = await alex.ask("brief")
    assert f"Briefing: {following.title}" in answer.words
    starts = following.start.astimezone(zone)
    assert f"{dated(starts)}, {starts:%H:%M}" in answer.words
    others = following.people - {*ALEX}
    last = {email: last_mail(accounts, email) for email in others}
    for at in filter(None, last.values()):
        assert f"last mail {dated(at.astimezone(zone))}" in answer.words
    assert answer.words.count("no mail with them") == sum(at is None for at in last.values())


async def test_whatever_is_quoted_stands_in_a_mail_or_the_event(house: House, alex: Person) -> None:
    accounts = await seen(house.google, ALEX, datetime.now(UTC))
    answer = await alex.ask("brief")
    texts = [" ".join(m.text.split()) for account in accounts.values() for m in account.mails.values()]
    for account in ALEX:
        texts += [" ".join(e.get("description", "").split()) for e in (await house.google.events(account)).values()]
    said = answer.words.partition("What was said lately")[2].rpartition("Documents")[0]
    assert "What to talk about" in said
    quotes = [part.partition("”")[0].rstrip("…").strip() for part in said.split("“")[1:]]
    assert [quote for quote in quotes if not any(quote in text for text in texts)] == []


async def test_the_events_files_are_documents(house: House, alex: Person) -> None:
    start = datetime.now(UTC) + timedelta(days=2)
    drive = "https://drive.google.com/file/d/1budget/view"
    event = {
        "summary": "Cellar review",
        "start": {"dateTime": start.isoformat()},
        "end": {"dateTime": (start + timedelta(hours=1)).isoformat()},
        "organizer": {"email": ALEX[0], "self": True},
        "attendees": [{"email": "robin@vale.example", "responseStatus": "accepted"}],
        "attachments": [
            {"title": "Budget of the cellar", "fileUrl": drive},
            {"title": "Plan of the cellar", "fileUrl": "https://files.vale.example/plan?who=alex"},
        ],
    }
    await house.google.turn(event_made={"account": ALEX[0], "event": event})
    answer = await alex.ask("Brief me for the Cellar review")
    assert "Briefing: Cellar review" in answer.words
    documents = answer.words.partition("Documents")[2]
    assert "Budget of the cellar" in documents
    assert drive in documents
    assert "Plan of the cellar · a file of the event, whose address isn't Google's" in documents
    assert "files.vale.example" not in answer.words


async def test_mail_that_fails_is_named_and_nothing_is_invented(house: House, alex: Person) -> None:
    await house.google.turn(fail_next={"GET /gmail/v1/users/*/messages": {"n": 400, "status": 503, "retry_after": 0}})
    answer = await alex.ask("brief")
    assert answer.state == "ended"
    assert "I couldn't read the mail of" in answer.words
    assert "last mail" not in answer.words
    assert "No information: no mail with these people on this topic." in answer.words
    assert reported(alex, answer)
