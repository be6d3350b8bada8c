"""Serves the port Errands: finds the skill that an errand names."""

from collections.abc import Mapping

from app.domain.desk import Desk
from app.domain.errors import StewardError
from app.domain.ports import Request, Thought, Watch
from app.skills.skill import Skill


class UnknownErrand(StewardError):
    """I don't know how to do that any more. Please ask for it anew."""


class Skills:
    """Every skill by its name."""

    def __init__(self, skills: Mapping[str, Skill]) -> None:
        self._skills = dict(skills)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._skills)

    def long(self, errand: str) -> bool:
        """Whether it takes so long that a worker does it; see the port."""
        skill = self._skills.get(errand.partition(" ")[0])
        return skill is not None and skill.long

    async def run(self, errand: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Do an errand: the first word names the skill, the rest is for it. Raises StewardError."""
        name, argument = (*errand.split(maxsplit=1), "", "")[:2]
        if name not in self._skills:
            raise UnknownErrand
        return await self._skills[name].run(argument, request, desk, watch)
