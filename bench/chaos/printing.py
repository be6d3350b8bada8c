"""The tables of a chaos run: each cell with its hits, what was promised and what came of it."""

from collections.abc import Iterable, Iterator, Sequence

from bench.chaos.judging import Judge, Score

COLUMNS = ("done", "undone", "rejected", "cancelled", "stale", "failed", "uncertain")
BROKEN = ("twice", "lost", "untrue", "unexplained", "unanswered", "stuck")
"""Verdicts that break a promise; any of them in any cell fails the run."""
PLAYED = ("undisturbed",)
"""Not a fault: nothing has to strike."""


def printed(judge: Judge) -> str:
    """Everything, as a terminal shows it."""
    cells = sorted(judge.scores, key=lambda cell: (cell.verb, cell.kind, cell.index or 0, cell.fault))
    lines: list[tuple[str, ...]] = [("", "hits", *COLUMNS, "twice", "lost", "else")]
    for cell in cells:
        score = judge.scores[cell]
        others = sum(score.outcomes[name] for name in BROKEN[2:])
        lines.append(
            (cell.name, str(score.hits), *map(_number, score.shown(*COLUMNS, "twice", "lost")), _number(others))
        )
    return "\n".join((*_aligned(lines), "", *_totals(judge), *_complaints(judge)))


def unhit(judge: Judge) -> list[str]:
    """Cells in which the fault never struck."""
    return [c.name for c, score in judge.scores.items() if not score.hits and c.fault not in PLAYED]


def kept_promises(judge: Judge) -> bool:
    return not judge.broken and not unhit(judge)


def _totals(judge: Judge) -> Iterator[str]:
    scores = judge.scores.values()
    actions = judge.approved
    twice, lost = (sum(score.outcomes[name] for score in scores) for name in ("twice", "lost"))
    undone = sum(trial.status == "undone" for trial in judge.trials)
    yield f"{len(judge.scores)} cells, {sum(score.hits for score in scores):,} hits, {judge.messages:,} messages"
    yield f"{actions:,} approved actions, {undone:,} taken back: {lost} lost, {twice} done twice"
    if actions and not twice and not lost:
        yield f"so, at 95 % confidence, fewer than 1 in {actions // 3:,} is lost or done twice (the rule of three)"
    yield f"{judge.unanswered} messages without an answer"
    yield f"{_uncertain(scores)} outcomes unknown"


def _uncertain(scores: Iterable[Score]) -> int:
    return sum(score.outcomes["uncertain"] for score in scores)


def _complaints(judge: Judge) -> Iterator[str]:
    missed = unhit(judge)
    yield from ("", "Broken promises:", *judge.broken) if judge.broken else ("no promise was broken",)
    if missed:
        yield from ("", "Cells that were never hit:", *missed)


def _number(value: int) -> str:
    return str(value) if value else "·"


def _aligned(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for first, *rest in lines:
        yield "  ".join((first.ljust(widths[0]), *(v.rjust(w) for v, w in zip(rest, widths[1:], strict=True))))
