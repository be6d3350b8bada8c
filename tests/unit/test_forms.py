"""What a person can enter, and how each kind of entry is read."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cards import Origin, Recipient
from app.domain.errors import FormErrors
from app.domain.forms import (
    EMPTY,
    Addresses,
    Choice,
    Day,
    Form,
    Line,
    Moment,
    Option,
    Several,
    Text,
    is_address,
    marked,
)
from app.domain.types import Address

BERLIN = "Europe/Berlin"
ZONES = st.sampled_from([BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
INSTANTS = st.integers(946_684_800, 2_114_380_800).map(lambda at: datetime.fromtimestamp(at, UTC))
TITLE = Line(name="title", label="Title", value="Review", most=250)
NOTES = Text(name="notes", label="Notes", value="", most=9_000, optional=True)
ANN, BOB = Address(email="ann@example.com", name="Ann"), Address(email="Bob@example.org")
GUESTS = Addresses(name="guests", label="Guests", value=(ANN, BOB), optional=True)
UNTIL = Day(name="until", label="Until", value=None, optional=True)
TELL = Choice(name="tell", label="Tell", value="all", options=tuple(Option(key=k, label=k) for k in ("all", "none")))
PICK = Several(
    name="pick", label="Pick", options=tuple(Option(key=str(n), label=str(n)) for n in range(3)), optional=True
)
FORM = Form(title="All of them", inputs=(TITLE, NOTES, GUESTS, UNTIL, TELL, PICK))


def moment(at: datetime, zone: str = BERLIN) -> Moment:
    return Moment(name="start", label="Starts", value=at, zone=zone)


def complaint(form: Form, **entries: tuple[str, ...]) -> dict[str, str]:
    with pytest.raises(FormErrors) as wrong:
        form.read({**unchanged(form), **entries})
    assert all(sentence in wrong.value.sentence for sentence in wrong.value.fields.values())
    return wrong.value.fields


def unchanged(form: Form) -> dict[str, tuple[str, ...]]:
    return {each.name: each.parts for each in form.inputs}


def test_what_nobody_changed_is_what_it_was() -> None:
    read = FORM.read(unchanged(FORM))
    assert read == {"title": "Review", "notes": "", "guests": (ANN, BOB), "until": None, "tell": "all", "pick": ()}


def test_every_input_that_cannot_be_read_is_named() -> None:
    wrong = complaint(FORM, title=("  ",), guests=("nobody",), until=("soon",), tell=("some",), pick=("9",))
    assert wrong == {
        "title": EMPTY,
        "guests": "“nobody” is no address.",
        "until": "Please choose a day.",
        "tell": "Please choose one of these.",
        "pick": "Please choose from these.",
    }


def test_words_are_read_as_they_stand_but_for_what_surrounds_them() -> None:
    read = FORM.read({**unchanged(FORM), "title": (" The  big\nreview ",), "notes": ("\n one\n\n  two \n",)})
    assert read["title"] == "The big review"
    assert read["notes"] == "one\n\n  two"


@pytest.mark.parametrize(
    ("entered", "emails"),
    [
        ("ann@example.com\nBob@example.org", ["ann@example.com", "Bob@example.org"]),
        (
            "carol@example.org, dan@example.org; eve@example.org",
            ["carol@example.org", "dan@example.org", "eve@example.org"],
        ),
        ("Carol Díaz <carol@example.org>", ["carol@example.org"]),
        ('"Díaz, Carol" <carol@example.org>, bob@EXAMPLE.org', ["carol@example.org", "Bob@example.org"]),
        ("bob@example.org BOB@example.org".replace(" ", "\n"), ["Bob@example.org"]),
        ("jörg@münchen.example", ["jörg@münchen.example"]),
        ("", []),
    ],
)
def test_addresses_are_read_however_they_are_separated(entered: str, emails: list[str]) -> None:
    assert [a.email for a in GUESTS.read((entered,))] == emails


def test_a_name_is_kept_and_another_may_be_typed() -> None:
    first, second = GUESTS.read(('ann@example.com\n"Díaz, Carol" <carol@example.org>',))
    assert (first.name, second.name) == ("Ann", "Díaz, Carol")


@pytest.mark.parametrize(
    "piece",
    ["nobody", "@example.org", "a@b", "a@b..example", "a b@example.org", "a@-b.example", "<a@example.org", "a@b@"],
)
def test_what_is_no_address_is_said_to_be_none(piece: str) -> None:
    assert not is_address(piece)
    with pytest.raises(FormErrors, match="is no address"):
        GUESTS.read((f"ann@example.com\n{piece}",))


def test_an_odd_address_that_stood_there_may_stay() -> None:
    odd = Address(email='"odd, local"@example.org')
    assert not is_address(odd.email)
    kept = Addresses(name="to", label="To", value=(odd, ANN))
    assert kept.read(('"odd, local"@example.org\ndan@example.org',)) == (odd, Address(email="dan@example.org"))


def test_who_was_there_keeps_their_mark_and_who_is_new_was_typed() -> None:
    known = [
        Recipient(address=ANN, role="to", origin=Origin.UNSEEN),
        Recipient(address=BOB, role="cc", origin=Origin.CONTACT, evidence="9 mails"),
    ]
    entered = (Address(email="ANN@example.com"), BOB, Address(email="new@example.org"))
    found = marked(entered, known, "cc")
    assert [r.origin for r in found] == [Origin.UNSEEN, Origin.CONTACT, Origin.TYPED]
    assert [r.role for r in found] == ["cc"] * 3
    assert (found[0].address, found[1].evidence) == (ANN, "9 mails")


@given(INSTANTS, ZONES)
def test_a_moment_that_is_left_alone_stays_to_the_second(at: datetime, zone: str) -> None:
    each = moment(at, zone)
    assert each.read(each.parts) == at


@given(INSTANTS.map(lambda at: at.replace(second=0, microsecond=0)), ZONES)
def test_a_moment_that_is_entered_is_the_one_on_the_persons_clock(at: datetime, zone: str) -> None:
    local = at.astimezone(ZoneInfo(zone))
    read = moment(at + timedelta(days=400), zone).read((f"{local:%Y-%m-%d}", f"{local:%H:%M}"))
    assert f"{read.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" == f"{local:%Y-%m-%d %H:%M}"
    assert read <= at  # of two such instants the first


def test_a_time_that_the_clocks_skip_is_none() -> None:
    start = moment(datetime(2026, 3, 27, 1, 30, tzinfo=UTC))
    with pytest.raises(FormErrors, match="there is no 02:30 in Europe/Berlin"):
        start.read(("2026-03-29", "02:30"))
    assert start.read(("2026-03-29", "03:00")) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first() -> None:
    read = moment(datetime(2026, 3, 27, 1, 30, tzinfo=UTC)).read(("2026-10-25", "02:30"))
    assert read == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("parts", [("2026-03-29", ""), ("", "10:00"), ("2026-03-29",)])
def test_half_a_moment_is_none(parts: tuple[str, ...]) -> None:
    with pytest.raises(FormErrors, match="choose a day and a time"):
        moment(datetime(2026, 3, 27, tzinfo=UTC)).read(parts)


def test_days_and_options_are_read() -> None:
    read = FORM.read({**unchanged(FORM), "until": ("2026-03-01",), "tell": ("none",), "pick": ("2", "0", "2")})
    assert (read["until"], read["tell"], read["pick"]) == (date(2026, 3, 1), "none", ("2", "0"))
