"""The judge: what was decided against what Google committed, what the cards say and what the rows hold."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bench.chaos.deed import NEVER, ONCE, Deed
from bench.chaos.journal import Journal
from bench.chaos.matrix import EVIDENCE_GONE, REFUSED, UNDO, Cell

APPROVE, REJECT = "approve", "reject"
OURS = ("messages.", "drafts.", "events.", "mail.left")
"""Effects that only an approved action may have; the rest is the world's or the person's."""


@dataclass
class Trial:
    """One action and what was done to it."""

    cell: Cell
    deed: Deed
    decision: str
    status: str = ""
    """What its card came to; empty when it never came to rest."""
    row: str = ""
    """What its row says; empty when nobody looked."""


@dataclass
class Score:
    """A cell's figures."""

    hits: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def shown(self, *names: str) -> list[int]:
        return [self.outcomes[name] for name in names]


class Judge:
    """Keeps every trial and every broken promise."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.scores: dict[Cell, Score] = {}
        self.trials: list[Trial] = []
        self.broken: list[str] = []
        self._known: dict[str, set[str]] = {}
        """What was said already of the last trial of each action."""
        self.messages = 0
        self.unanswered = 0

    def expect(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            self.scores[cell] = Score()

    def hit(self, cell: Cell, times: int) -> None:
        """A fault has struck, as whoever worked it has seen."""
        self.scores.setdefault(cell, Score()).hits += times

    def answered(self, cell: Cell, status: str, asked: str) -> None:
        """A message was answered, or never is."""
        self.messages += 1
        self.scores.setdefault(cell, Score()).outcomes[status or "unanswered"] += 1
        if not status:
            self.unanswered += 1
            self.broke("unanswered", cell, f"the message {asked}")

    def broke(self, verdict: str, cell: Cell, sentence: str) -> None:
        """A promise is broken."""
        self.scores.setdefault(cell, Score()).outcomes[verdict] += 1
        self.broken.append(f"{verdict}: {cell.name}: {sentence}")

    def take(self, trial: Trial) -> None:
        """An action has come to rest, or never will; what is wrong with it now."""
        self.trials.append(trial)
        outcomes = self.scores.setdefault(trial.cell, Score()).outcomes
        outcomes[trial.status or "lost"] += 1
        verdicts = self._verdicts(trial)
        self._known[trial.deed.action] = {verdict for verdict, _ in verdicts}
        for verdict, sentence in verdicts:
            self.broke(verdict, trial.cell, f"action {trial.deed.action}: {sentence}")

    def _verdicts(self, trial: Trial) -> list[tuple[str, str]]:
        done, undone = trial.deed.done(self.journal), trial.deed.undone(self.journal)
        by_hand = trial.deed.by_hand(self.journal)
        said = f"the card says {trial.status or 'nothing final'}, Google did it {done}, took it back {undone}"
        found = []
        if not trial.status:
            return [("lost", said)]
        if done.most > 1 or undone.most > 1:
            found.append(("twice", said))
        if trial.status in ("done", "undone") and done != ONCE:
            found.append(("untrue", said))
        if trial.status in NOTHING_DONE and done.most > by_hand:
            found.append(("untrue", said))
        if undone != (ONCE if trial.status == "undone" else NEVER) and trial.status != "uncertain":
            found.append(("untrue", said))
        if trial.status == "uncertain" and trial.cell.fault not in EVIDENCE_GONE:
            found.append(("unexplained", f"nothing took the evidence away; {said}"))
        if trial.row and trial.row != trial.status:
            found.append(("untrue", f"the row says {trial.row}; {said}"))
        if trial.cell.verb == UNDO and trial.status == "done" and trial.cell.fault != REFUSED:
            found.append(("lost", f"it was to be taken back; {said}"))
        return found

    def beside(self) -> list[str]:
        """Committed changes that belong to no approved action, and drafts that were left behind."""
        approved = [trial.deed for trial in self.trials if trial.decision != REJECT]
        known = {trace for deed in approved for trace in deed.traces()}
        found = [str(e) for e in self.journal.entries if e["effect"].startswith(OURS) and not self._owned(e, known)]
        kept = {trace for deed in approved if deed.keeps for trace in deed.traces()}
        left = [draft for draft in self.journal.drafts.values() if draft.of(known) and not draft.of(kept)]
        return found + [f"draft {draft.id} was left behind" for draft in left]

    def _owned(self, entry: dict[str, object], known: set[str]) -> bool:
        ids = entry.get("ids")
        if isinstance(ids, list):
            return set(ids) <= known
        return bool(self.journal.named(entry) & known)

    def finish(self, rows: Mapping[str, str]) -> None:
        """Look at everything once more, as it stands in the end."""
        for trial in {trial.deed.action: trial for trial in self.trials}.values():
            last = replace(trial, status=rows.get(trial.deed.action, ""), row="")
            for verdict, sentence in self._verdicts(last):
                if verdict not in self._known[trial.deed.action]:
                    self.broke(verdict, trial.cell, f"action {trial.deed.action}, in the end: {sentence}")
        self.broken += [f"beside: {entry}" for entry in self.beside()]

    @property
    def approved(self) -> int:
        """Actions that a person approved."""
        return len({trial.deed.action for trial in self.trials if trial.decision != REJECT})


NOTHING_DONE = ("failed", "stale", "rejected", "cancelled", "expired", "proposed", "skipped")
