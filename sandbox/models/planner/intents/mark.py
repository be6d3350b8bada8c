"""Labels, read and unread, the bin and back: "label the Halden mails Logistics", "mark all newsletters as read"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.conversation import Call
from sandbox.models.planner.filters import MAIL, Filter, take_account
from sandbox.models.planner.followups import also_for
from sandbox.models.planner.mailbox import by_address, only_one
from sandbox.models.planner.people import names_at
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, proposal
from sandbox.models.planner.targets import filter_of, pointed_at, read_filter

_LABEL = r"(?P<label>\"[^\"]+\"|'[^']+'|[\w/&+-]+(?: [A-Z][\w/&+-]*)*)"
# In this order: the first pattern that fits says what is to be done; `what` are the mails, `label` the label.
_DEEDS = (
    (
        "unlabel",
        rf"^(?:remove|take(?: off)?|drop|delete|strip)\s+(?:the\s+)?(?:label\s+{_LABEL}|(?P<label2>\"[^\"]+\""
        r"|[\w/&+-]+)\s+(?:label|tag))\s+(?:from|off)\s+(?P<what>.+)$",
    ),
    (
        "unlabel",
        rf"^(?:unlabel|untag|un-label)\s+(?P<what>.+?)(?:\s+(?:as|from|with|the label))?\s+{_LABEL}$",
    ),
    (
        "label",
        rf"^(?:add|put|apply|attach|give|set|stick|slap)\s+(?:the\s+|a\s+)?(?:label\s+{_LABEL}"
        r"|(?P<label2>\"[^\"]+\"|[\w/&+-]+)\s+(?:label|tag))\s+(?:to|on|onto|over)\s+(?P<what>.+)$",
    ),
    (
        "label",
        r"^(?:give|tag|label|mark|file|categori[sz]e|sort|flag|put"
        rf"|move)\s+(?P<what>.+?)\s+(?:with\s+)?(?:the\s+)?(?:label|tag)\s+{_LABEL}$",
    ),
    (
        "label",
        r"^(?:label|tag|categori[sz]e|file|sort)\s+(?P<what>.+?)\s+(?:as|with|under|into|to"
        rf"|in)\s+(?:the\s+label\s+)?{_LABEL}$",
    ),
    (
        "label",
        r"^(?:put|move|file)\s+(?P<what>.+?)\s+(?:under|in|into)\s+(?:the\s+|my\s+)?(?P<label2>\"[^\"]+\""
        r"|[\w/&+-]+)\s+(?:label|folder)$",
    ),
    (
        "label",
        rf"^(?:label|tag)\s+(?P<what>.+\b(?:{MAIL}|one|it|that|them|newsletters?|invoices?"
        rf"|receipts?)\b(?:.*?))\s+{_LABEL}$",
    ),
    (
        "unread",
        r"^(?:mark|set|flag|make|turn|put|leave|keep)\s+(?P<what>.+?)\s+(?:back\s+)?(?:as|to)?\s*(?:un-?read"
        r"|not read)(?: again)?$",
    ),
    (
        "unread",
        r"^(?:mark|set)\s+(?:as\s+)?un-?read\s*:?\s+(?P<what>.+)$",
    ),
    (
        "read",
        r"^(?:mark|set|flag|make|turn)\s+(?P<what>.+?)\s+(?:as|to)?\s*(?:been\s+)?(?:read|seen|opened)$",
    ),
    (
        "read",
        r"^(?:mark|set)\s+(?:as\s+)?read\s*:?\s+(?P<what>.+)$",
    ),
    (
        "restore",
        r"^(?:restore|recover|undelete|untrash|un-trash|un-delete|rescue|retrieve)\s+(?P<what>.+)$",
    ),
    (
        "restore",
        r"^(?:bring|get|put|move|take|fetch|pull|fish)\s+(?P<what>.+?)\s+(?:back\s+)?(?:back|out)?\s*(?:from"
        r"|out of|of)\s+(?:the\s+|my\s+)?(?:trash|bin|deleted(?: items| mails?)?|rubbish"
        r"|recycle bin)(?:\s+(?:back\s+)?(?:in)?to\s+(?:the\s+|my\s+)?inbox)?$",
    ),
    ("restore", r"^(?:bring|get|put)\s+back\s+(?P<what>.*\b(?:deleted|trashed|binned|trash|bin)\b.*)$"),
    ("inbox", r"^(?:bring|get|put)\s+back\s+(?P<what>.*\barchived?\b.*)$"),
    (
        "inbox",
        r"^(?:un-?archive)\s+(?P<what>.+)$",
    ),
    (
        "inbox",
        r"^(?:bring|get|put|move|take|send)\s+(?P<what>.+?)\s+(?:back\s+)(?:in)?to\s+(?:the\s+|my\s+)?inbox$",
    ),
    (
        "inbox",
        r"^(?:bring|get|put|move|take)\s+(?:back\s+)?(?P<what>.+?)\s+(?:from|out of)\s+(?:the\s+"
        r"|my\s+)?archive(?:\s+(?:back\s+)?(?:in)?to\s+(?:the\s+|my\s+)?inbox)?$",
    ),
    (
        "trash",
        r"^(?:delete|trash|bin|discard|junk|erase|throw (?:away|out)|chuck(?: out)?|get rid of|dump"
        r"|wipe)\s+(?P<what>.+)$",
    ),
    (
        "trash",
        r"^(?:move|put|send|throw|toss|drop|chuck|shove)\s+(?P<what>.+?)\s+(?:in|into|to)\s+(?:the\s+"
        r"|my\s+)?(?:trash(?: can)?|bin|rubbish|garbage)$",
    ),
    (
        "trash",
        rf"^remove\s+(?P<what>.*\b(?:{MAIL}|newsletters?|promotions?|spam|one|it)\b.*)$",
    ),
)
_PATTERNS = tuple((do, rx(pattern)) for do, pattern in _DEEDS)
_NOT_MAIL = rx(
    r"\b(?:calendar|meetings?|events?|appointments?|invites?|invitations?|agenda|stand-?ups?|calls?|1[:-]1s?)\b"
)
_DELETED = rx(
    r"\b(?:that |which )?(?:i|we)?\s*(?:accidentally |just )?(?:deleted|trashed|binned)\b|\b(?:in"
    r"|from) (?:the |my )?(?:trash|bin)\b"
)
_ARCHIVED = rx(r"\b(?:archived|from the archive)\b")
_NOT_MAILS = rx(r"^(?:my|the) (?:whole |entire )?(?:\w+ )?(?:account|profile|data|history|steward)$")
_AT_THE_END = rx(
    r"^(?P<deed>.+?)\s+(?P<tail>(?:in|on|from)\s+(?:(?:my|the)\s+)?[\w-]+\s+(?:account|inbox|mailbox|gmail)"
    r"|(?:in|on|from)\s+my\s+(?:work|personal)|from\s+(?:work|personal))$"
)
_BARE = frozenset({"everything", "all", "all of it", "it all", "everything in it"})


@dataclass(frozen=True)
class MarkMails(Intent):
    """Propose to label, mark, bin or bring back the mails a filter names."""

    do: str
    which: Filter
    label: str = ""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        deed, account = _without_account(text)
        for do, pattern in _PATTERNS:
            found = pattern.match(deed)
            if not found or _NOT_MAILS.search(found["what"]) or (do != "restore" and _NOT_MAIL.search(found["what"])):
                continue
            label = next((value for name, value in found.groupdict().items() if name != "what" and value), "")
            which = _meant(found["what"], do, context)
            which = which if which.threads or which.account else replace(which, account=account)
            return cls(do, which, label.strip("\"'"))
        return None

    def steps(self) -> Steps[Outcome]:
        if not self.which.named and not self.which.unread:
            return Outcome("Which mails do you mean? Say for example “the mails from LinkedIn older than 30 days”.")
        known = yield from by_address(self.which)
        which = known if isinstance(known, Outcome) else (yield from only_one(known))
        if isinstance(which, Outcome):
            return which
        named = {"name": self.label} if self.label else {}
        results = yield [
            Call("change_mail", {"do": self.do, **_addressed(args), **named}) for args in which.arguments()
        ]
        return proposal(results)

    def varied(self, text: str, context: Context) -> Intent | None:
        more = also_for(text)
        if more is None:
            return None
        if account := take_account(Scan(more)):
            return replace(self, which=replace(self.which, account=account))
        names, rest = names_at(more.partition(" ")[2])
        if names and self.which.senders and not rest.strip(" .!?"):
            return replace(self, which=replace(self.which, senders=tuple(names), threads=()))
        return None

    @property
    def person(self) -> str:
        return self.which.senders[0] if self.which.senders else ""


def _without_account(text: str) -> tuple[str, str]:
    """A sentence without the account that its end names, behind a label or "as read", and that account."""
    found = _AT_THE_END.match(text)
    account = take_account(Scan(found["tail"])) if found else ""
    return (found["deed"], account) if found and account else (text, "")


def _meant(what: str, do: str, context: Context) -> Filter:
    what = what.strip(" ,.")
    if entry := pointed_at(what, context):
        return replace(filter_of(entry), senders=())
    where = {"restore": "trash", "inbox": "anywhere"}.get(do, "")
    plain = _ARCHIVED.sub("", _DELETED.sub("", what)).strip()
    if plain.lower() in _BARE or not plain:
        return Filter()
    which = read_filter(plain, context, left_is_sender=do != "label")
    which = replace(which, limit=1 if which.limit == 1 else 0)
    return replace(which, where=where) if where else which


def _addressed(args: dict[str, object]) -> dict[str, object]:
    """`to` is a list there, as a forward has several."""
    return {**args, "to": [args["to"]]} if args.get("to") else args
