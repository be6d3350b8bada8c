"""Gmail's search language once more, written from its documentation alone and in no hurry.

https://support.google.com/mail/answer/7190 for the operators; for dates
https://developers.google.com/workspace/gmail/api/guides/filtering."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

Matches = Callable[["Letter"], bool]
PACIFIC = ZoneInfo("America/Los_Angeles")
TOKEN = re.compile(r'-?(?:[a-z_0-9]+:)?(?:"[^"]*"|[({]|[^\s(){}"]+)|[)}]')
SIZES = {"": 1, "k": 1024, "m": 1024 * 1024}
FOLDERS = {"inbox": "INBOX", "sent": "SENT", "trash": "TRASH", "spam": "SPAM", "drafts": "DRAFT"}
STATES = {"unread": "UNREAD", "starred": "STARRED", "important": "IMPORTANT"}


@dataclass(frozen=True)
class Letter:
    """A mail as plain values."""

    key: str
    """Its Message-ID, without brackets."""
    sender: str
    to: str
    cc: str
    bcc: str
    subject: str
    body: str
    labels: frozenset[str]
    received: datetime
    size: int
    files: tuple[str, ...] = ()
    own: frozenset[str] = field(default_factory=frozenset)
    """Labels of the person's own, by name."""


def matching(text: str, letters: list[Letter], now: datetime) -> set[str]:
    """The keys of the letters a search finds; what lies in Spam or Trash only when the search names the place."""
    named = {place for place in ("spam", "trash", "anywhere") if f"in:{place}" in text}
    hidden = set() if "anywhere" in named else {"SPAM", "TRASH"} - {place.upper() for place in named}
    wanted = _Reader(TOKEN.findall(text), now).all_of()
    return {one.key for one in letters if not hidden & one.labels and wanted(one)}


class _Reader:
    """Reads a query from left to right."""

    def __init__(self, tokens: list[str], now: datetime) -> None:
        self.tokens = tokens
        self.now = now

    def all_of(self, where: str = "") -> Matches:
        """Terms beside each other are all required, but OR makes an alternative of the terms on its two sides."""
        groups: list[list[Matches]] = []
        alternative = False
        while self.tokens and self.tokens[0] != ")":
            if self.tokens[0] == "OR":
                self.tokens.pop(0)
                alternative = True
                continue
            term = self.term(where)
            if alternative:
                groups[-1].append(term)
            else:
                groups.append([term])
            alternative = False
        return lambda letter: all(any(one(letter) for one in group) for group in groups)

    def one_of(self, where: str) -> Matches:
        """{…}: any of them."""
        terms = []
        while self.tokens[0] != "}":
            terms.append(self.term(where))
        return lambda letter: any(one(letter) for one in terms)

    def term(self, where: str) -> Matches:
        token = self.tokens.pop(0)
        if token.startswith("-"):
            self.tokens.insert(0, token[1:])
            wanted = self.term(where)
            return lambda letter: not wanted(letter)
        operator, value = re.fullmatch(r"(?:([a-z_0-9]+):)?(.*)", token, re.DOTALL).groups()  # type: ignore[union-attr]
        if value in ("(", "{"):
            inner = self.all_of(operator or where) if value == "(" else self.one_of(operator or where)
            self.tokens.pop(0)
            return inner
        plain = value.strip('"')
        if operator or where:
            return self.restricted(operator or where, plain)
        if self.tokens[:1] == ["AROUND"]:
            number, other = self.tokens[1], self.tokens[2].strip('"')
            del self.tokens[:3]
            return lambda letter: any(near(text, plain, other, int(number)) for text in everything(letter))
        return lambda letter: any(contains(text, plain) for text in everything(letter))

    def restricted(self, operator: str, value: str) -> Matches:
        if operator in ("from", "to", "cc", "bcc", "subject"):
            return lambda letter: contains(fields(letter)[operator], value)
        if operator in ("after", "newer", "before", "older"):
            year, month, day = map(int, re.split("[/-]", value))
            limit = datetime(year, month, day, tzinfo=PACIFIC)
            return lambda letter: (letter.received >= limit) == (operator in ("after", "newer"))
        if operator in ("older_than", "newer_than"):
            limit = back(self.now, int(value[:-1]), value[-1])
            return lambda letter: (letter.received >= limit) == (operator == "newer_than")
        if operator in ("larger", "smaller", "size"):
            number, unit = re.fullmatch(r"(\d+)([km]?)", value.lower()).groups()  # type: ignore[union-attr]
            size = int(number) * SIZES[unit]
            return lambda letter: letter.size < size if operator == "smaller" else letter.size > size
        return place(operator, value.lower())


def place(operator: str, value: str) -> Matches:
    """Where a mail lies, and what it has."""
    if operator == "rfc822msgid":
        return lambda letter: letter.key.lower() == value
    if operator == "filename":
        return lambda letter: any(value in (name.lower(), *re.split(r"[\W_]+", name.lower())) for name in letter.files)
    if operator == "has":
        return {
            "attachment": lambda letter: bool(letter.files),
            "userlabels": lambda letter: bool(letter.own),
            "nouserlabels": lambda letter: not letter.own,
        }[value]
    if operator == "category":
        return lambda letter: (
            not any(label.startswith("CATEGORY_") for label in letter.labels - {"CATEGORY_PERSONAL"})
            if value == "primary"
            else f"CATEGORY_{value.upper()}" in letter.labels
        )
    if value == "anywhere":
        return lambda letter: True
    if value == "read":
        return lambda letter: "UNREAD" not in letter.labels
    if label := {**FOLDERS, **STATES}.get(value):
        return lambda letter: label in letter.labels
    return lambda letter: value in {re.sub(r"[ /]", "-", name.lower()) for name in letter.own}


def words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.lower()) if word]


def contains(text: str, phrase: str) -> bool:
    """The phrase's words stand side by side, as whole words."""
    there, wanted = words(text), words(phrase)
    return any(there[n : n + len(wanted)] == wanted for n in range(len(there) - len(wanted) + 1))


def near(text: str, one: str, other: str, most: int) -> bool:
    """Both words, in any order, with at most so many between them."""
    there = words(text)
    places = [[n for n, word in enumerate(there) if word == wanted.lower()] for wanted in (one, other)]
    return any(0 < abs(a - b) <= most + 1 for a in places[0] for b in places[1])


def fields(letter: Letter) -> dict[str, str]:
    """What the operators of people and subjects look at; "to:" finds every recipient."""
    recipients = " \n ".join((letter.to, letter.cc, letter.bcc))
    return {"from": letter.sender, "to": recipients, "cc": letter.cc, "bcc": letter.bcc, "subject": letter.subject}


def everything(letter: Letter) -> tuple[str, ...]:
    """Where plain words are looked for, each place for itself."""
    return (letter.body, *letter.files, letter.subject, letter.sender, letter.to, letter.cc, letter.bcc)


def back(now: datetime, number: int, unit: str) -> datetime:
    """So many days, months or years before now; a day that the month hasn't becomes its last one."""
    if unit == "d":
        return now - timedelta(days=number)
    months = now.year * 12 + now.month - 1 - number * (12 if unit == "y" else 1)
    year, month = months // 12, months % 12 + 1
    return now.astimezone(UTC).replace(year=year, month=month, day=min(now.day, calendar.monthrange(year, month)[1]))
