"""Every change at Google has its line in the audit trail, written before it is asked for."""

from datetime import datetime
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from bench.chaos.deed import Deed, Whose
from bench.chaos.deeds import DEEDS
from bench.chaos.meetings import Move
from sandbox.playing.blocks import buttons
from tests.acceptance.deeds import Reply
from tests.acceptance.house import House
from tests.acceptance.people import Card, Person

OURS = ("messages.", "drafts.", "events.", "labels.")
"""Effects of calls that change something; what follows from them at Google has no call of its own."""
LINES = "SELECT at, ref FROM steward.audit WHERE action = %s AND event = 'called' ORDER BY id"


async def lines(house: House, action: str) -> list[tuple[datetime, str]]:
    async with await psycopg.AsyncConnection.connect(house.database_admin_url) as connection:
        cursor = await connection.execute(LINES, [action])
        return [(at, ref) for at, ref in await cursor.fetchall()]


async def unnoted(house: House, card: Card, *, since: int) -> list[str]:
    """Changes before which no line was written since another kind of change: each kind of call needs its own."""
    commits = [e for e in await house.google.commits(since) if e["effect"].startswith(OURS)]
    assert commits, "nothing was changed at Google"
    noted = await lines(house, card.id)
    found, before = [], datetime.min.replace(tzinfo=noted[0][0].tzinfo)
    for last, entry in pairwise([None, *commits]):
        assert entry is not None
        at = datetime.fromisoformat(entry["at"])
        if last is not None and last["effect"] != entry["effect"]:
            before = datetime.fromisoformat(last["at"])
        if not any(before < line <= at for line, _ in noted):
            found.append(f"{entry['effect']} after {[ref for line, ref in noted if line <= at]}")
    return found


async def proposed(house: House, person: Person, deed: Deed) -> Card:
    call: dict[str, Any] = await deed.prepared(house.google)
    await house.models.script(call, {"content": "A card is ready."}, match=deed.ask)
    card = (await person.ask(deed.ask)).card
    deed.action = card.id
    return card


def whose(person: Person) -> Whose:
    return Whose(person.accounts[0], person.accounts[1], person.zone)


@pytest.mark.parametrize("kind", sorted(DEEDS))
async def test_whatever_is_done_and_undone_is_noted_first(house: House, alex: Person, kind: str) -> None:
    card = await proposed(house, alex, DEEDS[kind](whose(alex)))
    since = await house.google.mark()
    done = await alex.approve(card)
    assert done.status == "done"
    assert await unnoted(house, card, since=since) == []
    if any(button.action_id == "decide:undo" for button in buttons(done.message)):
        since = await house.google.mark()
        await alex.click(done, "undo")
        await alex.until_shows(done, "undone")
        assert await unnoted(house, card, since=since) == []


@pytest.mark.parametrize(("call", "when"), [("drafts.send", "before"), ("drafts.create", "after")])
async def test_a_draft_that_is_tidied_up_is_noted_first(house: House, alex: Person, call: str, when: str) -> None:
    """The draft of a killed job goes when the thread was answered meanwhile, whether it was noted or not."""
    deed = Reply(house, alex)
    card = await deed.proposed()
    since = await house.google.mark()
    async with house.killed_in(f"gmail.users.{call}", when, alex.click(card, "approve")):
        await deed.answered_meanwhile()
    await alex.until_shows(card, "stale")
    assert [e["effect"] for e in await house.google.commits(since)][-1] == "drafts.delete"
    assert await unnoted(house, card, since=since) == []


async def test_a_copy_that_is_taken_back_is_noted_first(house: House, alex: Person) -> None:
    """The copy of a killed job goes when the original was changed meanwhile."""
    deed = Move(whose(alex))
    card = await proposed(house, alex, deed)
    since = await house.google.mark()
    async with house.killed_in("calendar.events.delete", "before", alex.click(card, "approve")):
        await deed.changed_meanwhile(house.google)
    await alex.until_shows(card, "stale")
    assert [e["effect"] for e in await house.google.commits(since)][-1] == "events.delete"
    assert await unnoted(house, card, since=since) == []
