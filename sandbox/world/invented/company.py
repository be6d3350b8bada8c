"""Who is in an invented world: a company with two owners of accounts, their team, partners and friends."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.world.invented import words
from sandbox.world.people import Cast, Contact
from sandbox.world.types import Story

OWNERS = ("first", "second")
STAFF = ("finance", "operations", "design", "legal")
MOST_ENGINEERS, FEWEST_ENGINEERS = 5, 3


@dataclass(frozen=True, slots=True)
class Company:
    """The cast, and what its owners' mails are about."""

    cast: Cast
    stories: Mapping[str, Story]
    calendars: Mapping[str, tuple[str, str]]
    engineers: tuple[str, ...]

    def home(self, owner: str) -> str:
        return self.cast.owners[owner][1]


def company(chance: random.Random) -> Company:
    """People with names of their own, in zones that chance gives them; one engineer's calendar can't be read."""
    names = _names(chance)
    domain = f"{chance.choice(words.COMPANIES).lower()}.example"
    zones = dict(zip(OWNERS, chance.sample(words.ZONES, len(OWNERS)), strict=True))
    contacts: dict[str, Contact] = {}
    for owner, zone in zones.items():
        name = next(names)
        contacts[owner] = Contact(name, f"{_plain(name)}@{domain}", zone)
        contacts[f"{owner}_home"] = Contact(name, f"{_plain(name, '')}@{_plain(name.split()[1])}-home.example", zone)
        contacts[f"{owner}_manager"] = _colleague(next(names), domain, zone)
        contacts[f"{owner}_friend"] = _outside(next(names), f"{_plain(name.split()[1])}-friends.example", zone)
        contacts[f"{owner}_neighbour"] = _outside(next(names), "cornerpost.example", zone)
    engineers = tuple(f"engineer_{n}" for n in range(chance.randint(FEWEST_ENGINEERS, MOST_ENGINEERS)))
    for key in engineers:
        contacts[key] = _colleague(next(names), domain, chance.choice(words.TEAM_ZONES))
    for key in STAFF:
        contacts[key] = _colleague(next(names), domain, zones["first"])
    for n, partner in enumerate(chance.sample(words.PARTNERS, 3)):
        contacts[f"partner_{n}"] = _outside(next(names), f"{partner}.example", chance.choice(words.ZONES))
    contacts["engineering"] = Contact("Engineering", f"engineering@{domain}", zones["first"])
    managers = tuple(f"{owner}_manager" for owner in OWNERS)
    cast = Cast(
        contacts=contacts,
        owners={owner: (owner, f"{owner}_home") for owner in OWNERS},
        lists={"engineering": (*engineers, *OWNERS)},
        colleagues=(*managers, *engineers[1:], *STAFF),
    )
    calendars = {f"{owner}_club": (f"{owner}-club@group.calendar.example", "Club") for owner in OWNERS}
    return Company(cast, _stories(chance), calendars, engineers)


def _stories(chance: random.Random) -> dict[str, Story]:
    project, topic = chance.choice(words.PROJECTS), chance.choice(words.TOPICS)
    private = chance.sample(words.PRIVATE, len(OWNERS))
    return {
        owner: Story(project, private[n], topic, manager=f"{owner}_manager", team="engineering")
        for n, owner in enumerate(OWNERS)
    }


def _names(chance: random.Random) -> Iterator[str]:
    """Full names, no part of which comes twice."""
    first = chance.sample(words.FIRST_NAMES, len(words.FIRST_NAMES))
    family = chance.sample(words.FAMILY_NAMES, len(words.FAMILY_NAMES))
    return (f"{one} {other}" for one, other in zip(first, family, strict=True))


def _colleague(name: str, domain: str, zone: str) -> Contact:
    return Contact(name, f"{_plain(name)}@{domain}", zone)


def _outside(name: str, domain: str, zone: str) -> Contact:
    return Contact(name, f"{_plain(name.split(maxsplit=1)[0])}@{domain}", zone)


def _plain(name: str, between: str = ".") -> str:
    """As it stands in an address."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return folded.lower().replace(" ", between)
