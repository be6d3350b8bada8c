"""Which events a sentence means: all meetings of a span, or the one of a name, a person or an hour."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.models.planner.answers import clean, event_line
from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import take_account, tidy_topic
from sandbox.models.planner.people import PRONOUNS, RELATIONS, names_at
from sandbox.models.planner.scan import MARK, Scan, rx
from sandbox.models.planner.steps import Context, Outcome, Steps, one
from sandbox.models.planner.targets import pointed_at
from sandbox.models.planner.times import take_moment

AHEAD = "in 60 days"  # how far an event named without a day is looked for
KIND = (
    r"(?:meetings?|calls?|events?|appointments?|invitations?|invites?|sessions?|syncs?|stand-?ups?|1[:-]1s?"
    r"|one[- ]on[- ]ones?|"
    r"workshops?|reviews?|interviews?|lunch(?:es)?|dinners?|entry|entries|bookings?|slots?|commitments?"
    r"|obligations?|engagements?)"
)
_PLURAL = rx(
    r"\b(?:all|every|everything|each|any|whatever|both|whole|entire|rest of|remaining|calendar|agenda|schedule|day)\b"
    r"|\b(?:meetings|calls|events|appointments|invitations|invites|commitments|sessions|entries|bookings|stuff"
    r"|things|engagements|obligations)\b"
)
_CLOCK = rx(r"\b(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s*(?P<half>am|pm)?(?:\s*o'?clock)?\b")
# What says nothing about which; a stand-up, a review or a lunch is part of a title.
_ANY_KIND = (
    r"(?:meetings?|calls?|events?|appointments?|invitations?|invites?|entry|entries|bookings?|slots?|commitments?|"
    r"obligations?|engagements?)"
)
_DULL = rx(
    r"\b(?:all|my|mine|our|the|an?|of|that|this|those|these|any|every|each|everything|whatever|whole|entire|rest"
    r"|remaining|both|whichever|"
    rf"{_ANY_KIND}|calendars?|agenda|schedule|stuff|things?|one|ones|on|in|at|for|from|i|i've|have|has|there|are|is|it"
    r"|them|which|what|s|'s|"
    r"planned|scheduled|booked|happening|taking place|please|and|to|out|off|over|day|called|named|titled|with"
    r"|series|recurring|"
    rf"occurrences?|single|just|only|upcoming|next|future|following|me|got|get|we)\b|['’](?:s\b)?|[¦.,!?\"“”]"
)
_WITH = rx(rf"\b(?:with|by|from)\s+(?=(?:{RELATIONS}|[A-Z][\w'-]+|[\w.+-]+@|[a-z]+))")
_OWNED = rx(r"^(?P<name>[A-Z][\w-]+)['’]s\s+")
_ALL_HANDS = rx(r"\b(?P<title>all[- ]hands)\b")  # no "all"
_QUOTED = re.compile(r"[\"“](?P<title>[^\"”]+)[\"”]")


@dataclass(frozen=True)
class Choice:
    """The events of a sentence: of a span, with words, at an hour; or one that was listed before."""

    start: str = ""
    words: str = ""
    clock: str = ""
    account: str = ""
    refs: tuple[str, ...] = ()
    many: bool = False

    @property
    def named(self) -> bool:
        """Whether anything tells which events are meant."""
        return bool(self.start or self.words or self.clock or self.refs)


def read_choice(text: str, context: Context) -> Choice:
    """What is left of a sentence once its verb, and where or when to, are gone."""
    text = text.strip(" ,.")
    if (entry := pointed_at(text, context)) and entry.ref:
        return Choice(refs=(entry.ref,))
    scan = Scan(text)
    title = scan.take(_QUOTED) or scan.take(_ALL_HANDS)
    account = take_account(scan)
    moment = take_moment(scan)
    many = not title and _PLURAL.search(text) is not None
    words = title["title"] if title else _words(scan, context)
    hour = moment.time if moment else ""
    if many and not title:
        words = rx(r"(?<=\w{3})s$").sub("", words)  # "all stand-ups": each is called a stand-up
    return Choice((moment.day or ("today" if hour else "")) if moment else "", words, _hour(hour), account, many=many)


def _words(scan: Scan, context: Context) -> str:
    if owned := _OWNED.match(scan.text.strip()):
        return owned["name"]
    if found := _WITH.search(scan.text):
        names, _ = names_at(scan.text[found.end() :])
        if names and MARK not in names[0]:
            return context.person if names[0].lower() in PRONOUNS and context.person else names[0]
    return tidy_topic(" ".join(_DULL.sub(" ", scan.text).split()))


def _hour(said: str) -> str:
    """The hour of a phrase as the calendar writes it: "at 3pm" gives 15:00; an hour of work when no half is said."""
    text = said.lower().replace("noon", "12:00").replace("midday", "12:00")
    found = _CLOCK.search(text)
    if not found:
        return ""
    hour = int(found["hour"])
    if found["half"] == "pm" and hour < 12:
        hour += 12
    elif found["half"] == "am" and hour == 12:
        hour = 0
    elif not found["half"] and not found["minute"] and hour < 8:
        hour += 12
    return f"{hour:02d}:{found['minute'] or '00'}"


def chosen(choice: Choice, *, verb: str) -> Steps[list[str] | Outcome]:
    """The references of the events meant, or the question which; of several that fit a name, the next one of each."""
    if choice.refs:
        yield []
        return list(choice.refs)
    span: Json = {"start": choice.start} if choice.start else {"start": "today", "end": AHEAD}
    more = {"words": choice.words, "account": choice.account}
    found = yield from one(Call("list_events", {**span, **{name: value for name, value in more.items() if value}}))
    if found.get("error"):
        return Outcome(f"That didn't work: {found['error']}")
    events = [event for event in found.get("events") or () if event.get("event")]
    if choice.clock:
        events = [event for event in events if _starts(event, choice.clock)]
    events = _exact(events, choice.words)
    if not events:
        about = f" “{choice.words}”" if choice.words else ""
        return Outcome(f"I found no such event{about} on your calendar {choice.start or 'in the next 60 days'}.")
    if choice.many:
        return [str(event["event"]) for event in events]
    titles = dict.fromkeys(str(event.get("title", "")).lower() for event in events)
    if len(titles) == 1:
        return [str(events[0]["event"])]
    lines = tuple(event_line(event).removeprefix("• ") for event in events[:5])
    return Outcome(f"Which one should I {verb}?", options=tuple(clean(line) for line in lines))


def _starts(event: Json, clock: str) -> bool:
    return re.search(rf"[ T]{clock}\b", str(event.get("start", ""))) is not None


def _exact(events: Sequence[Json], words: str) -> list[Json]:
    """Those whose title is just the words, if there are any: "Standup" isn't "Standup notes"."""
    same = [event for event in events if str(event.get("title", "")).lower() == words.lower()]
    return same or list(events)
