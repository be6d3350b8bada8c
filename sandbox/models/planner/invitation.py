"""The grammar of an event one wants on the calendar: kind, title, guests, time, length, place, account."""

import re
from dataclasses import dataclass, replace

from sandbox.models.planner.answers import joined
from sandbox.models.planner.filters import take_account
from sandbox.models.planner.people import ADDRESS, display_name, first_name, is_address, names_at
from sandbox.models.planner.rhythm import take_repeat
from sandbox.models.planner.scan import MARK, Scan, rx
from sandbox.models.planner.times import Moment, take_minutes, take_moment
from sandbox.models.planner.wording import name_case, sentence_case

_KIND = (
    r"(?:meet(?:ing|[- ]?up)?|call|phone call|video call|zoom(?: call)?|event|lunch|dinner|breakfast|"
    r"brunch|coffee|drinks?|tea|beers?|sync(?:[- ]up)?|chat|"
    r"catch[- ]?up|check[- ]?in|one[- ]on[- ]one|one[- ]to[- ]one|1[:-]1|1on1|stand-?up|review|"
    r"interview|appointment|appt|workshop|demo|session|"
    r"retro(?:spective)?|kick-?off|brainstorm(?:ing)?|walk|party|presentation|briefing|training|"
    r"webinar|hang ?out|get[- ]together|"
    r"invite|invitation|slot|time ?block|block|focus time|deep work|date|huddle|reservation)"
)
_BOOKING = (
    r"(?:schedul(?:e|ing)|book(?:ing)?|set(?:ting)?[- ]?up|arrang(?:e|ing)|organi[sz](?:e|ing)|"
    r"pencil(?:ing|ling)? in|block(?:ing)?(?: (?:out|off))?|reserv(?:e|ing)|"
    r"plan(?:ning)?|fix(?: up)?|calendar|hold)"
)
_MAKING = (
    r"(?:creat(?:e|ing)|mak(?:e|ing)|add(?:ing)?|put(?:ting)?(?: (?:in|down))?|have|organi[sz]e|get|"
    r"throw|stick|enter|send|insert|do|set|find time for|find (?:a )?time)"
)
_BOOK_AT = rx(rf"^{_BOOKING}\b(?:\s+(?:me|us|in))?\s*")
_MAKE_AT = rx(rf"^{_MAKING}\b(?:\s+(?:me|us))?\s*")
_NEW_AT = rx(
    rf"^(?:(?:create|add|make)\s+)?(?:(?:a|an|the)\s+)?new\s+(?:calendar\s+)?(?:entry|"
    rf"{_KIND})\s*:?\s+(?!with\b|on\b|at\b|for\b)"
)
# What is booked with a company and not on a calendar; "put my flight on the calendar" is another matter.
_GIVEN = rx(r"\s*,?\s*\b(?:based on|according to|depending on|given|in view of)\s+(?:my|the)\b.*$")
_TRAVEL = rx(
    r"^(?:(?:me|us|a|an|the|my|some|one)\s+)*(?:[\w-]+\s+)?(?:flights?|trains?|hotels?|taxis?|cabs?|"
    r"uber|tickets?|rooms? at|"
    r"cars?|rental|seats?|trips?|airbnb|cruise|holiday|vacation)\b"
)
_INVITE_AT = rx(rf"^(?:invite|inviting)\s+(?P<names>.+?)\s+(?:to|for)\s+(?=(?:a|an|the|my|our)?\s*[\w\s-]*{_KIND}\b)")
_MEET_AT = rx(r"^(?:meet(?:ing)?(?: up)?|catch up|sit down|sync(?: up)?|speak|talk|chat)\s+(?=with\b)|^meet\s+(?=\S)")
_BARE_KIND = rx(
    rf"^(?:(?:a|an|the)\s+)?(?:[\w-]+\s+){{0,2}}{_KIND}\s+(?:with|w/|at|on|tomorrow|today|next|this|"
    rf"for|{MARK})"
)
_BARE_WITH = rx(rf"^(?:(?:a|an)\s+)?(?:quick\s+|short\s+)?{_KIND}\s+(?:with|w/)\s+\S+(?:\s+\S+){{0,3}}$")
_HAS_KIND = rx(rf"\b{_KIND}s?\b")
_ON_CALENDAR = rx(
    r"\b(?:to|on|in|into|onto|for)\s+(?:(?:my|the|our|his|her)\s+)?(?:(?:work|personal|"
    r"google)\s+)?(?:calendar|agenda|diary|schedule)\b"
)
_QUESTION = rx(
    r"^(?:when|what|who|where|why|how|is|are|do(?! (?:a|an)\b)|does|did|am|have i|has|show|list|which|any|"
    r"tell)\b"
)
_TITLE = rx(
    rf"\s*[,]?\s*\b(?:(?:titled|entitled|called|named|with (?:the )?title|title(?:d)?(?: it)?|"
    rf"and (?:call|name|title) it|label?led)\s*:?\s*)(?P<title>\"[^\"]+\"|[^{MARK},;]+?)(?=\s*(?:$|"
    rf"[{MARK},;]|\b(?:with|at|on|in (?:room|the)|for|and (?:invite|add))\b))"
)
_QUOTED_TITLE = rx(
    r"(?:,?\s*\b(?:and\s+)?(?:titled|entitled|called|named|with (?:the )?title|title|(?:call|name|title) it)\s*:?\s*)?"
    r"\"(?P<title>[^\"]+)\""
)
_TOPIC = rx(
    rf"\s*\b(?P<lead>about|regarding|to (?:discuss|talk about|go over|review|talk through|plan|prepare|"
    rf"work on|finali[sz]e)|on the (?:topic|subject) of|concerning|re|"
    rf"on)\s*:?\s+(?P<topic>[^{MARK},;]+?)(?=\s*(?:$|[{MARK},;]|\b(?:with|at|and (?:invite|add))\b))"
)
_ONLINE = rx(
    r"\b(?:on|over|via|by|through)\s+(?P<place>zoom|(?:google )?meet|(?:microsoft |ms )?teams|skype|"
    r"webex|phone|video|hangouts|facetime|slack)\b"
)
_PLACE = rx(
    rf"\b(?:at|@|in|location:?|place:?)\s+(?!(?:my|the) (?:work |personal )?(?:calendar|agenda|"
    rf"diary)\b)(?P<place>\"[^\"]+\"|[^{MARK},;]+?)(?=\s*(?:$|[{MARK},;]|\b(?:with|to (?:discuss|talk|"
    rf"go over|review)|about|titled|called|named|for|on my|in my|and (?:invite|add))\b))"
)
_WITH = rx(
    r"\s*\b(?:together with|along with|with(?!out\b)|and (?:also )?(?:invite|add|include)|invit(?:e|ing)|"
    r"including|w/)\s*"
)
_BETWEEN = rx(r"\bbetween\s+me\s+and\s+")
_FOR = rx(rf"\s*\bfor\s+(?P<what>[^{MARK},;]+?)(?=\s*(?:$|[{MARK},;]|\bwith\b))")
_EVERYONE = (
    r"(?:everyone|everybody|anyone|whoever|(?:all\s+(?:of\s+)?)?(?:the |those )?people|(?:all\s+(?:of\s+)?)?those|all)"
)
_WRITERS_OF = rx(
    rf"\b(?:with\s+)?{_EVERYONE}\s+(?:from|in|behind)\s+(?:(?:the|my|our|all)\s+)*(?P<topic>[^{MARK},;]+?)"
    r"\s+(?:e-?mails?|mails?|messages|threads?|conversations?|correspondence)\b"
)
_INTO_ONE = rx(rf"\b(?:into|in|for|to)\s+(?:(?:one|a|an|the same|a single|some|the)\s+)+(?={_KIND}\b)")
_GATHER_AT = rx(r"^(?:get|gather|bring|pull|round up|collect|assemble)\b\s*")
_WRITERS = rx(
    rf"\b(?:with\s+)?{_EVERYONE}\s+(?:who|that|which)?(?:'s|'ve)?\s*(?:has |have )?(?:e-?mailed|wrote|written|mailed"
    rf"|messaged|"
    r"sent (?:me )?(?:an? |some )?(?:e-?)?(?:mails?|messages?|something))(?:\s+(?:to\s+)?(?:me"
    r"|us))?(?:\s+(?:an? )?(?:e-?mails?|mails?|something|anything))?\s+(?:about|on|regarding|re)\s+(?:the\s+|"
    rf"my\s+)?(?P<topic>[^{MARK},;]+)"
)
_ARTICLES = rx(r"^(?:(?:a|an|the|my|our|another|some|new|quick|short|brief|little)\s+)+")
# What is said when nothing particular is said: no title in itself.
_GENERIC = frozenset(
    {
        "",
        "event",
        "time",
        "slot",
        "meeting",
        "invite",
        "invitation",
        "something",
        "something up",
        "some time",
        "calendar",
        "block",
        "meet",
    }
    | {
        "entry",
        "calendar event",
        "calendar entry",
        "it",
        "that",
        "this",
        "hold",
        "a",
        "new event",
        "reservation",
        "table",
    }
    | {"appointment"}
)
_FOR_A_DEED = rx(r"^(?:reminder|time|slot|block|note|entry|event|)$")
_DEED = rx(rf"\bto\s+(?P<deed>[a-z][^{MARK},;]*?)(?=\s*(?:$|[{MARK},;]))")
_MERE_KIND = rx(
    r"^(?:event|entry|appointment|meeting|invite|calendar (?:event|entry))\s*:?\s+(?=\w)(?!with\b|at\b|on\b|in\b)"
)
_JOINED_KIND = rx(rf"^{_KIND}s?$")


_VIDEO = rx(r"\b(?:video ?(?:call|chat|conference|meeting|link)|google meet|meet link|with video|conference link)\b")
_TOGETHER = rx(rf"\s+(?:together|in(?:to)? (?:one|a|the same) (?:room|{_KIND}))$")
NO_TIME = Moment()


@dataclass(frozen=True)
class Invitation:
    """An event as the person described it."""

    kind: str = "meeting"
    title: str = ""
    topic: str = ""
    guests: tuple[str, ...] = ()
    moment: Moment = NO_TIME
    minutes: int | None = None
    place: str = ""
    account: str = ""
    writers_about: str = ""  # "everyone who emailed about …"
    repeat: str = ""
    video: bool = False

    @property
    def named(self) -> str:
        """The title given, or one made from kind, guests and topic."""
        if self.title:
            return self.title
        names = [_shown(guest) for guest in self.guests]
        with_whom = f" with {joined(names)}" if names and not self.writers_about else ""
        about = self.topic or self.writers_about
        return sentence_case(self.kind) + with_whom + (f": {about}" if about else "")


def read_invitation(text: str) -> Invitation | None:
    """Understand the text as a wish for an event: it needs a verb of booking, or a kind of event and a time."""
    scan, invited = _opened(_GIVEN.sub("", text))
    if scan is None:
        return None
    quoted = scan.take(_QUOTED_TITLE)
    repeat = take_repeat(scan)
    minutes = take_minutes(scan)
    account = take_account(scan)
    scan.take(_ON_CALENDAR)
    moment = take_moment(scan) or NO_TIME
    title = quoted or scan.take(_TITLE)
    asked_writers = scan.take(_WRITERS) or scan.take(_WRITERS_OF)
    if asked_writers:
        scan.take(_INTO_ONE)
    online = scan.take(_ONLINE)
    where = scan.take(_PLACE) or online
    event = Invitation(
        guests=tuple(invited + _guests(scan)),
        moment=moment,
        minutes=minutes,
        place=sentence_case(_unquoted(where["place"])) if where else "",
        account=account,
        writers_about=_TOGETHER.sub("", asked_writers["topic"].strip()) if asked_writers else "",
        repeat=repeat,
        video=_VIDEO.search(text) is not None,
    )
    return _described(event, scan, _unquoted(title["title"]) if title else "")


def _described(event: Invitation, scan: Scan, title: str) -> Invitation:
    """The event with its title, or with kind and topic to make one from, out of the words that are left."""
    topic = scan.take(_TOPIC)
    what = scan.take(_FOR)
    kind = _kind_of(scan)
    purpose = what["what"].strip() if what else ""
    if not purpose and _FOR_A_DEED.match(kind) and (deed := scan.take(_DEED)):
        purpose, kind = deed["deed"].strip(), ""
    if kind.lower() in _GENERIC and purpose:
        kind, purpose = _ARTICLES.sub("", purpose), ""
    return replace(
        event,
        kind=kind if kind and (kind.lower() not in _GENERIC or kind == "appointment") else "meeting",
        title=title or _own_title(kind, event.guests),
        topic=_unquoted(topic["topic"]) if topic else purpose,
    )


def _opened(text: str) -> tuple[Scan | None, list[str]]:
    """The sentence without its verb, and whom the verb itself named; no scan if this is no wish for an event."""
    booked = _BOOK_AT.match(text)
    if _QUESTION.match(text) or (booked and _TRAVEL.match(text[booked.end() :]) and not _ON_CALENDAR.search(text)):
        return None, []
    if found := _INVITE_AT.match(text):
        names, _ = names_at(found["names"])
        asked = "" if names or not _WRITERS.search(found["names"]) else f" with {found['names']}"
        return Scan(text[found.end() :] + asked), names
    timed = take_moment(Scan(text)) is not None
    makes = _MAKE_AT.match(text) if _ON_CALENDAR.search(text) or _HAS_KIND.search(text) else None
    of_writers = _WRITERS.search(text) or _WRITERS_OF.search(text)
    gathers = _GATHER_AT.match(text) if of_writers and _HAS_KIND.search(text) else None
    if opening := _NEW_AT.match(text) or booked or makes or gathers:
        return Scan(text[opening.end() :]), []
    meets = _MEET_AT.match(text) if timed or of_writers else None
    if meets:
        rest = text[meets.end() :]
        return Scan(rest if rest.lower().startswith("with") else f"with {rest}"), []
    bare = ((timed or of_writers) and _BARE_KIND.match(text)) or _BARE_WITH.match(text)
    return (Scan(text) if bare else None), []


def _guests(scan: Scan) -> list[str]:
    """Everyone after "with" or "invite", and every address that stands alone."""
    guests: list[str] = []
    while found := _BETWEEN.search(scan.text) or _WITH.search(scan.text):
        names, rest = names_at(scan.text[found.end() :])
        if not names and not rest.strip():
            break
        guests += names
        scan.text = f"{scan.text[: found.start()]} {MARK} {rest}"
    while address := scan.take(rx(ADDRESS)):
        guests.append(address.group())
    return list(dict.fromkeys(guests))


def _kind_of(scan: Scan) -> str:
    """What kind of thing it is: the first words nobody took."""
    pieces = [piece.strip(" ,.;:!?-") for piece in scan.rest()]
    pieces = [_ARTICLES.sub("", piece) for piece in pieces if re.search(r"\w", piece)]
    pieces = [
        piece
        for piece in pieces
        if piece.lower() not in {"and", "it", "please", "for", "on", "at", "in", "to", "a", "an", "the"}
    ]
    return _MERE_KIND.sub("", pieces[0]) if pieces else ""


def _own_title(kind: str, guests: tuple[str, ...]) -> str:
    """A description that says more than the kind is the title itself ("budget review", "dentist")."""
    if not kind or kind.lower() in _GENERIC or (_JOINED_KIND.match(kind) and guests):
        return ""
    return sentence_case(kind)


def _shown(guest: str) -> str:
    """A guest's name for the title; of a bare address what looks like a first name."""
    return (first_name(guest) or guest.partition("@")[0]) if is_address(guest) else name_case(display_name(guest))


def _unquoted(text: str) -> str:
    return text.strip().strip('"').strip(" ,.")
