"""The errand "triage": sort what is unread, and archive at a click what was sorted out."""

from collections.abc import Sequence
from typing import ClassVar

from app.domain.actions import ArchiveEmails
from app.domain.actions.bulk import written
from app.domain.desk import Desk, reference
from app.domain.memory import Trail
from app.domain.ports import Request, Services, Thought, Watch
from app.domain.reading import Reading
from app.domain.sorting import Sorted
from app.domain.types import Email, MailQuery
from app.planning.signals import ASIDE, Verdict, signals, weigh
from app.skills.triage.gathering import Inbox, gather
from app.skills.triage.judging import TASK, judged, plainly
from app.skills.triage.reporting import report

ARCHIVE = "archive"


class Triage:
    long: ClassVar[bool] = True

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Sort the newest unread mails; "archive CATEGORY" prepares the cards that archive those of a category."""
        reading = Reading()
        preferences = await self._services.store.preferences.of(request.person.id)
        inbox = await gather(request, desk, preferences, reading)
        found = await self.sort(request, inbox, inbox.mails, watch=watch, reading=reading)
        what, _, category = argument.partition(" ")
        if what == ARCHIVE:
            return await self._archiving(category, request, desk, inbox, found)
        mails = {(mail.account.id, mail.id): mail for mail in inbox.mails}
        shown = report(mails, found, link=inbox.link, total=inbox.total, notes=reading.notes)
        return Thought(reply=shown.summary, trail=Trail(report=shown))

    async def sort(
        self, request: Request, inbox: Inbox, mails: Sequence[Email], *, watch: Watch, reading: Reading
    ) -> Sequence[Sorted]:
        """Each of these mails sorted: as before where that is known, by its signals where they settle it, else by the
        model. Raises LostClaim, StoreUnavailable."""
        store, version = self._services.store.verdicts, self._services.mind.version(TASK)
        keys = [(mail.account.id, mail.id) for mail in mails]
        known = await store.known(request.person.id, keys, version=version) if keys else {}
        weighed = [(m, weigh(signals(m, "", inbox.circle), request.now)) for m in mails]
        new = [(m, v) for m, v in weighed if (m.account.id, m.id) not in known]
        found = {**known, **{s.key: s for s in (plainly(m, v) for m, v in new if _certain(m, v))}}

        async def seen(some: Sequence[Sorted]) -> None:
            await store.keep(request.person.id, some, version=version)
            found.update({each.key: each for each in some})
            await watch(f"is sorting your mail: {len(found)} of {len(mails)}…")

        unsure: list[tuple[Email, Verdict]] = [(m, v) for m, v in new if not _certain(m, v)]
        if unsure and (left := await judged(self._services.mind, unsure, seen)):
            all_of = "the mails" if left == len(unsure) else f"{left} of the mails"
            reading.notes.append(f"The model gave no usable answer for {all_of}; I sorted by what can be seen of them.")
        return [found[key] for key in keys]

    async def _archiving(
        self, category: str, request: Request, desk: Desk, inbox: Inbox, found: Sequence[Sorted]
    ) -> Thought:
        """The cards that archive what was sorted into a category, one for each account."""
        actions = []
        senders = {mail.id: mail.sender for mail in inbox.mails}
        for box in inbox.boxes:
            ids = tuple(s.mail for s in found if s.account == box.account.id and s.category == category)
            if ids:
                query = MailQuery(where="inbox", unread=True)
                action = ArchiveEmails(account=reference(box.account), query=query, ids=ids, **written(ids, senders))
                actions.append(await action.vetted(request.now).previewed(desk))
        if not actions:
            return Thought(reply="None of these mails is left in the inbox.")
        cards = "A card is" if len(actions) == 1 else f"{len(actions)} cards, one for each account, are"
        return Thought(reply=f"{cards} ready. Nothing changes before you approve.", actions=tuple(actions))


def _certain(mail: Email, verdict: Verdict) -> bool:
    """Whether the signals settle it: no model is asked of such a mail."""
    return mail.invitation or verdict.category in ASIDE
