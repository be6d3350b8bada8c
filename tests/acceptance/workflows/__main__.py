"""`python -m tests.acceptance.workflows [N…]`: every wording of every workflow, on the written and an invented world.

Prints a table of what came out, and why it isn't right where it isn't; 1 when anything isn't."""

import argparse
import asyncio
import sys
import time
import traceback
from dataclasses import dataclass
from random import SystemRandom

from tests.acceptance.house import House, living, opened
from tests.acceptance.people import Person
from tests.acceptance.workflows.trying import CHECKS, WORDINGS, Entry, check, tried, wording

SAID = 2500
"""Characters of what was said, where it is not right."""
WORLDS = ("written", "invented")


@dataclass(frozen=True)
class Try:
    """What one wording came to on one world."""

    entry: Entry
    world: str
    seconds: float
    fault: str

    @property
    def right(self) -> bool:
        return not self.fault


async def whole(numbers: list[int], worlds: list[str], seed: int) -> list[Try]:
    found = []
    for world in worlds:
        made = seed if world == "invented" else None
        async with opened(world=made) as house, living(house, house.first) as (person,):
            await house.google.post("remember")
            for entry in (entry for entry in WORDINGS if entry["workflow"] in numbers):
                found.append(await one(house, person, entry, world))
                print(_line(found[-1], house), flush=True)
                await house.google.post("rewind")
                await house.rested()
            if complaints := house.complaints():
                print("\n".join(complaints), flush=True)
    return found


async def one(house: House, person: Person, entry: Entry, world: str) -> Try:
    began = time.perf_counter()
    fault = said = ""
    try:
        moment = await tried(house, person, entry)
        said = moment.outcome.all
        check(moment)
    except (AssertionError, ValueError) as wrong:
        what = "".join(traceback.format_exception_only(wrong)).strip()
        where = traceback.extract_tb(wrong.__traceback__)[-1]
        fault = f"{where.name}: {where.line}\n{what}\n{said[:SAID]}"
    return Try(entry, world, time.perf_counter() - began, fault)


def _line(found: Try, house: House) -> str:
    ask = wording(found.entry, next(iter(house.stories.values())))
    line = (
        f"{'ok ' if found.right else 'NO '} {found.entry['workflow']:>2} {found.world:<8} {found.seconds:5.1f} s  {ask}"
    )
    return line if found.right else f"{line}\n      " + "\n      ".join(found.fault.splitlines())


def table(tries: list[Try]) -> str:
    """Right answers of all, by workflow and world."""
    worlds = list(dict.fromkeys(one.world for one in tries))
    lines = ["", f"{'workflow':<28}" + "".join(f"{world:>12}" for world in worlds)]
    for number, checked in CHECKS.items():
        cells = []
        for world in worlds:
            there = [one for one in tries if one.entry["workflow"] == number and one.world == world]
            cells.append(f"{sum(one.right for one in there)} of {len(there)}" if there else "–")
        lines.append(f"{number:>2} {checked.__name__.replace('_', ' '):<25}" + "".join(f"{cell:>12}" for cell in cells))
    lines.append(f"{'':<28}{sum(one.right for one in tries):>8} of {len(tries)} are right")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.workflows", description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int, metavar="N", help="of workflows; all when none is given")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000), help="of the invented world")
    parser.add_argument("--world", choices=WORLDS, action="append", help="both when none is given")
    given = parser.parse_args()
    print(f"The invented world is {given.seed}: repeat it with SEED={given.seed}", flush=True)
    tries = asyncio.run(whole(given.numbers or list(CHECKS), given.world or list(WORLDS), given.seed))
    print(table(tries))
    return int(not all(one.right for one in tries))


if __name__ == "__main__":
    sys.exit(main())
