"""The errand "brief": prepare the person for a meeting."""

from typing import ClassVar

from app.domain.desk import Desk
from app.domain.errors import Refusal
from app.domain.memory import Trail
from app.domain.ports import Request, Services, Thought, Watch
from app.domain.reading import Reading
from app.skills.brief.finding import find
from app.skills.brief.gathering import gather
from app.skills.brief.judging import judged
from app.skills.brief.reporting import Linked, choice, report


class Brief:
    long: ClassVar[bool] = True

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Brief about the meeting of a reference ("account:calendar:event") or of some words; the next one for none."""
        if not desk.calendars:
            raise Refusal(why="No account with a calendar is connected. Type `connect` to add one.")
        zone, reading = request.person.zone, Reading()
        await watch("is looking for the meeting…")
        found, coming = await find(argument, request, desk=desk, zone=zone, reading=reading)
        if not found and not coming and not reading.notes:
            return Thought(reply="No meeting stands in your calendars for the next four weeks.")
        if len(found) != 1:
            shown = choice(found or coming, words=argument, zone=zone, now=request.now, notes=reading.notes)
            return Thought(reply=shown.summary, trail=Trail(report=shown))
        await watch("is reading your mail with these people…")
        facts = await gather(found[0], request, desk, reading)
        await watch("is looking for decisions and open questions…")
        said = await judged(self._services.mind, facts)
        shown = report(facts, said, zone=zone, now=request.now, link=linked(desk), notes=reading.notes)
        return Thought(reply=shown.summary, trail=Trail(report=shown))


def linked(desk: Desk) -> Linked:
    """Where a person sees a mail for themselves."""
    return lambda mail: desk.mailbox(mail.account).link(mail.thread)
