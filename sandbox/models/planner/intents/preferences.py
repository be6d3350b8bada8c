"""Being told how somebody wants their days: "no meetings on Friday afternoon", "I work 8 to 4 in Lisbon"."""

from dataclasses import dataclass
from typing import Self

from sandbox.models.planner.answers import joined
from sandbox.models.planner.conversation import Call
from sandbox.models.planner.scan import NUMBER, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps

SKILL = "preferences"
_NEVER = r"(?:no|(?:don't|never) (?:book|schedule|plan|put)(?: me)?(?: any)?|i (?:don't|do not) want(?: any)?)"
_EACH = r"(?:a|per|each|every)"
_URGENT = r"(?:any )?(?:new )?(?:urgent|important) (?:new )?(?:e-?)?mails?(?: (?:at once|immediately|right away))?"
_TOLD = r"(?:tell(?:ing)?|notify(?:ing)?|warn(?:ing)?|alert(?:ing)?) me (?:of|about)"
_MEETINGS = r"(?:meetings?|calls?|appointments?)"
_DIGEST = r"(?:the |my |a |morning |daily )*(?:digest|daily report|morning report)"
_OFF = r"(?:on|at) (?:the |my )?(?:weekends?|days off|saturdays? and sundays?)"
# The first that fits decides; `value` is what goes to the tool as it was said, `on` that it shall be, else it is off.
KINDS = (
    ("closed", rx(rf"^{_NEVER} (?:{_MEETINGS}|anything)\s+(?:(?:on|in|during|at) (?:the )?)?(?P<value>\S.*)$")),
    ("closed", rx(rf"^(?:always )?(?:keep|leave)\s+(?P<value>\S.*?)\s+(?:free|clear)(?: of {_MEETINGS})?$")),
    (
        "most_a_day",
        rx(
            r"^(?:i want )?(?:at most|no more than|max(?:imum)?|not more than|up to) "
            rf"(?P<value>{NUMBER}) (?:meetings|calls) {_EACH} day$"
        ),
    ),
    (
        "buffer",
        rx(
            r"^(?:always )?(?:keep|leave|i (?:want|need)|give me|put)\s+(?:at least )?(?P<value>\S.*?)(?: free)? "
            rf"(?:between|before|after) (?:my |the |two |each |every )?{_MEETINGS}$"
        ),
    ),
    (
        "focus",
        rx(
            rf"^(?:i (?:want|need)|keep|give me)?\s*(?:me )?(?P<value>{NUMBER} hours?)(?: of)? "
            rf"(?:focus(?: time)?|deep work|undisturbed (?:time|work)) {_EACH} week$"
        ),
    ),
    ("digest_off", rx(rf"^(?:no|stop|don't send me) {_DIGEST}s? {_OFF}$")),
    ("digest_off", rx(rf"^(?:(?:send|give) me )?{_DIGEST} (?P<on>every day|daily|{_OFF})(?: too| as well)?$")),
    (
        "digest",
        rx(r"^(?:no|stop|turn off|don't send me) (?:the |my |a |any |more |morning |daily )*digests?$"),
    ),
    ("digest", rx(rf"^(?:(?:send|give) me )?{_DIGEST} (?:at|by) (?P<value>\S.*)$")),
    (
        "quiet",
        rx(
            r"^(?:(?:be |stay |keep )?quiet(?: hours)?(?: are)?"
            r"|(?:don't|do not) (?:disturb|bother|notify|write to|message|ping)(?: me)?)\s+"
            r"(?:from |between )?(?P<value>\S.*)$"
        ),
    ),
    ("brief_before", rx(r"^brief me (?P<value>\S.*?) before (?:(?:my|each|every|the|all) )*(?:meetings?|calls?)$")),
    ("notify", rx(rf"^(?:only )?{_TOLD} {_URGENT} (?P<value>(?:only )?(?:in|with|by) \S.*)$")),
    ("notify", rx(r"^(?:also )?send (?:me )?(?:the |my |your )?urgent (?:mail )?notices (?P<value>(?:to|by) \S.*)$")),
    ("new_mail", rx(rf"^(?:don't|do not|stop) {_TOLD} {_URGENT}$")),
    ("new_mail", rx(rf"^(?P<on>{_TOLD}) {_URGENT}$")),
    (
        "delegate",
        rx(r"^(?:(?:hand|pass) (?:things|what isn't mine|work) on|delegate(?: things| work)?) to\s+(?P<value>\S.*)$"),
    ),
    ("priority", rx(r"^(?P<value>\S.*?)\s+(?:is|are) (?:a |my )?(?:priority|vip|important) senders?$")),
    (
        "priority",
        rx(
            r"^(?:treat )?(?:mails?|e-?mails?|everything|anything) from (?P<value>\S.*?) (?:is|are|as) "
            r"(?:a )?(?:priority|important)$"
        ),
    ),
    (
        "hours",
        rx(
            r"^(?:i (?:usually |normally |now )?work|my (?:working|work) hours are"
            r"|i(?:'m| am) (?:usually )?in(?= from))\s+(?:from )?"
            r"(?P<value>\S*(?:\d|noon|week|day).*)$"
        ),
    ),
    (
        "zone",
        rx(
            r"^(?:(?:my time ?zone is|set my time ?zone to|i (?:now )?live in|i(?:'ve)? moved to|i(?:'m| am) now in)\s+"
            r"(?P<value>\S.*?)(?: now)?|i(?:'m| am) in\s+(?P<there>(?!a |an |the )\S.*?) now)$"
        ),
    ),
)
PEOPLE = {"priority", "delegate"}
# What a preference is called where one of several values is to be clicked: "Time zone: Europe/London".
TITLES = {
    "time zone": "zone", "working hours": "hours", "no meetings": "closed", "time between meetings": "buffer",
    "meetings a day": "most_a_day", "focus time a week": "focus", "priority senders": "priority",
    "hand on to": "delegate", "morning digest": "digest", "digest on days off": "digest_off", "quiet hours": "quiet",
    "briefing before meetings": "brief_before", "tell me of urgent mail": "new_mail",
}  # fmt: skip
_NAMED = rx(rf"^(?P<title>{'|'.join(TITLES)}):\s*(?P<value>\S.*)$")
_ADDRESS = rx(r"[^\s<>@]+@[^\s<>@]+")
_LIST = rx(r"^(?:(?:show|list|what are|tell)\s+(?:me )?)?(?:all )?my preferences$")
_PLACE = rx(r"^(?P<hours>.*?)\s+in\s+(?P<zone>[^\d\s]\D*)$")


@dataclass(frozen=True)
class Prefer(Intent):
    """Have what was said of somebody's days kept, or all of it listed."""

    said: tuple[tuple[str, str], ...] = ()
    """Names of preferences, and their values as they were said."""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if SKILL not in context.skills:
            return None
        text = text.strip(" .!")
        if _LIST.match(text):
            return cls()
        if named := _NAMED.match(text):
            return cls(((TITLES[named["title"].lower()], named["value"].strip()),))
        for name, pattern in KINDS:
            if found := pattern.match(text):
                parts = found.groupdict()
                value = parts.get("value") or parts.get("there") or ("on" if parts.get("on") else "off")
                return cls(tuple(_parted(name, value.strip())))
        return None

    def steps(self) -> Steps[Outcome]:
        calls = [Call("assist", {"skill": SKILL, "preference": name, "about": value}) for name, value in self.said]
        results = yield calls or [Call("assist", {"skill": SKILL})]
        for result in results:
            if options := tuple(map(str, result.get("options") or ())):
                return Outcome(f"Who is meant by “{joined([value for _, value in self.said])}”?", options=options)
        return Outcome(
            f"That didn't work: {next((r['error'] for r in results if r.get('error')), 'no reason was given')}"
        )

    def varied(self, text: str, context: Context) -> Intent | None:
        """With the one of several who was meant."""
        address = _ADDRESS.search(text)
        if not address or len(self.said) != 1 or self.said[0][0] not in PEOPLE:
            return None
        return Prefer(((self.said[0][0], address[0]),))


def _parted(name: str, value: str) -> list[tuple[str, str]]:
    """Working hours may say where they are worked."""
    if name == "hours" and (found := _PLACE.match(value)) and rx(r"\d").search(found["hours"]):
        return [("hours", found["hours"]), ("zone", found["zone"])]
    return [(name, value)]
