"""Settings in, Services out: the one place where ports meet their implementations."""

import asyncio
import importlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp

from app.accounts import Accounts
from app.agent.instructing import version
from app.assistant import Assistant, Limits
from app.domain.desk import Desk
from app.domain.ports import Allowance, Judged, Mind, Request, Services, Thought, Watch
from app.editing import Editor
from app.performing import Performer
from app.reception import Reception
from app.settings import OLLAMA, ChosenModel, Settings, kept_secret
from app.skills.brief import Brief
from app.skills.digest import Digest
from app.skills.drafting import Draft
from app.skills.errands import Skills
from app.skills.focus import Focus
from app.skills.follow import Follow
from app.skills.notices import Notice
from app.skills.preferences import Prefer
from app.skills.tasks import Tasks
from app.skills.triage import Triage
from app.skills.week import Week
from app.store import PostgresStore
from app.store.anchors import KEY_BYTES, Anchors
from app.store.sealing import Sealer
from integrations.google import services
from integrations.google.consent import Client, Endpoints, GoogleConsent
from integrations.google.desks import Gates, Google, GoogleDesks
from integrations.google.gate import SharedGate
from integrations.google.quota import CALENDAR, GMAIL
from integrations.queue import RedisQueue
from integrations.shelf import RedisShelf
from integrations.slack.chat import Client as SlackClient
from integrations.slack.chat import SlackChat, make_client

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from integrations.models.anthropic import SteadyClaude
    from integrations.models.ollama import SteadyOllama

    Model = SteadyClaude | SteadyOllama


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class House:
    """Everything one process needs, joined and open."""

    settings: Settings
    services: Services
    store: PostgresStore
    queue: RedisQueue
    client: SlackClient
    assistant: Assistant
    editor: Editor
    performer: Performer
    accounts: Accounts
    reception: Reception
    mind: "LateMind"


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Open every connection, in the event loop and process that will use them. Raises StoreUnavailable."""
    clock = SystemClock()
    store = await open_store(settings)
    queue = RedisQueue(settings.redis)
    session = aiohttp.ClientSession()
    shelf = RedisShelf(settings.redis, Sealer(*settings.sealing_keys))
    gates = [SharedGate(settings.redis, limits) for limits in (GMAIL, CALENDAR)]
    client = make_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    allowance = store.allowance(settings.paid_calls_per_day)
    mind = LateMind(settings.models, lambda chosen: _model(chosen, settings, allowance))
    try:
        consent = GoogleConsent(session, _oauth_client(settings), Endpoints.under(settings.google_api_url), clock)
        reached = Services(
            store=store,
            grants=store.grants,
            chat=SlackChat(client),
            queue=queue,
            mind=mind,
            desks=GoogleDesks(Google(session, settings.google_api_url, Gates(*gates)), store.grants, consent, clock),
            consent=consent,
            clock=clock,
            shelf=shelf,
        )
        accounts = Accounts(reached, paste=settings.paste)
        assistant = Assistant(reached, _limits(settings), invite=accounts.invite, errands=skills(reached))
        yield House(
            settings=settings,
            services=reached,
            store=store,
            queue=queue,
            client=client,
            assistant=assistant,
            editor=Editor(reached, hear=assistant.hear),
            performer=Performer(reached),
            accounts=accounts,
            reception=Reception(reached),
            mind=mind,
        )
    finally:
        await mind.close()
        await session.close()
        for gate in gates:
            await gate.close()
        await shelf.close()
        if client.session is not None:
            await client.session.close()
        queue.close()
        await store.close()


async def open_store(settings: Settings, url: str = "") -> PostgresStore:
    """The database of the settings, or another one, with every key that may be needed. Raises StoreUnavailable."""
    key, *older = settings.sealing_keys
    audit, clock = settings.signing_key, SystemClock()
    return await PostgresStore.open(url or settings.database, key=key, older=older, audit=audit, clock=clock)


def skills(services: Services) -> Skills:
    """Every skill, by the name that errands call it."""
    return Skills(
        {
            "brief": Brief(services),
            "digest": Digest(services),
            "draft": Draft(services),
            "focus": Focus(services),
            "follow": Follow(services),
            "notice": Notice(services),
            "prefer": Prefer(services),
            "tasks": Tasks(services),
            "triage": Triage(services),
            "week": Week(services),
        }
    )


def make_anchors(settings: Settings) -> Anchors:
    """The anchors of the audit trail; the key that signs them is made once and readable by its owner only."""
    folder = settings.home / "audit"
    return Anchors(folder, kept_secret(folder / "anchors.key", lambda: secrets.token_bytes(KEY_BYTES)))


def _limits(settings: Settings) -> Limits:
    return Limits(
        characters=settings.message_limit,
        requests=settings.requests_per_minute,
        hold=timedelta(seconds=settings.send_hold_seconds),
        allowed=frozenset(user.lower() if "@" in user else user for user in settings.allowed_users),
    )


def _oauth_client(settings: Settings) -> Client:
    return Client(
        id=settings.google_client_id,
        secret=settings.google_client_secret.get_secret_value(),
        redirect=settings.redirect_url,
    )


def before_forking(settings: Settings) -> None:
    """Make what jobs would otherwise make anew each time, and what belongs to no event loop: code, and the descriptions
    of Google's methods. Nothing here connects."""
    for module in modules(settings.models):
        importlib.import_module(module)
    services.gmail(settings.google_api_url)
    services.calendar(settings.google_api_url)
    if any(chosen.provider == OLLAMA for chosen in settings.models):
        from integrations.models.ollama import trusted

        trusted()


def modules(chosen: Sequence[ChosenModel]) -> list[str]:
    """Modules with libraries that take seconds to load; of the providers only those that are asked."""
    return ["app.agent.agent", *sorted({f"integrations.models.{model.provider}" for model in chosen})]


class LateMind:
    """The agent, imported and built when the first turn is thought about: its libraries take seconds to load."""

    def __init__(self, chosen: Sequence[ChosenModel], make: "Callable[[ChosenModel], Model]") -> None:
        self._chosen = tuple(chosen)
        self._make = make
        self._models: list[Model] = []
        self._agent: Mind | None = None

    async def think(self, request: Request, desk: Desk, watch: Watch) -> Thought:
        """See the port Mind."""
        return await (await self._built()).think(request, desk, watch)

    async def judge(self, task: str, material: Mapping[str, Any], schema: type[Judged]) -> Judged:
        """See the port Mind."""
        return await (await self._built()).judge(task, material, schema)

    async def word(self, task: str, facts: Mapping[str, Any]) -> str:
        """See the port Mind."""
        return await (await self._built()).word(task, facts)

    def version(self, task: str) -> str:
        """See the port Mind."""
        return version(task)

    async def warm(self) -> None:
        """Load the libraries beside the loop, so that the first request needn't wait for them."""
        await self._built()

    async def _built(self) -> Mind:
        if self._agent is None:
            for module in modules(self._chosen):
                await asyncio.to_thread(importlib.import_module, module)
            self._models = [self._make(chosen) for chosen in self._chosen]
            self._agent = build_agent(self._chosen, self._models)
        return self._agent

    async def close(self) -> None:
        """Give the models' connections back."""
        for model in self._models:
            await model.close()


def build_agent(chosen: Sequence[ChosenModel], models: "Sequence[BaseChatModel]") -> Mind:
    """Import the agent and build it; slow the first time in a process."""
    from app.agent.agent import Agent
    from app.agent.standing_in import Named, StandingIn

    named = [Named(model, choice.name, choice.place) for choice, model in zip(chosen, models, strict=True)]
    return Agent(lambda: models[0], StandingIn(*named) if len(named) > 1 else None)


def _model(chosen: ChosenModel, settings: Settings, allowance: Allowance) -> "Model":
    if chosen.provider == OLLAMA:
        from integrations.models.ollama import ollama_model

        return ollama_model(name=chosen.name, host=chosen.place, num_ctx=settings.model_num_ctx)
    from integrations.models.anthropic import anthropic_model

    return anthropic_model(name=chosen.name, key=settings.anthropic_api_key, url=chosen.place, allowance=allowance)
