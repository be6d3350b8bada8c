"""Finding and summarising mails: "any unread mail from my manager?", "summarise the thread about the budget"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner import summary
from sandbox.models.planner.answers import count, errors_of, mail_list, notes_of
from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import MAIL, Filter, relation_among, take_account
from sandbox.models.planner.followups import also_for
from sandbox.models.planner.people import NAME, names_at, resolve
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps
from sandbox.models.planner.targets import filter_of, pointed_at, read_filter

LIST_LIMIT = 10
THREADS_READ = 4  # a summary of more is no summary
_NOUN = rf"(?:{MAIL}|newsletters?|promos?|promotions|updates|notifications|unread|invoices?|receipts?|attachments?)"
_SEARCH = rx(
    rf"^(?:(?:find|search(?: for| through)?|look(?:ing)? (?:for|up)|dig (?:out|up)|pull up|fetch|"
    rf"locate|searching for|finding|hunt for)\b|"
    rf"(?:show|list|get|give|open|display|check|see|read|bring up|view|go through|filter|"
    rf"count)\b.*\b(?:{_NOUN}|from|about)\b|"
    rf"(?:what|what's|whats|which|who|where|is|are|do|did|does|have|has|any|anything|anyone|how many|"
    rf"got|am|was|were|has anyone|nothing|new|latest|last)\b.*\b(?:{_NOUN}|from|"
    rf"e-?mailed|mailed|written|wrote|write|sent|send|reply|replied|answered|heard|hear|unread|new)\b|"
    rf"(?:all |my |the |any |every |new |unread |latest |last |recent |today's )*{_NOUN}\b)"
)
_SEARCH_VERB = rx(
    r"^(?:(?:find|search(?:ing)?(?: for| through)?|look(?:ing)? (?:for|up)|dig (?:out|up)|pull up|"
    r"fetch|locate|finding|hunt for|show|list|get|give|open|display|check|see|read|"
    r"bring up|view|go through|filter|count)\s+(?:me\s+)?(?:if\s+(?:i|there)\s+(?:have|is|are|got)\s+)?(?:for\s+)?|"
    r"(?:what's|whats|what is|what are|what|which|is there|are there|do i have|did i get|"
    r"have i (?:got|received|gotten)|got|how many|where is|where's|where are|any(?:thing)?|do we have|"
    r"who)\s+)+"
)
_DID_X = rx(
    rf"^(?:did|has|have|what did|what has|when did|what's|does)\s+(?P<name>{NAME})\s+(?:ever\s+|"
    rf"already\s+|just\s+)?(?:say|said|write|written|wrote|send|sent|e-?mail(?:ed)?|mail(?:ed)?|reply|"
    rf"replied|answer(?:ed)?|respond(?:ed)?|want(?:ed)?|got(?:ten)? back|come back|"
    rf"get back)\b\s*(?:to\s+(?:me|us)|me|us|back|back to me)?\s*(?P<rest>.*)$"
)
_CONTENT = rx(r"^what (?:did|has|does)\b.*\b(?:say|said|write|written|want)\b")
_HEARD = rx(
    rf"^(?:have|did) (?:i|we) (?:heard?|"
    rf"hear) (?:anything )?(?:back )?(?:from )(?P<name>{NAME})\s*(?P<rest>.*)$"
)
_SUMMARY = rx(
    r"^(?:(?:give|send|make|write|get|create)(?:ing)?\s+(?:me\s+)?(?:a|an|"
    r"the)?\s*(?:\w+\s+)?(?:summary|recap|overview|rundown|gist|digest|tl;?dr)\s+(?:of|on|about|for)?|"
    r"summ?[ae]ri[sz](?:e|ing)|sum up|recap|tl;?dr|condense|brief me on|catch me up(?: on| with)?|"
    r"bring me up to (?:speed|date)(?: on| with)?|fill me in(?: on)?|"
    r"what(?:'s|s| is) (?:the (?:gist|summary|status|story|state)(?: of| on| with)?|going on (?:with|"
    r"in)|new (?:with|on) (?=the|project))|"
    r"(?:a )?(?:summary|recap|overview|gist|rundown) (?:of|on)|read(?: me)?(?: out)?(?= (?:the|that|"
    r"it|my|this) )|digest)\b\s*(?:me\s+)?"
)
_HOW_MANY = rx(r"^(?:how many|count)\b")


@dataclass(frozen=True)
class FindMails(Intent):
    """Show the mails a filter names."""

    which: Filter
    counting: bool = False

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if said := _DID_X.match(text) or _HEARD.match(text):
            if said["name"].lower() in {"i", "we", "you", "anyone", "anybody", "someone", "it", "there"}:
                return cls._read(text, context) if _SEARCH.match(text) else None
            which = read_filter(f"mails from {said['name']} {said['rest']}", context)
            return cls(which) if not _CONTENT.match(text) else None
        return cls._read(text, context) if _SEARCH.match(text) else None

    @classmethod
    def _read(cls, text: str, context: Context) -> Self:
        verb = _SEARCH_VERB.match(text)
        which = read_filter(text[verb.end() :] if verb else text, context)
        if not which.named and not which.unread and not which.where:
            which = replace(which, where="inbox")
        return cls(which, _HOW_MANY.match(text) is not None)

    def steps(self) -> Steps[Outcome]:
        which = yield from looked_up(self.which)
        if isinstance(which, Outcome):
            return which
        results = yield [Call("search_mail", {**args, "limit": LIST_LIMIT}) for args in which.arguments()]
        if not any(result.get("mails") or result.get("error") for result in results) and can_widen(which):
            wider = replace(which, where="anywhere")
            results = yield [Call("search_mail", {**args, "limit": LIST_LIMIT}) for args in wider.arguments()]
        noun = "unread mail" if which.unread else "mail"
        return Outcome(mail_list(results, noun=noun, none=f"I found no {noun} like that."))

    def varied(self, text: str, context: Context) -> Intent | None:
        which = varied_filter(self.which, text, context)
        return replace(self, which=which) if which else None

    @property
    def person(self) -> str:
        return self.which.senders[0] if self.which.senders else ""


@dataclass(frozen=True)
class SummariseMails(Intent):
    """Read the threads a filter names and quote what matters in them, each with its source."""

    which: Filter

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if (said := _DID_X.match(text)) and _CONTENT.match(text) and said["name"].lower() not in {"i", "we", "you"}:
            return cls(read_filter(f"mails from {said['name']} {said['rest']}", context))
        verb = _SUMMARY.match(text)
        if not verb:
            return None
        rest = text[verb.end() :]
        if entry := pointed_at(rest, context):
            return cls(filter_of(entry))
        which = read_filter(rest, context)
        if not which.named and not which.unread:
            which = replace(which, where="inbox")
        return cls(which)

    def steps(self) -> Steps[Outcome]:
        which = yield from looked_up(self.which)
        if isinstance(which, Outcome):
            return which
        found = yield [Call("search_mail", {**args, "limit": LIST_LIMIT}) for args in which.arguments()]
        if not any(result.get("mails") or result.get("error") for result in found) and can_widen(which):
            wider = replace(which, where="anywhere")
            found = yield [Call("search_mail", {**args, "limit": LIST_LIMIT}) for args in wider.arguments()]
        mails = [mail for result in found for mail in result.get("mails") or () if mail.get("thread")]
        threads = list(dict.fromkeys(str(mail["thread"]) for mail in mails))
        if not threads:
            return Outcome(mail_list(found))
        read = yield [Call("read_thread", {"thread": thread}) for thread in threads[:THREADS_READ]]
        return Outcome(self._worded(read, len(threads), found))

    def _worded(self, read: list[Json], total: int, found: list[Json]) -> str:
        topic = " ".join([self.which.words, self.which.subject])
        head = f"From {count(min(total, THREADS_READ), 'thread')}" + (f" of {total}" if total > THREADS_READ else "")
        text = summary.of_threads(read, topic) or "The mails have no text I could quote."
        asides = [*errors_of(read), *notes_of([*found, *read])]
        return "\n".join(
            [f"{head}, in their own words (quoted, not understood: I have no language model):", text, *asides]
        )

    def varied(self, text: str, context: Context) -> Intent | None:
        which = varied_filter(self.which, text, context)
        return replace(self, which=which) if which else None

    @property
    def person(self) -> str:
        return self.which.senders[0] if self.which.senders else ""


def looked_up(which: Filter) -> Steps[Filter | Outcome]:
    """The filter with a role among the senders ("my manager") replaced by the person's address."""
    role = relation_among(which.senders)
    if not role:
        return which
    found = yield from resolve(role)
    if found.question:
        return Outcome(found.question)
    return replace(which, senders=tuple(found.email if one == role else one for one in which.senders))


def can_widen(which: Filter) -> bool:
    """Whether an empty result may lie outside the inbox; asking for the inbox means the inbox."""
    return which.named and not which.where and not which.unread


def varied_filter(which: Filter, text: str, context: Context) -> Filter | None:
    """The filter with what a later message changes: the account, the sender, the topic, unread only."""
    more = also_for(text)
    if more is None:
        only = rx(r"^(?:only|just)\s+(?P<rest>.+)$").match(text)
        if not only:
            return None
        narrower = read_filter(only["rest"], context)
        return replace(
            which,
            unread=which.unread or narrower.unread,
            account=narrower.account or which.account,
            senders=narrower.senders or which.senders,
            newer_than_days=narrower.newer_than_days or which.newer_than_days,
            older_than_days=narrower.older_than_days or which.older_than_days,
        )
    scan = Scan(more)
    if account := take_account(scan):
        return replace(which, account=account)
    if rx(r"\b(?:from|by)\s").search(text) or (which.senders and not which.words):
        names, rest = names_at(rx(r"^(?:(?:for|in|on|with|from|by)\s+)+").sub("", more))
        return replace(which, senders=tuple(names)) if names and not rest.strip(" .?!") else None
    other = read_filter(more, context)
    return replace(which, words=other.words) if other.words and which.words else None
