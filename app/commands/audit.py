"""Verifies the audit trail: every chain from its first line to its end, and every anchor."""

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from app.commands.run import addressed
from app.domain.errors import StewardError
from app.domain.types import PersonId, person_id
from app.embedded import services
from app.settings import Settings
from app.store import PostgresStore
from app.store.anchors import Anchor, BrokenAnchor
from app.store.audit import Attested
from app.store.chain import BrokenChain
from app.wiring import make_anchors, open_store


class NobodyKnown(StewardError):
    """Nobody is known as {person}. Give the id that `audit verify` prints, or TEAM/USER with Slack's ids."""


class NoTrail(StewardError):
    """There is no audit trail in {home} yet: nothing has run there. Set STEWARD_HOME or DATABASE_URL to where it is."""


class Finding(NamedTuple):
    """What became of one chain, or of the anchors."""

    well: bool
    says: str
    lines: int = 0


async def verify(settings: Settings, wanted: str) -> int:
    """Print a line per chain; the exit status is 1 when one is broken. Raises StewardError, EmbeddedError,
    SchemaError."""
    anchors, refused = _anchors(settings)
    async with opened_store(settings) as store:
        people = sorted({*await store.audit.tails(), *(person for anchor in anchors for person in anchor.chains)})
        if wanted:
            people = [_meant(wanted, people)]
        findings = [*refused, *[await _chain(store, person, _attested(anchors, person)) for person in people]]
    for finding in findings:
        print(f"{'✓' if finding.well else '✗'} {finding.says}")
    broken = sum(not finding.well for finding in findings)
    lines = sum(finding.lines for finding in findings)
    looked_at = (_counted(len(people), "chain"), _counted(lines, "line"), _counted(len(anchors), "anchor"))
    print(f"{', '.join(looked_at)}: " + (f"{broken:,} broken." if broken else "nothing was changed."))
    return 1 if broken else 0


def _anchors(settings: Settings) -> tuple[list[Anchor], list[Finding]]:
    """The anchors up to the first that can't be relied on, and what is wrong with that one."""
    found: list[Anchor] = []
    try:
        for anchor in make_anchors(settings).read():
            found.append(anchor)
    except BrokenAnchor as broken:
        return found, [Finding(False, f"anchors: {broken}.")]
    return found, []


@contextlib.asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[PostgresStore]:
    """The store of the configured database, or of the embedded one, whether or not a house is running."""
    async with contextlib.AsyncExitStack() as stack:
        url = settings.database
        if not url:
            if not (settings.home / "house.lock").exists():
                raise NoTrail(home=settings.home)
            own = services(settings.home, database_url=None, redis_url=settings.redis or None)
            url = (await addressed(settings, await stack.enter_async_context(own)))["DATABASE_URL"]
        store = await open_store(settings, url)
        stack.push_async_callback(store.close)
        yield store


def _meant(wanted: str, people: Sequence[PersonId]) -> PersonId:
    """The person of an id, or of Slack's ids for their workspace and themselves. Raises NobodyKnown."""
    team, slash, user = wanted.partition("/")
    try:
        person = person_id(team, user) if slash else PersonId(UUID(wanted))
    except ValueError as malformed:
        raise NobodyKnown(person=wanted) from malformed
    if person not in people:
        raise NobodyKnown(person=wanted)
    return person


def _attested(anchors: Iterable[Anchor], person: PersonId) -> Attested:
    attested: defaultdict[int, dict[str, bytes]] = defaultdict(dict)
    for anchor in anchors:
        if (tail := anchor.chains.get(person)) and tail.lines:
            attested[tail.lines][anchor.name] = tail.hash
    return attested


async def _chain(store: PostgresStore, person: PersonId, attested: Attested) -> Finding:
    try:
        whole = await store.audit.verify(person, attested)
    except BrokenChain as broken:
        return Finding(False, f"{person}: {broken}.")
    found = f"{_counted(whole.lines, 'line')}, {_counted(whole.anchors, 'anchor')}"
    before = f"; {_counted(whole.unchained, 'line')} from before there was a chain" if whole.unchained else ""
    return Finding(True, f"{person}: {found}{before}.", whole.lines)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
