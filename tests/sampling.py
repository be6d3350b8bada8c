"""How much of a matrix a run tries: a sample, or, with STEWARD_CHAOS=1, all of it."""

import os
from collections.abc import Sequence
from functools import cache
from random import Random, SystemRandom
from typing import TypeVar

Cell = TypeVar("Cell")


def whole() -> bool:
    """Whether matrices are tried whole, as `make chaos` does."""
    return os.environ.get("STEWARD_CHAOS") == "1"


@cache
def seed() -> int:
    """Of this run: given as STEWARD_SEED to repeat one, else new."""
    given = os.environ.get("STEWARD_SEED")
    return int(given) if given else SystemRandom().randrange(1_000_000)


def dice(of: str) -> Random:
    """The chance of one test: the same for the same seed, whatever ran before."""
    print(f"STEWARD_SEED={seed()}")
    return Random(f"{seed()} {of}")


def sample(of: str, cells: Sequence[Cell], *, size: int) -> Sequence[Cell]:
    """So many cells of a matrix, or all."""
    return cells if whole() else dice(of).sample(cells, size)
