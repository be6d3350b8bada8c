"""What of each action a person can change, and that what is changed is held to the same rules as what is proposed."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.actions import Action, ArchiveEmails, CreateEvent, SendReply
from app.domain.actions.bulk import LOOKED_AT, NAMELESS, UNREAD_SENDER
from app.domain.actions.calendar_words import LONGEST
from app.domain.actions.replies import NEW_SUBJECT
from app.domain.cards import MAX_BODY, MAX_LINE, MAX_RECIPIENTS, Origin, Recipient
from app.domain.desk import Desk
from app.domain.errors import FormErrors, Refusal
from app.domain.forms import MAX_OPTIONS
from app.domain.types import AccountId, Address, Email, MailQuery, MailText
from tests.fakes import ManualClock, MemoryCalendar, MemoryMailbox
from tests.fakes.clock import START
from tests.samples import ANN, WORK, account, archive, event, reply

LATER = START + timedelta(hours=3)
CAROL = Recipient(address=Address(email="carol@example.org", name="Carol"), role="to", origin=Origin.UNSEEN)
DAN = Recipient(address=Address(email="dan@example.org"), role="cc", origin=Origin.THREAD, evidence="wrote here")
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), min_size=1, max_size=40).filter(str.strip)


def answers(action: Action) -> dict[str, tuple[str, ...]]:
    form = action.form()
    assert form is not None
    return {each.name: each.parts for each in form.inputs}


def edited(action: Action, **changed: tuple[str, ...] | str) -> Action:
    entries = {name: (parts,) if isinstance(parts, str) else parts for name, parts in changed.items()}
    return action.edited({**answers(action), **entries}, START)


def faults(action: Action, **changed: tuple[str, ...] | str) -> Mapping[str, str]:
    with pytest.raises(FormErrors) as wrong:
        edited(action, **changed)
    return wrong.value.fields


@st.composite
def replies(draw: st.DrawFn) -> SendReply:
    people = [CAROL, *draw(st.lists(st.sampled_from([DAN]), max_size=1))]
    return reply(recipients=tuple(people), subject=draw(WORDS), body=draw(WORDS).strip() or "x")


@st.composite
def events(draw: st.DrawFn) -> CreateEvent:
    start = START + timedelta(seconds=draw(st.integers(1, 86_400 * 300)))
    guests = tuple(draw(st.lists(st.sampled_from([CAROL, DAN]), max_size=2, unique_by=lambda r: r.address.email)))
    given_ = {"title": draw(WORDS), "place": draw(WORDS), "notes": draw(WORDS).strip()}
    guests = tuple(g.model_copy(update={"role": "guest"}) for g in guests)
    end = start + timedelta(seconds=draw(st.integers(1, 86_400)))
    return event(start).renewed(end=end, guests=guests, notify=draw(st.sampled_from(["all", "none"])), **given_)


@given(st.one_of(replies(), events(), st.just(archive("m1", "m2"))))
def test_a_form_that_nobody_changed_gives_the_same_action(action: Action) -> None:
    same = edited(action)
    assert same.renewed(id=action.id) == action
    assert same.id != action.id


@pytest.mark.parametrize("action", [reply(), event(LATER), archive()])
def test_a_changed_action_is_a_new_one_of_the_same_class(action: Action) -> None:
    name, entry = {"SendReply": ("body", "No."), "CreateEvent": ("place", "Room 2")}.get(
        action.kind, ("others", "a@b.example")
    )
    changed = edited(action, **{name: entry})
    assert type(changed) is type(action)
    assert changed.id != action.id
    assert changed.sha256 != action.sha256


# Replies.


def test_recipients_keep_their_marks_and_typed_ones_are_typed() -> None:
    action = reply(recipients=(CAROL, DAN))
    changed = edited(action, to="dan@example.org\nEve <eve@example.org>", cc="CAROL@example.org, eve@example.org")
    assert isinstance(changed, SendReply)
    assert [(r.address.email, r.role, r.origin) for r in changed.recipients] == [
        ("dan@example.org", "to", Origin.THREAD),
        ("eve@example.org", "to", Origin.TYPED),
        ("carol@example.org", "cc", Origin.UNSEEN),
    ]
    assert changed.recipients[0].evidence == "wrote here"
    assert changed.card().confirmations == 2
    assert edited(action, to="dan@example.org", cc=()).card().confirmations == 1


def test_a_reply_goes_to_somebody_says_something_and_fits_on_a_card() -> None:
    many = "\n".join(f"p{n}@example.org" for n in range(MAX_RECIPIENTS + 1))
    assert faults(reply(), to="", body="  ") == {"to": "Please fill this in.", "body": "Please fill this in."}
    assert faults(reply(), to=many) == {"to": "A card shows at most 50 recipients and this reply has 51."}
    assert faults(reply(), body="x" * (MAX_BODY + 1)) == {
        "body": "At most 9,000 characters fit here, and this has 9,001."
    }
    assert faults(reply(), subject="x" * (MAX_LINE + 1)).keys() == {"subject"}
    assert faults(reply(), to="carol@example") == {"to": "“carol@example” is no address."}
    assert set(faults(reply(), body="x" * 8_000, to="\n".join(f"{n}@{'a' * 60}.example" for n in range(45)))) == {""}


def test_a_new_subject_is_said_to_leave_the_thread_and_the_old_one_is_not() -> None:
    action = reply(subject="Re: Lunch")
    changed = edited(action, subject="Dinner")
    assert changed.card().notes == (NEW_SUBJECT,)
    assert edited(changed, subject="RE:  lunch").card().notes == ()
    assert edited(action, body="No.").card().notes == ()


def test_a_long_subject_that_was_there_may_stay() -> None:
    action = reply(subject="Re: " + "x" * 400)
    assert edited(action, body="No.").card().fields[0].value == action.subject


# Events.


def test_an_event_is_in_the_future_and_ends_after_it_starts() -> None:
    action = event(LATER)
    assert faults(action, start=("2026-03-02", "09:00")) == {"start": "Monday 2 March 2026, 09:00 is in the past."}
    assert "before it starts" in faults(action, end=("2026-03-02", "12:59"))["end"]
    assert "at most 14" in faults(action, end=("2026-03-20", "13:00"))["end"]
    assert faults(action, title=" ", place="x" * 251).keys() == {"title"}
    assert faults(action, place="x" * 251, notes="x" * 9_001).keys() == {"place", "notes"}
    many = ",".join(f"p{n}@example.org" for n in range(MAX_RECIPIENTS + 1))
    assert faults(action, guests=many) == {"guests": "A card shows at most 50 guests."}


def test_an_event_is_moved_in_the_zone_its_card_shows() -> None:
    moved = edited(event(LATER), start=("2026-04-01", "16:00"), end=("2026-04-01", "17:15"))
    assert isinstance(moved, CreateEvent)
    assert (moved.start, moved.end) == (datetime(2026, 4, 1, 14, tzinfo=UTC), datetime(2026, 4, 1, 15, 15, tzinfo=UTC))
    assert "16:00–17:15 (Europe/Vienna, UTC+02)" in moved.card().summary


def test_guests_keep_their_marks_and_the_owner_is_no_guest() -> None:
    action = event(LATER).renewed(guests=(CAROL.model_copy(update={"role": "guest"}),))
    changed = edited(action, guests="carol@example.org, ann@example.com, eve@example.org", notify="externalOnly")
    assert isinstance(changed, CreateEvent)
    assert [(g.address.email, g.origin, g.role) for g in changed.guests] == [
        ("carol@example.org", Origin.UNSEEN, "guest"),
        ("eve@example.org", Origin.TYPED, "guest"),
    ]
    assert changed.notify == "externalOnly"


async def test_a_moved_event_is_previewed_against_what_stands_there() -> None:
    desk = desk_of()
    other = event(LATER + timedelta(hours=2)).renewed(title="Standup")
    await desk.calendars[0].insert(other._new(other.event_id))
    moved = await edited(event(LATER), start=("2026-03-02", "15:00"), end=("2026-03-02", "15:30")).previewed(desk)
    assert isinstance(moved, CreateEvent)
    assert [o.title for o in moved.overlaps] == ["Standup"]
    assert await moved.check(desk) is None


def test_two_weeks_are_the_longest() -> None:
    assert event(LATER).renewed(end=LATER + LONGEST).vetted(START)


# Archives.


def desk_of(*mails: MailText) -> Desk:
    mine = account(id=AccountId(WORK.id), email=WORK.email, name=WORK.name)
    clock = ManualClock()
    return Desk(ANN, mailboxes=[MemoryMailbox(mine, clock, *mails)], calendars=[MemoryCalendar(mine)])


def mail(number: int, sender: str, *, days: int = 0) -> MailText:
    email = Email(
        id=f"m{number}",
        thread=f"t{number}",
        account=WORK,
        subject=f"Offer {number}",
        sender=Address(email=sender, name=sender.partition("@")[0].title()),
        received=START - timedelta(days=days, minutes=number),
        labels=frozenset({"INBOX"}),
    )
    return MailText(email=email, text="Buy.")


async def proposed(desk: Desk) -> ArchiveEmails:
    query = MailQuery(where="inbox")
    ids = await desk.mailboxes[0].ids(query)
    return await ArchiveEmails(account=WORK, query=query, ids=ids).previewed(desk)


async def narrowed(desk: Desk, action: ArchiveEmails, **changed: tuple[str, ...] | str) -> ArchiveEmails:
    found = await edited(action, **changed).previewed(desk)
    assert isinstance(found, ArchiveEmails)
    return found


SHOP, BANK, CLUB = "shop@example.org", "Bank@example.org", "club@example.org"


async def test_the_senders_are_offered_the_most_frequent_first() -> None:
    desk = desk_of(*(mail(n, SHOP if n % 3 else BANK) for n in range(9)))
    form = (await proposed(desk)).form()
    assert [o.label for o in form.inputs[0].options] == [  # type: ignore[attr-defined]
        "Shop <shop@example.org> (6)",
        "Bank <Bank@example.org> (3)",
    ]
    assert "among" not in form.inputs[0].hint


async def test_senders_are_counted_over_all_mails_before_they_are_offered() -> None:
    """Whoever wrote most may not have written lately: the form waits until all of them are read."""
    desk = desk_of(*(mail(n, SHOP if n < LOOKED_AT else BANK if n % 10 else CLUB) for n in range(3 * LOOKED_AT)))
    action = await proposed(desk)
    assert "600 mails" in action.reading
    groups = (await action.surveyed(desk)).form().inputs[0]
    assert [(o.key, o.label) for o in groups.options] == [  # type: ignore[attr-defined]
        ("bank@example.org", "Bank <Bank@example.org> (360)"),
        ("shop@example.org", "Shop <shop@example.org> (200)"),
        ("club@example.org", "Club <club@example.org> (40)"),
    ]
    assert "among" not in groups.hint
    less = await narrowed(desk, action, senders=("bank@example.org", "club@example.org"))
    assert less.ids == action.ids[:LOOKED_AT]
    assert less.reading == ""


async def test_of_many_senders_the_hundred_largest_are_offered() -> None:
    writers = [f"writer{n % (MAX_OPTIONS + 50)}@example.org" for n in range(2 * LOOKED_AT)]
    desk = desk_of(*(mail(n, writer) for n, writer in enumerate(writers)))
    groups = (await (await proposed(desk)).surveyed(desk)).form().inputs[0]
    assert len(groups.options) == MAX_OPTIONS  # type: ignore[attr-defined]
    assert all(o.label.endswith("(3)") for o in groups.options)  # type: ignore[attr-defined]
    assert "the 100 most frequent of 150" in groups.hint


async def test_a_sender_left_out_is_out_wherever_their_mails_stand() -> None:
    """Also beyond the mails that were looked at when the card was made."""
    count = LOOKED_AT + 40
    desk = desk_of(*(mail(n, (SHOP, BANK, CLUB)[n % 3]) for n in range(count)))
    action = await proposed(desk)
    assert len(action.writers) == LOOKED_AT
    assert "Counted among 200 of 240 mails" in action.form().inputs[0].hint
    less = await narrowed(desk, action, senders=(BANK.lower(),), others="CLUB@example.org")
    assert less.ids == tuple(f"m{n}" for n in range(0, count, 3))
    assert [s.sender for s in less.samples] == ["Shop"] * 5
    assert less.left_out == ("bank@example.org", "club@example.org")
    assert ("Left out", "mails from bank@example.org, club@example.org") in [
        (f.label, f.value) for f in less.card().fields
    ]
    assert UNREAD_SENDER not in less.writers


async def test_whose_sender_cannot_be_told_is_not_archived_once_senders_are_left_out() -> None:
    desk = desk_of(*(mail(n, SHOP) for n in range(LOOKED_AT + 5)))
    action = (await proposed(desk)).renewed(ids=(*(f"m{n}" for n in range(LOOKED_AT + 5)), "gone"))
    assert "gone" in (await action.previewed(desk)).ids
    assert "gone" not in (await narrowed(desk, action, others=BANK)).ids


async def test_only_older_mails_are_kept_and_none_is_added() -> None:
    desk = desk_of(*(mail(n, SHOP, days=n) for n in range(6)))
    action = await proposed(desk)
    action = action.renewed(ids=action.ids[:5], writers=action.writers[:5])
    less = await narrowed(desk, action, older_than="2026-02-28")
    assert less.ids == ("m3", "m4")
    assert ("Only before", "Sat 28 Feb 2026") in [(f.label, f.value) for f in less.card().fields]
    again = await narrowed(desk, less, older_than="2026-03-01")
    assert (again.ids, again.older_than) == (("m3", "m4"), date(2026, 2, 28))
    assert (await narrowed(desk, less, older_than=())).older_than == date(2026, 2, 28)


async def test_nothing_left_is_said_and_not_proposed() -> None:
    desk = desk_of(mail(1, SHOP))
    with pytest.raises(Refusal, match="None of these mails would be left"):
        await narrowed(desk, await proposed(desk), senders=(SHOP,))
    since = (await proposed(desk)).renewed(query=MailQuery(where="inbox", since=date(2026, 3, 1)))
    assert faults(since, older_than="2026-03-01").keys() == {"older_than"}


@given(
    st.lists(st.sampled_from([SHOP, BANK, CLUB, ""]), min_size=1, max_size=12),
    st.sets(st.sampled_from([SHOP, BANK, CLUB, ""])),
)
async def test_no_mail_of_anyone_left_out_is_ever_in_it(writers: list[str], chosen: set[str]) -> None:
    desk = desk_of(*(mail(n, sender) for n, sender in enumerate(writers)))
    action = await proposed(desk)
    out = chosen & {*writers}
    picked = tuple(email.lower() or NAMELESS for email in sorted(out))
    left = tuple(f"m{n}" for n, sender in enumerate(writers) if sender not in out)
    if left:
        assert (await narrowed(desk, action, senders=picked)).ids == left
    else:
        with pytest.raises(Refusal):
            await narrowed(desk, action, senders=picked)
