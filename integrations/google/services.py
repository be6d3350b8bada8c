"""Requests built by google-api-python-client from the documents it ships, for whatever host Google is reached at."""

import json
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from googleapiclient.discovery import Resource, build_from_document
from googleapiclient.http import HttpRequest

_MARK = "0-the-id-0"
"""Stands in a request for the id that comes there."""


def service(name: str, version: str, root: str) -> Resource:
    """A resource whose requests are only built with it, never sent: it needs no credentials and no HTTP object.

    `root` replaces the document's rootUrl; empty means Google's own. client_options.api_endpoint would leave batches
    and uploads with Google.
    """
    package = files("googleapiclient.discovery_cache.documents")
    document: dict[str, Any] = json.loads(package.joinpath(f"{name}.{version}.json").read_text(encoding="utf-8"))
    if root:
        document["rootUrl"] = root.rstrip("/") + "/"
        document["baseUrl"] = document["rootUrl"] + document["servicePath"]
        document.pop("mtlsRootUrl", None)
    return build_from_document(document, http=_NeverSent())


class _NeverSent:
    """Stands where the library wants an HTTP object; requests are sent by Wire."""

    def request(self, *_: object, **__: object) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is open."""


def many(method: Callable[..., HttpRequest], idents: Sequence[str], **given: Any) -> list[HttpRequest]:
    """The same read of many things of one's own: built once, since building takes longer than asking."""
    model = method(userId="me", id=_MARK, **given)
    requests = [copy(model) for _ in idents]
    for request, ident in zip(requests, idents, strict=True):
        request.uri = model.uri.replace(_MARK, quote(ident, safe=""))
    return requests


@dataclass(frozen=True)
class Gmail:
    """Gmail v1, as far as we use it."""

    messages: Any
    threads: Any
    drafts: Any
    labels: Any
    history: Any
    users: Any
    """Profiles."""
    send_as: Any
    """The addresses an account may write from."""


@dataclass(frozen=True)
class Calendar:
    """Calendar v3, as far as we use it."""

    events: Any
    calendars: Any
    """A person's list of calendars."""
    metadata: Any
    """A calendar itself, one's own or somebody else's."""
    sharing: Any
    """Who may see a calendar."""
    free_busy: Any


# The library makes every method of a resource anew whenever the resource is asked for, which takes milliseconds of the
# loop that all turns share: so each is asked for once.


@lru_cache(maxsize=8)
def gmail(root: str) -> Gmail:
    users = service("gmail", "v1", root).users()
    return Gmail(
        messages=users.messages(),
        threads=users.threads(),
        drafts=users.drafts(),
        labels=users.labels(),
        history=users.history(),
        users=users,
        send_as=users.settings().sendAs(),
    )


@lru_cache(maxsize=8)
def calendar(root: str) -> Calendar:
    api = service("calendar", "v3", root)
    return Calendar(
        events=api.events(),
        calendars=api.calendarList(),
        metadata=api.calendars(),
        sharing=api.acl(),
        free_busy=api.freebusy(),
    )
