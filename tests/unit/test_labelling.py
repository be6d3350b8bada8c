"""Labelling, marking, trashing and restoring many mails: what is turned, what is skipped, what undoing brings back."""

from typing import Any

import pytest

from app.domain.actions import LabelEmails, MarkEmails, Outcome, RestoreEmails, TrashEmails
from app.domain.actions.bulk import Labelling
from app.domain.errors import Refusal, Refused, Unanswered
from app.domain.forms import FormErrors
from app.domain.mailboxes import CHUNK
from app.domain.types import MailQuery
from tests.samples import WORK
from tests.unit.desk_world import World, mail

LOST = Unanswered(provider="Gmail")


def made(kind: type[Labelling], *ids: str, **more: Any) -> Labelling:
    return kind(account=WORK, query=MailQuery(), ids=ids, **more)


ALL = [
    made(LabelEmails, "m0", "m1", name="Travel"),
    made(LabelEmails, "m0", "m1", name="Travel", off=True),
    made(MarkEmails, "m0", "m1", read=True),
    made(MarkEmails, "m0", "m1", read=False),
    made(TrashEmails, "m0", "m1"),
    made(RestoreEmails, "m0", "m1"),
    made(RestoreEmails, "m0", "m1", archived=True),
]
BEFORE = {
    "label": ("INBOX",),
    "unlabel": ("INBOX", "Travel"),
    "read": ("INBOX", "UNREAD"),
    "unread": ("INBOX",),
    "trash": ("INBOX",),
    "restore": ("TRASH",),
    "inbox": (),
}
AFTER = {
    "label": {"INBOX", "Label_1"},
    "unlabel": {"INBOX"},
    "read": {"INBOX"},
    "unread": {"INBOX", "UNREAD"},
    "trash": {"TRASH"},
    "restore": {"INBOX"},
    "inbox": {"INBOX"},
}


def told(action: Labelling) -> str:
    return str(action.asked(World().now)["do"])


async def labels(at: World, *ids: str) -> list[set[str]]:
    return [set(m.labels) for m in await at.mailbox.read(ids)]


@pytest.mark.parametrize("action", ALL, ids=told)
async def test_it_does_what_it_says_and_undoing_brings_back_what_was(action: Labelling) -> None:
    before = BEFORE[told(action)]
    at = World(mail("m0", labels=before), mail("m1", labels=before))
    receipt = await action.perform(at.desk, at.ledger)
    assert await labels(at, "m0", "m1") == [AFTER[told(action)]] * 2
    assert (receipt.differences, receipt.skipped) == ((), 0)
    await action.undo(at.desk, at.ledger)
    assert await labels(at, "m0", "m1") == [set(before)] * 2


@pytest.mark.parametrize("action", ALL, ids=told)
async def test_a_mail_of_which_it_was_true_already_is_skipped_and_left_alone_by_undoing(action: Labelling) -> None:
    before, after = BEFORE[told(action)], AFTER[told(action)]
    at = World(mail("m0", labels=before), mail("m1", labels=tuple(after)))
    if "Label_1" in after:
        await at.mailbox.make_label("Travel")
    receipt = await action.perform(at.desk, at.ledger)
    assert receipt.skipped == 1
    assert receipt.summary.endswith(action.words("").skipped)
    await action.undo(at.desk, at.ledger)
    assert await labels(at, "m0", "m1") == [set(before), after]


@pytest.mark.parametrize("action", ALL, ids=told)
@pytest.mark.parametrize("committed", [True, False])
async def test_an_answer_that_was_lost_changes_nothing_about_the_end(action: Labelling, *, committed: bool) -> None:
    before = BEFORE[told(action)]
    at = World(mail("m0", labels=before), mail("m1", labels=before))
    at.mailbox.faults.append((committed, LOST))
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    assert await action.reconcile(at.desk, at.ledger) == (Outcome.NOT_DONE, None)
    await action.perform(at.desk, at.ledger)
    assert await labels(at, "m0", "m1") == [AFTER[told(action)]] * 2
    await action.undo(at.desk, at.ledger)
    assert await labels(at, "m0", "m1") == [set(before)] * 2


async def test_trashing_brings_back_only_to_the_inbox_what_was_there() -> None:
    at, action = World(mail("m0"), mail("m1", labels=("Travel",))), made(TrashEmails, "m0", "m1")
    await action.perform(at.desk, at.ledger)
    assert await labels(at, "m0", "m1") == [{"TRASH"}, {"TRASH", "Travel"}]
    assert (await action.undo(at.desk, at.ledger)).summary == "2 mails back from the trash"
    assert await labels(at, "m0", "m1") == [{"INBOX"}, {"Travel"}]


async def test_what_is_in_the_trash_meanwhile_stays_there() -> None:
    at, action = World(mail("m0"), mail("m1")), made(LabelEmails, "m0", "m1", name="Travel")
    await action.perform(at.desk, at.ledger)
    await at.mailbox.label(["m1"], add=("TRASH",))
    receipt = await action.undo(at.desk, at.ledger)
    assert receipt.summary == "1 mail without the label “Travel” again; 1 mail left in the trash"
    assert await labels(at, "m0", "m1") == [{"INBOX"}, {"TRASH", "Label_1"}]


# The label itself.


async def test_the_card_says_when_the_label_will_be_made() -> None:
    at, action = World(mail("m0")), made(LabelEmails, "m0", name="Travel")
    assert "I’ll make it" in (await action.previewed(at.desk)).card().summary
    await at.mailbox.make_label("travel")
    assert (await action.previewed(at.desk)).card().summary == "They stay where they are."
    assert (await action.previewed(at.desk)).card().title == "Label 1 mail “Travel”"


async def test_a_label_is_made_once_even_if_the_answer_was_lost() -> None:
    at, action = World(mail("m0")), made(LabelEmails, "m0", name="Travel")
    at.mailbox.faults.append((True, LOST))
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    await action.perform(at.desk, at.ledger)
    assert await labels(at, "m0") == [{"INBOX", "Label_1"}]
    assert [n.refs["id"] for n in at.ledger.notes if n.step == "label"] == ["Label_1"]


async def test_a_label_that_is_gone_cant_be_taken_off() -> None:
    at, action = World(mail("m0")), made(LabelEmails, "m0", name="Travel", off=True)
    with pytest.raises(Refused, match="no label “Travel” any more"):
        await action.perform(at.desk, at.ledger)


@pytest.mark.parametrize("name", ["", " / ", "x" * 226])
def test_a_label_needs_a_name(name: str) -> None:
    with pytest.raises(FormErrors):
        made(LabelEmails, "m0", name=name).vetted(World().now)


# Many, and some of them.


async def test_many_go_in_chunks_and_say_how_far_they_are() -> None:
    ids = [f"m{n}" for n in range(CHUNK + 1)]
    at, action = World(*(mail(i) for i in ids)), made(TrashEmails, *ids)
    await action.perform(at.desk, at.ledger)
    far = [said for note in at.ledger.notes if (said := action.progress(note))]
    assert far == ["1,000 of 1,001 mails", "1,001 of 1,001 mails"]
    assert action.bulk


async def test_senders_that_are_left_out_stay_as_they_are() -> None:
    at, action = World(mail("m0")), made(TrashEmails, "m0", left_out=("carol@example.org",))
    with pytest.raises(Refusal, match="None of these mails"):
        await action.previewed(at.desk)


def test_a_card_of_threads_that_were_named_shows_no_search() -> None:
    card = made(TrashEmails, "m0", threads=("work:t1",)).card()
    assert [f.label for f in card.fields] == []
    assert made(TrashEmails, "m0", threads=("work:t1",)).asked(World().now)["threads"] == ["work:t1"]


async def test_a_label_that_was_made_for_it_stays_and_both_the_card_and_the_undoing_say_so() -> None:
    at = World(mail("m0"))
    action = await made(LabelEmails, "m0", name="Travel").previewed(at.desk)
    assert action.card().undo == "takes the label off them again; the new label itself stays"
    await action.perform(at.desk, at.ledger)
    undone = await action.undo(at.desk, at.ledger)
    assert undone.summary == "1 mail without the label “Travel” again; the label itself, which I made, is still there"
    again = await made(LabelEmails, "m0", name="Travel").previewed(at.desk)
    assert again.card().undo == "takes the label off them again"
