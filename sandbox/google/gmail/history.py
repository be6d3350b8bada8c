"""What changed in a mailbox since a history id; and what else Gmail tells of the mailbox itself."""

from __future__ import annotations

from typing import Any

from sandbox.google.api import Call, Reply
from sandbox.google.errors import GoogleError, invalid, not_found
from sandbox.google.gmail.mailbox import Change

DEFAULT_PAGE, MOST_PER_PAGE = 100, 500  # the discovery document's maxResults
FIELDS = {
    "messageAdded": "messagesAdded",
    "messageDeleted": "messagesDeleted",
    "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved",
}


def list_(call: Call) -> Reply:
    mailbox = call.account.mailbox
    start = call.params.get("startHistoryId")
    if not start:
        raise GoogleError(400, "required", message="Missing startHistoryId")
    if int(start) < mailbox.history_floor:
        raise not_found()
    since = int(start)
    if token := call.params.get("pageToken"):
        if not token.isdigit():
            raise invalid("Invalid pageToken")
        since = int(token)
    size = min(int(call.params.get("maxResults") or DEFAULT_PAGE), MOST_PER_PAGE)
    changes = [change for change in mailbox.history if change.id > since and _wanted(call, change)]
    body: dict[str, Any] = {"historyId": str(mailbox.history_id)}
    if changes:
        body["history"] = [_record(change) for change in changes[:size]]
    if len(changes) > size:
        body["nextPageToken"] = str(changes[size - 1].id)
    return Reply(body)


def _wanted(call: Call, change: Change) -> bool:
    kinds, label = call.params.get("historyTypes"), call.params.get("labelId")
    return (not kinds or change.kind in kinds) and (not label or label in change.now or label in change.labels)


def _record(change: Change) -> dict[str, Any]:
    reference = {"id": change.message_id, "threadId": change.thread_id}
    detail: dict[str, Any] = {"message": {**reference, "labelIds": list(change.now)} if change.now else reference}
    if change.labels:
        detail["labelIds"] = list(change.labels)
    return {"id": str(change.id), "messages": [reference], FIELDS[change.kind]: [detail]}


def profile(call: Call) -> Reply:
    mailbox = call.account.mailbox
    return Reply({
        "emailAddress": mailbox.email,
        "messagesTotal": len(mailbox.messages),
        "threadsTotal": len(mailbox.threads),
        "historyId": str(mailbox.history_id),
    })  # fmt: skip
