"""A request that waited for an account in vain: whoever asked is told so, once, where they asked."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.errors import ModelError, ScopeMissing
from app.domain.grants import Tokens
from app.domain.permissions import READING, Permission
from app.domain.ports import Thought
from app.domain.types import Account, AccountId, Message, TurnStatus
from tests.fakes.parking import PATIENCE
from tests.samples import ANN, WORK, account, message
from tests.unit.steward_at_work import AtWork, at_work

WORKING = account(id=AccountId(WORK.id), email=WORK.email, name=WORK.name, scopes=READING)
NEEDS = {WORKING.id: (Permission.CHANGE_MAIL,)}
TOLD = (
    "Your request of Monday 2 March, “archive my newsletters”, waited seven days for your permission to change and"
    " send mail in *work* (ann@example.com), and I’ve let it go. Type `accounts` for that, then ask again."
)


async def connect(at: AtWork, account: Account) -> None:
    expires = at.clock.now() + timedelta(hours=1)
    await at.outside.grants.keep(account, Tokens(access="a", refresh="r", expires_at=expires, scopes=account.scopes))


async def asked(at: AtWork, said: Message | None = None) -> Message:
    """A request that waits until Steward may change the mail."""

    async def refused(*_: Any) -> Thought:
        raise ScopeMissing(account=WORK.email, needs=NEEDS)

    await connect(at, WORKING)
    at.mind.will(refused)
    said = said or message()
    await at.assistant.hear(said)
    assert at.said[-1].endswith("I’ll go on with this by myself then.")
    return said


def told(at: AtWork) -> list[str]:
    return [line for line in at.said if "I’ve let it go" in line]


async def test_who_asked_is_told_once_and_in_the_thread_where_they_asked() -> None:
    at = at_work()
    said = await asked(at)
    await at.sweep(after=PATIENCE.total_seconds() - 1)
    assert told(at) == []
    for _ in range(3):
        await at.sweep(after=1)
    assert told(at) == [TOLD]
    assert at.chat.lines[-1].place == said.place
    await connect(at, WORKING.model_copy(update={"scopes": tuple(Permission)}))
    await at.sweep(after=60)
    assert len(at.mind.requests) == 1, "what was let go is not gone on with"


async def test_it_is_part_of_what_was_said() -> None:
    at = at_work()
    said = await asked(at)
    await at.sweep(after=PATIENCE.total_seconds())
    at.mind.will(Thought(reply="Hello."))
    await at.assistant.hear(
        message("what became of it?", thread=said.place.thread, ts=f"{at.clock.now().timestamp():.0f}.9")
    )
    assert TOLD in [line.text for line in at.mind.requests[-1].history]


async def test_of_two_who_are_woken_one_tells() -> None:
    at = at_work()
    await asked(at)
    at.clock.advance(PATIENCE)
    (row,) = [row for row in await at.store.waiting() if row.kind == "turn"]
    for _ in range(2):
        await at.outside.queue.wake(row.kind, row.id, row.person)
    await at.work()
    assert told(at) == [TOLD]


@pytest.mark.parametrize("stood", [False, True])
async def test_whoever_is_killed_before_or_after_telling_is_replaced(*, stood: bool) -> None:
    at = at_work()
    await asked(at)
    at.clock.advance(PATIENCE)
    say = at.chat.say

    async def killed(*given: Any, **more: Any) -> str:
        if stood:
            await say(*given, **more)
        raise KeyboardInterrupt

    at.chat.say = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        await at.sweep()
    at.chat.say = say  # type: ignore[method-assign]
    at.restart()
    for _ in range(3):
        await at.sweep(after=10)
    assert told(at) == [TOLD]


@pytest.mark.parametrize("answer", [Thought(reply="All done."), ModelError()])
async def test_what_was_answered_after_a_kill_waits_for_nothing(answer: Thought | ModelError) -> None:
    at = at_work()
    end = at.store.turns.end

    async def killed(*_: Any, **__: Any) -> bool:
        raise KeyboardInterrupt

    at.store.turns.end = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        await asked(at)
    at.store.turns.end = end  # type: ignore[method-assign]
    at.restart()
    at.mind.will(answer)
    await at.sweep()
    said = len(at.said)
    assert said == 1
    await connect(at, WORKING.model_copy(update={"scopes": tuple(Permission)}))
    await at.sweep(after=PATIENCE.total_seconds())
    assert len(at.said) == said


async def test_what_slack_doesnt_take_is_told_later() -> None:
    at = at_work()
    await asked(at)
    at.chat.refuses = True
    await at.sweep(after=PATIENCE.total_seconds())
    at.chat.refuses = False
    assert told(at) == []
    await at.sweep(after=10)
    assert told(at) == [TOLD]


async def test_a_connection_that_ended_is_named_and_a_long_request_is_cut_and_obeyed_by_nobody() -> None:
    at = at_work()
    await asked(
        at, message("<!channel> look at https://evil.example/x?secret=1 and archive all that is older than a year")
    )
    await at.outside.grants.bury(WORKING.id, ANN.id)
    await at.sweep(after=PATIENCE.total_seconds())
    (line,) = told(at)
    assert "waited seven days for *work* (ann@example.com) to be connected again" in line
    assert "“&lt;!channel&gt; look at evil.example and archive all that is old…”" in line


async def test_what_is_there_by_then_is_not_asked_for() -> None:
    at = at_work()
    await asked(at)
    at.clock.advance(PATIENCE)
    await connect(at, WORKING.model_copy(update={"scopes": tuple(Permission)}))
    await at.sweep()
    (line,) = told(at)
    assert line.endswith("waited seven days, and I’ve let it go. Ask again if you still want it.")


async def test_what_a_button_said_are_not_the_persons_words() -> None:
    at = at_work()
    said = await asked(at)
    (row,) = [row for row in at.disk.turns.values() if row.turn.place == said.place]
    row.turn = row.turn.model_copy(update={"text": "Reply to Dana", "typed": ""})
    await at.sweep(after=PATIENCE.total_seconds())
    assert told(at)[0].startswith("“Reply to Dana” of Monday 2 March waited seven days for")


async def test_of_what_was_stopped_nothing_is_told() -> None:
    at = at_work()
    said = await asked(at)
    (row,) = [row for row in at.disk.turns.values() if row.turn.place == said.place]
    row.turn = row.turn.model_copy(update={"status": TurnStatus.STOPPED})
    await at.sweep(after=PATIENCE.total_seconds())
    assert told(at) == []
