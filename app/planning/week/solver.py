"""The week as a constraint problem for CP-SAT: a boolean for every meeting and every time it could begin."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from itertools import pairwise
from time import monotonic
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.planning.phrases import WorkingHours
from app.planning.stretches import instant
from app.planning.week.grid import STEP, Grid, minutes
from app.planning.week.rules import Meeting, Rules
from app.planning.week.solution import MISSING, Move, Reason, Solution, Stuck, cost, fitting, price
from app.planning.week.squeezing import squeezed

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

SOLVER = "ortools.sat.python.cp_model"
PATIENCE = 1.5
"""Seconds the solver has for the best week. Measured for 30 meetings: the optimum is proven in 0.2 to 0.4 s."""
EXPLAINING = 0.4
"""Seconds in which to find out why there is no week: with the ones before it stays under two."""
LEAST = 0.02
"""Seconds that any question to the solver has: what is plain it answers in less."""
MANY = 8_000
"""Starts of meetings in one question about why there is no week: more take longer to write down than there is."""
ALWAYS = WorkingHours(start=WorkingHours().start.min, end=WorkingHours().end.min, days=frozenset(range(7)))
"""All day, every day."""


def optimise(
    meetings: Sequence[Meeting], rules: Rules, start: datetime, end: datetime, *, patience: float = PATIENCE
) -> Solution | Stuck:
    """The cheapest week [start, end), aware datetimes, that keeps all rules for what can be moved; see `cost`.

    Stuck says which kinds of rules are in the way; without reasons, that none was found in `patience` seconds. Saying
    why takes EXPLAINING seconds more at most. Before, it imports the solver, which takes most of a second the first
    time. Raises ZoneInfoNotFoundError.
    """
    import_module(SOLVER)
    until = monotonic() + patience
    grid = Grid(meetings, rules, start, end)
    found = _solved(grid, until, best=True)
    if found is None:
        return Stuck(())
    if not found.feasible:
        return Stuck(_reasons(grid, until + EXPLAINING))
    return _solution(grid, found)


@dataclass(frozen=True)
class _Found:
    feasible: bool
    starts: Mapping[str, int]
    optimal: bool = False
    gap: float = 0.0


def _solved(grid: Grid, until: float, *, best: bool) -> _Found | None:
    """What the solver found until then, on the monotonic clock: the best week, or any; None when it came to no end."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    places = {m.id: _places(model, grid, m) for m in grid.own}
    if not all(places.values()):
        return _Found(False, {})
    _apart(model, grid, places)
    _daily(model, grid, places)
    if best:
        focus = _focus(model, grid, places)
        missing = grid.rules.focus - sum(focus.values())
        prices = [price(m, at, grid.today[m.id]) * x for m in grid.own for at, x in places[m.id].items()]
        model.minimize(sum(prices) + MISSING * missing)
    solver = cp_model.CpSolver()
    _set(solver.parameters, max(until - monotonic(), LEAST))
    status = solver.solve(model)
    if status in (cp_model.INFEASIBLE, cp_model.MODEL_INVALID):
        return _Found(False, {})
    if status == cp_model.UNKNOWN:
        return None
    starts = {ident: next(at for at, x in spots.items() if solver.boolean_value(x)) for ident, spots in places.items()}
    worth, bound = solver.objective_value, solver.best_objective_bound
    return _Found(True, starts, status == cp_model.OPTIMAL, max(worth - bound, 0.0) / worth if worth else 0.0)


def _set(parameters: Any, seconds: float) -> None:
    """What the solver may use. Its linear relaxation nearly solves such a week: what else it does beforehand, trying
    every boolean and simplifying again what is simple, took three quarters of its time and saved none."""
    parameters.num_workers = 1
    parameters.linearization_level = 2
    parameters.cp_model_probing_level = 0
    parameters.max_presolve_iterations = 1
    parameters.max_time_in_seconds = seconds


_Places = Mapping[int, Any]
"""For every start the boolean that says whether it is taken."""
_Takers = dict[int, Any]
"""The booleans that take up a cell, by their index."""


def _places(model: "cp_model.CpModel", grid: Grid, meeting: Meeting) -> _Places:
    spots = {at: model.new_bool_var("") for at in grid.candidates(meeting)}
    if spots:
        model.add_exactly_one(spots.values())
    return spots


def _apart(model: "cp_model.CpModel", grid: Grid, places: Mapping[str, _Places]) -> None:
    """No two meetings at once, nor closer than the buffer."""
    _exclude(model, _cells(grid, places, grid.buffer))


def _exclude(model: "cp_model.CpModel", cells: Mapping[int, _Takers]) -> None:
    """At most one of those that take up a cell; where the cell beside it says as much, that is enough."""
    takers = [cells[cell] for cell in sorted(cells)]
    for before, here, after in zip([{}, *takers], takers, [*takers[1:], {}], strict=False):
        if len(here) > 1 and not here.keys() <= before.keys() and not here.keys() < after.keys():
            model.add_at_most_one(list(here.values()))


def _cells(grid: Grid, places: Mapping[str, _Places], margin: int) -> dict[int, _Takers]:
    """What takes up each cell of the week, a margin after each meeting included."""
    cells: defaultdict[int, dict[int, Any]] = defaultdict(dict)
    for meeting in grid.own:
        length = grid.length(meeting) + margin
        for at, x in places[meeting.id].items():
            number = x.index
            for cell in range(at // grid.cell, -(-(at + length) // grid.cell)):
                cells[cell][number] = x
    return cells


def _daily(model: "cp_model.CpModel", grid: Grid, places: Mapping[str, _Places]) -> None:
    """At most so many meetings a day."""
    if (most := grid.rules.most_a_day) is None:
        return
    days: defaultdict[int, list[Any]] = defaultdict(list)
    for spots in places.values():
        for at, x in spots.items():
            days[grid.day(at)].append(x)
    for day, xs in days.items():
        model.add(sum(xs) <= max(most - grid.held(day), 0))


def _focus(model: "cp_model.CpModel", grid: Grid, places: Mapping[str, _Places]) -> _Places:
    """Stretches of focus, clear of each other and of every meeting, and no more than were wished for."""
    if not grid.rules.focus:
        return {}
    stretches = {at: model.new_bool_var("") for at in grid.stretches()}
    length = minutes(grid.rules.stretch)
    cells = _cells(grid, places, 0)
    for at, x in stretches.items():
        for cell in range(at // grid.cell, (at + length) // grid.cell):
            cells.setdefault(cell, {})[x.index] = x
    _exclude(model, cells)
    model.add(sum(stretches.values()) <= grid.rules.focus)
    return stretches


def _solution(grid: Grid, found: _Found) -> Solution:
    zone = ZoneInfo(grid.rules.zone)

    def local(at: int) -> datetime:
        return instant(at).astimezone(zone)

    moved = [(m, found.starts[m.id]) for m in grid.own if found.starts[m.id] != grid.today[m.id]]
    moves = [Move(m, local(at), (local(at) + (m.end - m.start)).astimezone(zone)) for m, at in moved]
    stretches = _stretches(grid, found.starts)
    return Solution(
        moves=tuple(sorted(moves, key=lambda move: (move.start, move.meeting.id))),
        focus=tuple((local(a), local(b)) for a, b in stretches),
        cost=cost(grid.own, found.starts, grid.today, grid.rules.focus - len(stretches)),
        today=_today(grid),
        optimal=found.optimal,
        gap=0.0 if found.optimal else found.gap,
    )


def _stretches(grid: Grid, starts: Mapping[str, int]) -> list[tuple[int, int]]:
    return fitting(grid.free(dict(starts)), grid.rules.stretch, STEP)[: grid.rules.focus]


def _today(grid: Grid) -> int | None:
    """What today's week costs; None when it breaks a rule."""
    if any(grid.today[m.id] not in grid.candidates(m)[:1] for m in grid.own):
        return None
    ends = sorted((grid.today[m.id], grid.today[m.id] + grid.length(m) + grid.buffer) for m in grid.own)
    if any(a[1] > b[0] for a, b in pairwise(ends)):
        return None
    days = [grid.day(at) for at in grid.today.values()]
    most = grid.rules.most_a_day
    if most is not None and any(days.count(day) > max(most - grid.held(day), 0) for day in set(days)):
        return None
    return cost(grid.own, grid.today, grid.today, grid.rules.focus - len(_stretches(grid, grid.today)))


def _reasons(grid: Grid, until: float) -> tuple[Reason, ...]:
    """The kinds of rules without any one of which there would be a week; ROOM when it takes more than one, UNTOLD when
    that can't be found out in time."""
    weeks = _relaxed(grid)
    found = {why: True for why, week in weeks.items() if squeezed(week)}
    left = [why for why in weeks if why not in found]
    for n, why in enumerate(left):
        now = monotonic()
        possible = _possible(weeks[why], now + (until - now) / (len(left) - n)) if now < until else None
        if possible is not None:
            found[why] = possible
    named = tuple(why for why in weeks if found.get(why))
    return named or ((Reason.ROOM,) if len(found) == len(weeks) else (Reason.UNTOLD,))


def _relaxed(grid: Grid) -> Mapping[Reason, Grid]:
    """The week without one kind of rule, for each that it has."""
    rules, meetings = grid.rules, grid.meetings
    relaxed = {
        Reason.HOURS: (meetings, replace(rules, hours=ALWAYS)),
        Reason.CLOSED: (meetings, replace(rules, closed=())),
        Reason.BUFFER: (meetings, replace(rules, buffer=timedelta())),
        Reason.MOST: (meetings, replace(rules, most_a_day=None)),
        Reason.FIXED: ([replace(m, movable=m.movable or m.stays, stays=False) for m in meetings], rules),
        Reason.GUESTS: ([replace(m, away=()) for m in meetings], rules),
    }
    changed = {why: what for why, what in relaxed.items() if what != (meetings, rules)}
    return {why: Grid(meetings, rules, grid.start, grid.end) for why, (meetings, rules) in changed.items()}


def _possible(grid: Grid, until: float) -> bool | None:
    """Whether there is any such week; None when that can't be said in time."""
    if sum(len(grid.candidates(m)) for m in grid.own) > MANY:
        return None
    found = _solved(grid, until, best=False)
    return None if found is None else found.feasible
