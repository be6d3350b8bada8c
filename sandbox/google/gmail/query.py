"""Gmail's search language, from support.google.com/mail/answer/7190 and the API's filtering guide."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from sandbox.google.gmail.tokens import near, words

# "All dates used in the search query are interpreted as midnight on that date in the PST timezone":
# developers.google.com/workspace/gmail/api/guides/filtering
DATES_ZONE = ZoneInfo("America/Los_Angeles")
DEPTH = 50  # nesting beyond this is cut off
UNITS = {"": 1, "b": 1, "k": 1024, "kb": 1024, "m": 1024**2, "mb": 1024**2, "g": 1024**3, "gb": 1024**3}
TEXT_FIELDS = {"from", "to", "cc", "bcc", "subject", "list", "deliveredto"}
PLACES = {
    "inbox": "INBOX", "sent": "SENT", "trash": "TRASH", "bin": "TRASH", "spam": "SPAM", "draft": "DRAFT",
    "drafts": "DRAFT", "chats": "CHAT", "chat": "CHAT", "unread": "UNREAD", "starred": "STARRED",
    "important": "IMPORTANT",
}  # fmt: skip
CATEGORIES = {"social": "SOCIAL", "promotions": "PROMOTIONS", "updates": "UPDATES", "forums": "FORUMS"}
OPERATORS = TEXT_FIELDS | {
    "label", "category", "in", "is", "has", "filename", "size", "larger", "smaller", "after", "before", "newer",
    "older", "older_than", "newer_than", "rfc822msgid",
}  # fmt: skip
TOKEN = re.compile(r'\s+|(?P<open>[({])|(?P<close>[)}])|(?P<quote>"[^"]*"?)|(?P<text>[^\s(){}"]+)')


class Subject(Protocol):
    """One mail, as a search sees it."""

    @property
    def labels(self) -> set[str]: ...
    @property
    def seconds(self) -> float: ...
    @property
    def size(self) -> int: ...
    @property
    def message_id(self) -> str: ...
    @property
    def me(self) -> str: ...
    @property
    def filenames(self) -> tuple[str, ...]: ...
    @property
    def has_attachment(self) -> bool: ...
    def line(self, field: str, /) -> str: ...
    def addressed(self, field: str, /) -> set[str]: ...
    def label_names(self) -> set[str]: ...


Test = Callable[[Subject], bool]


@dataclass(frozen=True, slots=True)
class Node:
    """A test with what it costs: 0 looks at labels and dates, 1 needs the parsed mail."""

    test: Test
    cost: int = 0
    phrase: tuple[str, ...] = ()  # of a plain word or phrase, for AROUND


@dataclass(frozen=True, slots=True)
class Query:
    matches: Test
    opens: set[str]  # SPAM and TRASH, when the search names them
    anywhere: bool


def label_key(name: str) -> str:
    """Names in a search have hyphens where the label has spaces, slashes or the like."""
    return re.sub(r"[\s/&()\"|]+", "-", name.strip().lower())


def parse(text: str, *, now: float) -> Query:
    parser = _Parser(tokenize(text), now)
    node = parser.all_of("")
    return Query(node.test, parser.opens, parser.anywhere)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # open, close, quote, text
    text: str
    glued: bool  # no white space before it


def tokenize(text: str) -> list[Token]:
    found: list[Token] = []
    glued = False
    for match in TOKEN.finditer(text):
        if match.lastgroup is None:
            glued = False
            continue
        found.append(Token(match.lastgroup, match.group(), glued))
        glued = True
    return found


@dataclass
class _Parser:
    tokens: list[Token]
    now: float
    at: int = 0
    depth: int = 0
    opens: set[str] = field(default_factory=set)
    anywhere: bool = False

    def _peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def all_of(self, scope: str, until: str = "") -> Node:
        """Terms side by side: all must match. OR joins its two neighbours only, as in Gmail."""
        parts: list[Node] = []
        joining = False
        while (token := self._peek()) is not None:
            if token.kind == "close":
                if until:
                    break
                self.at += 1  # a stray bracket means nothing
            elif token.kind == "text" and token.text in ("OR", "|"):
                self.at += 1
                joining = bool(parts)
            elif token.kind == "text" and token.text == "AND":
                self.at += 1
            else:
                parsed = self._side(scope)
                parts.append(any_of([parts.pop(), parsed]) if joining else parsed)
                joining = False
        return every(parts)

    def _group(self, scope: str) -> Node:
        token = self._take()
        self.depth += 1
        if self.depth > DEPTH:
            self.at = len(self.tokens)
            return NEVER
        if token.text == "(":
            node = self.all_of(scope, ")")
        else:
            parts = []
            while (following := self._peek()) is not None and following.kind != "close":
                if following.text in ("OR", "|"):
                    self.at += 1
                    continue
                parts.append(self._side(scope))
            node = any_of(parts)
        if self._peek() is not None:
            self.at += 1  # the closing bracket
        self.depth -= 1
        return node

    def _side(self, scope: str) -> Node:
        """A term, or `left AROUND n right`: both phrases with at most n words between them, in either order."""
        left = self._term(scope)
        following = self._peek()
        if following is None or following.text != "AROUND" or not left.phrase:
            return left
        self.at += 1
        gap = 5  # "if you don't give a number": the operators page
        if (number := self._peek()) is not None and number.text.isdigit():
            gap = int(self._take().text)
        if self._peek() is None:
            return left
        right = self._term(scope)
        return Node(lambda mail: near(mail.line(scope or "any"), left.phrase, right=right.phrase, gap=gap), 1)

    def _term(self, scope: str) -> Node:
        token = self._peek()
        if token is None:
            return ALWAYS
        if token.kind == "open":
            return self._group(scope)
        if token.kind == "close":
            self.at += 1
            return ALWAYS
        self.at += 1
        if token.kind == "quote":
            return phrase(token.text.strip('"'), scope)
        return self._word(token.text, scope)

    def _word(self, text: str, scope: str) -> Node:
        if text.startswith("-"):
            return self._negated(text[1:], scope)
        if text.startswith("+"):
            text = text[1:]
        name, colon, value = text.partition(":")
        name = name.lower()
        if not colon or name not in OPERATORS:
            return phrase(text, scope)
        if not value:
            following = self._peek()
            if following is None or not following.glued or following.kind == "close":
                return ALWAYS  # "from:" with nothing behind it restricts nothing
            if following.kind == "open":
                return self._field_group(name)
            value = self._take().text.strip('"')
        return self._operator(name, value)

    def _negated(self, rest: str, scope: str) -> Node:
        if rest:
            self.at -= 1
            self.tokens[self.at] = Token("text", rest, True)
            node = self._side(scope)
        else:
            following = self._peek()
            if following is None or not following.glued:
                return ALWAYS  # a dash of its own is no operator
            node = self._side(scope)
        return Node(lambda mail: not node.test(mail), node.cost)

    def _field_group(self, name: str) -> Node:
        if name in TEXT_FIELDS:
            return self._group(name)
        opening = self._take().text
        parts = []
        while (following := self._peek()) is not None and following.kind != "close":
            self.at += 1
            if following.text not in ("OR", "|"):
                parts.append(self._operator(name, following.text.strip('"')))
        self.at += 1
        return any_of(parts) if opening == "{" or name in ("label", "category", "in", "is") else every(parts)

    def _operator(self, name: str, value: str) -> Node:
        if name in TEXT_FIELDS:
            return phrase(value, name)
        if name in ("in", "label", "is"):
            return self._place(name, value.lower())
        return _simple(name, value, now=self.now)

    def _place(self, name: str, value: str) -> Node:
        if value == "anywhere":
            self.anywhere = True
            return ALWAYS
        if value == "read" and name == "is":
            return Node(lambda mail: "UNREAD" not in mail.labels)
        if value == "archive" and name == "in":
            away = {"INBOX", "TRASH", "SPAM", "SENT", "DRAFT", "CHAT"}
            return Node(lambda mail: not away & mail.labels)
        label = PLACES.get(value)
        if label is not None:
            self.opens |= {label} & {"SPAM", "TRASH"}
            return Node(lambda mail: label in mail.labels)
        key = label_key(value)
        return Node(lambda mail: key in mail.label_names())


ALWAYS = Node(lambda mail: True)
NEVER = Node(lambda mail: False)


def every(parts: list[Node]) -> Node:
    """All must match; the cheap ones are asked first, so that most mails need not be parsed."""
    if len(parts) == 1:
        return parts[0]
    tests = [part.test for part in sorted(parts, key=lambda part: part.cost)]
    return Node(lambda mail: all(test(mail) for test in tests), max((part.cost for part in parts), default=0))


def any_of(parts: list[Node]) -> Node:
    if len(parts) == 1:
        return parts[0]
    tests = [part.test for part in sorted(parts, key=lambda part: part.cost)]
    return Node(lambda mail: any(test(mail) for test in tests), max((part.cost for part in parts), default=0))


def phrase(text: str, scope: str) -> Node:
    """Whole words, one behind the other; an address or a dotted name is a phrase of its parts."""
    if scope in ("from", "to", "cc", "bcc", "deliveredto") and text.lower() == "me":
        return Node(lambda mail: mail.me in mail.addressed(scope), 1)
    wanted = words(text)
    if not wanted:
        return ALWAYS
    needle = f" {' '.join(wanted)} "
    return Node(lambda mail: needle in mail.line(scope or "any"), 1, tuple(wanted))


def _simple(name: str, value: str, *, now: float) -> Node:
    if name in ("size", "larger", "smaller"):
        return _size(name, value.lower())
    if name in ("older_than", "newer_than"):
        return _age(name, value.lower(), now=now)
    own = {"category": _category, "has": _has, "filename": _filename}.get(name)
    if own is not None:
        return own(value.lower())
    if name == "rfc822msgid":
        wanted = value.strip("<>")
        return Node(lambda mail: mail.message_id.strip("<>") == wanted)
    return _date(name, value)


def _category(value: str) -> Node:
    if value == "primary":
        others = {f"CATEGORY_{name}" for name in CATEGORIES.values()}
        return Node(lambda mail: "CATEGORY_PERSONAL" in mail.labels or not (others & mail.labels))
    label = f"CATEGORY_{CATEGORIES.get(value, value.upper())}"
    return Node(lambda mail: label in mail.labels)


def _has(value: str) -> Node:
    if value == "attachment":
        return Node(lambda mail: mail.has_attachment, 1)
    if value == "userlabels":
        return Node(lambda mail: any(label.startswith("Label_") for label in mail.labels))
    if value == "nouserlabels":
        return Node(lambda mail: not any(label.startswith("Label_") for label in mail.labels))
    if value.endswith("-star"):
        return Node(lambda mail: "STARRED" in mail.labels)
    links = {"drive": "drive google com", "document": "docs google com document", "youtube": "youtube com",
             "spreadsheet": "docs google com spreadsheets", "presentation": "docs google com presentation"}  # fmt: skip
    needle = f" {links[value]} " if value in links else None
    return Node(lambda mail: needle is not None and needle in mail.line("any"), 1)


def _filename(value: str) -> Node:
    wanted = words(value)

    def test(mail: Subject) -> bool:
        for name in mail.filenames:
            low = name.lower()
            if low == value or low.rpartition(".")[2] == value.lstrip("."):
                return True
            parts = words(name)
            if wanted and any(parts[i : i + len(wanted)] == wanted for i in range(len(parts))):
                return True
        return False

    return Node(test, 1)


def _size(name: str, value: str) -> Node:
    match = re.fullmatch(r"(\d+)([a-z]*)", value)
    if match is None or match[2] not in UNITS:
        return NEVER
    size = int(match[1]) * UNITS[match[2]]
    if name == "smaller":
        return Node(lambda mail: mail.size < size)
    return Node(lambda mail: mail.size > size)


def _age(name: str, value: str, *, now: float) -> Node:
    match = re.fullmatch(r"(\d{1,5})([hdmy])", value)
    if match is None:
        return NEVER
    number = int(match[1])
    span: timedelta | relativedelta
    if match[2] in "hd":
        span = timedelta(hours=number) if match[2] == "h" else timedelta(days=number)
    else:
        span = relativedelta(months=number) if match[2] == "m" else relativedelta(years=min(number, 1900))
    limit = (datetime.fromtimestamp(now, UTC) - span).timestamp()
    if name == "older_than":
        return Node(lambda mail: mail.seconds < limit)
    return Node(lambda mail: mail.seconds >= limit)


def _date(name: str, value: str) -> Node:
    limit = _moment(value)
    if limit is None:
        return NEVER
    if name in ("after", "newer"):
        return Node(lambda mail: mail.seconds >= limit)
    return Node(lambda mail: mail.seconds < limit)


def _moment(value: str) -> float | None:
    """Seconds since 1970 of an epoch number, YYYY/MM/DD or MM/DD/YYYY (dashes and dots too)."""
    if re.fullmatch(r"\d{5,}", value):
        return float(value)
    parts = re.split(r"[/.-]", value)
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return None
    year, month, day = parts if len(parts[0]) == 4 else (parts[2], parts[0], parts[1])
    try:
        return datetime(int(year), int(month), int(day), tzinfo=DATES_ZONE).timestamp()
    except ValueError:
        return None
