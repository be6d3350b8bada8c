"""Checks every setting, service, token and scope, and says what to do about each that fails."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from app.commands.manifest import SCOPES
from app.commands.models import trouble
from app.domain.errors import ChatError
from app.settings import ANTHROPIC, Settings
from app.store.schema import SchemaError, look
from integrations.google.consent import Endpoints
from integrations.queue import RedisQueue
from integrations.slack.access import bot_scopes, open_socket
from integrations.slack.chat import UNANSWERED

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
        version, migrated = await look(settings.database)
    except SchemaError as refused:
        return Finding(what, False, f"can't connect ({refused}). Check DATABASE_URL.")
    if not migrated:
        return Finding(what, False, f"version {version} answers, but it is empty. Run: python -m app migrate")
    return Finding(what, True, f"version {version}, migrated")


async def _redis(settings: Settings) -> Finding:
    what = "Redis"
    if not settings.redis:
        return Finding(what, True, "an embedded Valkey is started with `run` (REDIS_URL is not set)")
    queue = RedisQueue(settings.redis)
    try:
        if not await asyncio.to_thread(queue.ping):
            return Finding(what, False, "doesn't answer. Check REDIS_URL.")
    finally:
        queue.close()
    return Finding(what, True, "answers")


async def _bot(settings: Settings) -> Finding:
    what = "Slack bot token"
    if not settings.connected_to_slack:
        return Finding(what, True, "not set: the sandbox stands in for Slack")
    try:
        team, granted = await bot_scopes(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    except ChatError as refused:
        return Finding(what, False, _refused(refused, "Copy it again from OAuth & Permissions."))
    if missing := [s for s in SCOPES if s not in granted]:
        return Finding(what, False, f"lacks {', '.join(missing)}. Paste the manifest again and reinstall the app.")
    return Finding(what, True, f"{team}, every scope granted")


async def _app(settings: Settings) -> Finding:
    what = "Slack app token"
    if not settings.connected_to_slack:
        return Finding(what, True, "not set: the sandbox stands in for Slack")
    try:
        await open_socket(settings.slack_app_token.get_secret_value(), settings.slack_api_url)
    except ChatError as refused:
        return Finding(what, False, _refused(refused, "Make one with connections:write under Basic Information."))
    return Finding(what, True, "Socket Mode opens")


def _refused(refused: ChatError, advice: str) -> str:
    why = refused.facts["why"]
    return "Slack can't be reached. Check SLACK_API_URL." if why == UNANSWERED else f"Slack says {why}. {advice}"


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
    if not settings.connected_to_slack and "model" not in settings.model_fields_set:
        return Finding(what, True, "not set: the sandbox's rule-based planner stands in for one")
    troubles = [found for model in settings.models if (found := await trouble(model, settings))]
    if troubles:
        return Finding(what, False, " ".join(troubles))
    names = ", else ".join(f"{model.name} at {model.place}" for model in settings.models)
    paid = any(model.provider == ANTHROPIC for model in settings.models)
    return Finding(what, True, names + (f"; at most {settings.paid_calls_per_day:,} paid calls a day" if paid else ""))


CHECKS: tuple[Check, ...] = (_home, _database, _redis, _bot, _app, _google, _model)
