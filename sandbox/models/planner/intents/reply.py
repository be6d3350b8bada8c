"""Answering a mail: "reply to Dana that …", "tell Sara yes", "let Priya know …", "answer Tom's last email: …"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import MAIL, Filter, tidy_topic
from sandbox.models.planner.letter import Letter, body_of
from sandbox.models.planner.people import (
    NAME,
    PRONOUNS,
    display_name,
    first_name,
    is_address,
    is_relation,
    name_at,
    plausible,
    resolve,
    tidy,
    which_one,
)
from sandbox.models.planner.scan import MARK, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one, proposal
from sandbox.models.planner.targets import filter_of, nth, pointed_at, read_filter
from sandbox.models.planner.wording import name_case

STOCK_REPLY = (
    "Thank you for your mail. I have read it and will get back to you."  # all that can be drafted without a model
)
BODY_ASKED = "What should the reply to"  # how a later turn knows that its words are the letter
_STOCK_NOTE = "The words are a stock sentence: I have no language model. Tell me “reply … that …” to say it yourself."
MAILS_LOOKED_AT = 5  # enough to see whether a name means one person
_VERB = rx(
    r"^(?:(?:reply|respond|answer|write(?: back)?|get back|email|mail|message|ping|drop|shoot|"
r"replying|responding|answering|emailing|"
    r"(?:send|draft|write|compose|prepare|shoot|drop)(?:ing)?(?: off)? (?:(?:a|an|my|"
r"the)\s+)?(?:(?:quick|short|polite|brief|friendly|nice|draft|kind)[ ,]+)*"
    rf"(?:reply|response|answer|note|line|{MAIL}))\b(?P<all>[\s-]*(?:to )?all\b)?(?:\s+(?:back|"
rf"(?:with )?a (?:quick |short )?(?:reply|line|note|mail|email|message)))?)\s*"
    r"(?:(?:back )?to\b|on\b)?\s*"
)  # fmt: skip
_TELL = rx(r"^(?P<verb>tell|let|inform|notify|ask|remind|thank|telling|asking|thanking|letting|update)\s+")
_SAY_TO = rx(
    rf"^(?:say|send)\s+(?P<body>\"[^\"]+\"|(?:a )?(?:big )?(?:thanks|thank you|yes|no|hi|hello|sorry|"
    rf"ok|okay|congrats|congratulations)[^{MARK}]*?)\s+to\s+(?P<name>{NAME})(?:\s+(?P<for>for .+))?$"
)
_MARKER = rx(
    r"\s*[,:;–-]?\s*\b(?:saying(?: that)?|to say(?: that)?|that says(?: that)?|which says(?: that)?|"
r"telling (?:him|her|them)(?: that)?|"
    r"(?:and|to) (?:say|tell (?:him|her|them)|let (?:him|her|them) know|write|mention|confirm|reply)(?: that)?(?=\s)|"
    r"(?P<ask>(?:and |to )?(?:ask(?:ing)? (?:him|her|them)|asking))|"
    r"that|with(?: the (?:text|words|message))?|as follows|(?=(?:yes|no|sounds good|sure|thanks|"
r"thank you|ok|okay)\b))\s*[:,]?\s+|\s*:\s*|\s+[–-]\s+|,?\s+(?=\")"
)  # fmt: skip
_REPLY_ALL = rx(
    r"\s*[,(]?\s*\b(?:reply[- ]?all|and (?:cc|copy|include) (?:everyone|everybody|all)|to (?:everyone|"
    r"all)(?: (?:on|in) (?:it|the thread|copy))?|(?:cc|copying) (?:everyone|all))\b\)?"
)
_EVERYONE = rx(r"^(?:everyone|everybody|all)(?:\s+(?:on|in)\s+(?:the\s+)?)?")
_ABOUT = rx(r"\s+(?:about|on|regarding|re)\s+(?:the\s+|my\s+|our\s+)?(?P<topic>.+)$")
_KNOW = rx(r"^\s*(?:also )?(?:know|to know)\b[\s,:]*(?:(?:also |too )?that\b)?[\s,:]*")
_CLAUSE = rx(r"^\s*[,:]?\s*(?:(?:also|too|again|please|politely|kindly) )?(?:that\b)?[\s,:]*")
_THREAD = rx(
    r"^(?:(?:the|my|our|that)\s+)?(?P<topic>.+?)\s+(?:e-?mail\s+|mail\s+)?(?:threads?|conversation|discussion|chain)$"
)
_HAS_TITLE = rx(r"\b(?:titled|entitled|called|named|subject(?: line)?|headed)\s*:?\s*\"[^\"]+\"")
_AS_REPLY = rx(
    r"\s*,?\s*(?:as (?:a|an|my) (?:reply|answer|response)(?: to .*)?|(?:by|via|per|in an?) (?:e-?mail|mail|reply))$"
)
_DRAFT = rx(r"^(?:draft|write|compose|prepare)\b")
_TURN_DOWN = rx(
    rf"^(?P<verb>decline|turn down|accept|agree to|reject)\s+(?P<name>{NAME})['’]s?\s+(?P<what>(?:[\w-]+\s+){{0,4}}?"
    r"(?:proposal|offer|suggestion|request|idea|plan|invitation|invite))(?P<rest>.*)$"
)
_INSTEAD = rx(r"\b(?:and|but)\s+(?:suggest|propose|offer|ask for)\s+(?P<other>.+?)(?:\s+instead)?$")


@dataclass(frozen=True)
class Reply(Intent):
    """Propose an answer to someone's newest mail."""

    which: Filter  # how the mail is found; the sender is whom the answer goes to
    words: str  # what the person wants said, in the person's words
    manner: str = "say"  # say | ask | thank: how the words become a letter
    to_all: bool = False
    writer: str = ""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        read = cls._say_to(text, context) or cls._turn_down(text, context)
        read = read or cls._tell(text, context) or cls._reply(text, context)
        return replace(read, words=_AS_REPLY.sub("", read.words), writer=context.first_name) if read else None

    @classmethod
    def _say_to(cls, text: str, context: Context) -> Self | None:
        found = _SAY_TO.match(text)
        if not found:
            return None
        words = " ".join(part for part in (found["body"], found["for"]) if part)
        return cls(Filter(senders=(_whom(found["name"], context),)), words)

    @classmethod
    def _turn_down(cls, text: str, context: Context) -> Self | None:
        """Declining or accepting a proposal by mail; an invitation is answered in the calendar unless mail was said."""
        found = _TURN_DOWN.match(text)
        by_mail = rx(r"\b(?:e-?mail|mail|reply)\b").search(text) is not None
        if not found or (found["what"].lower().endswith(("invitation", "invite")) and not by_mail):
            return None
        yes = found["verb"].lower() in {"accept", "agree to"}
        other = _INSTEAD.search(_AS_REPLY.sub("", found["rest"]))
        words = f"{'I am happy to accept' if yes else 'Thank you, but I have to decline'} the {found['what']}."
        words += f" Could we do {other['other']} instead?" if other else ""
        return cls(Filter(senders=(_whom(found["name"], context),)), words)

    @classmethod
    def _tell(cls, text: str, context: Context) -> Self | None:
        verb = _TELL.match(text)
        name = name_at(text[verb.end() :]) if verb else None
        if not verb or not name or name["name"].lower() in {"me", "us", "you", "i"}:
            return None
        manner = verb["verb"].lower().removesuffix("ing")
        rest = text[verb.end() + name.end() :]
        if manner.startswith("let"):
            know = _KNOW.match(rest)
            if not know:
                return None
            rest = rest[know.end() :]
        else:
            rest = _CLAUSE.sub("", rest, count=1)
        style = manner if manner in {"ask", "thank", "remind"} else "say"
        return cls(Filter(senders=(_whom(name["name"], context),)), rest.strip(), style)

    @classmethod
    def _reply(cls, text: str, context: Context) -> Self | None:
        verb = _VERB.match(text)
        if not verb:
            return None
        rest = text[verb.end() :]
        target, words, manner = _parted(rest)
        if not words and _DRAFT.match(text):
            words, manner = STOCK_REPLY, "stock"
        to_all = bool(verb["all"]) or _REPLY_ALL.search(target) is not None or bool(_EVERYONE.match(target))
        which = _mail_meant(_EVERYONE.sub("", _REPLY_ALL.sub("", target)), context)
        if which is None:
            return None
        return cls(replace(which, limit=0), words, manner, to_all)

    def steps(self) -> Steps[Outcome]:
        whom = self.which.senders[0] if self.which.senders else ""
        if (not whom and not self.which.named) or whom.lower() in PRONOUNS:
            return Outcome(
                "Whose mail should I answer, and with what? Say for example “reply to Dana that Thursday works”."
            )
        if not self.words:
            name = name_case(whom) if whom else "that mail"
            return Outcome(f"{BODY_ASKED} {name} say? I can't compose one: I'm a planner without a language model.")
        mails, question = yield from self._newest(whom)
        if question or not mails:
            return Outcome(question)
        mail = mails[0]
        letter = Letter(first_name(str(mail.get("from") or whom)) or first_name(whom), self.writer)
        args: Json = {"thread": mail.get("thread"), "body": letter.around(body_of(self.words, self.manner))}
        result = yield from one(Call("send_reply", {**args, "reply_all": True} if self.to_all else args))
        outcome = proposal([result])
        return replace(outcome, text=f"{outcome.text}\n{_STOCK_NOTE}") if self.manner == "stock" else outcome

    def _newest(self, whom: str) -> Steps[tuple[list[Json], str]]:
        """The newest mail meant, or the question to ask; looked up by address once when the name finds nothing."""
        which = self.which
        if whom and is_relation(whom):
            found = yield from resolve(whom)
            if found.question:
                return [], found.question
            which = replace(which, senders=(found.email,))
        result = yield from one(Call("search_mail", {**which.arguments()[0], "limit": MAILS_LOOKED_AT}))
        mails = list(result.get("mails") or ())
        if not mails and whom and not is_address(which.senders[0]) and not result.get("error"):
            found = yield from resolve(whom)
            if found.question:
                return [], found.question
            second = replace(which, senders=(found.email,))
            result = yield from one(Call("search_mail", {**second.arguments()[0], "limit": MAILS_LOOKED_AT}))
            mails = list(result.get("mails") or ())
        if not mails:
            return [], _nothing_found(result, whom)
        return mails, _doubt(whom, mails)

    def varied(self, text: str, context: Context) -> Intent | None:
        if not self.words and BODY_ASKED in context.answer:
            return replace(self, words=text)
        return None

    @property
    def person(self) -> str:
        return self.which.senders[0] if self.which.senders else ""

    def for_person(self, email: str) -> "Reply":
        """The same reply once the person has said who is meant."""
        return replace(self, which=replace(self.which, senders=(email,)))


def _whom(name: str, context: Context) -> str:
    name = tidy(name)
    return context.person if name.lower() in PRONOUNS and context.person else name


def _parted(rest: str) -> tuple[str, str, str]:
    """Whom, what, and in which manner: "Tom's last email: yes" → ("Tom's last email", "yes", "say")."""
    name, title = name_at(rest), _HAS_TITLE.search(rest)
    after = title.end() if title else name.end() if name and name["name"].lower() != "that" else 0
    marker = _MARKER.search(rest, after)
    if not marker:
        return rest, "", "say"
    return rest[: marker.start()], rest[marker.end() :].strip(), "ask" if marker["ask"] else "say"


def _mail_meant(target: str, context: Context) -> Filter | None:
    target = target.strip(" ,.")
    if entry := pointed_at(target, context):
        return filter_of(entry)
    if not target or target.lower() in {"it", "that", "this", "them", "that one", "this one"}:
        return _mail_spoken_of(context)
    if nth(target):
        return Filter()
    if "'s " in target or rx(r"\b(?:from|by)\b").search(target):
        return read_filter(target, context)
    if thread := _THREAD.match(target):
        return Filter(words=tidy_topic(thread["topic"]))
    if _HAS_TITLE.search(target):
        return read_filter(target, context)
    about = _ABOUT.search(target)
    name = name_at(target)
    if not name or name["name"].split()[0].lower() in {"me", "us", "a", "an", "myself"}:
        return None
    sender = _whom(target[: about.start()] if about else name["name"], context)
    return Filter(senders=(tidy(sender),), words=about["topic"].strip() if about else "")


def _mail_spoken_of(context: Context) -> Filter:
    """The mails of the request before this one, or those of the person spoken of last."""
    last = context.before[-1] if context.before else None
    which = getattr(last, "which", None)
    if isinstance(which, Filter) and which.named:
        return which
    return Filter(senders=(context.person,)) if context.person else Filter()


def _nothing_found(result: Json, whom: str) -> str:
    if result.get("error"):
        return f"That didn't work: {result['error']}"
    return f"I found no mail from {name_case(whom)} to answer." if whom else "I found no mail like that to answer."


def _doubt(whom: str, mails: Sequence[Json]) -> str:
    """A question if the mails found come from several people whom the name fits equally well."""
    if not whom or is_address(whom):
        return ""
    senders: dict[str, Json] = {}
    for mail in mails:
        sender = str(mail.get("from", ""))
        address = sender.rpartition("<")[2].rstrip("> ").lower()
        senders.setdefault(address, {"name": display_name(sender), "email": address})
    fitting = plausible(whom, {"people": list(senders.values())})
    return which_one(whom, fitting) if len(fitting) > 1 and not is_relation(whom) else ""
