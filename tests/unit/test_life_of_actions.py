"""The table of moves: what it allows, what it forbids, and that everything in it can happen."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.approvals import MOVES, WORKING, Decision, Status, expiry, sources
from tests.fakes import ManualClock
from tests.samples import archive, event, message, proposal, reply
from tests.unit.turns import turn_of

S, D = Status, Decision
NOW = ManualClock().now()
FINAL = {S.REJECTED, S.REPLACED, S.EXPIRED, S.STALE, S.CANCELLED, S.SKIPPED, S.UNDONE}


def reachable(start: Status) -> set[Status]:
    found, open_ = {start}, [start]
    while open_:
        new = MOVES[open_.pop()] - found
        found |= new
        open_ += new
    return found


def test_every_status_has_its_row_and_can_be_reached() -> None:
    assert set(MOVES) == set(Status)
    assert reachable(S.PROPOSED) == set(Status)


def test_what_is_final_stays_and_nothing_else_does() -> None:
    assert {s for s, targets in MOVES.items() if not targets} == FINAL


def test_nothing_that_wasnt_proposed_is_done() -> None:
    assert sources(S.PROPOSED) == frozenset()
    assert sources(S.RUNNING) == {S.APPROVED, S.PARTIAL}
    # Every way to a deed leads through a person's decision.
    by_person = {d.move[1] for d in Decision}
    assert sources(S.APPROVED) == {S.PROPOSED, S.FAILED}
    assert {S.APPROVED, S.UNDOING} <= by_person


def test_every_work_comes_to_an_end() -> None:
    for status in WORKING:
        assert MOVES[status] & (FINAL | {S.DONE, S.FAILED, S.UNCERTAIN})
    assert S.FAILED not in MOVES[S.UNDOING]  # what was done is never called not done


@pytest.mark.parametrize("target", Status)
def test_sources_is_the_table_read_backwards(target: Status) -> None:
    assert all((target in MOVES[s]) is (s in sources(target)) for s in Status)


@pytest.mark.parametrize("decision", Decision)
def test_a_decision_is_a_move_of_the_table(decision: Decision) -> None:
    offered, target = decision.move
    assert offered
    assert offered <= sources(target)


@pytest.mark.parametrize(("status", "decision"), list(product(Status, Decision)))
def test_a_card_offers_what_the_table_allows(status: Status, decision: Decision) -> None:
    turn = turn_of(message())
    for action in (archive(), reply(), event(NOW + timedelta(hours=1))):
        for reversing in (False, True):
            row = proposal(action, turn, NOW).model_copy(update={"status": status, "reversing": reversing})
            possible = {D.UNDO: bool(action.card().undo), D.CANCEL: action.held}.get(decision, True)
            asked = status is not S.UNCERTAIN or decision.of_undoing is reversing
            assert (decision in row.offers) is (status in decision.move[0] and possible and asked)


def test_the_buttons_of_each_status() -> None:
    row = proposal(archive(), turn_of(message()), NOW)
    shown = {s: row.model_copy(update={"status": s}).offers for s in Status}
    assert {s: offers for s, offers in shown.items() if offers} == {
        S.PROPOSED: (D.APPROVE, D.REJECT),
        S.FAILED: (D.RETRY,),
        S.DONE: (D.UNDO,),
        S.PARTIAL: (D.RESUME, D.UNDO),
        S.UNCERTAIN: (D.WENT_OUT, D.DID_NOT),
    }
    unclear = row.model_copy(update={"status": S.UNCERTAIN, "reversing": True})
    assert unclear.offers == (D.UNDID, D.STANDS)


@given(st.lists(st.sampled_from(list(Status)), max_size=30))
def test_no_walk_through_the_table_does_twice_what_was_approved_once(tries: list[Status]) -> None:
    """Whatever moves are tried in whatever order: it runs at most once per approval or person's retry."""
    status, approvals, runs = S.PROPOSED, 0, 0
    for target in tries:
        if target not in MOVES[status]:
            continue
        came, status = status, target
        approvals += status is S.APPROVED
        runs += status is S.RUNNING and came is S.APPROVED
    assert runs <= approvals


def test_a_card_expires_in_time_or_when_it_is_too_late() -> None:
    until = NOW + timedelta(days=1)
    assert expiry(archive(), until) == until
    assert expiry(event(NOW + timedelta(hours=1)), until) == NOW + timedelta(hours=1)
    assert expiry(event(NOW + timedelta(days=3)), until) == until


@given(st.integers(-(10**7), 10**7))
def test_no_card_outlives_its_event(seconds: int) -> None:
    start = NOW + timedelta(seconds=seconds)
    assert expiry(event(start), NOW) == min(start, NOW)
