"""A running stand-in for Google with two accounts, and Google's own client libraries pointed at it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build_from_document

from sandbox.google.discovery import document
from sandbox.google.seed import SeedAccount, SeedCalendar, SeedMail
from sandbox.google.server import GoogleServer, build
from tests.contract import google_shapes

ADA, BOB = "ada@work.example", "bob@work.example"
MAIL = "https://www.googleapis.com/auth/gmail.modify"
CALENDAR = "https://www.googleapis.com/auth/calendar"
REDIRECT = "http://127.0.0.1:9/google"
NOW = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class World:
    """The server on a real socket, in a thread of its own."""

    server: GoogleServer | None  # None when it runs in another process
    port: int
    clock: Clock
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            kind = {"Content-Type": "application/json"} if content is not None else {}
            connection.request(method, path, content, {**kind, **(headers or {})})
            answer = connection.getresponse()
            reply = Reply(answer.status, dict(answer.getheaders()), answer.read())
        google_shapes.check(method, path, reply.status, reply.content)
        return reply

    def control(self, path: str, body: Any = None) -> Any:
        headers = {"X-Sandbox-Control": "control"}
        reply = self.call("GET" if body is None else "POST", f"/_sandbox/{path}", body, headers)
        assert reply.status == 200, reply.content
        return reply.json

    def switch(self, **switches: Any) -> Any:
        return self.control("switches", switches)

    def commits(self, effect: str) -> list[dict[str, Any]]:
        return [entry for entry in self.control("log?kind=commit") if entry["effect"] == effect]

    def form(self, path: str, fields: list[tuple[str, str]], headers: dict[str, str] | None = None) -> Reply:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.call("POST", path, urlencode(fields).encode(), {**kind, **(headers or {})})

    def flow(self, scopes: list[str]) -> Flow:
        assert self.server
        client = self.server.client
        config = {
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "auth_uri": f"{self.url}/o/oauth2/v2/auth",
            "token_uri": f"{self.url}/token",
        }
        # Both are for oauthlib: the sandbox is plain HTTP on loopback, and Google may grant other scopes than asked.
        os.environ.update(OAUTHLIB_INSECURE_TRANSPORT="1", OAUTHLIB_RELAX_TOKEN_SCOPE="1")
        return Flow.from_client_config({"web": config}, scopes, redirect_uri=REDIRECT)

    def consent(self, address: str, account: str, *, choice: str = "continue", drop: str = "") -> str:
        """Answers the consent page as a browser would; returns where it leads."""
        parts = urlsplit(address)
        page = self.call("GET", f"{parts.path}?{parts.query}")
        assert page.status == 200, page.content
        text = page.content.decode()
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
        boxes = [("scope", scope) for scope in re.findall(r'type="checkbox" name="scope" value="([^"]*)"', text)]
        boxes = [box for box in boxes if box[1] != drop]
        reply = self.form("/signin/oauth/consent", [*hidden, *boxes, ("account", account), ("choice", choice)])
        assert reply.status == 302, reply.content
        return reply.headers["Location"]

    def connect(self, account: str, *scopes: str, **more: str) -> dict[str, Any]:
        """Connects an account; returns what the token endpoint said."""
        flow = self.flow(list(scopes) or [MAIL, CALENDAR])
        with closing(flow.oauth2session):
            address, _ = flow.authorization_url(**{"access_type": "offline", "prompt": "consent", **more})
            answer: dict[str, Any] = flow.fetch_token(authorization_response=self.consent(address, account))
        return answer

    def token(self, account: str) -> str:
        if account not in self.tokens:
            self.tokens[account] = str(self.connect(account)["access_token"])
        return self.tokens[account]

    def api(self, method: str, path: str, body: Any = None, *, account: str = ADA, **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call(method, path, body, {"Authorization": f"Bearer {self.token(account)}", **named})

    def gmail(self, method: str, path: str, body: Any = None, *, account: str = ADA) -> Any:
        reply = self.api(method, f"/gmail/v1/users/me/{path}", body, account=account)
        assert reply.status in (200, 204), reply.content
        return reply.json if reply.content else None

    def calendar(self, method: str, path: str, body: Any = None, *, account: str = ADA, **headers: str) -> Any:
        reply = self.api(method, f"/calendar/v3/calendars/primary/{path}", body, account=account, **headers)
        assert reply.status in (200, 204), reply.content
        return reply.json if reply.content else None

    @contextmanager
    def service(self, name: str, account: str = ADA) -> Iterator[Any]:
        """Google's own client for "gmail.v1" or "calendar.v3"."""
        from google.oauth2.credentials import Credentials

        described = document(name)
        described["rootUrl"] = f"{self.url}/"
        described.pop("mtlsRootUrl", None)
        with closing(build_from_document(described, credentials=Credentials(self.token(account)))) as found:
            yield found


def mail(subject: str, text: str = "Hello.", *, when: datetime = NOW, **headers: str) -> bytes:
    found = EmailMessage()
    found["From"] = headers.pop("sender", "Carol <carol@elsewhere.example>")
    found["To"] = headers.pop("to", ADA)
    found["Subject"] = subject
    found["Date"] = when
    found["Message-ID"] = headers.pop("message_id", f"<{abs(hash((subject, text, when)))}@elsewhere.example>")
    for name, value in headers.items():
        found[name.replace("_", "-")] = value
    found.set_content(text)
    return found.as_bytes()


def raw(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()


def accounts() -> list[SeedAccount]:
    letters = [
        SeedMail(mail(f"Letter {n}", f"The text of letter number {n}."), NOW - timedelta(days=n), ("INBOX", "UNREAD"))
        for n in range(1, 13)
    ]
    news = [
        SeedMail(
            mail(f"News {n}", "Buy now!", sender="Shop <news@shop.example>", List_ID="<news.shop.example>"),
            NOW - timedelta(days=20 * n),
            ("INBOX", "CATEGORY_PROMOTIONS"),
        )
        for n in range(1, 6)
    ]
    standup = {
        "id": "standup0",
        "summary": "Standup",
        "start": {"dateTime": "2026-03-02T09:30:00", "timeZone": "Europe/London"},
        "end": {"dateTime": "2026-03-02T09:45:00", "timeZone": "Europe/London"},
        "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=MO,WE", "EXDATE;TZID=Europe/London:20260608T093000"],
    }
    calendars = [
        SeedCalendar("primary", "Ada", "Europe/London", [standup]),
        SeedCalendar("home@group.calendar.example", "Home", "Europe/London"),
    ]
    ada = SeedAccount(ADA, "Ada Lovelace", "Europe/London", [*letters, *news], calendars)
    return [ada, SeedAccount(BOB, "Bob Brown", "America/New_York")]


@contextmanager
def running(home: Path, seeded: list[SeedAccount] | None = None, clock: Clock | None = None) -> Iterator[World]:
    """Starts the stand-in over `home`; leaving stops it and keeps its state."""
    clock = clock or Clock()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> tuple[GoogleServer, web.AppRunner, int]:
        server = await build(home, control_token="control", clock=clock)
        server.seed(accounts() if seeded is None else seeded)
        runner = web.AppRunner(server.app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return server, runner, runner.addresses[0][1]

    server, runner, port = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield World(server, port, clock)
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
