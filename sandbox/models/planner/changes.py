"""Changing one's mind about a waiting card: "make it 4pm instead", "no, Friday", "add Sam too", "to Dana instead"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.conversation import Call, Json, Waiting
from sandbox.models.planner.filters import Filter
from sandbox.models.planner.followups import correction
from sandbox.models.planner.intents.archive import ArchiveMails
from sandbox.models.planner.intents.reply import Reply
from sandbox.models.planner.intents.schedule import Schedule
from sandbox.models.planner.intents.talk import HONEST
from sandbox.models.planner.invitation import Invitation
from sandbox.models.planner.letter import Letter, body_of, without_salutation
from sandbox.models.planner.people import first_name, names_at
from sandbox.models.planner.reasons import first_sentence, shorter, wanted
from sandbox.models.planner.scan import ORDINALS, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one, proposal
from sandbox.models.planner.times import Moment

CARD_ASKED = "Which card do you mean?"  # how a later turn knows that it answers this
REASONS = "make it 4pm instead\nnot to Sara, to Tom\nnot from LinkedIn"
CHANGING = frozenset({"create_event", "write_mail", "change_mail"})
_OPTION = re.compile(r"^• (?P<card>.+)$", re.MULTILINE)
_TO_OTHERS = rx(r"^(?:to|for)\s+(?P<names>.+)$")
_SAYING = rx(
    r"^(?:(?:actually|no|sorry|wait)[ ,.!-]+)?(?:just )?(?:say|write|tell (?:him|her|them)|answer)(?: that)?[ :]+"
    r"(?P<words>.+?)(?:\s+instead)?$"
)
_TO_ALL = rx(
    r"^(?:(?:and|also|please|no)[ ,]+)*(?:(?:reply|answer|send it) )?to (?:all|everyone|everybody)(?: instead)?$"
)
_KIND = r"(?:meeting|call|event|reply|mail|e-?mail|answer|card|invite|appointment)"
_SORT = rf"(?:(?:the|my|that)\s+)?(?:{_KIND}\s+)?"


@dataclass(frozen=True)
class InPlaceOf(Intent):
    """A request whose card takes the place of one that waits."""

    intent: Intent
    refs: str  # "c1", or "c1, c2" where one search made several; empty for a card that was rejected
    kept: tuple[tuple[str, str], ...] = ()  # what the card says that the request has no words for

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        del text, context
        return None  # it is made of a card, never of a sentence alone

    def steps(self) -> Steps[Outcome]:
        inner = self.intent.steps()
        results: list[Json] | None = None
        while True:
            try:
                wanted = next(inner) if results is None else inner.send(results)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            results = yield [self._instead(call) for call in wanted]

    def _instead(self, call: Call) -> Call:
        if call.tool not in CHANGING:
            return call
        return Call(call.tool, {**dict(self.kept), **call.args, **({"replaces": self.refs} if self.refs else {})})

    @property
    def person(self) -> str:
        return self.intent.person


@dataclass(frozen=True)
class ReplyAgain(Intent):
    """The reply of a card again: in the same thread, perhaps with other words, or to everyone in it."""

    thread: str
    body: str
    to: tuple[str, ...]
    to_all: bool
    writer: str

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        del text, context
        return None

    def steps(self) -> Steps[Outcome]:
        kind = "reply_all" if self.to_all else "reply"
        args: Json = {"kind": kind, "thread": self.thread, "body": self.body}
        if self.to and not self.to_all:
            args["to"] = [self.to[0]]
        return proposal([(yield from one(Call("write_mail", args)))])

    def varied(self, text: str, context: Context) -> Intent | None:
        if _TO_ALL.match(text):
            return replace(self, to_all=True)
        if shorter(text) and (brief := first_sentence(self.body)) != self.body:
            return replace(self, body=brief)
        if saying := _SAYING.match(text):
            letter = Letter(first_name(self.to[0]) if self.to else "", self.writer)
            return replace(self, body=letter.around(body_of(saying["words"], "say")))
        changed = correction(text)
        if changed and (others := _TO_OTHERS.match(changed)):
            names, rest = names_at(others["names"])
            if names and not rest.strip(" .!?"):
                return Reply(Filter(senders=tuple(names)), without_salutation(self.body), writer=self.writer)
        return None

    @property
    def person(self) -> str:
        return first_name(self.to[0]) if self.to else ""


@dataclass(frozen=True)
class LeftAlone(Intent):
    """Leave a card that was rejected for a reason no rule knows."""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        del text, context
        return None

    def steps(self) -> Steps[Outcome]:
        yield []
        left = "All right, I leave it: nothing was changed."
        return Outcome(f"{left} {HONEST} Reasons I know are for example:\n{REASONS}")


@dataclass(frozen=True)
class WhichCard(Intent):
    """Ask which of several cards is meant."""

    cards: tuple[Waiting, ...]

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        del text, context
        return None

    def steps(self) -> Steps[Outcome]:
        yield []
        return Outcome("\n".join((CARD_ASKED, *(f"• {card.title}" for card in self.cards))))


def as_intent(card: Waiting, context: Context) -> Intent | None:
    """What a card would do, as a request that can be varied; None for a kind no rule knows."""
    asked = card.asked
    if card.tool == "create_event":
        day, _, clock = str(asked.get("start", "")).partition(" ")
        event = Invitation(
            title=str(asked.get("title", "")),
            guests=tuple(map(str, asked.get("guests") or ())),
            moment=Moment(day=day, time=clock),
            minutes=asked.get("minutes"),
            place=str(asked.get("place", "")),
            account=str(asked.get("account", "")),
        )
        return Schedule(event)
    if card.tool == "write_mail" and str(asked.get("kind", "")).startswith("reply"):
        to = tuple(map(str, asked.get("to") or ()))
        thread, body = str(asked.get("thread", "")), str(asked.get("body", ""))
        return ReplyAgain(thread, body, to, asked.get("kind") == "reply_all", context.first_name)
    stays = tuple(map(str, asked.get("not_from") or ()))
    archives = card.tool == "change_mail" and asked.get("do") == "archive"
    return ArchiveMails(_filter(asked), staying=stays) if archives else None


def _filter(asked: Json) -> Filter:
    words = {name: str(asked.get(name, "")) for name in ("words", "to", "subject", "label", "account")}
    days = {name: int(asked.get(name) or 0) for name in ("older_than_days", "newer_than_days")}
    lists = {"senders": asked.get("sender"), "categories": asked.get("category")}
    several = {name: (str(value),) for name, value in lists.items() if value}
    return Filter(**words, **days, **several, unread=bool(asked.get("unread")))  # type: ignore[arg-type]


def change(text: str, cards: Sequence[Waiting], context: Context) -> Intent | None:
    """The card that a message would have otherwise, as the message says; a question when several could be meant."""
    fitting = [(card, varied) for card in cards if (varied := _varied(card, text, context)) is not None]
    named = [(card, varied) for card, varied in fitting if _without_name(text, card) != text]
    here = [(card, varied) for card, varied in fitting if card.here]
    last = [(card, varied) for card, varied in fitting if _spoken_of_last(card, context)]
    for meant in (named, here, last, fitting):
        if len(meant) == 1 or (meant and _one_search(meant)):
            return _in_place(meant)
        if meant and meant is not last:
            return WhichCard(tuple(card for card, _ in meant))
    return None


def chosen(message: str, before: str, cards: Sequence[Waiting], context: Context) -> Intent | None:
    """The answer to "Which card do you mean?": an ordinal, or words of one of them; `before` is the change wanted."""
    options = [found["card"] for found in _OPTION.finditer(context.answer)]
    words = set(re.findall(r"[\w'-]+", message.lower()))
    place = next((ORDINALS[word] for word in ORDINALS if word in words), None)
    titles = [options[place]] if place is not None and -len(options) <= place < len(options) else []
    if not titles:
        scores = [(len(words & set(re.findall(r"[\w'-]+", option.lower()))), option) for option in options]
        best = max(scores, default=(0, ""))
        titles = [best[1]] if best[0] and [score for score, _ in scores].count(best[0]) == 1 else []
    meant = [(card, varied) for card in cards if card.title in titles and (varied := _varied(card, before, context))]
    return _in_place(meant[:1]) if meant else None


def _varied(card: Waiting, text: str, context: Context) -> Intent | None:
    intent = as_intent(card, context)
    if intent is None:
        return None
    return intent.varied(_without_name(text, card), context) or intent.varied(wanted(text), context)


def _in_place(meant: Sequence[tuple[Waiting, Intent]]) -> InPlaceOf:
    (card, varied), *others = meant
    if others and isinstance(varied, ArchiveMails):
        varied = replace(varied, which=replace(varied.which, account=""))
    notes = str(card.asked.get("notes", ""))
    return InPlaceOf(varied, ", ".join(c.ref for c, _ in meant if c.ref), (("notes", notes),) if notes else ())


def _one_search(meant: Sequence[tuple[Waiting, Intent]]) -> bool:
    """Whether the cards came of one search over several accounts, and the change names none of them."""
    searches = [replace(varied.which, account="") for _, varied in meant if isinstance(varied, ArchiveMails)]
    accounts = {varied.which.account for _, varied in meant if isinstance(varied, ArchiveMails)}
    return len(searches) == len(meant) == len(accounts) and all(search == searches[0] for search in searches)


def _spoken_of_last(card: Waiting, context: Context) -> bool:
    last = context.before[-1] if context.before else None
    return isinstance(last, Schedule) and last.event.named == card.asked.get("title")


def titled(text: str, card: Waiting) -> bool:
    """Whether a message calls the event of a waiting card by its title."""
    title = str(card.asked.get("title", ""))
    return bool(card.ref and title) and rx(rf"\b{re.escape(title)}\b").search(text) is not None


def _without_name(text: str, card: Waiting) -> str:
    """The message with "it" in place of what names the card: its title, or whom it goes to."""
    title = str(card.asked.get("title", ""))
    people = [*map(str, card.asked.get("guests") or ()), *map(str, card.asked.get("to") or ())]
    firsts = [name for person in people if (name := first_name(person) or person.partition("@")[0].partition(".")[0])]
    patterns = [rf"\"?{_SORT}\"?{re.escape(title)}\"?(?:\s+(?:meeting|event|call|card))?\b\"?"] if title else []
    for first in firsts:
        name = re.escape(first)
        patterns += [rf"(?:(?:the|my|that)\s+)?{_KIND}\s+(?:with|to|for)\s+{name}\b", rf"\b{name}'s\s+{_KIND}\b"]
    for pattern in patterns:
        if found := rx(pattern).search(text):
            return f"{text[: found.start()]}it{text[found.end() :]}"
    return text
