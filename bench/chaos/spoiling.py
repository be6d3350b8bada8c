"""Bad answers: too much asked, broken servers, connections that end once the work is done, refusals."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from bench.chaos.judging import APPROVE, Trial
from bench.chaos.lifelines import Where
from bench.chaos.matrix import REFUSED, UNDO, Cell
from bench.chaos.stage import Stage, gathered, offers
from bench.chaos.waves import Actor, Wave

DROPPED = "dropped"
STATUS = {"429": 429, "500": 500, "503": 503, REFUSED: 403}
RETRY_AFTER = 1
"""Seconds, as Google says them with a 429."""
MODEL = {
    "500": "fail_next",
    DROPPED: "drop_next",
    "malformed": "malformed_json_next",
    "empty": "empty_next",
    "loading": "done_reason_load_next",
    "call as text": "tool_call_as_text_next",
}
Switches = dict[Where, dict[str, Any]]


async def spoilt(wave: Wave) -> None:
    """The next requests of each cell's method are answered badly, as many as there are people."""
    counts = Counter(wave.cells)
    await _turn(wave.stage, _ordered(counts))
    await wave.act()
    await wave.rest()
    left = await _left(wave.stage)
    ordered = _ordered(counts)
    for cell, count in counts.items():
        where, switch, method = _switch(cell)
        # Kinds that call the same method share its bad answers.
        struck = _number(ordered[where], switch, method) - _number(left[where], switch, method)
        wave.stage.judge.hit(cell, min(count, struck))
    if wave.fault == REFUSED:
        await wave.stage.read_journal()  # what does without the refused answer is done by now
        await gathered(*(_once_more(wave, actor) for actor in wave.actors))


def _switch(cell: Cell) -> tuple[Where, str, str]:
    """Whose switch it is, its name, and the method it is set for."""
    assert cell.step is not None
    where = cell.step.where
    if where is Where.MODEL:
        return where, MODEL[cell.fault], ""
    if cell.fault == DROPPED:
        return where, "commit_then_drop", cell.step.method or cell.step.match
    if where is Where.SLACK and cell.fault == "429":
        return where, "rate_limit_next", cell.step.method
    return where, "fail_next", cell.step.method or cell.step.match


def _ordered(counts: Mapping[Cell, int]) -> Switches:
    """The switches of the stand-ins that make so many answers bad."""
    found: Switches = defaultdict(dict)
    for cell, n in counts.items():
        where, switch, method = _switch(cell)
        if not method:
            found[where][switch] = found[where].get(switch, 0) + n
        elif switch == "fail_next":
            extra = {"retry_after": RETRY_AFTER} if cell.fault == "429" else {}
            reason = {"reason": "forbidden"} if cell.fault == REFUSED else {}
            so_far = found[where].setdefault(switch, {}).get(method, {}).get("n", 0)
            found[where][switch][method] = {"n": so_far + n, "status": STATUS[cell.fault], **extra, **reason}
        else:
            found[where].setdefault(switch, Counter())[method] += n
    return found


async def _turn(stage: Stage, switches: Switches) -> None:
    stand_ins = {Where.GOOGLE: stage.house.google, Where.SLACK: stage.house.slack, Where.MODEL: stage.house.models}
    if "fail_next" in switches[Where.GOOGLE]:
        switches[Where.GOOGLE]["fail_next"] |= stage.standing
    for where, values in switches.items():
        await stand_ins[where].turn(**values)


async def _left(stage: Stage) -> Mapping[Where, Mapping[str, Any]]:
    house = stage.house
    stand_ins = {Where.GOOGLE: house.google, Where.SLACK: house.slack, Where.MODEL: house.models}
    return {where: await stand_in.get("switches") for where, stand_in in stand_ins.items()}


def _number(switches: Mapping[str, Any], switch: str, method: str) -> int:
    value = switches[switch]
    if method:
        value = value.get(method, 0)
    return int(value["n"] if isinstance(value, dict) else value)


async def _once_more(wave: Wave, actor: Actor) -> None:
    """What was refused has not happened; the person tries again."""
    decision = UNDO if wave.verb == UNDO else APPROVE
    wave.stage.judge.take(Trial(actor.cell, actor.deed, decision, actor.status))
    if actor.status == ("undone" if wave.verb == UNDO else "done"):
        return  # somebody else's request was refused in its stead
    again = "retry" if offers(actor.now, "retry") else "resume"  # where a part of it was done already
    await wave.click(actor, UNDO if wave.verb == UNDO else again)
