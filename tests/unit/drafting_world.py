"""A house that drafts at a click on the one offer of a report."""

from datetime import timedelta
from typing import Any, ClassVar

from app.assistant import Assistant
from app.domain.actions import Action
from app.domain.cards import Origin
from app.domain.memory import Trail
from app.domain.ports import Request, Thought, Watch
from app.domain.reports import Offer, Report
from app.domain.types import Address, Event, Guest, MailText
from app.skills.drafting import Draft
from app.skills.drafting.errands import NAME, move
from app.skills.errands import Skills
from tests.samples import ANN, WORK, message
from tests.unit.desk_world import mail, meeting
from tests.unit.steward_at_work import AtWork

CAROL = Address(email="carol@example.org", name="Carol")
DAVE = Address(email="dave@example.org", name="Dave")
EVE = Address(email="eve@quiet.example")
ME = Address(email=WORK.email, name="Ann")
HOUR = timedelta(hours=1)
READY = "1 card is ready. Nothing is sent before you approve."


class At(AtWork):
    """A house that drafts at a click on the one offer of a report, whatever the label says."""

    long: ClassVar[bool] = False

    def __init__(self, *mails: MailText, label: str = "Draft it") -> None:
        super().__init__(*mails)
        self.label = label
        self.offered = ""
        services = self.outside.services(self.store)
        skills = Skills({NAME: Draft(services), "report": self})
        self.assistant = Assistant(services, self.limits, invite=self._invite, errands=skills)

    async def run(self, argument: str, request: Request, desk: Any, watch: Watch) -> Thought:
        report = Report(title="Mail", summary="So.", offers=(Offer(label=self.label, errand=self.offered),))
        return Thought(reply=report.summary, trail=Trail(report=report))

    async def click(self, errand: str) -> list[Any]:
        """The changes of the cards that a click on such an offer makes."""
        self.offered = errand
        await self.assistant.hear(message("report", errand="report"))
        turn = self.chat.lines[-1].turn
        assert turn is not None
        await self.assistant.take_up(ANN.id, turn, 0)
        return [a.action for a in await self.store.approvals.waiting(ANN.id)]

    def sends(self, ident: str = "m2", *, hours: float = 1, **more: Any) -> None:
        """Ann writes to Carol."""
        at = self.clock.now() - hours * HOUR
        self.mailbox.put(mail(ident, labels=("SENT",), **{"sender": ME, "to": (CAROL,), "received": at} | more))

    def stands(self, **more: Any) -> Event:
        """A meeting of Dave's tomorrow at nine."""
        given = {"title": "Sync", "mine": False, "organizer": DAVE, "guests": (Guest(email=CAROL.email),)}
        event = meeting(self.clock.now().replace(hour=9) + 24 * HOUR, **given | more)
        self.calendar.put(event)
        return event

    async def move(self, event: Event, *hours: float) -> list[Any]:
        times = [event.start + later * HOUR for later in hours or (2,)]
        return await self.click(move(f"work:primary:{event.id}", was=event.start, times=times))


def people(action: Action) -> list[tuple[str, str, Origin]]:
    return [(r.address.email, r.role, r.origin) for r in action.card().recipients]
