"""From a message to intents: one message may hold several requests, and may only make sense after the ones before."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sandbox.models.planner.changes import CARD_ASKED, LeftAlone, change, chosen
from sandbox.models.planner.conversation import Conversation, Turn, listed
from sandbox.models.planner.intents.agenda import ListEvents, WhenIs
from sandbox.models.planner.intents.archive import ArchiveMails
from sandbox.models.planner.intents.find import FindMails
from sandbox.models.planner.intents.focus import Focus
from sandbox.models.planner.intents.go_on import GoOn, noted, parted
from sandbox.models.planner.intents.people import WhoIs
from sandbox.models.planner.intents.reply import BODY_ASKED, Reply
from sandbox.models.planner.intents.schedule import Schedule
from sandbox.models.planner.intents.summarise import SummariseMails
from sandbox.models.planner.intents.talk import NotUnderstood, OutOfReach, SmallTalk
from sandbox.models.planner.people import ADDRESS
from sandbox.models.planner.scan import ORDINALS, rx
from sandbox.models.planner.steps import TIMES_ASKED, Context, Intent
from sandbox.models.planner.wording import mended, without_closing, without_opening

VARIABLE = 4  # how many requests "make it 4pm" may reach back over
REMEMBERED = 12  # turns looked back on; further back "it" means nothing any more
# In this order: a message is the first kind of request that recognises itself in it.
KINDS: tuple[type[Intent], ...] = (
    SmallTalk, Focus, Reply, ArchiveMails, SummariseMails, Schedule, WhenIs, WhoIs, ListEvents, FindMails,
    OutOfReach, NotUnderstood,
)  # fmt: skip
_SEAM = re.compile(
    r"\s*(?:[.;!?]\s+|\n+|,?\s+)(?:\d+[.)]\s*|[-•*]\s+)?(?:(?:and|then|also|plus|after that|"
    r"afterwards|next|finally)[ ,]+)+|\s*[.;!?]\s+|\n+(?:\d+[.)]\s*|[-•*]\s+)?|,\s+",
    re.IGNORECASE,
)
_COMMAND = rx(
    r"^(?:archive|clear|clean|tidy|get rid|reply|respond|answer|write|tell|let|ask|inform|thank|"
    r"remind|email|mail|message|send|draft|schedule|book|set up|arrange|create|put|add|"
    r"block|plan|organi[sz]e|invite|find|search|look|show|list|check|get|give|summari[sz]e|sum up|"
    r"recap|catch|what|what's|when|who|do i|am i|is there|are there|any|how|have i|did|read|"
    r"delete|forward|move|cancel|reschedule|file|sweep|purge|empty|meet|pencil|reserve|say|brief|tell|make|hold|"
    r"open|pull up|fetch|count|new|my (?:\w+ )?(?:calendar|agenda|schedule|meetings|inbox|mail|mails|emails|day))\b"
)
# "and archive …", "also tell …": a new request in the tone of the last one.
_OPENER = rx(rf"^(?:and|also|then|plus|next)(?: then| also)?[ ,]+(?={_COMMAND.pattern[1:]})")
_SENTENCE_END = re.compile(r"\s*(?:[.!]|\n)")
NOON = 12
_HALF = rx(r"\b(?:(?P<late>pm|afternoon|evening|later)|am|morning|earlier)\b")
_HOUR = re.compile(r"\b(\d{1,2}):\d{2}")
_CHOICE_LINE = re.compile(rf"^\s*[•*-]\s*(?P<name>.+?)\s+—\s+(?P<email>{ADDRESS})\s*$", re.MULTILINE)
_WHICH_ASKED = re.compile(r"^Which (?P<name>.+?) do you mean\?$", re.MULTILINE)


def understand(conversation: Conversation) -> tuple[Intent, ...]:
    """The intents of the current message, understood after replaying those before it."""
    context = Context(first_name=conversation.first_name, tools=conversation.tools)
    for turn in conversation.earlier[-REMEMBERED:]:
        context = _after(context, turn, intents_of(turn.ask, context))
    if conversation.current.results:
        what, results = noted(conversation.current.results)
        return (GoOn(what, results, context.first_name),)
    changed = _changed(conversation, context)
    return (changed,) if changed else intents_of(conversation.current.ask, context)


def _changed(conversation: Conversation, context: Context) -> Intent | None:
    """What the message would have otherwise about a card that waits, unless it is a request of its own."""
    cards, message = conversation.cards, conversation.current.ask
    if not cards:
        return None
    if CARD_ASKED in context.answer and conversation.earlier:
        before = without_closing(mended(without_opening(conversation.earlier[-1].ask)))
        return chosen(message, before, cards, context)
    short = without_closing(mended(without_opening(message)))
    fresh = _first(_OPENER.sub("", message), context).complete
    if fresh and not _refers(short):
        return None
    rejected = not cards[0].ref and not fresh
    return change(short, cards, context) or (LeftAlone() if rejected else None)


def settled(conversation: Conversation) -> Conversation:
    """The conversation without a remark that only urges on: the unanswered request before it is the one meant."""
    if not conversation.earlier or conversation.earlier[-1].answer:
        return conversation
    if any(intent.complete for intent in understand(conversation)):
        return conversation
    return replace(conversation, earlier=conversation.earlier[:-1], current=conversation.earlier[-1])


def _after(context: Context, turn: Turn, intents: tuple[Intent, ...]) -> Context:
    """What the next message may refer to once this turn is over; small talk in between changes nothing."""
    if turn.goes_on:
        return replace(context, answer=turn.answer)
    real = [intent for intent in intents if intent.complete and not isinstance(intent, SmallTalk)]
    person = next((intent.person for intent in reversed(intents) if intent.person), context.person)
    return Context(
        before=(*context.before, *real)[-VARIABLE:],
        answer=turn.answer,
        shown=tuple(listed(turn.answer)) or context.shown,
        first_name=context.first_name,
        person=person,
        tools=context.tools,
    )


def intents_of(message: str, context: Context) -> tuple[Intent, ...]:
    """All requests in one message; a message about an earlier request varies that one."""
    message = message.strip()
    if chosen := _chosen(message, context) or _chosen_time(message, context):
        return chosen
    varied = _varied(message, context)
    if varied:
        return varied
    now, later = parted(message)
    if later and isinstance(event := _first(now, context), Schedule):
        return (replace(event, then=later),)
    return _split(_OPENER.sub("", message), context)


def _varied(message: str, context: Context) -> tuple[Intent, ...]:
    if not context.before:
        return ()
    text = mended(without_opening(message))
    short = without_closing(text)
    fresh = _first(_OPENER.sub("", message), context)
    anew = _OPENER.match(message) is not None and fresh.complete
    awaited = BODY_ASKED in context.answer
    if anew or (fresh.complete and not awaited and not _refers(short)):
        return ()
    for intent in reversed(context.before):
        if varied := intent.varied(message if awaited else short, context):
            return (varied,)
    return ()


_REFERRING = rx(
    r"^(?:actually|no\b|sorry|rather|instead|make (?:it|that)|change (?:it|that|the)|move (?:it|that|"
    r"the)|shift it|push it|set it|put it (?:on|at|to)|reschedule it|what about|how about|and\b|"
    r"also|same|do (?:the same|that|it)|the same|only|just|add \S+(?: \S+)?(?: too| as well| to (?:it|"
    r"that|the \w+))*$|invite \S+(?: \S+)?(?: too| as well)*$|call it|name it|title it)|\b(?:instead|"
    r"as well|too)$"
)


def _refers(text: str) -> bool:
    return _REFERRING.search(text) is not None


def _chosen(message: str, context: Context) -> tuple[Intent, ...]:
    """The answer to "Which Dana do you mean?": an ordinal, part of a name, or an address."""
    asked = _WHICH_ASKED.search(context.answer)
    couldnt = re.search(r"(?:couldn't find an address for|What is the address of) (?P<name>[^.(?]+)", context.answer)
    if not context.before or not (asked or couldnt) or _COMMAND.match(without_opening(message)):
        return ()
    typed = re.search(ADDRESS, message)
    options = [(line["name"], line["email"]) for line in _CHOICE_LINE.finditer(context.answer)]
    email = typed.group() if typed else _pick(message, options)
    name = str((asked or couldnt)["name"]).strip()  # type: ignore[index]
    if not email:
        return ()
    return (_with_person(context.before[-1], name, email),)


def _chosen_time(message: str, context: Context) -> tuple[Intent, ...]:
    """The answer to "Which do you mean?" about times: an ordinal, a half of the day, or part of the time itself."""
    last = context.before[-1] if context.before else None
    if TIMES_ASKED not in context.answer or not isinstance(last, Schedule):
        return ()
    options = re.findall(r"^•\s*(.+)$", context.answer, re.MULTILINE)
    half = _HALF.search(message)
    late = [option for option in options if (hour := _HOUR.search(option)) and int(hour[1]) >= NOON]
    early = [option for option in options if option not in late]
    fitting = (late if half["late"] else early) if half else []
    meant = fitting[0] if len(fitting) == 1 else _pick(message, [(option, option) for option in options])
    return (last.at(meant),) if meant else ()


def _pick(message: str, options: Sequence[tuple[str, str]]) -> str:
    words = set(re.findall(r"[\w'-]+", message.lower()))
    for word, place in ORDINALS.items():
        if word in words and -len(options) <= place < len(options):
            return options[place][1]
    scores = [(len(words & set(re.findall(r"[\w'-]+", f"{name} {email}".lower()))), email) for name, email in options]
    best = sorted(scores, reverse=True)[:2]
    return best[0][1] if best and best[0][0] and (len(best) == 1 or best[0][0] > best[1][0]) else ""


def _with_person(intent: Intent, name: str, email: str) -> Intent:
    return intent.for_person(name, email) if isinstance(intent, Schedule | Reply) else intent


def _split(message: str, context: Context) -> tuple[Intent, ...]:
    """Split at the first seam where both sides are requests by themselves; a letter keeps its words."""
    for seam in _SEAM.finditer(message):
        left, right = message[: seam.start()], without_opening(message[seam.end() :])
        in_quotes = left.count('"') % 2 == 1
        if not left.strip() or not _COMMAND.match(mended(right)) or in_quotes:
            continue
        first = _first(left, context)
        if isinstance(first, NotUnderstood) and not _COMMAND.match(mended(left)) and _SENTENCE_END.match(seam.group()):
            return _split(right, context)  # "I'm drowning in mail. Archive …"
        if isinstance(first, SmallTalk) and not seam.group().strip(" ,"):
            continue
        after = replace(context, person=first.person or context.person, before=(*context.before, first)[-VARIABLE:])
        second = _first(right, after)
        if _separate(first, second, seam.group()):
            head = () if isinstance(first, SmallTalk) else (first,)
            return (*head, *_split(right, after))
    return (_first(message, context),)


def _separate(first: Intent, second: Intent, seam: str) -> bool:
    """Whether both sides stand by themselves; after the words of a reply only a clear new order does."""
    if not first.complete or not second.complete or isinstance(second, SmallTalk):
        return False
    if isinstance(first, Reply):
        if not first.words:
            return False
        clear = isinstance(second, Schedule | ArchiveMails | Reply | SummariseMails)
        return clear and (seam.strip() not in {",", ""}) and not (isinstance(second, Reply) and not second.words)
    return not (isinstance(second, ListEvents | FindMails) and seam.strip() == ",")


def _first(message: str, context: Context) -> Intent:
    """The first kind of request that recognises itself."""
    opened = without_opening(message)
    text = without_closing(mended(opened))
    letter = _polite_end(message, opened, mended(opened, words=LETTER_HEAD))
    for kind in KINDS:
        if found := kind.matches(letter if kind is Reply else text, context):
            return found
    return NotUnderstood()


LETTER_HEAD = 2  # in a reply only verb and name are mended: the rest is what the person wants said
_ASKED_POLITELY = rx(r"^(?:(?:hey|hi|hello|steward|please|ok)[ ,]+)*(?:can|could|would|will) (?:you|u)\b")


def _polite_end(message: str, opened: str, text: str) -> str:
    """The words of a letter without the end of the polite question around them."""
    text = rx(r",\s*(?:please|thanks|thank you)[\s.!?]*$").sub("", text)
    if opened != message and _ASKED_POLITELY.match(message):
        text = rx(r"(?:\s+(?:please|for me))?\s*\?$").sub("", text)
    return text.strip()
