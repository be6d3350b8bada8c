"""How results are worded: short lists in Slack's markup, made from the tools' JSON and nothing else."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from sandbox.models.planner.conversation import Json
from sandbox.models.planner.people import display_name

CARD = "I've prepared {what} for you to check. Nothing changes until you approve."
MAX_LISTED = 10  # a chat message, not a mailbox


def clean(text: object) -> str:
    """One line without the characters that would end a bold run or start a mention."""
    return re.sub(r"\s+", " ", re.sub(r"[*`<>]", "", str(text or ""))).strip()


def when(value: object) -> str:
    """A date of a tool's answer as one reads it; a text that is no ISO date stays as it came."""
    text = str(value or "").strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return clean(text)
    day = f"{moment:%a} {moment.day} {moment:%b}"
    return day if len(text) <= len("2026-01-01") else f"{day} {moment:%H:%M}"


def count(number: int, noun: str) -> str:
    """A number with its noun: 1 mail, 3 mails."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def mail_line(mail: Json) -> str:
    """One mail of a list; `planner.conversation.listed` reads these lines back."""
    marks = [when(mail.get("date")), clean(mail.get("account"))]
    if mail.get("unread"):
        marks.append("unread")
    tail = ", ".join(mark for mark in marks if mark)
    sender = display_name(str(mail.get("from", ""))).replace(",", "") or "unknown sender"
    line = f"• *{clean(mail.get('subject')) or '(no subject)'}* — {clean(sender)}" + (f", {tail}" if tail else "")
    return line + source(mail.get("thread"))


def source(ref: object) -> str:
    """A reference as it stands behind a statement; code makes a link of it."""
    return f" [{ref}]" if ref else ""


def mail_list(
    results: Sequence[Json],
    *,
    noun: str = "mail",
    plural: str = "",
    none: str = "I found no mail like that.",
    which: str = "newest",
) -> str:
    """All mails of one or more searches, newest first as the tool gave them; `which` of them these are."""
    mails = [mail for result in results for mail in result.get("mails") or ()]
    notes = notes_of(results)
    if not mails:
        return "\n".join([*errors_of(results), *notes]) or none
    shown = mails[:MAX_LISTED]
    counted = _total(results, len(mails))
    head = f"{counted} {noun if counted == '1' else plural or noun + 's'}"
    head += ":" if counted == str(len(shown)) else f", the {which} {len(shown)}:"
    return "\n".join([head, *map(mail_line, shown), *errors_of(results), *notes])


def _total(results: Sequence[Json], listed_mails: int) -> str:
    """How many there are in all: numbers add up, "at least 500" stays what it is."""
    totals = [str(result.get("total") or 0) for result in results]
    numbers = [int(digits[0]) for total in totals if (digits := re.search(r"\d+", total))]
    least = "at least " if any(not total.isdigit() for total in totals) else ""
    return f"{least}{max(sum(numbers), listed_mails)}"


def errors_of(results: Iterable[Json]) -> list[str]:
    """What didn't work, once each, in a sentence."""
    texts = dict.fromkeys(clean(result["error"]) for result in results if result.get("error"))
    return [f"That didn't work: {text.rstrip('.')}." for text in texts]


def notes_of(results: Iterable[Json]) -> list[str]:
    """What the tools want the person to know, such as an account that can't be reached."""
    notes = dict.fromkeys(clean(note) for result in results for note in result.get("notes") or ())
    return [f"_{note.strip('_')}_" for note in notes if note]


def event_line(event: Json) -> str:
    """One event of a list."""
    start, end = str(event.get("start") or ""), str(event.get("end") or "")
    span = when(start) + (" (all day)" if event.get("all_day") else _until(start, end))
    parts = [f"• {span} — *{clean(event.get('title')) or '(no title)'}*"]
    guests = [_guest(guest) for guest in event.get("guests") or ()]
    if guests:
        parts.append("with " + _some(guests))
    if event.get("place"):
        parts.append(f"at {clean(event['place'])}")
    if str(event.get("status") or "confirmed").lower() not in {"confirmed", "accepted"}:
        parts.append(f"({clean(event['status'])})")
    return " ".join(parts) + source(event.get("event"))


def _until(start: str, end: str) -> str:
    try:
        first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    except ValueError:
        joint = "–" if re.fullmatch(r"\d{1,2}:\d{2}", end) else " to "
        return f"{joint}{clean(end)}" if end else ""
    return f"–{last:%H:%M}" if first.date() == last.date() else f" to {when(end)}"


def _guest(guest: object) -> str:
    if isinstance(guest, dict):
        return clean(guest.get("name") or guest.get("email"))
    return clean(display_name(str(guest)))


def _some(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def event_list(result: Json, *, phrase: str) -> str:
    """The events of one answer under the phrase the person used."""
    events = list(result.get("events") or ())
    notes = notes_of([result])
    if result.get("error"):
        return "\n".join([*errors_of([result]), *notes])
    if not events:
        return "\n".join([f"Nothing is on your calendar {phrase}.", *notes])
    shown = events[:MAX_LISTED]
    more = [f"… and {len(events) - len(shown)} more."] if len(events) > len(shown) else []
    clashes = [f"⚠ {clean(conflict)}" for conflict in result.get("conflicts") or ()]
    return "\n".join([f"On your calendar {phrase}:", *map(event_line, shown), *more, *clashes, *notes])


def joined(names: Sequence[str]) -> str:
    """Names as one lists them: Dana, Tom and Sara."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
