"""What it costs to tell where a proposal's words come from: a reply traced through everything read in its turn."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from app.domain.cards import Part
from app.domain.ports import Request
from app.domain.types import Address, Email
from app.planning.sources import Sources
from bench.measuring import Row, Table, median, percentile
from tests.samples import ANN, WORK

MAILS, WORDS, BODY = 50, 500, 200
"""Mails read in the turn, words of each, and words of the proposal: more than most turns read."""
COPIED = 30
"""Words of the proposal that are taken over from a mail its recipient was never on."""
ROUNDS = 30
AT_MOST_MS = 50
"""A tenth of the half second within which the first sign is promised."""


async def measure() -> Sequence[Table]:
    """Reading into the corpus, and tracing one proposal, each by itself."""
    table = Table(
        "What telling where words come from costs a proposal",
        "none",
        (f"{MAILS} mails of {WORDS} words read; a body of {BODY} words, {COPIED} of them copied; {ROUNDS} rounds.",),
    )
    chance = Random(7)
    letters = [_text(chance, WORDS) for _ in range(MAILS)]
    read, traced = [], []
    for round_ in range(ROUNDS):
        sources = Sources(Request(person=ANN, now=datetime.now(UTC), text="answer it"), [WORK.email])
        began = time.perf_counter()
        for number, letter in enumerate(letters):
            sources.mail(_mail(number), letter)
        read.append(time.perf_counter() - began)
        copied = letters[round_ % MAILS].split()[:COPIED]
        body = " ".join([_text(chance, BODY - COPIED), *copied])
        began = time.perf_counter()
        found = sources.traced({Part.BODY: body})
        traced.append(time.perf_counter() - began)
        assert found, "what was copied must be found"
    for what, seconds in ((f"reading {MAILS} mails in", read), ("tracing a proposal", traced)):
        ms = [1000 * each for each in seconds]
        limit = AT_MOST_MS if seconds is traced else None
        table.rows.append(Row(f"{what}, median", "ms", median(ms), at_most=limit))
        table.rows.append(Row(f"{what}, p95", "ms", percentile(ms, 0.95)))
    return [table]


def _text(chance: Random, words: int) -> str:
    """Words that nobody has written before."""
    return " ".join("".join(chance.choices("aeinorstlm", k=chance.randint(2, 9))) for _ in range(words))


def _mail(number: int) -> Email:
    sender = Address(email=f"p{number}@elsewhere.example", name=f"Person {number}")
    received = datetime(2026, 6, 1, tzinfo=UTC) - timedelta(hours=number)
    names = {"id": f"m{number}", "thread": f"t{number}", "subject": f"Letter {number}"}
    return Email(account=WORK, sender=sender, to=(Address(email=WORK.email),), received=received, **names)
