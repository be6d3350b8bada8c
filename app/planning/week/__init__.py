"""The week optimiser: which meetings to move where, so that a person's rules hold and as little as possible changes."""

from app.planning.week.conflicting import elsewhere, in_the_way
from app.planning.week.grid import Grid
from app.planning.week.rules import FOCUS, Meeting, Rules, Window
from app.planning.week.solution import Move, Reason, Solution, Stuck
from app.planning.week.solver import PATIENCE, optimise

__all__ = [
    "FOCUS",
    "PATIENCE",
    "Grid",
    "Meeting",
    "Move",
    "Reason",
    "Rules",
    "Solution",
    "Stuck",
    "Window",
    "elsewhere",
    "in_the_way",
    "optimise",
]
