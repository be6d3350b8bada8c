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
    r"^(?P<day>(?:(?:for|on|in)\s+)?(?:next week|this week|tomorrow|today|(?:next |this )?\w+day))\s*"
    rf"(?:,\s*(?:please\s+)?(?={_VERB}\b)|:\s*(?:please\s+)?)(?P<rest>\S.+)$"
)
# "Look at my mail and my calendar and tell me what to concentrate on": whoever is asked that looks there anyway.
_LOOKED = rx(
    r"^(?:look(?:ing)? (?:at|through|over|into)|check|go (?:through|over|by)|consider|use|take)\s+(?:(?:at|my|the"
    r"|all|and|,"
    r"|both|into account|e-?mails?|mail|inbox(?:es)?|calendars?|meetings?|schedule|agenda|diary"
    r"|everything (?:unread|new)"
    r"|everything (?:that )?i (?:haven't|have not) (?:read|opened)(?: yet)?|unread)[\s,]+)+(?:and|then|to)\s+"
    r"(?:(?:tell|show) me\s+(?=(?:what|where|which|how)\b.*\b(?:should|to|needs?|deserves?|matters?|important"
    r"|urgent|priorit\w+"
    r"|focus)\b)|(?=(?:block|reserve|set aside|put|plan|make|create|build|write|give me|draw up|prioriti[sz]e|rank)\b))"
)
# "Project X: book a meeting with everyone who emailed": what it is about comes first.
_TOPIC_FIRST = rx(
    rf"^(?P<topic>[^:\"]{{2,60}}?)\s*:\s+(?P<rest>{_VERB}\b.*\b(?:(?:who|that)\s+(?:has |have )?(?:e-?mailed|wrote"
    r"|written|mailed)(?: (?:to )?(?:me|us))?|(?:all|the|every|any)\s+(?:e-?mails?|mails?|messages)))$"
)
# "I've lost track of Project X. Read all the mail about it": what "it" is was said before.
_SAID_BEFORE = rx(
    r"^[^.:;!?\n]*?\b(?:of|about|on|with|regarding)\s+(?P<topic>[^.:;!?,\n]{2,60}?)"
    r"\s*[.:;!,–—-]+\s+(?:so\s+)?(?:please\s+|can you\s+|could you\s+)?(?P<verb>read|go through|look (?:at|through)"
    r"|summari[sz]e|sum up|find|show|list|search|check|get|forward|archive)\b(?P<what>.*?\b(?:about|on|regarding"
    r"|concerning))"
    r"\s+(?:it|that|this|them)\b(?P<rest>.*)$"
)
_ARRANGE_IT = rx(
    r"^(?P<what>[^.;!?]+?)\s*[.;,!–—-]+\s*(?:and\s+|so\s+)?(?:please\s+|pls\s+|can you\s+|could you\s+)?(?:arrange|book"
    r"|schedule|organi[sz]e|set)\s+(?:it|that|this)(?:\s+up)?(?:\s+(?:for (?:me|us)|please|pls))*[\s.!?]*$"
)
_MEET = rx(r"^(?:sit down|meet(?: up)?|get together|talk|speak|catch up|sync(?: up)?|chat)\s+(?=with\b)")
# "…, please move it": what is to be done was said already.
_THEN_DO_IT = rx(
    r"\s*[,;.!–—-]+\s*(?:so\s+)?(?:(?:please|pls|kindly)\s+|(?:can|could|would) you\s+(?:please\s+)?)*(?:move"
    r"|transfer|shift"
    r"|put|take|do)\s+(?:it|them|that|those)(?:\s+(?:all|over|there|please))*[\s.!?]*$"
)
_SHOULD_BE = rx(r"\bshould\b.*\bbe\s+(?:in|on)\b")
_W_SLASH = rx(r"(?<![\w/])w/(?P<out>o\b)?\s*(?=\w)")
_WHICH_TIMES = rx(
    r"^(?P<what>[^.;!?]+?)\s*[.;!?,–—-]+\s*(?:(?:which|what|any) (?:times?|slots?|days?)|when)\s+(?:are|is|would"
    r"|will|could"
    r"|do|does)?\s*(?:that |it |we |be |all )*(?:free|works?|possible|available|suits?)\b[^.;!?]*[\s.!?]*$"
)
_ENDED = re.compile(r"[.!?;]\s")
_NOT_READ = rx(r"\b(?:unread|haven't|have not)\b")
_WHOLE_TEAM = rx(r"\b(the|my|our)\s+(?:whole|entire|full|complete)\s+(?=(?:\w+ )?team\b)")
_CLAUSE = rx(
    r"^(?P<clause>(?:i|we|it|there|my|our|the|this|tomorrow|today|something|since|as|because|sorry|can't|cannot|won't"
    r"|unable|not able|out|off|away|sick|ill|swamped|stuck)\b[^.:;!?\n]{3,80}?)"
    r"\s*(?:(?:[,.:;!–—-]+\s*(?:so\s+)?|\s+so\s+)(?:please\s+|pls\s+|can you\s+|could you\s+|would you\s+|just\s+"
    rf"|kindly\s+)*(?={_VERB}\s)|[.!;:]\s+(?=(?:everything|anything|all|any|every|the|my)\b.*\b(?:can|should|must|could"
    r"|needs? to|has to|have to)\b))(?P<rest>.+)$"
)
_IS_CLAUSE = rx(
    r"\b(?:i'm|i am|i've|i have|i won't|i will|i'll|i can't|i cannot|i need|we're|is|are|was|has|have|got|want"
    r"|came|need|won't|can't|cannot|unable|not able|out|off|away|sick|ill|swamped|stuck|feel)\b"
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
_GIST = (
    r"(?:give me (?:the|a) (?:\w+ )?(?:gist|summary|overview|version|recap)|tell me what (?:they|it|those) says?"
    r"|tell me (?:where|how) (?:we|it|things?|they|that|everything) (?:all )?(?:stands?|is|are)"
    r"|summari[sz]e (?:them|it|those|that)|sum (?:them|it|that) up)"
)
_READ = rx(
    r"^(?:go through|read(?: through)?|look (?:at|through|over)|check|find|search(?: for)?|get|open|take"
    r"|pull up)\s+(?P<what>.+?)\s*,?\s*(?:and\s+)?"
    rf"{_GIST}\b(?P<rest>.*)$"
)
_ASKED_OF = rx(
    rf"^(?P<what>what\b[^?]*\b(?:about|on|regarding)\s+[^?]+?)\s*[?.,]+\s*(?:and\s+|please\s+)*{_GIST}\b(?P<rest>.*)$"
)
_ARROW = rx(
    r"^(?P<what>[^:>]+?)\s*(?:-+>|=+>|→|:|–|—|\s-)\s*(?:please\s+)?"
    r"(?P<verb>archive|delete|trash|bin|forward|move|push|reschedule|summari[sz]e|mark(?=.*\bread\b)"
    r"|(?P<summary>(?:(?:a|short|quick|brief)\s+)*(?:summary|recap|overview|gist|tl;?dr)))\b(?P<rest>.*)$"
)
# "Fwd the emails personal -> work"
_ARROW_ACCOUNTS = rx(
    r"^(?P<what>.+?)[\s:,]+(?:(?:from|in)\s+)?(?:my\s+)?(?P<source>personal|private|work)(?P<noun>\s+(?:account"
    r"|inbox|mail|e-?mail))?\s*"
    r"(?:-+>|=+>|→)\s*(?:my\s+)?(?P<to>personal|private|work)\b(?:\s+(?:account|inbox|mail|e-?mail"
    r"|address))?(?P<rest>.*)$"
)
# "All the mails about it, forward them to work": what it is about stands before the verb.
_MEANT_FIRST = rx(
    r"^(?P<what>(?:all|every|everything|any|the|those|my)\b[^,;:.]*\b(?:e-?mails?|mails?|messages|threads?"
    r"|everything|promos?"
    r"|promotions?|newsletters?|meetings|events|appointments)\b[^,;:.]*?)\s*[,;:–—-]+\s*(?:(?:please|can you"
    r"|could you|just)\s+)*"
    r"(?P<verb>archive|delete|trash|forward|fwd|move|push|reschedule|shift|transfer|summari[sz]e|send|label|mark)\s+"
    r"(?:all of\s+)?(?:it|them|those|these)\b(?P<rest>.*)$"
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
    text = _WHOLE_TEAM.sub(r"\1 ", _W_SLASH.sub(lambda w: "without " if w["out"] else "with ", message.strip()))
    text = _TEAM.sub(r"the \g<team>", _GENITIVE.sub(r"\1's", text))
    wished = _wished(text)  # before "I want" is set aside as mere politeness
    text = wished or text
    opened = without_opening(text)
    for reorder in (_based, _told_before, _cleared, _arranged, _wished, _read_first, _turned):
        if changed := reorder(opened):
            opened = changed
            text = changed
    return _SECOND.sub("", text)


def _based(text: str) -> str:
    if found := _DAY_FIRST.match(text):
        return f"{found['rest'].rstrip(' .!')} {found['day']}"
    if found := _LOOKED.match(text):
        unread = " from my unread mails" if _NOT_READ.search(found.group()) else ""
        return text[found.end() :].rstrip(" .!?") + unread
    return text[found.end() :] if (found := _BASED.match(text)) else ""


def _told_before(text: str) -> str:
    """With what it is about where it is asked for."""
    if found := _SAID_BEFORE.match(text):
        return f"{found['verb']}{found['what']} {found['topic']}{found['rest']}"
    found = _TOPIC_FIRST.match(text.rstrip(" .!?"))
    return f"{found['rest']} about {found['topic']}" if found else ""


def _arranged(text: str) -> str:
    """A meeting that is wished for first, and asked for after."""
    if found := _WHICH_TIMES.match(text):
        return f"find a slot for {_WANTED.sub('', found['what'])}"
    if _SHOULD_BE.search(text) and (done := _THEN_DO_IT.search(text)):
        return text[: done.start()]
    found = _ARRANGE_IT.match(text)
    what = without_opening(found["what"]) if found else ""
    if meeting := _MEET.match(what):
        return f"schedule a meeting {what[meeting.end() :]}"
    return f"schedule {what}" if rx(r"^(?:an?|one)\s").match(what) else ""


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
    if _ENDED.search(parts["what"]):
        return ""  # of two sentences only the second says what is wished for
    what = rx(r"\s+(?:that|which)(?: are| is)?$").sub("", parts["what"])
    return f"{_DEEDS[parts['done'].lower()]} {what}{parts.get('rest', '')}".rstrip(" ?")


def _read_first(text: str) -> str:
    if found := _ASKED_OF.match(text):
        return f"{found['what']}{found['rest']}"
    found = _READ.match(text)
    return f"summarise {found['what']}{found['rest']}" if found else ""


def _turned(text: str) -> str:
    if found := _ARROW_ACCOUNTS.match(text):
        return f"{found['what']} from my {found['source']} account to my {found['to']} account{found['rest']}"
    if found := _ARROW_TIME.match(text):
        return f"move {found['what']} to {found['to']}"
    if found := _MEANT_FIRST.match(text):
        return f"{found['verb']} {found['what']}{found['rest']}"
    found = _ARROW.match(text)
    if not found or _LATER_THEM.match(found["what"]) or '"' in found["what"]:
        return ""
    rest = _LATER_THEM.sub("", found["rest"])
    return f"{'summarise' if found['summary'] else found['verb']} {found['what']}{rest}"
