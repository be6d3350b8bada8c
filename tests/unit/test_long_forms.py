"""What was read for a form is read once, whichever process the form comes back to."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from app.domain.actions import ArchiveEmails, LabelEmails
from app.domain.actions.bulk import A_MINUTE, LONG_COUNT, LOOKED_AT, SAMPLES, Labelling
from app.domain.approvals import Approval, Status
from app.domain.forms import Form, Several
from app.domain.types import AccountId, Address, Email, MailQuery
from app.editing import RENEWING
from tests.fakes import MemoryCalendar, MemoryMailbox
from tests.samples import ANN, WORK, account
from tests.unit.steward_at_work import AtWork
from tests.unit.test_editing_actions import BANK, SHOP, mail

COUNT = LOOKED_AT + 50


class CountingMailbox(MemoryMailbox):
    """Knows what it was asked for, mail by mail, and what was shown when."""

    asked: list[str]
    shown: Callable[[], list[str]] = staticmethod(list)
    seen: list[str]

    async def read(self, ids: Sequence[str]) -> tuple[Email, ...]:
        self.asked += ids
        return await super().read(ids)

    async def senders(self, ids: Sequence[str]) -> dict[str, Address]:
        self.asked += ids
        self.seen += self.shown()
        return await super().senders(ids)


def at_work(count: int = COUNT) -> AtWork:
    """Where every tenth mail is from the bank."""
    at = AtWork()
    mine = account(id=AccountId(WORK.id), email=WORK.email, name=WORK.name)
    at.mailbox = CountingMailbox(mine, at.clock, *(mail(n, SHOP if n % 10 else BANK) for n in range(count)))
    at.mailbox.asked, at.mailbox.seen = [], []
    at.outside.desks.take(AccountId(WORK.id))
    at.outside.desks.place(at.mailbox, MemoryCalendar(mine))
    return at


async def proposed(at: AtWork, kind: type[Labelling] = ArchiveEmails, **more: str) -> Labelling:
    ids = await at.mailbox.ids(MailQuery(where="inbox"))
    async with at.outside.desks.open(ANN) as desk:
        action = await kind(account=WORK, query=MailQuery(where="inbox"), ids=ids, **more).previewed(desk)
    await at.propose(action)
    asked(at)
    return action


def asked(at: AtWork) -> list[str]:
    """The mails that were asked for since this was last looked at."""
    assert isinstance(at.mailbox, CountingMailbox)
    found, at.mailbox.asked = at.mailbox.asked, []
    return found


async def opened(at: AtWork, action: Labelling) -> Form:
    """The form as it stands when it can be filled in."""
    filled = len(at.chat.filled)
    await at.editor.open(ANN.id, action.id, "T1")
    return at.chat.filled[-1][1].form if len(at.chat.filled) > filled else at.chat.forms[-1].form


async def saved(at: AtWork, action: Labelling, form: Form, **entered: tuple[str, ...]) -> Approval:
    answers = {**{each.name: each.parts for each in form.inputs}, **entered}
    assert await at.editor.faults(ANN.id, action.id, answers) == {}
    await at.editor.save(ANN.id, action.id, answers, key="K1")
    (new,) = [row.approval for row in at.disk.approvals.values() if row.approval.replaces == action.id]
    return new


async def test_what_was_read_for_the_form_is_not_read_again_to_save_it() -> None:
    """Only the mails that the new card lists are looked at."""
    at = at_work()
    action = await proposed(at)
    form = await opened(at, action)
    assert sorted(asked(at)) == sorted(action.ids[LOOKED_AT:])
    new = await saved(at, action, form, senders=(BANK.lower(),))
    assert asked(at) == [f"m{n}" for n in range(1, 1 + SAMPLES)]
    assert isinstance(new.action, ArchiveEmails)
    assert new.action.ids == tuple(f"m{n}" for n in range(COUNT) if n % 10)
    assert new.action.reading == ""
    assert at.said == ["A card is ready."]


async def test_it_is_known_to_the_process_that_the_form_comes_back_to() -> None:
    at = at_work()
    action = await proposed(at)
    form = await opened(at, action)
    at.restart()
    asked(at)
    await saved(at, action, form, senders=(BANK.lower(),))
    assert len(asked(at)) == SAMPLES


async def test_the_form_opens_at_once_the_second_time() -> None:
    at = at_work()
    action = await proposed(at)
    first = await opened(at, action)
    asked(at)
    assert await opened(at, action) == first
    assert (asked(at), len(at.chat.filled), at.chat.forms[-1].form) == ([], 1, first)


async def test_what_is_not_known_any_more_is_read_again_and_nothing_is_lost() -> None:
    at = at_work()
    action = await proposed(at)
    form = await opened(at, action)
    at.outside.shelf.kept.clear()
    asked(at)
    new = await saved(at, action, form, senders=(BANK.lower(),))
    assert set(asked(at)) == {*action.ids[LOOKED_AT:], *(f"m{n}" for n in range(1, 1 + SAMPLES))}
    assert isinstance(new.action, ArchiveEmails)
    assert new.action.ids == tuple(f"m{n}" for n in range(COUNT) if n % 10)


async def test_whoever_saves_sees_that_it_is_read_again_before_it_is() -> None:
    at = at_work()
    action = await proposed(at)
    form = await opened(at, action)
    at.outside.shelf.kept.clear()
    assert isinstance(at.mailbox, CountingMailbox)
    at.mailbox.shown = lambda: [text for _, text in at.chat.statuses[-1:]]
    await saved(at, action, form, senders=(BANK.lower(),))
    assert at.mailbox.seen == [RENEWING]


async def test_it_is_kept_as_long_as_the_form_can_be_submitted() -> None:
    at = at_work()
    action = await proposed(at)
    await opened(at, action)
    until = at.card(action).expires_at
    at.clock.advance(until - at.clock.now() - timedelta(seconds=1))
    assert await at.outside.shelf.find(action.id, ANN.id)
    at.clock.advance(timedelta(seconds=1))
    assert not await at.outside.shelf.find(action.id, ANN.id)


async def test_reading_that_takes_minutes_is_said_and_saving_what_needs_none_says_nothing() -> None:
    at = at_work(LOOKED_AT + LONG_COUNT + 1)
    action = await proposed(at)
    form = await opened(at, action)
    at.outside.shelf.kept.clear()
    await saved(at, action, form, others=("nobody@example.org",))
    assert at.said[-1] == (
        "I'm reading who wrote these 1,001 mails, to leave some out. That takes up to 1 minute. "
        "Then the new card comes."
    )
    many = action.renewed(ids=tuple(f"m{n}" for n in range(3 * A_MINUTE + LOOKED_AT + 1)))
    assert "up to 4 minutes" in many.renewed(left_out=(SHOP,)).renewing
    assert many.renewing == ""


async def test_senders_that_cannot_be_read_leave_the_card_as_it_was() -> None:
    at = at_work()
    action = await proposed(at)
    form = await opened(at, action)
    at.outside.shelf.kept.clear()
    at.outside.desks.take(AccountId(WORK.id))
    answers = {**{each.name: each.parts for each in form.inputs}, "senders": (BANK.lower(),)}
    await at.editor.save(ANN.id, action.id, answers, key="K1")
    assert at.said[-1].endswith(" The card stays as it was.")
    assert at.status(action) is Status.PROPOSED


async def test_a_label_stands_in_the_form_that_took_reading() -> None:
    at = at_work()
    action = await proposed(at, LabelEmails, name="Bills")
    form = await opened(at, action)
    assert [each.name for each in form.inputs] == ["name", "senders", "others", "older_than"]
    assert isinstance(form.inputs[1], Several)
    assert [o.label for o in form.inputs[1].options] == [
        f"Shop <shop@example.org> ({COUNT * 9 // 10})",
        f"Bank <Bank@example.org> ({COUNT // 10})",
    ]
    new = await saved(at, action, form, name=("Receipts",), senders=(BANK.lower(),))
    assert isinstance(new.action, LabelEmails)
    assert (new.action.name, len(new.action.ids)) == ("Receipts", COUNT * 9 // 10)
