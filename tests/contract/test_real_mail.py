"""Real mails, as people and machines wrote them, all in one mailbox: every one is read."""

import mailbox
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from app.agent.bench import Bench
from app.agent.tools import ChangeMail, FindPerson, ReadThread, SearchMail
from app.agent.tools.fitting import MAX_RESULT, serialised
from app.agent.tools.mail import MAX_LIMIT
from app.domain.actions import Outcome
from app.domain.desk import Desk
from app.domain.ports import Request
from app.domain.types import Address, MailQuery
from app.planning.quoting import told_apart
from app.planning.sanitising import hidden
from sandbox.google.seed import SeedAccount, SeedMail
from tests.contract.google_desk import ZONE, google_home
from tests.contract.google_world import ADA, NOW, Clock, running
from tests.fakes import ManualClock
from tests.samples import ANN
from tests.unit.desk_world import ListLedger

REAL = Path(__file__).parents[1] / "data" / "real_mail.mbox"
COUNT, SENT_BY_SOMEBODY = 103, 79
"""Mails, and those that say who they are from."""
FEW = 5
"""Mails that are passed on at once."""


@pytest.fixture(scope="module")
def letters() -> list[SeedMail]:
    with closing(mailbox.mbox(REAL)) as kept:
        raws = [bytes(m) for m in kept]
    assert len(raws) == COUNT
    return [SeedMail(raw, NOW - timedelta(hours=n)) for n, raw in enumerate(raws)]


@pytest.fixture
async def desk(tmp_path: Path, letters: list[SeedMail]) -> AsyncIterator[Desk]:
    with running(tmp_path, [SeedAccount(ADA, "Ada", ZONE, letters)], Clock()) as world:
        async with google_home(world) as google:
            await google.connect()
            async with google.desk() as opened:
                yield opened


def bench(desk: Desk) -> Bench:
    async def watch(_: str) -> None:
        return None

    return Bench(request=Request(person=ANN, now=NOW, text=""), desk=desk, watch=watch)


async def test_every_real_mail_is_read_and_told_to_the_model(desk: Desk) -> None:
    box = desk.mailboxes[0]
    ids = await box.ids(MailQuery())
    assert len(ids) == COUNT
    mails = await box.read(ids)
    assert [mail.id for mail in mails] == list(ids)
    assert sum(bool(mail.sender.email) for mail in mails) == SENT_BY_SOMEBODY
    at = bench(desk)
    for thread in {mail.thread for mail in mails}:
        read = await box.thread(thread)
        assert read.mails
        for mail in read.mails:
            assert not mail.text.startswith(("<html", "<!DOCTYPE"))
            assert all(part.startswith("part ") for part in mail.unreadable)
        told = serialised(await ReadThread(thread=f"work:{thread}").run(at))
        assert not hidden(told)
        assert len(told) <= 2 * MAX_RESULT
    listed = serialised(await SearchMail(limit=MAX_LIMIT).run(at))
    assert not hidden(listed)


async def test_real_mails_that_are_forwarded_arrive(desk: Desk) -> None:
    """A few of them all the way, through drafts and sending, read back from the stand-in."""
    box = desk.mailboxes[0]
    threads = await box.threads([m.thread for m in await box.read(await box.ids(MailQuery()))])
    chosen = [t for t in threads if t.mails[-1].attachments][:FEW]
    at = bench(desk)
    refs = [f"work:{t.id}" for t in chosen]
    await ChangeMail(do="forward", threads=refs, to=["z@else.example"]).run(at)
    (action,) = at.actions
    ledger = ListLedger(ManualClock(NOW))
    receipt = await action.perform(desk, ledger)
    assert (receipt.summary, receipt.differences) == (f"Forwarded {FEW} mails to z@else.example", ())
    for note in [n for n in ledger.notes if n.step == "sent"]:
        sent = await box.original(note.refs["message"])
        given = await box.original(action.mails[note.refs["mail"]].id)  # type: ignore[attr-defined]
        assert sorted(e.content for e in sent.enclosed) == sorted(e.content for e in given.enclosed)
        assert sent.email.to == (Address(email="z@else.example"),)
    assert await action.reconcile(desk, ledger) == (Outcome.DONE, receipt)


async def test_every_real_mail_keeps_words_of_its_own(desk: Desk) -> None:
    box = desk.mailboxes[0]
    for thread in await box.threads([m.thread for m in await box.read(await box.ids(MailQuery()))]):
        for mail in thread.mails:
            speech = told_apart(mail.text)
            assert bool(speech.own or speech.signature) is bool(mail.text.strip())


async def test_everyone_in_the_real_mails_can_be_looked_for(desk: Desk) -> None:
    box = desk.mailboxes[0]
    people = {mail.sender.name or mail.sender.email for mail in await box.read(await box.ids(MailQuery()))}
    for name in sorted(p for p in people if p):
        found = await FindPerson(name=name).run(bench(desk))
        assert "people" in found.get("untrusted", {}) or "nothing" in found
        assert not hidden(serialised(found))
