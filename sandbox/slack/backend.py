"""Everything the stand-in is made of, joined once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.slack.conversations import Conversations
from sandbox.slack.directory import Directory
from sandbox.slack.events import Events
from sandbox.slack.feed import Feed
from sandbox.slack.holds import Holds
from sandbox.slack.hub import Hub
from sandbox.slack.ids import Ids
from sandbox.slack.interactions import Interactions
from sandbox.slack.log import Log
from sandbox.slack.store import Store
from sandbox.slack.surfaces import Surfaces
from sandbox.slack.switches import Switches
from sandbox.slack.tickets import ResponseUrls, SocketTickets, Tickets, Triggers
from sandbox.slack.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the app signs its calls with; made once, at random."""

    bot: str
    app: str


@dataclass(frozen=True, slots=True)
class Backend:
    store: Store
    ids: Ids
    tokens: Tokens
    switches: Switches
    log: Log
    holds: Holds
    directory: Directory
    timeline: Timeline
    feed: Feed
    events: Events
    hub: Hub
    conversations: Conversations
    surfaces: Surfaces
    tickets: Tickets
    interactions: Interactions


def _tokens(store: Store) -> Tokens:
    kept = store.fact("tokens")
    if kept is None:
        number = secrets.randbelow(10**12)
        bot = f"xoxb-{number}-{secrets.randbelow(10**12)}-{secrets.token_hex(12)}"
        kept = {"bot": bot, "app": f"xapp-1-A{number}-{secrets.token_hex(32)}"}
        store.put_fact("tokens", kept)
    return Tokens(**kept)


def assemble(home: Path, people: list[dict[str, Any]], public_url: Callable[[], str]) -> Backend:
    """Needs a running event loop, which commits the first writes."""
    store, switches, log, feed = Store(home / "slack.sqlite3"), Switches(), Log(), Feed()
    ids = Ids(store)
    directory = Directory(store, ids, people)
    timeline, events, hub = Timeline(store), Events(directory, ids), Hub(store, switches, log)
    conversations = Conversations(directory, timeline, feed=feed, callbacks=events, delivery=hub)
    surfaces = Surfaces(store, ids, feed=feed, switches=switches)
    response_urls = ResponseUrls(switches, public_url, team=directory.team["id"])
    tickets = Tickets(Triggers(switches), response_urls, SocketTickets(switches))
    interactions = Interactions(conversations, surfaces, hub=hub, ids=ids, tickets=tickets)
    backend = Backend(
        store=store,
        ids=ids,
        tokens=_tokens(store),
        switches=switches,
        log=log,
        holds=Holds(),
        directory=directory,
        timeline=timeline,
        feed=feed,
        events=events,
        hub=hub,
        conversations=conversations,
        surfaces=surfaces,
        tickets=tickets,
        interactions=interactions,
    )
    store.commit()
    return backend
