"""Google's OAuth: the authorization endpoint with its consent, the token endpoint, revocation and identity."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from aiohttp import web

from sandbox.google import consent, scopes
from sandbox.google.grants import ACCESS_SECONDS, Token
from sandbox.google.keys import Keys
from sandbox.google.state import Account, State

APP_NAME = "Steward"
ISSUER = "https://accounts.google.com"
PENDING_SECONDS = 600
LOOPBACK = {"localhost", "127.0.0.1", "::1"}  # where a desktop client may be sent back to, on any port
CHALLENGE_LENGTHS = range(43, 129)  # RFC 7636, section 4.1


@dataclass(frozen=True, slots=True)
class Request:
    """An authorization request that was found in order and waits for its person."""

    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    offline: bool
    consent: bool
    include_granted: bool
    challenge: str | None
    challenge_method: str
    nonce: str | None
    until: float


class Refusal(Exception):
    def __init__(self, error: str, message: str, *, code: int = 400) -> None:
        super().__init__(message)
        self.error, self.message, self.code = error, message, code


class OAuth:
    def __init__(self, state: State) -> None:
        self._state = state
        self._grants = state.grants
        self._keys = Keys(state.store)
        self._secret = secrets.token_bytes(32)
        self._pending: dict[str, Request] = {}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/o/oauth2/v2/auth", self.authorize),
            web.get("/o/oauth2/auth", self.authorize),
            web.post("/signin/oauth/consent", self.decide),
            web.post("/token", self.token),
            web.post("/oauth2/v4/token", self.token),
            web.post("/revoke", self.revoke),
            web.post("/o/oauth2/revoke", self.revoke),
            *(web.get(path, self.userinfo) for path in ("/v1/userinfo", "/oauth2/v1/userinfo", "/oauth2/v3/userinfo")),
            web.route("*", "/tokeninfo", self.tokeninfo),
            web.get("/oauth2/v1/certs", self.certs),
            web.get("/oauth2/v3/certs", self.certs),
        ]

    # ---- the browser's part

    async def authorize(self, request: web.Request) -> web.Response:
        try:
            asked = self._read(request)
        except Refusal as refusal:
            return consent.refusal(refusal.code, refusal.error, message=refusal.message, app=APP_NAME)
        if request.query.get("prompt") == "none":
            return _back(asked, {"error": "interaction_required"})
        self._forget_old()
        key = secrets.token_urlsafe(24)
        self._pending[key] = asked
        return consent.consent(
            app=APP_NAME,
            accounts=[(account.email, account.name) for account in self._state.accounts.values() if account.signs_in],
            hint=request.query.get("login_hint", ""),
            scopes=list(asked.scopes),
            fields={"request": key, "csrf": self._csrf(key, asked)},
            then=asked.redirect_uri,
        )

    def _read(self, request: web.Request) -> Request:
        query = request.query
        for name in ("client_id", "redirect_uri", "response_type", "scope"):
            if not query.get(name):
                raise Refusal("invalid_request", f"Missing required parameter: {name}")
        if query["client_id"] != self._grants.client.client_id:
            raise Refusal("invalid_client", "The OAuth client was not found.", code=401)
        _check_redirect(query["redirect_uri"])
        if query["response_type"] != "code":
            raise Refusal("unsupported_response_type", f"Invalid response_type: {query['response_type']}")
        wanted = scopes.wanted(query["scope"])
        if unknown := scopes.unknown(wanted):
            raise Refusal("invalid_scope", f"Some requested scopes were invalid. {{invalid=[{', '.join(unknown)}]}}")
        challenge, method = query.get("code_challenge"), query.get("code_challenge_method", "plain")
        if challenge is not None and (method not in ("S256", "plain") or len(challenge) not in CHALLENGE_LENGTHS):
            raise Refusal("invalid_request", "Invalid code_challenge or code_challenge_method")
        return Request(
            redirect_uri=query["redirect_uri"],
            scopes=tuple(wanted),
            state=query.get("state"),
            offline=query.get("access_type") == "offline",
            consent="consent" in query.get("prompt", "").split(),
            include_granted=query.get("include_granted_scopes") == "true",
            challenge=challenge,
            challenge_method=method,
            nonce=query.get("nonce"),
            until=self._state.clock().timestamp() + PENDING_SECONDS,
        )

    async def decide(self, request: web.Request) -> web.Response:
        form = await request.post()
        key = str(form.get("request", ""))
        asked = self._pending.get(key)
        expected = self._csrf(key, asked) if asked else ""
        if asked is None or not hmac.compare_digest(str(form.get("csrf", "")).encode(), expected.encode()):
            return consent.refusal(400, "invalid_request", message="This page has expired, or wasn't opened here.")
        if request.headers.get("Origin") not in (None, "null", f"{request.scheme}://{request.host}"):
            return consent.refusal(403, "access_denied", message="The form came from another site.")
        del self._pending[key]
        if form.get("choice") != "continue":
            return _back(asked, {"error": "access_denied"})
        account = self._state.account(str(form.get("account", "")))
        if account is None:
            return consent.refusal(400, "invalid_request", message="Couldn't find your Google Account.")
        chosen = {str(value) for value in form.getall("scope", [])}
        return self._allow(asked, account, allowed=[s for s in asked.scopes if s in chosen or s in scopes.SIGN_IN])

    def _allow(self, asked: Request, account: Account, *, allowed: list[str]) -> web.Response:
        if not allowed:
            return _back(asked, {"error": "access_denied"})
        before = self._grants.granted(account.email)
        # A refresh token is handed out at the first consent to anything new, or when consent is asked for again.
        fresh = asked.consent or not set(allowed) <= before or not self._grants.is_offline(account.email)
        given = sorted(set(allowed) | before) if asked.include_granted else allowed
        code = self._grants.new_code(
            account.email,
            given,
            redirect_uri=asked.redirect_uri,
            challenge=asked.challenge,
            method=asked.challenge_method,
            nonce=asked.nonce,
            offline=asked.offline,
            refresh=asked.offline and fresh,
        )
        self._grants.grant(account.email, allowed, offline=asked.offline)
        self._state.journal.commit("oauth.consent", account.email, scopes=sorted(given))
        self._state.store.commit()
        return _back(asked, {"code": code, "scope": " ".join(given), "authuser": "0", "prompt": "consent"})

    def _csrf(self, key: str, asked: Request | None) -> str:
        return hmac.new(self._secret, f"{key} {asked}".encode(), hashlib.sha256).hexdigest()

    def _forget_old(self) -> None:
        now = self._state.clock().timestamp()
        for key in [key for key, asked in self._pending.items() if asked.until < now]:
            del self._pending[key]

    # ---- the client's part

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self._state.journal.request("POST", request.path, grant_type=form.get("grant_type"))
        if refused := self._authenticate(request, form):
            return refused
        kind = form.get("grant_type")
        if kind == "authorization_code":
            answer = self._exchange(form)
        elif kind == "refresh_token":
            answer = self._refresh(form)
        elif not kind:
            answer = _refuse("invalid_request", "Required parameter is missing: grant_type")
        else:
            answer = _refuse("unsupported_grant_type", f"Invalid grant_type: {kind}")
        self._state.store.commit()
        return answer

    def _authenticate(self, request: web.Request, form: dict[str, str]) -> web.Response | None:
        client_id, secret = form.get("client_id"), form.get("client_secret")
        header = request.headers.get("Authorization", "")
        if header.startswith("Basic "):
            try:
                client_id, _, secret = b64decode(header[6:]).decode().partition(":")
            except ValueError:
                return _refuse("invalid_client", "Unauthorized", status=401)
        if not client_id:
            return _refuse("invalid_request", "Could not determine client ID from request.")
        if client_id != self._grants.client.client_id:
            return _refuse("invalid_client", "The OAuth client was not found.", status=401)
        if secret is None:
            return _refuse("invalid_request", "client_secret is missing.")
        if not hmac.compare_digest(secret.encode(), self._grants.client.client_secret.encode()):
            return _refuse("invalid_client", "Unauthorized", status=401)
        return None

    def _exchange(self, form: dict[str, str]) -> web.Response:
        code = self._grants.take_code(form.get("code", ""))
        if code is None:
            return _refuse("invalid_grant", "Malformed auth code." if not form.get("code") else "Bad Request")
        if form.get("redirect_uri") != code.detail["redirect_uri"]:
            return _refuse("redirect_uri_mismatch", "Bad Request")
        if wrong := _wrong_verifier(code, form.get("code_verifier")):
            return _refuse("invalid_grant", wrong)
        more: dict[str, Any] = {}
        if code.detail["refresh"]:
            more["refresh_token"] = self._grants.new_refresh(code.account, code.scopes)
        offline = bool(code.detail["offline"])
        return self._issue(code, code.scopes, offline=offline, nonce=code.detail["nonce"], more=more)

    def _refresh(self, form: dict[str, str]) -> web.Response:
        found = self._grants.find(form.get("refresh_token", ""), "refresh")
        if found is None:
            return _refuse("invalid_grant", "Token has been expired or revoked.")
        narrowed = scopes.wanted(form.get("scope", ""))
        if set(narrowed) - found.scopes:
            return _refuse("invalid_scope", "Bad Request")
        return self._issue(found, frozenset(narrowed) or found.scopes, offline=True, nonce=None, more={})

    def _issue(
        self, of: Token, allowed: frozenset[str], *, offline: bool, nonce: str | None, more: dict[str, Any]
    ) -> web.Response:
        body: dict[str, Any] = {
            "access_token": self._grants.new_access(of.account, allowed, offline=offline),
            "expires_in": ACCESS_SECONDS,
            "scope": " ".join(sorted(allowed)),
            "token_type": "Bearer",
            **more,
        }
        if "openid" in allowed:
            body["id_token"] = self._keys.sign(
                self._claims(of.account, allowed, nonce=nonce, access=body["access_token"])
            )
        headers = {"Cache-Control": "no-cache, no-store, max-age=0, must-revalidate", "Pragma": "no-cache"}
        return web.json_response(body, headers=headers)

    def _claims(self, email: str, allowed: frozenset[str], *, nonce: str | None, access: str) -> dict[str, Any]:
        now = int(self._state.clock().timestamp())
        client = self._grants.client.client_id
        half = urlsafe_b64encode(hashlib.sha256(access.encode()).digest()[:16]).rstrip(b"=").decode()
        claims = {"iss": ISSUER, "azp": client, "aud": client, "at_hash": half, "iat": now, "exp": now + 3600}
        return {**claims, **self._person(email, allowed), **({"nonce": nonce} if nonce else {})}

    def _person(self, email: str, allowed: frozenset[str]) -> dict[str, Any]:
        account = self._state.accounts[email]
        found: dict[str, Any] = {"sub": account.sub}
        if scopes.ALIASES["email"] in allowed:
            found |= {"email": account.email, "email_verified": True, **self._hosted(account.email)}
        if scopes.ALIASES["profile"] in allowed:
            given, _, family = account.name.partition(" ")
            found |= {"name": account.name, "given_name": given, "family_name": family}
        return found

    def _hosted(self, email: str) -> dict[str, str]:
        """The claim of a Workspace account: here, a domain of several accounts is a company's."""
        domain = email.partition("@")[2]
        shared = sum(other.endswith(f"@{domain}") for other in self._state.accounts) > 1
        return {"hd": domain} if shared else {}

    async def revoke(self, request: web.Request) -> web.Response:
        form = await request.post()
        text = str(form.get("token") or request.query.get("token") or "")
        found = self._grants.find(text, "access", "refresh")
        if found is None:
            return _refuse("invalid_token", "Token expired or revoked")
        self._grants.revoke(found.account)
        self._state.journal.commit("oauth.revoke", found.account)
        self._state.store.commit()
        return web.json_response({})

    async def userinfo(self, request: web.Request) -> web.Response:
        found = self._grants.find(bearer(request.headers.get("Authorization", "")), "access")
        if found is None or not found.scopes & scopes.SIGN_IN:
            headers = {"WWW-Authenticate": f'Bearer realm="{ISSUER}/", error="invalid_token"'}
            body = {"error": "invalid_request", "error_description": "Invalid Credentials"}
            return web.json_response(body, status=401, headers=headers)
        return web.json_response(self._person(found.account, found.scopes))

    async def tokeninfo(self, request: web.Request) -> web.Response:
        text = request.query.get("access_token") or str((await request.post()).get("access_token", ""))
        found = self._grants.find(text, "access")
        if found is None:
            return _refuse("invalid_token", "Invalid Value")
        client = self._grants.client.client_id
        left = int(found.expires - self._state.clock().timestamp())
        body = {"azp": client, "aud": client, "scope": " ".join(sorted(found.scopes)), "exp": str(int(found.expires))}
        person = self._person(found.account, found.scopes - {scopes.ALIASES["profile"]})
        if "email_verified" in person:
            person["email_verified"] = "true"
        return web.json_response({**body, **person, "expires_in": str(left), **found.detail})

    async def certs(self, request: web.Request) -> web.Response:
        older = request.path == "/oauth2/v1/certs"
        body: dict[str, Any] = {**self._keys.pem_certs(self._state.clock())} if older else self._keys.certs()
        self._state.store.commit()
        return web.json_response(body)


def bearer(header: str) -> str:
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _check_redirect(address: str) -> None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Refusal("redirect_uri_mismatch", "The redirect URI in the request is not a valid address.") from None
    if parts.scheme != "http" or host not in LOOPBACK or parts.fragment or parts.username:
        text = f"The redirect URI in the request, {address}, does not match the ones authorized for the OAuth client."
        raise Refusal("redirect_uri_mismatch", text)


def _back(asked: Request, answer: dict[str, str]) -> web.Response:
    parts = urlsplit(asked.redirect_uri)
    if asked.state is not None:
        answer = {"state": asked.state, **answer}
    query = "&".join(part for part in (parts.query, urlencode(answer)) if part)
    headers = {"Location": urlunsplit(parts._replace(query=query)), "Referrer-Policy": "no-referrer"}
    return web.Response(status=302, headers=headers)


def _wrong_verifier(code: Token, verifier: str | None) -> str | None:
    challenge = code.detail["challenge"]
    if challenge is None:
        return None
    if not verifier:
        return "Missing code verifier."
    if code.detail["method"] == "S256":
        verifier = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return None if hmac.compare_digest(verifier.encode(), challenge.encode()) else "Invalid code verifier."


def _refuse(error: str, description: str, *, status: int = 400) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=status)
