"""The README's picture of an action's life is the table that the code obeys."""

import re
from pathlib import Path

from app.domain.approvals import MOVES

README = Path(__file__).parents[2] / "README.md"


def test_the_picture_shows_every_move_and_no_other() -> None:
    drawn = set(re.findall(r"^ {4}(\w+) --> (\w+)$", README.read_text(encoding="utf-8"), flags=re.M))
    allowed = {(str(start), str(end)) for start, ends in MOVES.items() for end in ends}

    assert drawn == allowed
