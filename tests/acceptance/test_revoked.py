"""What each skill says when an account has been revoked at Google: its name, and nothing of what it held."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sandbox.playing.connecting import allow
from tests.acceptance.house import House
from tests.acceptance.people import ALEX, Person
from tests.acceptance.test_accounts import links, said
from tests.acceptance.workflows.moment import subject
from tests.acceptance.workflows.seen import AccountSeen, seen

WORK, PERSONAL = ALEX
ASKS = ("triage", "follow", "optimise", "brief", "tasks", "focus", "digest")
REMEMBERED = ("tasks", "focus", "digest")
"""Tasks once found stay until they are done, whatever becomes of the account."""
TOO_SHORT = 6
"""Characters of a title that may stand anywhere by chance."""


def held(account: AccountSeen) -> set[str]:
    """The subjects and titles that an account knows."""
    mails = {subject(mail) for mail in account.mails.values()}
    return {title for title in mails | {one.title for one in account.occurrences} if len(title) > TOO_SHORT}


@pytest.mark.parametrize("ask", ASKS)
async def test_it_is_named_and_nothing_of_it_is_said(house: House, alex: Person, ask: str) -> None:
    accounts = await seen(house.google, ALEX, datetime.now(UTC).astimezone(ZoneInfo(alex.zone)))
    theirs = set() if ask in REMEMBERED else held(accounts[PERSONAL]) - held(accounts[WORK])
    await house.google.turn(revoke_grant=PERSONAL)
    answer = await alex.ask(ask)
    try:
        assert answer.state == "ended"
        assert f"I left out *personal* ({PERSONAL})" in answer.words
        assert not sorted(title for title in theirs if title in answer.words)
    finally:
        reconnect = await said(alex, "Reconnect personal", since=answer.asked)
        await allow(links(reconnect)[0], PERSONAL)
        await said(alex, "Connected again: *personal*", since=answer.asked)
