"""A sample of the chaos run: some of its cells, by chance, each with a few people; `make chaos` tries them all."""

from contextlib import AsyncExitStack

import pytest

from bench.chaos.deeds import DEEDS
from bench.chaos.playing import play
from bench.chaos.printing import kept_promises, printed
from tests.acceptance.house import living, opened
from tests.acceptance.people import ALEX, PRIYA
from tests.sampling import dice

PEOPLE = 3
KINDS = 3
WAVES = 3
TIMEOUT = 300
"""Seconds; it starts a house and kills most of it several times."""
HOLD_SECONDS = "3"
"""Long enough for everybody's card to say so on a machine that does other things beside."""


@pytest.mark.timeout(TIMEOUT)
async def test_a_sample_of_the_chaos_run() -> None:
    """Nothing is lost, nothing is done twice, every card tells the truth, and every fault has struck; in a house of its
    own, which is a ruin afterwards."""
    chance = dice("chaos")
    kinds = chance.sample(sorted(DEEDS), KINDS)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opened(SEND_HOLD_SECONDS=HOLD_SECONDS))
        owners = await stack.enter_async_context(living(house, ALEX, PRIYA))
        async with play(
            house, owners, lanes=PEOPLE, dice=chance, kinds=kinds, SEND_HOLD_SECONDS=HOLD_SECONDS
        ) as playing:
            await playing.sampled(WAVES)
            await playing.finish()
        judge = playing.stage.judge
        print(printed(judge))
        assert kept_promises(judge), printed(judge)
