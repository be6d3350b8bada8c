"""The actions that are measured: every kind there is, on the mail and the calendars that are there."""

from collections.abc import Mapping

import aiohttp

from bench import calendar_deeds, mail_deeds
from bench.kind import Account, Kind

WORK = "work"


async def kinds(session: aiohttp.ClientSession, google: str, tokens: Mapping[str, str]) -> list[Kind]:
    """All of them, on the work account and another one, by their tokens."""
    private = next(name for name in tokens if name != WORK)
    work, other = (Account(session, google, name=name, token=tokens[name]) for name in (WORK, private))
    return [*await calendar_deeds.kinds(work, other), *await mail_deeds.kinds(work)]
