"""Answering invitations: what the person answered by hand meanwhile is theirs."""

import pytest

from app.domain.actions import RespondToEvent
from tests.unit.events_world import Diary, answered, attempt, invitation


@pytest.mark.parametrize(("by_hand", "said"), [("declined", "no"), ("tentative", "maybe")])
async def test_who_answered_by_hand_since_is_shown_that_first(by_hand: str, said: str) -> None:
    at, action = Diary(invitation()), answered(invitation())
    at.work.put(invitation(answer=by_hand, etag='"9"'))
    change = await action.check(at.desk)
    assert change is not None
    assert change.sentence == f"You have answered with {said} since the preview."
    assert isinstance(change.renewed, RespondToEvent)
    assert change.renewed.card().fields[0].value == f"{said} → yes"
    await attempt(at, change.renewed)
    await change.renewed.undo(at.desk, at.ledger)
    stored = await at.work.event("primary", "e1")
    assert stored is not None
    assert stored.answer == by_hand


async def test_who_has_given_the_same_answer_isnt_asked_again() -> None:
    at, action = Diary(invitation()), answered(invitation())
    at.work.put(invitation(answer="accepted", etag='"9"'))
    change = await action.check(at.desk)
    assert change is not None
    assert (change.sentence, change.renewed) == ("You have answered with yes already since the preview.", None)


@pytest.mark.parametrize(
    ("notify", "said"),
    [
        ("all", "Bob <bob@example.org> will be told by mail."),
        ("externalOnly", "Bob <bob@example.org> will be told by mail, unless they use Google Calendar."),
        ("none", "Nobody is told by mail."),
    ],
)
def test_the_card_says_who_is_told_by_mail(notify: str, said: str) -> None:
    card = answered(invitation(), notify=notify).card()
    assert card.notes == (said,)
    assert ("Organizer", "Bob <bob@example.org>") in [(f.label, f.value) for f in card.fields]
