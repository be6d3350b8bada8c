"""Calls to a provider that are made side by side, and which of them stand when another one fails."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from app.domain.desk import Ledger


async def abreast(ledger: Ledger, step: str, calls: Mapping[int, Coroutine[Any, Any, None]]) -> None:
    """Make calls, by their places, side by side as far as the provider allows, and note under this step which went
    through; raises the first failure once every one has ended: none may still change something when the action is put
    down."""
    ended = dict(zip(calls, await asyncio.gather(*calls.values(), return_exceptions=True), strict=True))
    await note_made(ledger, step, [place for place, failure in ended.items() if failure is None])
    for failure in filter(None, ended.values()):
        raise failure


async def note_made(ledger: Ledger, step: str, places: list[int]) -> None:
    """Note the calls that went through, and how many have by now."""
    known = await made(ledger, step)
    if new := [place for place in places if place not in known]:
        await ledger.note(step, places=new, done=len(known) + len(new))


async def made(ledger: Ledger, step: str) -> frozenset[int]:
    """The places of the calls that are noted under a step to have gone through."""
    return frozenset(place for note in await ledger.recall() if note.step == step for place in note.refs["places"])
