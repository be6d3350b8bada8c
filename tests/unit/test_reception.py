"""What Steward says of itself: the welcome, what waits, the Home tab."""

import pytest

from app.aftermath import Aftermath
from app.domain.approvals import Decision, Status
from app.domain.types import TurnId
from app.reception import NOTHING_WAITS
from tests.fakes.rows import TurnRow
from tests.samples import ANN, BOB, archive, message, proposal
from tests.unit.accounts_world import COMPANY, DM, Desk
from tests.unit.turns import turn_of


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_the_welcome_offers_to_connect_until_one_is(desk: Desk) -> None:
    await desk.reception.welcome(ANN.id, DM)
    await desk.connect(COMPANY)
    await desk.reception.welcome(ANN.id, DM)
    assert (desk.said[0], desk.said[-1]) == ("welcome, connect", "welcome")


async def test_pending_shows_the_waiting_cards_here(desk: Desk) -> None:
    await desk.reception.pending(ANN.id, DM)
    assert desk.said == [NOTHING_WAITS]
    turn = turn_of(message()).model_copy(update={"id": TurnId(ANN.id)})
    approval = proposal(archive("m1"), turn, desk.house.clock.now())
    await desk.store.approvals.propose(approval)
    await desk.store.approvals.shown(approval, await desk.house.chat.show(approval))
    await desk.reception.pending(BOB.id, DM)
    assert len(desk.house.chat.posted) == 1
    await desk.reception.pending(ANN.id, DM)
    card = desk.house.chat.posted[-1]
    assert card.place == DM
    kept = await desk.store.approvals.get(ANN.id, approval.id)
    assert kept is not None
    assert (kept.card_ts, kept.place) == (card.ts, DM)


async def test_a_card_drawn_where_it_was_before_has_no_buttons_there(desk: Desk) -> None:
    """Whoever drew it had read the row before it was shown again."""
    turn = turn_of(message()).model_copy(update={"id": TurnId(ANN.id)})
    approval = proposal(archive("m1"), turn, desk.house.clock.now())
    desk.store.disk.turns[turn.id] = TurnRow(turn)
    await desk.store.approvals.propose(approval)
    await desk.reception.pending(ANN.id, DM)
    await Aftermath(desk.house.services(desk.store)).show(approval)
    kept = await desk.store.approvals.get(ANN.id, approval.id)
    assert kept is not None
    assert kept.place == DM
    first, second = desk.house.chat.posted
    assert (kept.card_ts, desk.house.chat.left) == (first.ts, [second.ts])


async def test_pending_shows_what_asks_for_another_word_too(desk: Desk) -> None:
    turn = turn_of(message()).model_copy(update={"id": TurnId(ANN.id)})
    approval = proposal(archive("m1"), turn, desk.house.clock.now())
    await desk.store.approvals.propose(approval)
    await desk.store.approvals.decide(ANN.id, approval.id, Decision.APPROVE)
    claim = await desk.store.approvals.claim(ANN.id, approval.id)
    assert claim is not None
    await desk.store.approvals.settle(claim, Status.UNCERTAIN, note="I couldn't find out.")
    await desk.reception.pending(ANN.id, DM)
    (card,) = desk.house.chat.posted
    assert card.shows.offers == (Decision.WENT_OUT, Decision.DID_NOT)
    await desk.store.approvals.decide(ANN.id, approval.id, Decision.WENT_OUT)
    await desk.reception.pending(ANN.id, DM)
    assert desk.said == [NOTHING_WAITS]


async def test_home_shows_whose_it_is_and_nothing_of_others(desk: Desk) -> None:
    kept = await desk.connect(COMPANY)
    await desk.reception.home(ANN.id, ANN.user)
    await desk.reception.home(BOB.id, BOB.user)
    assert desk.house.chat.homes == {ANN.user: ((kept,), ()), BOB.user: ((), ())}
    await desk.reception.suggest(DM)
    assert desk.house.chat.prompted == [DM]
