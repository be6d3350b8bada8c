"""Why a slot is offered, in words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.planning.reasons import listed, reasons
from app.planning.slots import Diary, Slot

BERLIN, NEW_YORK, KOLKATA = "Europe/Berlin", "America/New_York", "Asia/Kolkata"
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
YOU = Diary("you", BERLIN)


def at(text: str, **more: tuple[str, ...]) -> Slot:
    start = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN))
    return Slot(start, start + timedelta(minutes=30), **more)


def test_alone() -> None:
    assert reasons(at("2026-03-03 09:00"), [YOU], now=NOW) == ("you are free, inside your hours",)
    assert reasons(at("2026-03-03 20:00", outside=("you",)), [YOU], now=NOW) == ("you are free, outside your hours",)
    soft = at("2026-03-03 09:00", tentative=("you",))
    assert reasons(soft, [YOU], now=NOW) == ("inside your hours", "you have something tentative or focus time")


def test_together() -> None:
    ben = Diary("Ben", BERLIN)
    assert reasons(at("2026-03-03 09:00"), [YOU, ben], now=NOW) == ("everyone is free, inside everyone's hours",)
    soft = at("2026-03-03 09:00", tentative=("Ben",))
    assert reasons(soft, [YOU, ben], now=NOW) == (
        "everyone else is free, inside everyone's hours",
        "Ben has something tentative or focus time",
    )


def test_hours_that_are_not_known_are_not_said_to_be_kept() -> None:
    strangers = [YOU, Diary("Ben", BERLIN), Diary("Carol", "")]
    assert reasons(at("2026-03-03 09:00"), strangers, now=NOW) == ("everyone is free, inside your and Ben's hours",)


def test_of_people_whose_time_is_not_known_nothing_is_said() -> None:
    some = [YOU, Diary("Ben", BERLIN)]
    assert reasons(at("2026-03-03 09:00"), some, now=NOW, unseen=True) == (
        "you and Ben are free, inside your and Ben's hours",
    )
    soft = at("2026-03-03 09:00", tentative=("you",))
    assert reasons(soft, some, now=NOW, unseen=True)[0] == "Ben is free, inside your and Ben's hours"


def test_the_clocks_of_others_are_told() -> None:
    away = [YOU, Diary("Ann", NEW_YORK), Diary("Raj", KOLKATA), Diary("Uma", KOLKATA)]
    late = at("2026-03-03 20:00", outside=("Raj", "Uma"))
    assert reasons(late, away, now=NOW) == (
        "everyone is free, outside Raj's and Uma's hours",
        "14:00–14:30 in New York (Ann)",
        "Wed 00:30–01:00 in Kolkata (Raj and Uma)",
    )


def test_clocks_that_change_before_are_told() -> None:
    away = [YOU, Diary("Ann", NEW_YORK)]
    assert reasons(at("2026-03-16 15:00"), away, now=NOW)[1:] == (
        "10:00–10:30 in New York (Ann)",
        "the clocks change in New York on Sun 8 Mar",
        "New York is 5 h behind then, not 6 h behind as today",
    )
    assert reasons(at("2026-03-31 15:00"), away, now=NOW)[2:] == (
        "the clocks change in Berlin on Sun 29 Mar",
        "the clocks change in New York on Sun 8 Mar",
    )


def test_names_are_listed_as_people_do() -> None:
    assert [listed(names) for names in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == ["", "a", "a and b", "a, b and c"]
