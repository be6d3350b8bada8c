"""How much later or earlier an event is wanted than it is: "back by 30 minutes", "half an hour earlier"."""

from dataclasses import dataclass

from sandbox.models.planner.scan import NUMBER, rx

_UNIT = r"(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?)"
_LENGTH = (
    rf"(?:(?:half an|a half|a quarter of an|quarter of an) hour|{NUMBER}\s*{_UNIT}(?:(?:\s+and)?\s+{NUMBER}\s*{_UNIT}"
    r"|\s+and a half)?|\d+\s?h(?:\s?\d+\s?m?)?|\d+\s?m)"
)
_VERB = rx(
    r"^(?P<verb>mov(?:e|ing)|shift(?:ing)?|push(?:ing)?|postpon(?:e|ing)|delay(?:ing)?|bump(?:ing)?|bring(?:ing)?"
    r"|pull(?:ing)?|re-?schedul(?:e|ing)|defer(?:ring)?|start|begin|make|have|put|slide)\b\s+"
    r"(?:(?P<way>back|forward|up|out)\s+)?(?=\S)"
)
_SHIFT = rx(
    r"^(?P<what>.+?)\s+(?:(?:to\s+)?(?:start|begin|take place|happen)\s+)?(?:to\s+)?"
    rf"(?:(?P<way>back|forward|up|out)\s+)?(?P<by>by\s+)?(?P<length>{_LENGTH})(?:\s+(?P<how>later|earlier|sooner|back|forward))?"
    r"(?:\s+(?:than (?:planned|scheduled|now)|please|instead))*$"
)
_LATER, _EARLIER = {"later", "back", "out"}, {"earlier", "sooner", "up"}
_DELAYING = rx(r"^(?:push|postpon|delay|defer|bump)")
_ADVANCING = rx(r"^(?:bring|pull)")
_LENGTHENING = rx(r"^(?:make|have|put|start|begin)")


@dataclass(frozen=True)
class Shifting:
    """What is to be moved, and how far; `to` is empty where the sentence doesn't say which way."""

    what: str
    to: str


def shifting(text: str) -> Shifting | None:
    """A sentence that moves something by a length; None for any other."""
    verb = _VERB.match(text)
    found = _SHIFT.match(text[verb.end() :].rstrip(" .!?")) if verb else None
    if not verb or not found:
        return None
    way = (found["how"] or found["way"] or verb["way"] or "").lower()
    if not (way or found["by"] or _DELAYING.match(text)) or (_LENGTHENING.match(text) and not found["how"]):
        return None
    if way in _LATER or (not way and _DELAYING.match(text)):
        direction = "later"
    elif way in _EARLIER or (way == "forward" and _ADVANCING.match(text)):
        direction = "earlier"
    else:
        return Shifting(found["what"], "")
    return Shifting(found["what"], f"{' '.join(found['length'].split())} {direction}")
