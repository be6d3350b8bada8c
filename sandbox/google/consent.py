"""The pages a person sees while connecting an account: consent, and Google's refusals."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.google.scopes import SIGN_IN, WORDS

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --page: #f0f4f9; --ink: #1f1f1f; --soft: #444746; --line: #c4c7c5;
  --blue: #0b57d0; --on-blue: #fff; --note: #e8f0fe; }
@media (prefers-color-scheme: dark) { :root { --paper: #0e0e0e; --page: #1e1f20; --ink: #e3e3e3; --soft: #c4c7c5;
  --line: #444746; --blue: #a8c7fa; --on-blue: #062e6f; --note: #1b2a41; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--page);
  color: var(--ink); font: 16px/1.5 "Google Sans", Roboto, "Segoe UI", system-ui, sans-serif; }
main { width: min(1040px, 100%); padding: 36px; border-radius: 28px; background: var(--paper); display: grid;
  grid-template-columns: 1fr 1fr; gap: 48px; }
h1 { margin: 16px 0 8px; font-size: 2.1rem; font-weight: 400; line-height: 1.25; }
h2 { margin: 0 0 8px; font-size: 1rem; font-weight: 500; }
p { margin: 0 0 12px; color: var(--soft); }
.mark { width: 44px; height: 44px; }
.note { padding: 10px 14px; border-radius: 12px; background: var(--note); color: var(--ink); font-size: .875rem; }
fieldset { margin: 0 0 24px; padding: 0; border: 0; }
legend { padding: 0 0 8px; font-weight: 500; }
label { display: flex; gap: 14px; align-items: center; padding: 12px 8px; border-bottom: 1px solid var(--line);
  cursor: pointer; }
label:hover { background: color-mix(in srgb, var(--blue) 8%, transparent); }
label small { display: block; color: var(--soft); }
input { width: 18px; height: 18px; accent-color: var(--blue); flex: none; }
.face { width: 36px; height: 36px; border-radius: 50%; display: grid; place-items: center; background: var(--blue);
  color: var(--on-blue); font-weight: 500; flex: none; }
.buttons { display: flex; justify-content: flex-end; gap: 12px; flex-wrap: wrap; }
button { padding: 10px 24px; border: 1px solid var(--line); border-radius: 20px; background: transparent;
  color: var(--blue); font: inherit; font-size: .9rem; font-weight: 500; cursor: pointer; }
button.go { border-color: var(--blue); background: var(--blue); color: var(--on-blue); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
code { font-size: .85rem; overflow-wrap: anywhere; }
@media (max-width: 760px) { main { grid-template-columns: 1fr; gap: 16px; padding: 24px; }
  h1 { font-size: 1.6rem; } }
"""
MARK = """<svg class="mark" viewBox="0 0 48 48" aria-hidden="true"><path fill="#4285F4" d="M45 24.5c0-1.6-.1-3.1-.4-4.5
H24v8.5h11.8c-.5 2.7-2 5-4.4 6.6v5.5h7.1c4.1-3.8 6.5-9.4 6.5-16.1z"/><path
fill="#34A853" d="M24 46c5.9 0 10.9-2 14.5-5.4
l-7.1-5.5c-2 1.3-4.5 2.1-7.4 2.1-5.7 0-10.5-3.8-12.3-9H4.4v5.7C8 41.1 15.4 46 24 46z"/><path fill="#FBBC05" d="
M11.7 28.2a13.2 13.2 0 0 1 0-8.4v-5.7H4.4a22 22 0 0 0 0 19.8z"/><path
fill="#EA4335" d="M24 10.8c3.2 0 6.1 1.1 8.4 3.3l6.3-6.3
A22 22 0 0 0 4.4 14.1l7.3 5.7c1.8-5.2 6.6-9 12.3-9z"/></svg>"""
SANDBOX = "This is the sandbox's stand-in for Google: nothing here reaches the real one."
_DIGEST = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def page(title: str, content: str, *, status: int = 200, then: str | None = None) -> web.Response:
    """A page without a script; `then` is where its form may lead, because browsers hold redirects to form-action."""
    document = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main>{content}</main></body></html>"
    )
    headers = {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self' {_origin(then)}; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return web.Response(text=document, content_type="text/html", status=status, headers=headers)


def _origin(address: str | None) -> str:
    if address is None:
        return ""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def consent(
    *, app: str, accounts: Iterable[tuple[str, str]], hint: str, scopes: list[str], fields: dict[str, str], then: str
) -> web.Response:
    """Choose an account, see what is asked for, continue or cancel."""
    people = list(accounts)
    chosen = hint.lower() if hint.lower() in {email for email, _ in people} else (people[0][0] if people else "")
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(v)}">' for name, v in fields.items())
    faces = "".join(_face(email, name, checked=email == chosen) for email, name in people)
    asked = "".join(_scope(scope) for scope in scopes if scope not in SIGN_IN)
    signing = "".join(f"<p>{escape(WORDS[scope])}</p>" for scope in scopes if scope in SIGN_IN)
    content = (
        f"<section>{MARK}<h1>{escape(app)} wants access to your Google Account</h1>"
        f"<p>Choose an account, and what {escape(app)} may do with it.</p>{signing}"
        f'<p class="note">{SANDBOX}</p></section>'
        f'<form method="post" action="/signin/oauth/consent">{hidden}'
        f"<fieldset><legend>Choose an account</legend>{faces}</fieldset>"
        + (f"<fieldset><legend>Select what {escape(app)} can access</legend>{asked}</fieldset>" if asked else "")
        + '<div class="buttons"><button name="choice" value="cancel" formnovalidate>Cancel</button>'
        '<button class="go" name="choice" value="continue">Continue</button></div></form>'
    )
    return page("Sign in - Google Accounts", content, then=then)


def _face(email: str, name: str, *, checked: bool) -> str:
    mark = " checked" if checked else ""
    return (
        f'<label><input type="radio" name="account" value="{escape(email)}" required{mark}>'
        f'<span class="face" aria-hidden="true">{escape(name[:1].upper() or "?")}</span>'
        f"<span>{escape(name)}<small>{escape(email)}</small></span></label>"
    )


def _scope(scope: str) -> str:
    box = f'<input type="checkbox" name="scope" value="{escape(scope)}" checked>'
    return f"<label>{box}<span>{escape(WORDS[scope])}</span></label>"


def refusal(code: int, error: str, *, message: str, app: str = "this app") -> web.Response:
    """Google's "Access blocked" page."""
    title = "Access blocked: Authorization Error" if code == 400 else "Access blocked"
    content = (
        f"<section>{MARK}<h1>{title}</h1></section><section><h2>You can’t sign in to {escape(app)}</h2>"
        f"<p>{escape(message)}</p><p><code>Error {code}: {escape(error)}</code></p>"
        f'<p class="note">{SANDBOX}</p></section>'
    )
    return page(f"Error {code}: {error}", content, status=code)
