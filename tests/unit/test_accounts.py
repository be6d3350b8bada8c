"""Connecting an account: the link, the way back, and what the account is called."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import LINK_LIFETIME, Accounts, challenge, named
from app.domain.errors import ConsentRefused, ConsentUnknown
from app.domain.ports import Identity
from app.domain.types import Account, Place, TurnId
from app.reception import NO_ACCOUNTS, NOTHING_WAITS, Reception
from tests.fakes import FakeHouse, MemoryStore
from tests.samples import ANN, BOB, account, archive, message, proposal
from tests.unit.turns import turn_of

COMPANY = Identity(subject="1001", email="ann@example.com", hosted=True)
PRIVATE = Identity(subject="2002", email="ann@mail.example", hosted=False)
DM = Place(channel=ANN.dm, thread="1.0")


class Desk:
    """The use case over fakes, with Ann known to the house."""

    def __init__(self) -> None:
        self.house = FakeHouse()
        self.store = MemoryStore(self.house.clock)
        services = self.house.services(self.store)
        self.accounts, self.reception = Accounts(services), Reception(services)

    async def begin(self, place: Place = DM) -> dict[str, str]:
        """What the link that Ann is shown carries."""
        await self.store.people.meet(ANN)
        await self.accounts.invite(ANN.id, place)
        _, url = self.house.chat.invitations[-1]
        return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}

    async def connect(self, identity: Identity) -> Any:
        link = await self.begin()
        code = self.house.consent.grant(identity)
        return await self.accounts.finish(state=link["state"], code=code, error="")

    @property
    def said(self) -> list[str]:
        return [line.text for line in self.house.chat.lines]


@pytest.fixture
def desk() -> Desk:
    return Desk()


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


async def test_the_link_is_shown_in_the_dm_whatever_was_asked_where(desk: Desk) -> None:
    await desk.begin(Place(channel="C0GENERAL", thread="1.0"))
    assert desk.house.chat.invitations[0][0] == Place(channel=ANN.dm, thread="")
    await desk.begin()
    assert desk.house.chat.invitations[1][0] == DM


async def test_a_stranger_gets_no_link(desk: Desk) -> None:
    with pytest.raises(ConsentUnknown):
        await desk.accounts.invite(BOB.id, DM)


async def test_the_way_back_connects_the_account_and_says_so(desk: Desk) -> None:
    kept, owner = await desk.connect(COMPANY)
    assert (kept.email, kept.name, kept.person, kept.alive) == ("ann@example.com", "work", ANN.id, True)
    assert owner == ANN.name
    assert desk.said == ["Connected: *work* (ann@example.com)."]
    assert await desk.house.grants.accounts(ANN.id) == (kept,)
    assert (await desk.house.grants.tokens(kept)).scopes == kept.scopes


async def test_an_account_connected_again_stays_the_same(desk: Desk) -> None:
    first, _ = await desk.connect(COMPANY)
    again, _ = await desk.connect(COMPANY.model_copy(update={"email": "ann.new@example.com"}))
    assert (again.id, again.name, again.email) == (first.id, "work", "ann.new@example.com")
    assert len(await desk.house.grants.accounts(ANN.id)) == 1


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
    assert await desk.house.grants.accounts(ANN.id) == ()
    assert desk.said == []


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


# What Steward says of itself.


async def test_the_welcome_offers_to_connect_until_one_is(desk: Desk) -> None:
    await desk.reception.welcome(ANN.id, DM)
    await desk.connect(COMPANY)
    await desk.reception.welcome(ANN.id, DM)
    assert (desk.said[0], desk.said[-1]) == ("welcome, connect", "welcome")


async def test_accounts_are_listed_dead_ones_too(desk: Desk) -> None:
    await desk.reception.accounts(ANN.id, DM)
    assert desk.said == [NO_ACCOUNTS]
    kept, _ = await desk.connect(COMPANY)
    await desk.connect(PRIVATE)
    await desk.house.grants.bury(kept.id, ANN.id)
    await desk.reception.accounts(ANN.id, DM)
    assert desk.said[-1] == (
        "Connected accounts:\n"
        "• *work* (ann@example.com): the connection has ended, type `connect`\n"
        "• *personal* (ann@mail.example)"
    )
    await desk.reception.accounts(BOB.id, DM)
    assert desk.said[-1] == NO_ACCOUNTS


async def test_pending_shows_the_waiting_cards_here(desk: Desk) -> None:
    await desk.reception.pending(ANN.id, DM)
    assert desk.said == [NOTHING_WAITS]
    turn = turn_of(message()).model_copy(update={"id": TurnId(ANN.id)})
    approval = proposal(archive("m1"), turn, desk.house.clock.now())
    await desk.store.approvals.propose(approval)
    await desk.store.approvals.shown(approval, await desk.house.chat.show(approval))
    await desk.reception.pending(BOB.id, DM)
    assert len(desk.house.chat.posted) == 1
    await desk.reception.pending(ANN.id, DM)
    card = desk.house.chat.posted[-1]
    assert card.place == DM
    kept = await desk.store.approvals.get(ANN.id, approval.id)
    assert kept is not None
    assert (kept.card_ts, kept.place) == (card.ts, DM)


async def test_home_shows_whose_it_is_and_nothing_of_others(desk: Desk) -> None:
    kept, _ = await desk.connect(COMPANY)
    await desk.reception.home(ANN.id, ANN.user)
    await desk.reception.home(BOB.id, BOB.user)
    assert desk.house.chat.homes == {ANN.user: ((kept,), ()), BOB.user: ((), ())}
    await desk.reception.suggest(DM)
    assert desk.house.chat.prompted == [DM]


async def test_a_leaver_loses_every_connection(desk: Desk) -> None:
    await desk.connect(COMPANY)
    await desk.connect(PRIVATE)
    desk.house.chat.people[ANN.team, ANN.user] = ANN.model_copy(update={"member": False})
    await desk.accounts.changed(ANN.team, ANN.user)
    assert [a.alive for a in await desk.house.grants.accounts(ANN.id)] == [False, False]
    kept = await desk.store.people.person(ANN.id)
    assert kept is not None
    assert not kept.member


async def test_a_moved_person_keeps_their_connections_and_gets_their_zone(desk: Desk) -> None:
    await desk.connect(COMPANY)
    desk.house.chat.people[ANN.team, ANN.user] = ANN.model_copy(update={"zone": "Asia/Tokyo"})
    await desk.accounts.changed(ANN.team, ANN.user)
    assert [a.alive for a in await desk.house.grants.accounts(ANN.id)] == [True]
    kept = await desk.store.people.person(ANN.id)
    assert kept is not None
    assert kept.zone == "Asia/Tokyo"


async def test_nobody_is_met_by_a_change_of_their_profile(desk: Desk) -> None:
    await desk.accounts.changed(BOB.team, BOB.user)
    assert await desk.store.people.person(BOB.id) is None
