"""The addresses an account may write from: its own, and those it was given beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.google.api import Call, Reply
from sandbox.google.errors import not_found

if TYPE_CHECKING:
    from sandbox.google.state import Account, State


def list_(call: Call) -> Reply:
    return Reply({"sendAs": _entries(call)})


def get(call: Call) -> Reply:
    wanted = call.params["sendAsEmail"].lower()
    for entry in _entries(call):
        if entry["sendAsEmail"] == wanted:
            return Reply(entry)
    raise not_found()


def aliases(state: State, account: Account) -> dict[str, str]:
    """Names by address, without the account's own."""
    found: dict[str, str] = json.loads(state.store.meta(_key(account.email)) or "{}")
    return found


def give(state: State, account: Account, email: str, *, name: str) -> None:
    """Lets an account write from a further address, and get what is sent there."""
    given = aliases(state, account) | {email.lower(): name}
    state.store.set_meta(_key(account.email), json.dumps(given))


def _key(email: str) -> str:
    return f"send as {email}"


def _entries(call: Call) -> list[dict[str, Any]]:
    account = call.account
    own = {"sendAsEmail": account.email, "displayName": account.name, "replyToAddress": "", "signature": ""}
    others = [
        {
            **{"sendAsEmail": email, "displayName": name, "replyToAddress": "", "signature": ""},
            **{"isDefault": False, "treatAsAlias": True, "verificationStatus": "accepted"},
        }
        for email, name in aliases(call.state, account).items()
    ]
    return [{**own, "isPrimary": True, "isDefault": True}, *others]
