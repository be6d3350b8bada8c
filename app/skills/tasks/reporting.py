"""What the tasks look like: by quadrant, each with its number, source and evidence, and what to do about them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.cards import counted
from app.domain.reports import Group, Line, Offer, Report, group
from app.domain.tasks import Task
from app.planning.eisenhower import Placed, Quadrant
from app.skills.tasks.board import Board, minutes

SIGNS = {Quadrant.DO: "🔴", Quadrant.SCHEDULE: "🗓️", Quadrant.DELEGATE: "🤝", Quadrant.LATER: "⚪"}
MENU = {
    Quadrant.DO: "Do it now",
    Quadrant.SCHEDULE: "It isn't urgent",
    Quadrant.DELEGATE: "Somebody else can do it",
    Quadrant.LATER: "Later, or not at all",
}
"""What the menu beside a task says to put it there."""
OPEN_LINES = 8
SPOKEN = (
    ("tasks add call the bank by Friday", "note something down"),
    ("tasks add! 30 min call with the bank", "the same for what matters"),
    ("tasks done 3", "it's done, or needs no doing"),
    ("tasks snooze 3", "not before the next working day"),
    ("tasks move 3 later", "to do, schedule, delegate or later; I keep to it"),
)
"""What can be said, with what it does."""

Some = Sequence[tuple[Task, Placed]]


def report(board: Board, *, now: datetime, notes: Sequence[str]) -> Report:
    """The report of all tasks."""
    groups = [_group(quadrant, some, now) for quadrant in Quadrant if (some := board.of(quadrant))]
    words = Group(title="In words", lines=tuple(Line(text=w, detail=d) for w, d in SPOKEN), folded=True)
    number = len(board.tasks)
    return Report(
        title=f"Your tasks: {number:,} open" if number else "Your tasks: none",
        summary=summary(board),
        groups=(*groups, words),
        notes=tuple(notes),
    )


def summary(board: Board) -> str:
    """The board in a sentence or two."""
    asleep = f" {counted(board.asleep, 'task sleeps', 'tasks sleep')} until their day." if board.asleep else ""
    if board.asleep == 1:
        asleep = " One task sleeps until its day."
    if not board.tasks:
        return f"Nothing waits for you in mail or calendar, and you noted nothing.{asleep}"
    now, rest = board.of(Quadrant.DO), len(board.tasks) - len(board.of(Quadrant.DO))
    if not now:
        return f"Nothing is urgent: {counted(rest, 'task')} can wait.{asleep}"
    length = f", about {counted(minutes(now), 'minute')}" if minutes(now) else ""
    others = f"; {counted(rest, 'other')} can wait" if rest else ""
    return f"{counted(len(now), 'task')} to do now{length}{others}.{asleep}"


def _group(quadrant: Quadrant, some: Some, now: datetime) -> Group:
    lines = tuple(
        line(task, placed, now).model_copy(update={"choices": _choices(task.number, quadrant)}) for task, placed in some
    )
    return group(f"{SIGNS[quadrant]} {quadrant.words} ({len(some)})", lines, most=OPEN_LINES)


def _choices(number: int, quadrant: Quadrant) -> tuple[Offer, ...]:
    """As many as a menu holds."""
    return (
        Offer(label="✓ Done", errand=f"tasks done {number}"),
        Offer(label="💤 Snooze", errand=f"tasks snooze {number}"),
        *(
            Offer(label=f"{SIGNS[to]} {words}", errand=f"tasks move {number} {to.value}")
            for to, words in MENU.items()
            if to is not quadrant
        ),
    )


def line(task: Task, placed: Placed, now: datetime) -> Line:
    """A task with what is known of it."""
    found = task.found
    parts = [
        f"#{task.number}",
        found.who,
        f"due {day(found.due, now)}" + (f" (“{found.words}”)" if found.words else "") if found.due else "",
        f"meeting {day(found.meeting, now)}" if found.meeting else "",
        f"{found.minutes} min" if found.minutes else "",
        ", ".join(placed.reasons),
    ]
    return Line(text=found.title, detail=" · ".join(filter(None, parts)), link=found.link)


def day(at: datetime, now: datetime) -> str:
    """An instant as a person says it, on the clock of `now`; midnight is the end of the day before."""
    local = at.astimezone(now.tzinfo)
    whole = (local.hour, local.minute) == (0, 0)
    shown = local - timedelta(days=1) if whole else local
    away = (shown.date() - now.date()).days
    date = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(away, f"{shown:%a %-d %b}")
    return date if whole else f"{date} {local:%H:%M}"
