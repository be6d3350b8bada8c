"""Where phrases of time and lengths stand in a sentence; the words stay the person's own."""

import pytest

from sandbox.models.planner.filters import Filter, take_filter
from sandbox.models.planner.scan import Scan
from sandbox.models.planner.times import Moment, take_minutes, take_moment
from sandbox.models.planner.wording import mended, plain, without_closing, without_opening


@pytest.mark.parametrize(
    ("sentence", "start", "end", "rest"),
    [
        ("call Tom tomorrow at 3pm", "tomorrow at 3pm", "", ["call Tom"]),
        ("call Tom on Friday at 2", "Friday at 2", "", ["call Tom"]),
        ("at 3pm tomorrow", "3pm tomorrow", "", []),
        ("next Tuesday 10:00", "next Tuesday 10:00", "", []),
        ("tomorrow with Dana at 3pm", "tomorrow at 3pm", "", ["with Dana"]),
        ("from 2 to 3pm on Friday", "Friday 2pm", "Friday 3pm", []),
        ("11-1pm Monday", "Monday 11am", "Monday 1pm", []),
        ("between 2 and 4 on Thursday", "Thursday at 2", "Thursday at 4", []),
        ("the 5th of March at noon", "the 5th of March at noon", "", []),
        ("may 5 at noon with 3 people", "may 5 at noon", "", ["with 3 people"]),
        ("2026-05-05T10:00 with Bob", "2026-05-05T10:00", "", ["with Bob"]),
        ("in 3 working days at 9", "in 3 working days at 9", "", []),
        ("half past 3 tomorrow", "half past 3 tomorrow", "", []),
        ("wed at four", "wed at four", "", []),
        ("Saturday morning at 9", "Saturday morning at 9", "", []),
        ("Friday 14:30 CET", "Friday 14:30 CET", "", []),
    ],
)
def test_a_phrase_of_time(sentence: str, start: str, end: str, rest: list[str]) -> None:
    scan = Scan(sentence)
    moment = take_moment(scan)
    assert moment is not None
    assert (moment.text, moment.end, scan.rest()) == (start, end, rest)


@pytest.mark.parametrize(
    "sentence", ["the sun sat down", "2 people may march", "order 66", "a second opinion", "10% off"]
)
def test_what_is_no_time(sentence: str) -> None:
    assert take_moment(Scan(sentence)) is None


@pytest.mark.parametrize(
    ("sentence", "minutes"),
    [
        ("for 45 minutes", 45), ("a 90-min sync", 90), ("half an hour", 30), ("an hour and a half", 90),
        ("1.5 hours", 90),
        ("two hours", 120), ("1h30 workshop", 90), ("an hour-long call", 60), ("15m", 15), ("1 hour 15 minutes", 75),
        ("in 2 hours", None), ("2 hours from now", None), ("5 meetings", None),
    ],
)  # fmt: skip
def test_a_length(sentence: str, minutes: int | None) -> None:
    assert take_minutes(Scan(sentence)) == minutes


@pytest.mark.parametrize(
    ("said", "corrected", "now"),
    [
        ("tomorrow at 3pm", "4pm", "tomorrow 4pm"),
        ("tomorrow at 3pm", "Friday", "Friday at 3pm"),
        ("Friday from 2 to 3pm", "Monday", "Monday 2pm"),
    ],
)
def test_a_correction_keeps_the_other_half(said: str, corrected: str, now: str) -> None:
    before, after = take_moment(Scan(said)), take_moment(Scan(corrected))
    assert isinstance(before, Moment)
    assert isinstance(after, Moment)
    assert before.changed_by(after).text == now


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("newsletters that are more than a month old", Filter(categories=("promotions",), older_than_days=30)),
        ("mails from Tom or Dana in my work account", Filter(senders=("Tom", "Dana"), account="work")),
        ("unread mails about the budget across all accounts", Filter(words="budget", unread=True)),
        ('mails with subject "Weekly report" from the last 3 days', Filter(subject="Weekly report", newer_than_days=3)),
        ("mails I sent to Tom", Filter(to="Tom", where="sent")),
        ("social updates 2+ weeks old", Filter(categories=("social",), older_than_days=14)),
        ("the 5 latest mails from dana@acme.example", Filter(senders=("dana@acme.example",), limit=5)),
    ],
)
def test_a_filter(sentence: str, expected: Filter) -> None:
    assert take_filter(Scan(sentence)) == expected


def test_slips_in_command_words_are_mended_and_names_are_not() -> None:
    assert mended("shedule a meetng with Archve tommorow") == "schedule a meeting with Archve tomorrow"
    assert mended('archive "tommorow" invoices and orders') == 'archive "tommorow" invoices and orders'
    assert mended("recieve mail from newsleter@x.example") == "recieve mail from newsleter@x.example"


def test_slacks_marks_and_courtesy_come_off() -> None:
    text = plain("Hey <@U123> could you please email <mailto:a@b.example|a@b.example> “now” &amp; then, thanks!")
    assert without_closing(without_opening(text)) == 'email a@b.example "now" & then'
    assert without_opening("please") == "please"
