"""OAuth as google-auth-oauthlib and a browser see it."""

from __future__ import annotations

import hashlib
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from google.auth import jwt
from google.auth.transport.requests import Request
from google.oauth2 import id_token
from google.oauth2.credentials import Credentials
from requests import Session

from tests.contract.google_world import ADA, BOB, CALENDAR, MAIL, REDIRECT, World, query_of, running

EMAIL = "https://www.googleapis.com/auth/userinfo.email"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path) as found:
        yield found


def address(world: World, **changes: str | None) -> str:
    """An authorization request with some parameters changed or left out."""
    usual = {
        "client_id": world.server.client.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": MAIL,
    }
    wanted = {name: value for name, value in {**usual, "state": "s1", **changes}.items() if value is not None}
    return f"/o/oauth2/v2/auth?{urlencode(wanted)}"


def exchange(world: World, code: str, **changes: str) -> tuple[int, dict[str, str]]:
    client = world.server.client
    usual = {"client_id": client.client_id, "client_secret": client.client_secret, "redirect_uri": REDIRECT}
    wanted = {**usual, "grant_type": "authorization_code", "code": code, **changes}
    reply = world.form("/token", list(wanted.items()))
    return reply.status, reply.json


def test_connects_with_pkce_and_names_the_person(world: World) -> None:
    answer = world.connect(ADA, "openid", EMAIL, MAIL)
    assert answer["refresh_token"]
    assert answer["expires_in"] == 3599
    assert set(answer["scope"]) == {"openid", EMAIL, MAIL}
    # The clock of the world stands elsewhere than the verifier's: the skew is the difference.
    skew = int(abs(time.time() - world.clock.now.timestamp())) + 10
    with closing(Session()) as session:
        certs = f"{world.url}/oauth2/v1/certs"
        client = world.server.client.client_id
        claims = id_token.verify_token(answer["id_token"], Request(session), client, certs, skew)
    assert jwt.decode_header(answer["id_token"])["kid"] == world.call("GET", "/oauth2/v3/certs").json["keys"][0]["kid"]
    assert claims["email"] == ADA
    assert claims["iss"] == "https://accounts.google.com"
    me = world.call("GET", "/v1/userinfo", headers={"Authorization": f"Bearer {answer['access_token']}"}).json
    assert me == {"sub": claims["sub"], "email": ADA, "email_verified": True, "hd": "work.example"}


def test_refresh_gives_a_new_access_token(world: World) -> None:
    answer = world.connect(ADA, MAIL)
    client = world.server.client
    token_uri = f"{world.url}/token"
    credentials = Credentials(None, refresh_token=answer["refresh_token"], token_uri=token_uri,
                              client_id=client.client_id, client_secret=client.client_secret)  # fmt: skip
    with closing(Session()) as session:
        credentials.refresh(Request(session))
    assert credentials.token not in (None, answer["access_token"])


def test_a_refresh_token_comes_with_the_first_consent_only(world: World) -> None:
    assert "refresh_token" in world.connect(ADA, MAIL, prompt="select_account")
    assert "refresh_token" not in world.connect(ADA, MAIL, prompt="select_account")
    assert "refresh_token" in world.connect(ADA, MAIL, prompt="consent")
    assert "refresh_token" not in world.connect(ADA, MAIL, access_type="online")


def test_what_is_unticked_is_not_granted(world: World) -> None:
    flow = world.flow([MAIL, CALENDAR])
    with closing(flow.oauth2session):
        page, _ = flow.authorization_url()
        back = world.consent(page, ADA, drop=CALENDAR)
        token = flow.fetch_token(authorization_response=back)
    assert token["scope"] == [MAIL]
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    assert world.call("GET", "/gmail/v1/users/me/profile", headers=bearer).status == 200
    refused = world.call("GET", "/calendar/v3/users/me/calendarList", headers=bearer)
    assert refused.status == 403
    assert refused.json["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]


def test_earlier_scopes_are_included_when_asked_for(world: World) -> None:
    world.connect(ADA, MAIL)
    assert set(world.connect(ADA, CALENDAR, include_granted_scopes="true")["scope"]) == {MAIL, CALENDAR}
    assert set(world.connect(ADA, CALENDAR)["scope"]) == {CALENDAR}


def test_cancelling_sends_the_person_back_with_access_denied(world: World) -> None:
    back = world.consent(address(world), ADA, choice="cancel")
    assert back.startswith(REDIRECT)
    assert query_of(back) == {"state": "s1", "error": "access_denied"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.example/x"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://127.0.0.1@evil.example/"}, "redirect_uri_mismatch"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"scope": None}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_a_wrong_request_is_refused_on_a_page(world: World, changes: dict[str, str | None], error: str) -> None:
    reply = world.call("GET", address(world, **changes))
    assert reply.status in (400, 401)
    assert error in reply.content.decode()
    assert "Location" not in reply.headers


def test_the_consent_page_runs_no_script_and_its_form_can_not_be_forged(world: World) -> None:
    page = world.call("GET", address(world, login_hint='"><script>'))
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert b"<script" not in page.content
    forged = world.form(
        "/signin/oauth/consent", [("request", "x"), ("csrf", ""), ("account", ADA), ("choice", "continue")]
    )
    assert forged.status == 400
    other = world.consent(address(world), ADA)
    assert query_of(other)["code"]
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    form = [*fields, ("account", ADA), ("choice", "continue")]
    assert world.form("/signin/oauth/consent", form, {"Origin": "http://evil.example"}).status == 403
    assert world.form("/signin/oauth/consent", [fields[0], ("csrf", "0" * 64), *form[2:]]).status == 400


def test_a_code_is_good_once_for_its_own_redirect_and_verifier(world: World) -> None:
    def code(**more: str) -> str:
        return query_of(world.consent(address(world, **more), ADA))["code"]

    verifier = "v" * 43
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    first = code()
    assert exchange(world, first)[0] == 200
    assert exchange(world, first) == (400, {"error": "invalid_grant", "error_description": "Bad Request"})
    assert exchange(world, code(), redirect_uri="http://localhost:9/other")[1]["error"] == "redirect_uri_mismatch"
    with_pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert exchange(world, code(**with_pkce))[1]["error_description"] == "Missing code verifier."
    assert exchange(world, code(**with_pkce), code_verifier="w" * 43)[1]["error"] == "invalid_grant"
    assert exchange(world, code(**with_pkce), code_verifier=verifier)[0] == 200
    late = code()
    world.clock.forward(minutes=11)
    assert exchange(world, late)[1]["error"] == "invalid_grant"
    assert exchange(world, code(), client_secret="wrong")[0] == 401
    assert exchange(world, code(), grant_type="password")[1]["error"] == "unsupported_grant_type"


def test_revoking_kills_every_token_of_the_account(world: World) -> None:
    answer = world.connect(ADA, MAIL)
    other = world.token(BOB)
    assert world.form("/revoke", [("token", answer["refresh_token"])]).status == 200
    assert world.form("/revoke", [("token", answer["refresh_token"])]).json["error"] == "invalid_token"
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    reply = world.call("GET", "/gmail/v1/users/me/profile", headers=bearer)
    assert reply.status == 401
    assert reply.json["error"]["errors"][0]["reason"] == "authError"
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    client = world.server.client
    form = [("grant_type", "refresh_token"), ("refresh_token", answer["refresh_token"]),
            ("client_id", client.client_id), ("client_secret", client.client_secret)]  # fmt: skip
    assert world.form("/token", form).json == {
        "error": "invalid_grant",
        "error_description": "Token has been expired or revoked.",
    }
    assert world.call("GET", "/gmail/v1/users/me/profile", headers={"Authorization": f"Bearer {other}"}).status == 200


def test_an_access_token_dies_within_the_hour(world: World) -> None:
    token = world.token(ADA)
    assert world.call("GET", f"/tokeninfo?access_token={token}").json["expires_in"] == "3599"
    world.clock.forward(hours=1)
    assert world.api("GET", "/gmail/v1/users/me/profile").status == 401
    assert world.call("GET", f"/tokeninfo?access_token={token}").status == 400


def test_no_token_at_all_is_another_answer(world: World) -> None:
    reply = world.call("GET", "/gmail/v1/users/me/profile")
    assert reply.status == 401
    assert reply.json["error"]["status"] == "UNAUTHENTICATED"
    assert reply.json["error"]["errors"][0]["reason"] == "required"


def test_grants_and_the_client_outlive_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as world:
        client = world.server.client
        token = world.token(ADA)
    with running(tmp_path) as world:
        assert world.server.client == client
        assert (
            world.call("GET", "/gmail/v1/users/me/profile", headers={"Authorization": f"Bearer {token}"}).status == 200
        )
