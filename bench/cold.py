"""The first run on a machine: a fresh clone, a fresh virtual environment, packages from the registry, all data new."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.measuring import Row, Table
from bench.programs import ROOT, NotMeasured, folder
from bench.starting import bare_starts, started

COLD_S = 180


async def measure() -> Sequence[Table]:
    """One run: it takes minutes, and a registry."""
    with folder() as base:
        clone = base / "clone"
        cloning = await asyncio.to_thread(_ran, base, "git", "clone", "--quiet", str(ROOT), str(clone))
        installing = await asyncio.to_thread(_ran, clone, "make", "--silent", ".venv/run", f"PYTHON={sys.executable}")
        first = await started(base / "product", python=str(clone / ".venv" / "bin" / "python"), root=clone)
        bare = await bare_starts(base)
    table = Table(
        "The first run: clone, install, start",
        "for the start: the sum of the same servers started bare, on data that is there already",
        ("No cache of packages; `make` installs what the lock file pins, by hashes.",),
    )
    total = cloning + installing + first
    for what, seconds, reference, limit in (
        ("clone", cloning, None, None),
        ("virtual environment and packages", installing, None, None),
        ("first start: clusters, migrations, world", first, sum(bare.values()), None),
        ("all of it", total, None, COLD_S),
    ):
        table.rows.append(Row(what, "s", seconds, reference, at_most=limit))
    return [table]


def _ran(where: Path, *command: str) -> float:
    """Seconds of a command that has to succeed."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PIP_NO_CACHE_DIR": "1"}
    began = time.perf_counter()
    ran = subprocess.run(command, cwd=where, env=env, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise NotMeasured(f"{command[0]} failed: {ran.stderr[-1000:]}")
    return time.perf_counter() - began
