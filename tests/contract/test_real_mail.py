"""Real mails, as people and machines wrote them: every one is read, and answered or plainly refused."""

import mailbox
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from app.agent.bench import Bench
from app.agent.tools import FindPerson, ReadThread, SearchMail, WriteMail
from app.agent.tools.fitting import MAX_RESULT, serialised
from app.agent.tools.mail import MAX_LIMIT
from app.domain.desk import Desk
from app.domain.errors import StewardError
from app.domain.ports import Request
from app.domain.types import MailQuery
from app.planning.sanitising import hidden
from integrations.slack.blocks import approval_blocks
from sandbox.google.seed import SeedAccount, SeedMail
from sandbox.slack.blocks import check
from tests.contract.google_desk import ZONE, google_home
from tests.contract.google_world import ADA, NOW, Clock, running
from tests.samples import ANN, message, proposal
from tests.unit.turns import turn_of

REAL = Path(__file__).parents[1] / "data" / "real_mail.mbox"
COUNT, SENT_BY_SOMEBODY = 103, 79
"""Mails, and those that say who they are from."""


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


async def test_every_real_mail_is_answered_or_refused_plainly(desk: Desk) -> None:
    box = desk.mailboxes[0]
    refused, cards = [], 0
    for mail in await box.read(await box.ids(MailQuery())):
        at = bench(desk)
        try:
            await WriteMail(kind="reply_all", thread=f"work:{mail.thread}", body="Thank you!").run(at)
        except StewardError as why:
            refused.append(why.sentence)
            continue
        (action,) = at.actions
        assert b"\r\nIn-Reply-To: " in action.raw() or not mail.message_id  # type: ignore[attr-defined]
        blocks = approval_blocks(proposal(action, turn_of(message()), NOW))
        assert check(blocks, "message") == []
        cards += 1
    assert cards + len(refused) == COUNT
    assert cards >= SENT_BY_SOMEBODY - 2
    assert all("nobody to reply to" in why or "isn't an address" in why for why in refused)


async def test_everyone_in_the_real_mails_can_be_looked_for(desk: Desk) -> None:
    box = desk.mailboxes[0]
    people = {mail.sender.name or mail.sender.email for mail in await box.read(await box.ids(MailQuery()))}
    for name in sorted(p for p in people if p):
        found = await FindPerson(name=name).run(bench(desk))
        assert "people" in found.get("untrusted", {}) or "nothing" in found
        assert not hidden(serialised(found))
