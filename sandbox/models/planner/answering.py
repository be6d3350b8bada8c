"""The grammar of a wish to answer someone: whose mail, what is to be said, and in which manner."""

from dataclasses import dataclass, replace

from sandbox.models.planner.filters import MAIL, Filter, tidy_topic
from sandbox.models.planner.people import NAME, PRONOUNS, name_at, names_at, tidy
from sandbox.models.planner.scan import MARK, rx
from sandbox.models.planner.steps import Context
from sandbox.models.planner.targets import filter_of, nth, pointed_at, read_filter
from sandbox.models.planner.wording import without_closing

# All that can be drafted without a language model.
STOCK_REPLY = "Thank you for your mail. I have read it and will get back to you."
_VERB = rx(
    r"^(?:(?:reply|respond|answer|write(?: back)?(?! (?:me|us|up) )|get back|email|mail|message|ping|drop|shoot|"
    r"replying|responding|answering|emailing|"
    r"(?:send|draft|write|compose|prepare|shoot|drop)(?:ing)?(?: off| up)? (?:(?:me|us) )?(?:(?:a|an|my|"
    r"the)\s+)?(?:(?:quick|short|polite|brief|friendly|nice|draft|kind)[ ,]+)*"
    rf"(?:reply|response|answer|note|line|{MAIL}))\b(?P<all>[\s-]*(?:to )?all\b)?(?:\s+(?:back|"
    rf"(?:with )?a (?:quick |short )?(?:reply|line|note|mail|email|message)))?)\s*"
    r"(?:(?:back )?to\b|on\b)?\s*"
)
_SEND_THEM = rx(
    rf"^(?:send|write|drop|shoot|give)\s+(?!me\b|us\b)(?P<name>{NAME})\s+(?:a|an)\s+(?:(?:quick|short|polite|brief|"
    rf"friendly|nice|kind)[ ,]+)*"
    rf"(?:reply|response|answer|note|line|{MAIL})\b"
)
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
    r"thank you|ok|okay)\b))\s*[:,]?\s+|\s*:\s*|\s+[–-]\s+|\s+(?=(?:yes|no|sure|thanks|ok|okay)\b)|,?\s+(?=\")"
)
_REPLY_ALL = rx(
    r"\s*[,(]?\s*\b(?:reply[- ]?all|and (?:cc|copy|include) (?:everyone|everybody|all)|to (?:everyone|"
    r"all)(?: (?:on|in) (?:it|the thread|copy))?|(?:cc|copying) (?:everyone|all))\b\)?"
)
_EVERYONE = rx(r"^(?:everyone|everybody|all)(?:\s+(?:on|in)\s+(?:the\s+)?)?")
_ABOUT = rx(r"\s+(?:about|on|regarding|re)\s+(?:the\s+|my\s+|our\s+)?(?P<topic>.+)$")
_SELF = rx(r"^(?:me|us|you|i|myself)\b")
_KNOW = rx(r"^\s*(?:also )?(?:know|to know)\b[\s,:]*(?:(?:also |too )?that\b)?[\s,:]*")
_CLAUSE = rx(r"^\s*[,:]?\s*(?:(?:also|too|again|please|politely|kindly) )?(?:that\b)?[\s,:]*")
_THREAD = rx(
    r"^(?:(?:the|my|our|that)\s+)?(?P<topic>.+?)\s+(?:e-?mail\s+|mail\s+)?(?:threads?|conversation|discussion|chain)$"
)
_HAS_TITLE = rx(r"\b(?:titled|entitled|called|named|subject(?: line)?|headed)\s*:?\s*\"[^\"]+\"")
_AS_REPLY = rx(
    r"\s*,?\s*(?:as (?:a|an|my) (?:reply|answer|response)(?: to .*)?|(?:by|via|per|in an?) (?:e-?mail|mail|reply))$"
)
_SPOKEN_OF = rx(
    r"^(?:it|that|this|them|(?:to )?(?:all of )?(?:that|this|the) (?:one|thread|conversation|mail|e-?mail|message)"
    r"|those|"
    r"(?:to )?(?:the|its|their) (?:very )?(?:latest|last|newest|most recent)(?: (?:one|mail|e-?mail"
    r"|message))?(?: (?:of|in|from) (?:them|it|those|the thread))?)$"
)
_DESCRIBED = rx(r"'s |\b(?:from|by)\b")
# "… an answer I can send", "… a reply together so I can just approve it": what the draft is for, no words of it.
_ASKED = rx(
    r"^(?P<verb>put|make|give|get|draft|write|prepare|compose)\s+(?P<what>(?:(?:me|us|a|an|the|my|some|quick|short"
    r"|draft"
    r"|possible|suggested)\s+)*(?:reply|response|answer))(?P<together>\s+together)?\b"
)
_FOR_CHECKING = rx(
    r"\s*,?\s*\b(?:for (?:me|us) to|(?:so )?(?:that |which )?(?:i|we) (?:can|could|may)(?: then| just| simply)*"
    r"|for my|to)"
    r"\s+(?:look (?:at|over)|check|review|approve|approval|send|edit|sign off|okay|ok|read|go over|see)"
    r"(?:\s+(?:it|that|them|this|off|out|first|over|later))*$"
)
DRAFT_ONLY = rx(
    r"\s*[,;(–-]*\s*\b(?:(?:and |but )?(?:(?:do not|don't|without) send(?:ing)?(?: it| anything)?(?: yet)?|"
    r"(?:just|only) (?:(?:save|leave|keep) it )?(?:as )?(?:a )?drafts?(?: only)?|(?:save|leave|keep) (?:it|that|this) "
    r"(?:as a draft|in (?:my |the )?drafts)|as a draft(?: only)?|draft only|no sending))\b[)]?"
)
_DRAFT = rx(r"^(?:draft|write|compose|prepare)\b")
_TURN_DOWN = rx(
    rf"^(?P<verb>decline|turn down|accept|agree to|reject)\s+(?P<name>{NAME})['’]s?\s+(?P<what>(?:[\w-]+\s+){{0,4}}?"
    r"(?:proposal|offer|suggestion|request|idea|plan|invitation|invite))(?P<rest>.*)$"
)
_INSTEAD = rx(r"\b(?:and|but)\s+(?:suggest|propose|offer|ask for)\s+(?P<other>.+?)(?:\s+instead)?$")


@dataclass(frozen=True)
class Wish:
    """Whose mail shall be answered, with which words."""

    which: Filter
    words: str
    manner: str = "say"  # say | ask | thank | remind | stock
    to_all: bool = False
    draft_only: bool = False


def read_wish(text: str, context: Context) -> Wish | None:
    """Understand the text as a wish to answer someone, or don't."""
    text, only_draft = DRAFT_ONLY.sub("", text).strip(), bool(DRAFT_ONLY.search(text))
    text = _for_checking(text)
    wish = _say_to(text, context) or _turn_down(text, context) or _tell(text, context) or _reply(text, context)
    return replace(wish, words=_AS_REPLY.sub("", wish.words), draft_only=only_draft) if wish else None


def _for_checking(text: str) -> str:
    """The same wish without what the draft is for, unless that belongs to the words of the letter."""
    asked = _ASKED.match(text)
    if not asked:
        return text
    text = text.rstrip(" .!?")
    purpose = _FOR_CHECKING.search(text, asked.end())
    rest = text[asked.end() : purpose.start() if purpose else len(text)]
    drafts = asked["verb"].lower() in {"draft", "write", "prepare", "compose"}
    if _MARKER.search(rest) or not (drafts or purpose or asked["together"]):
        return text
    return f"{asked['verb'] if drafts else 'draft'} {asked['what']}{rest}"


def _say_to(text: str, context: Context) -> Wish | None:
    found = _SAY_TO.match(text)
    if not found:
        return None
    words = " ".join(part for part in (found["body"], found["for"]) if part)
    return Wish(Filter(senders=(_whom(found["name"], context),)), words)


def _turn_down(text: str, context: Context) -> Wish | None:
    """Declining or accepting a proposal by mail; an invitation is answered in the calendar unless mail was said."""
    found = _TURN_DOWN.match(text)
    by_mail = rx(r"\b(?:e-?mail|mail|reply)\b").search(text) is not None
    if not found or (found["what"].lower().endswith(("invitation", "invite")) and not by_mail):
        return None
    yes = found["verb"].lower() in {"accept", "agree to"}
    other = _INSTEAD.search(_AS_REPLY.sub("", found["rest"]))
    words = f"{'I am happy to accept' if yes else 'Thank you, but I have to decline'} the {found['what']}."
    words += f" Could we do {other['other']} instead?" if other else ""
    return Wish(Filter(senders=(_whom(found["name"], context),)), words)


def _tell(text: str, context: Context) -> Wish | None:
    verb = _TELL.match(text)
    names, rest = names_at(text[verb.end() :]) if verb else ([], "")
    if not verb or not names or _SELF.match(text[verb.end() :]):
        return None
    manner = verb["verb"].lower().removesuffix("ing")
    if manner.startswith("let"):
        know = _KNOW.match(rest)
        if not know:
            return None
        rest = rest[know.end() :]
    else:
        rest = _CLAUSE.sub("", rest, count=1)
    style = manner if manner in {"ask", "thank", "remind"} else "say"
    return Wish(Filter(senders=tuple(_whom(name, context) for name in names)), rest.strip(), style)


def _reply(text: str, context: Context) -> Wish | None:
    verb = _VERB.match(text)
    if them := _SEND_THEM.match(text):
        text = f"reply to {them['name']}{text[them.end() :]}"
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
    return Wish(replace(which, limit=0), words, manner, to_all)


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
    target = without_closing(target.strip(" ,.?!"))
    if target.lower() in {"for me", "please", "pls"}:
        target = ""
    if entry := pointed_at(target, context):
        return filter_of(entry)
    if not target or _SPOKEN_OF.match(target):
        return _mail_spoken_of(context)
    if nth(target):
        return Filter()
    if _DESCRIBED.search(target) or _HAS_TITLE.search(target):
        return read_filter(target, context)
    thread = _THREAD.match(target)
    return Filter(words=tidy_topic(thread["topic"])) if thread else _from_somebody(target, context)


def _from_somebody(target: str, context: Context) -> Filter | None:
    """The newest mail of the one named, perhaps about something."""
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
