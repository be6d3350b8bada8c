"""What an action's life consists of, step by step, as the stand-ins and the database saw one that nobody disturbed."""

import json
import re
from collections import Counter
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from bench.chaos.gates import Gates
from tests.acceptance.house import House

Json = dict[str, Any]
IDENT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_READ = "a read"
PREFIXES = ("gmail.users.", "calendar.")
READ_BY_POST = ("freebusy.query",)
"""Calls to Google that change nothing, though they aren't made with GET."""
STARTING = ("auth.test",)
"""Calls to Slack that belong to the first request an app hears, whatever it is about."""
DECIDED = ("proposed", "approved", "undoing", "ended")
"""States that the app brings about, and whose cards it draws; a worker brings about the others."""


class Where(StrEnum):
    """Who sees a step."""

    GOOGLE = "google"
    SLACK = "slack"
    MODEL = "model"
    STORE = "store"


class Moment(StrEnum):
    """When somebody is killed at a step."""

    BEFORE = "before"
    AFTER = "after"
    LATE = "late"
    """Before it, but it arrives all the same, after somebody else has taken over."""


@dataclass(frozen=True)
class Step:
    """One request or one write."""

    where: Where
    name: str
    match: str
    """What a stand-in, or a gate, knows it by."""
    method: str = ""
    """Of a request to Slack: switches go by it."""
    times: int = 1
    """Requests of the same kind at once, or one after the other."""
    changes: bool = False
    """Whether it changes something at the provider."""

    @property
    def by_worker(self) -> bool:
        """Whether a worker does it, once somebody has clicked; the app does everything else."""
        if self.where is Where.MODEL or self.name.startswith(("envelope", "turn")):
            return False
        return self.where is Where.GOOGLE or self.name.split()[-1] not in DECIDED


@dataclass(frozen=True)
class Lifeline:
    """The steps of one verb of one kind of action, in their order."""

    verb: str
    kind: str
    steps: tuple[Step, ...]

    def apart(self, index: int) -> bool:
        """Whether a step can be told apart from the earlier ones of the same name: else it is struck with them."""
        try:
            self.approach(index)
        except LookupError:
            return False
        return True

    def approach(self, index: int) -> int | None:
        """The last step before this one at which to wait until an earlier step of the same name is over; None when
        there is no earlier one. Raises LookupError when nothing lies between."""
        same = [i for i, s in enumerate(self.steps[:index]) if (s.where, s.match) == self._key(index)]
        if not same:
            return None
        between = [i for i in range(same[-1] + 1, index) if self._first(i)]
        if not between:
            raise LookupError(f"{self.verb} {self.kind}: nothing lies before the second {self.steps[index].name}")
        return between[-1]

    def _key(self, index: int) -> tuple[Where, str]:
        return self.steps[index].where, self.steps[index].match

    def _first(self, index: int) -> bool:
        return all(self._key(i) != self._key(index) for i in range(index))


class Watch:
    """Looks at everything that happens from now on."""

    def __init__(self, house: House, gates: Gates) -> None:
        self._house = house
        self._gates = gates

    async def steps(self, work: Awaitable[object]) -> tuple[Step, ...]:
        """The steps of this work; nothing else may be going on meanwhile."""
        house = self._house
        google, slack, written = await house.google.mark(), await house.slack.mark(), await self._gates.last()
        asked = max((entry["number"] for entry in await house.models.requests()), default=0)
        await work
        found: list[tuple[datetime, Step]] = []
        found += _stamped(await house.google.get("log", since=google, kind="request"), _google)
        found += _stamped(await house.slack.log(slack, kind="api"), _slack)
        found += _stamped([e for e in await house.models.requests() if e["number"] > asked], _model)
        found += [(w.at, Step(Where.STORE, w.name, w.name)) for w in await self._gates.writes(written)]
        return tuple(_collapsed([step for _, step in sorted(found, key=lambda pair: pair[0])]))


def _stamped(entries: Sequence[Json], step: Any) -> Iterator[tuple[datetime, Step]]:
    for entry in entries:
        if found := step(entry):
            yield datetime.fromisoformat(entry["at"]), found


def _google(entry: Json) -> Step | None:
    method = entry.get("method_id", "")
    if not method:
        return None
    short = method
    for prefix in PREFIXES:
        short = short.removeprefix(prefix)
    return Step(Where.GOOGLE, short, method, changes=entry["method"] != "GET" and short not in READ_BY_POST)


def _slack(entry: Json) -> Step | None:
    """A call is known by what it says besides the ids: the state of a turn or a card, the text of a status."""
    method, args = str(entry["method"]), entry["args"]
    if method in STARTING:
        return None
    metadata = args.get("metadata")
    if isinstance(metadata, dict) and metadata.get("event_payload"):
        payload = metadata["event_payload"]
        text = max(IDENT.split(json.dumps(payload)), key=len)
        state = payload.get("status") or payload.get("state")
        return Step(Where.SLACK, f"{method} {state}", text, method)
    if "status" in args:
        return Step(Where.SLACK, f"{method} “{args['status']}”", json.dumps(args["status"]), method)
    return Step(Where.SLACK, method, method, method)


def _model(entry: Json) -> Step:
    return Step(Where.MODEL, str(entry["path"]), str(entry["path"]))


def _collapsed(steps: Sequence[Step]) -> Iterator[Step]:
    """The same step several times in a row counts as one; so do reads of the same kind among others, whose order is
    left to chance."""
    for _, run in groupby(steps, key=lambda step: _READ if _reads(step) else step):
        counted = Counter(run)
        yield from (replace(step, times=times) for step, times in counted.items())


def _reads(step: Step) -> bool:
    return step.where is Where.GOOGLE and not step.changes
