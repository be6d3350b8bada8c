"""The matrix: which fault strikes which kind of action at which step; and which cells can be tried side by side."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bench.chaos.deed import class_of
from bench.chaos.lifelines import Lifeline, Moment, Step, Where

ASK, PERFORM, HOLD, UNDO = "ask", "perform", "hold", "undo"
KILLED, REFUSED = "killed", "refused"
SPOILT = {
    Where.GOOGLE: ("429", "500", "503", "dropped"),
    Where.SLACK: ("429", "500", "dropped"),
}
"""Answers other than a good one, by who gives them; dropped: it is done, and then the connection ends."""
MODEL_FAULTS = ("500", "dropped", "malformed", "empty", "loading", "call as text")
MEANWHILE = ("user edits the draft", "user sends the draft")
HOSTILE = ("X- headers lost", "Message-ID rewritten", "both marks lost", "search lags")
CROWDS = ("50 clicks", "approve and reject at once")
OUTAGES = (
    *("Valkey flushed", "Valkey killed", "PostgreSQL killed", "PostgreSQL restarted"),
    *("everything killed", "sockets cut"),
)
ENVELOPES = ("duplicates", "reordered", "acks unheard", "sockets cut", "PostgreSQL killed", "Valkey flushed")
HOLDS = (
    *("app killed", "worker killed", "everything killed", "Valkey flushed"),
    *("PostgreSQL killed", "PostgreSQL restarted", "cancelled"),
)
"""What happens while an approved action can still be cancelled."""
INVITING = (
    (UNDO, "CreateEvent", "events.delete"),
    (PERFORM, "ChangeEvent", "events.patch"),
    (PERFORM, "CancelEvent", "events.delete"),
)
"""Where a guest may answer meanwhile, which moves the etag."""
EVIDENCE_GONE = ("user deletes the draft", "user deletes the event")
"""Only here may an outcome stay unknown."""
DOWN = "down for good"
LONG = (*EVIDENCE_GONE, DOWN)
"""What takes minutes, in which nobody has to do anything."""
NO_ANSWER = ("no answer before", "no answer after")
"""What takes as long as the product waits for an answer."""


@dataclass(frozen=True)
class Cell:
    """One fault at one step of one verb of one kind of action."""

    verb: str
    kind: str
    fault: str
    index: int | None = None
    """The step in the kind's lifeline, where the fault has a place."""
    moment: Moment | None = None
    step: Step | None = None
    note: str = ""
    """What else goes on there."""

    @property
    def by_worker(self) -> bool:
        """Whether a worker is at it when the fault strikes; the app does everything up to the card."""
        return self.verb != ASK and self.step is not None and self.step.by_worker

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.verb, self.kind, self.fault, self.place)))

    @property
    def place(self) -> str:
        if self.step is None:
            return ""
        return f"{self.index}. {self.step.name}" + (f", {self.moment}" if self.moment else "")


Lifelines = Mapping[tuple[str, str], Lifeline]


def cells(lifelines: Lifelines, *, held: Iterable[str]) -> Iterator[Cell]:
    """All of them; `held` are the kinds that wait a little after the click."""
    for lifeline in lifelines.values():
        yield from _kills(lifeline)
    # Where a class is done in several ways, everything else is tried with the usual one.
    lifelines = {key: lifeline for key, lifeline in lifelines.items() if class_of(lifeline.kind) == lifeline.kind}
    for lifeline in lifelines.values():
        yield from _spoilt(lifeline)
    for verb, kind in lifelines:
        faults = {ASK: ENVELOPES, PERFORM: (*OUTAGES, *CROWDS), UNDO: (*OUTAGES, CROWDS[0])}[verb]
        yield from (Cell(verb, kind, fault) for fault in faults)
    for kind in held:
        yield from (Cell(HOLD, kind, fault) for fault in HOLDS)
    yield from _hostile(lifelines)
    yield from _slow(lifelines)


def _kills(lifeline: Lifeline) -> Iterator[Cell]:
    for index, step in enumerate(lifeline.steps):
        if not lifeline.apart(index) or not (class_of(lifeline.kind) == lifeline.kind or _own(lifeline, index)):
            continue
        moments = [Moment.BEFORE, Moment.AFTER]
        if step.changes:
            moments.append(Moment.LATE)
        yield from (Cell(lifeline.verb, lifeline.kind, KILLED, index, m, step) for m in moments)


def _own(lifeline: Lifeline, index: int) -> bool:
    """Whether a step is that of the deed itself, a change or a note of it, and the last one of its name: how it is
    decided, claimed, looked at, begun and shown is the same for a whole class."""
    step = lifeline.steps[index]
    again = any(later.match == step.match for later in lifeline.steps[index + 1 :])
    return (step.changes or step.name.startswith("note ")) and not again


def _spoilt(lifeline: Lifeline) -> Iterator[Cell]:
    """Once for each method, wherever it occurs."""
    seen = set()
    for index, step in enumerate(lifeline.steps):
        method = step.method or step.match
        if (step.where, method) in seen:
            continue
        seen.add((step.where, method))
        faults: Sequence[str] = SPOILT.get(step.where, MODEL_FAULTS if step.where is Where.MODEL else ())
        if step.where is Where.GOOGLE and step.changes:
            faults = (*faults, REFUSED)
        yield from (Cell(lifeline.verb, lifeline.kind, fault, index, None, step) for fault in faults)


def _hostile(lifelines: Lifelines) -> Iterator[Cell]:
    """Gmail that forgets our marks, and a person who is at their draft meanwhile; a guest who answers meanwhile."""
    for (verb, kind), lifeline in lifelines.items():
        for index, step in enumerate(lifeline.steps):
            if (verb, step.name) == (PERFORM, "drafts.send"):
                for fault in HOSTILE:
                    yield Cell(verb, kind, fault, index, Moment.AFTER, step)
                yield from (Cell(verb, kind, f, index, Moment.BEFORE, step) for f in MEANWHILE)
            if (verb, step.name) in ((PERFORM, "drafts.create"), (PERFORM, "note draft")):
                yield from (Cell(verb, kind, f, index, Moment.AFTER, step) for f in MEANWHILE)
            if (verb, kind, step.name) in INVITING:
                yield Cell(verb, kind, "guest answers", index, Moment.BEFORE, step)


def _slow(lifelines: Lifelines) -> Iterator[Cell]:
    for (verb, kind), lifeline in lifelines.items():
        if verb == ASK:
            continue
        for index, step in enumerate(lifeline.steps):
            if not step.changes:
                continue
            yield from (Cell(verb, kind, fault, index, None, step) for fault in NO_ANSWER)
            if verb != PERFORM:
                continue
            if not any(later.changes for later in lifeline.steps[index + 1 :]):
                yield Cell(verb, kind, DOWN, index, None, step)
            if step.name == "drafts.send":
                yield Cell(verb, kind, EVIDENCE_GONE[0], index, Moment.BEFORE, step)
            if (kind, step.name) == ("CreateEvent", "events.insert"):
                yield Cell(verb, kind, EVIDENCE_GONE[1], index, Moment.AFTER, step)


def packed(found: Sequence[Cell], lifelines: Lifelines, dice: Random, *, most: int) -> list[list[Cell]]:
    """Waves of at most so many cells that can be tried side by side: the same fault at steps that don't get in each
    other's way, one cell of each kind."""
    waves: list[list[Cell]] = []
    for cell in dice.sample(found, len(found)):
        room = (wave for wave in waves if len(wave) < most)
        wave = next((wave for wave in room if all(_together(cell, other, lifelines) for other in wave)), None)
        if wave is None:
            waves.append([cell])
        else:
            wave.append(cell)
    return waves


def _together(cell: Cell, other: Cell, lifelines: Lifelines) -> bool:
    if cell.fault in NO_ANSWER and (cell.verb, cell.fault) == (other.verb, other.fault):
        return True
    if class_of(cell.kind) == class_of(other.kind) or cell.verb != other.verb or _way(cell) != _way(other):
        return False
    return not _caught(cell, other, lifelines) and not _caught(other, cell, lifelines)


def _way(cell: Cell) -> object:
    """Cells are played the same way when this is the same."""
    if cell.fault == KILLED and cell.step:
        return KILLED, cell.by_worker, cell.moment is Moment.LATE
    spoilt = cell.step is not None and cell.moment is None and cell.fault not in (*LONG, *NO_ANSWER)
    return ("spoilt", cell.fault == REFUSED) if spoilt else cell.fault


def _caught(cell: Cell, other: Cell, lifelines: Lifelines) -> bool:
    """Whether the other kind comes through the stop of this cell, other than as through its own."""
    if cell.step is None or cell.index is None:
        return False
    approach = lifelines[cell.verb, cell.kind].approach(cell.index) if cell.moment else None
    if stop(cell) == stop(other):
        return approach is not None  # who shall be stopped the second time would be so the first time
    if approach is not None and lifelines[cell.verb, cell.kind].steps[approach].where is not Where.STORE:
        return True  # a stand-in releases all its holds at once
    theirs = lifelines[other.verb, other.kind]
    return any(passage(cell, step, theirs.kind) == passage(cell, cell.step, cell.kind) for step in theirs.steps)


def passage(cell: Cell, step: Step, kind: str) -> tuple[object, ...]:
    """What a step is told apart by: a gate by the kind of action, if the write belongs to one; a switch by method."""
    if step.where is Where.STORE:
        return step.where, step.match, "" if step.name.startswith(("envelope", "turn")) else class_of(kind)
    return step.where, step.match if cell.moment else step.method or step.match


def stop(cell: Cell) -> tuple[object, ...]:
    """Where a cell stops its actions; cells with the same one stop together."""
    return () if cell.step is None else (*passage(cell, cell.step, cell.kind), cell.moment, cell.fault)
