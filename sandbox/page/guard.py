"""Who may talk to the page: the token, the Host and Origin checks, and the security headers of every answer."""

import hmac

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from yarl import URL

TOKEN_HEADER = "X-Page-Token"  # noqa: S105 (a header's name)
CONTROL_PREFIX = "/_sandbox/"

# The names a browser uses for this machine. Any other Host is a foreign name pointed at us (DNS rebinding).
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
# https://www.w3.org/TR/fetch-metadata/: other ports of this machine are "same-site", and are strangers too.
FOREIGN_SITES = frozenset({"cross-site", "same-site"})

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}

LOCKED_OUT = (
    "This page shows private mail, so it opens only at the address that was printed when the sandbox started "
    "(the one with ?token=… in it). Look for it in the terminal."
)
# A link followed from another site: the browser would hold the strict cookie back across a plain redirect.
WELCOME = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/"><title>Steward</title>'


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A response-prepare signal, so that refusals and errors carry the headers too."""
    response.headers.update(SECURITY_HEADERS)


def guard(token: str) -> Middleware:
    """A middleware that lets in only the person who holds the token, from this page's own origin."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if _host_name(request) not in LOOPBACK_NAMES:
            raise web.HTTPForbidden(text="This server answers only to a loopback address.")
        if request.path.startswith(CONTROL_PREFIX):
            return await handler(request)  # has a token of its own
        if request.path == "/" and "token" in request.query:
            return _enter(request, token)
        _check_origin(request)
        if not same_token(_presented(request), token):
            raise web.HTTPForbidden(text=LOCKED_OUT)
        return await handler(request)

    return check


def same_token(presented: str, expected: str) -> bool:
    """Compares in constant time; an empty expectation matches nothing."""
    return bool(expected) and hmac.compare_digest(presented.encode(), expected.encode())


def _host_name(request: web.Request) -> str | None:
    try:
        return URL(f"http://{request.host}").host
    except ValueError:
        return None


def _cookie_name(request: web.Request) -> str:
    # Cookies ignore ports, so two sandboxes on one machine would overwrite each other's.
    return f"steward_page_{URL(f'http://{request.host}').port}"


def _presented(request: web.Request) -> str:
    return request.headers.get(TOKEN_HEADER) or request.cookies.get(_cookie_name(request), "")


def _check_origin(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise web.HTTPForbidden(text="Requests from another site are refused.")
    if request.path != "/" and request.headers.get("Sec-Fetch-Site") in FOREIGN_SITES:
        raise web.HTTPForbidden(text="Requests from another site are refused.")
    changes = request.method != "GET" or request.headers.get("Upgrade", "").lower() == "websocket"
    # A browser names the origin of everything that changes or streams; a program sends the token as a header,
    # which a foreign site can't do without a preflight that is never answered.
    if changes and origin is None and TOKEN_HEADER not in request.headers:
        raise web.HTTPForbidden(text="A request that changes something must name its origin.")


def _enter(request: web.Request, token: str) -> web.Response:
    if not same_token(request.query["token"], token):
        raise web.HTTPForbidden(text=LOCKED_OUT)
    if request.headers.get("Sec-Fetch-Site") in FOREIGN_SITES:
        response = web.Response(text=WELCOME, content_type="text/html")
    else:
        response = web.Response(status=303, headers={"Location": "/"})
    response.set_cookie(_cookie_name(request), token, httponly=True, samesite="Strict", path="/")
    return response
