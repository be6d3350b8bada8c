"""Until when a note is to be done."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.planning.noting import due

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
