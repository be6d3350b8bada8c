"""Checks every setting, service, token and scope, and says what to do about each that fails."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError
from slack_sdk.errors import SlackApiError, SlackClientError

from app.commands.manifest import SCOPES
from app.settings import Settings
from app.store.schema import conninfo
from integrations.google.consent import Endpoints
from integrations.slack.chat import make_client

TIMEOUT = aiohttp.ClientTimeout(total=5)


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    what: str
    well: bool
    says: str


Check = Callable[[Settings], Awaitable[Finding]]


async def doctor(settings: Settings) -> int:
    """Print one line per check; the exit status is 1 when one failed."""
    findings = await asyncio.gather(*(check(settings) for check in CHECKS))
    for finding in findings:
        print(f"{'✓' if finding.well else '✗'} {finding.what}: {finding.says}")
    return 0 if all(f.well for f in findings) else 1


async def _home(settings: Settings) -> Finding:
    what = "Home"
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        probe = settings.home / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as refused:
        return Finding(what, False, f"can't write {settings.home} ({refused.strerror}). Set STEWARD_HOME.")
    return Finding(what, True, str(settings.home))


async def _database(settings: Settings) -> Finding:
    what = "PostgreSQL"
    if not settings.database:
        return Finding(what, True, "an embedded one is started with `run` (DATABASE_URL is not set)")
    try:
        async with await psycopg.AsyncConnection.connect(conninfo(settings.database), connect_timeout=5) as connection:
            version = connection.info.server_version // 10_000
            found = await connection.execute("SELECT to_regclass('steward.approvals')")
            row = await found.fetchone()
    except psycopg.Error as refused:
        return Finding(what, False, f"can't connect ({str(refused).splitlines()[0]}). Check DATABASE_URL.")
    if row is None or row[0] is None:
        return Finding(what, False, f"version {version} answers, but it is empty. Run: python -m app migrate")
    return Finding(what, True, f"version {version}, migrated")


async def _redis(settings: Settings) -> Finding:
    what = "Redis"
    if not settings.redis:
        return Finding(what, True, "an embedded Valkey is started with `run` (REDIS_URL is not set)")
    client = Redis.from_url(settings.redis, socket_connect_timeout=5, socket_timeout=5)
    try:
        await client.ping()
    except RedisError as refused:
        return Finding(what, False, f"doesn't answer ({refused}). Check REDIS_URL.")
    finally:
        await client.aclose()
    return Finding(what, True, "answers")


async def _bot(settings: Settings) -> Finding:
    what = "Slack bot token"
    if not settings.connected_to_slack:
        return Finding(what, True, "not set: the sandbox stands in for Slack")
    client = make_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        answer = await client.auth_test()
    except SlackApiError as refused:
        return Finding(what, False, f"Slack says {refused.response['error']}. Copy it again from OAuth & Permissions.")
    except (SlackClientError, aiohttp.ClientError, TimeoutError) as lost:
        return Finding(what, False, f"can't reach Slack ({type(lost).__name__}). Check SLACK_API_URL.")
    granted = set(str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "").split(","))
    if missing := [s for s in SCOPES if s not in granted]:
        return Finding(what, False, f"lacks {', '.join(missing)}. Paste the manifest again and reinstall the app.")
    return Finding(what, True, f"{answer['team']}, every scope granted")


async def _app(settings: Settings) -> Finding:
    what = "Slack app token"
    if not settings.connected_to_slack:
        return Finding(what, True, "not set: the sandbox stands in for Slack")
    token = settings.slack_app_token.get_secret_value()
    try:
        await make_client(token, settings.slack_api_url).apps_connections_open(app_token=token)
    except SlackApiError as refused:
        said = refused.response["error"]
        return Finding(what, False, f"Slack says {said}. Make one with connections:write under Basic Information.")
    except (SlackClientError, aiohttp.ClientError, TimeoutError) as lost:
        return Finding(what, False, f"Slack can't be reached ({type(lost).__name__}).")
    return Finding(what, True, "Socket Mode opens")


async def _google(settings: Settings) -> Finding:
    what = "Google"
    if not settings.connected_to_slack and not settings.google_client_id:
        return Finding(what, True, "not set: the sandbox stands in for Google")
    if not (settings.google_client_id and settings.google_client_secret.get_secret_value()):
        return Finding(what, False, "GOOGLE_CLIENT_ID or GOOGLE_CLIENT_SECRET is missing. See the README.")
    endpoint = Endpoints.under(settings.google_api_url).token
    try:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session, session.post(endpoint, data={}) as response:
            await response.read()
    except (aiohttp.ClientError, TimeoutError) as lost:
        return Finding(what, False, f"{endpoint} can't be reached ({type(lost).__name__}).")
    return Finding(what, True, f"reached; register this redirect address with the client: {settings.redirect_url}")


async def _model(settings: Settings) -> Finding:
    what = "Model"
    name = settings.model.partition(":")[2]
    if not settings.connected_to_slack and "model" not in settings.model_fields_set:
        return Finding(what, True, "not set: the sandbox's rule-based planner stands in for one")
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.get(f"{settings.ollama_host}/api/tags") as response,
        ):
            installed = [m["name"] for m in (await response.json())["models"]]
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError):
        return Finding(what, False, f"no Ollama at {settings.ollama_host}. Start it there, or set OLLAMA_HOST.")
    if not any(m in (name, f"{name}:latest") for m in installed):
        return Finding(what, False, f"{name} isn't installed there. Run: ollama pull {name}")
    return Finding(what, True, f"{name} at {settings.ollama_host}")


CHECKS: tuple[Check, ...] = (_home, _database, _redis, _bot, _app, _google, _model)
