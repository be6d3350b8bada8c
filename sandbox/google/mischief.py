"""What the world does meanwhile: the person edits, sends or deletes a draft, a guest answers, a grant is withdrawn."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sandbox.google.calendar import sharing
from sandbox.google.gmail import drafts, headers
from sandbox.google.gmail import send_as as aliases
from sandbox.google.gmail.delivery import ARRIVING
from sandbox.google.seed import SeedCalendar
from sandbox.google.state import Account, State

EDITED = "\r\n\r\n-- \r\nEdited in Gmail meanwhile.\r\n"
Action = Callable[[State, Any], Any]


def _account(state: State, value: Any) -> Account:
    """The account an action is about: its address, or {"account": address, …}."""
    email = value.get("account") if isinstance(value, dict) else value
    account = state.account(str(email))
    if account is None:
        raise ValueError(f"no account {email!r}; there are: {', '.join(state.accounts)}")
    return account


def _draft(account: Account, value: Any) -> str:
    """The draft an action is about: {"account", "draft"}, else the newest."""
    messages = account.mailbox.messages
    newest = max(account.mailbox.drafts.items(), key=lambda item: messages[item[1]].arrived, default=("", ""))[0]
    chosen = str(value.get("draft", newest)) if isinstance(value, dict) else newest
    if chosen not in account.mailbox.drafts:
        raise ValueError(f"{account.email} has no {f'draft {chosen}' if chosen else 'draft'}")
    return chosen


def draft_edited(state: State, value: Any) -> dict[str, str]:
    """The person changes a draft, the newest if none is named; {"account", "draft"?, "body"?}."""
    account = _account(state, value)
    draft_id = _draft(account, value)
    raw = account.mailbox.raw(account.mailbox.drafts[draft_id])
    block, rest = headers.split(raw)
    body = value.get("body") if isinstance(value, dict) else None
    text = b"\r\n" + str(body).encode() if body is not None else rest + EDITED.encode()
    message = drafts.replace(state, account, draft_id=draft_id, raw=block + text, thread_id=None)
    state.journal.commit("meanwhile.draft_edited", account.email, draft=draft_id, id=message.id)
    return {"draft": draft_id, "id": message.id}


def draft_sent(state: State, value: Any) -> dict[str, str]:
    account = _account(state, value)
    draft_id = _draft(account, value)
    raw = account.mailbox.raw(account.mailbox.drafts[draft_id])
    sent = drafts.dispatch(state, account, draft_id=draft_id, raw=raw, thread_id=None)
    state.journal.commit("meanwhile.draft_sent", account.email, draft=draft_id, id=sent.id)
    return {"draft": draft_id, "id": sent.id}


def draft_deleted(state: State, value: Any) -> dict[str, str]:
    account = _account(state, value)
    draft_id = _draft(account, value)
    drafts.discard(account.mailbox, draft_id)
    state.journal.commit("meanwhile.draft_deleted", account.email, draft=draft_id)
    return {"draft": draft_id}


def move_etag(state: State, value: Any) -> dict[str, str]:
    """A guest answers: {"account", "event"?, "response"?}; without an event the last changed one with a guest."""
    account = _account(state, value)
    wanted = value if isinstance(value, dict) else {}
    for calendar in account.book.calendars.values():
        latest = sorted(calendar.changes, key=lambda event_id: calendar.changes[event_id], reverse=True)
        for event_id in latest:
            event = copy.deepcopy(calendar.events[event_id])
            guests = [person for person in event.get("attendees", ()) if person["email"] != account.email]
            if event["status"] == "cancelled" or not guests or wanted.get("event", event_id) != event_id:
                continue
            response = wanted.get("response") or (
                "declined" if guests[0]["responseStatus"] == "accepted" else "accepted"
            )
            guests[0]["responseStatus"] = response
            account.book.put(calendar, event)
            refs = {"id": event_id, "guest": guests[0]["email"], "response": response, "etag": event["etag"]}
            state.journal.commit("meanwhile.rsvp", account.email, **refs)
            return refs
    raise ValueError(f"{account.email} has no such event with a guest")


def share(state: State, value: Any) -> dict[str, str]:
    """The person shares a calendar: {"account", "calendar"?, "scope"?, "value"?, "role"?}, else with the world."""
    account = _account(state, value)
    wanted = value if isinstance(value, dict) else {}
    calendar = account.book.calendar(str(wanted.get("calendar", "primary")))
    rule = {"scope": "default", "value": "", "role": "reader"} | {
        name: str(wanted[name]) for name in ("scope", "value", "role") if name in wanted
    }
    sharing.grant(state.store, calendar, **rule)
    state.journal.commit("meanwhile.shared", account.email, id=calendar.id, **rule)
    return {"id": calendar.id, **rule}


def send_as(state: State, value: Any) -> dict[str, str]:
    """The person writes from a further address: {"account", "address", "name"?}."""
    account = _account(state, value)
    aliases.give(state, account, str(value["address"]), name=str(value.get("name", account.name)))
    return {"address": str(value["address"])}


def event_made(state: State, value: Any) -> dict[str, str]:
    """The person, or who invites them, puts down an event; {"account", "event", "calendar"?}."""
    account = _account(state, value)
    calendar = account.book.calendar(str(value.get("calendar", "primary")))
    event = account.book.place(calendar, value["event"])
    state.journal.commit("meanwhile.event_made", account.email, id=event["id"])
    return {"id": event["id"]}


def calendar_made(state: State, value: Any) -> dict[str, str]:
    """The person makes a calendar beside the main one, unless it is there: {"account", "calendar", "name"}."""
    account = _account(state, value)
    ident = str(value["calendar"])
    if ident not in account.book.calendars:
        zone = account.book.calendar("primary").timezone
        account.book.seed(SeedCalendar(ident, str(value["name"]), zone))
        state.journal.commit("meanwhile.calendar_made", account.email, id=ident)
    return {"id": ident}


def mails_arrived(state: State, value: Any) -> list[str]:
    """So many mails of one sender come in at once: {"account", "sender", "subject", "count"}; their ids."""
    account = _account(state, value)
    ids = []
    for number in range(int(value["count"])):
        lines = (
            f"From: {value['sender']}",
            f"To: {account.email}",
            f"Subject: {value['subject']} Part {number}",
            f"Message-ID: <{uuid4().hex}@many.example>",
            "",
            "One of many.",
        )
        ids.append(account.mailbox.add("\r\n".join(lines).encode(), ARRIVING, when=state.clock()).id)
    state.journal.commit("meanwhile.mails_arrived", account.email, ids=ids)
    return ids


def mails_moved(state: State, value: Any) -> list[str]:
    """The person moves mails; {"account", "ids", "add"?, "remove"?} with Gmail's names of labels."""
    account = _account(state, value)
    for message in [account.mailbox.message(ident) for ident in value["ids"]]:
        account.mailbox.relabel(message, value.get("add", ()), remove=value.get("remove", ()))
    state.journal.commit("meanwhile.mails_moved", account.email, ids=value["ids"])
    return list(value["ids"])


def event_cancelled(state: State, value: Any) -> dict[str, str]:
    """The person deletes an event, of which Google keeps the id; {"account", "event"}."""
    account = _account(state, value)
    for calendar in account.book.calendars.values():
        event = calendar.find(str(value["event"]))
        if event is not None and event["status"] != "cancelled":
            account.book.put(calendar, {**copy.deepcopy(event), "status": "cancelled"})
            state.journal.commit("meanwhile.event_cancelled", account.email, id=event["id"])
            return {"id": event["id"]}
    raise ValueError(f"{account.email} has no event {value['event']}")


def forget_sync_tokens(state: State, value: Any) -> str:
    account = _account(state, value)
    account.book.forget_sync_tokens()
    return account.email


def forget_history(state: State, value: Any) -> str:
    account = _account(state, value)
    account.mailbox.forget_history()
    return account.email


def revoke_grant(state: State, value: Any) -> str:
    """The person withdraws the access on their account page: every token is dead."""
    account = _account(state, value)
    state.grants.revoke(account.email)
    state.journal.commit("meanwhile.revoked", account.email)
    return account.email


def expire_access(state: State, value: Any) -> str:
    """Access tokens are dead, refresh tokens live."""
    account = _account(state, value)
    state.grants.expire_access(account.email)
    return account.email


ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        draft_edited,
        draft_sent,
        draft_deleted,
        move_etag,
        event_made,
        calendar_made,
        mails_arrived,
        mails_moved,
        event_cancelled,
        share,
        send_as,
        forget_sync_tokens,
        forget_history,
        revoke_grant,
        expire_access,
    )
}
