"""Which mails come first, by what can be seen of them: no understanding, and the reason stands beside each."""

import re
from collections.abc import Iterable, Sequence

from sandbox.models.planner.answers import mail_line
from sandbox.models.planner.conversation import Json
from sandbox.models.planner.scan import rx

WAITS, URGENT, DATED, ASKED, BULK = 5, 4, 3, 2, -6  # weights of what is seen; the order of mails equal in it stays
_URGENT = rx(
    r"\b(?:urgent(?:ly)?|asap|immediately|critical|important|action (?:required|needed)|overdue|final (?:notice"
    r"|reminder)|reminder|blocker|blocked)\b"
)
_DATED = rx(
    r"\b(?:deadline|due|by (?:today|tonight|tomorrow|eod|cob|noon|end of (?:the )?(?:day|week)|(?:mon|tues|wednes"
    r"|thurs|fri)day)|"
    r"before (?:noon|tomorrow|(?:mon|tues|wednes|thurs|fri)day)|today|tomorrow|expires?)\b"
)
_ASKED = re.compile(r"\?|\b(?:can|could|would|will) you\b|\bplease\b|\blet me know\b", re.IGNORECASE)
_BULK = rx(
    r"no-?reply|do-?not-?reply|notifications?@|newsletter|news@|offers?@|deals?@|promo|marketing@|updates?@|mailer"
    r"|digest|unsubscribe|"
    r"\b(?:\d+ ?% off|sale|save \d+|special offer|discount|webinar)\b"
)


def ranked(mails: Iterable[Json], owed: Iterable[str]) -> list[tuple[Json, list[str]]]:
    """The mails, the most pressing first, each with what speaks for it; `owed` are threads that wait for an answer."""
    waiting = set(owed)
    scored = [(*_weighed(mail, waiting), mail) for mail in mails]
    scored.sort(key=lambda entry: -entry[0])
    return [(mail, reasons) for _, reasons, mail in scored]


def lines(entries: Sequence[tuple[Json, list[str]]]) -> list[str]:
    """One numbered line per mail, its reasons behind it."""
    return [_line(mail, reasons) for mail, reasons in entries]


def _line(mail: Json, reasons: Sequence[str]) -> str:
    line = mail_line(mail)
    if not reasons:
        return line
    head, bracket, ref = line.partition(" [")
    return f"{head} ({', '.join(reasons)}){bracket}{ref}"


def _weighed(mail: Json, waiting: set[str]) -> tuple[int, list[str]]:
    words = f"{mail.get('subject', '')} {mail.get('snippet', '')}"
    seen = (
        (WAITS, str(mail.get("thread")) in waiting, "waits for your answer"),
        (URGENT, _URGENT.search(words) is not None, "says it is pressing"),
        (DATED, _DATED.search(words) is not None, "names a day"),
        (ASKED, _ASKED.search(words) is not None, "asks you something"),
        (BULK, _BULK.search(f"{mail.get('from', '')} {words}") is not None, "sent to many"),
    )
    return sum(weight for weight, so, _ in seen if so), [reason for _, so, reason in seen if so]
