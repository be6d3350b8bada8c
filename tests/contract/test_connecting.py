"""The contracts of Consent and Desks: in memory, and Google's OAuth and APIs."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.accounts import challenge
from app.domain.desk import Desk
from app.domain.errors import ConsentRefused, Faulty, NotConnected, UnclearAccount
from app.domain.grants import Consent, Identity
from app.domain.permissions import READING
from app.domain.ports import Desks
from app.domain.types import Account, MailQuery, Person
from integrations.google.consent import Endpoints
from tests.contract.google_desk import PERSON, VERIFIER, GoogleHome, google_home
from tests.contract.google_world import ADA, BOB, Clock, running
from tests.fakes import ManualClock, MemoryCalendar, MemoryConsent, MemoryDesks, MemoryMailbox
from tests.samples import BOB as STRANGER
from tests.samples import account


@dataclass
class Page:
    """A consent page, and someone who says yes on it."""

    consent: Consent
    grant: Callable[[str], str]
    """Says yes for an address on the page of this link; gives the code that comes back."""


@pytest.fixture
async def google(tmp_path: Path) -> AsyncIterator[GoogleHome]:
    with running(tmp_path, clock=Clock()) as world:
        async with google_home(world) as found:
            yield found


def allow(google: GoogleHome, email: str) -> str:
    back = google.world.consent(google.consent.url("the-state", challenge(VERIFIER), asks=READING), email)
    answered = parse_qs(urlsplit(back).query)
    assert answered["state"] == ["the-state"]
    return answered["code"][0]


@pytest.fixture(params=["memory", "google"])
async def page(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Page]:
    if request.param == "memory":
        fake = MemoryConsent(ManualClock())
        yield Page(fake, lambda email: fake.grant(Identity(subject=email, email=email)))
        return
    with running(tmp_path, clock=Clock()) as world:
        async with google_home(world) as google:
            yield Page(google.consent, lambda email: allow(google, email))


def test_the_link_carries_what_the_way_back_is_known_by(page: Page) -> None:
    asked = parse_qs(urlsplit(page.consent.url("the-state", "the-challenge", asks=READING, hint=ADA)).query)
    assert asked["state"] == ["the-state"]
    assert "the-challenge" in [value for values in asked.values() for value in values]
    assert ADA in [value for values in asked.values() for value in values]


async def test_a_code_says_whose_account_it_is_and_lets_us_in(page: Page) -> None:
    identity, tokens = await page.consent.exchange(page.grant(ADA), VERIFIER)
    assert identity.email == ADA
    assert tokens.access
    assert tokens.refresh
    other, _ = await page.consent.exchange(page.grant(BOB), VERIFIER)
    assert other.subject != identity.subject


async def test_a_code_works_once_and_only_if_it_was_given(page: Page) -> None:
    code = page.grant(ADA)
    await page.consent.exchange(code, VERIFIER)
    for unknown in (code, "never-given", ""):
        with pytest.raises(ConsentRefused):
            await page.consent.exchange(unknown, VERIFIER)


async def test_whoever_steals_a_code_lacks_the_verifier(google: GoogleHome) -> None:
    """RFC 7636: this is what the challenge is for."""
    with pytest.raises(ConsentRefused):
        await google.consent.exchange(allow(google, ADA), "x" * 43)


@pytest.mark.parametrize("path", ["POST /token", "GET /v1/userinfo"])
async def test_a_fault_at_the_way_back_is_googles_and_no_refusal(google: GoogleHome, path: str) -> None:
    code = allow(google, ADA)
    google.world.switch(fail_next={path: {"status": 503}})
    with pytest.raises(Faulty):
        await google.consent.exchange(code, VERIFIER)


async def test_a_hosted_account_is_told_from_a_private_one(google: GoogleHome) -> None:
    identity, _ = await google.consent.exchange(allow(google, ADA), VERIFIER)
    assert identity.hosted is (not ADA.endswith("@gmail.com"))


def test_googles_own_addresses_are_used_unless_told_otherwise() -> None:
    assert Endpoints.under("") == Endpoints()
    assert Endpoints.under("http://127.0.0.1:1/") == Endpoints(
        *(f"http://127.0.0.1:1{path}" for path in ("/o/oauth2/v2/auth", "/token", "/v1/userinfo", "/revoke"))
    )


# Desks.


@dataclass
class Office:
    """Where desks stand, and Ann's two accounts: work and home."""

    desks: Desks
    bury: Callable[[Account], None]

    def open(self, person: Person = PERSON) -> AbstractAsyncContextManager[Desk]:
        return self.desks.open(person)


class _Buried(MemoryMailbox):
    """A mailbox whose account can end."""

    def end(self) -> None:
        self._account = self._account.model_copy(update={"alive": False})


@pytest.fixture(params=["memory", "google"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    if request.param == "memory":
        desks, boxes = MemoryDesks(), {}
        for name, email in (("work", ADA), ("home", BOB)):
            mine = account(PERSON, name=name, email=email, subject=name)
            boxes[mine.id] = _Buried(mine, ManualClock())
            desks.place(boxes[mine.id], MemoryCalendar(mine))
        yield Office(desks, lambda a: boxes[a.id].end())
        return
    with running(tmp_path, clock=Clock()) as world:
        async with google_home(world) as google:
            await google.connect(ADA, "work")
            await google.connect(BOB, "home")
            kept = google.grants._accounts

            def bury(dead: Account) -> None:
                kept[dead.id] = dead.model_copy(update={"alive": False})

            yield Office(google.desks, bury)


async def test_a_desk_has_all_of_a_persons_accounts(office: Office) -> None:
    async with office.open() as desk:
        assert [(a.name, a.email) for a in desk.accounts] == [("work", ADA), ("home", BOB)]
        for by in ("work", ADA, desk.accounts[0].id):
            assert desk.mailbox(by).account.email == ADA
            assert desk.calendar(by).account.email == ADA
        with pytest.raises(UnclearAccount, match="The accounts are: work, home"):
            desk.mailbox("holiday")


async def test_nobody_has_anothers_desk(office: Office) -> None:
    with pytest.raises(NotConnected):
        async with office.open(STRANGER):
            pass


async def test_a_dead_account_has_no_place_on_the_desk(office: Office) -> None:
    async with office.open() as desk:
        work, home = desk.accounts
    office.bury(work)
    async with office.open() as desk:
        assert [a.name for a in desk.accounts] == ["home"]
        assert await desk.mailboxes[0].ids(MailQuery(words="nothing of the kind")) == ()
    office.bury(home)
    with pytest.raises(NotConnected):
        async with office.open():
            pass
