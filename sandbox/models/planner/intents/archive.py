"""Archiving mails: "clear out promos older than a month", "get rid of everything from LinkedIn"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.conversation import Call
from sandbox.models.planner.filters import Filter, take_account, take_categories
from sandbox.models.planner.followups import also_for, correction
from sandbox.models.planner.mailbox import only_one
from sandbox.models.planner.people import names_at
from sandbox.models.planner.reasons import staying
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, proposal
from sandbox.models.planner.targets import filter_of, pointed_at, read_filter

_VERB = rx(
    r"^(?:archiv(?:e|ing)|(?:clear|clean|sweep|tidy|mop|purg|flush|empty|declutter|weed)(?:e|ing|"
    r"ying)?(?:\s+(?:out|away|up|off|down))?|"
    r"get(?:ting)? rid of|fil(?:e|ing) away|put(?:ting)? away|"
    r"(?:remov|mov|tak|get|toss|throw|put|shov|send|dump)(?:e|ing)?(?=.*\b(?:(?:out of|from|"
    r"off) (?:my |the )?inbox|(?:to|"
    r"into) (?:the |my )?archive)))\b\s*"
)
_PASSIVE = rx(
    r"^(?P<what>.+?)\s+(?:can|should|could|may|must|needs? to|has to|have to|ought to)\s+(?:all\s+|now\s+|just\s+)?"
    r"(?:be (?:archived|cleared(?: out| away)?|tidied (?:up|away)|filed away)|go (?:in|into|to) the archive|"
    r"leave (?:my|the) inbox)(?P<more>,?\s+(?:in|from|across|for)\s+\S.*)?$"
)
_AND = rx(r"\s*,?\s+(?:and|plus|as well as)\s+(?:also\s+)?")
_WHITHER = rx(r"\s*\b(?:(?:out of|from|off) (?:my |the )?inbox|(?:to|into|in) (?:the |my )?archive)\b")
_PARTICLE = rx(r"\s+(?:up|out|away)$")
_AGE = rx(
    r"^(?:only|just|and)?\s*(?:the ones\s+|those\s+|mails?\s+)?(?:(?:that are |which are )?older than\s+)?"
    r"(?P<age>(?:\d+|a|an|one|two|three|four|six)\s+(?:days?|weeks?|months?|years?))(?:\s+(?:old|only|instead))*$"
)
_NOT_MAIL = rx(r"\b(?:calendar|meetings?|events?|appointments?|schedule|agenda)\b")


@dataclass(frozen=True)
class ArchiveMails(Intent):
    """Propose to archive the mails a filter names."""

    which: Filter
    others: tuple[Filter, ...] = ()  # "… and all promotions older than 30 days"
    staying: tuple[str, ...] = ()  # whose mails are left alone

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        verb, passive = _VERB.match(text), _PASSIVE.match(text)
        if not (verb or passive) or (_NOT_MAIL.search(text) and not text.lower().startswith("archiv")):
            return None
        rest = (
            f"{passive['what']} {passive['more'] or ''}"
            if passive
            else _PARTICLE.sub("", _WHITHER.sub("", text[verb.end() if verb else 0 :]))
        )
        if entry := pointed_at(rest, context):
            return cls(filter_of(entry))
        parts = [_mails(part, context) for part in _AND.split(rest)]
        if len(parts) > 1 and all(part.named and part.older_than_days for part in parts):
            return cls(parts[0], tuple(parts[1:]))
        return cls(_mails(rest, context))

    def steps(self) -> Steps[Outcome]:
        if not all(which.named for which in (self.which, *self.others)):
            return Outcome(
                "Which mails should go to the archive? Say for example “archive promotions older than 30 days”."
            )
        if vague := next((which.vague for which in (self.which, *self.others) if which.vague), ""):
            return Outcome(
                f"I can't work out the dates of “{vague}”. Say it in days, for example “older than 30 days”."
            )
        if self.which.limit == 1:
            known = yield from only_one(replace(self.which, where="inbox"))
            if isinstance(known, Outcome):
                return known
            return (yield from replace(self, which=known).steps())
        wanted = [args for which in (self.which, *self.others) for args in which.arguments(with_where=False)]
        stays = {"not_from": list(self.staying)} if self.staying else {}
        results = yield [Call("change_mail", {"do": "archive", **args, **stays}) for args in wanted]
        return proposal(results)

    def varied(self, text: str, context: Context) -> Intent | None:
        if names := staying(text):
            return replace(self, staying=tuple(dict.fromkeys((*self.staying, *names))))
        return self._aged(text, context) or self._elsewhere(text, context)

    def _aged(self, text: str, context: Context) -> Intent | None:
        """Older or younger ones: "make it 60 days", "only those older than a year"."""
        aged = _AGE.match(correction(text) or text)
        older = read_filter(f"older than {aged['age']}", context).older_than_days if aged else 0
        return replace(self, which=replace(self.which, older_than_days=older, vague="")) if older else None

    def _elsewhere(self, text: str, context: Context) -> Intent | None:
        """The same in another account, of another category or sender."""
        more = also_for(text)
        if more is None:
            return None
        scan = Scan(more)
        if account := take_account(scan):
            others = tuple(replace(which, account=account) for which in self.others)
            return replace(self, which=replace(self.which, account=account), others=others)
        if categories := take_categories(scan):
            return replace(self, which=replace(self.which, categories=categories))
        names, _ = names_at(more.removeprefix("from ").strip())
        if names and self.which.senders:
            return replace(self, which=replace(self.which, senders=tuple(names)))
        narrower = read_filter(more, context)
        if narrower.older_than_days:
            return replace(self, which=replace(self.which, older_than_days=narrower.older_than_days))
        return None

    @property
    def person(self) -> str:
        return self.which.senders[0] if self.which.senders else ""


def _mails(text: str, context: Context) -> Filter:
    """Which mails; archiving is about the inbox anyway, and takes all there are."""
    which = read_filter(text, context, left_is_sender=True)
    return replace(which, where="", limit=1 if which.limit == 1 else 0)
