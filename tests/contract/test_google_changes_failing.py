"""Every answer Google can give to a change, of mail or of a calendar: told once, made once, and no grant dies of it."""

# ruff: noqa: F811 (a fixture is imported and then named as an argument)
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.calendars import EVERYONE, EventChange, NewEvent
from app.domain.errors import Conflict, Faulty, Missing, ProviderError, Refused, ScopeMissing, Throttled
from integrations.google.answers import pause
from tests.contract.google_desk import PERSON, GoogleHome
from tests.contract.test_google_failures import MODIFY, archive, google, hurry  # noqa: F401 (fixtures)

EVENT = "retro0001"


@dataclass(frozen=True)
class Change:
    """A change of mail or of a calendar: the call that makes it, what it leaves in the log, and how to make it."""

    call: str
    effect: str
    make: Callable[[GoogleHome], Awaitable[object]]

    async def ready(self, google: GoogleHome) -> Callable[[], Awaitable[object]]:
        """What makes it, once there is something to change."""
        if self.effect.startswith("events"):
            async with google.desk() as desk:
                start = google.clock.now().replace(microsecond=0) + timedelta(days=1)
                times = {"start": start, "end": start + timedelta(hours=1), "zone": "UTC"}
                await desk.calendars[0].insert(
                    NewEvent(id=EVENT, calendar="primary", title="Review", steward_action="a1", **times)
                )
        return lambda: self.make(google)


async def rename(google: GoogleHome) -> None:
    async with google.desk() as desk:
        await desk.calendars[0].change(
            EventChange(calendar="primary", event=EVENT, steward_change="c1", title="Retrospective")
        )


async def cancel(google: GoogleHome) -> None:
    async with google.desk() as desk:
        await desk.calendars[0].delete("primary", EVENT, notify=EVERYONE)


CHANGES = (
    Change(MODIFY, "messages.batchModify", archive),
    Change("PATCH /calendar/v3/calendars/*/events/*", "events.patch", rename),
    Change("DELETE /calendar/v3/calendars/*/events/*", "events.delete", cancel),
)

# Answers that tell what is wrong.


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "badRequest", Refused),
        (403, "forbidden", Refused),
        (403, "domainPolicy", Refused),
        (403, "insufficientPermissions", ScopeMissing),
        (403, "rateLimitExceeded", Throttled),
        (403, "userRateLimitExceeded", Throttled),
        (403, "quotaExceeded", Throttled),
        (403, "dailyLimitExceeded", Throttled),
        (404, "notFound", Missing),
        (409, "aborted", Conflict),
        (410, "deleted", Missing),
        (412, "conditionNotMet", Conflict),
        (429, "rateLimitExceeded", Throttled),
        (500, "backendError", Faulty),
        (502, "backendError", Faulty),
        (503, "backendError", Faulty),
        (504, "backendError", Faulty),
    ],
)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.effect)
async def test_a_change_tells_each_failure_at_once(
    google: GoogleHome, change: Change, status: int, reason: str, kind: type[ProviderError]
) -> None:
    do = await change.ready(google)
    google.world.switch(fail_next={change.call: {"n": 1, "status": status, "reason": reason, "message": "So it is."}})
    if change.effect == "events.delete" and kind is Missing:
        await do()  # what is gone needn't be taken away
        return
    with pytest.raises(ProviderError) as failed:
        await do()
    assert type(failed.value) is kind
    assert "{" not in failed.value.sentence
    if kind in (Refused, Conflict):
        assert "So it is" in failed.value.sentence
    await do()  # asked once more, it is done
    assert len(google.world.commits(change.effect)) == 1
    assert (await google.grants.accounts(PERSON.id))[0].alive


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.effect)
async def test_a_change_with_a_token_that_ran_out_is_made_once_with_a_new_one(
    google: GoogleHome, change: Change
) -> None:
    do = await change.ready(google)
    google.world.switch(fail_next={change.call: {"n": 1, "status": 401, "reason": "authError"}})
    await do()
    assert len(google.world.commits(change.effect)) == 1
    assert (await google.grants.accounts(PERSON.id))[0].alive


@pytest.mark.parametrize(
    ("retry_after", "waits"),
    [
        ("7", timedelta(seconds=7)),
        ("Wed, 21 Oct 2026 07:28:00 GMT", timedelta(minutes=28)),
        ("Wed, 21 Oct 2026 07:28:00 -0000", timedelta(minutes=28)),
        ("Wed, 21 Oct 2026 06:00:00 GMT", timedelta()),
        ("", None),
        ("soon", None),
        ("-7", None),
    ],
)
def test_a_wait_is_said_in_seconds_or_as_a_date(retry_after: str, waits: timedelta | None) -> None:
    assert pause(retry_after, datetime(2026, 10, 21, 7, tzinfo=UTC)) == waits
