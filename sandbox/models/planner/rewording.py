"""Other orders of the same words: what stands before the request, wishes in the passive, "all promos -> archive"."""

import re

from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.times import take_moment
from sandbox.models.planner.wording import without_opening

_DEEDS = {
    "archived": "archive", "forwarded": "forward", "deleted": "delete", "trashed": "trash", "moved": "move",
    "rescheduled": "reschedule", "re-scheduled": "reschedule", "postponed": "postpone", "pushed": "push",
    "shifted": "shift", "transferred": "transfer", "cancelled": "cancel", "canceled": "cancel", "labelled": "label",
    "labeled": "label", "tagged": "tag", "marked": "mark", "summarised": "summarise", "summarized": "summarise",
    "restored": "restore", "redirected": "redirect", "synced": "sync", "mirrored": "mirror", "blocked": "block",
    "declined": "decline", "accepted": "accept", "sent": "send", "prioritised": "prioritise",
    "prioritized": "prioritize",
}  # fmt: skip
_DONE = "|".join(_DEEDS)
_VERB = (
    r"(?:archive|forward|delete|move|reschedule|re-schedule|postpone|push|shift|transfer|cancel|label|tag|mark|"
    r"summari[sz]e|sum up|schedule|book|set up|arrange|find|block|sync|mirror|draft|reply|show|list|clear|what"
    r"|which|where|when|how)"
)
_WISHED = rx(
    r"^(?:i|we)(?:'d| would)? (?:want|need|like|wish|prefer)\s+(?P<what>(?!to\b).+?)\s+(?:to be "
    rf"|to get )?(?P<done>{_DONE})\b(?P<rest>.*)$"
)
_PASSIVE = rx(
    r"^(?:(?:can|could|would|will|may|should|shall)\s+(?P<what>(?!you\b|i\b|we\b"
    rf"|u\b).+?)\s+(?:all\s+)?be\s+(?P<done>{_DONE})\b(?P<rest>.*)"
    r"|(?P<what2>(?!who\b|what\b|which\b).+?)\s+(?:should|must|needs? to|has to|have to"
    rf"|ought to)\s+(?:all\s+)?be\s+(?P<done2>{_DONE})\b(?P<rest2>.*))$"
)
_BASED = rx(
    r"^(?:based on|looking at|given|considering|going by|from|judging by|according to|taking into account|with)\s+"
    rf"[^,.:;?]+,\s*(?=(?:please\s+)?{_VERB}\b)"
)
_DAY_FIRST = rx(
    r"^(?P<day>(?:(?:for|on|in)\s+)?(?:next week|this week|tomorrow|today|(?:next "
    rf"|this )?\w+day))\s*,\s*(?:please\s+)?(?P<rest>{_VERB}\b.+)$"
)
_CLAUSE = rx(
    r"^(?P<clause>(?:i|we|it|there|my|our|the|this|tomorrow|today|something|since|as|because|sorry)\b[^.:;!?\n]{3,80}?)"
    r"\s*(?:[,.:;!–—-]+\s*(?:so\s+)?|\s+so\s+)(?:please\s+|pls\s+|can you\s+|could you\s+|would you\s+|just\s+"
    rf"|kindly\s+)*(?P<rest>{_VERB}\s.+)$"
)
_IS_CLAUSE = rx(
    r"\b(?:i'm|i am|i've|i have|i won't|i will|i'll|i can't|i cannot|i need|we're|is|are|was|has|have|got|want"
    r"|came|need|won't|can't|feel)\b"
)
# "We want to do a workshop next week, find a slot": what the slot is for stands before it.
_FOR_IT = rx(
    r"^(?:find|suggest|propose|look for)\s+(?:me |us )?(?:a |some |the )?(?:\w+ )?(?:slots?|times?|windows?"
    r"|gaps?)(?: please)?[\s.!?]*$"
)
_WANTED = rx(
    r"^(?:i|we)(?:'d| would)? (?:want|need|like|plan|have|wish)(?: to)?(?: (?:do|have|run|hold|organi[sz]e"
    r"|meet for))?\s+"
)
_ABOUT_IT = rx(r"^[\w-]+(?: up| out| off)?\s+(?:it|them|this|that|those)\b")  # what it is stands in the clause
_SPAN_TO = rx(r"\b(?:meetings?|everything|calls|appointments|calendar|events|all)\b")
_READ = rx(
    r"^(?:go through|read(?: through)?|look (?:at|through|over)|check|find|search(?: for)?|get|open|take"
    r"|pull up)\s+(?P<what>.+?)\s*,?\s*(?:and\s+)?"
    r"(?:give me (?:the|a) (?:\w+ )?(?:gist|summary|overview|version|recap)|tell me what (?:they|it|those) says?"
    r"|summari[sz]e (?:them|it|those)|sum (?:them|it) up)\b(?P<rest>.*)$"
)
_ARROW = rx(
    r"^(?P<what>[^:>]+?)\s*(?:-+>|=+>|→|:|–|—|\s-)\s*(?:please\s+)?"
    r"(?P<verb>archive|delete|trash|bin|forward|move|push|reschedule|summari[sz]e|mark(?=.*\bread\b))\b(?P<rest>.*)$"
)
_ARROW_TIME = rx(
    r"^(?P<what>[^>]*\b(?:meetings|calls|events|appointments|everything)\b[^>]*?)\s*(?:-+>|=+>|→)\s*(?P<to>[\w ]+)$"
)
_LATER_THEM = rx(r"^\s*(?:them|it|all of them|those|these)\b")
_SECOND = rx(
    r"\s*,?\s*\band\s+(?:then\s+)?(?:remove|delete|take)\s+(?:them|it|those)\s+(?:from|off)\s+(?:my |the )?(?:old"
    r"|personal|work|private)\b.*$"
)
_TEAM = rx(
    r"(?<!the )(?<!my )(?<!our )\b(?P<team>(?:engineering|marketing|design|sales|finance|product|legal|support"
    r"|research|leadership|platform|data) team)\b"
)
_GENITIVE = rx(r"\b(today|tomorrow|yesterday)s\b(?=\s+\w)")


def reworded(message: str) -> str:
    """The request in the order in which the grammars read it; a message that has that order stays as it is."""
    text = _TEAM.sub(r"the \g<team>", _GENITIVE.sub(r"\1's", message.strip()))
    wished = _wished(text)  # before "I want" is set aside as mere politeness
    text = wished or text
    opened = without_opening(text)
    for reorder in (_based, _cleared, _wished, _read_first, _turned):
        if changed := reorder(opened):
            opened = changed
            text = changed
    return _SECOND.sub("", text)


def _based(text: str) -> str:
    if found := _DAY_FIRST.match(text):
        return f"{found['rest'].rstrip(' .!')} {found['day']}"
    return text[found.end() :] if (found := _BASED.match(text)) else ""


def _cleared(text: str) -> str:
    """Without the excuse before it; its day stays, if the request is about meetings and names none of its own."""
    found = _CLAUSE.match(text)
    if not found or not _IS_CLAUSE.search(found["clause"]) or _ABOUT_IT.match(found["rest"]):
        return ""
    rest = found["rest"]
    if _FOR_IT.match(rest):
        return f"{rest.rstrip(' .!?')} for {_WANTED.sub('', found['clause'])}"
    moment = take_moment(Scan(found["clause"]))
    seam = re.search(r"\s+(?:to|until|till|into)\s+", rest)
    if moment and moment.day and seam and _SPAN_TO.search(rest) and not take_moment(Scan(rest[: seam.start()])):
        return f"{rest[: seam.start()]} {moment.day}{rest[seam.start() :]}"
    return rest


def _wished(text: str) -> str:
    found = _WISHED.match(text) or _PASSIVE.match(text)
    if not found:
        return ""
    parts = {name.rstrip("2"): value for name, value in found.groupdict().items() if value}
    what = rx(r"\s+(?:that|which)(?: are| is)?$").sub("", parts["what"])
    return f"{_DEEDS[parts['done'].lower()]} {what}{parts.get('rest', '')}".rstrip(" ?")


def _read_first(text: str) -> str:
    found = _READ.match(text)
    return f"summarise {found['what']}{found['rest']}" if found else ""


def _turned(text: str) -> str:
    if found := _ARROW_TIME.match(text):
        return f"move {found['what']} to {found['to']}"
    found = _ARROW.match(text)
    if not found or _LATER_THEM.match(found["what"]) or '"' in found["what"]:
        return ""
    rest = _LATER_THEM.sub("", found["rest"])
    return f"{found['verb']} {found['what']}{rest}"
