"""What a worker does, and a person says, where nobody knows what became of an action or of its undoing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.actions import Action, MirrorAvailability, SaveDraft, SendMail
from app.domain.approvals import UNKNOWN_FOR, Decision, Status
from app.domain.calendars import NewEvent
from app.domain.cards import Origin, Recipient
from app.domain.errors import (
    AlreadySettled,
    Faulty,
    Throttled,
    Unanswered,
)
from app.domain.mirroring import Block
from app.domain.types import AccountId, AccountRef, Address, Event
from app.performing import BACKOFF, LOOK_AGAIN, UNDOING_UNKNOWN, UNKNOWN
from tests.fakes import ManualClock, MemoryMailbox
from tests.fakes.desks import MemoryPages
from tests.samples import ANN, WORK, archive, event, reply
from tests.unit.desk_world import mail
from tests.unit.events_world import rescheduled, review
from tests.unit.steward_at_work import AtWork, always, at_work, exhaust, inbox
from tests.unit.test_forwarding import forward, forwarded

S, D = Status, Decision
LOST = Unanswered(provider="Gmail")
FAULT = Faulty(provider="Gmail", why="status 503")
DANA = Recipient(address=Address(email="dana@example.org"), role="to", origin=Origin.TYPED)
START = ManualClock().now() + timedelta(hours=3)


def written() -> dict[str, Any]:
    given = {"sender": Address(email=WORK.email), "recipients": (DANA,), "subject": "Lunch", "body": "At noon?"}
    return {"account": WORK, **given}


def mirror() -> MirrorAvailability:
    sources = (AccountRef(id=AccountId(uuid4()), name="home", email="ann@home.example"),)
    span = {"start": START, "end": START + timedelta(days=1), "zone": "UTC"}
    return MirrorAvailability(
        account=WORK,
        sources=sources,
        add=(Block(start=START, end=START + timedelta(hours=1), source=str(sources[0].id)),),
        **span,
    )


async def deleted_draft(at: AtWork, action: Action) -> None:
    """The answer to the send was lost, nothing went out, and the person has deleted the draft."""
    await at.approve(action)
    at.mailbox.faults.extend([(True, None), (False, LOST)])
    find = at.mailbox.draft

    async def gone(draft: str) -> Any:
        await at.mailbox.delete_draft(draft)
        return await find(draft)

    at.mailbox.draft = gone  # type: ignore[method-assign]
    await at.work()


async def test_evidence_is_looked_for_two_minutes_and_then_it_is_uncertain() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await deleted_draft(at, action)
    waited = timedelta()
    while at.status(action) is S.RUNNING:
        await at.sweep(after=LOOK_AGAIN.total_seconds())
        waited += LOOK_AGAIN
    assert waited == UNKNOWN_FOR
    assert at.card(action).status is S.UNCERTAIN
    assert at.card(action).note == UNKNOWN
    assert at.mailbox.sent_bytes == []


async def test_evidence_that_comes_late_is_taken() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await deleted_draft(at, action)
    await at.sweep(after=60)
    at.mailbox.put(mail("sent", thread="t2", labels=("SENT",), steward_action=str(action.id)))
    await at.sweep(after=10)
    assert at.card(action).status is S.DONE
    assert at.mailbox.sent_bytes == []


async def test_the_two_minutes_count_from_the_last_attempt_not_from_the_first() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await at.approve(action)
    at.mailbox.faults.append((False, Throttled(provider="Gmail", retry_after=timedelta(minutes=30))))
    await at.work()
    at.clock.advance(timedelta(minutes=30))
    at.mailbox.faults.extend([(True, None), (False, LOST)])
    find = at.mailbox.draft

    async def gone(draft: str) -> Any:
        await at.mailbox.delete_draft(draft)
        return await find(draft)

    at.mailbox.draft = gone  # type: ignore[method-assign]
    await at.sweep()
    assert at.status(action) is S.RUNNING
    await at.sweep(after=UNKNOWN_FOR.total_seconds())
    assert at.status(action) is S.UNCERTAIN


async def test_an_account_that_is_gone_doesnt_prove_that_nothing_went_out() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await at.approve(action)
    at.mailbox.faults.extend([(True, None), (True, LOST)])
    always(at, "draft", FAULT)
    await at.work()
    at.outside.desks._desks.clear()
    await at.sweep(after=BACKOFF[0])
    assert at.status(action) is S.RUNNING
    await at.sweep(after=UNKNOWN_FOR.total_seconds())
    assert at.card(action).status is S.UNCERTAIN
    receipt = at.card(action).receipt
    assert receipt is not None
    assert receipt.link == "https://mail.example/t2"


@pytest.mark.parametrize(
    ("action", "link"),
    [
        (reply(thread="t2"), "mail.example/t2"),
        (SendMail(**written()), "mail.example/label/SENT"),
        (SaveDraft(**written()), "mail.example/label/DRAFT"),
        (forward(), "mail.example/label/SENT"),
        (archive("m1"), "mail.example/label/INBOX"),
        (event(START), "calendar.example/2026-03-02"),
        (rescheduled(review()), "calendar.example/2026-03-03"),
        (mirror(), "calendar.example/2026-03-02"),
    ],
    ids=lambda given: given.kind if isinstance(given, Action) else "",
)
def test_whatever_may_become_unclear_says_where_to_look(action: Action, link: str) -> None:
    trace = action.trace(MemoryPages())
    assert trace.link == f"https://{link}"
    assert "no answer came back" in trace.summary


async def test_an_account_that_was_gone_before_anything_began_fails_it() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    at.outside.desks._desks.clear()
    await at.work()
    assert at.card(action).status is S.FAILED
    assert "No mail or calendar account is connected" in at.card(action).note


@pytest.mark.parametrize(("decision", "status"), [(D.WENT_OUT, S.DONE), (D.DID_NOT, S.FAILED)])
async def test_the_person_says_what_became_of_it(decision: Decision, status: Status) -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await deleted_draft(at, action)
    await at.sweep(after=UNKNOWN_FOR.total_seconds())
    await at.assistant.decide(ANN.id, action.id, decision)
    assert at.card(action).status is status
    assert at.outside.queue.woken == []


async def unclear(at: AtWork, action: Action) -> None:
    """It was done, and what became of its undoing nobody knows."""
    await at.approve(action)
    await at.work()
    await at.assistant.decide(ANN.id, action.id, D.UNDO)
    always(at, "label", FAULT)
    await exhaust(at, action)


@pytest.mark.parametrize(("decision", "status"), [(D.UNDID, S.UNDONE), (D.STANDS, S.DONE)])
async def test_of_an_undoing_the_person_says_whether_it_was_undone(decision: Decision, status: Status) -> None:
    at, action = at_work(), archive("m1")
    await unclear(at, action)
    card = at.card(action)
    assert card.receipt is not None
    assert card.receipt.link == "https://mail.example/label/INBOX"
    assert (card.status, card.note) == (S.UNCERTAIN, f"{FAULT.sentence} {UNDOING_UNKNOWN}")
    assert card.offers == (D.UNDID, D.STANDS)
    for about_the_deed in (D.WENT_OUT, D.DID_NOT, D.RETRY):
        with pytest.raises(AlreadySettled):
            await at.assistant.decide(ANN.id, action.id, about_the_deed)
    await at.assistant.decide(ANN.id, action.id, decision)
    card = at.card(action)
    assert (card.status, card.note) == (status, decision.said)
    assert (card.receipt is None) is (status is S.UNDONE)
    assert card.offers == ((D.UNDO,) if status is S.DONE else ())


async def test_what_was_said_to_stand_still_can_be_undone_once_more() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    await at.work()
    await at.assistant.decide(ANN.id, action.id, D.UNDO)
    open_again = always(at, "label", FAULT)
    await exhaust(at, action)
    await at.assistant.decide(ANN.id, action.id, D.STANDS)
    open_again()
    await at.assistant.decide(ANN.id, action.id, D.UNDO)
    await at.work()
    assert (at.card(action).status, await inbox(at)) == (S.UNDONE, {"m1", "m2"})


async def said_not_done(at: AtWork, action: Action) -> None:
    """The person says that it didn't go through, and has it tried again."""
    assert at.card(action).status is S.UNCERTAIN
    await at.assistant.decide(ANN.id, action.id, D.DID_NOT)
    assert at.card(action).status is S.FAILED
    await at.assistant.decide(ANN.id, action.id, D.RETRY)
    await at.work()


async def test_a_mail_that_didnt_go_out_goes_out_with_another_identity_when_tried_again() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    find = at.mailbox.draft
    await deleted_draft(at, action)
    await at.sweep(after=UNKNOWN_FOR.total_seconds())
    at.mailbox.draft = find  # type: ignore[method-assign]
    await said_not_done(at, action)
    assert at.card(action).status is S.DONE
    assert at.mailbox.sent_bytes == [action.raw(1)]
    assert action.heading(1).message_id != action.heading().message_id


async def test_what_didnt_go_out_twice_is_asked_about_twice() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await deleted_draft(at, action)
    await at.sweep(after=UNKNOWN_FOR.total_seconds())
    at.mailbox.faults.extend([(True, None), (False, LOST)])
    await said_not_done(at, action)
    assert at.status(action) is S.RUNNING
    await at.sweep(after=UNKNOWN_FOR.total_seconds())
    at.mailbox.draft = MemoryMailbox.draft.__get__(at.mailbox)  # type: ignore[method-assign]
    await said_not_done(at, action)
    assert at.card(action).status is S.DONE
    assert at.mailbox.sent_bytes == [action.raw(2)]


async def deleted_event(at: AtWork, action: Action) -> None:
    """The answer to the insertion was lost, and the person has deleted the event."""
    await at.approve(action)
    insert = at.calendar.insert

    async def lost(new: NewEvent) -> Event:
        await insert(new)
        await at.calendar.delete(new.calendar, new.id, notify="none")
        raise LOST

    at.calendar.insert = lost  # type: ignore[method-assign]
    await at.work()
    at.calendar.insert = insert  # type: ignore[method-assign]
    await at.sweep(after=UNKNOWN_FOR.total_seconds())


async def test_an_event_that_isnt_there_is_made_under_another_id_when_tried_again() -> None:
    at, action = at_work(), event(START)
    await deleted_event(at, action)
    await said_not_done(at, action)
    assert at.card(action).status is S.DONE
    (made,) = await at.calendar.events(START, START + timedelta(hours=1))
    assert made.id == action.event_id_of(1)
    await at.assistant.decide(ANN.id, action.id, D.UNDO)
    await at.work()
    assert at.card(action).status is S.UNDONE
    assert await at.calendar.events(START, START + timedelta(hours=1)) == ()


async def test_an_event_that_was_made_after_all_isnt_made_twice() -> None:
    at, action = at_work(), event(START)
    await deleted_event(at, action)
    gone = await at.calendar.event("primary", action.event_id)
    assert gone is not None
    at.calendar.put(gone.model_copy(update={"status": "confirmed"}))
    await said_not_done(at, action)
    assert at.card(action).status is S.DONE
    assert [e.id for e in await at.calendar.events(START, START + timedelta(hours=1))] == [action.event_id]


async def test_of_many_mails_only_the_one_in_question_goes_out_anew() -> None:
    at = AtWork(*(mail(i, thread=i) for i in ("m1", "m2", "m3")))
    action = forward(*map(forwarded, ("m1", "m2", "m3")))
    await at.approve(action)
    at.mailbox.faults.extend([(True, None)] * 3 + [(False, LOST)])
    find = at.mailbox.draft

    async def gone(draft: str) -> Any:
        await at.mailbox.delete_draft(draft)
        return await find(draft)

    at.mailbox.draft = gone  # type: ignore[method-assign]
    await at.work()
    await at.sweep(after=UNKNOWN_FOR.total_seconds())
    at.mailbox.draft = find  # type: ignore[method-assign]
    assert len(at.mailbox.sent_bytes) == 1
    await said_not_done(at, action)
    assert at.card(action).status is S.DONE
    assert len(at.mailbox.sent_bytes) == 3
