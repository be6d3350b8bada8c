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
from bench.programs import NotMeasured

NAMES = (
    "events",
    "walks",
    "memory",
    "starting",
    "audit",
    "bulk",
    "tracing",
    "slots",
    "time_phrases",
    "week",
    "brief",
    "mail",
    "tasks",
    "digests",
    "triage",
    "workflows",
)
COLD = "cold"
RESULTS = Path(__file__).parent / "results" / "latest.json"


def main() -> int:
    """0 when every target is met, 1 when one is missed or something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all when none is given")
    parser.add_argument("--cold", action="store_true", help="also the first run from a clone, which takes minutes")
    given = parser.parse_args()
    if unknown := sorted({*given.names} - {*NAMES}):
        parser.error(f"no measurement {', '.join(unknown)}; there are {', '.join(NAMES)}")
    tables: list[Table] = []
    failed = False
    busy = _busy()
    if busy:
        print(f"{busy} The figures will be worse than its best.", file=sys.stderr, flush=True)
    for name in (*(given.names or NAMES), *((COLD,) if given.cold else ())):
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            found = asyncio.run(_stopped_in_order(import_module(f"bench.{name}").measure()))
        except NotMeasured as reason:
            print(f"{name} could not be measured: {reason}", file=sys.stderr, flush=True)
            failed = True
            continue
        for table in found:
            print(table.printed(), flush=True)
        tables += found
    _keep(tables, busy)
    return int(failed or any(row.verdict == MISSED for table in tables for row in table.rows))


async def _stopped_in_order(measuring: Coroutine[Any, Any, Sequence[Table]]) -> Sequence[Table]:
    """Whatever ends a measurement, the processes it has started end with it."""
    task = asyncio.ensure_future(measuring)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def _keep(tables: list[Table], busy: str) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    kept = {
        "at": datetime.now(UTC).isoformat(),
        "machine": _machine() | {"busy": busy},
        "tables": [table.kept() for table in tables],
    }
    RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _machine() -> dict[str, object]:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system(), "commit": commit}


def _busy() -> str:
    """What else this machine does, should that spoil the figures: load counts who runs or waits to run."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    return f"This machine is busy with other things (load {load:.1f} on {cores} cores)." if load > cores / 2 else ""


if __name__ == "__main__":
    sys.exit(main())
