"""Runs the stand-ins side by side on loopback ports of their own and says how to reach them."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.google.server import build as build_google
from sandbox.models.server import build_app as build_models
from sandbox.page.server import build_page
from sandbox.slack.server import build as build_slack
from sandbox.world import WorldError, build_world, invented, own_world

LOOPBACK = "127.0.0.1"
PARTS = ("page", "slack", "google", "models")
PLANNER = "ollama:steward-planner"
SHUTDOWN_SECONDS = 1.0  # open page sockets needn't be waited for


@dataclass(frozen=True)
class Options:
    """What the sandbox starts from."""

    home: Path
    page_port: int = 0
    mailbox: Path | None = None
    calendar: Path | None = None
    me: str | None = None
    seed: int = 1
    random: int | None = None
    """The seed of a world to invent instead of the written one."""
    banner: str = ""
    """What the page says instead of the planner's line, when a real model answers."""
    until_stdin_closes: bool = False


class PortTaken(Exception):
    """The page's port belongs to somebody else; the text is a sentence for who chose it."""


async def serve(options: Options) -> None:
    """Serve until a signal, or until standard input closes; one line of JSON on standard output says that all is up."""
    options.home.mkdir(parents=True, exist_ok=True)
    stop = _stop_event(options.until_stdin_closes)
    known = _remembered(options.home / "sandbox.json")
    world = _world(options)
    async with contextlib.AsyncExitStack() as stack:
        ports: dict[str, int] = dict(known["ports"])
        slack = await build_slack(
            _folder(options, "slack"),
            people=world["people"],
            control_token=known["control"],
            public_url=lambda: _url(ports["slack"]),
        )
        google = await build_google(_folder(options, "google"), control_token=known["control"])
        if world["accounts"] is not None:
            google.seed(world["accounts"])
        banner = {"text": options.banner or BANNER, "details": " ".join(world["notes"])}
        apps = {
            "page": build_page(
                slack.workspace, token=known["page"], control_token=known["control"], banner=lambda: banner
            ),
            "slack": slack.app,
            "google": google.app,
            "models": build_models(control_token=known["control"], home=_folder(options, "models")),
        }
        stack.push_async_callback(slack.close)
        for part in PARTS:
            wanted = options.page_port if part == "page" and options.page_port else ports.get(part, 0)
            ports[part] = await _listen(stack, apps[part], wanted, must=part == "page" and options.page_port != 0)
        known["ports"] = ports
        _remember(options.home / "sandbox.json", known)
        (options.home / "world.json").write_text(json.dumps(_lasting(world), ensure_ascii=False))
        print(json.dumps(_told(known, world, slack.tokens, google.client)), flush=True)
        await stop.wait()


BANNER = (
    "A sandbox on your machine: no Slack, no Google, no language model. A rule-based planner stands in for one, "
    "and nothing you do here leaves this computer."
)


def _told(known: dict[str, Any], world: dict[str, Any], tokens: Any, client: Any) -> dict[str, Any]:
    """Everything who started the sandbox needs to know."""
    ports = known["ports"]
    return {
        "page": f"{_url(ports['page'])}/?token={known['page']}",
        "page_url": _url(ports["page"]),
        "page_token": known["page"],
        "control": known["control"],
        "notes": world["notes"],
        "owners": world["owners"],
        "stories": world.get("stories", {}),  # a world begun before there were any has none
        "environment": {
            "SLACK_API_URL": f"{_url(ports['slack'])}/api/",
            "SLACK_BOT_TOKEN": tokens.bot,
            "SLACK_APP_TOKEN": tokens.app,
            "GOOGLE_API_URL": _url(ports["google"]),
            "GOOGLE_CLIENT_ID": client.client_id,
            "GOOGLE_CLIENT_SECRET": client.client_secret,
            "OLLAMA_HOST": _url(ports["models"]),
            "MODEL": PLANNER,
        },
    }


def _world(options: Options) -> dict[str, Any]:
    """The world as it was begun, or a new one dated from now. The accounts are None once Google keeps them."""
    path = options.home / "world.json"
    if path.exists():
        return {**json.loads(path.read_text()), "accounts": None}
    now = datetime.now(UTC)
    if options.mailbox or options.calendar:
        world = own_world(options.mailbox, options.calendar, options.me, now)
    else:
        script = None if options.random is None else invented(options.random)
        world = build_world(now, seed=options.seed, script=script)
        if script:
            world.notes.append(f"This is the invented world {options.random}.")
    told = {"people": world.people, "owners": world.owners, "stories": world.stories, "notes": world.notes}
    return told | {"accounts": world.accounts}


def _lasting(world: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in world.items() if k != "accounts"}


def _remembered(path: Path) -> dict[str, Any]:
    if path.exists():
        known: dict[str, Any] = json.loads(path.read_text())
        return known
    return {"page": secrets.token_urlsafe(24), "control": secrets.token_urlsafe(24), "ports": {}}


def _remember(path: Path, known: dict[str, Any]) -> None:
    """Written privately and whole: the file opens the page."""
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(known))
    os.replace(fresh, path)


async def _listen(stack: contextlib.AsyncExitStack, app: web.Application, port: int, *, must: bool) -> int:
    """Serve on this port, or on a free one when it is taken and nobody insists; returns the port."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    for candidate in (port, 0):
        try:
            await web.TCPSite(runner, LOOPBACK, candidate).start()
        except OSError as taken:
            if must:
                raise PortTaken(
                    f"Port {port} is taken by another program. Choose another one with PAGE_PORT=…, or leave it out."
                ) from taken
            continue
        return int(runner.addresses[0][1])
    raise PortTaken("No free port on the loopback interface.")


def _stop_event(until_stdin_closes: bool) -> asyncio.Event:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    def wait() -> None:
        while os.read(0, 1024):
            pass
        loop.call_soon_threadsafe(stop.set)

    if until_stdin_closes:
        threading.Thread(target=wait, daemon=True).start()
    return stop


def _folder(options: Options, part: str) -> Path:
    folder = options.home / part
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


__all__ = ["Options", "PortTaken", "WorldError", "serve"]
