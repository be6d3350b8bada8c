"""Which function answers which method of Google's APIs."""

from __future__ import annotations

from sandbox.google import watching
from sandbox.google.api import Handler
from sandbox.google.calendar import events, listing, lists, sharing
from sandbox.google.gmail import drafts, history, labels, messages, send_as, threads

GMAIL: dict[str, Handler] = {
    "getProfile": history.profile,
    "history.list": history.list_,
    "settings.sendAs.list": send_as.list_,
    "settings.sendAs.get": send_as.get,
    "watch": watching.watch_mailbox,
    "stop": watching.stop_mailbox,
    "labels.list": labels.list_,
    "labels.get": labels.get,
    "labels.create": labels.create,
    "labels.patch": labels.change,
    "labels.update": labels.change,
    "labels.delete": labels.delete,
    "messages.list": messages.list_,
    "messages.get": messages.get,
    "messages.attachments.get": messages.attachment,
    "messages.modify": messages.modify,
    "messages.batchModify": messages.batch_modify,
    "messages.trash": messages.trash,
    "messages.untrash": messages.untrash,
    "messages.delete": messages.delete,
    "messages.send": messages.send,
    "messages.insert": messages.insert,
    "messages.import": messages.insert,
    "threads.list": threads.list_,
    "threads.get": threads.get,
    "threads.modify": threads.modify,
    "threads.trash": threads.trash,
    "threads.untrash": threads.untrash,
    "threads.delete": threads.delete,
    "drafts.create": drafts.create,
    "drafts.get": drafts.get,
    "drafts.list": drafts.list_,
    "drafts.update": drafts.update,
    "drafts.delete": drafts.delete,
    "drafts.send": drafts.send,
}
CALENDAR: dict[str, Handler] = {
    "calendarList.list": lists.list_,
    "calendarList.get": lists.get,
    "calendars.get": lists.get_calendar,
    "acl.list": sharing.list_,
    "settings.list": lists.list_settings,
    "settings.get": lists.get_setting,
    "freebusy.query": lists.free_busy,
    "events.list": listing.list_,
    "events.instances": listing.instances,
    "events.get": events.get,
    "events.insert": events.insert,
    "events.update": events.update,
    "events.patch": events.patch,
    "events.delete": events.delete,
    "events.move": events.move,
    "events.import": events.import_,
    "events.watch": watching.watch_events,
    "channels.stop": watching.stop_channel,
}
HANDLERS: dict[str, Handler] = {
    **{f"gmail.users.{name}": handler for name, handler in GMAIL.items()},
    **{f"calendar.{name}": handler for name, handler in CALENDAR.items()},
}
