"""`python -m bench [NAME…] [--cold]`: runs the measurements, prints their tables, keeps them in bench/results."""

import argparse
import asyncio
import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.measuring import MISSED, Table

NAMES = ("events", "walks", "memory", "starting", "audit")
COLD = "cold"
RESULTS = Path(__file__).parent / "results" / "latest.json"


def main() -> int:
    """0 when every target is met, 1 when one is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all when none is given")
    parser.add_argument("--cold", action="store_true", help="also the first run from a clone, which takes minutes")
    given = parser.parse_args()
    if unknown := sorted({*given.names} - {*NAMES}):
        parser.error(f"no measurement {', '.join(unknown)}; there are {', '.join(NAMES)}")
    tables: list[Table] = []
    for name in (*(given.names or NAMES), *((COLD,) if given.cold else ())):
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        found = asyncio.run(_stopped_in_order(import_module(f"bench.{name}").measure()))
        for table in found:
            print(table.printed(), flush=True)
        tables += found
    _keep(tables)
    return int(any(row.verdict == MISSED for table in tables for row in table.rows))


async def _stopped_in_order(measuring: Coroutine[Any, Any, Sequence[Table]]) -> Sequence[Table]:
    """Whatever ends a measurement, the processes it has started end with it."""
    task = asyncio.ensure_future(measuring)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def _keep(tables: list[Table]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    kept = {"at": datetime.now(UTC).isoformat(), "machine": _machine(), "tables": [table.kept() for table in tables]}
    RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _machine() -> dict[str, object]:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system(), "commit": commit}


if __name__ == "__main__":
    sys.exit(main())
