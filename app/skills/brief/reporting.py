"""What a briefing shows, each line with its source; what isn't known is said."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.domain.cards import counted, dayed, when
from app.domain.reports import MAX_OFFERS, Group, Line, Offer, Report, group
from app.domain.types import Email, Event
from app.planning.sanitising import unlinked, urls, visible
from app.skills.brief.finding import reference
from app.skills.brief.gathering import Facts, Open, Person, Said
from app.skills.brief.judging import Judged, Point, Proven
from app.skills.drafting import errands as drafting

NOTHING = "No information"
PURPOSE = 400
"""Characters of an event's notes that are shown."""
WORDS = 180
"""Characters of what somebody said."""
MOST_SAID = 5
SOON = 120
"""Minutes before a meeting from which they are counted."""
DRAFTS = 2
"""Replies offered: the briefing is about the meeting."""
_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<(?:br|/li|/?p|/?ul|/?ol)\b[^<>]*>", re.IGNORECASE)
"""Where Google Calendar's descriptions, which are HTML, begin a new line."""
_BULLET = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
_ITEM = re.compile(r"^[ \t]*(?:[-*•–]|\d{1,2}[.)])[ \t]+(\S.*)$", re.MULTILINE)
_ANSWER = {
    "accepted": "comes",
    "declined": "doesn't come",
    "tentative": "may come",
    "needsAction": "hasn't answered",
}

Linked = Callable[[Email], str]


def report(facts: Facts, judged: Judged, *, zone: str, now: datetime, link: Linked, notes: Sequence[str]) -> Report:
    """The briefing."""
    event, now = facts.event, now.astimezone(ZoneInfo(zone))
    groups = (
        Group(title="What it is about", lines=_purpose(event)),
        group("Who takes part", _people(facts, now, link)),
        group("Waiting between you", _waits(facts, now, link)),
        group("What was said lately", _said(facts, now, link), most=MOST_SAID),
        group("Decisions", _proven(judged.decisions, now, link) or _none("no decision in these mails")),
        group("Open questions", _questions(facts, judged, now, link)),
        _agenda(facts, judged, now, link),
        group("Documents", _documents(facts, link) or _none("no file in these mails or the event, and no link")),
    )
    unjudged = "The model gave no usable answer: decisions are missing, and open questions are only those that wait."
    return Report(
        title=f"Briefing: {_title(event)}",
        summary=_summary(facts, zone, now),
        groups=groups,
        notes=(*notes, *(() if judged.usable else (unjudged,))),
        offers=_offers(facts),
    )


def choice(found: Sequence[Event], *, words: str, zone: str, now: datetime, notes: Sequence[str]) -> Report:
    """Several meetings could be meant, or none: the ones there are, to choose from."""
    lines = tuple(
        Line(text=_title(e), detail=when(e.start, e.end, zone, now=now), link=e.link) for e in found[:MAX_OFFERS]
    )
    said = "".join(f" by “{' '.join(visible(words).split())}”") if words else ""
    return Report(
        title="Which meeting?",
        summary=f"I don't know which meeting you mean{said}.",
        groups=(Group(title="These come", lines=lines),) if lines else (),
        notes=tuple(notes),
        offers=tuple(
            Offer(label=f"{_title(e)}, {e.start.astimezone(ZoneInfo(zone)):%a %H:%M}", errand=f"brief {reference(e)}")
            for e in found[:MAX_OFFERS]
        ),
    )


def _title(event: Event) -> str:
    return " ".join(visible(event.title).split()) or "(no title)"


def _plain(text: str, most: int) -> str:
    words = " ".join(unlinked(text, typed="").split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _none(why: str, link: str = "") -> tuple[Line, ...]:
    return (Line(text=f"{NOTHING}: {why}.", link=link),)


def _summary(facts: Facts, zone: str, now: datetime) -> str:
    event = facts.event
    left = int((event.start - now).total_seconds() // 60)
    soon = f", in {counted(left, 'minute')}" if 0 < left <= SOON else ""
    soon = ", running now" if event.start <= now < event.end else soon
    with_ = f" With {counted(len(facts.people) + facts.more, 'other', 'others')}." if facts.people else ""
    place = f" At {_plain(event.place, 80)}." if event.place else ""
    return f"{when(event.start, event.end, zone, all_day=event.all_day, now=now)}{soon}.{with_}{place}"


def _purpose(event: Event) -> tuple[Line, ...]:
    notes = _plain(_TAG.sub(" ", event.notes), PURPOSE)
    return (Line(text=notes, link=event.link),) if notes else _none("the event has no description", event.link)


def _people(facts: Facts, now: datetime, link: Linked) -> tuple[Line, ...]:
    lines = tuple(_person(person, now, link) for person in facts.people)
    more = (Line(text=f"… and {counted(facts.more, 'other', 'others')}, not looked up"),) if facts.more else ()
    return (*lines, *more) or _none("the event names nobody else", facts.event.link)


def _person(person: Person, now: datetime, link: Linked) -> Line:
    parts = [_ANSWER.get(person.answer, person.answer)]
    parts.append(f"{_plain(person.role, 60)} (their signature)" if person.role else "")
    parts.append(f"last mail {_day(person.last.received, now)}" if person.last else "no mail with them")
    parts.append(f"last met {_day(person.met.start, now)}" if person.met else "")
    source = link(person.last) if person.last else person.met.link if person.met else ""
    return Line(text=_plain(person.address.called, 80), detail=" · ".join(filter(None, parts)), link=source)


def _day(at: datetime, now: datetime) -> str:
    return dayed(at.astimezone(now.tzinfo), now)


def _subject(mail: Email) -> str:
    return _plain(mail.subject, 100) or "(no subject)"


def _waits(facts: Facts, now: datetime, link: Linked) -> tuple[Line, ...]:
    return tuple(_waiting(each, now, link) for each in facts.open) or _none("nothing waits for an answer")


def _waiting(open_: Open, now: datetime, link: Linked) -> Line:
    owed = open_.debt
    said = f"you wait for {', '.join(_plain(a.called, 60) for a in owed.by[:2])}"
    if owed.owed == "by_me":
        said = f"{_plain(owed.last.sender.called, 60)} waits for your answer"
    return Line(text=_subject(owed.last), detail=f"{said} since {_day(owed.since, now)}", link=link(owed.last))


def _said(facts: Facts, now: datetime, link: Linked) -> tuple[Line, ...]:
    threads: dict[str, Said] = {}
    for said in facts.said:
        threads.setdefault(said.mail.email.thread, said)
    lines = tuple(_saying(said, now, link) for said in threads.values())
    return lines or _none("no mail with these people on this topic")


def _saying(said: Said, now: datetime, link: Linked) -> Line:
    mail = said.mail.email
    detail = f"{_plain(mail.sender.called, 60)}, {_day(mail.received, now)} · {_subject(mail)}"
    return Line(text=f"“{_plain(said.own, WORDS)}”", detail=detail, link=link(mail))


def _proven(found: Iterable[Proven], now: datetime, link: Linked) -> tuple[Line, ...]:
    return tuple(_evidence(each.text, each.quote, each.source.mail.email, now, link) for each in found)


def _evidence(text: str, quote: str, mail: Email, now: datetime, link: Linked) -> Line:
    said = f"{_plain(mail.sender.called, 60)}, {_day(mail.received, now)}"
    detail = f"“{quote}” · {said}" if quote.casefold() != text.casefold() else said
    return Line(text=text, detail=detail, link=link(mail))


def _questions(facts: Facts, judged: Judged, now: datetime, link: Linked) -> tuple[Line, ...]:
    """Those that wait for an answer, found by code, and those that the model found and proved."""
    lines = {
        q.casefold(): _evidence(_plain(q, WORDS), q, o.debt.last, now, link) for o in facts.open for q in o.questions
    }
    for each in judged.questions:
        if not any(each.quote.casefold() in known or known in each.quote.casefold() for known in lines):
            lines[each.quote.casefold()] = _evidence(each.text, each.quote, each.source.mail.email, now, link)
    return tuple(lines.values()) or _none("no open question in these mails")


def _agenda(facts: Facts, judged: Judged, now: datetime, link: Linked) -> Group:
    """What the model proposes and bears out; else what code finds open, and what the event's description lists."""
    if judged.agenda:
        points = tuple(_point(point, facts.event, now, link) for point in judged.agenda)
        return Group(title="What to talk about", lines=points)
    told = "in the event's description"
    listed = [Line(text=words, detail=told, link=facts.event.link) for words in _listed(facts.event.notes)]
    # What exactly was asked stands right above.
    waits = [_topic(each.debt.last, now, link) for each in facts.open]
    found = (*listed, *waits)[:MAX_OFFERS]
    title = "What to talk about (what is listed and open)" if found else "What to talk about"
    return Group(title=title, lines=found or _none("nothing to build a proposal on"))


def _point(point: Point, event: Event, now: datetime, link: Linked) -> Line:
    if point.source is not None:
        return _evidence(point.text, point.quote, point.source.mail.email, now, link)
    quoted = f"“{point.quote}” · " if point.quote.casefold() != point.text.casefold() else ""
    return Line(text=point.text, detail=f"{quoted}in the event's description", link=event.link)


def _topic(mail: Email, now: datetime, link: Linked) -> Line:
    detail = f"{_plain(mail.sender.called, 60)}, {_day(mail.received, now)}"
    return Line(text=_subject(mail), detail=detail, link=link(mail))


def _listed(notes: str) -> list[str]:
    """The points of a list in an event's description."""
    found = _ITEM.findall(_BREAK.sub("\n", _BULLET.sub("\n- ", notes)))
    return list(filter(None, (_plain(_TAG.sub(" ", item), WORDS) for item in found)))


def _documents(facts: Facts, link: Linked) -> tuple[Line, ...]:
    files: dict[str, Line] = {}
    for said in facts.said:
        for each in said.mail.attachments:
            mail = said.mail.email
            detail = f"{_plain(mail.sender.called, 60)} · {_subject(mail)}"
            files.setdefault(each.shown, Line(text=_plain(each.shown, 120), detail=detail, link=link(mail)))
    for document in facts.event.attachments:
        where = "a file of the event" if document.link else "a file of the event, whose address isn't Google's"
        named = Line(text=_plain(document.title, 120) or "(no title)", detail=where, link=document.link)
        files.setdefault(document.link or document.title, named)
    hosts = dict.fromkeys(filter(None, map(_host, sorted(urls(facts.event.notes)))))
    told = [
        Line(text=f"A link to {host}", detail="in the event's description", link=facts.event.link) for host in hosts
    ]
    return (*files.values(), *told)


def _host(url: str) -> str:
    try:
        return visible(urlsplit(url if "://" in url else f"//{url}").hostname or "")
    except ValueError:
        return ""


def _offers(facts: Facts) -> tuple[Offer, ...]:
    mine = [o.debt.last for o in facts.open if o.debt.owed == "by_me"][:DRAFTS]
    return tuple(
        Offer(
            label=f"Reply to {_plain(mail.sender.called, 30)}: {_subject(mail)}",
            errand=drafting.reply([f"{mail.account.name}:{mail.thread}"]),
        )
        for mail in mine
    )
