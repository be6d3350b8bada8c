"""Receipts are read back: where the provider stored something else than what was approved, they say so."""

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.actions import Action, SaveDraft, SendMail
from app.domain.actions.letters import ANOTHER
from app.domain.cards import Difference, Origin, Receipt, Recipient
from app.domain.errors import Unanswered
from app.domain.types import Address, Event
from app.planning.series import ended
from tests.samples import WORK, reply
from tests.unit.desk_world import World, mail
from tests.unit.events_world import Diary, answered, attempt, cancelled, invitation, review, weekly
from tests.unit.test_forwarding import forward, forwarded

ALIAS = "press@example.com"
DANA = Recipient(address=Address(email="dana@example.org"), role="to", origin=Origin.TYPED)
GIVEN: dict[str, Any] = {"sender": Address(email=ALIAS), "recipients": (DANA,), "subject": "Agenda", "body": "Here."}
FROM = Difference(field="From", asked=ALIAS, stored=WORK.email)
SUBJECT = Difference(field="Subject", asked="Agenda", stored="[ext] Agenda")


def rewriting(at: World) -> None:
    """The provider writes its own sender and puts a word before every subject."""
    as_sent = at.mailbox._as_sent

    def rewritten(*given: Any) -> Any:
        sent = as_sent(*given)
        other = {"sender": Address(email=WORK.email), "subject": f"[ext] {sent.email.subject}"}
        return sent.model_copy(update={"email": sent.email.model_copy(update=other)})

    at.mailbox._as_sent = rewritten  # type: ignore[method-assign]


@pytest.mark.parametrize("kind", [SendMail, SaveDraft])
async def test_another_sender_and_subject_than_approved_are_marked(kind: type[SendMail] | type[SaveDraft]) -> None:
    at, action = World(), kind(account=WORK, **GIVEN)
    rewriting(at)
    receipt = await action.perform(at.desk, at.ledger)
    assert receipt.differences == (FROM, SUBJECT)
    assert [f.value for f in receipt.fields][:1] == ["[ext] Agenda"]
    _, again = await action.reconcile(at.desk, at.ledger)
    assert again is not None
    assert again.differences == receipt.differences


@pytest.mark.parametrize("action", [SendMail(account=WORK, **GIVEN), SaveDraft(account=WORK, **GIVEN), forward()])
async def test_what_is_stored_as_approved_has_no_mark(action: Action) -> None:
    at = World(mail("m1"))
    receipt = await action.perform(at.desk, at.ledger)
    assert receipt.differences == ()
    assert receipt.link


@pytest.mark.parametrize("action", [SendMail(account=WORK, **GIVEN), SaveDraft(account=WORK, **GIVEN), forward()])
async def test_another_text_than_approved_is_marked(action: Action) -> None:
    """What the provider, or a gateway on the way, adds to a mail; other line ends are no difference."""
    at = World(mail("m1"))
    at.mailbox.appends = "\r\n"
    assert (await action.perform(at.desk, at.ledger)).differences == ()
    at = World(mail("m1"))
    at.mailbox.appends = "\n-- \nThis mail may be read by anybody."
    receipt = await action.perform(at.desk, at.ledger)
    assert [(d.field, d.stored) for d in receipt.differences] == [("Text", ANOTHER)]
    _, again = await action.reconcile(at.desk, at.ledger)
    assert again is not None
    assert again.differences == receipt.differences


async def test_a_long_subject_on_several_lines_is_no_difference() -> None:
    at = World(mail("m1"))
    action = reply(Origin.CONTACT, thread="t1", seen=("m1",), subject="Re: a  very\tlong " + "word " * 40)
    assert (await action.perform(at.desk, at.ledger)).differences == ()


async def test_each_forwarded_mail_is_read_back() -> None:
    at = World(mail("m1"), mail("m2", subject="Budget"))
    rewriting(at)
    second = forwarded("m2").model_copy(update={"subject": "Budget"})
    receipt = await forward(forwarded("m1"), second).perform(at.desk, at.ledger)
    assert [(d.field, d.stored) for d in receipt.differences] == [
        ("Subject of “Lunch”", "[ext] Fwd: Lunch"),
        ("Subject of “Budget”", "[ext] Fwd: Budget"),
    ]


async def test_what_cant_be_read_back_says_so_and_is_done() -> None:
    async def lost(*_: Any) -> Any:
        raise Unanswered(provider="Gmail")

    said: list[Receipt] = []
    for action in (forward(), SaveDraft(account=WORK, **GIVEN)):
        at = World(mail("m1"))
        original = await at.mailbox.original("m1")
        at.mailbox.sent = at.mailbox.read = lost  # type: ignore[method-assign]
        assert original
        said.append(await action.perform(at.desk, at.ledger))
    assert [r.summary for r in said] == [
        "Forwarded 1 mail to Dana <dana@example.org>; I couldn't read 1 of them back",
        "Saved among your drafts in work; I couldn't read it back",
    ]


# Events.


async def stored_otherwise(at: Diary, action: Action, otherwise: Callable[[Event], Event]) -> Receipt:
    """The provider stores something else than it was asked for, whatever the change."""
    commit = at.work._commit

    def committed(*events: Event, told: Any) -> Event:
        return commit(*map(otherwise, events), told=told)

    at.work._commit = committed  # type: ignore[method-assign]
    return await attempt(at, action)


async def test_a_cancellation_that_didnt_happen_is_marked() -> None:
    at = Diary(review())
    receipt = await stored_otherwise(at, cancelled(review()), lambda e: e.model_copy(update={"status": "tentative"}))
    assert receipt.differences == (Difference(field="Status", asked="cancelled", stored="tentative"),)
    plain = Diary(review())
    assert (await attempt(plain, cancelled(review()))).differences == ()


async def test_a_series_that_ends_otherwise_is_marked() -> None:
    at = Diary(weekly())
    first = await at.occurrence()
    action = cancelled(weekly(), scope="following", first=first, until=ended(weekly(), first.start))
    receipt = await stored_otherwise(at, action, lambda e: e.model_copy(update={"recurrence": weekly().recurrence}))
    (found,) = receipt.differences
    assert (found.field, found.stored) == ("Repeats", "every Tuesday")


async def test_another_answer_than_given_is_marked() -> None:
    at = Diary(invitation())
    receipt = await stored_otherwise(at, answered(invitation()), lambda e: e.model_copy(update={"answer": "tentative"}))
    assert receipt.summary.startswith("You said maybe to “Review”")
    assert receipt.differences == (Difference(field="Your answer", asked="yes", stored="maybe"),)
