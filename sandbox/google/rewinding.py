"""Takes mailboxes and calendars back to how they once stood, so that one world serves many tries."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from sandbox.google.calendar.book import Book, Event
from sandbox.google.gmail.mailbox import Mailbox
from sandbox.google.state import State


@dataclass(frozen=True, slots=True)
class _Stood:
    """What an account held."""

    mails: dict[str, set[str]]
    labels: set[str]
    events: dict[str, dict[str, Event]]


class Rewinder:
    """Remembers one moment. Mails that are gone for good don't come back; what left stays in the outbox."""

    def __init__(self, state: State) -> None:
        self._stood = {
            account.email: _Stood(
                {message.id: set(message.labels) for message in account.mailbox.messages.values()},
                set(account.mailbox.labels),
                {calendar.id: copy.deepcopy(calendar.events) for calendar in account.book.calendars.values()},
            )
            for account in state.accounts.values()
        }

    def rewind(self, state: State) -> None:
        for email, stood in self._stood.items():
            account = state.accounts[email]
            _rewind_mails(account.mailbox, stood)
            _rewind_events(account.book, stood)
        state.store.commit()


def _rewind_mails(mailbox: Mailbox, stood: _Stood) -> None:
    """As if the person had tidied up: each step stands in the history."""
    for message in list(mailbox.messages.values()):
        labels = stood.mails.get(message.id)
        if labels is not None:
            mailbox.relabel(message, labels - message.labels, remove=message.labels - labels)
            continue
        for draft_id in [key for key, value in mailbox.drafts.items() if value == message.id]:
            mailbox.set_draft(draft_id, None)
        mailbox.remove(message)
    for label_id in set(mailbox.labels) - stood.labels:
        mailbox.set_label(None, label_id)


def _rewind_events(book: Book, stood: _Stood) -> None:
    """What is new vanishes without a trace, which no token could tell: every token is too old afterwards."""
    changed = False
    for calendar in list(book.calendars.values()):
        before = stood.events.get(calendar.id)
        if before is None:
            book.close(calendar)
            changed = True
            continue
        for event_id in [key for key in calendar.events if key not in before]:
            book.forget(calendar, event_id)
            changed = True
        for event_id, event in before.items():
            if calendar.events[event_id]["etag"] != event["etag"]:
                book.put(calendar, copy.deepcopy(event))
                changed = True
    if changed:
        book.forget_sync_tokens()
