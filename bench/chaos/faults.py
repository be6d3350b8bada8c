"""What strikes a wave: kills, outages, crowds, people who meddle; each fault is a play around the acting."""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import psutil

from bench.chaos import spoiling
from bench.chaos.lifelines import Moment
from bench.chaos.matrix import ASK, DOWN, EVIDENCE_GONE, HOLD, HOSTILE, KILLED, MEANWHILE, NO_ANSWER, Cell
from bench.chaos.stage import MANY, gathered
from bench.chaos.waves import Actor, Wave
from sandbox.playing.errors import PlayError

MANY_CLICKS = 50
Fault = Callable[[Wave], Awaitable[None]]


# Kills.


async def killed(wave: Wave) -> None:
    """All wait at their steps; then whoever works on them is killed, and what was under way is cut."""
    stage, stops = wave.stage, wave.stops()
    apps = [] if all(cell.by_worker for cell in wave.cells) else await stage.victims()
    await stops.shut()
    acting = asyncio.ensure_future(wave.act())
    wave.hit(await stops.reached())
    if apps:
        await stage.kill_apps(apps)
    elif stage.dice.random() < 0.5:
        stage.kill_jobs()
    else:
        stage.kill_worker()
    await stops.open(drop=True)
    stage.start_workers()
    await acting


async def arrives_late(wave: Wave) -> None:
    """What the killed had sent is committed only after others have taken over and come to the same step."""
    stage, stops = wave.stage, wave.stops()
    await stops.shut()
    acting = asyncio.ensure_future(wave.act())
    reached = await stops.reached()
    stage.kill_jobs()
    if await stops.reached_again():
        wave.hit(reached)
    await stops.open(drop=False)
    await acting


async def stopped_for(wave: Wave, meanwhile: Callable[[], Awaitable[object]], *, drop: bool = True) -> None:
    """All wait at their steps, or at none; something happens; all go on, unless they were killed."""
    stops = wave.stops() if wave.cells[0].step else None
    if stops:
        await stops.shut()
    acting = asyncio.ensure_future(wave.act())
    wave.hit(await stops.reached() if stops else None)
    await meanwhile()
    if stops:
        await stops.open(drop=drop)
    await acting


# Outages.


async def everything_killed(wave: Wave) -> None:
    acting = asyncio.ensure_future(wave.act())
    await _stirred(wave)
    wave.hit(wave.under_way())
    await wave.stage.power_cut()
    await acting


async def flushed(wave: Wave) -> None:
    """No worker comes to the wake-ups before they are lost."""
    stage = wave.stage
    for worker in stage.workers:
        psutil.Process(worker.pid).suspend()
    acting = asyncio.ensure_future(wave.act())
    await _stirred(wave)
    wave.hit(wave.under_way())
    stage.house.flush()
    for worker in stage.workers:
        psutil.Process(worker.pid).resume()
    await acting


def shaken(kind: str, number: signal.Signals) -> Fault:
    """An embedded server is ended while everybody acts, and comes back."""

    async def play(wave: Wave) -> None:
        acting = asyncio.ensure_future(wave.act())
        await _stirred(wave)
        wave.hit(wave.under_way())
        await wave.stage.shake(kind, number)
        await acting

    return play


async def sockets_cut(wave: Wave) -> None:
    acting = asyncio.ensure_future(wave.act())
    await _stirred(wave)
    wave.hit(wave.under_way())
    await wave.stage.house.slack.post("cut_sockets")
    await acting


async def _stirred(wave: Wave) -> None:
    """The first of the wave shows that Steward is at it."""

    def stirs(actor: Actor) -> bool:
        if wave.verb == ASK:
            return bool(actor.asked) and bool(actor.lane.person.screen.showing(actor.asked))
        return actor.before is not None and actor.now.message != actor.before

    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            while not any(map(stirs, wave.actors)):
                await asyncio.sleep(0.005)


# Envelopes and crowds.


def envelopes(**switches: object) -> Fault:
    """Slack sends envelopes twice, in the wrong order, or doesn't hear their acks."""

    async def play(wave: Wave) -> None:
        counted = {n: len(wave.actors) if v is int else v for n, v in switches.items()}
        await wave.stage.house.slack.turn(time_scale=20.0, **counted)
        await wave.act()
        wave.hit()
        await wave.rest()
        await wave.stage.house.slack.until_acked()

    return play


async def crowd(wave: Wave) -> None:
    """Everybody clicks many times at once."""
    for actor in wave.actors:
        actor.before = actor.now.message
    click = "undo" if wave.verb == "undo" else "approve"
    both = (click, "reject") if wave.fault.startswith("approve and reject") else (click,)
    for actor in wave.actors:
        assert actor.card is not None
        clicks = [both[n % len(both)] for n in range(MANY_CLICKS)]
        found = await asyncio.gather(
            *(actor.lane.person.click(actor.card, each) for each in clicks), return_exceptions=True
        )
        unforeseen = [e for e in found if isinstance(e, BaseException) and not isinstance(e, PlayError)]
        if unforeseen:
            raise unforeseen[0]
        wave.stage.judge.hit(actor.cell, 1)


# While a send can be cancelled.


def held(strike: Callable[[Wave], Awaitable[object]]) -> Fault:
    """Something happens while the approved actions wait."""

    async def play(wave: Wave) -> None:
        await wave.act()
        wave.hit(await _waiting(wave))
        await strike(wave)

    return play


async def cancelled(wave: Wave) -> None:
    """Everybody thinks better of it; who was too late has not cancelled anything."""
    await wave.act()
    await _waiting(wave)
    await gathered(*(wave.stage.click(a.lane, a.now, "cancel") for a in wave.actors))
    await wave.rest()
    wave.hit(Counter(actor.cell for actor in wave.actors if actor.status == "cancelled"))


async def _waiting(wave: Wave) -> Counter[Cell]:
    """How many of each cell wait to be done."""
    await gathered(*(_waits(actor) for actor in wave.actors))
    return Counter(actor.cell for actor in wave.actors if actor.now.status == "approved")


async def _waits(actor: Actor) -> None:
    assert actor.card is not None
    with suppress(AssertionError):
        await actor.lane.person.until_shows(actor.card, "approved", seconds=5)


async def _kill_worker(wave: Wave) -> None:
    wave.stage.kill_worker()
    wave.stage.start_workers()


# People who meddle, and a Gmail that forgets.


async def hostile(wave: Wave) -> None:
    """Gmail keeps less than we gave it, and the worker is killed when the mail is out and nobody knows."""
    both = wave.fault == HOSTILE[2]
    await wave.stage.house.google.turn(
        drop_x_headers=both or wave.fault == HOSTILE[0],
        rewrite_message_id=both or wave.fault == HOSTILE[1],
        search_lag_seconds=600 if wave.fault == HOSTILE[3] else 0,
    )
    await killed(wave)


async def meddled(wave: Wave) -> None:
    """The person is at the draft, or the event, while the worker that works on it is killed."""

    async def meddle() -> None:
        stage = wave.stage
        stage.kill_jobs()
        await stage.read_journal()
        for actor in wave.actors:
            about = {"account": actor.deed.account}
            if "draft" in wave.fault:
                about["draft"] = stage.judge.journal.draft_of(actor.deed.traces())
            else:
                about["event"] = getattr(actor.deed, "event", "")
            await stage.house.google.turn(**{MEDDLING[wave.fault]: about})

    await stopped_for(wave, meddle)


MEDDLING = {
    MEANWHILE[0]: "draft_edited",
    MEANWHILE[1]: "draft_sent",
    EVIDENCE_GONE[0]: "draft_deleted",
    EVIDENCE_GONE[1]: "event_cancelled",
    "guest answers": "move_etag",
}


# What takes minutes.

SILENCE = "silence"
"""Whose holds they are: whatever else is tried meanwhile, they aren't released."""
SILENT: Mapping[str, Moment] = {NO_ANSWER[0]: Moment.BEFORE, NO_ANSWER[1]: Moment.AFTER}


def no_answer(moment: Moment) -> Fault:
    """A request of each is held until the product gives it up; what it sends then is answered."""

    async def play(wave: Wave) -> None:
        google = wave.stage.house.google
        for cell, count in Counter(wave.cells).items():
            assert cell.step is not None
            await google.post("hold", match=cell.step.match, when=moment, times=count, of=SILENCE)
        await wave.act()

    return play


async def silenced(waves: Sequence[Wave]) -> None:
    """Note what was held in these waves, all of which rest, and let it go: nobody waits for it any more."""
    google = waves[0].stage.house.google
    held = Counter((h["method"], h["when"]) for h in await google.held() if h["of"] == SILENCE)
    for wave in waves:
        when = SILENT[wave.fault]
        wave.hit({cell: held[cell.step.match, when] for cell in wave.cells if cell.step})
    await google.release(drop=True, of=SILENCE)


async def down_for_good(wave: Wave) -> None:
    """A provider that fails until it is given up, whatever else is tried meanwhile."""
    stage = wave.stage
    stage.standing |= {cell.step.match: {"n": MANY, "status": 503} for cell in wave.cells if cell.step}
    await stage.house.google.turn(fail_next=stage.standing)
    await wave.act()
    wave.hit()


FAULTS: Mapping[str, Fault] = {
    KILLED: killed,
    "everything killed": everything_killed,
    "Valkey flushed": flushed,
    "Valkey killed": shaken("valkey", signal.SIGKILL),
    "PostgreSQL killed": shaken("postgres", signal.SIGKILL),
    "PostgreSQL restarted": shaken("postgres", signal.SIGINT),
    "sockets cut": sockets_cut,
    "duplicates": envelopes(duplicate_envelopes=True),
    "reordered": envelopes(reorder_envelopes=True),
    "acks unheard": envelopes(drop_acks=int),
    "50 clicks": crowd,
    "approve and reject at once": crowd,
    **dict.fromkeys(HOSTILE, hostile),
    **dict.fromkeys(MEDDLING, meddled),
    **{name: no_answer(moment) for name, moment in SILENT.items()},
    DOWN: down_for_good,
}
HELD: Mapping[str, Fault] = {
    "app killed": held(lambda wave: wave.stage.restart_app()),
    "worker killed": held(_kill_worker),
    "everything killed": held(lambda wave: wave.stage.power_cut()),
    "Valkey flushed": held(lambda wave: asyncio.to_thread(wave.stage.house.flush)),
    "PostgreSQL killed": held(lambda wave: wave.stage.shake("postgres", signal.SIGKILL)),
    "PostgreSQL restarted": held(lambda wave: wave.stage.shake("postgres", signal.SIGINT)),
    "cancelled": cancelled,
}


def fault(cell: Cell) -> Fault:
    """The play of a cell."""
    if cell.verb == HOLD:
        return HELD[cell.fault]
    if cell.moment is Moment.LATE:
        return arrives_late
    return FAULTS.get(cell.fault, spoiling.spoilt)
