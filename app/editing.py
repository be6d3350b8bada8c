"""What a person does to a card besides deciding: change it, or say why they rejected it."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from uuid import uuid5

from app.aftermath import Aftermath
from app.domain.actions import Action
from app.domain.approvals import LIFETIME, Approval, Status, successor
from app.domain.errors import AlreadySettled, ChatError, FormErrors, NotYours, StewardError, StoreUnavailable, TooOld
from app.domain.forms import Answers, Form, Text, too_long
from app.domain.ports import Services
from app.domain.types import ActionId, Message, Person, PersonId
from app.expiring import expiring
from app.planning.ahead import looking_ahead
from app.planning.sanitising import visible
from app.planning.series import fitted

EDIT, EXPLAIN = "edit", "explain"
"""What the forms are called, which comes back with what was entered."""
REASON_LIMIT = 1_000
"""Characters of a reason."""
WHY = Form(
    title="Why not?",
    submit="Send",
    inputs=(
        Text(
            name="reason",
            label="What should be different?",
            value="",
            most=REASON_LIMIT,
            optional=True,
            hint="I'll propose it anew as you say, or leave it.",
        ),
    ),
)
KEPT = " The card stays as it was."
RENEWING = "is preparing the new card…"

Hear = Callable[[Message], Awaitable[None]]


class Editor:
    """The verbs of the forms; `hear` takes a reason on as any request."""

    def __init__(self, services: Services, *, hear: Hear) -> None:
        self._services = services
        self._approvals = services.store.approvals
        self._aftermath = Aftermath(services)
        self._hear = hear

    # Changing a card.

    async def open(self, person: PersonId, action: ActionId, trigger: str) -> None:
        """Show the form of an undecided card; raises NotYours, AlreadySettled, ChatError."""
        approval = await self._undecided(person, action)
        known = await self._known(approval, approval.action)
        form = known.form()
        if form is None:
            raise NotYours
        if known.reading:
            await self._read(approval, known, form, trigger=trigger)
        else:
            await self._shown(approval, form, name=EDIT, trigger=trigger)

    async def _read(self, approval: Approval, known: Action, form: Form, *, trigger: str) -> None:
        """Slack waits three seconds for a form: what takes longer to read is shown in the place of a first one, which
        says so. Where it can't be read, the form is shown with what the card knows."""
        waiting = form.model_copy(update={"inputs": (), "words": known.reading})
        view = await self._services.chat.open_form(trigger, waiting, name=EDIT, about=approval.id)
        try:
            owner = await self._owner(approval.person)
            async with self._services.desks.open(owner) as desk:
                surveyed = await known.surveyed(desk)
                await self._keep(approval, surveyed)
                form = await surveyed.asking(desk) or form
        except StoreUnavailable:
            raise
        except StewardError as failure:
            form = form.model_copy(update={"words": failure.sentence})
        with suppress(ChatError):  # closed meanwhile
            await self._services.chat.fill_form(view, form, name=EDIT, about=approval.id)
            await self._approvals.opened(approval, view)

    async def _keep(self, approval: Approval, surveyed: Action) -> None:
        """Keep what was read for a form as long as it can be submitted: reading may have taken minutes."""
        before, after = (action.model_dump(mode="json") for action in (approval.action, surveyed))
        if facts := {name: value for name, value in after.items() if value != before.get(name)}:
            lasting = approval.expires_at - self._now()
            await self._services.shelf.keep(approval.id, approval.person, facts, lasting=lasting)

    async def _known(self, approval: Approval, action: Action) -> Action:
        """The action of a card, or what became of it in its form, with what was read for that as far as it is kept."""
        if not action.reading:
            return action
        facts = await self._services.shelf.find(approval.id, approval.person)
        try:
            return action.renewed(**facts, id=action.id)
        except ValueError:  # kept by another version
            return action

    async def faults(self, person: PersonId, action: ActionId, answers: Answers) -> Mapping[str, str]:
        """What is wrong with what was entered, by the inputs' names; an empty name stands for the whole."""
        try:
            self._edited((await self._undecided(person, action)).action, answers)
        except FormErrors as wrong:
            return wrong.fields
        except (NotYours, AlreadySettled) as refusal:
            return {"": refusal.sentence}
        return {}

    async def save(self, person: PersonId, action: ActionId, answers: Answers, *, key: str) -> None:
        """Put what was entered on a card of its own, in the place of the one before. `key` names this entry, so that
        what is brought again after an interruption is known."""
        ident = ActionId(uuid5(action, key))
        if await self._approvals.get(person, ident) is not None:
            return  # saved already; what Slack doesn't show yet, the sweeper brings
        approval = await self._approvals.get(person, action)
        if approval is None:
            return
        place = approval.place
        try:
            edited = self._edited((await self._undecided(person, action)).action, answers)
            if edited is None:
                return
            await self._services.chat.status(place, RENEWING)
            edited = await self._known(approval, edited)
            if edited.renewing:
                await self._services.chat.say(place, edited.renewing)  # a status is gone after two minutes
            await self._replace(approval, await self._previewed(person, edited), ident)
        except StoreUnavailable:
            raise  # whoever brought the entry keeps it
        except StewardError as refusal:
            kept = "" if isinstance(refusal, AlreadySettled) else KEPT
            await self._services.chat.say(place, f"{refusal.sentence}{kept}")

    async def _undecided(self, person: PersonId, action: ActionId) -> Approval:
        """Raises NotYours, AlreadySettled."""
        approval = await self._approvals.get(person, action)
        if approval is None:
            raise NotYours
        if approval.status is not Status.PROPOSED:
            raise AlreadySettled(status=approval.status.value)
        if approval.expires_at <= self._now():
            raise AlreadySettled(status=Status.EXPIRED.value)
        return approval

    def _edited(self, action: Action, answers: Answers) -> Action | None:
        """The action as it was entered, None when nothing was changed; raises FormErrors."""
        form = action.form()
        if form is None:
            raise NotYours
        now = {i.name: i.parts for i in form.inputs}
        clean = {n: parts if parts == now.get(n) else tuple(map(visible, parts)) for n, parts in answers.items()}
        edited = looking_ahead(fitted(action, action.edited(clean, self._now()))).vetted(self._now())
        return None if edited.renewed(id=action.id) == action else edited

    async def _previewed(self, person: PersonId, edited: Action) -> Action:
        owner = await self._owner(person)
        async with self._services.desks.open(owner) as desk:
            return await edited.previewed(desk)

    async def _replace(self, old: Approval, edited: Action, ident: ActionId) -> None:
        """Raises FormErrors, AlreadySettled."""
        now = self._now()
        action = edited.renewed(id=ident).vetted(now)
        new = successor(old, action, now, until=await expiring(self._services, old.person))
        if not await self._approvals.replace(old.person, old.id, new):
            current = await self._approvals.get(old.person, old.id)
            raise AlreadySettled(status=current.status.value if current else Status.EXPIRED.value)
        await self._aftermath.moved(old.model_copy(update={"status": Status.REPLACED}), again=False)

    # Saying why not.

    async def ask_why(self, person: PersonId, action: ActionId, trigger: str) -> None:
        """Show the form for a reason; raises NotYours, AlreadySettled, TooOld, ChatError."""
        approval = await self._unexplained(person, action)
        await self._shown(approval, WHY, name=EXPLAIN, trigger=trigger)

    async def unexplained(self, person: PersonId, action: ActionId, answers: Answers) -> Mapping[str, str]:
        """What keeps a reason from being taken, as `faults`; the one that is kept already may be gone on with."""
        reason = _reason(answers)
        if wrong := too_long(reason, REASON_LIMIT):
            return {"reason": wrong}
        try:
            await self._unexplained(person, action, unless=reason)
        except (NotYours, AlreadySettled, TooOld) as refusal:
            return {"": refusal.sentence}
        return {}

    async def explain(self, person: PersonId, action: ActionId, answers: Answers) -> None:
        """Keep why a card was rejected, and go on from there. No reason is fine too."""
        reason = _reason(answers)
        if not reason:
            return
        before = await self._approvals.get(person, action)
        approval = await self._approvals.explain(person, action, reason)
        if before is None or approval is None:
            return
        await self._quoted(approval, again=before.reason == reason)
        await self._hear(await self._message(approval))

    async def _quoted(self, approval: Approval, *, again: bool) -> None:
        await self._aftermath.show(approval)
        with suppress(ChatError):  # it is only shown there; what comes of it is shown like any answer
            await self._services.chat.quote(approval, again=again)

    async def _unexplained(self, person: PersonId, action: ActionId, *, unless: str = "") -> Approval:
        approval = await self._approvals.get(person, action)
        if approval is None:
            raise NotYours
        if unless and approval.reason == unless:
            return approval
        if not approval.unexplained:
            raise AlreadySettled(status="explained" if approval.reason else approval.status.value)
        if approval.decided_at is None or approval.decided_at + LIFETIME < self._now():
            raise TooOld
        return approval

    async def _message(self, approval: Approval) -> Message:
        """A reason as what the person says in the thread of the card. No Slack message has such a ts: it is the time of
        the reason, but after the request, and the card's own, so that it is the same whenever this is done again."""
        owner = await self._owner(approval.person)
        turn = await self._services.store.turns.get(approval.person, approval.turn)
        if turn is None or approval.explained_at is None:
            raise StewardError
        thread = approval.place.thread or approval.card_ts
        return Message(
            person=owner.id,
            team=owner.team,
            user=owner.user,
            place=approval.place.model_copy(update={"thread": thread}),
            ts=f"{max(f'{approval.explained_at.timestamp():.6f}', turn.ts)}.{approval.position}",
            text=approval.reason,
            about=approval.id,
        )

    # Both.

    async def _shown(self, approval: Approval, form: Form, *, name: str, trigger: str) -> None:
        view = await self._services.chat.open_form(trigger, form, name=name, about=approval.id)
        await self._approvals.opened(approval, view)

    async def _owner(self, person: PersonId) -> Person:
        owner = await self._services.store.people.person(person)
        if owner is None:
            raise StewardError
        return owner

    def _now(self) -> datetime:
        return self._services.clock.now()


def _reason(answers: Answers) -> str:
    """What was entered as a reason, without what can't be seen."""
    return visible(WHY.read(answers)["reason"]).strip()
