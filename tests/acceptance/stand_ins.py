"""The control side of the stand-ins: their switches, holds and logs, and what Google really holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from aiohttp import ClientSession

from tests.acceptance.waiting import until

Json = dict[str, Any]
HEADER = "X-Sandbox-Control"
TOLD = ("earlier", "waiting_cards")
"""The calls that code makes for the model, to tell it what it may refer to."""


class StandIn:
    """One server of the sandbox, from the side of who may do everything."""

    resting: ClassVar[Mapping[str, Any]] = {}
    """Its switches on a good day."""

    def __init__(self, session: ClientSession, url: str, control: str) -> None:
        self._session = session
        self._url = url.removesuffix("/").removesuffix("/api")
        self._headers = {HEADER: control}

    async def get(self, path: str, **query: str | int) -> Any:
        return await self._ask("GET", path, params=query)

    async def post(self, path: str, **body: Any) -> Any:
        return await self._ask("POST", path, json=body)

    async def _ask(self, method: str, path: str, **content: Any) -> Any:
        async with self._session.request(
            method, f"{self._url}/_sandbox/{path}", headers=self._headers, **content
        ) as response:
            text = await response.text()
            assert response.status == 200, f"{method} {path}: {response.status} {text}"
            return await response.json()

    async def turn(self, **switches: Any) -> None:
        await self.post("switches", **switches)

    async def hold(self, match: str, when: str = "before") -> None:
        """Keep the requests that match open, before or after their effect."""
        await self.post("hold", match=match, when=when)

    async def held(self) -> list[Json]:
        found = await self.get("held")
        return list(found["held"] if isinstance(found, dict) else found)

    async def until_held(self, count: int = 1) -> None:
        async def enough() -> bool:
            return len(await self.held()) >= count

        await until(enough, what=f"{count} held requests")

    async def release(self, *, drop: bool = False, **more: str) -> None:
        await self.post("release", drop=drop, **more)

    async def rest(self, **standing: Any) -> None:
        """Every switch back, but for these; nothing held."""
        await self.turn(**{**self.resting, **standing})
        await self.release()


@dataclass(frozen=True)
class Mail:
    """A mail as Google holds it."""

    id: str
    thread: str
    labels: frozenset[str]
    received: datetime
    headers: Sequence[tuple[str, str]]
    text: str
    draft: str | None

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class Google(StandIn):
    """Gmail and Calendar."""

    resting: ClassVar[Mapping[str, Any]] = {
        "latency_ms": 0,
        "fail_next": {},
        "commit_then_drop": {},
        "drop_x_headers": False,
        "rewrite_message_id": False,
        "search_lag_seconds": 0,
        "quota": 0,
        "calendar_quota": 0,
    }  # the quota is not what these tests are about, and they ask for more in a minute than any person

    async def mails(self, account: str) -> dict[str, Mail]:
        """Every mail of an account, by its id."""
        found = (await self.get("mailbox", account=account))["messages"]
        return {
            m["id"]: Mail(
                id=m["id"],
                thread=m["thread"],
                labels=frozenset(m["labels"]),
                received=datetime.fromtimestamp(m["internal_date"] / 1000, UTC),
                headers=[(name, value) for name, value in m["headers"]],
                text=m["text"],
                draft=m["draft"],
            )
            for m in found
        }

    async def events(self, account: str) -> dict[str, Json]:
        """Every event of an account's calendars, by its id."""
        calendars = (await self.get("calendar", account=account))["calendars"]
        return {event["id"]: event for calendar in calendars for event in calendar["events"]}

    async def outbox(self) -> list[Json]:
        """What left for addresses without an account here."""
        return list(await self.get("outbox"))

    async def mark(self) -> int:
        """A point in the log, to look at what comes after it."""
        return max((entry["n"] for entry in await self.get("log")), default=0)

    async def commits(self, since: int) -> list[Json]:
        """What was changed since."""
        return list(await self.get("log", since=since, kind="commit"))

    async def deliver(self, account: str, raw: str) -> Json:
        found: Json = await self.post("deliver", account=account, raw=raw)
        return found


class Slack(StandIn):
    """The workspace."""

    resting: ClassVar[Mapping[str, Any]] = {
        "time_scale": 1.0,
        "rate_limits": "off",
        "latency_ms": 0.0,
        "fail_next": {},
        "rate_limit_next": {},
        "commit_then_drop": {},
        "duplicate_envelopes": False,
        "reorder_envelopes": False,
        "drop_acks": 0,
        "favoured_ports": [],
    }  # one person clicks faster here than Slack's pace for a whole workspace

    async def mark(self) -> int:
        return max((entry["n"] for entry in await self.get("log")), default=0)

    async def log(self, after: int, kind: str = "") -> list[Json]:
        entries = await self.get("log", after=after)
        return [entry for entry in entries if not kind or entry["kind"] == kind]

    async def until_acked(self) -> None:
        """Nothing is under way to the app any more."""

        async def acked() -> bool:
            waiting = await self.get("sockets")
            return not (waiting["outstanding"] or waiting["retrying"] or waiting["parked"])

        await until(acked, what="the acks of all envelopes")

    async def sockets(self) -> int:
        """Over how many it reaches the apps."""
        return int((await self.get("sockets"))["sockets"])

    async def until_connected(self, sockets: int) -> None:
        async def connected() -> bool:
            return await self.sockets() == sockets

        await until(connected, what=f"{sockets} sockets")

    async def until_heard(self) -> None:
        """Whether one or several: some app listens."""

        async def heard() -> bool:
            return bool((await self.get("sockets"))["sockets"])

        await until(heard, what="an app that listens")


class Models(StandIn):
    """The model's host."""

    resting: ClassVar[Mapping[str, Any]] = dict.fromkeys(
        (
            *("latency_ms", "ms_per_token", "fail_next", "done_reason_load_next", "tool_call_as_text_next"),
            *("length_next", "empty_next", "malformed_json_next", "drop_next", "keep_bodies"),
        ),
        0,
    )

    async def script(self, *turns: Json, match: str) -> None:
        """What the model says, answer by answer, to a request that holds these words."""
        await self.post("script", turns=list(turns), match=match)

    async def requests(self) -> list[Json]:
        return list((await self.get("log"))["requests"])

    async def conversations(self) -> list[list[Json]]:
        """What the model was given to read, request by request, while `keep_bodies` was on."""
        return [entry["body"]["messages"] for entry in await self.requests() if "body" in entry]

    async def begun(self) -> list[str]:
        """What it was asked in each turn that began meanwhile: behind the request stands at most what code told it."""
        found = []
        for messages in await self.conversations():
            asked = max(place for place, message in enumerate(messages) if message["role"] == "user")
            calls = [call for message in messages[asked + 1 :] for call in message.get("tool_calls") or ()]
            if all(call["function"]["name"] in TOLD for call in calls):
                found.append(str(messages[asked]["content"]))
        return found

    async def rest(self, **standing: Any) -> None:
        await super().rest(**standing)
        await self._ask("DELETE", "script")
