"""What is kept of a turn besides its words and its actions, and who people are to a person."""

from typing import Protocol

from pydantic import AwareDatetime

from app.domain.asking import Listed, Question
from app.domain.reports import Report
from app.domain.types import Address, PersonId
from app.domain.value import Value

SAID, CHOSEN, FOUND = "said by you", "chosen by you", "found by the name you said"
"""How Steward comes to know who somebody is: the person typed the address, or clicked it, or neither."""


class Relation(Value):
    """Who a person means by a name: "my manager", "the engineering team", "Sam"."""

    name: str
    """As the person says it."""
    people: tuple[Address, ...]
    """Nobody where whoever was meant is to be forgotten."""
    origin: str
    since: AwareDatetime

    @property
    def key(self) -> str:
        """Equal for names that mean the same."""
        return key_of(self.name)

    def holds(self, email: str) -> bool:
        """Whether this address is one of theirs."""
        return email.lower() in {person.email.lower() for person in self.people}

    @property
    def shown(self) -> str:
        return ", ".join(person.shown for person in self.people)


_WHOSE = frozenset({"my", "our", "the"})
SAME_ROLE = {"boss": "manager", "line manager": "manager"}
"""Other words for a role that only one person has, each with the one it is kept under. No more than these: what else
people say, the language model has to understand."""


def bare(name: str) -> str:
    """A name without case, and without whose it is."""
    words = name.casefold().split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in _WHOSE else words)


def key_of(name: str) -> str:
    """What a name is kept under: "My Manager", "the manager" and "my boss" are the same."""
    return SAME_ROLE.get(bare(name), bare(name))


def names_for(name: str) -> tuple[str, ...]:
    """The name as it stands, and its other words."""
    return tuple(
        dict.fromkeys((bare(name), key_of(name), *(w for w, role in SAME_ROLE.items() if role == key_of(name))))
    )


class Relations(Protocol):
    async def all(self, person: PersonId) -> tuple[Relation, ...]:
        """Everybody the person has said they mean by a name, the newest first."""

    async def keep(self, person: PersonId, relation: Relation) -> None:
        """Keep who is meant by a name, instead of whoever was before; forget them where it is nobody any more."""


class Trail(Value):
    """What a turn leaves behind besides its reply and its actions."""

    then: str = ""
    """What is left to do once the actions are settled."""
    question: Question | None = None
    listed: tuple[Listed, ...] = ()
    """What its answer speaks of, in the order in which it does."""
    report: Report | None = None
    learned: tuple[Relation, ...] = ()
