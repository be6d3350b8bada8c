"""Changing what is on the calendar: move, cancel, answer, rename, add or drop guests, take to another calendar."""

from dataclasses import dataclass, field, replace
from typing import Self

from sandbox.models.planner.choosing import KIND, Choice, chosen, read_choice
from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import take_account
from sandbox.models.planner.followups import also_for, correction
from sandbox.models.planner.people import names_at, resolve_all
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.shifting import shifting
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one, proposal
from sandbox.models.planner.times import take_minutes, take_moment

_MOVE = rx(
    r"^(?:re-?schedul(?:e|ing)|mov(?:e|ing)|shift(?:ing)?|push(?:ing)?|postpon(?:e|ing)|delay(?:ing)?|bump(?:ing)?"
    r"|put(?:ting)?|"
    r"bring(?:ing)?|re-?plan(?:ning)?|rearrang(?:e|ing)|re-?book(?:ing)?|defer(?:ring)?|relocat(?:e|ing)|tak(?:e"
    r"|ing)|carry|roll|slide|"
    r"transfer(?:ring)?|migrat(?:e|ing)|switch|drag|clear|shunt|kick|send)\b(?:\s+(?:back|off|out|forward|over|up"
    r"|ahead|along)\b)?\s+"
)
_EVENTFUL = rx(
    rf"\b(?:{KIND}|calendar|agenda|schedule|everything (?:on|i have|tomorrow|today)|\d{{1,2}}\s?(?:am|pm)"
    rf"|\d{{1,2}}:\d{{2}})\b"
)
_FURTHER = rx(
    r"\s+(?:back |over |on |out |forward |ahead )?(?:to|until|till|into|onto|for|by|and (?:put|move|transfer|shift"
    r"|push|bring|copy|reschedule) (?:it|them|these|those|everything)(?: all)?(?: over)? (?:in|into|on|to|onto)"
    r"|somewhere (?:in|on)|sometime (?:in|on)?)\s+"
)
_BY_MOVING = rx(
    r"\s*,?\s*\b(?:by|and)\s+(?:mov|shift|push|reschedul|postpon)\w*\s+(?:everything|all(?: of it| my meetings"
    r"| the meetings)?|it all|things|(?:my|the) meetings)(?=\s)"
)
_PASSIVE = rx(
    r"^(?P<what>.+?)\s+(?:can|should|could|may|must|needs? to|has to|have to|ought to|(?:are|is) to)\s+(?:all\s+"
    r"|be\s+|go\s+|get\s+)*"
    r"(?:re-?scheduled|moved|shifted|pushed(?: back)?|postponed|delayed|transferred|rearranged"
    r"|go)\s+(?:over\s+)?(?:to|until|till|into|onto)\s+(?P<to>.+)$"
    r"|^(?P<what2>.+?)\s+(?:should|must|needs? to|has to|have to|ought to)\s+(?:rather |all )*be\s+(?:in|on)\s+"
    r"(?P<to2>(?:my|the)\s+(?:work|personal|private)\b.*?)(?:\s+(?:instead|rather))?$"
)
_CALENDAR = rx(
    r"(?:(?:my|the)\s+)?(?P<name>work|personal|private|[\w-]+)(?:'s)?\s+(?:calendar|account|one|agenda)|(?:(?:my"
    r"|the)\s+)?(?P<bare>work|personal|private)\s*$"
)
_FROM = rx(
    r"\b(?:from|on|in|off|out of|of)\s+(?:(?:my|the)\s+)?(?P<name>work|personal|private|[\w-]+(?=\s+(?:calendar"
    r"|account)))(?:\s+(?:calendars?|account|one|agenda))?\b"
)
_ADJECTIVE = rx(
    r"(?:^|\b(?:my|the|all|every|any)\s+(?:my\s+)?|['’]s?\s+)(?P<name>work|personal|private)\s+"
    r"(?=(?:calendar\s+)?(?:meetings|events|appointments|calendar))"
)
_CANCEL = rx(r"^(?:cancel(?:l?ing)?|call off|scrap|drop|delete|remove|kill|get rid of|take)\s+")
_OFF = rx(r"\s+(?:off|from|out of)\s+(?:my\s+|the\s+)?(?:(?:work|personal)\s+)?(?:calendar|agenda|schedule|diary)$")
_ANSWERS = (
    ("tentative", rx(
        r"^(?:tentatively (?:accept|agree to|confirm)|(?:say|answer|reply|rsvp|respond)(?: with)?\s+\"?(?:maybe"
        r"|tentative(?:ly)?|perhaps)\"?\s+(?:to|for)|mark (?:me )?(?:as )?(?:tentative|maybe)(?: for)?"
        r"|maybe(?: for| to)?)\s+(?P<what>.+)$"
    )),
    ("tentative", rx(r"^(?:mark|set|put)\s+(?P<what>.+?)\s+(?:as\s+|to\s+|down as\s+)?(?:tentative|maybe)$")),
    ("decline", rx(
        r"^(?:decline|turn down|refuse|reject|(?:say|answer|reply|rsvp|respond)(?: with)?\s+\"?no\"?\s+(?:to|for)"
        r"|i (?:can't|cannot|can not|won't|will not) (?:attend|make|come to|go to|join)|skip)\s+(?P<what>.+)$"
    )),
    ("accept", rx(
        r"^(?:accept|confirm|agree to|(?:say|answer|reply|rsvp|respond)(?: with)?\s+\"?(?:yes|ok|sure)\"?\s+(?:to"
        r"|for)|rsvp (?:to|for)|i(?:'ll| will| can) (?:attend|make|come to|go to|join|be at))\s+(?P<what>.+)$"
    )),
)  # fmt: skip
_INVITED = rx(rf"\b(?:{KIND}|with|on|tomorrow|today|monday|tuesday|wednesday|thursday|friday)\b")
_OURS = rx(r"^(?:the|my|our)\b")
_PROPOSAL = rx(r"\b(?:proposal|offer|suggestion|idea|by (?:e-?)?mail)\b")
_ADD = rx(
    r"^(?:add|invite|include|bring(?: in)?)\s+(?P<names>.+?)\s+(?:to|into|in|for)\s+(?P<what>(?:the|my|our"
    r"|tomorrow's|today's)\b.+)$"
)
_REMOVE = rx(
    r"^(?:remove|uninvite|disinvite|drop|take|kick)\s+(?P<names>.+?)\s+(?:from|off|out of)\s+(?P<what>(?:the|my"
    r"|our|tomorrow's|today's)\b.+)$"
)
_RENAME = rx(
    r"^(?:rename|retitle)\s+(?P<what>.+?)\s+(?:to|as|into)\s+(?P<title>.+)$|^(?:change|set)\s+the\s+(?:title"
    r"|name)\s+of\s+(?P<what2>.+?)\s+to\s+(?P<title2>.+)$|^call\s+(?P<what3>(?:the|my)\s.+?)\s+(?P<title3>\".+\")$"
)
_PLACE = rx(
    r"^(?:(?:change|set|move|switch|update)\s+)(?:the\s+(?:place|location|room|venue)\s+(?:of"
    r"|for)\s+)(?P<what>.+?)\s+to\s+(?P<place>.+)$|^(?:hold|have|do)\s+(?P<what2>(?:the|my)\s.+?)\s+(?:in"
    r"|at)\s+(?P<place2>.+?)\s+instead$"
)
_LENGTH = rx(
    r"^(?!.*\b(?:longer|shorter)\b)(?:make|shorten|extend|lengthen|cut|change|set)\s+(?P<what>.+?)\s+(?:to\s+|by\s+|last\s+|take\s+)?(?=(?:\d+"
    r"|an?|one|two|half|ninety|thirty|forty)\b)(?P<length>.+?)(?:\s+(?:long|only|instead))*$"
)
_ALL_OF = rx(
    r"\b(?:all (?:of )?the (?:occurrences|instances)|the (?:whole|entire) series|every (?:occurrence|instance"
    r"|single one)|(?:for )?all future|the series|all of them|for good|altogether|permanently)\b"
)
_FOLLOWING = rx(
    r"\b(?:(?:this|that) and (?:all )?(?:the )?(?:following|future|later)|from (?:now|then|here) on"
    r"|and (?:all )?(?:following|after)|onwards?|all (?:following|future|later))\b(?:\s+(?:ones|occurrences))?"
)
_QUIET = rx(
    r"\s*,?\s*\b(?:without (?:telling|notifying|mailing|emailing) (?:anyone|anybody|the guests|them|people|guests)"
    r"|(?:and )?(?:don't|do not) (?:tell|notify|mail|email) (?:anyone|anybody|the guests|them|people|guests)"
    r"|quietly|silently|no notifications?)\b"
)
_SO_DECLINE = rx(
    r"\s*[,;.–-]?\s*(?:\b(?:and|so)\b)?\s*(?:please\s+)?\b(?:decline|turn it down|say no)(?:\s+(?:it|that|this"
    r"|the (?:invite|invitation)))?(?:\s+for me)?$"
)
_APOLOGY = rx(
    r"^(?:i(?:'m| am| can't| cannot| won't| have)\b[^,.;:]*|something came up[^,.;:]*|[^,.;:]*\b(?:sick|ill|away"
    r"|out|off|busy|day off)\b[^,.;:]*)[,.;:-]+\s*(?:so\s+)?(?:please\s+)?(?:can you\s+|could you\s+)?"
)


@dataclass(frozen=True)
class ChangeEvents(Intent):
    """Propose changes of events: one card each."""

    do: str
    choice: Choice
    args: Json = field(default_factory=dict)
    guests: tuple[str, ...] = ()  # whose addresses are looked up first
    guests_as: str = ""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if "change_events" not in context.tools:
            return None
        shared: Json = {}
        if unable := cls._answered(_SO_DECLINE.sub("", text), context):
            return unable
        text = _APOLOGY.sub("", text)
        if quiet := _QUIET.search(text):
            text, shared["notify"] = f"{text[: quiet.start()]}{text[quiet.end() :]}", "none"
        if scope := _FOLLOWING.search(text) or _ALL_OF.search(text):
            shared["which"] = "following" if _FOLLOWING.search(text) else "all"
            if shared["which"] == "following" or not scope.group().lower().startswith(("every", "all of them")):
                text = f"{text[: scope.start()]} {text[scope.end() :]}".strip()
        for read in (cls._shifted, cls._edited, cls._moved, cls._answered, cls._cancelled):
            if found := read(text, context):
                return replace(found, args={**found.args, **shared})
        return None

    @classmethod
    def _shifted(cls, text: str, context: Context) -> Self | None:
        """So much later or earlier than it is."""
        found = shifting(text)
        if not found:
            return None
        choice = read_choice(found.what, context)
        listed = any(ref.count(":") > 1 for ref in choice.refs)  # a mail has no calendar in its reference
        if not (choice.named and not choice.refs and _EVENTFUL.search(found.what)) and not listed:
            return None
        return cls("reschedule", choice, {"to": found.to} if found.to else {})

    @classmethod
    def _moved(cls, text: str, context: Context) -> Self | None:
        """Another time or another calendar; which of them, the words behind "to" tell."""
        verb, passive = _MOVE.match(text), _PASSIVE.match(text)
        if not (verb or passive) or not _EVENTFUL.search(text):
            return None
        if passive:
            what, to = passive["what"] or passive["what2"], passive["to"] or passive["to2"]
            return cls._transferred(what, to, context) or cls._retimed(what, to, context)
        rest = _BY_MOVING.sub("", text[verb.end() :]) if verb else text
        parts = [(rest[: seam.start()], rest[seam.end() :]) for seam in reversed(list(_FURTHER.finditer(rest)))]
        for read in (cls._transferred, cls._retimed):
            if found := next((one for what, to in parts if (one := read(what, to, context))), None):
                return found
        if verb and verb.group().lower().startswith(("resched", "re-sched", "postpone", "push", "delay", "defer")):
            choice = read_choice(rest, context)
            return cls("reschedule", choice) if choice.named else None
        return None

    @classmethod
    def _transferred(cls, what: str, to: str, context: Context) -> Self | None:
        target = _CALENDAR.match(to.strip())
        if not target:
            return None
        name = _account(target["name"] or target["bare"], context)
        source = _FROM.search(what) or _ADJECTIVE.search(what) or _FROM.search(to[target.end() :])
        if not name or not (_EVENTFUL.search(what) or source):
            return None
        left = f"{what} {to[target.end() :]}"
        account = _account(source["name"], context) if source else ""
        if source:
            left = left.replace(source.group(), " meetings ", 1)
        choice = read_choice(left, context)
        return cls(
            "transfer",
            replace(choice, account=account if account != name else "", many=choice.many or not choice.words),
            {"to": name},
        )

    @classmethod
    def _retimed(cls, what: str, to: str, context: Context) -> Self | None:
        scan = Scan(to)
        minutes = take_minutes(scan)
        moment = take_moment(scan)
        left = [
            piece
            for piece in scan.rest()
            if rx(r"\w{3,}").search(
                rx(
                    r"\b(?:instead|please|the|same time|sometime|free|slots?|some|any|a|time|when i'm free"
                    r"|if possible|of|for|in|my|calendar|wherever there is room|there|is|room|where|works)\b"
                ).sub("", piece)
            )
        ]
        if not moment or left:
            return None
        choice = read_choice(what, context)
        if not choice.named:
            return None
        return cls(
            "reschedule",
            choice,
            {
                "to": (moment.end and f"{moment.text} to {moment.until}") or moment.text,
                **({"minutes": minutes} if minutes else {}),
            },
        )

    @classmethod
    def _answered(cls, text: str, context: Context) -> Self | None:
        for do, pattern in _ANSWERS:
            found = pattern.match(text)
            if (
                found
                and (_INVITED.search(found["what"]) or _OURS.match(found["what"]))
                and not _PROPOSAL.search(found["what"])
            ):
                return cls(do, read_choice(found["what"], context))
        return None

    @classmethod
    def _cancelled(cls, text: str, context: Context) -> Self | None:
        verb = _CANCEL.match(text)
        plain = verb is not None and verb.group().lower().startswith(("cancel", "call off"))
        if not verb or not (_EVENTFUL.search(text) or (plain and len(text.split()) > 1)):
            return None
        if verb.group().lower().startswith("take") and not _OFF.search(text):
            return None
        choice = read_choice(_OFF.sub("", text[verb.end() :]), context)
        return cls("cancel", choice) if choice.named else None

    @classmethod
    def _edited(cls, text: str, context: Context) -> Self | None:
        """Guests, title, place or length of an event that is on the calendar."""
        for pattern, name in ((_ADD, "add_guests"), (_REMOVE, "remove_guests")):
            found = pattern.match(text)
            names, left = names_at(found["names"]) if found else ([], "")
            if (
                found
                and names
                and not left.strip()
                and _EVENTFUL.search(found["what"])
                and not rx(r"\bcalendar\b").search(found["what"])
            ):
                return cls("edit", read_choice(found["what"], context), {}, tuple(names), name)
        for pattern, name in ((_RENAME, "title"), (_PLACE, "place")):
            if found := pattern.match(text):
                groups = {key.rstrip("23"): value for key, value in found.groupdict().items() if value}
                choice = read_choice(groups["what"], context)
                return cls("edit", choice, {name: groups[name].strip('" ')}) if choice.named else None
        if (found := _LENGTH.match(text)) and (minutes := take_minutes(Scan(found["length"]))):
            choice = read_choice(found["what"], context)
            return (
                cls("edit", choice, {"minutes": minutes}) if choice.named and _EVENTFUL.search(found["what"]) else None
            )
        return None

    def steps(self) -> Steps[Outcome]:
        if self.do == "reschedule" and not self.args.get("to"):
            yield []
            return Outcome("When should that be instead? Say “to Friday at 2pm”, “to next week” or “an hour later”.")
        if not self.choice.named:
            yield []
            return Outcome(f"Which event should I {self.do}? Say its name, or its day and time.")
        guests: Json = {}
        if self.guests:
            people = yield from resolve_all(self.guests)
            if doubt := next((found for found in people if found.question), None):
                return doubt.outcome
            guests = {self.guests_as: [email for found in people for email in found.emails]}
        selected = yield from self._selected()
        if isinstance(selected, Outcome):
            return selected
        return proposal([(yield from one(Call("change_events", {"do": self.do, **selected, **self.args, **guests})))])

    def _selected(self) -> Steps[Json | Outcome]:
        """A whole span goes by its words, so that nothing is left out of it; a single event by its reference."""
        choice = self.choice
        if choice.many and choice.start and not choice.clock:
            yield []
            named = {"start": choice.start, "words": choice.words, "account": choice.account}
            return {name: value for name, value in named.items() if value}
        refs = yield from chosen(choice, verb={"edit": "change", "tentative": "answer"}.get(self.do, self.do))
        return refs if isinstance(refs, Outcome) else {"events": refs}

    def varied(self, text: str, context: Context) -> Intent | None:
        if more := also_for(text):
            scan = Scan(more)
            if (account := take_account(scan)) and self.do != "transfer":
                return replace(self, choice=replace(self.choice, account=account))
            moment = take_moment(scan)
            if moment and moment.day and not scan.rest()[1:]:
                return replace(self, choice=replace(self.choice, start=moment.day, refs=()))
        changed = correction(text) or text
        scan = Scan(changed)
        moment = take_moment(scan)
        if self.do == "reschedule" and not self.args.get("to") and (shift := shifting(f"move it {changed}")):
            return replace(self, args={**self.args, "to": shift.to}) if shift.to else None
        if self.do == "reschedule" and moment and not [p for p in scan.rest() if rx(r"\w{4,}").search(p)]:
            return replace(self, args={**self.args, "to": moment.text})
        return None

    def for_people(self, name: str, emails: tuple[str, ...]) -> "ChangeEvents":
        """The same once the person has said who is meant by a name."""
        return replace(
            self, guests=tuple(e for g in self.guests for e in (emails if g.lower() == name.lower() else (g,)))
        )


def _account(name: str, context: Context) -> str:
    wanted = "personal" if name.lower() == "private" else name.lower()
    known = {account.lower() for account in context.accounts} | {"work", "personal"}
    return wanted if wanted in known else ""
