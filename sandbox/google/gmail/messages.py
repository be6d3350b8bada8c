"""The messages of a mailbox: list, get, modify, trash, send, insert and import."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sandbox.google.api import Call, Reply
from sandbox.google.errors import GoogleError, invalid, not_found
from sandbox.google.gmail import delivery, views
from sandbox.google.gmail.headers import read
from sandbox.google.gmail.mailbox import ID, Message
from sandbox.google.gmail.mime import base64url, from_base64url
from sandbox.google.gmail.search import Finder

DEFAULT_PAGE, MOST_PER_PAGE = 100, 500  # the discovery document's maxResults
MOST_IDS = 1000  # "There is a limit of 1000 ids per request": BatchModifyMessagesRequest
ESTIMATE = 201  # what Gmail says, whatever the number, once there is more than a page


def found(call: Call) -> list[Message]:
    """What the search of a list request sees, newest first."""
    mailbox, text = call.account.mailbox, call.params.get("q", "")
    if text and views.only_metadata(call):
        raise GoogleError(403, "forbidden", message="Metadata scope does not support 'q' parameter")
    labels = call.params.get("labelIds", [])
    for label in labels:
        if label not in mailbox.labels:
            raise invalid(f"Invalid label: {label}")
    return finder(call).find(
        text,
        labels=labels,
        anywhere=bool(call.params.get("includeSpamTrash")),
        now=call.state.clock().timestamp(),
        lag=float(call.state.gate.switches["search_lag_seconds"]),
    )


def finder(call: Call) -> Finder:
    return call.state.finders.setdefault(call.account.email, Finder(call.account.mailbox))


def list_(call: Call) -> Reply:
    matches = found(call)
    page, token = views.page_of(call, matches, key=place, default=DEFAULT_PAGE, most=MOST_PER_PAGE)
    return Reply(listing("messages", [views.reference(message) for message in page], token=token))


def place(message: Message) -> tuple[int, str]:
    return message.internal_date, message.id


def listing(name: str, items: list[dict[str, Any]], *, token: str | None) -> dict[str, Any]:
    """A page of a list; Gmail leaves an empty list out and its total is an estimate."""
    body: dict[str, Any] = {name: items} if items else {}
    if token:
        body["nextPageToken"] = token
    body["resultSizeEstimate"] = max(ESTIMATE, len(items) + 1) if token else len(items)
    return body


def get(call: Call) -> Reply:
    message = call.account.mailbox.message(call.params["id"])
    shape = views.shape_of(call)
    return Reply(
        views.message_in(call.account.mailbox, message, shape=shape, wanted=call.params.get("metadataHeaders"))
    )


def attachment(call: Call) -> Reply:
    message = call.account.mailbox.message(call.params["messageId"])
    content = call.account.mailbox.parsed(message.id).attachments.get(call.params["id"])
    if content is None:
        raise invalid("Invalid attachment token")
    return Reply({"size": len(content), "data": base64url(content)})


def modify(call: Call) -> Reply:
    message = call.account.mailbox.message(call.params["id"])
    add, remove = changes(call)
    if call.account.mailbox.relabel(message, add, remove=remove):
        call.effect("messages.modify", ids=[message.id], added=add, removed=remove)
    return Reply(views.labelled(message))


def changes(call: Call) -> tuple[list[str], list[str]]:
    mailbox = call.account.mailbox
    add = mailbox.known(call.body.get("addLabelIds") or ())
    remove = mailbox.known(call.body.get("removeLabelIds") or ())
    if not add and not remove:
        raise invalid("No label add or removes specified")
    if set(add) & set(remove):
        raise invalid("Cannot both add and remove the same label")
    return add, remove


def batch_modify(call: Call) -> Reply:
    ids = call.body.get("ids") or []
    if not ids:
        raise invalid("No message ids specified")
    if len(ids) > MOST_IDS:
        raise invalid(f"Too many message ids, at most {MOST_IDS} are allowed")
    if not all(ID.fullmatch(message_id) for message_id in ids):
        raise invalid("Invalid ids value")
    add, remove = changes(call)
    mailbox = call.account.mailbox
    # Ids of mails that are gone meanwhile are passed over.
    known = [mailbox.messages[message_id] for message_id in ids if message_id in mailbox.messages]
    changed = [message.id for message in known if mailbox.relabel(message, add, remove=remove)]
    if changed:
        call.effect("messages.batchModify", ids=changed, added=add, removed=remove)
    return Reply(None, 204)


def trash(call: Call) -> Reply:
    message = call.account.mailbox.message(call.params["id"])
    if call.account.mailbox.relabel(message, ("TRASH",), remove=()):
        call.effect("messages.trash", ids=[message.id])
    return Reply(views.labelled(message))


def untrash(call: Call) -> Reply:
    message = call.account.mailbox.message(call.params["id"])
    if call.account.mailbox.relabel(message, (), remove=("TRASH",)):
        call.effect("messages.untrash", ids=[message.id])
    return Reply(views.labelled(message))


def delete(call: Call) -> Reply:
    message = call.account.mailbox.message(call.params["id"])
    call.account.mailbox.remove(message)
    call.effect("messages.delete", ids=[message.id])
    return Reply(None, 204)


def raw_of(message: dict[str, Any], media: bytes | None) -> bytes:
    """The mail's bytes from an upload or from `raw`."""
    if media is not None:
        return media
    if not message.get("raw"):
        raise invalid("'raw' RFC822 payload message string or uploading message via /upload/* URL required")
    return from_base64url(message["raw"])


def send(call: Call) -> Reply:
    raw = raw_of(call.body, call.media)
    thread_id = call.body.get("threadId")
    if thread_id and thread_id not in call.account.mailbox.threads:
        raise not_found()
    sent = delivery.send(call.state, call.account, raw=raw, thread_id=thread_id)
    call.effect("messages.send", id=sent.id, thread=sent.thread_id, message_id=sent.message_id)
    return Reply(views.labelled(sent))


def insert(call: Call) -> Reply:
    """Both insert and import: the mail goes into the mailbox and to nobody."""
    mailbox = call.account.mailbox
    raw = raw_of(call.body, call.media)
    labels = call.body.get("labelIds") or []
    for label in labels:
        if label not in mailbox.labels:
            raise invalid(f"Invalid label: {label}")
    thread_id = call.body.get("threadId")
    if thread_id and thread_id not in mailbox.threads:
        raise not_found()
    importing = call.method.endswith("import")
    source = call.params.get("internalDateSource", "dateHeader" if importing else "receivedTime")
    when = date_of(raw, call.state.clock()) if source == "dateHeader" else call.state.clock()
    message = mailbox.add(raw, labels, when=when, thread_id=thread_id or mailbox.thread_of(raw))
    call.effect(call.method.removeprefix("gmail.users."), id=message.id)
    return Reply(views.labelled(message))


def date_of(raw: bytes, fallback: datetime) -> datetime:
    try:
        when = parsedate_to_datetime(read(raw, ("date",)).get("date", ""))
    except ValueError:
        return fallback
    return when if when.tzinfo else when.replace(tzinfo=UTC)
