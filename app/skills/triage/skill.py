"""The errand "triage": sort what is unread, and archive at a click what was sorted out."""

from collections.abc import Sequence
from typing import ClassVar

from app.domain.cards import Origin, Recipient
from app.domain.desk import Desk
from app.domain.memory import Trail
from app.domain.ports import Request, Services, Thought, Watch
from app.domain.preferences import TITLES
from app.domain.reading import Reading
from app.domain.sorting import Opinion, Sorted
from app.domain.types import Address, Email
from app.planning.signals import signals, weigh
from app.skills.triage.gathering import Inbox, gather
from app.skills.triage.handling import ARCHIVE, HAND, Cards, Chosen
from app.skills.triage.judging import TASK, certain, judged, placed
from app.skills.triage.reporting import LIST, Told, listed, report


class Triage:
    long: ClassVar[bool] = True

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Sort the newest unread mails; "list PAGE" shows them in one list by priority, "archive MAILS" and
        "hand MAILS" prepare the cards for those of an offer. Raises Refusal."""
        what, _, more = argument.partition(" ")
        reading = Reading()
        if what in (ARCHIVE, HAND):
            return await self._carded(Chosen.read(more), request, desk, reading)
        preferences = await self._services.store.preferences.of(request.person.id)
        inbox = await gather(request, desk, preferences, reading)
        found = await self.sort(request, inbox, inbox.mails, watch=watch, reading=reading)
        mails = {(mail.account.id, mail.id): mail for mail in inbox.mails}
        told = Told(
            mails,
            tuple(found),
            link=inbox.link,
            total=inbox.total,
            notes=tuple(reading.notes),
            delegate=inbox.delegate,
        )
        shown = listed(told, page=int(more) if more.isdecimal() else 1) if what == LIST else report(told)
        return Thought(reply=shown.summary, trail=Trail(report=shown))

    async def sort(
        self, request: Request, inbox: Inbox, mails: Sequence[Email], *, watch: Watch, reading: Reading
    ) -> Sequence[Sorted]:
        """Each of these mails sorted: by today's signals, and by what the model says where they leave it open; it is
        asked once of a mail. Raises LostClaim, StoreUnavailable."""
        store, version = self._services.store.verdicts, self._services.mind.version(TASK)
        keys = [(mail.account.id, mail.id) for mail in mails]
        known = await store.known(request.person.id, keys, version=version) if keys else {}
        weighed = [(m, weigh(signals(m, "", inbox.circle), request.now)) for m in mails]
        placed_ = [placed(m, v, known.get(key)) for key, (m, v) in zip(keys, weighed, strict=True)]
        found = {s.key: s for s, each in zip(placed_, weighed, strict=True) if s.key in known or certain(*each)}

        async def seen(some: Sequence[Sorted], said: Sequence[Opinion]) -> None:
            # What no model judged isn't kept: it is asked about again at the next run.
            await store.keep(request.person.id, said, version=version)
            found.update({each.key: each for each in some})
            await watch(f"is sorting your mail: {len(found)} of {len(mails)}…")

        unsure = [each for key, each in zip(keys, weighed, strict=True) if key not in found]
        if unsure and (left := await judged(self._services.mind, unsure, seen)):
            all_of = "the mails" if left == len(unsure) else f"{left} of the mails"
            reading.notes.append(f"The model gave no usable answer for {all_of}; I sorted by what can be seen of them.")
        return [found[key] for key in keys]

    async def _carded(self, chosen: Chosen, request: Request, desk: Desk, reading: Reading) -> Thought:
        """The cards for mails that were shown, one for each account: handed on where the offer says to whom, else
        archived."""
        cards = Cards(desk, request.now, reading)
        if chosen.to:
            to = Address(email=chosen.to)
            recipient = Recipient(address=to, role="to", origin=Origin.CHOSEN, evidence=f"as “{TITLES['delegate']}”")
            await cards.hand_on(chosen, recipient)
        else:
            await cards.archive(chosen)
        several = len(cards.actions)
        left = "can be found any more" if chosen.to else "is left in the inbox"
        are = "A card is" if several == 1 else f"{several} cards, one for each account, are"
        return Thought(
            reply=f"{are} ready. Nothing changes before you approve." if several else f"None of these mails {left}.",
            actions=tuple(cards.actions),
            notes=tuple(reading.notes),
        )
