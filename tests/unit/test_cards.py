"""What a card says of an action, from its payload alone."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.actions.letters import Glimpse
from app.domain.cards import Card, Origin, Recipient, counted, when
from app.domain.types import Address, MailQuery
from tests.samples import WORK, archive, event, reply

VIENNA = "Europe/Vienna"
START = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)


def guest(email: str, origin: Origin = Origin.TYPED) -> Recipient:
    return Recipient(address=Address(email=email), role="guest", origin=origin)


@pytest.mark.parametrize(
    ("end", "shown"),
    [
        (START + timedelta(minutes=30), "Thu 5 Mar 2026, 15:00–15:30 (Europe/Vienna, UTC+01)"),
        (START + timedelta(hours=9), "Thu 5 Mar 2026, 15:00–Fri 6 Mar 00:00 (Europe/Vienna, UTC+01)"),
    ],
)
def test_a_span_names_its_day_zone_and_offset(end: datetime, shown: str) -> None:
    assert when(START, end, VIENNA) == shown


def test_offsets_are_those_of_the_day() -> None:
    hour = timedelta(hours=1)
    assert when(START, START + hour, "UTC").endswith("(UTC, UTC+0)")
    assert when(START, START + hour, "Asia/Kolkata").endswith("(Asia/Kolkata, UTC+05:30)")
    assert when(START, START + hour, "America/St_Johns").endswith("UTC-03:30)")
    summer = START + timedelta(days=60)
    assert when(summer, summer + hour, VIENNA).endswith("UTC+02)")


def test_with_now_the_year_stands_only_where_it_is_another_by_the_clocks_of_the_zone() -> None:
    eve, hour = datetime(2026, 12, 31, 23, 30, tzinfo=UTC), timedelta(hours=1)
    assert when(eve, eve + hour, VIENNA, now=eve) == "Fri 1 Jan, 00:30–01:30 (Europe/Vienna, UTC+01)"
    assert when(eve, eve + hour, VIENNA, now=eve - hour).startswith("Fri 1 Jan 2027, ")
    assert when(eve, eve + hour, "UTC", now=eve).startswith("Thu 31 Dec, 23:30–Fri 1 Jan 00:30")
    midnight = datetime(2026, 3, 5, tzinfo=ZoneInfo(VIENNA))
    assert when(midnight, midnight + 24 * hour, VIENNA, all_day=True, now=START) == "Thu 5 Mar, all day"


def test_all_day_ends_where_the_last_day_ends() -> None:
    midnight = datetime(2026, 3, 5, tzinfo=ZoneInfo(VIENNA))
    assert when(midnight, midnight + timedelta(days=1), VIENNA, all_day=True) == "Thu 5 Mar 2026, all day"
    assert when(midnight, midnight + timedelta(days=3), VIENNA, all_day=True) == "Thu 5 Mar – Sat 7 Mar 2026, all day"


@given(st.integers(0, 10**7))
def test_numbers_agree_with_their_nouns(n: int) -> None:
    assert counted(n, "mail").endswith("mail" if n == 1 else "mails")
    assert counted(n, "person", "people") == (f"{n:,} person" if n == 1 else f"{n:,} people")


@given(st.lists(st.sampled_from(list(Origin)), max_size=8))
def test_an_address_nobody_knows_needs_a_second_click(origins: list[Origin]) -> None:
    marked = [guest(f"g{i}@example.org", origin) for i, origin in enumerate(origins)]
    card = Card(title="", summary="", account=WORK, recipients=tuple(marked))
    assert card.confirmations == (2 if Origin.UNSEEN in origins else 1)


def test_a_bulk_card_counts_names_and_samples() -> None:
    samples = tuple(Glimpse(sender="Shop", subject=s, received=START) for s in ("Sale", ""))
    people = (Address(email="bank@example.org", name="Bank"), Address(email="sale@shop.example", name="Shop"))
    ids = tuple(f"m{n}" for n in range(1_234))
    card = archive(*ids).renewed(samples=samples, people=people, writers=(*(1,) * 1_200, *(0,) * 34)).card()
    assert card.title == "Archive 1,234 mails"
    assert [(f.label, f.value) for f in card.fields] == [
        ("Search", "category promotions"),
        ("Mostly from", "Shop (1200), Bank (34)"),
    ]
    assert [i.title for i in card.items] == ["Sale", "(no subject)"]
    assert card.items[0].detail == "Shop, 5 Mar 2026"
    assert card.more == 1_232
    assert card.undo
    assert card.recipients == ()


def test_a_reply_shows_everyone_and_every_word_it_sends() -> None:
    people = (
        Recipient(address=Address(email="a@example.org"), role="to", origin=Origin.THREAD),
        Recipient(address=Address(email="b@example.org"), role="cc", origin=Origin.UNSEEN),
    )
    card = reply(recipients=people, body="Line one\n\nLine two").card()
    assert card.recipients == people
    assert card.body == "Line one\n\nLine two"
    assert [f.value for f in card.fields] == ["Re: Lunch"]
    assert card.summary == "To Carol’s mail of Fri 27 Feb 2026, in its thread."
    assert (card.undo, card.approve, card.confirmations) == ("", "Send", 2)


def test_an_event_says_who_gets_mail() -> None:
    alone = event(START)
    assert (alone.card().notes, alone.card().undo) == ((), "cancels it")
    two = alone.renewed(guests=(guest("a@example.org"), guest("b@example.org")))
    assert two.card().notes == ("2 people will get an invitation by mail.",)
    assert two.card().undo == "cancels it; 2 people get a cancellation"
    (quiet,) = two.renewed(notify="none").card().notes
    assert quiet.startswith("Nobody gets an invitation")
    (some,) = two.renewed(notify="externalOnly").card().notes
    assert some.startswith("Guests who don't use Google Calendar")
    assert two.renewed(guests=(guest("a@example.org"),)).card().undo == "cancels it; 1 person gets a cancellation"


def test_an_event_shows_every_word_its_guests_will_read() -> None:
    notes = "Agenda:\n" + "\n".join(f"{n}. a point worth its own line" for n in range(60))
    card = event(START).renewed(notes=notes, place="Room 5").card()
    assert card.body == notes
    assert [(f.label, f.value) for f in card.fields] == [("Place", "Room 5")]


WORDED = [
    (MailQuery(), "all mail"),
    (MailQuery(where="inbox", category="promotions"), "in inbox, category promotions"),
    (
        MailQuery(sender="Ann", to="Bob", subject="Lunch", words="now"),
        "from “Ann”, to “Bob”, subject “Lunch”, with “now”",
    ),
    (MailQuery(unread=True, label="Work"), "label Work, unread"),
    (MailQuery(unread=False), "read"),
    (MailQuery(before=START.date(), since=START.date()), "before Thu 5 Mar 2026, since Thu 5 Mar 2026"),
]


@pytest.mark.parametrize(("query", "words"), WORDED)
def test_a_search_in_words(query: MailQuery, words: str) -> None:
    assert query.worded() == words


@pytest.mark.parametrize(("one", "other"), [pair for pair in product(WORDED, WORDED) if pair[0] is not pair[1]])
def test_different_searches_read_differently(one: tuple[MailQuery, str], other: tuple[MailQuery, str]) -> None:
    assert one[0].worded() != other[0].worded()
