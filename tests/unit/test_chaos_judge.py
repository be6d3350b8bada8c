"""The judge of the chaos run convicts: a deed that is lost, done twice, done without a click, or told of falsely."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from bench.chaos.deed import Whose, class_of
from bench.chaos.deeds import DEEDS
from bench.chaos.judging import APPROVE, REJECT, Judge, Trial
from bench.chaos.letters import Archive, Reply
from bench.chaos.lifelines import Lifeline, Moment, Step, Where
from bench.chaos.matrix import EVIDENCE_GONE, KILLED, PERFORM, UNDO, Cell, cells, packed
from bench.chaos.meetings import Event
from bench.chaos.printing import kept_promises, unhit
from bench.chaos.stage import Lane
from bench.chaos.variants import AT_ONCE, Thousand
from bench.chaos.waves import PER_CELL, shared

ME = Whose("me@larkspur.example")
CELL = Cell(PERFORM, Reply.kind, KILLED)
THOUSAND = Thousand.kind
ACTION = "5f0c6f0e-9f0e-4c5e-8a53-0d1c1c6d3a11"


def replied() -> Reply:
    deed = Reply(ME)
    deed.sender, deed.thread, deed.action = "writer@reply.example", "t1", ACTION
    return deed


def left(to: str, subject: str = "Re: it") -> dict[str, Any]:
    return {"n": 1, "effect": "mail.left", "to": to, "subject": subject}


def made(effect: str, **refs: Any) -> dict[str, Any]:
    return {"n": 1, "effect": effect, **refs}


CREATED = made("drafts.create", draft="d1", thread="t1", id="m2")
SENT = made("drafts.send", draft="d1", thread="t1", id="m3")
OUT = left("writer@reply.example")


def verdicts(status: str, *entries: dict[str, Any], cell: Cell = CELL, row: str = "") -> list[str]:
    judge = Judge()
    judge.journal.add(entries)
    judge.take(Trial(cell, replied(), APPROVE, status, row or status))
    return [line.partition(":")[0] for line in judge.broken]


def test_a_deed_done_once_is_fine() -> None:
    assert verdicts("done", CREATED, SENT, OUT) == []


@pytest.mark.parametrize(
    ("status", "entries", "verdict"),
    [
        ("", [CREATED], "lost"),
        ("done", [CREATED], "untrue"),
        ("failed", [CREATED, SENT, OUT], "untrue"),
        ("stale", [CREATED, SENT, OUT], "untrue"),
        ("cancelled", [CREATED, SENT, OUT], "untrue"),
        ("uncertain", [CREATED], "unexplained"),
    ],
)
def test_what_is_lost_or_told_falsely(status: str, entries: list[dict[str, Any]], verdict: str) -> None:
    assert verdicts(status, *entries) == [verdict]


def test_done_twice() -> None:
    assert "twice" in verdicts("done", CREATED, SENT, OUT, OUT)


def test_a_card_that_says_something_else_than_its_row() -> None:
    assert verdicts("done", CREATED, SENT, OUT, row="running") == ["untrue"]


def test_an_outcome_may_be_unknown_where_the_evidence_was_taken() -> None:
    assert verdicts("uncertain", CREATED, cell=Cell(PERFORM, Reply.kind, EVIDENCE_GONE[0])) == []


def test_a_draft_that_the_person_sent_is_not_our_doing() -> None:
    by_hand = made("meanwhile.draft_sent", draft="d1", id="m3")
    assert verdicts("stale", CREATED, by_hand, OUT) == []
    assert "twice" in verdicts("done", CREATED, by_hand, OUT, SENT, OUT)


def test_an_event_is_its_insertion_and_its_invitation() -> None:
    deed = Event(ME)
    deed.action = ACTION
    judge = Judge()
    judge.journal.add([made("events.insert", id=deed.event)])
    judge.take(Trial(CELL, deed, APPROVE, "done"))
    assert [line.partition(":")[0] for line in judge.broken] == ["untrue"]
    judge.journal.add([left(deed.guest, "Invitation: it")])
    judge.take(Trial(CELL, deed, APPROVE, "done"))
    assert len(judge.broken) == 1
    judge.take(Trial(Cell(UNDO, deed.kind, KILLED), deed, UNDO, "undone"))
    assert len(judge.broken) == 2


def test_mails_must_all_be_archived_once() -> None:
    deed = Archive(ME)
    deed.ids, deed.action = ["m1", "m2"], ACTION
    change = {"added": [], "removed": ["INBOX"]}
    judge = Judge()
    for ids, broken in ((["m1"], 1), (["m2"], 1), (["m1"], 3)):  # half of it; all of it; and half of it again
        judge.journal.add([made("messages.batchModify", ids=ids, **change)])
        judge.take(Trial(CELL, deed, APPROVE, "done"))
        assert len(judge.broken) == broken


def test_what_comes_later_counts_too() -> None:
    judge = Judge()
    judge.journal.add([CREATED, SENT, OUT])
    judge.take(Trial(CELL, replied(), APPROVE, "done", "done"))
    judge.journal.add([OUT])  # a killed worker's request that arrives when everything seemed settled
    judge.finish({ACTION: "done"})
    assert {line.partition(":")[0] for line in judge.broken} == {"twice", "untrue"}


def test_nothing_beside_what_was_approved() -> None:
    judge = Judge()
    judge.journal.add([CREATED, SENT, OUT])
    judge.take(Trial(CELL, replied(), REJECT, "rejected"))
    judge.finish({ACTION: "rejected"})
    beside = [line for line in judge.broken if line.startswith("beside")]
    assert len(beside) == 3


def test_a_draft_that_is_left_behind() -> None:
    judge = Judge()
    judge.journal.add([CREATED, SENT, OUT, made("drafts.create", draft="d2", thread="t1", id="m4")])
    judge.take(Trial(CELL, replied(), APPROVE, "done"))
    judge.finish({ACTION: "done"})
    assert judge.broken == ["beside: draft d2 was left behind"]


def test_a_cell_that_was_never_hit_breaks_the_run() -> None:
    judge = Judge()
    judge.expect([CELL])
    judge.journal.add([CREATED, SENT, OUT])
    judge.take(Trial(CELL, replied(), APPROVE, "done"))
    assert unhit(judge) == [CELL.name]
    assert not kept_promises(judge)
    judge.hit(CELL, 1)
    assert kept_promises(judge)


def test_a_message_must_be_answered() -> None:
    judge = Judge()
    judge.answered(CELL, "", "1.1")
    assert not kept_promises(judge)


def test_of_another_way_of_a_deed_only_the_kills_at_its_own_steps_are_tried() -> None:
    names = ("approved", "events.get", "note ending", "events.patch", "note ended", "events.get", "done")
    steps = tuple(Step(Where.GOOGLE if "." in n else Where.STORE, n, n, changes=n == "events.patch") for n in names)
    usual, other = (Lifeline(PERFORM, kind, steps) for kind in ("ChangeEvent", "ChangeEvent of following ones"))
    found = list(cells({(PERFORM, line.kind): line for line in (usual, other)}, held=()))
    own = {(cell.fault, cell.step.name) for cell in found if cell.kind == other.kind and cell.step}
    assert own == {(KILLED, name) for name in ("note ending", "events.patch", "note ended")}
    assert {cell.step.name for cell in found if cell.kind == usual.kind and cell.step} == {*names}
    waves = packed(found, {(PERFORM, line.kind): line for line in (usual, other)}, Random(0), most=15)
    assert all(len({class_of(cell.kind) for cell in wave}) == len(wave) for wave in waves), "they share their gates"


def test_everybody_plays_where_their_card_fits() -> None:
    archive, change, thousand = (Cell(PERFORM, kind, KILLED) for kind in ("ArchiveEmails", "ChangeEvent", THOUSAND))
    lanes = [Lane(None, Whose("ann@example.org")) for _ in range(15)]  # type: ignore[arg-type]
    lanes[-1].stock.append((APPROVE, DEEDS["ChangeEvent"](lanes[-1].whose), None))  # type: ignore[arg-type]
    played = shared([archive, change, thousand], lanes)
    counts = Counter(cell.kind for _, cell in played)
    assert counts == {"ArchiveEmails": PER_CELL, "ChangeEvent": PER_CELL, THOUSAND: AT_ONCE}
    assert len({id(lane) for lane, _ in played}) == len(played)
    assert (lanes[-1], change) in played
    assert [cell for _, cell in played][1] == change


def test_every_kind_of_action_has_a_deed() -> None:
    from app.domain.actions import Action

    assert {*Action.KINDS} == {class_of(kind) for kind in DEEDS}


def test_a_step_that_comes_twice_is_approached_by_what_lies_between() -> None:
    get, note, modify = (Step(Where.GOOGLE, n, n) for n in ("get", "note", "modify"))
    lifeline = Lifeline(PERFORM, "Any", (get, note, modify, get))
    assert [lifeline.approach(index) for index in range(4)] == [None, None, None, 2]
    twice = Lifeline(PERFORM, "Any", (get, note, get, note, get))
    with pytest.raises(LookupError):
        twice.approach(4)
    assert [twice.apart(index) for index in range(5)] == [True, True, True, False, False]


def test_a_cell_names_its_place() -> None:
    cell = Cell(PERFORM, "SendReply", KILLED, 3, Moment.AFTER, Step(Where.GOOGLE, "drafts.send", "…"))
    assert cell.name == "perform SendReply killed 3. drafts.send, after"
