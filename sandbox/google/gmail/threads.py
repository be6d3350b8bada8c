"""Threads: list, get, modify, trash. A get is always fresh, also while searches lag."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.google.api import Call, Reply
from sandbox.google.gmail import views
from sandbox.google.gmail.mailbox import Mailbox, Message
from sandbox.google.gmail.messages import DEFAULT_PAGE, MOST_PER_PAGE, changes, found, listing, place


def list_(call: Call) -> Reply:
    """Threads with at least one matching message, in the order of their newest match."""
    mailbox = call.account.mailbox
    newest: dict[str, Message] = {}
    for message in found(call):
        newest.setdefault(message.thread_id, message)
    page, token = views.page_of(call, list(newest.values()), key=place, default=DEFAULT_PAGE, most=MOST_PER_PAGE)
    items = []
    for message in page:
        history_id = max(other.history_id for other in mailbox.thread(message.thread_id))
        snippet = mailbox.parsed(message.id).snippet
        items.append({"id": message.thread_id, "snippet": snippet, "historyId": str(history_id)})
    return Reply(listing("threads", items, token=token))


def get(call: Call) -> Reply:
    mailbox, thread_id = call.account.mailbox, call.params["id"]
    shape, wanted = views.shape_of(call), call.params.get("metadataHeaders")
    messages = mailbox.thread(thread_id)
    shown = [views.message_in(mailbox, message, shape=shape, wanted=wanted) for message in messages]
    history_id = max(message.history_id for message in messages)
    return Reply({"id": thread_id, "historyId": str(history_id), "messages": shown})


def modify(call: Call) -> Reply:
    messages = call.account.mailbox.thread(call.params["id"])
    add, remove = changes(call)
    return _relabelled(call, messages, add=add, remove=remove)


def trash(call: Call) -> Reply:
    return _relabelled(call, call.account.mailbox.thread(call.params["id"]), add=("TRASH",), remove=())


def untrash(call: Call) -> Reply:
    return _relabelled(call, call.account.mailbox.thread(call.params["id"]), add=(), remove=("TRASH",))


def delete(call: Call) -> Reply:
    mailbox = call.account.mailbox
    messages = mailbox.thread(call.params["id"])
    for message in messages:
        mailbox.remove(message)
    call.effect("threads.delete", thread=call.params["id"], ids=[message.id for message in messages])
    return Reply(None, 204)


def _relabelled(call: Call, messages: list[Message], *, add: Iterable[str], remove: Iterable[str]) -> Reply:
    mailbox: Mailbox = call.account.mailbox
    changed = [message.id for message in messages if mailbox.relabel(message, add, remove=remove)]
    if changed:
        name = call.method.removeprefix("gmail.users.")
        call.effect(name, thread=call.params["id"], ids=changed, added=list(add), removed=list(remove))
    return Reply({"id": call.params["id"], "messages": [views.labelled(message) for message in messages]})
