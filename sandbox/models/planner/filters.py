"""The grammar of "which mails": age, account, category, sender, subject, topic; each part is taken where it stands."""

import re
from dataclasses import dataclass, replace

from sandbox.models.planner.conversation import Json
from sandbox.models.planner.people import NAME, PRONOUNS, RELATIONS, is_relation, names_at
from sandbox.models.planner.scan import MARK, NUMBER, Scan, number, rx

MAIL = r"(?:e-?mails?|mails?|messages?|inbox(?:es)?|mailbox(?:es)?|threads?|conversations?|correspondence|letters?)"
_DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 90, "year": 365}
_UNIT = r"(?P<unit>day|week|fortnight|month|quarter|year)s?"
_THAT = r"(?:(?:that|which|who)\s*(?:are|is|were|was|have been|has been|'s|'re|have|has|i(?:'ve)?)?\s+|and\s+)?"
_OLDER = rx(
    rf"{_THAT}(?:(?:older|more|greater|over|at least|beyond|>)\s*(?:than|"
    rf"then)?\s*(?P<n1>{NUMBER})\s+{_UNIT}(?:\s+(?:old|ago|back))?"
    rf"|(?P<n2>{NUMBER})\s*\+?\s*(?:or more\s+)?(?P<unit2>day|week|month|year)s?(?:\s+(?:and|"
    rf"or)\s+(?:older|more))(?:\s+old)?"
    rf"|from\s+(?:more than|over|at least)\s+(?P<n3>{NUMBER})\s+(?P<unit3>day|week|month|year)s?\s+(?:ago|back)"
    rf"|(?P<n4>{NUMBER})\s*\+?[\s-]*(?P<unit4>day|week|month|year)s?\s+old"
    rf"|(?:before|until|from before|older than) (?P<last>last|this) (?P<unit5>week|month|year|quarter)"
    rf"|(?:older than|before) (?P<half>half a year|yesterday|today))"
)
_NEWER = rx(
    rf"{_THAT}(?:(?:(?:from|in|of|over|during|within|for|since|received|sent|came in|arrived)\s+)*"
    rf"(?:the\s+|my\s+)?(?:last|past|previous)\s+(?:(?P<n1>{NUMBER})\s+)?{_UNIT}"
    rf"|(?:newer|younger|less|not older|no older)\s+than\s+(?P<n2>{NUMBER})\s+(?P<unit2>day|week|month|"
    rf"year)s?(?:\s+old|\s+ago)?"
    rf"|(?:(?:from|of|in|received|sent|came in|arrived|got|since|during)\s+)*(?P<word>today|yesterday|"
    rf"this morning|this week|this month|this year|tonight)(?:'s)?"
    rf"|since (?P<day>monday|tuesday|wednesday|thursday|friday|saturday|sunday))"
)
# Periods of the calendar reach back at most so many days; only "today" is exact without computing a date.
_WORD_DAYS = {
    "today": 1,
    "this morning": 1,
    "tonight": 1,
    "yesterday": 2,
    "this week": 7,
    "this month": 31,
    "this year": 366,
}
_ACCOUNT_NAMED = rx(
    r"(?:\b(?:in|from|on|for|of|at|to|across|under|inside|within)\s+)?(?:\b(?:my|the|"
    r"our)\s+)?\b(?P<account>work|personal|private|[\w-]+(?= (?:account|inbox|mailbox|gmail)\b))"
    rf"(?:'s)?\s+(?P<noun>accounts?|(?:g?mail )?account|gmail|{MAIL}|calendars?|mail account|e-?mail account)\b"
)
_ACCOUNT_BARE = rx(
    rf"\b(?:in|on|for|at|from)\s+(?:my\s+)?(?P<account>work|personal)(?=\s*(?:$|[,.?!;{MARK}]|"
    rf"\b(?:only|too|as well|older|that|which|about|from)\b))"
)
_NOT_ACCOUNTS = frozenset(
    """my the an a every each all any both your other this that new unread which google whole entire""".split()  # noqa: SIM905
)
_ALL_ACCOUNTS = rx(
    r"\b(?:(?:across|in|from|on|over|of)\s+)?(?:all|every|each|both|any)(?:\s+of)?(?:\s+(?:my|"
    r"the))?\s+(?:accounts?|(?:in|mail)box(?:es)?)\b"
    r"|\b(?:at|in|from|on|across|both)\s+(?:(?:my|the)\s+)?(?:work|at home|personal|private)\s+(?:or|and|as well as"
    r"|&|\+)"
    r"\s+(?:(?:at|in|from|on)\s+)?(?:(?:my|the)\s+)?(?:work|home|personal(?:ly)?|private(?:ly)?)\b"
    rf"(?:\s+(?:{MAIL}|accounts?))?"
)
_CATEGORY = rx(
    r"\b(?:(?P<promotions>promotion(?:s|al)?|promos?|marketing|advertising|advertisements?|adverts?|"
    r"ads|commercials?|special offers|offers|deals|sales|"
    r"newsletters?|news ?letters?|mailing lists?|subscriptions?|junk|bulk)|(?P<social>socials?(?: media| networks?)?)|"
    r"(?P<updates>updates?|notifications?|notices)|(?P<forums>forums?|discussion lists?)|(?P<primary>primary))"
    rf"(?:\s+(?P<noun>{MAIL}|stuff|ones|things|junk|categor(?:y|ies)|tabs?|section|folder|crap|clutter|"
    rf"spam|notifications?|updates?|alerts?|digests?|blasts?))?\b"
)
_STANDS_ALONE = rx(rf"^\s*(?:$|[{MARK},.?!]|(?:and|or|&)\b|{MARK})")
_NEEDS_NOUN = frozenset(
    {"social", "update", "forum", "primary", "bulk", "sales", "junk", "notices", "subscription", "marketing"}
)
_SUBJECT = rx(
    rf"\b(?:with|whose|having)?\s*(?:the\s+|a\s+)?(?:subject(?: line)?|title)"
    rf"(?:\s+(?:is|of|contains?|containing|has|like))?\s*:?\s*"
    rf"(?P<subject>\"[^\"]+\"|[^{MARK},?\"]+?(?=\s*(?:$|[{MARK},?]|\bfrom\b)))|"
    r"\b(?:titled|entitled|called|named|headed)\s*:?\s*(?P<quoted>\"[^\"]+\")"
)
_LABEL = rx(
    r"\b(?:labell?ed(?: as| with)?|with (?:the )?label|(?:in|under) the label|"
    r"tagged)\s+(?P<label>\"[^\"]+\"|[\w/-]+)|\b(?:in|under) (?:the |my )?(?P<label2>[\w/-]+) label\b"
)
_STARRED = rx(r"\bstarred\b|\b(?:that |which )?(?:i(?:'ve| have)? starred|have (?:a )?stars?)\b|\bwith (?:a )?stars?\b")
_TOPIC = rx(
    r"\b(?:about|regarding|concerning|re|on the (?:topic|subject) of|on the subject|relat(?:ed|"
    r"ing) to|mention(?:ing|s)?|contain(?:ing|s)?|"
    r"with the words?|(?:that|which) (?:mention|contain|talk about|discuss)s?|discussing|dealing with|"
    r"to do with)\b\s*:?\s*"
    rf"(?P<topic>\"[^\"]+\"|[^{MARK}?!;]+)"
)
_TOPIC_ENDS = rx(
    rf"\s+(?=(?:from|by|sent by|that|which|who|in my|in the (?:last|past)|across|unread|and (?:also |then )?"
    rf"(?:reply|archive|draft|tell|show|list|summari[sz]e|let|write|answer|give))\b)|"
    rf"\s*,\s*(?=(?:from|which|that|in my|tell|and|then|give|show|please)\b)|\s+(?:{MAIL})$"
)
_SENDER = rx(
    rf"\b(?P<lead>(?:that |which )?(?:(?:i |we )?(?:got|received|have|came|come|is|are|was|"
    rf"were)\s+)?(?:from|(?:sent|written) (?:to me )?by|by))\s+(?:(?-i:the)\s+(?!(?:person|one|woman|man) ))?(?={NAME})"
)
_WROTE = rx(
    rf"\b(?P<name>{NAME})\s+(?:(?:has |have )?(?:sent|wrote|written|emailed|mailed|messaged)|"
    rf"sends)(?:\s+(?:me|us))?\b"
)
_OWNED = rx(
    rf"\b(?P<name>{NAME})['’]s?\s+(?:(?:very\s+)?(?:last|latest|newest|recent|most recent|new|unread|"
    rf"other|first|previous|old)\s+)*(?={MAIL}|note|reply|answer|response|question|proposal|invite|"
    rf"invitation|newsletters?|updates?|notifications?)"
)
_TO = rx(
    rf"\b(?:that |which )?(?:i |we |i've |i have )?(?:(?P<sent>sent|wrote|written|emailed|"
    rf"mailed)\s+)?to\s+(?P<name>{NAME})"
)
_UNREAD = rx(
    r"\b(?:anything|something|stuff) new\b|\b(?:did|have|do) (?:i|we) miss(?:ed)?\b|"
    r"(?:\b(?:haven't|have not|didn't|did) (?:i|we)(?: not| yet)* (?:read|open(?:ed)?|seen?)(?: yet)?\b)|"
    r"\b(?:unread|unopened|un-read|not (?:yet )?read(?: yet)?|(?:that |which )?i (?:haven't|have not|"
    r"didn't|did not|never|'ve not)(?: yet)? (?:read|open(?:ed)?|seen?)(?: yet)?|new(?=\s+(?:e-?mails?|mails?|"
    r"messages?)))\b"
)
_ROLE = rx(rf"(?:^|[,{MARK}])\s*(?P<role>{RELATIONS})\s*(?=$|[,{MARK}])")  # "unread, my manager, all accounts"
_ANYWHERE = rx(
    r"\b(?:anywhere|everywhere|in all (?:my )?(?:mail|folders)|including archived(?: ones| mails?)?|"
    r"(?:in|from) (?:the |my )?archived?|"
    r"archived ones too|all folders|(?:(?:it|they|that)\s+)?(?:might|may|could|is|are|was|"
    r"were)(?: already| even)?(?: be| have been)? "
    r"(?:archived|in the archive))\b"
)
_SENT = rx(
    r"\b(?:in (?:my )?sent(?: (?:mail|folder|items|box))?|sent (?:mail|items|folder|messages|emails)|"
    r"(?:mails?|e-?mails?|messages?) (?:that |which )?i(?:'ve| have)? (?:sent|wrote|written)|"
    r"did i (?:send|write|email|mail))\b"
)
_ATTACHED = rx(
    r"\b(?:(?:that|which)\s+)?(?:with|having|have|has|containing|contains?|including|include|carrying|come with)\s+"
    r"(?:an?\s+|any\s+|some\s+|the\s+)?(?:attachments?|attached files?|files? attached|files? in (?:them|it))\b"
)
_INBOX = rx(r"\b(?:in|from|out of|of)\s+(?:my|the)?\s*(?:inbox|mailbox)\b")
_ARTICLE = rx(r"^(?:(?:the|my|our|any|all|every|some|a|an|that|this|these|those)\s+)+")


@dataclass(frozen=True)
class Filter:
    """Which mails are meant, in the words of the mail tools; several senders or categories make several calls."""

    senders: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    words: str = ""
    subject: str = ""
    to: str = ""
    label: str = ""
    unread: bool = False
    older_than_days: int = 0
    newer_than_days: int = 0
    where: str = ""
    account: str = ""
    limit: int = 0  # "the 5 latest"; 0 is the caller's usual number
    attachment: bool = False
    vague: str = ""  # a period of the calendar, which a number of days only covers
    threads: tuple[str, ...] = ()  # by reference, when they were listed before

    @property
    def named(self) -> bool:
        """Whether anything narrows the mails down; without that nothing may be archived."""
        return replace(self, account="", where="", unread=False, limit=0, vague="") != Filter()

    def arguments(self, *, with_where: bool = True) -> list[Json]:
        """One set of arguments per call."""
        if self.threads:
            return [{"threads": list(self.threads)}]
        shared: Json = {
            "words": self.words,
            "to": self.to,
            "subject": self.subject,
            "label": self.label,
            "unread": self.unread,
            "attachment": self.attachment,
            "older_than_days": self.older_than_days,
            "newer_than_days": self.newer_than_days,
            "where": self.where if with_where else "",
            "account": self.account,
        }
        shared = {name: value for name, value in shared.items() if value}
        return [
            {**({"sender": sender} if sender else {}), **({"category": category} if category else {}), **shared}
            for sender in self.senders or ("",)
            for category in self.categories or ("",)
        ]


def take_filter(scan: Scan, *, person: str = "") -> Filter:
    """Take every part of the grammar out of the sentence; `person` is whom "her" and "him" mean."""
    limit = _take_limit(scan)
    vague = _VAGUE.search(scan.text)
    older, newer = _take_older(scan), _take_newer(scan)
    if older and vague:  # "last year's mail, so anything older than 365 days": the number says it
        newer, vague = 0, None
    subject = scan.take(_SUBJECT)
    account = take_account(scan)
    unread = scan.take(_UNREAD) is not None
    where = _take_where(scan)
    label = scan.take(_LABEL)
    starred = scan.take(_STARRED) is not None
    attached = scan.take(_ATTACHED) is not None
    topic = _take_topic(scan)
    senders = _take_senders(scan, person)
    to = scan.take(_TO)
    return Filter(
        senders=senders,
        categories=take_categories(scan),
        words=topic,
        subject=(subject["subject"] or subject["quoted"]).strip().strip('"') if subject else "",
        to=_pronoun(to["name"], person) if to and to["name"].lower() not in {"me", "us", "my inbox"} else "",
        label=(label["label"] or label["label2"]).strip('"') if label else "starred" if starred else "",
        unread=unread,
        older_than_days=older,
        newer_than_days=newer,
        where="sent" if to and to["sent"] else where,
        account=account,
        limit=limit,
        attachment=attached,
        vague=vague.group("period") if vague else "",
    )


_VAGUE = rx(
    r"(?<!the )(?<!the past )\b(?P<period>(?:last|previous) (?:week|month|quarter|year)|this (?:week|"
    r"month|year)|yesterday|"
    r"since (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
)
_NEWEST = r"(?:latest|newest|most recent|last|recent|top|first)"
_SO_MANY = rx(
    rf"\b(?:{_NEWEST}\s+(?P<after>{NUMBER})|(?P<before>{NUMBER})\s+{_NEWEST})\b(?!\s*(?:days?|weeks?|"
    rf"months?|years?|hours?)\b)|"
    rf"\b(?P<one>the\s+(?:very\s+)?(?:latest|newest|most recent|last)(?=\s+(?:e-?mail|mail|message|note)\b))"
)


_THEIR_LATEST = rx(rf"['’]s? (?:very )?{_NEWEST} (?:unread )?(?:e-?mail|mail|message|note)\b")


def _take_limit(scan: Scan) -> int:
    found = scan.take(_SO_MANY)
    if not found:
        return 1 if _THEIR_LATEST.search(scan.text) else 0
    return 1 if found["one"] else int(number(found["after"] or found["before"]))


def _pronoun(name: str, person: str) -> str:
    return person if person and name.lower() in PRONOUNS else name


def _days(count: str | None, unit: str) -> int:
    return round((number(count) if count else 1) * _DAYS[unit.lower()])


def _take_older(scan: Scan) -> int:
    found = scan.take(_OLDER)
    if not found:
        return 0
    for count, unit in (("n1", "unit"), ("n2", "unit2"), ("n3", "unit3"), ("n4", "unit4")):
        if found[count]:
            return _days(found[count], found[unit])
    if found["last"]:
        return _days(None, found["unit5"]) * (2 if found["last"].lower() == "last" else 1)
    return {"half a year": 182, "yesterday": 1, "today": 1}[found["half"].lower()]


def _take_newer(scan: Scan) -> int:
    found = scan.take(_NEWER)
    if not found:
        return 0
    if found["n2"]:
        return _days(found["n2"], found["unit2"])
    if found["word"]:
        return _WORD_DAYS[found["word"].lower()]
    if found["day"]:
        return 7
    days = _days(found["n1"], found["unit"])
    return days * 2 if _VAGUE.search(found.group()) else days


_BY_NOUN = rx(r"^(?:news ?letters?|notifications?)\b")


def only_nouns(text: str) -> bool:
    """Whether the categories named are mere nouns ("newsletters"): a sender's may be filed anywhere."""
    kinds = [found for found in _CATEGORY.finditer(text) if _is_category(found)]
    return bool(kinds) and all(_BY_NOUN.match(found.group()) for found in kinds)


def take_account(scan: Scan) -> str:
    """Take "in my work account", "on my personal calendar"; the noun stays for whoever needs it."""
    if scan.take(_ALL_ACCOUNTS):
        return ""
    for found in _ACCOUNT_NAMED.finditer(scan.text):
        account, noun = found["account"].lower(), found["noun"].lower()
        if account in _NOT_ACCOUNTS or (account not in {"work", "personal", "private"} and "account" not in noun):
            continue
        kept = "" if "account" in noun or "gmail" in noun or "box" in noun else found["noun"]
        lead = "in my " if "box" in noun else ""
        scan.text = (
            f"{scan.text[: found.start()]} {MARK} {lead + found['noun'] if lead else kept} {scan.text[found.end() :]}"
        )
        return "personal" if account == "private" else account
    bare = scan.take(_ACCOUNT_BARE)
    return bare["account"].lower() if bare else ""


def take_categories(scan: Scan) -> tuple[str, ...]:
    """Take the categories: plural names stand alone, words with another meaning need "mails" behind them."""
    kinds: list[str] = []
    while found := next((one for one in _CATEGORY.finditer(scan.text) if _is_category(one)), None):
        kind = str(next(name for name in ("promotions", "social", "updates", "forums", "primary") if found[name]))
        kinds += [kind] if kind not in kinds else []
        scan.text = f"{scan.text[: found.start()]} {MARK} {'mails' if found['noun'] else ''} {scan.text[found.end() :]}"
    return tuple(kinds)


def _is_category(found: re.Match[str]) -> bool:
    if found["noun"] or found.group().lower() not in _NEEDS_NOUN:
        return True
    return _STANDS_ALONE.match(found.string[found.end() :]) is not None


def _take_where(scan: Scan) -> str:
    if scan.take(_ANYWHERE):
        return "anywhere"
    if scan.take(_SENT, leave="mails"):
        return "sent"
    return "inbox" if scan.take(_INBOX, leave="mails") else ""


def _take_topic(scan: Scan) -> str:
    found = _TOPIC.search(scan.text)
    if not found:
        return ""
    topic = found["topic"]
    if not topic.startswith('"'):
        ends = _TOPIC_ENDS.search(topic)
        topic = topic[: ends.start()] if ends else topic
    scan.cut(found.start(), found.start("topic") + len(topic))
    return tidy_topic(topic)


def tidy_topic(topic: str) -> str:
    """A topic without its articles and quotation marks."""
    return _ARTICLE.sub("", topic.strip(' .,"')).strip(' .,"')


def _take_senders(scan: Scan, person: str) -> tuple[str, ...]:
    if found := _SENDER.search(scan.text):
        names, rest = names_at(scan.text[found.end() :], alternatives=True)
        names = [one for one in names if one.lower() not in {"inbox", "mailbox", "work", "now"}]
        if names:
            scan.text = f"{scan.text[: found.start()]} {MARK} {rest}"
            return tuple(_pronoun(one, person) for one in names)
    if role := scan.take(_ROLE):
        return (role["role"],)
    for pattern in (_OWNED, _WROTE):
        found = pattern.search(scan.text)
        if found and found["name"].lower() not in {"i", "you", "me", "today", "it", "everyone", "who", "did", "has"}:
            scan.cut(found.start(), found.end())
            return (_pronoun(found["name"], person),)
    return ()


def relation_among(names: tuple[str, ...]) -> str:
    """The first name that is a role ("my manager") and must be looked up before a mailbox can be searched for it."""
    return next((one for one in names if is_relation(one)), "")
