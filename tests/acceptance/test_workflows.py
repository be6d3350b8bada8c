"""The twelve everyday requests, one wording of each by chance; `make workflows` tries them all on two worlds."""

import pytest

from tests import sampling
from tests.acceptance.house import House
from tests.acceptance.people import Person
from tests.acceptance.workflows.trying import CHECKS, WORDINGS, check, tried

EVERY = 6
"""Wordings of each workflow, at least."""


async def test_every_workflow_has_wordings() -> None:
    for number in CHECKS:
        asks = [entry["ask"].lower() for entry in WORDINGS if entry["workflow"] == number]
        assert len(asks) == len(set(asks)) >= EVERY


@pytest.mark.parametrize("number", CHECKS)
async def test_the_right_thing_happens(house: House, alex: Person, number: int) -> None:
    entries = [entry for entry in WORDINGS if entry["workflow"] == number]
    (entry,) = sampling.dice(f"workflow {number}").sample(entries, 1)
    print(entry["ask"])
    moment = await tried(house, alex, entry)
    print(moment.outcome.all)
    check(moment)
