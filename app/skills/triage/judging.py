"""The model's part of triage: mails in batches, several at a time, each judgement held to what the signals bear out."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from app.domain.errors import ModelError
from app.domain.ports import Mind
from app.domain.sorting import Opinion, Sorted
from app.domain.types import Email
from app.planning.sanitising import unlinked
from app.planning.signals import ASIDE, SUGGESTED, Category, Verdict, bounded

TASK = "triage"
SLOTS = 4
"""Batches judged at once: the requests an Ollama host answers side by side when nothing else is set
(OLLAMA_NUM_PARALLEL)."""
FIRST, LARGEST = 1, 8
"""Mails in a batch: few at first, so that the first rows come soon; never so many that a small model loses count."""
TEXT = 300
"""Characters of a mail that are judged: its subject and how it begins."""
REASON = 120
"""Characters of a reason that are shown."""
MINUTES = 120
"""Minutes a mail may be said to take."""


class Judgement(BaseModel):
    """What a model says of one mail. Short names: every token of the answer takes time."""

    n: int
    category: Category
    priority: int = Field(ge=1, le=10)
    why: str = ""


class Judgements(BaseModel):
    mails: list[Judgement]


Plain = Sequence[tuple[Email, Verdict]]
Seen = Callable[[Sequence[Sorted], Sequence[Opinion]], Awaitable[None]]
"""Told of mails as soon as they are sorted, and of what a model said of them."""


async def judged(mind: Mind, plain: Plain, seen: Seen) -> int:
    """Sort mails, by a model where it gives an answer that can be used, else by their signals; how many it had no say
    in. The first ones come first. Raises LostClaim when `seen` does."""
    slots = asyncio.Semaphore(SLOTS)

    async def one(batch: Plain) -> int:
        async with slots:
            found = await _asked(mind, batch)
        sorted_ = [placed(mail, verdict, found.get(n)) for n, (mail, verdict) in enumerate(batch, start=1)]
        await seen(sorted_, list(found.values()))
        return len(batch) - len(found)

    tasks = [asyncio.ensure_future(one(batch)) for batch in _batches(plain) if batch]
    try:
        return sum(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()


def _batches(plain: Plain) -> Iterator[Plain]:
    """Batches that grow, as many of each size as there are slots; the rest is dealt out evenly, so that no slot is idle
    while another one is still busy with the last mails."""
    at, size = 0, FIRST
    while size < LARGEST and at < len(plain):
        for _ in range(SLOTS):
            yield plain[at : at + size]
            at += size
        size *= 2
    left = plain[at:]
    count = SLOTS * -(-len(left) // (SLOTS * LARGEST))
    for n in range(count):
        yield left[n * len(left) // count : (n + 1) * len(left) // count]


async def _asked(mind: Mind, batch: Plain) -> Mapping[int, Opinion]:
    """What a model says of the mails of a batch, by their number from 1; a mail it leaves out, or names twice, has no
    judgement."""
    try:
        said = await mind.judge(TASK, {"mails": [_told(n, *each) for n, each in enumerate(batch, start=1)]}, Judgements)
    except ModelError:
        return {}
    numbers = [judgement.n for judgement in said.mails]
    usable = [j for j in said.mails if 1 <= j.n <= len(batch) and numbers.count(j.n) == 1]
    return {j.n: _opinion(batch[j.n - 1][0], j) for j in usable}


def _opinion(mail: Email, said: Judgement) -> Opinion:
    why = " ".join(unlinked(said.why, typed="").split())[:REASON]
    return Opinion(account=mail.account.id, mail=mail.id, category=said.category.value, priority=said.priority, why=why)


def _told(n: int, mail: Email, verdict: Verdict) -> Mapping[str, Any]:
    """A mail as the model sees it: what others wrote stands under untrusted, what code found beside it."""
    begins = f"{mail.subject}\n{mail.snippet}"[:TEXT]
    return {
        "n": n,
        "signals": {"category": verdict.category, "priority": verdict.priority, "because": list(verdict.reasons)},
        "untrusted": {"from": mail.sender.called, "text": begins},
    }


def certain(mail: Email, verdict: Verdict) -> bool:
    """Whether the signals settle it: no model is asked of such a mail, and what one said before counts no more."""
    return mail.invitation or verdict.category in ASIDE


def placed(mail: Email, verdict: Verdict, said: Opinion | None = None) -> Sorted:
    """A mail's place by its signals, and by what a model said of it, whenever that was, as far as they bear it out."""
    category, priority, why = verdict.category, verdict.priority, ""
    if said is not None and not certain(mail, verdict):
        category, priority = bounded(Category(said.category), said.priority, verdict)
        why = said.why
    suggestion, minutes = (verdict.suggestion, verdict.minutes)
    if category is not verdict.category:
        suggestion, minutes = SUGGESTED[category]
    reasons = ", ".join(verdict.reasons[:3])
    return Sorted(
        account=mail.account.id,
        mail=mail.id,
        thread=mail.thread,
        category=category,
        priority=priority,
        suggestion=suggestion,
        minutes=min(minutes, MINUTES),
        reason=f"{why} ({reasons})" if why else reasons,
    )
