"""A structured search as Gmail's search syntax. Source: Gmail Help, "Refine searches in Gmail"."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.domain.types import MailQuery

_TERM = re.compile(r"[^\s\"(){}:]+")
_OR = re.compile(r"\s+or\s+", re.IGNORECASE)
_OPERATORS = {"OR", "AND", "AROUND", "NOT"}
_STATES = {"starred", "important"}
_PLACES = {"inbox": "in:inbox", "sent": "in:sent", "drafts": "in:drafts", "trash": "in:trash", "anywhere": ""}


def gmail_query(query: MailQuery, zone: str) -> str:
    """The search as Gmail reads it; days begin at midnight in `zone`.

    Nothing in a field can become an operator: a model that writes "from:x" into words searches for these letters.
    """
    parts = [
        _PLACES[query.where],
        f"category:{query.category}" if query.category else "",
        *(f"-category:{category}" for category in query.left_out),
        _labelled(query.label),
        _either("from", query.sender),
        _field("to", query.to),
        _field("subject", query.subject),
        " ".join(terms(query.words)),
        f'"{" ".join(exact)}"' if (exact := terms(query.exact_phrase)) else "",
        " ".join(f"-{term}" for term in terms(query.without)),
        {True: "has:attachment", False: "-has:attachment", None: ""}[query.attachment],
        {True: "is:unread", False: "is:read", None: ""}[query.unread],
        f"before:{_midnight(query.before, zone)}" if query.before else "",
        f"after:{_midnight(query.since, zone) - 1}" if query.since else "",
    ]
    return " ".join(p for p in parts if p)


def terms(words: str) -> list[str]:
    """Plain words: quotes, brackets and colons separate, a leading minus is dropped, operators lose their capitals."""
    found = (t.lstrip("-+") for t in _TERM.findall(words))
    return [t.lower() if t in _OPERATORS else t for t in found if t]


def _field(operator: str, value: str) -> str:
    found = terms(value)
    if not found:
        return ""
    return f"{operator}:{found[0]}" if len(found) == 1 else f"{operator}:({' '.join(found)})"


def _either(operator: str, value: str) -> str:
    """The field with a value, or with any of several between which "or" stands."""
    found = [field for one in _OR.split(value) if (field := _field(operator, one))]
    return f"{{{' '.join(found)}}}" if len(found) > 1 else "".join(found)


def _labelled(name: str) -> str:
    """A label by its name; stars and importance are states to Gmail."""
    label = _label(name)
    return f"{'is' if label.lower() in _STATES else 'label'}:{label}" if label else ""


def _label(name: str) -> str:
    return "-".join(terms(name.replace("/", "-")))


def _midnight(day: date, zone: str) -> int:
    return int(datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).timestamp())
