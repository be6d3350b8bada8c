"""Drafts: each update makes a new message, and sending consumes the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.google.api import Call, Reply
from sandbox.google.errors import invalid, not_found
from sandbox.google.gmail import delivery, headers, views
from sandbox.google.gmail.mailbox import Mailbox, Message, new_draft_id
from sandbox.google.gmail.messages import DEFAULT_PAGE, MOST_PER_PAGE, found, listing, place, raw_of

if TYPE_CHECKING:
    from sandbox.google.state import Account, State


def create(call: Call) -> Reply:
    wanted, mailbox = call.body.get("message") or {}, call.account.mailbox
    message = write(call.state, call.account, raw=raw_of(wanted, call.media), thread_id=wanted.get("threadId"))
    draft_id = new_draft_id()
    mailbox.set_draft(draft_id, message.id)
    subject = mailbox.parsed(message.id).header("subject")
    refs = {"thread": message.thread_id, "message_id": message.message_id, "subject": subject}
    call.effect("drafts.create", draft=draft_id, id=message.id, **refs)
    return Reply(resource(draft_id, views.labelled(message)))


def write(state: State, account: Account, *, raw: bytes, thread_id: str | None) -> Message:
    """Puts a draft's message into the mailbox, in its thread if it fits."""
    if thread_id and thread_id not in account.mailbox.threads:
        raise not_found()
    fields = headers.read(raw, delivery.READ)
    add = []
    if not fields.get("message-id"):
        add.append(("Message-ID", delivery.new_message_id()))
    if not fields.get("from"):
        add.append(("From", account.email))
    raw = headers.edit(raw, drop=lambda name: False, add=add)
    joined = thread_id if thread_id and delivery.fits(account.mailbox, thread_id, found=fields) else None
    return account.mailbox.add(raw, ("DRAFT",), when=state.clock(), thread_id=joined)


def resource(draft_id: str, message: dict[str, Any]) -> dict[str, Any]:
    return {"id": draft_id, "message": message}


def find(mailbox: Mailbox, draft_id: str) -> Message:
    message_id = mailbox.drafts.get(draft_id)
    if message_id is None:
        raise not_found()
    return mailbox.messages[message_id]


def get(call: Call) -> Reply:
    mailbox, draft_id = call.account.mailbox, call.params["id"]
    message = find(mailbox, draft_id)
    return Reply(resource(draft_id, views.message_in(mailbox, message, shape=views.shape_of(call))))


def list_(call: Call) -> Reply:
    mailbox = call.account.mailbox
    by_message = {message_id: draft_id for draft_id, message_id in mailbox.drafts.items()}
    drafts = [message for message in found(call) if message.id in by_message]
    page, token = views.page_of(call, drafts, key=place, default=DEFAULT_PAGE, most=MOST_PER_PAGE)
    items = [resource(by_message[message.id], views.reference(message)) for message in page]
    return Reply(listing("drafts", items, token=token))


def update(call: Call) -> Reply:
    draft_id, wanted = call.params["id"], call.body.get("message") or {}
    find(call.account.mailbox, draft_id)
    raw = raw_of(wanted, call.media)
    message = replace(call.state, call.account, draft_id=draft_id, raw=raw, thread_id=wanted.get("threadId"))
    call.effect("drafts.update", draft=draft_id, id=message.id)
    return Reply(resource(draft_id, views.labelled(message)))


def replace(state: State, account: Account, *, draft_id: str, raw: bytes, thread_id: str | None) -> Message:
    """A draft's message is never changed: a new one with a new id takes its place."""
    mailbox = account.mailbox
    old = find(mailbox, draft_id)
    message = write(state, account, raw=raw, thread_id=thread_id or old.thread_id)
    mailbox.set_draft(draft_id, message.id)
    mailbox.remove(old)
    return message


def delete(call: Call) -> Reply:
    discard(call.account.mailbox, call.params["id"])
    call.effect("drafts.delete", draft=call.params["id"])
    return Reply(None, 204)


def discard(mailbox: Mailbox, draft_id: str) -> None:
    message = find(mailbox, draft_id)
    mailbox.set_draft(draft_id, None)
    mailbox.remove(message)


def send(call: Call) -> Reply:
    """Sends a draft; a message in the body replaces the draft's own first, so exactly these bytes go out."""
    draft_id = call.body.get("id")
    if not draft_id:
        raise invalid("Invalid draft")
    wanted = call.body.get("message") or {}
    draft = find(call.account.mailbox, draft_id)
    given = call.media is not None or bool(wanted.get("raw"))
    raw = raw_of(wanted, call.media) if given else call.account.mailbox.raw(draft.id)
    sent = dispatch(call.state, call.account, draft_id=draft_id, raw=raw, thread_id=wanted.get("threadId"))
    refs = {"id": sent.id, "thread": sent.thread_id, "message_id": sent.message_id}
    call.effect("drafts.send", draft=draft_id, **refs)
    return Reply(views.labelled(sent))


def dispatch(state: State, account: Account, *, draft_id: str, raw: bytes, thread_id: str | None) -> Message:
    """The draft is gone, a new message with a new id is sent."""
    if thread_id and thread_id not in account.mailbox.threads:
        raise not_found()
    draft = find(account.mailbox, draft_id)
    sent = delivery.send(state, account, raw=raw, thread_id=thread_id or draft.thread_id)
    account.mailbox.set_draft(draft_id, None)
    account.mailbox.remove(draft)
    return sent
