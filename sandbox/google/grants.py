"""Who has allowed what: the client, grants, codes and tokens; only hashes of secrets that travel are kept."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.google.store import Store

ACCESS_SECONDS = 3599  # what Google says of a fresh access token
CODE_SECONDS = 600
LASTING = 0.0  # the `expires` of what doesn't expire


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # code, access or refresh
    account: str
    scopes: frozenset[str]
    expires: float
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Client:
    client_id: str
    client_secret: str


class Grants:
    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._tokens: dict[str, Token] = {}
        for key, kind, account, scopes, expires, detail in store.rows("SELECT * FROM tokens"):
            self._tokens[key] = Token(kind, account, frozenset(scopes.split()), expires, json.loads(detail))
        self.client = self._client()

    def _client(self) -> Client:
        kept = self._store.meta("client")
        if kept is None:
            number = secrets.randbelow(10**12 - 10**11) + 10**11
            name = secrets.token_hex(16)
            values = (f"{number}-{name}.apps.googleusercontent.com", f"GOCSPX-{secrets.token_urlsafe(21)}")
            kept = json.dumps(values)
            self._store.set_meta("client", kept)
            self._store.commit()
        return Client(*json.loads(kept))

    def granted(self, account: str) -> frozenset[str]:
        rows = self._store.rows("SELECT scopes FROM grants WHERE account = ?", account)
        return frozenset(rows[0][0].split()) if rows else frozenset()

    def is_offline(self, account: str) -> bool:
        rows = self._store.rows("SELECT offline FROM grants WHERE account = ?", account)
        return bool(rows and rows[0][0])

    def grant(self, account: str, scopes: Iterable[str], *, offline: bool) -> None:
        text = " ".join(sorted(self.granted(account) | set(scopes)))
        offline = offline or self.is_offline(account)
        self._store.run("INSERT OR REPLACE INTO grants VALUES (?, ?, ?)", account, text, int(offline))

    def new_code(self, account: str, scopes: Iterable[str], **detail: Any) -> str:
        return self._issue("4/0A", "code", account=account, scopes=scopes, detail=detail)

    def take_code(self, code: str) -> Token | None:
        """A code's grant, once."""
        found = self._tokens.get(_hash(code))
        if found is None or found.kind != "code":
            return None
        self._forget(_hash(code))
        return found if self._alive(found) else None

    def new_access(self, account: str, scopes: Iterable[str], *, offline: bool) -> str:
        self._forget_expired()
        return self._issue(
            "ya29.a0A",
            "access",
            account=account,
            scopes=scopes,
            detail={"access_type": "offline" if offline else "online"},
        )

    def new_refresh(self, account: str, scopes: Iterable[str]) -> str:
        return self._issue("1//0", "refresh", account=account, scopes=scopes, detail={})

    def find(self, token: str, *kinds: str) -> Token | None:
        found = self._tokens.get(_hash(token))
        return found if found is not None and found.kind in kinds and self._alive(found) else None

    def revoke(self, account: str) -> None:
        """The whole grant of an account goes, with every token of it."""
        for key in [key for key, token in self._tokens.items() if token.account == account]:
            self._forget(key)
        self._store.run("DELETE FROM grants WHERE account = ?", account)

    def expire_access(self, account: str | None) -> None:
        for key, token in list(self._tokens.items()):
            if token.kind == "access" and account in (None, token.account):
                self._forget(key)

    def _issue(self, prefix: str, kind: str, *, account: str, scopes: Iterable[str], detail: dict[str, Any]) -> str:
        secret = prefix + secrets.token_urlsafe(48)
        seconds = {"code": CODE_SECONDS, "access": ACCESS_SECONDS}.get(kind)
        expires = self._clock().timestamp() + seconds if seconds else LASTING
        token = Token(kind, account, frozenset(scopes), expires, detail)
        self._tokens[_hash(secret)] = token
        values = (_hash(secret), kind, account, " ".join(sorted(token.scopes)), expires, json.dumps(detail))
        self._store.run("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)", *values)
        return secret

    def _alive(self, token: Token) -> bool:
        return token.expires == LASTING or token.expires > self._clock().timestamp()

    def _forget(self, key: str) -> None:
        del self._tokens[key]
        self._store.run("DELETE FROM tokens WHERE hash = ?", key)

    def _forget_expired(self) -> None:
        for key in [key for key, token in self._tokens.items() if not self._alive(token)]:
            self._forget(key)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
