"""From a message to intents: one message may hold several requests, and may only make sense after the ones before."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sandbox.models.planner.changes import CARD_ASKED, LeftAlone, change, chosen, titled
from sandbox.models.planner.choices import answered, booked
from sandbox.models.planner.conversation import Conversation, Listed, Turn, listed
from sandbox.models.planner.followups import wants_more
from sandbox.models.planner.intents.agenda import ListEvents, WhenIs
from sandbox.models.planner.intents.archive import ArchiveMails
from sandbox.models.planner.intents.blocks import BlockFocus, Mirror
from sandbox.models.planner.intents.compose import NewMail
from sandbox.models.planner.intents.days_off import DaysOff
from sandbox.models.planner.intents.events import ChangeEvents
from sandbox.models.planner.intents.find import FindMails
from sandbox.models.planner.intents.focus import Focus
from sandbox.models.planner.intents.forward import ForwardMails
from sandbox.models.planner.intents.go_on import GoOn, noted, parted
from sandbox.models.planner.intents.mark import MarkMails
from sandbox.models.planner.intents.owing import Owed
from sandbox.models.planner.intents.people import WhoIs
from sandbox.models.planner.intents.preferences import Prefer
from sandbox.models.planner.intents.relation import Forget, Remember
from sandbox.models.planner.intents.reply import BODY_ASKED, Reply
from sandbox.models.planner.intents.schedule import Schedule
from sandbox.models.planner.intents.skills import Assisted
from sandbox.models.planner.intents.slots import FindSlot
from sandbox.models.planner.intents.summarise import SummariseMails
from sandbox.models.planner.intents.talk import NotUnderstood, OutOfReach, SmallTalk
from sandbox.models.planner.intents.tasking import NoteTask
from sandbox.models.planner.intents.week import OptimiseWeek
from sandbox.models.planner.rewording import reworded
from sandbox.models.planner.scan import rx
from sandbox.models.planner.steps import Context, Intent
from sandbox.models.planner.wording import mended, without_closing, without_opening

VARIABLE = 4  # how many requests "make it 4pm" may reach back over
REMEMBERED = 12  # turns looked back on; further back "it" means nothing any more
# In this order: a message is the first kind of request that recognises itself in it.
KINDS: tuple[type[Intent], ...] = (
    Forget, SmallTalk, OptimiseWeek, Prefer, NoteTask, Assisted, Remember, Focus, Owed, Mirror, BlockFocus, DaysOff,
    ForwardMails, NewMail,
    ArchiveMails, MarkMails, ChangeEvents, Reply, SummariseMails, FindSlot, Schedule, WhenIs, WhoIs, ListEvents,
    FindMails, OutOfReach, NotUnderstood,
)  # fmt: skip
_SEAM = re.compile(
    r"\s*(?:[.;!?]\s+|\n+|,?\s+)(?:\d+[.)]\s*|[-•*]\s+)?(?:(?:and|then|also|plus|&|\+|after that|"
    r"afterwards|next|finally)[ ,]+)+|\s*[.;!?]\s+|\n+(?:\d+[.)]\s*|[-•*]\s+)?|,\s+",
    re.IGNORECASE,
)
_COMMAND = rx(
    r"^(?:archive|clear|clean|tidy|get rid|reply|respond|answer|write|tell|let|ask|inform|thank|"
    r"remind|email|mail|message|send|draft|schedule|book|set up|arrange|create|put|add|"
    r"block|plan|organi[sz]e|invite|find|search|look|show|list|check|get|give|summari[sz]e|sum up|"
    r"recap|catch|what|what's|when|who|do i|am i|is there|are there|any|how|have i|did|read|"
    r"delete|forward|move|cancel|reschedule|file|sweep|purge|empty|meet|pencil|reserve|say|brief|tell|make|hold|"
    r"open|pull up|fetch|count|new|label|tag|mark|trash|restore|recover|bring|accept|decline|fwd|pass|sync|mirror"
    r"|push|postpone|shift|"
    r"rename|free|prepare|compose|rank|triage|transfer|unarchive|reserve|protect|carve|remember"
    r"|my (?:\w+ )?(?:calendar|agenda|schedule|meetings|inbox|mail|mails|emails|day))\b"
)
# "and archive …", "also tell …": a new request in the tone of the last one.
_OPENER = rx(rf"^(?:and|also|then|plus|next)(?: then| also)?[ ,]+(?={_COMMAND.pattern[1:]})")
# "… plus a draft response": what is wished for, without a verb.
_NOMINAL = rx(
    r"^(?:(?:a|an|the|your|one)?\s*(?:draft|suggested|proposed|possible|short|ready)\s+(?:(?:of|for)\s+(?:a|an"
    r"|the)\s+)?(?:reply|response|answer)"
    r"|(?:draft|write|prepare|compose)\s+(?:me\s+)?(?:something|a few lines|some lines"
    r"|words)(?: back)?(?: to (?:them|him|her))?)\b"
)
_SENTENCE_END = re.compile(r"\s*(?:[.!]|\n)")


def understand(conversation: Conversation) -> tuple[Intent, ...]:
    """The intents of the current message, understood after replaying those before it."""
    context = Context(
        first_name=conversation.first_name,
        tools=conversation.tools,
        accounts=conversation.accounts,
        skills=conversation.skills,
    )
    for turn in conversation.earlier[-REMEMBERED:]:
        context = _after(context, turn, intents_of(turn.ask, context))
    asked = next((turn.ask for turn in reversed(conversation.earlier) if not turn.goes_on), "")
    context = replace(context, asked=asked, shown=_referred(context.shown, conversation.shown))
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
    if fresh and not _refers(short) and not any(titled(short, card) for card in cards):
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
    return replace(
        context,
        before=(*context.before, *real)[-VARIABLE:],
        answer=turn.answer,
        shown=tuple(listed(turn.answer)) or context.shown,
        person=person,
    )


def _referred(shown: Sequence[Listed], told: Sequence[Listed]) -> tuple[Listed, ...]:
    """What was listed last as code tells it, with who it is by where the answer said so."""
    by_subject = {entry.subject.lower(): entry.who for entry in shown}
    return tuple(replace(entry, who=by_subject.get(entry.subject.lower(), "")) for entry in told) or tuple(shown)


def intents_of(message: str, context: Context) -> tuple[Intent, ...]:
    """All requests in one message; a message about an earlier request varies that one."""
    message = reworded(message)
    if slot := booked(message, context):
        return (slot,)
    fresh = _COMMAND.match(without_opening(message)) is not None and _first(message, context).complete
    if not fresh and (meant := answered(message, context)):
        return (meant,)
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
    return _REFERRING.search(text) is not None or wants_more(text)


def _split(message: str, context: Context) -> tuple[Intent, ...]:
    """Split at the first seam where both sides are requests by themselves; a letter keeps its words, a week its
    rules."""
    if isinstance(week := _first(message, context), OptimiseWeek) and week.whole:
        return (week,)
    for seam in _SEAM.finditer(message):
        left, right = message[: seam.start()], _NOMINAL.sub("draft a reply", without_opening(message[seam.end() :]))
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
