"""A worker may be killed at any moment of a deed: it is done once, and the card shows it."""

import pytest

from tests.acceptance.deeds import DEEDS, Archive, Deed, Event, Reply
from tests.acceptance.house import House
from tests.acceptance.people import Person
from tests.acceptance.processes import stopped
from tests.acceptance.waiting import until

CALLS = [(kind, call) for kind in DEEDS for call in kind.commits]
UNDOS = [(Archive, "gmail.users.messages.batchModify"), (Event, "calendar.events.delete")]


def named(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value).rpartition("users.")[2]


@pytest.mark.parametrize(("kind", "call"), CALLS, ids=named)
async def test_killed_before_google_has_committed(house: House, alex: Person, kind: type[Deed], call: str) -> None:
    """The machine loses power while the request is on its way: worker and job are gone, the request never arrives."""
    deed = kind(house, alex)
    card = await deed.proposed()
    await house.google.hold(call, "before")
    await alex.click(card, "approve")
    await house.google.until_held()
    house.now.kill()
    await house.google.release(drop=True)
    house.now.start()
    await alex.until_shows(card, "done")
    await deed.check_once()


@pytest.mark.parametrize(("kind", "call"), CALLS, ids=named)
async def test_killed_after_google_has_committed(house: House, alex: Person, kind: type[Deed], call: str) -> None:
    """The job is killed, as by the kernel when memory runs out, with Google's answer under way."""
    deed = kind(house, alex)
    card = await deed.proposed()
    await house.google.hold(call, "after")
    await alex.click(card, "approve")
    await house.google.until_held()
    (job,) = house.now.children
    job.kill()
    await house.google.release(drop=True)
    await alex.until_shows(card, "done")
    await deed.check_once()


@pytest.mark.parametrize(("kind", "call"), CALLS, ids=named)
async def test_the_dead_workers_request_arrives_late(house: House, alex: Person, kind: type[Deed], call: str) -> None:
    """What a killed job had sent is committed only after another one has taken over and sent its own."""
    deed = kind(house, alex)
    card = await deed.proposed()
    await house.google.hold(call, "before")
    await alex.click(card, "approve")
    await house.google.until_held()
    (job,) = house.now.children
    job.kill()
    await house.google.until_held(2)
    await house.google.release()
    await alex.until_shows(card, "done")
    await deed.check_once()


async def test_a_draft_of_a_killed_job_does_not_outlive_the_deed(house: House, alex: Person) -> None:
    """The draft was made, nobody noted it, and then a new mail in the thread made the reply pointless."""
    deed = Reply(house, alex)
    card = await deed.proposed()
    async with house.killed_in("gmail.users.drafts.create", "after", alex.click(card, "approve")):
        await deed.answered_meanwhile()
    await alex.until_shows(card, "stale")
    await deed.check_nothing()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("kind", "call"), UNDOS, ids=named)
async def test_killed_while_undoing(house: House, alex: Person, kind: type[Deed], call: str, when: str) -> None:
    deed = kind(house, alex)
    done = await alex.approve(await deed.proposed())
    await house.google.hold(call, when)
    await alex.click(done, "undo")
    await house.google.until_held()
    (job,) = house.now.children
    job.kill()
    await house.google.release(drop=True)
    await alex.until_shows(done, "undone")
    await deed.check_undone()


@pytest.mark.parametrize(("kind", "call"), CALLS, ids=named)
async def test_google_commits_and_drops_the_connection(house: House, alex: Person, kind: type[Deed], call: str) -> None:
    deed = kind(house, alex)
    card = await deed.proposed()
    await house.google.turn(commit_then_drop={call: 1})
    done = await alex.approve(card)
    assert done.status == "done"
    await deed.check_once()


async def test_a_sent_mail_is_known_without_header_or_message_id(house: House, alex: Person) -> None:
    """It isn't known whether Gmail keeps either: with both gone the recipients and the text are the evidence."""
    deed = Reply(house, alex)
    card = await deed.proposed()
    await house.google.turn(
        commit_then_drop={"gmail.users.drafts.send": 1}, drop_x_headers=True, rewrite_message_id=True
    )
    done = await alex.approve(card)
    assert done.status == "done"
    await deed.check_once()


async def test_the_wake_up_is_wiped_between_click_and_deed(house: House, alex: Person) -> None:
    """No worker runs at the click, and its wake-up is lost before one does; for a deed of each kind."""
    deeds = [kind(house, alex) for kind in DEEDS]
    cards = [await deed.proposed() for deed in deeds]
    house.now.kill()
    for deed, card in zip(deeds, cards, strict=True):
        await alex.click(card, "approve")
        await alex.until_shows(card, "approved")
        await deed.check_nothing()
    house.flush()
    house.now.start()
    for deed, card in zip(deeds, cards, strict=True):
        await alex.until_shows(card, "done")
        await deed.check_once()


async def test_the_wake_up_server_is_away_at_the_click(house: House, alex: Person) -> None:
    """Long enough for the worker to notice; it works on when the server is back."""
    deed = Archive(house, alex)
    card = await deed.proposed()
    (server,) = house.supervisor("valkey").children()
    said = len(list(house.now.said()))

    async def noticed() -> bool:
        return any("queue_away" in line for line in list(house.now.said())[said:])

    with stopped(house.supervisor("valkey")):
        server.kill()
        await alex.click(card, "approve")
        await alex.until_shows(card, "approved")
        await until(noticed, what="the worker's complaint")
    await alex.until_shows(card, "done")
    await deed.check_once()
    assert house.now.alive
    assert house.complaints() == []
