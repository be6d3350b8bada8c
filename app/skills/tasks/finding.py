"""Tasks that stand in mail and calendars: what is asked of the person, and meetings they have to get ready for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from app.domain.busy import is_meeting, takes_time
from app.domain.mailboxes import SENT
from app.domain.sorting import Key, Opinion
from app.domain.tasks import LONGEST, Found, Source, Task
from app.domain.types import Email, Event
from app.planning.owing import debt
from app.planning.sanitising import visible
from app.planning.signals import ASIDE, Category, Signals, Verdict, signals, weigh
from app.skills.triage.gathering import Inbox
from app.skills.triage.judging import placed

BACK = timedelta(days=14)
"""How old the mails are that new tasks are found in: what lay longer has become something else."""
READY = 15
"""Minutes for getting ready for a meeting, as long as nobody says better."""
MATTER = {Category.URGENT_ACTION, Category.IMPORTANT_READ}


def in_mail(inbox: Inbox, said: Mapping[Key, Opinion], now: datetime) -> list[Found]:
    """One task for each thread that asks something of the person and that they haven't answered since. `said` has
    what a model said of the mails in a triage, where there was one."""
    found = (_asked(inbox, mails, said, now) for mails in inbox.threads)
    return [task for task in found if task is not None]


def _asked(inbox: Inbox, mails: Sequence[Email], said: Mapping[Key, Opinion], now: datetime) -> Found | None:
    ordered = sorted(mails, key=lambda m: m.received)
    last = ordered[-1]
    if SENT in last.labels or last.sender.email.lower() in inbox.circle.own:
        return None
    seen = signals(last, "", inbox.circle)
    plain = weigh(seen, now)
    found = placed(last, plain, said.get((last.account.id, last.id)))
    category = Category(found.category)
    owed = debt(ordered, inbox.circle.own)
    asks = seen.deadline is not None or bool(seen.pressing) or (seen.question and owed is not None)
    if category in ASIDE or not (asks or category in MATTER):
        return None
    answered = next((m.id for m in reversed(ordered) if SENT in m.labels), "")
    return _task(last, seen, plain, waits=asks and owed is not None).model_copy(
        update={
            "key": f"{Source.MAIL}:{last.account.id}:{last.thread}:{answered}",
            "link": inbox.link(last),
            "minutes": found.minutes,
        }
    )


def _task(mail: Email, seen: Signals, plain: Verdict, *, waits: bool) -> Found:
    return Found(
        key=mail.id,
        source=Source.MAIL,
        title=worded(mail.subject) or "(no subject)",
        account=mail.account.id,
        thread=f"{mail.account.name}:{mail.thread}",
        who=worded(mail.sender.called),
        since=mail.received,
        due=seen.deadline.at if seen.deadline else None,
        words=worded(seen.deadline.words) if seen.deadline else "",
        minutes=plain.minutes,
        priority=seen.priority,
        waiting=int(waits),
        copied=seen.copied,
        pressing=worded(seen.pressing),
    )


def in_calendars(inbox: Inbox) -> list[Found]:
    """One task for each meeting to come that the person has to get ready for."""
    return [_ready(event) for event in inbox.events if needs_preparation(event, inbox.circle.own)]


def needs_preparation(event: Event, own: frozenset[str]) -> bool:
    """Whether its owner had better get ready for it: they called it themself, or somebody from elsewhere comes; a
    meeting that repeats only for the latter."""
    if not (is_meeting(event) and takes_time(event) and event.guests):
        return False
    homes = {_host(email) for email in own}
    strangers = any(_host(p.email) not in homes for p in (event.organizer, *event.guests) if p.email)
    return strangers or (event.mine and not event.series)


def _ready(event: Event) -> Found:
    others = [p.called for p in (event.guests if event.mine else (event.organizer,))]
    return Found(
        key=f"{Source.EVENT}:{event.account.id}:{event.calendar}:{event.id}",
        source=Source.EVENT,
        title=f"Get ready for {worded(event.title) or 'a meeting'}",
        link=event.link,
        account=event.account.id,
        who=worded(", ".join(filter(None, others[:2]))) + (" and others" if len(others) > 2 else ""),
        meeting=event.start,
        minutes=READY,
    )


def over(tasks: Iterable[Task], inbox: Inbox, now: datetime) -> list[int]:
    """The numbers of the tasks that have settled themselves: the mail was answered, the meeting has begun."""
    answered: dict[Key, datetime] = {}
    for mail in inbox.sent:
        key = (mail.account.id, mail.thread)
        answered[key] = max(answered.get(key, mail.received), mail.received)
    return [task.number for task in tasks if _over(task.found, answered, now)]


def _over(found: Found, answered: Mapping[Key, datetime], now: datetime) -> bool:
    if found.meeting is not None:
        return found.meeting <= now
    place = found.conversation
    if found.source is not Source.MAIL or place is None or found.since is None:
        return False
    at = answered.get(place)
    return at is not None and at > found.since


def _host(email: str) -> str:
    return email.lower().rpartition("@")[2]


def worded(text: str) -> str:
    """What somebody else wrote as a title or name, on one line."""
    return " ".join(visible(text).split())[:LONGEST]
