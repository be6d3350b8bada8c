"""The week optimiser: which meetings to move where, so that a person's rules hold and as little as possible changes."""

from app.planning.week.rules import Meeting, Rules, Window
from app.planning.week.solution import Move, Reason, Solution, Stuck
from app.planning.week.solver import optimise

__all__ = ["Meeting", "Move", "Reason", "Rules", "Solution", "Stuck", "Window", "optimise"]
