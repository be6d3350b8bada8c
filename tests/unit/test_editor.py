"""A card is changed in a form or rejected with a reason: once, by its owner, with nothing done meanwhile."""

from datetime import timedelta

import pytest

from app.domain.actions import Action, SendReply
from app.domain.approvals import Approval, Decision, Status
from app.domain.desk import Desk
from app.domain.errors import AlreadySettled, ChatError, NotYours, Throttled, TooOld
from app.domain.forms import Answers
from app.domain.ports import Request, Thought, Watch
from app.domain.types import ActionId, TurnStatus
from app.editing import EDIT, EXPLAIN, WHY
from tests.samples import ANN, BOB, archive, event, message, reply
from tests.unit.steward_at_work import AtWork

S, D = Status, Decision
KEY = "trigger-1"


def entries(action: Action, **changed: str) -> Answers:
    form = action.form()
    assert form is not None
    return {each.name: (changed[each.name],) if each.name in changed else each.parts for each in form.inputs}


async def saved(at: AtWork, action: Action, *, key: str = KEY, **changed: str) -> Approval:
    """The card that came of it."""
    await at.editor.save(ANN.id, action.id, entries(action, **changed), key=key)
    (new,) = [row.approval for row in at.disk.approvals.values() if row.approval.replaces == action.id]
    return new


@pytest.fixture
def at() -> AtWork:
    return AtWork()


# Changing.


async def test_the_form_opens_on_the_screen_of_who_clicked(at: AtWork) -> None:
    action = reply()
    await at.propose(action)
    await at.editor.open(ANN.id, action.id, "T1")
    (opened,) = at.chat.forms
    assert (opened.name, opened.about, opened.form) == (EDIT, action.id, action.form())


async def test_saving_puts_a_new_card_in_the_place_of_the_old_one(at: AtWork) -> None:
    action = reply()
    before = await at.propose(action)
    new = await saved(at, action, body="No, sadly.")
    assert (at.status(action), new.status) == (S.REPLACED, S.PROPOSED)
    assert at.card(action).status is S.REPLACED
    shown = at.card(new.action)
    assert shown.card.body == "No, sadly."
    assert (shown.place, shown.turn, shown.position) == (before.place, before.turn, before.position)
    assert new.sha256 == new.action.sha256 != before.sha256
    assert at.disk.approvals[new.id].approval.drawn is S.PROPOSED


async def test_only_the_new_words_go_out_and_the_old_card_does_nothing(at: AtWork) -> None:
    action = event(at.clock.now() + timedelta(hours=3))
    await at.propose(action)
    new = await saved(at, action, title="Dinner")
    with pytest.raises(AlreadySettled):
        await at.assistant.decide(ANN.id, action.id, D.APPROVE)
    await at.assistant.decide(ANN.id, new.id, D.APPROVE)
    await at.work()
    (stored,) = await at.calendar.events(action.start, action.end)
    assert stored.title == "Dinner"
    assert at.status(new.action) is S.DONE


async def test_confirmations_begin_anew(at: AtWork) -> None:
    action = reply()
    await at.propose(action)
    await at.assistant.decide(ANN.id, action.id, D.APPROVE, click="1")
    new = await saved(at, action, body="No.")
    assert (new.confirmations, new.needs) == (0, 2)


async def test_what_is_wrong_is_told_and_nothing_is_saved(at: AtWork) -> None:
    action = reply()
    await at.propose(action)
    wrong = entries(action, to="nobody", body="x" * 9_001)
    assert (await at.editor.faults(ANN.id, action.id, wrong)).keys() == {"to"}
    assert (await at.editor.faults(ANN.id, action.id, entries(action, body="x" * 9_001))).keys() == {"body"}
    assert await at.editor.faults(ANN.id, action.id, entries(action, body="No.")) == {}
    await at.editor.save(ANN.id, action.id, wrong, key=KEY)
    assert at.status(action) is S.PROPOSED
    assert len(at.chat.posted) == 1
    assert at.said[-1] == "“nobody” is no address. The card stays as it was."


async def test_saving_without_a_change_changes_nothing(at: AtWork) -> None:
    action = reply()
    await at.propose(action)
    await at.editor.save(ANN.id, action.id, entries(action), key=KEY)
    assert at.status(action) is S.PROPOSED
    assert len(at.disk.approvals) == len(at.chat.posted) == 1


async def test_what_cannot_be_seen_is_taken_out_of_what_is_entered(at: AtWork) -> None:
    action = reply(subject="Re: Lu\u200bnch")
    await at.propose(action)
    new = await saved(at, action, body="Pay \u202eevil\u202c\u00ad now")
    assert isinstance(new.action, SendReply)
    assert new.action.body == "Pay evil now"
    assert new.action.subject == action.subject  # not touched, so the thread stays the same


async def test_a_save_that_is_brought_again_makes_no_second_card(at: AtWork) -> None:
    action = reply()
    await at.propose(action)
    first = await saved(at, action, body="No.")
    at.restart()
    assert await saved(at, action, body="No.") == at.disk.approvals[first.id].approval
    await at.editor.save(ANN.id, action.id, entries(action, body="Perhaps."), key="trigger-2")
    assert len(at.disk.approvals) == len(at.chat.posted) == 2
    assert at.said[-1] == "That card is already replaced, so the click changed nothing."


async def test_the_new_card_can_be_changed_again(at: AtWork) -> None:
    action = reply()
    await at.propose(action)
    second = await saved(at, action, body="No.")
    third = await saved(at, second.action, body="Perhaps.", key="trigger-2")
    assert [at.status(a) for a in (action, second.action, third.action)] == [S.REPLACED, S.REPLACED, S.PROPOSED]
    assert [a.id for a in await at.store.approvals.waiting(ANN.id)] == [third.id]


@pytest.mark.parametrize("decision", [D.APPROVE, D.REJECT])
async def test_what_was_decided_meanwhile_is_not_replaced(at: AtWork, decision: Decision) -> None:
    action = archive("m1")
    await at.propose(action)
    await at.assistant.decide(ANN.id, action.id, decision)
    found = await at.editor.faults(ANN.id, action.id, entries(action, others="a@b.example"))
    assert found == {"": f"That card is already {at.status(action)}, so the click changed nothing."}
    with pytest.raises(AlreadySettled):
        await at.editor.open(ANN.id, action.id, "T1")
    await at.editor.save(ANN.id, action.id, entries(action, others="a@b.example"), key=KEY)
    assert len(at.disk.approvals) == 1


async def test_what_is_past_its_time_is_not_replaced(at: AtWork) -> None:
    action = reply()
    await at.propose(action)
    at.clock.advance(timedelta(days=1))
    with pytest.raises(AlreadySettled, match="expired"):
        await at.editor.open(ANN.id, action.id, "T1")
    await at.editor.save(ANN.id, action.id, entries(action, body="No."), key=KEY)
    assert len(at.disk.approvals) == 1


async def test_it_is_decided_while_the_new_preview_is_read(at: AtWork) -> None:
    action = event(at.clock.now() + timedelta(hours=3))
    await at.propose(action)
    found = at.calendar.events

    async def events(*span: object, **more: object) -> object:
        await at.assistant.decide(ANN.id, action.id, D.REJECT)
        return await found(*span, **more)  # type: ignore[arg-type]

    at.calendar.events = events  # type: ignore[method-assign, assignment]
    await at.editor.save(ANN.id, action.id, entries(action, title="Dinner"), key=KEY)
    assert at.status(action) is S.REJECTED
    assert len(at.disk.approvals) == 1
    assert at.said[-1] == "That card is already rejected, so the click changed nothing."


async def test_a_provider_that_is_away_leaves_the_card_as_it_was(at: AtWork) -> None:
    action = event(at.clock.now() + timedelta(hours=3))
    await at.propose(action)

    async def events(*_: object, **__: object) -> object:
        raise Throttled(retry_after=timedelta(seconds=9), provider="Google Calendar")

    at.calendar.events = events  # type: ignore[method-assign, assignment]
    await at.editor.save(ANN.id, action.id, entries(action, title="Dinner"), key=KEY)
    assert at.status(action) is S.PROPOSED
    assert at.said[-1] == "Google Calendar asks me to wait a moment. The card stays as it was."


async def test_a_stranger_can_neither_open_nor_save(at: AtWork) -> None:
    action = reply()
    await at.propose(action)
    with pytest.raises(NotYours):
        await at.editor.open(BOB.id, action.id, "T1")
    assert (await at.editor.faults(BOB.id, action.id, entries(action))).keys() == {""}
    await at.editor.save(BOB.id, action.id, entries(action, body="No."), key=KEY)
    with pytest.raises(NotYours):
        await at.editor.ask_why(BOB.id, action.id, "T1")
    await at.assistant.decide(ANN.id, action.id, D.REJECT)
    await at.editor.explain(BOB.id, action.id, {"reason": ("Mine",)})
    assert (at.status(action), at.card(action).reason) == (S.REJECTED, "")
    assert len(at.disk.approvals) == 1


async def test_what_slack_does_not_take_is_shown_later_and_once(at: AtWork) -> None:
    action = reply()
    await at.propose(action)
    at.chat.refuses = True
    with pytest.raises(ChatError):
        await at.editor.open(ANN.id, action.id, "T1")
    new = await saved(at, action, body="No.")
    assert new.id not in at.chat.cards
    at.chat.refuses = False
    await at.sweep(after=20)
    assert at.card(new.action).status is S.PROPOSED
    assert at.card(action).status is S.REPLACED
    await at.sweep(after=20)
    assert len(at.chat.posted) == 2


# Saying why not.


async def rejected(at: AtWork, action: Action) -> None:
    await at.propose(action)
    await at.assistant.decide(ANN.id, action.id, D.REJECT)


async def explained(at: AtWork, action: Action, reason: str) -> None:
    assert await at.editor.unexplained(ANN.id, action.id, {"reason": (reason,)}) == {}
    await at.editor.explain(ANN.id, action.id, {"reason": (reason,)})


async def test_the_form_for_a_reason_opens_on_a_rejected_card(at: AtWork) -> None:
    action = archive("m1")
    await at.propose(action)
    with pytest.raises(AlreadySettled):
        await at.editor.ask_why(ANN.id, action.id, "T1")
    await at.assistant.decide(ANN.id, action.id, D.REJECT)
    assert at.card(action).unexplained
    await at.editor.ask_why(ANN.id, action.id, "T1")
    assert [(f.name, f.about, f.form) for f in at.chat.forms] == [(EXPLAIN, action.id, WHY)]


async def test_a_reason_is_kept_quoted_and_answered_with_a_new_proposal(at: AtWork) -> None:
    action, better = archive("m1", "m2"), archive("m1")
    await rejected(at, action)

    async def think(request: Request, desk: Desk, watch: Watch) -> Thought:
        assert request.text == "Not the second one"
        assert request.rejected == action
        return Thought(reply="Only the first, then.", actions=(better,))

    at.mind.will(think)
    await explained(at, action, " Not the\u200b second one ")
    card = at.card(action)
    assert (card.reason, card.unexplained, card.status) == ("Not the second one", False, S.REJECTED)
    assert at.said[-2:] == ["Not the second one", "Only the first, then."]
    assert at.status(better) is S.PROPOSED
    answer, quote = at.chat.lines[-1], at.chat.lines[-2]
    assert answer.place.thread == quote.place.thread == card.place.thread
    assert at.card(better).turn != card.turn


@pytest.mark.parametrize("count", [1, 2])
async def test_what_comes_of_a_reason_takes_the_step_of_the_rejected_card(at: AtWork, count: int) -> None:
    first, second, better = archive("m1"), archive("m2"), [archive(f"m{n}") for n in range(count)]
    at.mind.will(Thought(reply="Cards are ready.", actions=(first, second)))
    await at.assistant.hear(message())
    plan = at.disk.approvals[first.id].approval.plan
    await at.assistant.decide(ANN.id, first.id, D.REJECT)
    at.mind.will(Thought(reply="So?", actions=tuple(better)))
    await explained(at, first, "Not that one")
    landed = [at.disk.approvals[action.id].approval for action in better]
    if count == 1:
        assert [(a.plan, a.position) for a in landed] == [(plan, 0)]
        assert [step.id for step in at.chat.plans[plan][-1].steps] == [better[0].id, second.id]
    else:  # of several, none is the one step
        assert {a.plan for a in landed} == {landed[0].turn} != {plan}


async def test_a_reason_is_a_turn_of_its_own_after_all_before_it(at: AtWork) -> None:
    action = archive("m1")
    await rejected(at, action)
    at.clock.advance(timedelta(seconds=5))
    at.mind.will(Thought(reply="All right."))
    await explained(at, action, "I read them")
    row = max(at.disk.turns.values(), key=lambda r: r.turn.asked_at)
    assert (row.turn.about, row.turn.status) == (action.id, TurnStatus.ENDED)
    assert [u.text for u in await at.store.turns.history(row.turn, limit=9)][-1] == "A card is ready."


@pytest.mark.parametrize("reason", ["", "  \n"])
async def test_no_reason_is_fine_and_nothing_comes_of_it(at: AtWork, reason: str) -> None:
    action = archive("m1")
    await rejected(at, action)
    turns, said = len(at.disk.turns), len(at.said)
    await explained(at, action, reason)
    assert at.card(action).unexplained
    assert (len(at.disk.turns), len(at.said)) == (turns, said)


async def test_a_reason_counts_once_and_a_second_one_not_at_all(at: AtWork) -> None:
    action = archive("m1")
    await rejected(at, action)
    at.mind.will(Thought(reply="All right."))
    await explained(at, action, "I read them")
    at.restart()
    turns, said = len(at.disk.turns), len(at.said)
    await at.editor.explain(ANN.id, action.id, {"reason": ("I read them",)})
    await at.editor.explain(ANN.id, action.id, {"reason": ("Something else",)})
    assert (await at.editor.unexplained(ANN.id, action.id, {"reason": ("Else",)})).keys() == {""}
    assert at.disk.approvals[action.id].approval.reason == "I read them"
    assert (len(at.disk.turns), len(at.said)) == (turns, said)


async def test_who_dies_after_keeping_the_reason_is_followed_by_one_who_goes_on(at: AtWork) -> None:
    action = archive("m1")
    await rejected(at, action)
    await at.store.approvals.explain(ANN.id, action.id, "I read them")
    at.restart()
    at.mind.will(Thought(reply="All right."))
    await explained(at, action, "I read them")
    assert at.said[-2:] == ["I read them", "All right."]


async def test_a_reason_has_a_limit_and_a_time(at: AtWork) -> None:
    action = archive("m1")
    await rejected(at, action)
    assert (await at.editor.unexplained(ANN.id, action.id, {"reason": ("x" * 1_001,)})).keys() == {"reason"}
    at.clock.advance(timedelta(days=1, seconds=1))
    with pytest.raises(TooOld):
        await at.editor.ask_why(ANN.id, action.id, "T1")
    assert (await at.editor.unexplained(ANN.id, action.id, {"reason": ("x",)})).keys() == {""}


async def test_a_reason_is_heard_although_slack_does_not_take_the_quotation(at: AtWork) -> None:
    action = archive("m1")
    await rejected(at, action)
    at.mind.will(Thought(reply="All right."))
    at.chat.refuses = True
    await explained(at, action, "I read them")
    at.chat.refuses = False
    assert at.mind.requests[-1].text == "I read them"
    assert at.disk.approvals[ActionId(action.id)].approval.reason == "I read them"
