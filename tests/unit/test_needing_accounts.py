"""A change that needs two accounts: whichever connection has ended is the one it waits for."""

from datetime import timedelta

import pytest

from app.domain.actions import Action, MirrorAvailability
from app.domain.approvals import Approval, Status
from app.domain.desk import reference
from app.domain.errors import GrantDead
from app.domain.grants import Tokens
from app.domain.types import Account, AccountId
from tests.fakes import MemoryCalendar, MemoryMailbox
from tests.samples import ANN, WORK, account
from tests.unit.desk_world import mail
from tests.unit.events_world import TEN, Diary, homewards, review
from tests.unit.steward_at_work import AtWork
from tests.unit.test_forwarding import forward, forwarded

WORKING = account(id=AccountId(WORK.id), email=WORK.email, name=WORK.name)
HOME = account(email="ann@home.example", name="home", subject="1002")


class Two(AtWork):
    """Steward with two accounts, of which either connection may end."""

    def __init__(self) -> None:
        super().__init__()
        self.distant = MemoryMailbox(HOME, self.clock, mail("m1"))
        self.outside.desks.place(self.distant, MemoryCalendar(HOME))
        self.calendar.put(review())

    async def connect(self, *living: Account) -> None:
        expires = self.clock.now() + timedelta(hours=1)
        for each in living:
            tokens = Tokens(access="a", refresh="r", expires_at=expires, scopes=each.scopes)
            await self.outside.grants.keep(each, tokens)

    async def end(self, *dead: Account) -> None:
        for each in dead:
            await self.outside.grants.bury(each.id, ANN.id)

    def row(self, action: Action) -> Approval:
        return self.disk.approvals[action.id].approval


def move() -> Action:
    return homewards(Diary(), review()).renewed(target=reference(HOME))


def pass_on() -> Action:
    return forward(forwarded("m1"), source=reference(HOME))


def mirror() -> Action:
    return MirrorAvailability(
        account=WORK, sources=(reference(HOME),), start=TEN, end=TEN + timedelta(days=1), zone="Europe/Vienna"
    )


def test_a_change_needs_every_account_it_touches() -> None:
    for action in (move(), pass_on(), mirror()):
        assert [ref.name for ref in action.needs] == ["work", "home"]


@pytest.mark.parametrize("make", [move, pass_on, mirror])
async def test_it_waits_for_the_one_whose_connection_has_ended(make: object) -> None:
    at, action = Two(), make()  # type: ignore[operator]
    await at.connect(WORKING, HOME)
    await at.approve(action)
    await at.end(HOME)
    at.clock.advance(timedelta(minutes=1))
    await at.performer.perform(ANN.id, action.id)
    assert (at.row(action).status, at.row(action).waits_for) == (Status.APPROVED, HOME.id)
    assert HOME.email in at.note(action)


async def test_of_two_it_waits_for_one_after_the_other() -> None:
    at, action = Two(), move()
    await at.connect(WORKING, HOME)
    await at.approve(action)
    await at.end(WORKING, HOME)
    await at.performer.perform(ANN.id, action.id)
    assert at.row(action).waits_for == WORKING.id
    await at.connect(WORKING)
    await at.performer.perform(ANN.id, action.id)
    assert at.row(action).waits_for == HOME.id
    await at.connect(HOME)
    await at.performer.perform(ANN.id, action.id)
    assert (at.status(action), at.row(action).waits_for) == (Status.DONE, None)


async def test_a_connection_that_ends_in_between_is_the_one_it_waits_for() -> None:
    at, action = Two(), pass_on()
    await at.connect(WORKING, HOME)
    await at.approve(action)

    async def original(_: str) -> None:
        await at.end(HOME)
        raise GrantDead(provider="Google", account=HOME.email)

    at.distant.original = original  # type: ignore[assignment, method-assign]
    at.clock.advance(timedelta(minutes=1))
    await at.performer.perform(ANN.id, action.id)
    assert at.row(action).waits_for == HOME.id
    assert HOME.email in at.note(action)
