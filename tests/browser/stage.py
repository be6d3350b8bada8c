"""The Slack stand-in and its page on free ports, with a small Bolt app that a test scripts."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.page.server import build_page
from sandbox.slack import SlackServer, build

TOKEN, CONTROL = "open-sesame", "control-sesame"
PEOPLE = [
    {"name": "ada", "real_name": "Ada Osei", "email": "ada@sandbox.example", "tz": "Europe/Berlin"},
    {"name": "ben", "real_name": "Ben Carter", "email": "ben@sandbox.example", "tz": "America/New_York"},
]
BANNER = {
    "text": "This is a sandbox on your machine: nothing you write leaves it. "
    "A rule-based planner stands in for a language model.",
    "details": "Slack, Gmail and Google Calendar here are stand-ins that speak the real protocols.",
}


async def serve(app: web.Application, port: int = 0) -> tuple[web.AppRunner, int]:
    # A socket that is still open must not hold a test's end up.
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    return runner, runner.addresses[0][1]


class Stage:
    """`app` is a Bolt app that is connected; without listeners it answers to nothing."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.page_port = 0

    async def __aenter__(self) -> Self:
        await self.raise_curtain()
        self.app = AsyncApp(client=AsyncWebClient(self.slack.tokens.bot, base_url=self.slack_url))
        handler_client = AsyncWebClient(base_url=self.slack_url)
        self._handler = AsyncSocketModeHandler(self.app, self.slack.tokens.app, web_client=handler_client)
        return self

    async def connect(self) -> None:
        """The app's listeners are in place: let it hear."""
        await self._handler.connect_async()

    async def raise_curtain(self) -> None:
        self.slack: SlackServer = await build(
            self.home, people=PEOPLE, control_token=CONTROL, public_url=lambda: self.slack_url.removesuffix("/api/")
        )
        self._slack_runner, slack_port = await serve(self.slack.app)
        self.slack_url = f"http://127.0.0.1:{slack_port}/api/"
        await self.open_page()

    async def open_page(self, token: str = TOKEN) -> None:
        page = build_page(self.slack.workspace, token=token, control_token=CONTROL, banner=lambda: BANNER)
        self._page_runner, self.page_port = await serve(page, self.page_port)

    async def close_page(self) -> None:
        await self._page_runner.cleanup()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._handler.close_async()
        await self.close_page()
        await self._slack_runner.cleanup()
        await self.slack.close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.page_port}"

    @property
    def address(self) -> str:
        return f"{self.origin}/?token={TOKEN}"

    async def turn(self, **switches: Any) -> None:
        """Switches of the Slack stand-in."""
        url = self.slack_url.replace("/api/", "/_sandbox/switches")
        async with (
            aiohttp.ClientSession(headers={"X-Sandbox-Control": CONTROL}) as session,
            session.post(url, json=switches) as response,
        ):
            assert response.status == 200

    def person(self, name: str) -> str:
        return next(one["id"] for one in self.slack.workspace.people() if one["name"] == name)

    def dm(self, name: str) -> str:
        return next(one["id"] for one in self.slack.workspace.channels(self.person(name)) if one["is_im"])

    async def post(self, name: str, **message: Any) -> str:
        """The app posts to this person's DM; the ts of the message."""
        answer = await self.app.client.chat_postMessage(channel=self.dm(name), **message)
        return str(answer["ts"])

    async def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The page's control endpoints: POST with a body, else GET."""
        async with aiohttp.ClientSession(headers={"X-Sandbox-Control": CONTROL}) as session:
            method = "GET" if body is None else "POST"
            async with session.request(method, f"{self.origin}/_sandbox/{path}", json=body) as response:
                return await response.json()
