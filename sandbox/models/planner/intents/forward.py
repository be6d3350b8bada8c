"""Passing mails on: "forward all emails about Project Alpha from personal to work", "fwd Dana's last mail to Tom"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import MAIL, Filter, take_account
from sandbox.models.planner.followups import also_for
from sandbox.models.planner.mailbox import by_address
from sandbox.models.planner.people import ADDRESS, names_at, resolve_all
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one, proposal
from sandbox.models.planner.targets import filter_of, pointed_at, read_filter

_VERB = rx(
    r"^(?:forward(?:ing)?|fwd|fw|pass(?:ing)? (?:on|along)|pass|send(?:ing)? (?:on|along|over)|relay|redirect"
    r"|re-?send)\b\s*"
)
_SENT = rx(
    rf"^(?:send|move|get|bring|transfer|copy|share|put|take)\s+(?=.*\b(?:{MAIL}|everything|anything"
    r"|all)\b.*\b(?:to|into|over to)\s+)"
)
_ACCOUNT = r"(?:work|personal|private|[\w-]+)"
_OWN = (
    rf"(?:(?:my|the)\s+)?(?P<own>{_ACCOUNT})"
    r"(?:\s+(?:e-?mail(?: address| account)?|mail(?:box)?|account|inbox|address|gmail|one))?"
)
_TO = rx(
    rf"\s*(?:\bon\s+|\bover\s+|\balong\s+)?\b(?:to|into|onto)\s+(?:{_OWN}(?=\s*(?:$|[,.;:]|\b(?:with|saying|and"
    r"|from)\b))|(?P<names>\S.*?))(?=\s*(?:$|[,;:]|\b(?:with (?:the |a )?(?:note|words|message)|saying|from my"
    r"|from the)\b))"
)
_NOTE = rx(
    r"\s*[,;]?\s*(?:\b(?:and\s+)?(?:with (?:the |a )?(?:note|words|message|comment)|saying|and (?:say|add|write"
    r"|tell (?:him|her|them)))\b\s*(?:that\s+)?:?|:)\s*(?P<note>.+)$"
)
_SOURCE = rx(
    rf"\b(?:from|in|out of)\s+(?:(?:my|the)\s+)?(?P<source>{_ACCOUNT})(?:\s+(?:account|inbox|mailbox"
    r"|e-?mail(?: account)?|mail|address|gmail))?(?=\s*(?:$|[,.;]|\b(?:to|into|over|about|on|regarding)\b))"
)
_ALL = rx(
    r"\b(?:all|every|everything|any|each|those|these)\b|\b(?:e-?mails|mails|messages|threads|conversations"
    r"|correspondence)\b"
)
_LEAD = rx(r"^\s*(?:on|over|along)?\s*(?:to|into|onto)\s+")
_ONE_NEW = rx(r"^(?:send|share|write|get)\s+(?:[\w@.+-]+\s+)?(?:an?|another)\s")
_CALENDAR = rx(r"\b(?:calendar|meetings?|events?|appointments?|invitations?|agenda)\b")
_MAILS = rx(rf"\b{MAIL}\b")
_VIA = rx(
    rf"\s*,?\s*\b(?:using|via|through|by way of)\s+(?:(?:my|the)\s+)?(?P<via>{_ACCOUNT})"
    r"(?:\s+(?:e-?mail(?: account| address)?|mail|account|address|gmail))?(?=\s*(?:$|[,.;:]|\bto\b))"
)
_ON = rx(r"\s+(?:on|along|over)(?=\s*(?:$|\bfrom\b))")
_SELF = rx(r"^(?:me|myself)$")


@dataclass(frozen=True)
class ForwardMails(Intent):
    """Propose to pass on one mail or all that a filter names."""

    which: Filter
    to: tuple[str, ...]  # names or addresses
    note: str = ""
    single: bool = False
    via: str = ""  # the account that sends, if it isn't where the mails lie

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        verb = _VERB.match(text) or (None if _ONE_NEW.match(text) else _SENT.match(text))
        if not verb or (_CALENDAR.search(text) and not _MAILS.search(text)):
            return None
        rest, note = text[verb.end() :], ""
        if said := _NOTE.search(rest):
            rest, note = rest[: said.start()], said["note"].strip().strip('"')
        via, rest = _via(rest, context)
        target, rest = _target(rest, context)
        if not _VERB.match(text) and not (target and all("@" in one for one in target)):
            return None  # "move the mails to Receipts" is about something else
        account, rest = _source(_ON.sub("", rest), context)
        if entry := pointed_at(rest, context):
            return cls(filter_of(entry), target, note, single=True, via=via)
        which = replace(read_filter(rest, context), where="")
        single = which.limit == 1 or not _ALL.search(rest)
        return cls(replace(which, account=account or which.account), target, note, single, via)

    def steps(self) -> Steps[Outcome]:
        if not self.to:
            return Outcome("To whom should I forward that? Say for example “forward Dana's last email to Tom”.")
        if not self.which.named:
            return Outcome("Which mails should I forward? Say for example “all emails about Project Alpha”.")
        people = yield from resolve_all(self.to)
        if doubt := next((found for found in people if found.question), None):
            return doubt.outcome
        to = list(dict.fromkeys(email for found in people for email in found.emails))
        which = yield from by_address(self.which)
        if isinstance(which, Outcome):
            return which
        if self.single:
            return (yield from self._one(which, to))
        noted = {name: value for name, value in (("note", self.note), ("send_from", self.via)) if value}
        calls = [Call("change_mail", {"do": "forward", **args, "to": to, **noted}) for args in which.arguments()]
        return proposal((yield calls))

    def _one(self, which: Filter, to: list[str]) -> Steps[Outcome]:
        threads = list(which.threads)
        if not threads:
            where = {"where": which.where or "anywhere"}
            found = yield from one(Call("search_mail", {**which.arguments()[0], **where, "limit": 1}))
            threads = [str(mail["thread"]) for mail in found.get("mails") or ()]
            if not threads:
                return Outcome(f"That didn't work: {found['error']}" if found.get("error") else "I found no such mail.")
        args: Json = {"kind": "forward", "thread": threads[0], "to": to, **({"body": self.note} if self.note else {})}
        args |= {"account": self.via} if self.via else {}
        return proposal([(yield from one(Call("write_mail", args)))])

    def varied(self, text: str, context: Context) -> Intent | None:
        more = also_for(text)
        if more is None:
            return None
        if account := take_account(Scan(more)):
            return replace(self, which=replace(self.which, account=account))
        names, rest = names_at(more.partition(" ")[2])
        if names and not rest.strip(" .!?") and more.startswith(("to", "for")):
            return replace(self, to=tuple(names))
        return None

    @property
    def person(self) -> str:
        return self.which.senders[0] if self.which.senders else ""

    def for_people(self, name: str, emails: tuple[str, ...]) -> "ForwardMails":
        """The same once the person has said who is meant by a name."""
        to = tuple(e for one in self.to for e in (emails if one.lower() == name.lower() else (one,)))
        return replace(self, to=to)


def _target(text: str, context: Context) -> tuple[tuple[str, ...], str]:
    """To whom, and the sentence without it; an account of one's own is its address."""
    for found in reversed(list(_TO.finditer(text))):
        rest = f"{text[: found.start()]} {text[found.end() :]}".strip()
        if found["own"] and (address := _own(found["own"], context)):
            return (address,), rest
        names, left = names_at(_LEAD.sub("", found.group()))
        if names and not left.strip(" .!?"):
            return tuple(names), rest
    lead = rx(rf"^(?P<who>{ADDRESS}|[A-Z][\w'-]+)\s+(?=(?:the|my|all|that|this)\b)").match(text)
    return ((lead["who"],), text[lead.end() :]) if lead and not _SELF.match(lead["who"]) else ((), text)


def _own(name: str, context: Context) -> str:
    wanted = "personal" if name.lower() == "private" else name.lower()
    return next((email for known, email in context.accounts.items() if known.lower() == wanted), "")


def _via(text: str, context: Context) -> tuple[str, str]:
    """The account of one's own that is to send, and the sentence without it."""
    found = _VIA.search(text)
    if not found or not _own(found["via"], context):
        return "", text
    name = "personal" if found["via"].lower() == "private" else found["via"].lower()
    return name, f"{text[: found.start()]} {text[found.end() :]}"


def _source(text: str, context: Context) -> tuple[str, str]:
    """The account the mails are in, if the sentence names one that there is."""
    for found in _SOURCE.finditer(text):
        name = "personal" if found["source"].lower() == "private" else found["source"].lower()
        if name in {known.lower() for known in context.accounts} or name in {"work", "personal"}:
            return name, f"{text[: found.start()]} {text[found.end() :]}"
    return "", text
