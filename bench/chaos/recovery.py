"""How long it takes after a SIGKILL until what was under way is done, with every setting as it comes."""

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from app.commands.children import FIRST_PAUSE
from bench.chaos.deeds import DEEDS
from bench.chaos.judging import APPROVE, Trial
from bench.chaos.matrix import ASK, PERFORM, Cell
from bench.chaos.playing import Play
from bench.chaos.stage import ANSWER_SECONDS, Lane, Stage
from bench.measuring import Row, Table, percentile
from tests.acceptance.house import SOCKETS

KILLS = 33
WITHIN_SECONDS = 15.0
SHARE = 0.95
DEFAULTS = {"SEND_HOLD_SECONDS": "", "REQUESTS_PER_MINUTE": "10000"}
"""Empty is as if never set. The limit of requests is about people, who are fewer than in a company."""
Times = defaultdict[str, list[float]]
Victim = Callable[[Play, Lane, str], Awaitable[float]]


async def measured(play: Play, kills: int = KILLS) -> Table:
    """Kill the work, the worker and the app in turn, under a deed of each kind in turn."""
    times: Times = defaultdict(list)
    stage = play.stage
    await _restarted(stage)
    victims: Mapping[str, Victim] = {
        "job": partial(_deed, kill=_job),
        "worker": partial(_deed, kill=_worker),
        "app": _request,
    }
    kinds = list(DEEDS)
    for n in range(kills):
        what = list(victims)[n % len(victims)]
        kind = kinds[n // len(victims) % len(kinds)]
        having = (lane for lane in stage.lanes if what != "app" and lane.has(APPROVE, kind))
        lane = next(having, stage.lanes[n % len(stage.lanes)])
        times[what].append(await victims[what](play, lane, kind))
        await stage.rest()
        print(f"{play.progress()}   {what} killed, {times[what][-1]:.1f} s", file=sys.stderr, flush=True)
    return table(times)


async def _restarted(stage: Stage) -> None:
    """An app with nothing set."""
    stage.settings = DEFAULTS
    await stage.house.stop_app(stage.house.app)
    await stage.start_apps()


async def _deed(play: Play, lane: Lane, kind: str, *, kill: Callable[[Stage], Awaitable[None]]) -> float:
    """From the kill, with the request that changes something on its way, until the card shows that it is done."""
    stage, google = play.stage, play.stage.house.google
    deed, card = await stage.proposed(lane, kind)
    changing = [step for step in play.lifelines[PERFORM, kind].steps if step.changes]
    await google.hold(changing[-1].match, "before")
    await stage.click(lane, card, APPROVE)
    await google.until_held()
    began = time.monotonic()
    await kill(stage)
    await google.release(drop=True)
    status = ""
    with suppress(AssertionError):
        await lane.person.until_shows(card, "done", seconds=ANSWER_SECONDS)
        status = "done"
    took = time.monotonic() - began
    await stage.read_journal()
    cell = Cell(PERFORM, kind, "killed at default settings")
    stage.judge.hit(cell, 1)
    stage.judge.take(Trial(cell, deed, APPROVE, status))
    return took


async def _job(stage: Stage) -> None:
    stage.kill_jobs()


async def _worker(stage: Stage) -> None:
    """Started again after the pause that Steward itself makes; a container's takes no longer."""
    worker = stage.house.now
    worker.kill()
    await asyncio.sleep(FIRST_PAUSE)
    worker.start()


async def _request(play: Play, lane: Lane, kind: str) -> float:
    """From the kill, while the model thinks, until the answer stands there with its card."""
    stage = play.stage
    deed = stage.new(lane, kind)
    await stage.script(deed)
    await stage.house.models.hold(deed.mark, "before")
    asked = await lane.person.say(deed.ask)
    await stage.house.models.until_held()
    began = time.monotonic()
    stage.house.app.kill()
    await stage.house.models.release(drop=True)
    await asyncio.sleep(FIRST_PAUSE)
    stage.house.app.start(**stage.settings)
    answered = ""
    with suppress(AssertionError):
        answer = await lane.person.answered(asked, seconds=ANSWER_SECONDS)
        answered = "done" if answer.cards else "failed"
    took = time.monotonic() - began
    cell = Cell(ASK, kind, "killed at default settings")
    stage.judge.hit(cell, 1)
    stage.judge.answered(cell, answered, asked)
    await stage.house.slack.until_connected(SOCKETS)
    return took


def table(times: Mapping[str, Sequence[float]]) -> Table:
    """Quantiles by who was killed, and over all."""
    everything = [each for values in times.values() for each in values]
    about = (
        f"{len(everything)} SIGKILLs at default settings, one of each process; the killed process is started again",
        f"after the {FIRST_PAUSE} s that Steward itself waits. The {SHARE:.0%} quantile is promised.",
    )
    found = Table("Recovery after a SIGKILL", "none", about)
    for what, values in (*times.items(), ("all", everything)):
        for name, share in (("p50", 0.5), ("p95", SHARE), ("slowest", 1.0)):
            limit = WITHIN_SECONDS if (what, share) == ("all", SHARE) else None
            found.rows.append(Row(f"{what} killed, {name}", "s", percentile(values, share), at_most=limit))
    return found
