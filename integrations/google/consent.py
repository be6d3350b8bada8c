"""Google's consent page and token endpoint. Source: Google's OAuth 2.0 for web server applications."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import aiohttp

from app.domain.errors import ConsentRefused, Faulty, GrantDead, Refused, Throttled, Unanswered
from app.domain.grants import Identity, Tokens
from app.domain.permissions import Permission
from app.domain.ports import Clock
from app.domain.types import Account

AUTH = "https://www.googleapis.com/auth/"
SCOPES: Mapping[Permission, tuple[str, ...]] = MappingProxyType(
    {
        Permission.READ_MAIL: (f"{AUTH}gmail.readonly",),
        Permission.READ_CALENDAR: (f"{AUTH}calendar.readonly", f"{AUTH}calendar.freebusy"),
        Permission.CHANGE_MAIL: (f"{AUTH}gmail.modify",),
        Permission.CHANGE_CALENDAR: (f"{AUTH}calendar",),
    }
)
"""What is asked for, by what it lets us do. The first of each suffices; changing includes reading."""
IDENTITY = ("openid", "email")
"""Whose account it is; asked for always."""
TIMEOUT = aiohttp.ClientTimeout(total=8, sock_connect=4)
"""Renewing holds a row, for which others wait no longer than the database's lock_timeout of ten seconds."""
PROVIDER = "Google"
GRANTED, SLOW_DOWN, FAULT = 200, 429, 500
"""Statuses of the token endpoint; from FAULT on the fault is Google's."""
PAUSE = timedelta(seconds=2)
"""Waited when the token endpoint asks to slow down."""


@dataclass(frozen=True)
class Endpoints:
    """Where Google's OAuth is reached: its own hosts, or one root for everything."""

    authorize: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token: str = "https://oauth2.googleapis.com/token"  # noqa: S105
    userinfo: str = "https://openidconnect.googleapis.com/v1/userinfo"
    revoke: str = "https://oauth2.googleapis.com/revoke"

    @classmethod
    def under(cls, root: str) -> "Endpoints":
        """All endpoints under one root; Google's own when it is empty."""
        base = root.rstrip("/")
        paths = ("/o/oauth2/v2/auth", "/token", "/v1/userinfo", "/revoke")
        return cls(*(f"{base}{path}" for path in paths)) if base else cls()


@dataclass(frozen=True)
class Client:
    """The OAuth client of this installation."""

    id: str
    secret: str
    redirect: str
    """Where the consent page sends the browser back to; registered with Google to the letter."""


class GoogleConsent:
    """The port Consent, and the renewal of access tokens."""

    def __init__(self, session: aiohttp.ClientSession, client: Client, endpoints: Endpoints, clock: Clock) -> None:
        self._session = session
        self._client = client
        self._endpoints = endpoints
        self._clock = clock

    def url(self, state: str, challenge: str, *, asks: Collection[Permission], hint: str = "") -> str:
        """The consent page that asks for these, besides what was allowed before; `hint` preselects an address."""
        scopes = (
            *IDENTITY,
            *(scope for permission in Permission if permission in asks for scope in SCOPES[permission]),
        )
        asked = {
            "client_id": self._client.id,
            "redirect_uri": self._client.redirect,
            "response_type": "code",
            "scope": " ".join(scopes),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "access_type": "offline",
            "include_granted_scopes": "true",
            "prompt": "consent" if hint else "consent select_account",
            **({"login_hint": hint} if hint else {}),
        }
        return f"{self._endpoints.authorize}?{urlencode(asked)}"

    async def exchange(self, code: str, verifier: str) -> tuple[Identity, Tokens]:
        """A code for tokens, and whose they are; raises ConsentRefused, ProviderError."""
        form = {"code": code, "code_verifier": verifier, "redirect_uri": self._client.redirect}
        status, answer = await self._signed(grant_type="authorization_code", **form)
        if status >= FAULT:
            raise Faulty(provider=PROVIDER, why=f"status {status}")
        if status != GRANTED or not {"access_token", "refresh_token"} <= answer.keys():
            raise ConsentRefused(why=_why(answer, "no lasting access"))
        tokens = self._tokens(answer, refresh=str(answer["refresh_token"]))
        return await self._identity(tokens.access), tokens

    async def renew(self, account: Account, tokens: Tokens) -> Tokens:
        """A new access token; raises GrantDead when Google says that the grant is gone for good."""
        status, answer = await self._signed(grant_type="refresh_token", refresh_token=tokens.refresh)
        if status == GRANTED and "access_token" in answer:
            return self._tokens(answer, refresh=str(answer.get("refresh_token", tokens.refresh)))
        if answer.get("error") == "invalid_grant":
            raise GrantDead(provider=PROVIDER, account=account.email)
        if status == SLOW_DOWN:
            raise Throttled(retry_after=PAUSE, provider=PROVIDER)
        if status >= FAULT or status == GRANTED:
            raise Faulty(provider=PROVIDER, why=f"status {status}")
        raise Refused(provider=PROVIDER, why=_why(answer, str(status)))

    async def revoke(self, tokens: Tokens) -> None:
        """End the grant at Google; one that has ended is fine. Raises ProviderError."""
        status, answer = await self._post(self._endpoints.revoke, token=tokens.refresh)
        if status >= FAULT:
            raise Faulty(provider=PROVIDER, why=f"status {status}")
        if status != GRANTED and answer.get("error") != "invalid_token":
            raise Refused(provider=PROVIDER, why=_why(answer, str(status)))

    def _tokens(self, answer: dict[str, Any], *, refresh: str) -> Tokens:
        return Tokens(
            access=str(answer["access_token"]),
            refresh=refresh,
            expires_at=self._clock.now() + timedelta(seconds=int(answer.get("expires_in", 3600))),
            scopes=allowed(str(answer.get("scope", "")).split()),
        )

    async def _identity(self, access: str) -> Identity:
        headers = {"Authorization": f"Bearer {access}"}
        try:
            async with self._session.get(self._endpoints.userinfo, headers=headers, timeout=TIMEOUT) as response:
                told = _object(await response.json(content_type=None))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as lost:
            raise Unanswered(provider=PROVIDER) from lost
        if response.status >= FAULT:
            raise Faulty(provider=PROVIDER, why=f"status {response.status}")
        if "sub" not in told or "email" not in told:
            raise ConsentRefused(why="Google didn't say whose account it is")
        return Identity(subject=str(told["sub"]), email=str(told["email"]), hosted=bool(told.get("hd")))

    async def _signed(self, **form: str) -> tuple[int, dict[str, Any]]:
        client = {"client_id": self._client.id, "client_secret": self._client.secret}
        return await self._post(self._endpoints.token, **form, **client)

    async def _post(self, url: str, **form: str) -> tuple[int, dict[str, Any]]:
        try:
            async with self._session.post(url, data=form, timeout=TIMEOUT) as response:
                return response.status, _object(await response.json(content_type=None))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as lost:
            raise Unanswered(provider=PROVIDER) from lost


def allowed(scopes: Collection[str]) -> tuple[Permission, ...]:
    """What Google's scopes let us do."""
    granted = {permission for permission, needed in SCOPES.items() if needed[0] in scopes}
    implied = {Permission.CHANGE_MAIL: Permission.READ_MAIL, Permission.CHANGE_CALENDAR: Permission.READ_CALENDAR}
    granted |= {implied[permission] for permission in granted & implied.keys()}
    return tuple(permission for permission in Permission if permission in granted)


def _why(answer: Mapping[str, Any], otherwise: str) -> str:
    return str(answer.get("error_description") or answer.get("error") or otherwise)


def _object(answer: Any) -> dict[str, Any]:
    """An answer as the object it should be; an empty or foreign one has nothing in it."""
    return answer if isinstance(answer, dict) else {}
