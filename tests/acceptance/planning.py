"""Plans as their owner's page shows them, and requests that make them."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sandbox.playing.blocks import buttons, render
from tests.acceptance.deeds import calls
from tests.acceptance.house import House
from tests.acceptance.people import Answer, Person, payload

PLAN = "steward_plan"
_DAYS = count(80)


def a_day() -> date:
    """A day of its own, so that no event of a test overlaps another's."""
    return datetime.now(UTC).date() + timedelta(days=next(_DAYS))


class Shown:
    """The message of a plan, as its owner's page shows it."""

    def __init__(self, person: Person, thread: str) -> None:
        self.person = person
        self.thread = thread

    @property
    def message(self) -> dict[str, Any]:
        (found,) = [m for m in self.person.screen.steward(self.person.dm, self.thread) if payload(m, PLAN)]
        return found

    @property
    def offers(self) -> list[str]:
        return [button.text for button in buttons(self.message)]

    @property
    def text(self) -> str:
        return " ".join(render(self.message).split())

    async def until_offers(self, *words: str) -> None:
        await self.person.screen.until(lambda: self.offers == list(words), what=f"{words} on the plan")

    async def until_says(self, words: str) -> None:
        await self.person.screen.until(lambda: words in self.text, what=f"“{words}” on the plan")

    async def click(self, decision: str) -> None:
        found = next(b for b in buttons(self.message) if b.action_id == f"plan:{decision}")
        container = {"type": "message", "channel": self.person.dm, "ts": self.message["ts"]}
        await self.person.page.post("click", container=container, block_id=found.block_id, action_id=found.action_id)


async def proposed(house: House, person: Person, *tool_calls: dict[str, Any], ask: str) -> tuple[Answer, Shown]:
    """What a scripted model proposes in one go."""
    made = [call for one in tool_calls for call in one["tool_calls"]]
    await house.models.script({"tool_calls": made}, {"content": "The cards are ready."}, match=ask)
    answer = await person.ask(ask)
    return answer, Shown(person, answer.asked)


def an_event(title: str, day: date, hour: int, **more: Any) -> dict[str, Any]:
    return calls("create_event", title=title, start=f"{day.isoformat()} {hour}:00", account="work", **more)


async def titled(house: House, person: Person, title: str) -> list[dict[str, Any]]:
    found = await house.google.events(person.accounts[0])
    return [e for e in found.values() if e.get("summary") == title and e["status"] == "confirmed"]
