"""Tools for people: who is meant by a name, and keeping what the person said about it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from app.agent.acquaintance import Candidate, familiar, hinted, named, teams
from app.agent.bench import Bench
from app.agent.tools.fitting import Result
from app.agent.tools.tool import Tool, fenced
from app.domain.asking import OPTION
from app.domain.errors import Refusal
from app.domain.memory import CHOSEN, FOUND, SAID, Relation, bare, names_for
from app.domain.types import Address
from app.planning.provenance import addresses

SHOWN = 5
"""People listed: as many as there are buttons to choose between."""
ASK = "It isn't certain who is meant. Ask with ask_person and these as options, unless the request tells which."


class FindPerson(Tool):
    """Who is meant by a name or a role ("Sam", "my manager", "engineering team"), with address. Empty: all saved."""

    step: ClassVar[str] = "is looking up people…"
    name: str = ""
    save: list[str] = Field(default_factory=list, description="addresses or names, if told who it is")
    forget: bool = False

    async def run(self, bench: Bench) -> Result:
        if self.forget:
            return self._forget(bench)
        return await (self._keep(bench) if self.save else self._find(bench))

    async def _find(self, bench: Bench) -> Result:
        if not bare(self.name):
            return fenced(saved=[_told(relation) for relation in bench.relations])
        if known := bench.relation(self.name):
            rows = [{"name": p.name, "email": p.email, "evidence": _since(known)} for p in known.people]
            return fenced(people=rows)
        people, groups, certain = await self._meant(bench)
        for candidate in people:
            bench.sources.person(candidate.address)
        if not people:
            nobody = f"Nobody called {self.name} in mail or calendar."
            return {"nothing": nobody, "hint": "Ask who it is.", **bench.not_read}
        listed = [{"name": c.address.name, "email": c.address.email, "evidence": c.evidence} for c in people]
        if certain:
            return fenced(people=listed, **bench.not_read)
        evidence = {c.address.email.lower(): c.evidence for c in people}
        bench.unsettled(self.name, [*map(_option, groups), *(c.address.shown for c in people)], evidence)
        return {**fenced(people=listed, options=bench.choices, **bench.not_read), "hint": ASK}

    async def _meant(self, bench: Bench) -> tuple[list[Candidate], list[tuple[Address, ...]], bool]:
        """Who it could be, as persons and as groups, and whether there is no doubt."""
        if found := (await named(bench, self.name))[:SHOWN]:
            return found, [], len(found) == 1
        role = bare(self.name)
        hinted_at, groups = await hinted(bench, role), await teams(bench, role)
        if not hinted_at and role != " ".join(self.name.casefold().split()):
            hinted_at = await familiar(bench)  # "my manager": somebody they know, whatever others call them
        return hinted_at[:SHOWN], groups, False

    # Keeping.

    async def _keep(self, bench: Bench) -> Result:
        """Keep who somebody is. Raises Refusal for what the person didn't say: a mail has no say in it."""
        if not any(bench.sources.said(name) for name in names_for(self.name)):
            raise Refusal(why=f"Only {bench.first} can say who “{self.name}” is, and didn't. Ask with ask_person.")
        people: list[Address] = []
        for entry in (one for given in self.save for one in sorted(addresses(given)) or [given.strip()] if one):
            found = await resolved(bench, entry)
            if not found:
                raise Refusal(why=f"There is nobody called “{entry}” in mail or calendar. Ask for the address.")
            if len(found) > 1:
                bench.unsettled(self.name, [address.shown for address in found[:SHOWN]])
                return {**fenced(options=bench.choices), "hint": ASK}
            people += found
        origin = self._origin(bench, people)
        if origin == FOUND and bench.sources.strangers:
            raise Refusal(why=f"{bench.first} gave no address of “{self.name}”. Ask with ask_person.")
        relation = Relation(name=self.name.strip(), people=tuple(people), origin=origin, since=bench.request.now)
        bench.learned.append(relation)
        return fenced(saved=_told(relation))

    def _forget(self, bench: Bench) -> Result:
        """Forget who somebody is. Raises Refusal where others may have asked for it."""
        if bench.sources.strangers or not any(bench.sources.said(name) for name in names_for(self.name)):
            raise Refusal(why=f"Only {bench.first} can have that forgotten, in a message of its own.")
        known = bench.relation(self.name)
        if known is None:
            return {"nothing": f"Nobody is saved as {self.name}."}
        nobody: dict[str, Any] = {"people": (), "origin": SAID, "since": bench.request.now}
        bench.learned.append(known.model_copy(update=nobody))
        return fenced(forgotten=_told(known))

    @staticmethod
    def _origin(bench: Bench, people: Sequence[Address]) -> str:
        """Only an address that the person typed or clicked is theirs: a name is whatever a stranger calls himself."""
        if all(bench.sources.typed(p.email) for p in people):
            return SAID
        given = all(bench.sources.typed(p.email) or bench.sources.chosen(p.email) for p in people)
        return CHOSEN if given else FOUND


async def resolved(bench: Bench, entry: str) -> list[Address]:
    """Whom the person meant by an address or a name that they typed or chose; raises Refusal for what they didn't."""
    if "@" in entry:
        if bench.sources.typed(entry) or bench.sources.chosen(entry):
            return [bench.sources.called(Address(email=entry))]
        return await _typed_by_name(bench, entry)
    if not bench.sources.said(entry):
        raise Refusal(why=f"{bench.first} didn't name “{entry}”. Ask with ask_person.")
    return [candidate.address for candidate in await named(bench, entry)]


async def _typed_by_name(bench: Bench, email: str) -> list[Address]:
    """Somebody whose address only tools gave: those that the name which the person typed could mean."""
    (known, *_) = await named(bench, email) or [Candidate(Address(email=email))]
    for word in known.address.name.split():
        if bench.sources.said(word):
            return [candidate.address for candidate in await named(bench, word)]
    raise Refusal(why=f"{bench.first} named nobody with that address. Ask with ask_person.")


def _option(group: tuple[Address, ...]) -> str:
    """A group as an option; of a large one the addresses alone, or nobody could choose it."""
    whole = ", ".join(address.shown for address in group)
    return whole if len(whole) <= OPTION else ", ".join(address.email for address in group)


def _told(relation: Relation) -> dict[str, str]:
    return {"name": relation.name, "is": relation.shown, "since": _since(relation)}


def _since(relation: Relation) -> str:
    return f"{relation.origin} on {relation.since:%-d %b %Y}"
