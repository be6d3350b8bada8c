"""The actions that are measured: how the model proposes each, and what a bare script sends to the provider instead."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import aiohttp

from bench.programs import Json

ME = "/gmail/v1/users/me"
EVENTS = "/calendar/v3/calendars/primary/events"
NEWSLETTERS = "category:promotions in:inbox older_than:30d"
BODY = "Thank you, that suits me well. See you then."


@dataclass(frozen=True)
class Kind:
    """A kind of action."""

    name: str
    """Also what the person writes; the model is scripted."""
    tool: str
    arguments: Json
    deed: list[Json]
    undo: list[Json] = field(default_factory=list)
    """Method, path and body of each call; {made} stands for the id that the last one answered."""

    @property
    def turns(self) -> list[Json]:
        """What the model says, turn by turn."""
        call = {"function": {"name": self.tool, "arguments": self.arguments}}
        return [{"tool_calls": [call]}, {"content": "It's on the card."}]


async def kinds(session: aiohttp.ClientSession, google: str, token: str) -> list[Kind]:
    """All of them, on one account and the mail that is in it."""
    account = Account(session, google, token)
    newsletters = [
        found["id"] for found in (await account.get(f"{ME}/messages", q=NEWSLETTERS, maxResults="500"))["messages"]
    ]
    own = await account.post(EVENTS, {"summary": "A talk", **_times(days=2)})
    return [
        *(_creation(), _renaming(own["id"]), _cancelling(own["id"])),
        *(_archiving(newsletters), _trashing(newsletters)),
        *(await _reply(account), _draft()),
    ]


class Account:
    """One Google account, called directly."""

    def __init__(self, session: aiohttp.ClientSession, google: str, token: str) -> None:
        self._session, self._google = session, google
        self._headers = {"Authorization": f"Bearer {token}"}

    async def post(self, path: str, body: Json) -> Json:
        url = self._google + path
        async with self._session.post(url, json=body, headers=self._headers, raise_for_status=True) as answer:
            return dict(await answer.json())

    async def get(self, path: str, **query: str) -> Json:
        url = self._google + path
        async with self._session.get(url, params=query, headers=self._headers, raise_for_status=True) as answer:
            return dict(await answer.json())


def call(method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
    return {"method": method, "path": path, "body": body}


def _times(*, days: int) -> Json:
    """Half an hour in the afternoon, so many days from now."""
    start = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0) + timedelta(days=days)
    end = start + timedelta(minutes=30)
    return {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": end.isoformat()}}


def _renaming(event: str) -> Kind:
    named = [call("PATCH", f"{EVENTS}/{event}", {"summary": title}) for title in ("A long talk", "A talk")]
    arguments = {"do": "edit", "events": [f"work:primary:{event}"], "title": "A long talk"}
    return Kind("change an event", "change_events", arguments, named[:1], named[1:])


def _cancelling(event: str) -> Kind:
    return Kind(
        "cancel an event",
        "change_events",
        {"do": "cancel", "events": [f"work:primary:{event}"]},
        [call("DELETE", f"{EVENTS}/{event}")],
        [call("PATCH", f"{EVENTS}/{event}", {"status": "confirmed"})],
    )


def _trashing(ids: list[str]) -> Kind:
    change = f"{ME}/messages/batchModify"
    return Kind(
        f"move {len(ids)} mails to the trash",
        "change_mail",
        {"do": "trash", "category": "promotions", "where": "inbox", "older_than_days": 30, "account": "work"},
        [call("POST", change, {"ids": ids, "addLabelIds": ["TRASH"], "removeLabelIds": ["INBOX"]})],
        [call("POST", change, {"ids": ids, "removeLabelIds": ["TRASH"], "addLabelIds": ["INBOX"]})],
    )


def _draft() -> Kind:
    mail = EmailMessage()
    mail["Subject"] = "A walk"
    mail.set_content(BODY)
    raw = base64.urlsafe_b64encode(mail.as_bytes()).decode()
    return Kind(
        "save a draft",
        "write_mail",
        {"kind": "new", "subject": "A walk", "body": BODY, "account": "work", "draft_only": True},
        [call("POST", f"{ME}/drafts", {"message": {"raw": raw}})],
        [call("DELETE", f"{ME}/drafts/{{made}}")],
    )


def _creation() -> Kind:
    return Kind(
        "create an event",
        "create_event",
        {"title": "A walk", "start": "tomorrow at 3pm", "minutes": 30, "account": "work"},
        [call("POST", EVENTS, {"summary": "A walk", **_times(days=1)})],
        [call("DELETE", f"{EVENTS}/{{made}}")],
    )


def _archiving(ids: list[str]) -> Kind:
    change = f"{ME}/messages/batchModify"
    return Kind(
        f"archive {len(ids)} mails",
        "change_mail",
        {"do": "archive", "category": "promotions", "older_than_days": 30, "account": "work"},
        [call("POST", change, {"ids": ids, "removeLabelIds": ["INBOX"]})],
        [call("POST", change, {"ids": ids, "addLabelIds": ["INBOX"]})],
    )


async def _reply(account: Account) -> Kind:
    """To the newest mail of a person who has been written to before, so that one confirmation is enough."""
    sent = (await account.get(f"{ME}/messages", q="in:sent", maxResults="1"))["messages"][0]
    thread = await account.get(f"{ME}/threads/{sent['threadId']}", format="metadata")
    headers = {h["name"].lower(): h["value"] for m in thread["messages"] for h in m["payload"]["headers"]}
    mail = EmailMessage()
    mail["To"], mail["Subject"] = headers["to"], headers["subject"]
    mail["In-Reply-To"] = mail["References"] = headers["message-id"]
    mail.set_content(BODY)
    raw = base64.urlsafe_b64encode(mail.as_bytes()).decode()
    return Kind(
        "send a reply",
        "write_mail",
        {"kind": "reply", "thread": f"work:{sent['threadId']}", "body": BODY},
        [call("POST", f"{ME}/messages/send", {"raw": raw, "threadId": sent["threadId"]})],
    )
