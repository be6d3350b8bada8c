"""The errand "notice": tells of one urgent mail."""

from app.domain.desk import Desk
from app.domain.memory import Trail
from app.domain.ports import Request, Services, Thought, Watch
from app.domain.reports import Group, Line, Offer, Report
from app.planning.sanitising import visible
from app.skills.drafting import errands as drafting
from app.skills.notices.urgent import Weighing

GONE = "There was an urgent mail; it has been dealt with since."


class Notice:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Tell of the mail that the argument refers to ("work:18f3a0"). Raises ProviderError, UnclearAccount."""
        del watch
        account, _, ident = argument.partition(":")
        box = desk.mailbox(account)
        preferences = await self._services.store.preferences.of(request.person.id)
        found = await Weighing(desk, preferences, request.relations, request.now).urgent(box, [ident])
        if not found:
            return Thought(reply=GONE)
        mail, verdict = found[0]
        shown = Report(
            title=f"🔴 Urgent mail from {_clean(mail.sender.called)}",
            summary=f"In {box.account.described}: {', '.join(verdict.reasons)}.",
            groups=(
                Group(
                    title="The mail",
                    lines=(Line(text=_clean(mail.subject) or "(no subject)", link=box.link(mail.thread)),),
                ),
            ),
            offers=(
                Offer(
                    label="Draft a reply", errand=drafting.reply([f"{mail.account.name}:{mail.thread}"]), primary=True
                ),
                Offer(label="Sort my inbox", errand="triage"),
            ),
        )
        return Thought(reply=shown.summary, trail=Trail(report=shown))


def _clean(text: str) -> str:
    return " ".join(visible(text).split())
