"""The answer to a question that was asked: who is meant, which time, which event, which slot."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self, runtime_checkable

from sandbox.models.planner.choosing import Choice
from sandbox.models.planner.conversation import Call
from sandbox.models.planner.filters import Filter
from sandbox.models.planner.intents.events import ChangeEvents
from sandbox.models.planner.intents.schedule import Schedule
from sandbox.models.planner.intents.slots import FindSlot
from sandbox.models.planner.invitation import Invitation
from sandbox.models.planner.people import ABOVE, ADDRESS, is_relation, names_at, role_of
from sandbox.models.planner.scan import ORDINALS, Scan, rx
from sandbox.models.planner.steps import TIMES_ASKED, Context, Intent, Outcome, Steps, one
from sandbox.models.planner.times import Moment, take_moment
from sandbox.models.planner.wording import without_closing, without_opening

NOON = 12
_HALF = rx(r"\b(?:(?P<late>pm|afternoon|evening|later)|am|morning|earlier)\b")
_HOUR = re.compile(r"\b(\d{1,2}):\d{2}")
_CHOICE_LINE = re.compile(rf"^\s*[•*-]\s*(?P<name>[^\n]*?)\W*(?P<email>{ADDRESS})\W*$", re.MULTILINE)
_WHICH_ASKED = re.compile(
    r"^(?:Which (?P<name>.+?) do you mean\?|Who (?:is|are) your (?P<role>.+?)\?|Who is in the (?P<team>.+?)\?)",
    re.MULTILINE,
)
_IT_IS = rx(r"^(?:it's|it is|that's|that is|that would be|she's|he's)\s+")
_NO_ADDRESS = re.compile(r"(?:couldn't find an address for|What is the address of) (?P<name>[^.(?]+)")
_EVENT_ASKED = re.compile(r"^Which one should I \w+\?", re.MULTILINE)
_OPTION = re.compile(r"^•\s*(?P<option>.+?)(?:\s*\[[^\]]*\])?\s*$", re.MULTILINE)
_BOOK = rx(
    r"^(?:(?:ok|okay|yes|great|good|perfect|please|then|let's)[ ,]+)*(?:book|take|use|schedule|reserve|go (?:with"
    r"|for)|pick|choose|make it|set(?: it)? up (?:for|at|on)|do|i'll take|let's (?:do|take|go with)|put it (?:in"
    r"|at|on)|create (?:it|the event) (?:for|at|in)|arrange)?\s*"
    r"(?:it\s+)?(?:(?:for|in|at|on)\s+)?(?:the\s+)?(?P<which>first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th"
    r"|last|best|earliest|top|latest)?\s*(?:one|slot|option|time|suggestion)?(?P<more>.*)$"
)
_BOOK_IT = rx(
    r"^(?:(?:ok|okay|yes|great|please|then)[ ,]+)*(?:book|take|use|schedule|reserve) (?:it|that|this)(?: one"
    r"| slot)?\b"
)


@runtime_checkable
class AboutPeople(Protocol):
    """A request that can be had again with the people meant in a name's place."""

    def for_people(self, name: str, emails: tuple[str, ...]) -> Intent:
        """The same request."""


@dataclass(frozen=True)
class Kept(Intent):
    """A request that goes on once who somebody is has been kept."""

    role: str
    names: tuple[str, ...]
    intent: Intent

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        del text, context
        return None

    def steps(self) -> Steps[Outcome]:
        result = yield from one(Call("find_person", {"name": role_of(self.role), "save": list(self.names)}))
        if options := tuple(map(str, result.get("options") or ())):
            return Outcome(f"Which {' and '.join(self.names)} do you mean?", options=options)
        return (yield from self.intent.steps())

    @property
    def person(self) -> str:
        return self.intent.person


def answered(message: str, context: Context) -> Intent | None:
    """The request before, with what this message answers to the question it ended in; None if it answers none."""
    last = context.before[-1] if context.before else None
    if last is None:
        return None
    short = without_closing(without_opening(message))
    return _person(message, last, context) or _time(message, last, context) or _event(short, last, context)


def _person(message: str, last: Intent, context: Context) -> Intent | None:
    """The answer to "Which Dana do you mean?": an ordinal, part of a name, or addresses."""
    asked = _WHICH_ASKED.search(context.answer)
    found = asked or _NO_ADDRESS.search(context.answer)
    if not found:
        return None
    groups = found.groupdict()
    role = groups.get("role") or groups.get("team") or ""
    name = f"my {role}" if groups.get("role") else f"the {role}" if role else str(groups["name"]).strip()
    typed = tuple(dict.fromkeys(re.findall(ADDRESS, message)))
    options = [(line["name"], line["email"]) for line in _CHOICE_LINE.finditer(context.answer)]
    picked = picked_of(message, options)
    emails = typed or ((picked,) if picked else ())
    if emails:
        return with_people(last, _named(last, name), emails)
    names, rest = names_at(_IT_IS.sub("", without_closing(without_opening(message))))
    if role and names and not rest.strip(" .!?") and len(message.split()) <= 8:
        return Kept(_named(last, name), tuple(names), last)
    return None


def _named(intent: Intent, name: str) -> str:
    """The role as the request itself said it ("our manager")."""
    said = str(intent)
    bare = re.sub(r"^(?:my|the)\s+", "", name)
    found = re.search(rf"(?:my|our|the) {re.escape(bare)}|'({re.escape(bare)})'", said, re.IGNORECASE)
    if not found and (above := ABOVE.search(said)) and role_of(name) == role_of(above[0]):
        return above[0]
    return (found[1] or found[0]) if found and is_relation(found[0]) else name


def with_people(intent: Intent, name: str, emails: tuple[str, ...]) -> Intent | None:
    """The request with these people in the name's place."""
    if isinstance(intent, Schedule):
        return intent.for_people(name, emails)
    if isinstance(intent, AboutPeople):
        return intent.for_people(name, emails)
    which = getattr(intent, "which", None)
    if not isinstance(which, Filter):
        return None
    senders = tuple(e for one in which.senders for e in (emails if one.lower() == name.lower() else (one,)))
    return replace(intent, which=replace(which, senders=senders))  # type: ignore[type-var]


def _time(message: str, last: Intent, context: Context) -> Intent | None:
    """The answer to "Which do you mean?" about times: an ordinal, a half of the day, or part of the time itself."""
    if TIMES_ASKED not in context.answer or not isinstance(last, Schedule):
        return None
    options = re.findall(r"^•\s*(.+)$", context.answer, re.MULTILINE)
    half = _HALF.search(message)
    late = [option for option in options if (hour := _HOUR.search(option)) and int(hour[1]) >= NOON]
    early = [option for option in options if option not in late]
    fitting = (late if half["late"] else early) if half else []
    meant = fitting[0] if len(fitting) == 1 else picked_of(message, [(option, option) for option in options])
    return last.at(meant) if meant else None


def _event(message: str, last: Intent, context: Context) -> Intent | None:
    """The answer to "Which one should I cancel?": the one of these words or in this place of the list."""
    if not isinstance(last, ChangeEvents) or not _EVENT_ASKED.search(context.answer):
        return None
    options = [found["option"] for found in _OPTION.finditer(context.answer)]
    meant = picked_of(message, [(option, option) for option in options])
    title = re.search(r"— \*?(?P<title>[^*\n]+?)\*?(?: with | at | \(|$)", meant) if meant else None
    if not title:
        return None
    moment = take_moment(Scan(meant))
    start = moment.day if moment else last.choice.start
    return replace(last, choice=Choice(start or last.choice.start, title["title"].strip(), "", last.choice.account))


def booked(message: str, context: Context) -> Intent | None:
    """Booking one of the free slots that were listed."""
    last = context.before[-1] if context.before else None
    message = without_closing(without_opening(message))
    if not isinstance(last, FindSlot):
        return None
    found = _BOOK.match(message)
    if not found or not (found["which"] or _BOOK_IT.match(message)):
        return None
    options = [line.partition(" — ")[0] for line in _OPTION.findall(context.answer)]
    if not options:
        return None
    place = {"best": 0, "earliest": 0, "top": 0, "latest": -1}.get((found["which"] or "").lower())
    place = ORDINALS.get((found["which"] or "first").lower(), 0) if place is None else place
    if not -len(options) <= place < len(options):
        return None
    start = options[place].partition("–")[0]
    called = rx(r"\b(?:as|called|titled|named|for)\s+(?:a |an |the |our )?\"?(?P<title>[^\"]+?)\"?$").search(
        found["more"] or ""
    )
    title = called["title"] if called else last.title
    event = Invitation(
        title=title[:1].upper() + title[1:] if title else "",
        guests=last.people,
        moment=Moment(said=start.strip()),
        minutes=last.minutes,
        account=last.account,
    )
    return Schedule(event)


def picked_of(message: str, options: Sequence[tuple[str, str]]) -> str:
    """The option that an ordinal or most of the words name; empty when it could be several."""
    words = set(re.findall(r"[\w'-]+", message.lower()))
    for word, place in ORDINALS.items():
        if word in words and -len(options) <= place < len(options):
            return options[place][1]
    scores = [(len(words & set(re.findall(r"[\w'-]+", f"{name} {value}".lower()))), value) for name, value in options]
    best = sorted(scores, reverse=True)[:2]
    return best[0][1] if best and best[0][0] and (len(best) == 1 or best[0][0] > best[1][0]) else ""
