"""The tool that gives a request to a skill, which answers it instead of the model."""

from typing import ClassVar, Literal, get_args

from pydantic import Field

from app.agent.bench import Bench
from app.agent.tools.fitting import Result
from app.agent.tools.people import ASK, FindPerson, resolved
from app.agent.tools.tool import Tool, fenced
from app.domain.cards import Part
from app.domain.errors import Refusal
from app.domain.types import Address
from app.planning.preferences import NAMED_BY, PEOPLE, SWITCHES, is_host, listed
from app.planning.sanitising import visible

Skill = Literal["triage", "tasks", "focus", "follow", "week", "brief", "digest", "preferences"]
SKILLS: tuple[str, ...] = get_args(Skill)
"""Every skill the model can start."""
Preference = Literal[
    "", "zone", "hours", "closed", "buffer", "most_a_day", "focus", "priority", "delegate", "digest", "quiet",
    "brief_before", "new_mail",
]  # fmt: skip
PREFERENCES = "preferences"
TASKS, ADD, FIRST = "tasks", "add ", "add! "
"""The skill that notes down tasks, its verb, and the one for what matters; no mail and no event says what does."""
TOLD = frozenset({"tasks", "week", "brief"})
"""Skills that are told what the request is about."""
ERRANDS = {PREFERENCES: "prefer"}
"""Skills whose errand has another name."""


class Assist(Tool):
    """Start a skill, which answers. triage: sort unread mail. tasks: what to do; about "add pay Tom by Friday". focus:
    plan today. follow: who owes whom. week: better meeting times. brief: a meeting. digest: the day. preferences: how
    they want their days, one a call (closed: no meetings)."""

    step: ClassVar[str] = "is starting…"
    skill: Skill
    about: str = Field("", max_length=300, description="in their words; preferences: the value alone")
    preference: Preference = ""
    important: bool = False
    """What they said of a task."""

    async def run(self, bench: Bench) -> Result:
        if bench.actions:
            raise Refusal(why="There are cards in this turn already. Say so, and what to ask for next.")
        about = " ".join(visible(self.about).split())
        if self.skill == PREFERENCES and self.preference:
            return await self._prefer(bench, about)
        if bench.sources.taints(about, Part.TITLE) and not bench.sources.said(about):
            raise Refusal(
                why=f"Those are words of a mail or an event. Name it by its reference, or as {bench.first} did."
            )
        if self.skill == TASKS and self.important and not bench.sources.strangers and about.startswith(ADD):
            about = f"{FIRST}{about.removeprefix(ADD)}"
        return _started(bench, f"{ERRANDS.get(self.skill, self.skill)} {about if self.skill in TOLD else ''}")

    async def _prefer(self, bench: Bench, about: str) -> Result:
        """Have a preference kept. Raises Refusal for what the person didn't say: a mail has no say in it."""
        if bench.sources.strangers:
            raise Refusal(
                why="Mail or events were read in this turn, and they have no say in preferences. "
                f"{bench.first} may say it in a message of its own."
            )
        if not bench.sources.spoke_of(NAMED_BY[self.preference]):
            raise Refusal(why=f"{bench.first} said nothing of that. Ask with ask_person whether they want it.")
        if not (about.casefold() in SWITCHES or bench.sources.said(about)):
            raise Refusal(
                why=f"Give the value in {bench.first}'s own words. If they didn't say it, ask with ask_person."
            )
        if self.preference not in PEOPLE or about.casefold() in SWITCHES:
            return _started(bench, f"prefer {self.preference} {about}")
        found: list[str] = []
        for entry in listed(about):
            known = bench.relation(entry)
            people = (
                [entry]
                if is_host(entry)
                else [p.email for p in (known.people if known else await self._who(bench, entry))]
            )
            if not people:
                return {**fenced(options=bench.choices), "hint": ASK}
            found += people
        return _started(bench, f"prefer {self.preference} {', '.join(found)}")

    @staticmethod
    async def _who(bench: Bench, entry: str) -> list[Address]:
        """Whom the person named; nobody when it is undecided between several. Raises Refusal for a stranger."""
        people = await resolved(bench, entry)
        if not people:
            await FindPerson(name=entry).run(bench)  # a role, perhaps: who it could be
        if not people and not bench.choices:
            raise Refusal(why=f"There is nobody called “{entry}” in mail or calendar. Ask for the address.")
        if len(people) > 1:
            bench.unsettled(entry, [address.shown for address in people])
            return []
        return people


def _started(bench: Bench, errand: str) -> Result:
    bench.send(errand.strip())
    return {"started": "The skill answers; your turn ends here."}
