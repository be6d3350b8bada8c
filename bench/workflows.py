"""The twelve everyday requests whole: from the message to the answer, from each click to what is done."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from bench.measuring import Row, Table, percentile
from tests.acceptance.house import living, opened
from tests.acceptance.workflows.asking import Outcome
from tests.acceptance.workflows.moment import Moment
from tests.acceptance.workflows.trying import CHECKS, WORDINGS, check, tried

ROUNDS = 5
"""Of each workflow, in the same wording; one before, which doesn't count."""
ANSWERED_MS, WHOLE_MS = 1_000, 1_000
CHARACTERS = 10_500
"""What a small local model's window leaves for the prompt and the tools."""


async def measure() -> Sequence[Table]:
    """In a house of its own, in which nothing else happens; the model answers at once and no send is held."""
    outcomes, right = defaultdict[int, list[Outcome]](list), Counter[int]()
    async with opened() as house, living(house, house.first) as (person,):
        await house.models.turn(keep_bodies=ROUNDS)
        await house.google.post("remember")
        for number in CHECKS:
            entry = next(one for one in WORDINGS if one["workflow"] == number)
            for round_ in range(ROUNDS + 1):
                moment = await tried(house, person, entry)
                if round_:
                    outcomes[number].append(moment.outcome)
                    right[number] += _right(moment)
                await house.google.post("rewind")
                await house.rested()
        bodies = [entry["body"] for entry in await house.models.requests() if "body" in entry]
    return [_speed(outcomes, right), _size(bodies)]


def _right(moment: Moment) -> bool:
    """Whether it came to what it should; why not is for the tests to say."""
    try:
        check(moment)
    except (AssertionError, ValueError):
        return False
    return True


def _speed(outcomes: Mapping[int, Sequence[Outcome]], right: Mapping[int, int]) -> Table:
    about = (
        f"{ROUNDS} rounds each, as a person at the page sees them; p95 of so few is the slowest. All answers after the",
        "first of one request are counted together, and so are all clicks, one after the other.",
    )
    table = Table("The twelve workflows, whole", "none", about)
    for number, name in CHECKS.items():
        what, found = f"{number} {name.__name__.replace('_', ' ')}", outcomes[number]
        table.rows += [
            _row(f"{what}: asked to answered", [one.answered for one in found], at_most=ANSWERED_MS),
            *_further(f"{what}: told more to answered", [sum(one.followed) for one in found]),
            *_further(f"{what}: clicked to done", [sum(one.clicked) for one in found]),
            _row(f"{what}: whole", [one.waited for one in found], at_most=WHOLE_MS),
            Row(f"{what}: right", "times", right[number], at_least=ROUNDS, note=f"{right[number]} of {ROUNDS} right"),
        ]
    return table


def _further(what: str, seconds: Sequence[float]) -> list[Row]:
    return [_row(what, seconds)] if any(seconds) else []


def _row(what: str, seconds: Sequence[float], *, at_most: float | None = None) -> Row:
    return Row(f"{what}, p95", "ms", percentile(seconds, 0.95) * 1000, at_most=at_most)


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
