"""`python -m bench.chaos [--seed N]`: plays the whole matrix in a house of its own, measures recovery, prints tables.

Ends with 1 when a promise was broken, a cell was never hit, or recovery takes longer than promised."""

import argparse
import asyncio
import sys
import time
from contextlib import AsyncExitStack
from random import Random

from bench.chaos.playing import play
from bench.chaos.printing import kept_promises, printed
from bench.chaos.recovery import measured
from bench.measuring import MISSED
from tests.acceptance.house import living, opened
from tests.acceptance.people import ALEX, PRIYA
from tests.sampling import seed

PEOPLE = 15
"""Who act at once, and as many actions under way."""
ACTIONS = 2_000
"""Enough to say, when none is lost or done twice, that fewer than one in 600 is (rule of three, 95 %)."""
MINUTES = 40.0
"""After which nothing is begun any more; recovery is measured after that."""
HOLD_SECONDS = "1"
"""Long enough to do something meanwhile; the default is what recovery is measured with."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=seed(), help="of the order of everything")
    parser.add_argument("--actions", type=int, default=ACTIONS, help="to be approved at least, if there is time")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="after which nothing is begun any more")
    parser.add_argument("--people", type=int, default=PEOPLE, help="who act at once")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    return asyncio.run(run(given))


async def run(given: argparse.Namespace) -> int:
    """0 when everything that was promised is kept."""
    end = time.monotonic() + 60 * given.minutes
    dice = Random(given.seed)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opened(SEND_HOLD_SECONDS=HOLD_SECONDS))
        owners = await stack.enter_async_context(living(house, ALEX, PRIYA))
        async with play(house, owners, lanes=given.people, dice=dice, SEND_HOLD_SECONDS=HOLD_SECONDS) as playing:
            judge = playing.stage.judge
            try:
                await playing.whole(owners, actions=given.actions, until=end)
                await playing.alone()
                recovery = await measured(playing)
                await playing.finish()
            finally:
                print(f"{printed(judge)}\n\n{playing.progress().strip()}", flush=True)  # also when it is cut short
    print(recovery.printed())
    missed = any(row.verdict == MISSED for row in recovery.rows)
    few = judge.approved < given.actions
    if few:
        print(f"\nonly {judge.approved:,} actions were approved in the time there was, not {given.actions:,}")
    print(f"\nseed {given.seed}", flush=True)
    return 0 if kept_promises(judge) and not missed and not few else 1


if __name__ == "__main__":
    sys.exit(main())
