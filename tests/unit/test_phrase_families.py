"""Whole families of phrases, said on Tuesday 12 February 2013 at half past four: each a few of its many ways."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.planning.phrases import resolve
from tests.unit.test_phrase_kinds import told

NOW = datetime.fromisoformat("2013-02-12T04:30:00-02:00")
ZONE = "Etc/GMT+2"

PLACES = [
    ("the 100th day of the year", "2013-04-10 day"),
    ("day 100 of 2014", "2014-04-10 day"),
    ("next to last day of the month", "2013-02-27 day"),
    ("last but one friday in june", "2013-06-21 day"),
    ("first business day of march", "2013-03-01 day"),
    ("3rd working day of next month", "2013-03-05 day"),
    ("next month on the 20th", "2013-03-20 day"),
    ("second half of the week", "2013-02-14 to 2013-02-18 day"),
    ("first half of the year", "2013-01-01 to 2013-07-01 month"),
    ("1h 2014", "2014-01-01 to 2014-07-01 month"),
    ("1q14", "2014-01-01 quarter"),
    ("wk 46 2016", "2016-11-14 week"),
    ("in week 46", "2013-11-11 week"),
    ("in the new year", "2014-01-01 year"),
    ("the first two weeks of may", "2013-05-06 to 2013-05-20 week"),
    ("december twelfth seventeen", "2017-12-12 day"),
    ("q1 14", "2014-01-01 quarter"),
    ("calendar year 2014", "2014-01-01 year"),
    ("this decade", "2010-01-01 to 2020-01-01 year"),
    ("last century", "1900-01-01 to 2000-01-01 year"),
    ("the 1800s", "1800-01-01 to 1900-01-01 year"),
    ("the late 1980s", "1987-01-01 to 1990-01-01 year"),
    ("in 1066", "1066-01-01 year"),
    ("2016-w50", "2016-12-12 week"),
    ("week 50, 2016", "2016-12-12 week"),
    ("this month last year", "2012-02-01 month"),
]

PARTS = [
    ("in early march", "2013-03-01 to 2013-03-11 day"),
    ("in mid-march", "2013-03-11 to 2013-03-21 day"),
    ("in the second half of may", "2013-05-16 to 2013-06-01 day"),
    ("late next year", "2014-09-01 to 2015-01-01 month"),
    ("late today", "2013-02-12 17:00 to 2013-02-13 hour"),
    ("later next week", "2013-02-21 to 2013-02-25 day"),
    ("earlier this morning", "2013-02-12 to 2013-02-12 04:30 hour"),
    ("the whole of march", "2013-03-01 month"),
    ("all weekend", "2013-02-16 to 2013-02-18 day"),
    ("ten to eight in the morning", "2013-02-12 07:50 minute"),
    ("midmorning", "2013-02-12 09:00 to 2013-02-12 11:00 hour"),
    ("ten to six this evening", "2013-02-12 17:50 minute"),
    ("5 in the evening", "2013-02-12 17:00 hour"),
    ("2013-02-26 09:00-10:30", "2013-02-26 09:00 to 2013-02-26 10:30 minute"),
    ("2013-02-26T09:00-05:00", "2013-02-26 12:00 minute"),
    ("11 45 pm", "2013-02-12 23:45 minute"),
    ("9 pm on the dot", "2013-02-12 21:00 hour"),
    ("twelve noon tomorrow", "2013-02-13 12:00 hour"),
    ("12:00 midnight", "2013-02-13 minute"),
    ("sometime around 3pm", "2013-02-12 15:00 hour"),
    ("3-5pm", "2013-02-12 15:00 to 2013-02-12 17:00 hour"),
    ("one night", "nothing"),
    ("10:00 noon", "nothing"),
    ("friday am", "2013-02-15 to 2013-02-15 12:00 hour"),
    ("tomorrow pm", "2013-02-13 12:00 to 2013-02-13 19:00 hour"),
    ("friday morning before 11", "2013-02-15 to 2013-02-15 11:00 hour"),
    ("tonight until 9", "2013-02-12 18:00 to 2013-02-12 21:00 hour"),
    ("friday from 3pm onwards", "2013-02-15 15:00 to 2013-02-16 hour"),
    ("at some point next week", "2013-02-18 week"),
    ("week ending march 8", "2013-03-04 week"),
]

COUNTED = [
    ("in half an hour", "2013-02-12 05:00 second"),
    ("in another hour", "2013-02-12 05:30 minute"),
    ("another 2 hours", "2 hour"),
    ("one more week", "1 week"),
    ("a full year", "1 year"),
    ("½ hour", "30 minute"),
    ("1½ hours", "90 minute"),
    ("one and three quarter hours", "105 minute"),
    ("½", "nothing"),
    (".5 hours", "30 minute"),
    ("2 and 1/2 hours", "150 minute"),
    ("half a dozen weeks", "6 week"),
    ("two hundred days", "200 day"),
    ("3 days prior", "2013-02-09 04:00 hour"),
    ("a century ago", "1913-02-01 month"),
    ("in the past year", "2012-01-01 year"),
    ("2 years ago at easter", "2011-04-24 day"),
    ("the 5 days before christmas", "2013-12-20 to 2013-12-25 day"),
    ("the two weeks after easter", "2013-04-01 to 2013-04-15 day"),
    ("this time next year", "2014-02-12 04:30 minute"),
    ("tuesday fortnight", "2013-03-05 day"),
    ("a week last friday", "2013-02-01 day"),
    ("3 business days before march 5", "2013-02-28 day"),
    ("the first working day after easter", "2013-04-01 day"),
    ("45 min on march 4 at 9:30am", "2013-03-04 09:30 to 2013-03-04 10:15 minute"),
    ("same time next month", "2013-03-12 04:30 minute"),
    ("same day next week", "2013-02-19 day"),
]

LONG = [
    ("at half past 3 in the afternoon on wednesday the 5th of march 2014", "2014-03-05 15:30 minute"),
    ("3 in the afternoon on the first monday of march", "2013-03-04 15:00 hour"),
    ("the 20th between 9:30 and 11 in the morning", "2013-02-20 09:30 to 2013-02-20 11:00 minute"),
    ("between 9:30 and 11 in the morning on the last day of the month", "2013-02-28 09:30 to 2013-02-28 11:00 minute"),
    ("  2  -  15 ", "2013-02-15 day"),
]

EITHER = [
    ("tomorrow or the day after", "2013-02-13 day or 2013-02-14 day"),
    ("tomorrow at 3 or friday at 4", "2013-02-13 15:00 hour or 2013-02-15 16:00 hour"),
    ("this week or the following week", "2013-02-11 week or 2013-02-18 week"),
]

SLIPS = [
    ("wednseday", "2013-02-13 day"),
    ("Febuary 20", "2013-02-20 day"),
    ("tommorrow morning", "2013-02-13 to 2013-02-13 12:00 hour"),
    ('"3pm"', "2013-02-12 15:00 hour"),
    ("mourning", "nothing"),
    ("sundae", "nothing"),
    ("marsh 3", "nothing"),
]

SPANS = [
    ("no sooner than friday", "2013-02-15 to … day"),
    ("friday or later", "2013-02-15 to … day"),
    ("effective march 1", "2013-03-01 to … day"),
    ("not after friday", "… to 2013-02-16 day"),
    ("by friday at the latest", "2013-02-12 04:30 to 2013-02-15 second"),
    ("starting may 3 for a week", "2013-05-03 to 2013-05-10 day"),
    ("mon 4 mar to fri 8 mar", "2013-03-04 to 2013-03-09 day"),
    ("dec-25-14", "2014-12-25 day"),
    ("05-mar-14", "2014-03-05 day"),
    ("after dinner", "2013-02-12 21:00 to … hour"),
    ("through 11am", "… to 2013-02-12 12:00 hour"),
    ("in the next hour", "2013-02-12 04:30 to 2013-02-12 05:30 second"),
    ("the past hour and a half", "2013-02-12 03:00 to 2013-02-12 04:30 second"),
    ("3rd to 5th", "2013-03-03 to 2013-03-06 day"),
    ("since early january", "2013-01-01 to … day"),
    ("until mid december", "… to 2013-12-11 day"),
    ("from mid november to early december", "2013-11-11 to 2013-12-11 day"),
    ("from early 2015 to late 2016", "2015-01-01 to 2017-01-01 month"),
    ("these days", "nothing"),
    ("for 2 hours on friday", "nothing"),
    ("for 2 hours this afternoon", "nothing"),
]

FEASTS = [
    ("at christmas", "2013-12-25 day"),
    ("at the weekend", "2013-02-16 to 2013-02-18 day"),
    ("winter solstice", "2013-12-21 day"),
    ("spring equinox 2014", "2014-03-20 day"),
    ("tomb sweeping day 2014", "2014-04-05 day"),
    ("first sunday of advent", "2013-12-01 day"),
    ("victoria day 2014", "2014-05-19 day"),
    ("paddy's day", "2013-03-17 day"),
    ("two easters ago", "2011-04-24 day"),
]


@pytest.mark.parametrize(("phrase", "meaning"), [*PLACES, *PARTS, *COUNTED, *EITHER, *LONG, *SLIPS, *SPANS, *FEASTS])
def test_a_family_of_phrases(phrase: str, meaning: str) -> None:
    assert told(resolve(phrase, at=NOW, zone=ZONE)) == meaning
