"""The control endpoints: switches, holds, logs and a look into mailboxes and calendars, for tests and the page."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiohttp import web

from sandbox.google import mischief, watching
from sandbox.google.calendar import views
from sandbox.google.errors import GoogleError
from sandbox.google.gmail import delivery
from sandbox.google.hostile import SWITCHES, Hold
from sandbox.google.rewinding import Rewinder
from sandbox.google.state import Account, State

HEADER = "X-Sandbox-Control"
PREFIX = "/_sandbox/"
Step = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    def __init__(self, state: State, token: str) -> None:
        self._state = state
        self._token = token
        self._remembered: Rewinder | None = None

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(PREFIX + "switches", self.switches),
            web.post(PREFIX + "switches", self.turn),
            web.get(PREFIX + "log", self.log),
            web.post(PREFIX + "hold", self.hold),
            web.post(PREFIX + "release", self.release),
            web.get(PREFIX + "held", self.held),
            web.get(PREFIX + "accounts", self.accounts),
            web.get(PREFIX + "mailbox", self.mailbox),
            web.get(PREFIX + "calendar", self.calendar),
            web.get(PREFIX + "outbox", self.outbox),
            web.get(PREFIX + "watches", self.watches),
            web.post(PREFIX + "deliver", self.deliver),
            web.post(PREFIX + "remember", self.remember),
            web.post(PREFIX + "rewind", self.rewind),
            web.post(PREFIX + "minute", self.minute),
        ]

    @web.middleware
    async def guard(self, request: web.Request, handler: Step) -> web.StreamResponse:
        """Control endpoints answer to the control token only, and say in JSON what is wrong with a request."""
        if not request.path.startswith(PREFIX):
            return await handler(request)
        if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), self._token.encode()):
            return web.json_response({"error": f"{HEADER} is missing or wrong"}, status=403)
        try:
            return await handler(request)
        except (ValueError, KeyError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        except GoogleError as error:
            return web.json_response({"error": error.message}, status=400)

    async def switches(self, request: web.Request) -> web.Response:
        return web.json_response(self._state.gate.switches)

    async def turn(self, request: web.Request) -> web.Response:
        wanted = await _body(request)
        known = [*SWITCHES, *mischief.ACTIONS]
        unknown = [name for name in wanted if name not in known]
        if unknown:
            return web.json_response({"error": f"unknown: {', '.join(unknown)}", "known": known}, status=400)
        done = {}
        for name, value in wanted.items():
            if name in SWITCHES:
                self._state.gate.turn(name, value)
            else:
                done[name] = mischief.ACTIONS[name](self._state, value)
        self._state.store.commit()
        return web.json_response({**self._state.gate.switches, "done": done})

    async def log(self, request: web.Request) -> web.Response:
        since, kind = int(request.query.get("since", "0")), request.query.get("kind")
        return web.json_response(self._state.journal.entries(since, kind))

    async def hold(self, request: web.Request) -> web.Response:
        body = await _body(request)
        if body.get("when", "before") not in ("before", "after"):
            raise ValueError('when is "before" or "after"')
        times = body.get("times")
        if times is not None and type(times) is not int:
            raise ValueError("times is a whole number")
        of = str(body.get("of", ""))
        self._state.gate.holds.append(Hold(str(body["match"]), body.get("when", "before"), times, of))
        return web.json_response({"holds": [asdict(hold) for hold in self._state.gate.holds]})

    async def release(self, request: web.Request) -> web.Response:
        body = await _body(request)
        released = self._state.gate.release(drop=bool(body.get("drop", False)), of=str(body.get("of", "")))
        return web.json_response({"released": released})

    async def held(self, request: web.Request) -> web.Response:
        found = [{"match": h.label, "when": h.when, "method": h.method, "of": h.of} for h in self._state.gate.held]
        return web.json_response(found)

    async def accounts(self, request: web.Request) -> web.Response:
        return web.json_response([account.described() for account in self._state.accounts.values()])

    async def mailbox(self, request: web.Request) -> web.Response:
        mailbox = self._account(request.query["account"]).mailbox
        by_message = {message_id: draft_id for draft_id, message_id in mailbox.drafts.items()}
        messages = []
        for message in sorted(mailbox.messages.values(), key=lambda m: (m.internal_date, m.id)):
            found = {
                "id": message.id,
                "thread": message.thread_id,
                "labels": sorted(mailbox.labels[label].name for label in message.labels),
                "internal_date": message.internal_date,
                "headers": mailbox.parsed(message.id).header_pairs,
                "text": mailbox.parsed(message.id).text,
                "draft": by_message.get(message.id),
            }
            messages.append(found)
        labels = {label.id: label.name for label in mailbox.labels.values()}
        return web.json_response({"messages": messages, "labels": labels, "history_id": mailbox.history_id})

    async def calendar(self, request: web.Request) -> web.Response:
        book = self._account(request.query["account"]).book
        found = []
        for calendar in book.calendars.values():
            events = [views.event_in(calendar, event) for event in calendar.events.values()]
            about = {"id": calendar.id, "summary": calendar.summary, "timezone": calendar.timezone}
            found.append({**about, "events": events})
        return web.json_response({"calendars": found})

    async def outbox(self, request: web.Request) -> web.Response:
        return web.json_response(self._state.outbox())

    async def watches(self, request: web.Request) -> web.Response:
        return web.json_response(watching.told(self._state))

    async def deliver(self, request: web.Request) -> web.Response:
        """A new mail arrives: {account, raw, received?}."""
        body = await _body(request)
        account = self._account(str(body["account"]))
        when = datetime.fromisoformat(body["received"]) if "received" in body else self._state.clock()
        message = delivery.arrive(
            self._state, account, raw=str(body["raw"]).encode("utf-8", "surrogateescape"), when=when
        )
        self._state.store.commit()
        return web.json_response({"id": message.id, "thread": message.thread_id})

    async def remember(self, request: web.Request) -> web.Response:
        """Notes how mailboxes and calendars stand now."""
        self._remembered = Rewinder(self._state)
        return web.json_response({})

    async def rewind(self, request: web.Request) -> web.Response:
        """Takes them back to how they stood when it was last noted."""
        if self._remembered is None:
            raise ValueError("nothing was noted: POST remember first")
        self._remembered.rewind(self._state)
        return web.json_response({})

    async def minute(self, request: web.Request) -> web.Response:
        """What everybody has used counts as used more than a minute ago."""
        for meter in self._state.meters.values():
            meter.forget()
        return web.json_response({})

    def _account(self, email: str) -> Account:
        account = self._state.account(email)
        if account is None:
            raise ValueError(f"no account {email!r}; there are: {', '.join(self._state.accounts)}")
        return account


async def _body(request: web.Request) -> dict[str, Any]:
    text = await request.text()
    body = json.loads(text) if text.strip() else {}
    if not isinstance(body, dict):
        raise TypeError("a JSON object is expected")
    return body
