"""A request becomes a change, on either store: heard, thought about, proposed, decided, performed, undone."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.assistant import Assistant, Limits
from app.domain.actions import Action
from app.domain.approvals import Approval, Decision, Status
from app.domain.errors import AlreadySettled, NotYours, Unanswered
from app.domain.ports import Kind, Thought
from app.domain.types import AccountId, ActionId, Email, MailText, PersonId, Place
from app.performing import Performer
from tests.fakes import FakeHouse, ManualClock, MemoryCalendar, MemoryMailbox
from tests.houses import House, Running
from tests.samples import ANN, BOB, WORK, account, archive, event, message, reply

S, D = Status, Decision


class Walk:
    """Ann's Slack, mailbox and calendar, and the product between them and a store."""

    def __init__(self, house: House, store: Running) -> None:
        self.outside = FakeHouse(clock=house.clock)
        self.outside.chat.people = {(p.team, p.user): p for p in (ANN, BOB)}
        mine = account(id=AccountId(WORK.id), email=WORK.email, name=WORK.name)
        self.mailbox = MemoryMailbox(mine, house.clock, *(mail(n, house.clock) for n in (1, 2, 3)))
        self.calendar = MemoryCalendar(mine)
        self.outside.desks.place(self.mailbox, self.calendar)
        self.store = store
        self.work_on(store)

    def work_on(self, store: Running) -> None:
        """Go on in another process."""
        self.store = store
        services = self.outside.services(store)
        limits = Limits(characters=1000, requests=100)
        self.assistant = Assistant(services, limits, invite=self._invite)
        self.performer = Performer(services)

    async def _invite(self, person: PersonId, place: Place) -> None:
        await self.outside.chat.invite(place, "https://consent.example", accounts=())

    async def propose(self, action: Action) -> Approval:
        self.outside.mind.will(Thought(reply="Here is what I'd do.", actions=(action,)))
        await self.assistant.hear(message())
        return self.card(action)

    def card(self, action: Action) -> Approval:
        return self.outside.chat.cards[action.id].shows

    async def run(self) -> None:
        """Let a worker look at everything it was woken for."""
        woken, self.outside.queue.woken = self.outside.queue.woken, []
        for kind, ident, person in woken:
            assert kind is Kind.ACTION
            assert person is not None
            await self.performer.perform(person, ActionId(UUID(ident)))

    async def sweep(self) -> None:
        for row in await self.store.waiting():
            await self.outside.queue.wake(row.kind, row.id, row.person)
        await self.run()


def mail(number: int, clock: ManualClock) -> MailText:
    email = Email(
        id=f"m{number}",
        thread=f"t{number}",
        account=WORK,
        subject="Lunch",
        received=clock.now() - timedelta(days=number),
        labels=frozenset({"INBOX", "CATEGORY_PROMOTIONS"}),
        message_id=f"<{number}@example.org>",
    )
    return MailText(email=email, text="How about lunch?")


@pytest.fixture
async def walk(house: House) -> Walk:
    return Walk(house, await house.process())


async def inbox(walk: Walk) -> frozenset[str]:
    return await walk.mailbox.having("INBOX", ["m1", "m2", "m3"])


async def test_mails_are_archived_after_the_click_and_come_back_with_undo(walk: Walk) -> None:
    action = archive("m1", "m2")
    assert (await walk.propose(action)).status is S.PROPOSED
    assert await inbox(walk) == {"m1", "m2", "m3"}
    await walk.assistant.decide(ANN.id, action.id, D.APPROVE)
    assert await inbox(walk) == {"m1", "m2", "m3"}
    await walk.run()
    assert await inbox(walk) == {"m3"}
    assert walk.card(action).status is S.DONE
    assert walk.card(action).receipt is not None
    await walk.assistant.decide(ANN.id, action.id, D.UNDO)
    await walk.run()
    assert await inbox(walk) == {"m1", "m2", "m3"}
    assert walk.card(action).status is S.UNDONE


async def test_a_second_click_and_a_strangers_click_change_nothing(walk: Walk) -> None:
    action = archive("m1")
    await walk.propose(action)
    with pytest.raises(NotYours):
        await walk.assistant.decide(BOB.id, action.id, D.APPROVE)
    await walk.assistant.decide(ANN.id, action.id, D.REJECT)
    with pytest.raises(AlreadySettled):
        await walk.assistant.decide(ANN.id, action.id, D.APPROVE)
    await walk.run()
    assert await inbox(walk) == {"m1", "m2", "m3"}


@pytest.mark.parametrize("lost", [0, 1])
async def test_a_reply_whose_answer_was_lost_goes_out_once(walk: Walk, lost: int) -> None:
    action = reply(thread="t1", seen=("m1",))
    await walk.propose(action)
    for click in ("first", "second"):
        await walk.assistant.decide(ANN.id, action.id, D.APPROVE, click=click)
    # Committed, and then the connection drops: at the creation of the draft, or at its sending.
    drop = (True, Unanswered(provider="Gmail"))
    walk.mailbox.faults.extend([drop] if lost == 0 else [(True, None), drop])
    await walk.run()
    assert walk.card(action).status is S.DONE
    assert walk.mailbox.sent_bytes == [action.raw()]
    assert walk.mailbox.drafts == ()


async def test_a_worker_that_dies_in_between_is_followed_by_one_that_goes_on(house: House, walk: Walk) -> None:
    start = house.clock.now() + timedelta(hours=2)
    action = event(start)
    await walk.propose(action)
    await walk.assistant.decide(ANN.id, action.id, D.APPROVE)
    claim = await walk.store.approvals.claim(ANN.id, action.id)
    assert claim is not None
    async with walk.outside.desks.open(ANN) as desk:
        await action.perform(desk, walk.store.approvals.ledger(claim))
    dead, walk.outside.queue.woken = walk.store, []
    walk.work_on(await house.process())
    await walk.sweep()
    assert walk.card(action).status is S.APPROVED
    await dead.close()
    await walk.sweep()
    assert walk.card(action).status is S.DONE
    assert len(await walk.calendar.events(start, start + timedelta(hours=1))) == 1
    assert (await walk.store.approvals.get(ANN.id, action.id)) == walk.card(action).model_copy(update={"drawn": S.DONE})


async def test_a_card_that_expired_says_so(house: House, walk: Walk) -> None:
    action = archive("m1")
    await walk.propose(action)
    house.clock.advance(timedelta(days=1))
    await walk.sweep()
    assert walk.card(action).status is S.EXPIRED
    with pytest.raises(AlreadySettled):
        await walk.assistant.decide(ANN.id, action.id, D.APPROVE)


async def test_what_slack_didnt_take_is_shown_later_and_once(house: House, walk: Walk) -> None:
    action = archive("m1")
    await walk.propose(action)
    await walk.assistant.decide(ANN.id, action.id, D.APPROVE)
    walk.outside.chat.refuses = True
    await walk.run()
    assert walk.card(action).status is S.APPROVED
    walk.outside.chat.refuses = False
    house.clock.advance(timedelta(seconds=10))
    await walk.sweep()
    assert walk.card(action).status is S.DONE
    assert len(walk.outside.chat.posted) == 1
    await walk.sweep()
    assert len(walk.outside.chat.posted) == 1
