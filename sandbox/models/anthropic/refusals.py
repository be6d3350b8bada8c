"""Errors in Anthropic's form: a type and a message, with the status that belongs to the type."""

import uuid

from aiohttp import web

# https://docs.anthropic.com/en/api/errors
TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
    404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 500: "api_error", 504: "timeout_error",
    529: "overloaded_error",
}  # fmt: skip
WORDS = {429: "This request would exceed your organization's rate limit.", 529: "Overloaded"}


class Refused(Exception):
    """A request that isn't answered, with its status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def error(status: int, text: str) -> dict[str, object]:
    """The body of an error; what has no type of its own is the API's fault."""
    kind = TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": text}, "request_id": request_id()}


def response(status: int, text: str, *, retry_after: int = 0) -> web.Response:
    """The whole answer."""
    body = error(status, text)
    headers = {"request-id": str(body["request_id"]), **({"retry-after": str(retry_after)} if retry_after else {})}
    return web.json_response(body, status=status, headers=headers)


def request_id() -> str:
    """As Anthropic names a request."""
    return f"req_{uuid.uuid4().hex[:24]}"
