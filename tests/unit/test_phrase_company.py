"""Dates, hours and intervals in every company, and words of time in the company of others, which mean no time."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest

from app.planning.phrases import resolve
from tests.unit.test_phrase_kinds import told

NOW = datetime.fromisoformat("2013-02-12T04:30:00-02:00")
ZONE = "Etc/GMT+2"

DATES = [
    "march 5 2014", "Mar. 5th, 2014", "5 march 2014", "the 5th of march, 2014", "5-mar-2014", "2014/03/05", "3/5/2014",
    "3-5-14", "05.03.2014", "Wed, Mar 5th 2014", "wednesday the 5th of march 2014", "fifth of march 2014",
]  # fmt: skip
HOURS = [
    "3:30pm", "3.30 p.m.", "15:30", "15h30", "1530h", "half past three pm", "three thirty in the afternoon",
    "30 minutes past 3pm",
]  # fmt: skip
COMPANY = ["{date} {hour}", "{hour} {date}", "{date} at {hour}", "at {hour} on {date}", "{date}, {hour}"]


@pytest.mark.parametrize(("date", "hour"), list(product(DATES, HOURS)))
def test_a_date_and_an_hour_stand_in_any_order(date: str, hour: str) -> None:
    for company in COMPANY:
        phrase = company.format(date=date, hour=hour)
        assert told(resolve(phrase, at=NOW, zone=ZONE)) == "2014-03-05 15:30 minute", phrase


DAYS = {"tomorrow": "2013-02-13", "thurs": "2013-02-14", "the 20th": "2013-02-20", "3/5": "2013-03-05"}
INTERVALS = [
    "9:30-11am", "from 9:30 to 11", "between 9:30 and 11 in the morning", "9h30-11h", "0930-1100",
    "from half past nine to eleven am",
]  # fmt: skip


@pytest.mark.parametrize(("day", "interval"), list(product(DAYS, INTERVALS)))
def test_a_day_and_hours_stand_in_any_order(day: str, interval: str) -> None:
    on = "" if day == "tomorrow" else "on "
    for phrase in (f"{day} {interval}", f"{interval} {on}{day}", f"{day}, {interval}"):
        meant = told(resolve(phrase, at=NOW, zone=ZONE))
        assert meant == f"{DAYS[day]} 09:30 to {DAYS[day]} 11:00 minute", phrase


ENDS = [("march 5", "march 8"), ("5 march", "8 march"), ("3/5", "3/8"), ("march 5th", "8th"), ("5", "8 march")]


@pytest.mark.parametrize(("first", "last"), ENDS)
def test_days_from_one_to_another(first: str, last: str) -> None:
    for between in ("{0} to {1}", "from {0} till {1}", "{0} - {1}", "between {0} and {1}", "{0} through {1}"):
        for year, said in ((2013, ""), (2014, ", 2014")):
            phrase = between.format(first, last) + said
            assert told(resolve(phrase, at=NOW, zone=ZONE)) == f"{year}-03-05 to {year}-03-09 day", phrase


NO_TIMES = [
    "may I come", "may contain nuts", "march on", "march to the beat", "second best", "the second one", "second class",
    "sun and moon", "sat down", "sat nav", "wed and bed", "the minutes", "minutes of the meeting", "mon ami",
    "version 2.0", "python 3.12", "3.11", "1.2.3", "192.168.1.1", "windows 95", "$20.50", "30%", "5 dollars",
    "555-1234", "(212) 555 0100", "0123456789", "1/2 cup", "2/3 majority", "half", "room 1530", "flight 370",
    "12345", "10 km", "5 apples", "table for 4", "for two", "one night", "three men in a boat", "4x4",
    "spring water", "fall down", "early bird", "half marathon", "time flies", "any time", "this thing", "every one",
    "from scratch", "by hand", "at least two", "after all", "since then", "13pm", "25:00", "february 31", "the 32nd",
    "week 60", "day 400 of 2014", "minus 5 minutes", "in a while",
]  # fmt: skip


@pytest.mark.parametrize("phrase", NO_TIMES)
def test_words_of_time_are_no_times_in_other_company(phrase: str) -> None:
    assert resolve(phrase, at=NOW, zone=ZONE) is None
