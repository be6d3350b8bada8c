"""Accounts: the links, the way back, what is allowed, what they are called, and how they go."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import LINK_LIFETIME, RENEWAL_LIFETIME, challenge, checked_name, named, pasted_code
from app.domain.approvals import Decision, Status
from app.domain.errors import (
    AnotherAccount,
    ConsentRefused,
    ConsentUnknown,
    Faulty,
    FormErrors,
    GrantDead,
    NoCode,
    NotYours,
)
from app.domain.grants import Identity
from app.domain.permissions import CHANGING, READING, Permission, worded
from app.domain.types import Account, AccountId, AccountRef, Place
from tests.samples import ANN, BOB, account, archive, message, proposal
from tests.unit.accounts_world import COMPANY, DM, PRIVATE, Desk, carried


@pytest.fixture
def desk() -> Desk:
    return Desk()


# The links.


def test_the_challenge_is_that_of_rfc_7636() -> None:
    """Appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_every_link_has_a_state_and_a_verifier_of_its_own(desk: Desk) -> None:
    links = [await desk.begin() for _ in range(3)]
    assert len({link["state"] for link in links}) == len({link["challenge"] for link in links}) == 3
    asked = await desk.house.grants.redeem(links[0]["state"], desk.house.clock.now())
    assert asked is not None
    assert challenge(asked.verifier) == links[0]["challenge"]
    assert 43 <= len(asked.verifier) <= 128  # RFC 7636, section 4.1


async def test_reading_is_asked_for_first_and_changing_only_where_that_is_chosen(desk: Desk) -> None:
    first = await desk.begin()
    assert first["asks"] == " ".join(READING)
    whole = carried(desk.newest.whole)
    assert whole["state"] == first["state"]
    assert whole["asks"] == " ".join(Permission)


async def test_the_link_is_shown_in_the_dm_whatever_was_asked_where(desk: Desk) -> None:
    await desk.begin(Place(channel="C0GENERAL", thread="1.0"))
    assert desk.house.chat.invitations[0][0] == Place(channel=ANN.dm, thread="")
    await desk.begin()
    assert desk.house.chat.invitations[1][0] == DM


async def test_a_stranger_gets_no_link(desk: Desk) -> None:
    with pytest.raises(ConsentUnknown):
        await desk.accounts.invite(BOB.id, DM)


async def test_the_way_back_connects_the_account_and_says_so(desk: Desk) -> None:
    await desk.begin()
    kept, missing, owner = await desk.follow(COMPANY, READING)
    assert (kept.email, kept.name, kept.person, kept.alive) == ("ann@example.com", "work", ANN.id, True)
    assert (missing, owner) == ((), ANN.name)
    assert desk.said == ["Connected: *work* (ann@example.com). I may read mail and see the calendars."]
    assert [title for _, title in desk.house.chat.closed] == ["Connected"]
    assert await desk.listed() == (kept,)
    assert (await desk.house.grants.tokens(kept)).scopes == kept.scopes == READING


async def test_what_was_not_ticked_is_noticed_and_named(desk: Desk) -> None:
    await desk.begin()
    kept, missing, _ = await desk.follow(COMPANY, [Permission.READ_CALENDAR])
    assert (kept.scopes, missing) == ((Permission.READ_CALENDAR,), (Permission.READ_MAIL,))
    assert "You didn't allow me to read mail." in desk.said[-1]
    await desk.accounts.widen(ANN.id, kept.id, DM)
    assert set(desk.newest.asks) == {Permission.READ_MAIL, *CHANGING}


async def test_an_account_connected_again_stays_the_same(desk: Desk) -> None:
    first = await desk.connect(COMPANY)
    again = await desk.connect(COMPANY.model_copy(update={"email": "ann.new@example.com"}))
    assert (again.id, again.name, again.email) == (first.id, "work", "ann.new@example.com")
    assert len(await desk.listed()) == 1
    assert desk.said[-1].startswith("Connected again: *work*")


async def test_a_link_works_once_and_for_fifteen_minutes(desk: Desk) -> None:
    link = await desk.begin()
    late = await desk.begin()
    code = desk.house.consent.grant(COMPANY)
    await desk.accounts.finish(state=link["state"], code=code, error="")
    for state in (link["state"], "never given", ""):
        with pytest.raises(ConsentUnknown):
            await desk.accounts.finish(state=state, code=desk.house.consent.grant(COMPANY), error="")
    desk.house.clock.advance(LINK_LIFETIME)
    with pytest.raises(ConsentUnknown):
        await desk.accounts.finish(state=late["state"], code=desk.house.consent.grant(COMPANY), error="")


@pytest.mark.parametrize(
    ("back", "why"),
    [
        ({"code": "", "error": "access_denied"}, "access was not granted"),
        ({"code": "abc", "error": "server_error"}, "server_error"),
        ({"code": "", "error": ""}, "no code came"),
        ({"code": "forged", "error": ""}, "the code isn't known"),
    ],
)
async def test_what_was_refused_connects_nothing(desk: Desk, back: dict[str, str], why: str) -> None:
    link = await desk.begin()
    with pytest.raises(ConsentRefused, match=why):
        await desk.accounts.finish(state=link["state"], **back)
    assert await desk.listed() == ()
    assert desk.said == []


# Links for one account.


async def test_more_is_asked_of_the_account_that_needs_it_and_of_no_other(desk: Desk) -> None:
    work = await desk.connect(COMPANY, READING)
    await desk.connect(PRIVATE, READING)
    await desk.accounts.invite(ANN.id, DM, {work.id: (Permission.CHANGE_MAIL,)})
    assert (desk.newest.account, desk.newest.asks) == (work, (Permission.CHANGE_MAIL,))
    assert (desk.link()["hint"], desk.newest.whole) == (work.email, "")
    with pytest.raises(AnotherAccount, match=r"for ann@example\.com, and you chose ann@mail\.example"):
        await desk.follow(PRIVATE)
    await desk.accounts.invite(ANN.id, DM, {work.id: (Permission.CHANGE_MAIL,)})
    desk.house.clock.advance(RENEWAL_LIFETIME - timedelta(seconds=1))
    await desk.follow(COMPANY, [*READING, Permission.CHANGE_MAIL])
    assert (await desk.listed())[0].lacks(Permission) == (Permission.CHANGE_CALENDAR,)


async def test_a_link_dies_with_its_account(desk: Desk) -> None:
    work = await desk.connect(COMPANY, READING)
    await desk.accounts.widen(ANN.id, work.id, DM)
    await desk.house.grants.forget(work.id, ANN.id)
    with pytest.raises(ConsentUnknown):
        await desk.follow(COMPANY)
    assert await desk.listed() == ()


async def test_nobody_widens_or_renames_or_ends_anothers_account(desk: Desk) -> None:
    work = await desk.connect(COMPANY, READING)
    for attempt in (
        desk.accounts.widen(BOB.id, work.id, DM),
        desk.accounts.ask_name(BOB.id, work.id, "trigger"),
        desk.accounts.choose(BOB.id, work.id),
        desk.accounts.disconnect(BOB.id, work.id, DM),
    ):
        with pytest.raises(NotYours):
            await attempt
    assert await desk.accounts.rename(BOB.id, work.id, {"name": ("mine",)}) == {"name": NotYours().sentence}
    assert await desk.listed() == (work,)


async def test_one_card_leads_back_from_the_end_of_a_connection(desk: Desk) -> None:
    work = await desk.connect(COMPANY, READING)
    await desk.accounts.remind(ANN.id, work.id)
    assert len(desk.house.chat.invitations) == 1
    await desk.house.grants.bury(work.id, ANN.id)
    for _ in range(3):
        await desk.accounts.remind(ANN.id, work.id)
        desk.house.clock.advance(timedelta(minutes=1))
    assert len(desk.house.chat.invitations) == 2
    assert desk.newest.reconnects
    await desk.follow(COMPANY, READING)
    assert [a.alive for a in await desk.listed()] == [True]
    assert desk.said[-1].startswith("Connected again: *work*")


# What was pasted.


@pytest.mark.parametrize(
    ("entered", "found"),
    [
        ("4/0Abc", ("4/0Abc", "")),
        ("  4/0A bc\n", ("4/0Abc", "")),
        ("http://localhost:8425/oauth/google?state=S&code=4%2F0Abc&scope=x", ("4/0Abc", "")),
        ("localhost:8425/oauth/google?code=4/0Abc&state=S", ("4/0Abc", "")),
        ("?code=4/0Abc", ("4/0Abc", "")),
        ("http://localhost:8425/oauth/google?error=access_denied&state=S", ("", "access_denied")),
    ],
)
def test_a_code_is_found_in_what_was_pasted(entered: str, found: tuple[str, str]) -> None:
    assert pasted_code(entered, "S") == found


@pytest.mark.parametrize("entered", ["", "https://accounts.google.com/", "https://example.com/?a=b"])
def test_no_code_is_found_where_there_is_none(entered: str) -> None:
    with pytest.raises(NoCode):
        pasted_code(entered, "S")


async def test_an_address_is_pasted_and_what_is_wrong_stands_on_its_input() -> None:
    desk = Desk(paste=True)
    state = (await desk.begin())["state"]
    assert desk.newest.paste == state
    await desk.accounts.paste(state, "trigger")
    assert desk.house.chat.forms[-1].about == state
    code = desk.house.consent.grant(COMPANY)

    async def paste(text: str, person: Any = ANN) -> list[str]:
        return list(await desk.accounts.pasted(person.id, state, {"address": (text,)}))

    assert await paste("") == await paste("https://example.com/") == ["address"]
    assert await paste(f"http://localhost/?state=another&code={code}") == ["address"]
    assert await paste(f"http://localhost/?state={state}&code={code}") == []
    assert [a.email for a in await desk.listed()] == [COMPANY.email]
    assert await paste(code) == ["address"]


async def test_nobody_finishes_what_another_began() -> None:
    desk = Desk(paste=True)
    state = (await desk.begin())["state"]
    code = desk.house.consent.grant(COMPANY)
    assert await desk.accounts.pasted(BOB.id, state, {"address": (code,)}) == {"address": ConsentUnknown().sentence}
    assert await desk.listed() == ()


# Names.


def test_an_account_is_called_work_or_personal_then_after_its_domain() -> None:
    work, home = account(name="work", subject="1"), account(name="personal", subject="2")
    assert named(COMPANY, []) == "work"
    assert named(PRIVATE, []) == "personal"
    assert named(COMPANY, [work]) == "example"
    assert named(PRIVATE, [work, home]) == "mail"
    assert named(COMPANY, [work, account(name="example", subject="3")]) == "example 2"


def test_an_account_that_is_known_keeps_its_name() -> None:
    assert named(COMPANY, [account(name="day job", subject="1001")]) == "day job"


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(["a@x.example", "a@y.example", "a@work.example"])), max_size=12)
)
def test_no_two_accounts_have_one_name(connected: list[tuple[bool, str]]) -> None:
    known: list[Account] = []
    for number, (hosted, email) in enumerate(connected):
        name = named(Identity(subject=str(number), email=email, hosted=hosted), known)
        assert name not in {a.name for a in known}
        assert name
        known.append(account(name=name, subject=str(number), email=email))


async def test_a_person_renames_an_account_and_chooses_the_default(desk: Desk) -> None:
    work, home = await desk.connect(COMPANY), await desk.connect(PRIVATE)
    await desk.accounts.ask_name(ANN.id, home.id, "trigger")
    assert desk.house.chat.forms[-1].form.inputs[0].parts == ("personal",)
    assert "name" in await desk.accounts.rename(ANN.id, home.id, {"name": ("Work",)})
    assert await desk.accounts.rename(ANN.id, home.id, {"name": ("  family   mail ",)}) == {}
    await desk.accounts.choose(ANN.id, home.id)
    assert [(a.name, a.chosen) for a in await desk.listed()] == [("work", False), ("family mail", True)]
    await desk.accounts.show(ANN.id, DM, card="5.5")
    assert desk.house.chat.listed[-1] == (DM, await desk.listed(), "5.5")
    assert work.chosen


@pytest.mark.parametrize("entered", ["", "   ", "work:1", "*work*", "a@b", "x" * 41])
def test_a_name_that_would_be_misread_is_refused(entered: str) -> None:
    with pytest.raises(FormErrors):
        checked_name(entered)


def test_permissions_are_named_in_one_sentence() -> None:
    assert worded([]) == ""
    assert worded([Permission.READ_MAIL]) == "read mail"
    assert worded(reversed(READING)) == "read mail and see the calendars"
    everything = "read mail, see the calendars, change and send mail or change the calendars"
    assert worded(Permission, "or") == everything


# How they go.


def of(kept: Account) -> AccountRef:
    return AccountRef(id=kept.id, name=kept.name, email=kept.email)


async def test_disconnecting_ends_the_grant_and_takes_what_waits_with_it(desk: Desk) -> None:
    work, home = await desk.connect(COMPANY), await desk.connect(PRIVATE)
    turn, _ = await desk.store.turns.open(message(), limit=9)
    for number, kept in enumerate((work, work, home)):
        action = archive("m1").renewed(account=of(kept))
        approval = proposal(action, turn, desk.house.clock.now()).model_copy(update={"position": number})
        await desk.store.approvals.propose(approval)
        await desk.store.approvals.shown(approval, await desk.house.chat.show(approval))
        if number == 1:
            await desk.store.approvals.decide(ANN.id, action.id, Decision.APPROVE)
    refresh = (await desk.house.grants.tokens(work)).refresh
    await desk.accounts.disconnect(ANN.id, work.id, DM)
    assert desk.house.consent.revoked == [refresh]
    assert [(a.name, a.chosen) for a in await desk.listed()] == [("personal", True)]
    with pytest.raises(GrantDead):
        await desk.house.grants.tokens(work)
    shown = [card.shows.status for card in desk.house.chat.posted]
    assert shown == [Status.EXPIRED, Status.CANCELLED, Status.PROPOSED]
    assert desk.said[-1] == (
        "Disconnected: *work* (ann@example.com). Its tokens are deleted, its waiting cards are off, and what its other"
        " cards held is deleted."
    )


async def test_what_waits_for_a_disconnected_account_alone_is_told_so_in_its_thread(desk: Desk) -> None:
    work, home = await desk.connect(COMPANY, READING), await desk.connect(PRIVATE, READING)
    alone, both = [(await desk.store.turns.open(message(), limit=9))[0] for _ in range(2)]
    await desk.store.parking.park(alone, {work.id: (Permission.CHANGE_MAIL,)})
    await desk.store.parking.park(both, {work.id: (), home.id: (Permission.CHANGE_MAIL,)})
    await desk.accounts.disconnect(ANN.id, work.id, DM)
    told = [line.place for line in desk.house.chat.lines if "This waited for *work*" in line.text]
    assert told == [alone.place]


async def test_disconnecting_forgets_what_was_done_in_the_account(desk: Desk) -> None:
    work, home = await desk.connect(COMPANY), await desk.connect(PRIVATE)
    kept = []
    for each in (work, home):
        turn, _ = await desk.store.turns.open(message(), limit=9)
        action = archive("m1").renewed(account=of(each))
        await desk.store.approvals.propose(proposal(action, turn, desk.house.clock.now()))
        await desk.store.approvals.decide(ANN.id, action.id, Decision.REJECT)
        kept.append(action)
    await desk.accounts.disconnect(ANN.id, work.id, DM)
    assert await desk.store.approvals.get(ANN.id, kept[0].id) is None
    assert await desk.store.approvals.get(ANN.id, kept[1].id) is not None


async def test_a_revocation_that_fails_is_told_and_the_account_goes_anyway(desk: Desk) -> None:
    work = await desk.connect(COMPANY)
    desk.house.consent.fails = Faulty(provider="Google", why="status 503")
    await desk.accounts.disconnect(ANN.id, work.id, DM)
    assert await desk.listed() == ()
    assert "Google didn't confirm" in desk.said[-1]


async def test_a_leaver_loses_every_connection(desk: Desk) -> None:
    kept = [await desk.connect(COMPANY), await desk.connect(PRIVATE)]
    desk.house.chat.people[ANN.team, ANN.user] = ANN.model_copy(update={"member": False})
    await desk.accounts.changed(ANN.team, ANN.user)
    assert [a.alive for a in await desk.listed()] == [False, False]
    assert len(desk.house.consent.revoked) == 2
    person = await desk.store.people.person(ANN.id)
    assert person is not None
    assert not person.member
    invited = len(desk.house.chat.invitations)
    await desk.accounts.remind(ANN.id, kept[0].id)
    assert len(desk.house.chat.invitations) == invited


async def test_a_moved_person_keeps_their_connections_and_gets_their_zone(desk: Desk) -> None:
    await desk.connect(COMPANY)
    desk.house.chat.people[ANN.team, ANN.user] = ANN.model_copy(update={"zone": "Asia/Tokyo"})
    await desk.accounts.changed(ANN.team, ANN.user)
    assert [a.alive for a in await desk.listed()] == [True]
    kept = await desk.store.people.person(ANN.id)
    assert kept is not None
    assert kept.zone == "Asia/Tokyo"


async def test_nobody_is_met_by_a_change_of_their_profile(desk: Desk) -> None:
    await desk.accounts.changed(BOB.team, BOB.user)
    assert await desk.store.people.person(BOB.id) is None


def test_an_account_is_known_by_its_id_only() -> None:
    assert account().lacks([]) == ()
    assert account(scopes=()).lacks(READING) == READING
    assert isinstance(account().id, type(AccountId(ANN.id)))


async def test_accounts_are_listed_dead_ones_too(desk: Desk) -> None:
    kept = await desk.connect(COMPANY)
    await desk.connect(PRIVATE)
    await desk.house.grants.bury(kept.id, ANN.id)
    await desk.accounts.show(ANN.id, DM)
    await desk.accounts.show(BOB.id, DM)
    (_, mine, _), (_, theirs, _) = desk.house.chat.listed
    assert [(a.name, a.alive) for a in mine] == [("work", False), ("personal", True)]
    assert theirs == ()
