"""Phrases of every kind that people say, each with what it means on Tuesday 12 February 2013 at half past four."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.planning.phrases import Ambiguous, Duration, Instant, Interval, Meaning, Recurrence, Rhythms, resolve

NOW = datetime.fromisoformat("2013-02-12T04:30:00-02:00")
ZONE = "Etc/GMT+2"


def moment(at: datetime | None) -> str:
    if at is None:
        return "…"
    return f"{at:%Y-%m-%d}" if at.time().isoformat() == "00:00:00" else f"{at:%Y-%m-%d %H:%M}"


def told(meaning: Meaning | None) -> str:
    match meaning:
        case Instant(start=start, grain=grain):
            return f"{moment(start)} {grain.word}"
        case Interval(start=start, end=end, grain=grain):
            return f"{moment(start)} to {moment(end)} {grain.word}"
        case Duration(value=value, grain=grain):
            return f"{value} {grain.word}"
        case Recurrence(start=start, rrule=rule):
            return f"{moment(start)} {rule}"
        case Ambiguous(options=options) | Rhythms(options=options):
            return " or ".join(told(option) for option in options)
    return "nothing"


KINDS = [
    # Dates.
    ("the ides of march", "2013-03-15 day"),
    ("october first monday", "2013-10-07 day"),
    ("5th of next month", "2013-03-05 day"),
    ("10th next month", "2013-03-10 day"),
    ("the last of this month", "2013-02-28 day"),
    ("18. february 2013", "2013-02-18 day"),
    ("monday, 3/4/2013", "2013-03-04 day"),
    ("21 june '15", "2015-06-21 day"),
    ("tues the 5th", "2013-03-05 day"),
    ("the third of july 2015", "2015-07-03 day"),
    # A weekday beside a date that is another day.
    ("friday, 12 july 2014 9am", "2014-07-12 09:00 hour or 2014-07-11 09:00 hour"),
    ("tue, 20 aug 2015", "2015-08-20 day or 2015-08-18 day"),
    ("tuesday, 3/4/2013", "2013-03-04 day or 2013-03-05 day"),
    # Both readings in whatever is said about a time.
    (
        "by next friday at 3pm",
        "2013-02-12 04:30 to 2013-02-22 15:00 second or 2013-02-12 04:30 to 2013-02-15 15:00 second",
    ),
    ("before next friday", "… to 2013-02-22 day or … to 2013-02-15 day"),
    ("the week of next friday", "2013-02-18 week or 2013-02-11 week"),
    ("3 days after next friday", "2013-02-25 day or 2013-02-18 day"),
    (
        "next friday from 2 to 4",
        "2013-02-22 14:00 to 2013-02-22 16:00 hour or 2013-02-15 14:00 to 2013-02-15 16:00 hour",
    ),
    ("next weekend", "2013-02-23 to 2013-02-25 day or 2013-02-16 to 2013-02-18 day"),
    (
        "every day until next friday",
        "2013-02-13 FREQ=DAILY;UNTIL=20130223T015959Z or 2013-02-13 FREQ=DAILY;UNTIL=20130216T015959Z",
    ),
    # Places in a longer time.
    ("october first week", "2013-10-07 week"),
    ("the second last week of october 2015", "2015-10-12 week"),
    ("penultimate sunday of june", "2013-06-23 day"),
    ("third to last friday of may", "2013-05-17 day"),
    ("second half of may", "2013-05-16 to 2013-06-01 day"),
    ("latter half of june", "2013-06-16 to 2013-07-01 day"),
    ("last day of passover", "2013-04-02 day"),
    ("the 2nd closest friday to easter", "2013-04-05 day"),
    # Parts of a day.
    ("early this morning", "2013-02-12 to 2013-02-12 09:00 hour"),
    ("early friday evening", "2013-02-15 18:00 to 2013-02-15 21:00 hour"),
    ("mid morning tomorrow", "2013-02-13 09:00 to 2013-02-13 11:00 hour"),
    ("tomorrow early morning", "2013-02-13 to 2013-02-13 09:00 hour"),
    ("the night before christmas", "2013-12-24 18:00 to 2013-12-25 hour"),
    ("the morning after halloween", "2013-11-01 to 2013-11-01 12:00 hour"),
    ("end of day friday", "2013-02-15 17:00 to 2013-02-16 hour"),
    ("tonight after 8", "2013-02-12 20:00 to 2013-02-13 hour"),
    ("morning of july 4", "2013-07-04 to 2013-07-04 12:00 hour"),
    # Clocks.
    ("5:30 in the morning", "2013-02-12 05:30 minute"),
    ("twenty after 3pm", "2013-02-12 15:20 minute"),
    ("eight forty five pm", "2013-02-12 20:45 minute"),
    ("midnight tonight", "2013-02-13 hour"),
    ("from 2015 on", "2015-01-01 to … year"),
    ("at 2015", "2013-02-12 20:15 minute"),
    ("6ish", "2013-02-12 18:00 hour"),
    ("christmas 1530", "2013-12-25 15:30 minute"),
    ("march 3rd 2027 noon", "2027-03-03 12:00 hour"),
    ("april 3rd 2014 in the evening", "2014-04-03 18:00 to 2014-04-04 hour"),
    ("march 14 next year", "2014-03-14 day"),
    ("three oh five pm", "2013-02-12 15:05 minute"),
    ("three-fifteen pm", "2013-02-12 15:15 minute"),
    ("half-past three", "2013-02-12 15:30 minute"),
    ("3 o clock", "2013-02-12 15:00 hour"),
    ("3-ish", "2013-02-12 15:00 hour"),
    ("fifteen hundred hours", "2013-02-12 15:00 minute"),
    ("fifteen thirty hours", "2013-02-12 15:30 minute"),
    ("nine hundred hours", "900 hour"),
    ("from five to seven in the morning", "2013-02-12 05:00 to 2013-02-12 07:00 hour"),
    ("11 to 1 in the afternoon", "2013-02-12 11:00 to 2013-02-12 13:00 hour"),
    # Other zones.
    ("monday 9-10am EST", "2013-02-18 12:00 to 2013-02-18 13:00 hour"),
    ("16:00 UTC+2", "2013-02-12 12:00 minute"),
    ("tomorrow 4pm PST", "2013-02-13 22:00 hour"),
    # Hours of a day.
    ("3/3 10-11am", "2013-03-03 10:00 to 2013-03-03 11:00 hour"),
    ("10-11 on 3/3", "2013-03-03 10:00 to 2013-03-03 11:00 hour"),
    ("feb 20, 9am to 11am", "2013-02-20 09:00 to 2013-02-20 11:00 hour"),
    ("tomorrow 9 to 5", "2013-02-13 09:00 to 2013-02-13 17:00 hour"),
    ("2 to 4 on friday afternoon", "2013-02-15 14:00 to 2013-02-15 16:00 hour"),
    ("10pm to 2am", "2013-02-12 22:00 to 2013-02-13 02:00 hour"),
    ("from 10am tomorrow to 3pm friday", "2013-02-13 10:00 to 2013-02-15 15:00 hour"),
    ("the day after tomorrow 9-11", "2013-02-14 09:00 to 2013-02-14 11:00 hour"),
    ("before 9 tomorrow", "… to 2013-02-13 09:00 hour"),
    # Spans.
    ("jan 2014 to mar 2014", "2014-01-01 to 2014-04-01 month"),
    ("between 4 and 22 this month", "2013-02-04 to 2013-02-23 day"),
    ("monday to friday", "2013-02-18 to 2013-02-23 day"),
    ("within the next hour", "2013-02-12 04:30 to 2013-02-12 05:30 second"),
    ("in more than a week", "2013-02-19 to … day"),
    ("less than a week ago", "2013-02-05 to 2013-02-12 04:30 day"),
    ("through friday", "… to 2013-02-16 day"),
    ("by july", "2013-02-12 04:30 to 2013-07-01 second"),
    ("no earlier than 2015", "2015-01-01 to … year"),
    ("the nineties", "1990-01-01 to 2000-01-01 year"),
    ("christmas week", "2013-12-23 week"),
    ("memorial day weekend 2014", "2014-05-24 to 2014-05-27 day"),
    # Counted times.
    ("in two and an half hours", "2013-02-12 07:00 second"),
    ("in two fortnights", "2013-03-12 day"),
    ("two weeks tomorrow", "2013-02-27 day"),
    ("a year ago today", "2012-02-12 day"),
    ("the second monday from now", "2013-02-25 day"),
    ("3 mondays after easter", "2013-04-15 day"),
    ("10 days before the end of the month", "2013-02-18 day"),
    ("2 days after the end of march", "2013-04-02 day"),
    ("a week on monday", "2013-02-25 day"),
    ("two summers ago", "2011-06-21 to 2011-09-24 day"),
    # Lengths.
    ("2 1/2 hours", "150 minute"),
    ("quarter hour", "15 minute"),
    ("an hour or so", "1 hour"),
    ("at least 30 minutes", "30 minute"),
    ("no longer than 45 minutes", "45 minute"),
    ("three quarters of an hour", "45 minute"),
    # Recurrences.
    ("monday to friday at 9", "2013-02-12 09:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("every monday to thursday", "2013-02-13 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH"),
    ("mondays to fridays", "2013-02-13 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("weekdays 9-5", "2013-02-12 09:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("friday afternoons", "2013-02-15 12:00 FREQ=WEEKLY;BYDAY=FR"),
    ("weekday mornings", "2013-02-13 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("every year in march", "2013-03-01 FREQ=YEARLY;BYMONTH=3"),
    ("once per month", "2013-03-01 FREQ=MONTHLY"),
    ("quarterly on the first monday", "2013-04-01 FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY=1MO"),
    ("at 9 every morning", "2013-02-12 09:00 FREQ=DAILY"),
    ("friday nights at 8", "2013-02-15 20:00 FREQ=WEEKLY;BYDAY=FR"),
    ("every friday afternoon at 3", "2013-02-15 15:00 FREQ=WEEKLY;BYDAY=FR"),
    ("weeknights at 8", "2013-02-12 20:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("nightly", "2013-02-12 18:00 FREQ=DAILY"),
    ("every spring", "2013-03-20 FREQ=YEARLY"),
    ("every mon/wed/fri", "2013-02-13 FREQ=WEEKLY;BYDAY=MO,WE,FR"),
    ("each and every day", "2013-02-13 FREQ=DAILY"),
    ("all mondays", "2013-02-18 FREQ=WEEKLY;BYDAY=MO"),
    ("every half hour", "2013-02-12 04:31 FREQ=MINUTELY;INTERVAL=30"),
    ("every day next week", "2013-02-18 FREQ=DAILY;UNTIL=20130225T015959Z"),
    ("march 3-5 9am-5pm", "2013-03-03 09:00 FREQ=DAILY;UNTIL=20130306T015959Z"),
    ("every monday in march", "2013-03-04 FREQ=WEEKLY;BYDAY=MO;UNTIL=20130401T015959Z"),
    ("every day from march 15 to march 17", "2013-03-15 FREQ=DAILY;UNTIL=20130318T015959Z"),
    ("every day this week", "2013-02-13 FREQ=DAILY;UNTIL=20130218T015959Z"),
    # Nothing.
    ("feb 29 2015", "nothing"),
    ("feb 30", "nothing"),
    ("monday tuesday", "nothing"),
    ("this or next week", "nothing"),
    ("at dawn", "nothing"),
    ("next friday or saturday", "nothing"),
    ("tomorrow in 2 hours", "nothing"),
    ("every single one", "nothing"),
    ("every monday this week", "nothing"),
    ("every tuesday or thursday", "nothing"),
]


@pytest.mark.parametrize(("phrase", "meaning"), KINDS)
def test_a_phrase_of_each_kind(phrase: str, meaning: str) -> None:
    assert told(resolve(phrase, at=NOW, zone=ZONE)) == meaning
