"""What following up looks like: whom to remind, whose answers are still awaited, and who waits for the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.cards import counted
from app.domain.reports import Line, Offer, Report, group
from app.domain.tasks import Task
from app.planning.sanitising import visible
from app.skills.drafting import errands as drafting
from app.skills.follow.waiting import Wait
from app.skills.triage.gathering import Inbox

TOGETHER = 3
"""Reminders or replies drafted at one click: more cards at once are no help."""
ONE_BY_ONE = 2
"""Reminders with buttons of their own: two each, and one for all, are a row."""


@dataclass(frozen=True)
class Reminder:
    """Somebody who may be asked again."""

    task: Task
    wait: Wait


@dataclass(frozen=True)
class Followed:
    """Who waits for whom."""

    reminders: tuple[Reminder, ...]
    waiting: tuple[Wait, ...]
    """Answers that it is too early to ask for again."""
    owing: tuple[Wait, ...]
    """Who waits for the person."""
    inbox: Inbox
    working: bool
    """Whether the person works today: only then anybody is reminded."""


def report(found: Followed, *, now: datetime, notes: Sequence[str]) -> Report:
    """The report of who owes whom."""
    due = [reminder.wait for reminder in found.reminders]
    title = "⏰ Time to ask again" if found.working else "⏰ To ask again on your next working day"
    asked = group(f"{title} ({len(due)})", tuple(_numbered(r, now) for r in found.reminders))
    mine = group(f"✍️ They wait for you ({len(found.owing)})", tuple(_line(w, found.inbox, now) for w in found.owing))
    early = group(f"⏳ Still early ({len(found.waiting)})", tuple(_line(w, found.inbox, now) for w in found.waiting))
    groups = [
        asked.model_copy(update={"offers": _nudges(found.reminders) if found.working else ()}),
        mine.model_copy(update={"offers": _replies(found.owing)}),
        early,
    ]
    return Report(
        title="Who owes whom an answer",
        summary=_summary(found),
        groups=tuple(g for g in groups if g.lines),
        notes=tuple(notes),
    )


def _summary(found: Followed) -> str:
    theirs, mine = len(found.reminders), len(found.owing)
    if not (theirs or mine or found.waiting):
        return "Nobody owes anybody an answer, as far as your mail of the last weeks tells."
    parts = [
        f"{counted(theirs, 'answer')} you have waited for long enough to ask again" if theirs else "",
        f"{counted(mine, 'mail')} {'waits' if mine == 1 else 'wait'} for your answer" if mine else "",
    ]
    said = "; ".join(filter(None, parts)) or "Nobody needs a reminder yet"
    return f"{said}."


def _numbered(reminder: Reminder, now: datetime) -> Line:
    found = reminder.task.found
    return Line(
        text=found.title,
        detail=f"#{reminder.task.number} · {found.who} · {_since(reminder.wait, now)}",
        link=found.link,
    )


def _line(wait: Wait, inbox: Inbox, now: datetime) -> Line:
    last = wait.debt.last
    who = last.sender if wait.debt.owed == "by_me" else wait.debt.by[0]
    words = " ".join(visible(last.subject).split()) or "(no subject)"
    return Line(text=words, detail=f"{visible(who.called)} · {_since(wait, now)}", link=inbox.link(last))


def _since(wait: Wait, now: datetime) -> str:
    on = f"{wait.debt.since.astimezone(now.tzinfo):%a %-d %b}"
    return f"{counted(wait.days, 'working day')}, since {on}" if wait.days else f"since {on}"


def _nudges(reminders: Sequence[Reminder]) -> tuple[Offer, ...]:
    offers: list[Offer] = []
    for reminder in reminders[:ONE_BY_ONE]:
        number = reminder.task.number
        offers.append(
            Offer(label=f"Remind {number}", errand=drafting.nudge([reminder.task.found.thread]), primary=not offers)
        )
        offers.append(Offer(label=f"💤 Snooze {number}", errand=f"tasks snooze {number}"))
    if len(reminders) > ONE_BY_ONE:
        some = [reminder.task.found.thread for reminder in reminders[:TOGETHER]]
        offers.append(Offer(label=f"Remind the first {len(some)}", errand=drafting.nudge(some)))
    return tuple(offers)


def _replies(owing: Sequence[Wait]) -> tuple[Offer, ...]:
    some = [f"{w.debt.last.account.name}:{w.debt.last.thread}" for w in owing[:TOGETHER]]
    if not some:
        return ()
    which = (
        "the reply" if len(owing) == 1 else f"replies to the first {len(some)}" if len(owing) > TOGETHER else "replies"
    )
    return (Offer(label=f"Draft {which}", errand=drafting.reply(some)),)
