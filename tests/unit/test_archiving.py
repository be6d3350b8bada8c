"""Archiving, one step at a time: what is frozen, chunked, noted, interrupted and undone."""

import pytest

from app.domain.actions import ArchiveEmails, Outcome
from app.domain.errors import Faulty, Refused, Unanswered
from app.domain.mailboxes import CHUNK
from tests.samples import archive
from tests.unit.desk_world import World, mail

LOST = Unanswered(provider="Gmail")


def world(count: int) -> tuple[World, ArchiveEmails]:
    ids = [f"m{n}" for n in range(count)]
    return World(*(mail(i) for i in ids)), archive(*ids)


async def inbox(world: World, action: ArchiveEmails) -> set[str]:
    return set(await world.mailbox.having("INBOX", action.ids))


async def test_it_takes_exactly_the_frozen_mails_out_of_the_inbox() -> None:
    at, action = world(3)
    at.mailbox.put(mail("later"))
    receipt = await action.perform(at.desk, at.ledger)
    assert await inbox(at, action) == set()
    assert await at.mailbox.having("INBOX", ["later"]) == {"later"}
    assert receipt.summary == "Archived 3 mails in work"
    assert (receipt.differences, receipt.skipped) == ((), 0)


async def test_the_state_before_is_noted_before_it_changes() -> None:
    at, action = world(2)
    at.mailbox.faults.append((False, Refused(provider="Gmail", why="no")))
    with pytest.raises(Refused):
        await action.perform(at.desk, at.ledger)
    assert [(n.step, dict(n.refs)) for n in at.ledger.notes] == [("chunk", {"index": 0, "ids": ["m0", "m1"]})]
    assert await inbox(at, action) == {"m0", "m1"}


async def test_mails_that_left_the_inbox_or_are_gone_are_skipped_and_counted() -> None:
    at, _ = world(2)
    at.mailbox.put(mail("read", labels=()))
    receipt = await archive("m0", "read", "gone", "m1").perform(at.desk, at.ledger)
    assert receipt.summary == "Archived 2 mails in work; 2 had left the inbox already"
    assert receipt.skipped == 2


async def test_a_mail_that_stays_in_the_inbox_is_a_difference() -> None:
    at, action = world(2)
    keep = at.mailbox.label

    async def forgetful(ids: list[str], **labels: object) -> None:
        await keep(ids[:1], add=(), remove=("INBOX",))

    at.mailbox.label = forgetful  # type: ignore[assignment,method-assign]  # a provider that does half of it
    receipt = await action.perform(at.desk, at.ledger)
    assert receipt.summary == "Archived 1 mail in work"
    assert [(d.asked, d.stored) for d in receipt.differences] == [("none", "1 mail")]


async def test_many_mails_go_in_chunks_each_noted() -> None:
    at, action = world(2 * CHUNK + 1)
    receipt = await action.perform(at.desk, at.ledger)
    assert receipt.summary == "Archived 2,001 mails in work"
    assert at.ledger.steps == ["chunk", "turned"] * 3
    assert [len(n.refs["ids"]) for n in at.ledger.notes if n.step == "chunk"] == [CHUNK, CHUNK, 1]


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("failing", [0, 1, 2])
async def test_it_goes_on_where_it_was_interrupted(failing: int, *, committed: bool) -> None:
    at, action = world(2 * CHUNK + 1)
    at.mailbox.faults.extend([(True, None)] * failing + [(committed, LOST)])
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    assert await action.reconcile(at.desk, at.ledger) == (Outcome.NOT_DONE, None)
    receipt = await action.perform(at.desk, at.ledger)
    assert receipt.summary == "Archived 2,001 mails in work"
    assert receipt.skipped == 0
    assert await inbox(at, action) == set()
    restored = await action.undo(at.desk, at.ledger)
    assert restored.summary == "2,001 mails back in the inbox"
    assert len(await inbox(at, action)) == 2 * CHUNK + 1


async def test_what_stands_after_a_refusal_half_way() -> None:
    at, action = world(CHUNK + 5)
    assert await action.achieved(at.ledger) is None
    at.mailbox.faults.extend([(True, None), (False, Refused(provider="Gmail", why="no"))])
    with pytest.raises(Refused):
        await action.perform(at.desk, at.ledger)
    stands = await action.achieved(at.ledger)
    assert stands is not None
    assert stands.summary == "Archived 1,000 of 1,005 mails in work"


async def test_undo_restores_what_this_action_moved_and_nothing_else() -> None:
    at, _ = world(2)
    at.mailbox.put(mail("archived before", labels=()))
    action = archive("m0", "m1", "archived before")
    await action.perform(at.desk, at.ledger)
    await at.mailbox.label(["m1"], add=("TRASH",))
    receipt = await action.undo(at.desk, at.ledger)
    assert await inbox(at, action) == {"m0"}
    assert receipt.summary == "1 mail back in the inbox; 1 mail left in the trash"


async def test_undo_may_be_interrupted_and_repeated() -> None:
    at, action = world(CHUNK + 1)
    await action.perform(at.desk, at.ledger)
    at.mailbox.faults.extend([(True, Faulty(provider="Gmail", why="503"))])
    with pytest.raises(Faulty):
        await action.undo(at.desk, at.ledger)
    receipt = await action.undo(at.desk, at.ledger)
    assert receipt.summary == "1,001 mails back in the inbox"
    assert len(await inbox(at, action)) == CHUNK + 1


async def test_a_bulk_action_doesnt_go_stale() -> None:
    at, action = world(1)
    assert await archive("gone").check(at.desk) is None
    assert await action.check(at.desk) is None
