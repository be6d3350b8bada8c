"""Moving events into calendars that more people read: what others wrote in them is marked."""

import pytest

from app.domain.cards import Part
from app.domain.types import Event
from tests.unit.events_turn import Turn
from tests.unit.events_world import review

NOTES = "The salaries of the board are going up by four hundred thousand next year."


def hers() -> Event:
    """Ann's event with words that Bob may have written."""
    return review(title="Salaries of the whole board", notes=NOTES)


@pytest.mark.parametrize("to", ["Side", "home"])
async def test_words_that_others_wrote_are_marked_where_more_people_will_read_them(to: str) -> None:
    turn = Turn(hers())
    turn.at.work.shared = turn.at.home.shared = ("everyone at example.com",)
    await turn.change("transfer", "e1", to=to)
    card = turn.one.card()
    assert card.body == NOTES
    assert {e.part for e in card.exposures} == {Part.TITLE, Part.BODY}
    assert {s for e in card.exposures for s in e.strangers} == {"everyone at example.com"}


async def test_words_that_nobody_new_reads_are_not_marked() -> None:
    turn = Turn(hers())
    await turn.change("transfer", "e1", to="Side")
    assert turn.one.card().exposures == ()
    assert turn.one.card().body is None
