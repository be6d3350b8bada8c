"""What a person can change about an action: inputs with what they hold now, and how an entry is read."""

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, SerializeAsAny

from app.domain.cards import Origin, Recipient
from app.domain.errors import FormErrors
from app.domain.types import Address, Value

Parts = tuple[str, ...]
Answers = Mapping[str, Parts]
"""What was entered, by the input's name: one part for words, day and time for a moment, a key per option chosen."""

MAX_OPTIONS = 100
"""Options one input can offer (Slack's Block Kit reference: multi_static_select)."""
MAX_KEY = 150
"""Characters of an option's key (Slack's Block Kit reference: the value of an option)."""
MAX_ADDRESS = 254
"""Characters of an address (RFC 5321, section 4.5.3.1.3, as corrected)."""
EMPTY = "Please fill this in."
_NAMED = re.compile(r"^(?P<name>[^<]*)<(?P<email>[^<>]+)>$")
_PIECE = re.compile(r'(?:"[^"]*"|[^,;"])+')
_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\\\]]+")
_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")


class Input(Value):
    """One thing to be changed."""

    name: str
    label: str
    hint: str = ""
    optional: bool = False

    @property
    @abstractmethod
    def parts(self) -> Parts:
        """What it holds now, as it would be entered."""

    def read(self, parts: Parts) -> Any:
        """The value that was entered, which is exactly the one before when nothing was changed. Raises FormErrors."""
        while parts and not parts[-1]:
            parts = parts[:-1]
        if parts == self.parts:
            return self.unchanged
        if not self.optional and not any(part.strip() for part in parts):
            raise self.wrong(EMPTY)
        return self.entered(parts)

    @property
    @abstractmethod
    def unchanged(self) -> Any:
        """The value it holds now."""

    @abstractmethod
    def entered(self, parts: Parts) -> Any:
        """A changed value; raises FormErrors."""

    def wrong(self, why: str) -> FormErrors:
        return FormErrors(why=why, fields={self.name: why})


class Words(Input):
    """What is written."""

    value: str
    most: int
    """Characters it may have."""

    @property
    def parts(self) -> Parts:
        return (self.value,) if self.value else ()

    @property
    def unchanged(self) -> str:
        return self.value


class Line(Words):
    """Words on one line."""

    def entered(self, parts: Parts) -> str:
        return " ".join(" ".join(parts).split())


class Text(Words):
    """Words over many lines."""

    def entered(self, parts: Parts) -> str:
        return "\n".join(parts).strip()


class Addresses(Input):
    """Addresses, one per line or after commas."""

    value: tuple[Address, ...]

    @property
    def parts(self) -> Parts:
        return ("\n".join(a.email for a in self.value),) if self.value else ()

    @property
    def unchanged(self) -> tuple[Address, ...]:
        return self.value

    def entered(self, parts: Parts) -> tuple[Address, ...]:
        """Without doubles; what stood there before is taken as it was, whatever it looks like."""
        known = {a.email.lower(): a for a in self.value}
        found: dict[str, Address] = {}
        for line in "\n".join(parts).splitlines():
            pieces = [line] if line.strip().lower() in known else _PIECE.findall(line)
            for piece in (p.strip() for p in pieces if p.strip()):
                address = known.get(piece.lower()) or self._parsed(piece)
                found.setdefault(address.email.lower(), known.get(address.email.lower(), address))
        return tuple(found.values())

    def _parsed(self, piece: str) -> Address:
        named = _NAMED.match(piece)
        name, email = (named["name"].strip(' "'), named["email"].strip()) if named else ("", piece)
        if not is_address(email):
            raise self.wrong(f"“{piece}” is no address.")
        return Address(email=email, name=" ".join(name.split()))


class Moment(Input):
    """A day and a time of day in the person's zone."""

    value: AwareDatetime
    zone: str

    @property
    def parts(self) -> Parts:
        local = self.value.astimezone(ZoneInfo(self.zone))
        return local.date().isoformat(), f"{local:%H:%M}"

    @property
    def unchanged(self) -> datetime:
        return self.value

    def entered(self, parts: Parts) -> datetime:
        """Of two instants with this time of day, when clocks go back, the first."""
        day, clock = (*parts, "", "")[:2]
        try:
            local = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(self.zone))
        except ValueError as unreadable:
            raise self.wrong("Please choose a day and a time.") from unreadable
        instant = local.astimezone(UTC)  # in its own zone it equals nothing in the hour that comes twice (PEP 495)
        if instant.astimezone(local.tzinfo) != local:
            raise self.wrong(f"Clocks go forward on that day: there is no {local:%H:%M} in {self.zone}.")
        return instant


class Day(Input):
    """A day, or none."""

    value: date | None

    @property
    def parts(self) -> Parts:
        return (self.value.isoformat(),) if self.value else ()

    @property
    def unchanged(self) -> date | None:
        return self.value

    def entered(self, parts: Parts) -> date | None:
        try:
            return date.fromisoformat(parts[0]) if parts else None
        except ValueError as unreadable:
            raise self.wrong("Please choose a day.") from unreadable


class Option(Value):
    key: str
    label: str


class Choice(Input):
    """One of several options."""

    value: str
    options: tuple[Option, ...]
    more: bool = False
    """Whether the form is shown with more options than these, which only the provider knows."""

    @property
    def parts(self) -> Parts:
        return (self.value,)

    @property
    def unchanged(self) -> str:
        return self.value

    def entered(self, parts: Parts) -> str:
        if len(parts) != 1 or not (self.more or parts[0] in {o.key for o in self.options}):
            raise self.wrong("Please choose one of these.")
        return parts[0]


class Several(Input):
    """Any number of at most MAX_OPTIONS options; none is chosen yet."""

    options: tuple[Option, ...]
    more: bool = False
    """Whether the form is shown with other options than these, which only the provider knows."""

    @property
    def parts(self) -> Parts:
        return ()

    @property
    def unchanged(self) -> Parts:
        return ()

    def entered(self, parts: Parts) -> Parts:
        if not self.more and not {o.key for o in self.options}.issuperset(parts):
            raise self.wrong("Please choose from these.")
        return tuple(dict.fromkeys(parts))


class Form(Value):
    """Everything a person can enter at once."""

    title: str
    inputs: tuple[SerializeAsAny[Input], ...]
    """Without any there is nothing to save: it only says something."""
    submit: str = "Save"
    words: str = ""
    """What is said above the inputs."""

    def read(self, answers: Answers) -> dict[str, Any]:
        """The values by the inputs' names; raises FormErrors, which names every input that can't be read."""
        values: dict[str, Any] = {}
        faults: dict[str, str] = {}
        for each in self.inputs:
            try:
                values[each.name] = each.read(tuple(answers.get(each.name, ())))
            except FormErrors as wrong:
                faults |= wrong.fields
        refuse(faults)
        return values


def refuse(faults: Mapping[str, str]) -> None:
    """Raise FormErrors if there is anything wrong."""
    if faults:
        raise FormErrors(why=" ".join(dict.fromkeys(faults.values())), fields=faults)


def too_long(words: str, most: int) -> str:
    """What is wrong with words that have too many characters; empty when they haven't."""
    return f"At most {most:,} characters fit here, and this has {len(words):,}." if len(words) > most else ""


def is_address(email: str) -> bool:
    """Whether mail can be sent there, as far as its form tells: one that is written without quotes and comments."""
    local, at, domain = email.rpartition("@")
    try:
        labels = domain.encode("idna").decode().split(".")
    except UnicodeError:
        return False
    named = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    return bool(at) and named and len(email) <= MAX_ADDRESS and bool(_LOCAL.fullmatch(local))


def marked(addresses: Sequence[Address], known: Sequence[Recipient], role: str) -> tuple[Recipient, ...]:
    """Addresses as recipients: who was one before keeps their mark, everyone else was typed by the person."""
    before = {r.address.email.lower(): r for r in known}
    return tuple(
        before[a.email.lower()].model_copy(update={"role": role})
        if a.email.lower() in before
        else Recipient(address=a, role=role, origin=Origin.TYPED)
        for a in addresses
    )
