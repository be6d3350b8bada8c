"""The twelve everyday requests whole: from the message to the answer, from each click to what is done."""

import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bench.measuring import Row, Table, percentile
from tests.acceptance.house import living, opened
from tests.acceptance.workflows.trying import CHECKS, WORDINGS, check, tried

ROUNDS = 5
"""Of each workflow, in the same wording; one before, which doesn't count."""
ANSWERED_MS, WHOLE_MS = 1_000, 1_000
CHARACTERS = 10_500
"""What a small local model's window leaves for the prompt and the tools."""


async def measure() -> Sequence[Table]:
    """In a house of its own, in which nothing else happens; the model answers at once and no send is held."""
    answers, clicks = defaultdict[int, list[float]](list), defaultdict[int, list[float]](list)
    async with opened() as house, living(house, house.first) as (person,):
        await house.models.turn(keep_bodies=ROUNDS)
        await house.google.post("remember")
        for number in CHECKS:
            entry = next(one for one in WORDINGS if one["workflow"] == number)
            for round_ in range(ROUNDS + 1):
                moment = await tried(house, person, entry)
                with suppress(AssertionError, ValueError):  # whether it is right is for the tests to say
                    check(moment)
                if round_:
                    answers[number].append(moment.outcome.answered * 1000)
                    clicks[number].append(sum(moment.outcome.clicked) * 1000)
                await house.google.post("rewind")
        bodies = [entry["body"] for entry in await house.models.requests() if "body" in entry]
    return [_speed(answers, clicks), _size(bodies)]


def _speed(answers: dict[int, list[float]], clicks: dict[int, list[float]]) -> Table:
    about = f"{ROUNDS} rounds each, as a person at the page sees them; p95 of so few is the slowest. All clicks of one"
    table = Table("The twelve workflows, whole", "none", (about, "request are counted together, one after the other."))
    for number, name in CHECKS.items():
        what = f"{number} {name.__name__.replace('_', ' ')}"
        table.rows.append(
            Row(f"{what}: asked to answered, p95", "ms", percentile(answers[number], 0.95), at_most=ANSWERED_MS)
        )
        if any(clicks[number]):
            table.rows.append(Row(f"{what}: clicked to done, p95", "ms", percentile(clicks[number], 0.95)))
        whole = [one + other for one, other in zip(answers[number], clicks[number], strict=True)]
        table.rows.append(Row(f"{what}: whole, p95", "ms", percentile(whole, 0.95), at_most=WHOLE_MS))
    return table


def _size(bodies: list[dict[str, Any]]) -> Table:
    """What a request for the model is made of before anybody has said anything."""
    table = Table("What the model is told before the person says anything", "none", ("The largest that was seen.",))
    system = [sum(len(m["content"]) for m in body["messages"] if m["role"] == "system") for body in bodies]
    tools = [len(json.dumps(body.get("tools", []), ensure_ascii=False, separators=(",", ":"))) for body in bodies]
    together = max(one + other for one, other in zip(system, tools, strict=True))
    table.rows += [
        Row("the prompt", "characters", max(system)),
        Row("the tools", "characters", max(tools)),
        Row("together", "characters", together, at_most=CHARACTERS),
        Row("tools offered at most", "tools", max(len(body.get("tools", [])) for body in bodies), at_most=12),
    ]
    return table
