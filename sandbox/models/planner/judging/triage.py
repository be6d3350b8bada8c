"""Sorting mails by what can be seen of them: pressing words, named days, questions, and what was sent to many."""

import re

from sandbox.models.planner.conversation import Json
from sandbox.models.planner.scan import rx

_PRESSING = rx(
    r"\b(?:urgent(?:ly)?|asap|immediately|critical|action (?:required|needed)|overdue|final notice|blocked)\b"
)
_DATED = rx(r"\b(?:deadline|due|by (?:today|tonight|tomorrow|noon|(?:mon|tues|wednes|thurs|fri)day|end of)|expires?)\b")
_ASKED = re.compile(r"\?|\b(?:can|could|would|will) you\b|\bplease\b|\blet me know\b", re.IGNORECASE)
_MATTERS = rx(
    r"\b(?:fyi|for your information|minutes of|report|results?|figures|proposal|contract|decision|agreement)\b"
)
_OTHERS = rx(r"\b(?:forward (?:this|it)|pass (?:this|it) on|whoever|someone (?:on|in|from) your team|your team)\b")
_LETTER = rx(r"\b(?:newsletter|digest|weekly|unsubscribe|this week in)\b")
_OFFER = rx(r"\b(?:\d+ ?% off|sale|save \d+|special offer|discount|voucher|webinar)\b")
_TRICK = rx(r"\b(?:verify your account|password (?:will )?expires?|gift cards?|lottery|you have won|wire transfer)\b")

RULES = (
    ("spam_suspect", _TRICK, "looks like a trick", 0),
    ("promotional", _OFFER, "offers something", -1),
    ("newsletter", _LETTER, "sent to many", -1),
    ("urgent_action", _PRESSING, "says it is pressing", 1),
    ("urgent_action", _DATED, "names a day", 1),
    ("delegate", _OTHERS, "may be for somebody else", 0),
    ("urgent_action", _ASKED, "asks you something", 1),
    ("important_read", _MATTERS, "has news that matter", 1),
)
"""Category, what is seen, the reason, and how much it moves the priority; the first that is seen decides."""
LOWEST, HIGHEST = 1, 10


def triage(material: Json) -> Json:
    """A judgement for every mail of a batch."""
    return {"mails": [_judged(mail) for mail in material.get("mails") or () if isinstance(mail, dict)]}


def _judged(mail: Json) -> Json:
    untrusted, signals = mail.get("untrusted") or {}, mail.get("signals") or {}
    words = f"{untrusted.get('from', '')} {untrusted.get('text', '')}"
    category, why, more = next(
        ((category, why, more) for category, seen, why, more in RULES if seen.search(words)),
        ("routine", "nothing pressing in it", 0),
    )
    priority = min(max(int(signals.get("priority") or LOWEST) + more, LOWEST), HIGHEST)
    return {"n": mail.get("n"), "category": category, "priority": priority, "why": why}
