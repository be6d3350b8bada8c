"""The contract of plans: several decided at once, an order that is kept, places taken over, a turn that goes on."""

import asyncio
from datetime import timedelta

import pytest

from app.domain.actions import Action
from app.domain.approvals import Approval, Decision, Status, successor
from app.domain.errors import Overtaken
from app.domain.memory import Trail
from app.domain.ports import Kind, Store
from app.domain.types import Place, Turn, TurnStatus
from tests.houses import House
from tests.samples import ANN, BOB, archive, message, proposal, reply

S, D = Status, Decision
THEN = "mail the guests its link"


async def planned(house: House, store: Store, *actions: Action, then: str = "", shown: bool = True) -> Turn:
    """A turn that has ended with these actions."""
    turn, now = await house.turn(store), house.clock.now()
    steps = [proposal(action, turn, now, position=n) for n, action in enumerate(actions)]
    assert await store.turns.end(turn, status=TurnStatus.ENDED, reply="", actions=steps, trail=Trail(then=then))
    for step in steps if shown else ():
        await store.approvals.shown(step, "1.1")
    kept = await store.turns.get(ANN.id, turn.id)
    assert kept is not None
    return kept


async def status(store: Store, action: Action) -> Status:
    approval = await store.approvals.get(ANN.id, action.id)
    assert approval is not None
    return approval.status


async def approved(store: Store, *actions: Action) -> None:
    for action in actions:
        assert await store.approvals.decide(ANN.id, action.id, D.APPROVE)


async def ended(store: Store, action: Action, how: Status) -> Approval:
    """A worker takes it up and it ends so."""
    claim = await store.approvals.claim(ANN.id, action.id)
    assert claim is not None
    return await store.approvals.settle(claim, how)


async def due(store: Store, kind: Kind = Kind.ACTION) -> list[str]:
    return [row.id for row in await store.waiting() if row.kind is kind]


# Deciding several at once.


async def test_all_that_were_shown_are_approved_at_once_but_not_marked_ones(house: House) -> None:
    store, actions = await house.process(), [archive("m1"), reply(), archive("m2")]
    turn = await planned(house, store, *actions)
    decided = await store.approvals.decide_all(ANN.id, turn.id, D.APPROVE, shown={a.id for a in actions})
    assert [step.id for step in decided] == [actions[0].id, actions[2].id]
    assert [step.status for step in await store.approvals.of_plan(ANN.id, turn.id)] == [
        S.APPROVED,
        S.PROPOSED,
        S.APPROVED,
    ]
    rejected = await store.approvals.decide_all(ANN.id, turn.id, D.REJECT, shown={a.id for a in actions})
    assert [step.id for step in rejected] == [actions[1].id]


async def test_what_was_not_shown_is_not_approved(house: House) -> None:
    store, seen, unseen = await house.process(), archive("m1"), archive("m2")
    turn = await planned(house, store, seen, unseen)
    assert await store.approvals.decide_all(ANN.id, turn.id, D.APPROVE, shown={seen.id})
    assert await status(store, unseen) is S.PROPOSED


async def test_a_card_that_does_not_stand_is_not_approved(house: House) -> None:
    store, actions = await house.process(), [archive("m1"), archive("m2")]
    turn = await planned(house, store, *actions, shown=False)
    first = await store.approvals.get(ANN.id, actions[0].id)
    assert first is not None
    await store.approvals.shown(first, "1.1")
    decided = await store.approvals.decide_all(ANN.id, turn.id, D.APPROVE, shown={a.id for a in actions})
    assert [step.id for step in decided] == [actions[0].id]


async def test_nobody_decides_anothers_plan_nor_steps_of_another_plan(house: House) -> None:
    store, mine, other = await house.process(), archive("m1"), archive("m2")
    turn, elsewhere = await planned(house, store, mine), await planned(house, store, other)
    assert await store.approvals.decide_all(BOB.id, turn.id, D.APPROVE, shown={mine.id}) == ()
    assert await store.approvals.decide_all(ANN.id, elsewhere.id, D.APPROVE, shown={mine.id}) == ()
    assert await store.approvals.of_plan(BOB.id, turn.id) == ()
    assert await status(store, mine) is S.PROPOSED


async def test_of_many_clicks_for_all_and_for_one_each_step_is_decided_once(house: House) -> None:
    stores, actions = [await house.process() for _ in range(3)], [archive(f"m{n}") for n in range(4)]
    turn = await planned(house, stores[0], *actions)
    ids = {action.id for action in actions}
    together = (stores[n % 3].approvals.decide_all(ANN.id, turn.id, D.APPROVE, shown=ids) for n in range(6))
    single = (stores[n % 3].approvals.decide(ANN.id, actions[n % 4].id, D.REJECT) for n in range(8))
    many, alone = await asyncio.gather(asyncio.gather(*together), asyncio.gather(*single))
    moved = [step.id for steps in many for step in steps] + [step.id for step in alone if step]
    assert sorted(moved) == sorted(ids)


async def test_what_is_past_its_time_is_not_approved_with_the_others(house: House) -> None:
    store, action = await house.process(), archive("m1")
    turn = await planned(house, store, action)
    house.clock.advance(timedelta(days=1))
    assert await store.approvals.decide_all(ANN.id, turn.id, D.APPROVE, shown={action.id}) == ()


async def test_what_is_held_is_held_also_when_approved_with_others(house: House) -> None:
    store, actions = await house.process(), [archive("m1"), reply(recipients=())]
    turn, hold = await planned(house, store, *actions), timedelta(seconds=10)
    decided = await store.approvals.decide_all(ANN.id, turn.id, D.APPROVE, shown={a.id for a in actions}, hold=hold)
    assert [step.not_before for step in decided] == [None, house.clock.now() + hold]


# The order.


async def test_a_later_step_waits_for_the_approved_ones_before_it(house: House) -> None:
    store, first, second, third = await house.process(), archive("m1"), archive("m2"), archive("m3")
    await planned(house, store, first, second, third)
    await approved(store, first, second, third)
    assert await due(store) == [str(first.id)]
    assert await store.approvals.claim(ANN.id, second.id) is None
    claim = await store.approvals.claim(ANN.id, first.id)
    assert claim is not None
    assert await store.approvals.claim(ANN.id, second.id) is None
    assert await due(store) == []
    await store.approvals.settle(claim, S.DONE)
    assert await due(store) == [str(second.id)]
    assert await store.approvals.claim(ANN.id, third.id) is None
    await ended(store, second, S.PARTIAL)
    assert await store.approvals.claim(ANN.id, third.id)


async def test_undecided_and_rejected_steps_block_nobody(house: House) -> None:
    store, first, second, third = await house.process(), archive("m1"), archive("m2"), archive("m3")
    await planned(house, store, first, second, third)
    await store.approvals.decide(ANN.id, first.id, D.REJECT)
    await approved(store, third)
    await ended(store, third, S.DONE)
    await approved(store, second)
    assert await store.approvals.claim(ANN.id, second.id)


async def test_an_undoing_comes_before_what_is_not_yet_begun(house: House) -> None:
    store, first, second = await house.process(), archive("m1"), archive("m2")
    await planned(house, store, first, second)
    await approved(store, first)
    await ended(store, first, S.DONE)
    assert await store.approvals.decide(ANN.id, first.id, D.UNDO)
    await approved(store, second)
    assert await store.approvals.claim(ANN.id, second.id) is None
    await ended(store, first, S.UNDONE)
    assert await store.approvals.claim(ANN.id, second.id)


async def test_of_many_claims_at_once_only_the_first_step_is_taken_and_once(house: House) -> None:
    stores, actions = [await house.process() for _ in range(3)], [archive(f"m{n}") for n in range(3)]
    await planned(house, stores[0], *actions)
    await approved(stores[0], *actions)
    claims = await asyncio.gather(
        *(stores[n % 3].approvals.claim(ANN.id, actions[n % len(actions)].id) for n in range(12))
    )
    assert [claim.approval.id for claim in claims if claim] == [actions[0].id]


@pytest.mark.parametrize("how", [S.FAILED, S.UNCERTAIN, S.STALE])
async def test_what_was_approved_after_a_step_that_ends_badly_is_skipped(house: House, how: Status) -> None:
    store, actions = await house.process(), [archive(f"m{n}") for n in range(4)]
    await planned(house, store, *actions)
    await approved(store, actions[0], actions[1], actions[3])
    await ended(store, actions[0], S.DONE)
    await ended(store, actions[1], how)
    assert [await status(store, a) for a in actions] == [S.DONE, how, S.PROPOSED, S.SKIPPED]
    skipped = await store.approvals.get(ANN.id, actions[3].id)
    assert skipped is not None
    assert "“Archive 1 mail”" in skipped.note
    await approved(store, actions[2])
    assert await store.approvals.claim(ANN.id, actions[2].id)


async def test_cancelling_a_step_skips_what_was_approved_after_it(house: House) -> None:
    store, held, later = await house.process(), reply(recipients=()), archive("m1")
    await planned(house, store, held, later)
    await approved(store, held, later)
    assert await store.approvals.decide(ANN.id, held.id, D.CANCEL)
    assert await status(store, later) is S.SKIPPED
    assert await due(store) == []


async def test_a_bad_end_skips_nothing_in_another_plan(house: House) -> None:
    store, first, other = await house.process(), archive("m1"), archive("m2")
    await planned(house, store, first)
    await planned(house, store, archive("m3"), other)
    await approved(store, first, other)
    await ended(store, first, S.FAILED)
    assert await status(store, other) is S.APPROVED


async def test_a_new_preview_takes_its_place_in_the_plan(house: House) -> None:
    store, action, now = await house.process(), archive("m1"), house.clock.now()
    turn = await planned(house, store, action)
    await approved(store, action)
    claim = await store.approvals.claim(ANN.id, action.id)
    assert claim is not None
    renewed = successor(claim.approval, archive("m2"), now)
    stale = await store.approvals.settle(claim, S.STALE, renewed=renewed)
    found = await store.approvals.of_plan(ANN.id, turn.id)
    assert sorted(found, key=lambda a: a.id) == sorted([stale, renewed], key=lambda a: a.id)


# Taking another's place.


async def test_a_new_action_takes_the_place_of_an_undecided_one(house: House) -> None:
    store, old, new = await house.process(), archive("m1"), archive("m2")
    turn = await planned(house, store, archive("m0"), old)
    before = await store.approvals.get(ANN.id, old.id)
    assert before is not None
    replacing = successor(before, new, house.clock.now())
    assert (replacing.plan, replacing.position) == (turn.id, 1)
    assert not await store.approvals.replace(BOB.id, old.id, replacing.model_copy(update={"person": BOB.id}))
    assert await store.approvals.replace(ANN.id, old.id, replacing)
    assert await status(store, old) is S.REPLACED
    assert await store.approvals.get(ANN.id, new.id) == replacing
    assert not await store.approvals.replace(ANN.id, old.id, successor(before, archive("m3"), house.clock.now()))


async def test_of_many_who_replace_and_approve_at_once_one_wins(house: House) -> None:
    stores, old = [await house.process() for _ in range(3)], archive("m1")
    turn = await planned(house, stores[0], old)
    (before,) = await stores[0].approvals.of_plan(ANN.id, turn.id)
    successors = [successor(before, archive(f"n{n}"), house.clock.now()) for n in range(6)]
    replaced = (stores[n % 3].approvals.replace(ANN.id, old.id, new) for n, new in enumerate(successors))
    clicks = (stores[n % 3].approvals.decide(ANN.id, old.id, D.APPROVE) for n in range(3))
    done, decided = await asyncio.gather(asyncio.gather(*replaced), asyncio.gather(*clicks))
    assert sum(done) + sum(approval is not None for approval in decided) == 1
    assert len(await stores[0].approvals.of_plan(ANN.id, turn.id)) == 1 + sum(done)


async def test_a_turn_that_ends_puts_its_action_in_the_place_of_one_of_another_turn(house: House) -> None:
    store, old, new = await house.process(), archive("m1"), archive("m2")
    first = await planned(house, store, old, then=THEN)
    (before,) = await store.approvals.of_plan(ANN.id, first.id)
    second = await house.turn(store)
    replacing = proposal(new, second, house.clock.now()).model_copy(
        update={"plan": before.plan, "position": before.position, "replaces": old.id}
    )
    assert await store.turns.end(second, status=TurnStatus.ENDED, reply="ready", actions=[replacing])
    assert await status(store, old) is S.REPLACED
    assert {a.id for a in await store.approvals.of_plan(ANN.id, first.id)} == {old.id, new.id}
    assert await store.approvals.of_turn(second) == (replacing,)
    # What was to come after the old one comes after the new one.
    await approved(store, new)
    await ended(store, new, S.DONE)
    assert await due(store, Kind.TURN) == [str(first.id)]


async def test_a_turn_whose_card_was_decided_meanwhile_does_not_end_so(house: House) -> None:
    store, old, new = await house.process(), archive("m1"), archive("m2")
    await planned(house, store, old)
    await store.approvals.decide(ANN.id, old.id, D.REJECT)
    second = await house.turn(store)
    replacing = proposal(new, second, house.clock.now()).model_copy(update={"replaces": old.id})
    with pytest.raises(Overtaken):
        await store.turns.end(second, status=TurnStatus.ENDED, reply="", actions=[replacing])
    assert await store.approvals.get(ANN.id, new.id) is None
    beside = replacing.model_copy(update={"replaces": None})
    assert await store.turns.end(second, status=TurnStatus.ENDED, reply="", actions=[beside])
    assert await status(store, old) is S.REJECTED


# Going on.


async def followed(store: Store, turn: Turn) -> Turn | None:
    return await store.turns.follow(turn, place=Place(channel=turn.place.channel, thread="9.9"), text="results")


async def test_a_settled_plan_is_gone_on_with_once(house: House) -> None:
    stores, first, second = [await house.process() for _ in range(3)], archive("m1"), archive("m2")
    store = stores[0]
    turn = await planned(house, store, first, second, then=THEN)
    assert turn.then == THEN
    assert await followed(store, turn) is None
    await approved(store, first)
    await ended(store, first, S.DONE)
    assert await followed(store, turn) is None
    assert await due(store, Kind.TURN) == []
    await store.approvals.decide(ANN.id, second.id, D.REJECT)
    assert await due(store, Kind.TURN) == [str(turn.id)]
    opened = await asyncio.gather(*(followed(stores[n % 3], turn) for n in range(9)))
    (following,) = [found for found in opened if found]
    assert (following.status, following.place.thread, following.text) == (TurnStatus.QUEUED, "9.9", "results")
    assert following.words == turn.text
    assert await due(store, Kind.TURN) == [str(following.id)]
    started = await store.turns.resume(following.id)
    assert started is not None
    assert started.status is TurnStatus.RUNNING


async def test_the_turn_that_follows_comes_after_what_was_said_and_hears_it(house: House) -> None:
    store, action = await house.process(), archive("m1")
    turn = await planned(house, store, action, then=THEN)
    await approved(store, action)
    await ended(store, action, S.DONE)
    following = await followed(store, turn)
    assert following is not None
    assert following.ts > turn.ts
    assert [line.text for line in await store.turns.history(following, limit=5)][-1] == turn.text


@pytest.mark.parametrize("decision", [D.REJECT, None])
async def test_a_plan_of_which_nothing_came_is_not_gone_on_with(house: House, decision: Decision | None) -> None:
    store, action = await house.process(), archive("m1")
    turn = await planned(house, store, action, then=THEN)
    if decision:
        await store.approvals.decide(ANN.id, action.id, decision)
    else:
        await approved(store, action)
        await ended(store, action, S.FAILED)
    assert await followed(store, turn) is None
    assert await due(store, Kind.TURN) == []


async def test_a_plan_with_nothing_left_to_do_or_of_unknown_outcome_is_not_gone_on_with(house: House) -> None:
    store, first, second, third = await house.process(), archive("m1"), archive("m2"), archive("m3")
    done, unclear = await planned(house, store, first), await planned(house, store, second, third, then=THEN)
    await approved(store, first, second, third)
    await ended(store, first, S.DONE)
    await ended(store, second, S.DONE)
    await ended(store, third, S.UNCERTAIN)
    assert await followed(store, done) is None
    assert await followed(store, unclear) is None
    await store.approvals.decide(ANN.id, third.id, D.WENT_OUT)
    assert await followed(store, unclear)


async def test_a_turn_that_follows_is_no_request_of_the_person(house: House) -> None:
    store, action = await house.process(), archive("m1")
    turn = await planned(house, store, action, then=THEN)
    await approved(store, action)
    await ended(store, action, S.DONE)
    assert await followed(store, turn)
    opened, new = await store.turns.open(message(), limit=2)
    assert new
    assert opened.status is TurnStatus.QUEUED


async def test_where_a_plan_is_shown_is_kept(house: House) -> None:
    store = await house.process()
    turn = await planned(house, store, archive("m1"))
    await store.turns.planned(turn, "7.7")
    kept = await store.turns.get(ANN.id, turn.id)
    assert kept is not None
    assert kept.plan_ts == "7.7"
    assert await store.turns.get(BOB.id, turn.id) is None
