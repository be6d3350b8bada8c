"""The errand "notice": tells of an urgent mail, or of several at once."""

from typing import ClassVar

from app.domain.desk import Desk
from app.domain.mailboxes import Mailbox
from app.domain.memory import Trail
from app.domain.ports import Request, Services, Thought, Watch
from app.domain.preferences import MAIL, Preferences
from app.domain.reports import Group, Line, Offer, Report, group
from app.domain.types import Email
from app.planning.sanitising import visible
from app.planning.signals import Verdict
from app.skills.drafting import errands as drafting
from app.skills.notices.letter import letter
from app.skills.notices.urgent import Weighing

GONE = "There was an urgent mail; it has been dealt with since."
UNSURE = "There was an urgent mail; whether it still is, I can't tell."


class Notice:
    long: ClassVar[bool] = False

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Tell of the mails of one account that the argument refers to, each on a line ("work:18f3a0"). Raises
        ProviderError, UnclearAccount."""
        del watch
        account = argument.partition(":")[0]
        box = desk.mailbox(account)
        preferences = await self._services.store.preferences.of(request.person.id)
        weighing = Weighing(desk, preferences, request.relations, request.now)
        found = weighing.urgent(await weighing.fresh(box, [line.partition(":")[2] for line in argument.splitlines()]))
        notes = tuple(weighing.reading.notes)
        if not found:
            return Thought(reply=UNSURE if notes else GONE, notes=notes)
        if len(found) > 1:
            return _told(_several(box, found, notes), box, preferences, request)
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
            notes=notes,
            offers=(
                Offer(
                    label="Draft a reply", errand=drafting.reply([f"{mail.account.name}:{mail.thread}"]), primary=True
                ),
                Offer(label="Sort my inbox", errand="triage"),
            ),
        )
        return _told(shown, box, preferences, request)


def _told(shown: Report, box: Mailbox, preferences: Preferences, request: Request) -> Thought:
    """As a direct message, and as a mail too for who wants it."""
    mailed = (letter(shown, box.account, request.now),) if preferences.notify == MAIL else ()
    return Thought(reply=shown.summary, trail=Trail(report=shown), actions=mailed, granted=bool(mailed))


def _several(box: Mailbox, found: list[tuple[Email, Verdict]], notes: tuple[str, ...]) -> Report:
    """What more there was than is told one by one."""
    lines = tuple(
        Line(
            text=_clean(mail.subject) or "(no subject)",
            detail=_clean(f"{mail.sender.called} · {', '.join(verdict.reasons)}"),
            link=box.link(mail.thread),
        )
        for mail, verdict in found
    )
    return Report(
        title=f"🔴 And {len(found)} more urgent mails",
        summary=f"In {box.account.described}.",
        groups=(group("The mails", lines),),
        notes=notes,
        offers=(Offer(label="Sort my inbox", errand="triage"),),
    )


def _clean(text: str) -> str:
    return " ".join(visible(text).split())
