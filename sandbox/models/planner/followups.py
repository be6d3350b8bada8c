"""How people refer to what they asked before: "make it 4pm instead", "and for work?", "the same with Tom"."""

import re

from sandbox.models.planner.scan import rx

_SAME = rx(
    r"^(?:(?:and|now|also|then|ok|yes)[ ,]+)*(?:(?:do|can you do|please do|"
    r"repeat)?\s*(?:exactly )?(?:the same|same|that|it|this)(?: thing)?(?: again)?\s+"
    r"(?:for|in|on|with|to|as well for|too for)|(?:and|what about|how about|also|now)\s*(?:for|in|on|"
    r"with|the ones)?|for)\s+(?P<rest>.+?)"
    r"(?:\s+(?:too|as well|also|instead))?[\s?!.]*$"
)
_CHANGE = rx(
    r"^(?:(?:actually|no|sorry|wait|hmm|oh|oops|better|or)[ ,.!-]+)*(?:(?:can|could) (?:you|we) )?"
    r"(?:(?:make|change|move|shift|set|push|switch|do|put|reschedule|let's (?:make|do|say))\s+(?:it|"
    r"that|this|the (?:time|meeting|call|event|title|place|duration|length))"
    r"(?:\s+(?:to|at|for|on|into|be))?|rather|how about|what about|make|let's say|i meant|"
    r"i mean)\s+(?P<rest>.+?)(?:\s+(?:instead|rather|please))*[\s?!.]*$"
)
_INSTEAD = rx(r"^(?:(?:actually|no|sorry|wait)[ ,.!-]+)?(?P<rest>.+?)\s+(?:instead|rather)[\s.!?]*$")
_NO = rx(r"^(?:actually|no|sorry|wait|not quite)[ ,.!-]+(?P<rest>.+?)[\s.!?]*$")

_MORE = rx(
    r"^(?:(?:and|ok|yes)[ ,]+)?(?:(?:can|could|may) i (?=see|get|have)|let me (?=see))?"
    r"(?:(?:show|give|list|get|see|have|load|fetch|go to|open)\s+)?(?:me\s+)?(?:(?:some|a few|any)\s+)?"
    r"(?:more(?:\s+(?:of\s+(?:them|those|these)|e-?mails?|mails?|messages?|results?))?"
    r"|(?:the\s+)?next(?:\s+(?:\d+|few|ten|twenty))?(?:\s+(?:ones?|page|e-?mails?|mails?|messages?|results?|batch))?"
    r"|the rest(?:\s+of\s+(?:them|those))?|what else)[\s?!.]*$"
)


def wants_more(text: str) -> bool:
    """Whether it asks for what comes after the list shown last: "show me more", "the next ones"."""
    return _MORE.match(text) is not None


def also_for(text: str) -> str | None:
    """What "the same" is wanted for: "do the same for work" gives "for work"."""
    found = _SAME.match(text)
    if not found:
        return None
    lead = re.search(r"\b(for|in|on|with)\s+$", text[: found.start("rest")], re.IGNORECASE)
    return f"{lead[1] if lead else 'for'} {found['rest']}".strip()


def correction(text: str) -> str | None:
    """What a request made before should be instead: "make it 4pm instead" gives "4pm"."""
    for pattern in (_CHANGE, _INSTEAD, _NO):
        if found := pattern.match(text):
            return found["rest"].strip()
    return None
