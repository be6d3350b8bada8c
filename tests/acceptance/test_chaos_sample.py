"""A sample of the chaos run: some of its cells, by chance, each with a few people; `make chaos` tries them all."""

from bench.chaos.deeds import DEEDS
from bench.chaos.playing import play
from bench.chaos.printing import kept_promises, printed
from tests.acceptance.house import House
from tests.acceptance.people import Person
from tests.sampling import dice

PEOPLE = 3
KINDS = 3
WAVES = 4
HOLD_SECONDS = "1"


async def test_a_sample_of_the_chaos_run(house: House, alex: Person, priya: Person) -> None:
    """Nothing is lost, nothing is done twice, every card tells the truth, and every fault has struck."""
    await house.stop_app(house.app)
    await house.start_app(house.app, SEND_HOLD_SECONDS=HOLD_SECONDS)
    chance = dice("chaos")
    kinds = chance.sample(sorted(DEEDS), KINDS)
    async with play(
        house, [alex, priya], lanes=PEOPLE, dice=chance, kinds=kinds, SEND_HOLD_SECONDS=HOLD_SECONDS
    ) as playing:
        await playing.sampled(WAVES)
        await playing.finish()
    judge = playing.stage.judge
    print(printed(judge))
    assert kept_promises(judge), printed(judge)
