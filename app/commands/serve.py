"""The app process: Bolt on two sockets, the HTTP server, the sweeper."""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import AsyncIterator, Awaitable

import structlog
from aiohttp import ClientError, web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

import handlers
from app.domain.errors import ChatError, StewardError, StoreUnavailable
from app.settings import Settings
from app.sweeper import Rehear, Sweeper
from app.telemetry import Telemetry
from app.wiring import House, open_house
from handlers.envelopes import Keeper, again
from handlers.http import Http
from integrations.slack.access import bot_scopes, open_socket
from integrations.slack.chat import UNANSWERED, make_client

SOCKETS = 2
"""Socket Mode connections of one process: one refreshes while the other listens (design, section 5)."""
PING_SECONDS = 2
"""A cut link is noticed in 1.5 s instead of 9.5 s (design, section 10)."""

log = structlog.get_logger(__name__)


class PortTaken(StewardError):
    """Port {port} is taken by another program. Set HTTP_PORT to a free one; Google's redirect address follows it."""


class SlackRefused(StewardError):
    """Slack refused {which} ({why}). Copy it again from api.slack.com/apps; `make doctor` checks every token and
    scope."""


class SlackUnreachable(StewardError):
    """Slack can't be reached at {url}. Check the network (and SLACK_API_URL, if you set it), then start again."""


async def serve(settings: Settings, telemetry: Telemetry) -> None:
    """Serve until SIGTERM or SIGINT; /ready answers once requests are heard. Raises StewardError."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(settings))
        keeper = Keeper(house.store.inbox, telemetry)
        bolt = handlers.build(_verbs(house, telemetry), house.client, keeper)
        await _known_to_slack(house)
        stack.push_async_callback(keeper.drain)  # after the sockets have closed, before what it works with does
        await stack.enter_async_context(_sockets(bolt, settings))
        await stack.enter_async_context(_http(house, telemetry))
        rehear, aside = _rehear(bolt, house), house.assistant.left_aside
        sweeper = Sweeper(house.store, house.queue, rehear=rehear, aside=aside, telemetry=telemetry)
        await stack.enter_async_context(running(sweeper.run()))
        await stack.enter_async_context(running(_warm(house)))
        await stop.wait()


async def _warm(house: House) -> None:
    """Load what takes seconds, then take all that is loaded out of the garbage collector's sight: walking it takes a
    tenth of a second, during which nothing is acked."""
    await house.mind.warm()
    gc.freeze()


def _verbs(house: House, telemetry: Telemetry) -> handlers.Verbs:
    return handlers.Verbs(
        assistant=house.assistant,
        editor=house.editor,
        accounts=house.accounts,
        reception=house.reception,
        chat=house.services.chat,
        inbox=house.store.inbox,
        telemetry=telemetry,
    )


async def _known_to_slack(house: House) -> None:
    """Both tokens are tried first: the socket client would retry for ever. Raises SlackRefused, SlackUnreachable."""
    settings = house.settings
    which = "SLACK_BOT_TOKEN"
    try:
        await bot_scopes(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
        which = "SLACK_APP_TOKEN"
        await open_socket(settings.slack_app_token.get_secret_value(), settings.slack_api_url)
    except ChatError as refused:
        if refused.facts["why"] == UNANSWERED:
            raise SlackUnreachable(url=settings.slack_api_url) from refused
        raise SlackRefused(which=which, why=refused.facts["why"]) from refused


@contextlib.asynccontextmanager
async def _sockets(bolt: AsyncApp, settings: Settings) -> AsyncIterator[None]:
    token = settings.slack_app_token.get_secret_value()
    client, logger = make_client(token, settings.slack_api_url), _calm()
    sockets = [
        AsyncSocketModeHandler(bolt, token, logger=logger, web_client=client, ping_interval=PING_SECONDS)
        for _ in range(SOCKETS)
    ]
    try:
        await asyncio.gather(*(s.connect_async() for s in sockets))  # type: ignore[no-untyped-call]
        yield
    finally:
        await asyncio.gather(*(s.close_async() for s in sockets))  # type: ignore[no-untyped-call]


def _calm() -> logging.Logger:
    """A link that breaks is foreseen: another one is made, and what couldn't be acked on it comes again and is known.
    The socket client would show a traceback each time."""

    def foreseen(record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if broken := isinstance(error, (OSError, ClientError)):
            log.warning("socket_away", error=type(error).__name__)
        return not broken

    logger = logging.getLogger("steward.sockets")
    logger.setLevel(logging.ERROR)
    logger.addFilter(foreseen)
    return logger


@contextlib.asynccontextmanager
async def _http(house: House, telemetry: Telemetry) -> AsyncIterator[None]:
    async def store() -> bool:
        try:
            await house.store.ping()
        except StoreUnavailable:
            return False
        return True

    async def queue() -> bool:
        return await asyncio.to_thread(house.queue.ping)

    http = Http(house.accounts, checks={"database": store, "queue": queue}, metrics=telemetry.render)
    runner = web.AppRunner(http.app(), access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, house.settings.http_host, house.settings.http_port).start()
        except OSError as taken:
            raise PortTaken(port=house.settings.http_port) from taken
        yield
    finally:
        await runner.cleanup()


def _rehear(bolt: AsyncApp, house: House) -> Rehear:
    """A kept envelope goes the way of a new one, past the check for duplicates."""

    async def rehear(key: str) -> None:
        if envelope := await house.store.inbox.take(key):
            await bolt.async_dispatch(again(dict(envelope)))

    return rehear


@contextlib.asynccontextmanager
async def running(work: Awaitable[None]) -> AsyncIterator[None]:
    """A task for the length of the block."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
