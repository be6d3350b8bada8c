"""Every way Google can fail, as the product tells it; and which grants die of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from app.domain.errors import (
    Faulty,
    GrantDead,
    NotConnected,
    ProviderError,
    Refused,
    ScopeMissing,
    Throttled,
    Unanswered,
)
from app.domain.grants import Tokens
from app.domain.permissions import READING, Permission
from app.domain.types import MailQuery
from integrations.google import consent, services, wire
from integrations.google.calendar import GoogleCalendar
from integrations.google.gmail import GmailMailbox
from integrations.google.quota import GMAIL
from integrations.google.wire import READ_TRIES, Wire
from tests.contract.google_desk import PERSON, GoogleHome, google_home
from tests.contract.google_world import ADA, BOB, Clock, running
from tests.samples import account

GET = "GET /gmail/v1/users/*/messages"
MODIFY = "POST /gmail/v1/users/*/messages/batchModify"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads are repeated at once: how long they pause is not what these tests are about."""
    monkeypatch.setattr(wire, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(consent, "PAUSE", timedelta())


@pytest.fixture
async def google(tmp_path: Path) -> AsyncIterator[GoogleHome]:
    with running(tmp_path, clock=Clock()) as world:
        async with google_home(world) as found:
            await found.connect()
            yield found


async def archive(google: GoogleHome) -> None:
    """A change of mail."""
    async with google.desk() as desk:
        newest = await desk.mailboxes[0].ids(MailQuery(where="inbox"), limit=1)
        await desk.mailboxes[0].label(newest, remove=("INBOX",))


async def search(google: GoogleHome) -> int:
    """A look at mail."""
    async with google.desk() as desk:
        return (await desk.mailboxes[0].search(MailQuery(), limit=1)).total


# Answers that tell what is wrong.


async def test_the_scope_that_is_missing_names_the_account(google: GoogleHome) -> None:
    google.world.switch(fail_next={MODIFY: {"status": 403, "reason": "insufficientPermissions"}})
    with pytest.raises(ScopeMissing, match=ADA):
        await archive(google)


@pytest.mark.parametrize(("retry_after", "waits"), [(7, timedelta(seconds=7)), (None, timedelta(seconds=2))])
async def test_a_busy_answer_says_how_long_to_wait(
    google: GoogleHome, retry_after: int | None, waits: timedelta
) -> None:
    failure = {"status": 429, "reason": "rateLimitExceeded"} | ({"retry_after": retry_after} if retry_after else {})
    google.world.switch(fail_next={MODIFY: failure})
    with pytest.raises(Throttled) as busy:
        await archive(google)
    assert busy.value.retry_after == waits


# Looking again, and never doing again.


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_look_is_repeated_after_a_passing_fault(google: GoogleHome, status: int) -> None:
    google.world.switch(fail_next={GET: {"n": READ_TRIES - 1, "status": status, "retry_after": 0}})
    assert await search(google) == 17


async def test_a_look_that_keeps_failing_is_given_up(google: GoogleHome) -> None:
    google.world.switch(fail_next={GET: {"n": READ_TRIES, "status": 503}})
    with pytest.raises(Faulty):
        await search(google)
    assert await search(google) == 17


async def test_a_look_doesnt_wait_for_long(google: GoogleHome) -> None:
    google.world.switch(fail_next={GET: {"n": 1, "status": 429, "retry_after": 3600}})
    with pytest.raises(Throttled) as busy:
        await search(google)
    assert busy.value.retry_after == timedelta(hours=1)


async def test_a_change_whose_answer_was_lost_isnt_repeated(google: GoogleHome) -> None:
    google.world.switch(commit_then_drop={MODIFY: 1})
    with pytest.raises(Unanswered):
        await archive(google)
    assert len(google.world.commits("messages.batchModify")) == 1


async def test_a_faulty_change_isnt_repeated(google: GoogleHome) -> None:
    google.world.switch(fail_next={MODIFY: {"n": 2, "status": 503}})
    for _ in range(2):
        with pytest.raises(Faulty):
            await archive(google)
    await archive(google)
    assert len(google.world.commits("messages.batchModify")) == 1


# Tokens and grants.


async def test_an_expired_token_is_renewed_and_kept(google: GoogleHome) -> None:
    (mine,) = await google.grants.accounts(PERSON.id)
    before = await google.grants.tokens(mine)
    google.world.clock.forward(hours=2)
    assert await search(google) == 17
    after = await google.grants.tokens(mine)
    assert after.access != before.access
    assert after.refresh == before.refresh
    assert after.expires_at > google.clock.now()


async def test_a_token_that_google_refuses_is_renewed_once_for_all_requests(google: GoogleHome) -> None:
    google.world.switch(expire_access=ADA)
    async with google.desk() as desk:
        ids = await desk.mailboxes[0].ids(MailQuery())
        google.world.switch(expire_access=ADA)
        mails = await desk.mailboxes[0].read(ids)
    assert len(mails) == 17
    renewals = [e for e in google.world.control("log") if e.get("path") == "/token"]
    assert len(renewals) == 3  # the connection, and one for each refusal


async def test_a_token_that_somebody_else_renewed_is_used(google: GoogleHome) -> None:
    google.world.clock.forward(hours=2)
    async with google.desk() as first, google.desk() as second:
        await first.mailboxes[0].ids(MailQuery())
        await second.mailboxes[0].ids(MailQuery())
    assert len([e for e in google.world.control("log") if e.get("path") == "/token"]) == 2


async def test_a_grant_that_was_withdrawn_is_dead_and_buried(google: GoogleHome) -> None:
    google.world.switch(revoke_grant=ADA)
    with pytest.raises(GrantDead, match=ADA):
        await search(google)
    (mine,) = await google.grants.accounts(PERSON.id)
    assert not mine.alive
    with pytest.raises(NotConnected):
        await search(google)


async def test_the_other_account_works_on(google: GoogleHome) -> None:
    await google.connect(BOB, "home")
    google.world.switch(revoke_grant=ADA)
    async with google.desk() as desk:
        with pytest.raises(GrantDead):
            await desk.mailbox("work").ids(MailQuery())
        assert await desk.mailbox("home").ids(MailQuery()) == ()
    async with google.desk() as desk:
        assert [a.email for a in desk.accounts] == [BOB]


@pytest.mark.parametrize(("status", "kind"), [(429, Throttled), (500, Faulty), (503, Faulty), (401, Refused)])
async def test_a_token_endpoint_with_a_fault_kills_no_grant(
    google: GoogleHome, status: int, kind: type[ProviderError]
) -> None:
    google.world.clock.forward(hours=2)
    google.world.switch(fail_next={"POST /token": {"n": READ_TRIES, "status": status}})
    with pytest.raises(kind):
        await archive(google)
    assert (await google.grants.accounts(PERSON.id))[0].alive
    google.world.switch(fail_next={})
    assert await search(google) == 17


async def test_a_refusal_that_persists_is_no_dead_grant(google: GoogleHome) -> None:
    google.world.switch(fail_next={MODIFY: {"n": 2, "status": 401, "reason": "authError"}})
    with pytest.raises(Refused):
        await archive(google)
    assert (await google.grants.accounts(PERSON.id))[0].alive
    await archive(google)


# What isn't Google.


async def token(_: str) -> str:
    return "token"


@asynccontextmanager
async def imposter(answer: Any) -> AsyncIterator[GmailMailbox]:
    """Something that stands in the way, and the mailbox behind it."""

    async def respond(request: web.Request) -> web.StreamResponse:
        if answer is None:
            assert request.transport
            request.transport.abort()
        return web.Response(**(answer or {}))

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", respond)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as session:
        mine = account(email=ADA)
        try:
            yield GmailMailbox(Wire(session, mine, token, provider="Gmail"), mine, services.gmail(root), zone="UTC")
        finally:
            await runner.cleanup()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, Unanswered),
        ({"status": 502, "body": b"<html>Bad Gateway \xe9</html>"}, Faulty),
        ({"status": 503, "body": b""}, Faulty),
        ({"status": 400, "body": b"not json"}, Refused),
        ({"status": 400, "body": b'{"error": "a word"}'}, Refused),
        ({"status": 403, "body": b'{"error": {"errors": null, "details": null}}'}, Refused),
        ({"status": 403, "body": b'{"error": {"errors": ["odd"], "details": [1]}}'}, Refused),
        ({"status": 400, "body": b"[1, 2]"}, Refused),
        ({"status": 429, "body": b"", "headers": {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}}, Throttled),
        ({"status": 302, "body": b"", "headers": {"X": "1"}}, Refused),
    ],
    ids=["cut", "proxy", "empty 503", "no json", "a word", "nulls", "odd errors", "a list", "dated wait", "elsewhere"],
)
async def test_an_answer_of_another_kind_is_a_failure_all_the_same(
    answer: dict[str, Any] | None, kind: type[ProviderError]
) -> None:
    async with imposter(answer) as box:
        with pytest.raises(kind):
            await box.label(["m1"], remove=("INBOX",))


async def test_nobody_there_is_unanswered() -> None:
    async with aiohttp.ClientSession() as session:
        mine = account(email=ADA)
        way = Wire(session, mine, token, provider="Google Calendar")
        calendar = GoogleCalendar(way, mine, services.calendar("http://127.0.0.1:1"))
        with pytest.raises(Unanswered, match="Google Calendar"):
            await calendar.delete("primary", "e1", notify="none")


async def test_an_answer_that_takes_too_long_is_unanswered(google: GoogleHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    google.world.control("hold", {"match": MODIFY, "when": "after"})
    with pytest.raises(Unanswered):
        await archive(google)
    google.world.control("release", {})
    assert len(google.world.commits("messages.batchModify")) == 1


async def test_at_most_five_requests_of_an_account_are_under_way(google: GoogleHome) -> None:
    """Google answers 429 above its own limit, which the stand-in holds at five here."""
    google.world.switch(concurrency=GMAIL.at_once, latency_ms=5)
    async with google.desk() as desk:
        ids = await desk.mailboxes[0].ids(MailQuery())
        assert len(await desk.mailboxes[0].read(ids)) == 17
    statuses = {e.get("status") for e in google.world.control("log") if "/messages" in str(e.get("path"))}
    assert 429 not in statuses


# Consent.


async def test_the_consent_page_is_asked_for_lasting_access_and_one_scope_each(google: GoogleHome) -> None:
    url = google.consent.url("the-state", "the-challenge", asks=READING, hint=ADA)
    for part in (
        "access_type=offline",
        "code_challenge_method=S256",
        "state=the-state",
        "login_hint=ada%40work.example",
    ):
        assert part in url


async def test_what_google_says_is_who_it_is(google: GoogleHome) -> None:
    (mine,) = await google.grants.accounts(PERSON.id)
    assert mine.email == ADA
    assert mine.subject.isdigit()
    assert mine.scopes == tuple(Permission)
    tokens = await google.grants.tokens(mine)
    assert isinstance(tokens, Tokens)
    assert tokens.expires_at > google.clock.now()
