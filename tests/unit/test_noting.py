"""Until when a note is to be done."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.planning.noting import due, minutes

ZONE = "Europe/Lisbon"
AT = datetime(2026, 6, 2, 10, tzinfo=ZoneInfo(ZONE))
"""A Tuesday."""


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("call Bob tomorrow", "2026-06-04 00:00"),
        ("tomorrow: call Bob", "2026-06-04 00:00"),
        ("call the bank by Friday", "2026-06-06 00:00"),
        ("write to Dana before next Monday at 10", "2026-06-08 10:00"),
        ("call Bob in 2 hours", "2026-06-02 12:00"),
        ("Send the deck by Friday to everyone.", "2026-06-06 00:00"),
    ],
)
def test_a_time_at_an_end_or_after_by(words: str, until: str) -> None:
    found = due(words, at=AT, zone=ZONE)
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == until


@pytest.mark.parametrize("words", ["buy milk", "pay 3 invoices", "call May", "read chapter 3", "", "tomorrow"])
def test_no_time(words: str) -> None:
    assert due(words, at=AT, zone=ZONE) is None


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("30 min call with Dana", 30),
        ("call Dana for half an hour tomorrow", 30),
        ("2-hour workshop with the team on Friday", 120),
        ("prepare the board (90 minutes)", 90),
        ("call Bob in 30 minutes", 0),
        ("pay within 2 hours", 0),
        ("plan the 3 weeks in Rome", 0),
        ("call Bob at 5 pm", 0),
        ("buy milk", 0),
        ("", 0),
    ],
)
def test_how_long_it_takes(words: str, length: int) -> None:
    assert minutes(words, at=AT, zone=ZONE) == length
