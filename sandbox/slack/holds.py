"""Keeping a matching request open, before or after its effect, so that tests can kill the caller meanwhile."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

BEFORE, AFTER = "before", "after"


@dataclass(eq=False)
class _Hold:
    match: str
    when: str
    drop: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)
    held: list[dict[str, Any]] = field(default_factory=list)


class Holds:
    """A hold applies to every request whose method or arguments contain its text, until it is released."""

    def __init__(self) -> None:
        self._holds: list[_Hold] = []

    def add(self, match: str, when: str) -> None:
        if when not in (BEFORE, AFTER):
            raise ValueError('when must be "before" or "after"')
        self._holds.append(_Hold(match, when))

    def held(self) -> list[dict[str, Any]]:
        return [{**request, "when": hold.when, "match": hold.match} for hold in self._holds for request in hold.held]

    def release(self, *, drop: bool = False) -> int:
        """Lets everything go on, or cuts it off; how many requests were held."""
        holds, self._holds = self._holds, []
        for hold in holds:
            hold.drop = drop
            hold.released.set()
        return sum(len(hold.held) for hold in holds)

    async def pause(self, when: str, method: str, arguments: dict[str, Any]) -> bool:
        """Waits as long as a hold matches; True when the request must now be dropped."""
        for hold in self._holds:
            if hold.when == when and (hold.match in method or hold.match in json.dumps(arguments)):
                request = {"method": method, "args": arguments}
                hold.held.append(request)
                try:
                    await hold.released.wait()
                finally:
                    hold.held.remove(request)
                return hold.drop
        return False
