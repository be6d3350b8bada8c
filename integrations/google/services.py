"""Requests built by google-api-python-client from the documents it ships, for whatever host Google is reached at."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from googleapiclient.discovery import Resource, build_from_document


@lru_cache(maxsize=8)
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


def gmail(root: str) -> Any:
    """Gmail v1, users resource."""
    return service("gmail", "v1", root).users()


def calendar(root: str) -> Any:
    """Calendar v3."""
    return service("calendar", "v3", root)
