"""The bare references, one process each: `python -m bench.bare ack|walk|import|call …`; they end with their input."""

import asyncio
import contextlib
import importlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

SOCKETS = 2
"""As many as the product opens."""


def main() -> None:
    """Run what the first argument names."""
    programs: dict[str, Callable[..., None]] = {"ack": _ack, "walk": _walk, "import": _import, "call": _call}
    programs[sys.argv[1]](*sys.argv[2:])


def ready(text: str = "ready") -> None:
    print(text, flush=True)


def _ack() -> None:
    asyncio.run(_listening({"message": _nothing}, {}))


async def _nothing(ack: Any) -> None:
    await ack()


Listener = Callable[..., Awaitable[None]]


async def _listening(events: dict[str, Listener], actions: dict[str, Listener]) -> None:
    """Stock Bolt with these listeners."""
    from slack_bolt.async_app import AsyncApp

    app = AsyncApp(client=client(), request_verification_enabled=False)
    for name, listener in events.items():
        app.event(name)(listener)
    for name, listener in actions.items():
        app.action(name)(listener)
    await connect(app)
    ready()
    await closed()


def client() -> Any:
    from slack_sdk.web.async_client import AsyncWebClient

    return AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])


async def connect(app: Any) -> None:
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
    from slack_sdk.web.async_client import AsyncWebClient

    token = os.environ["SLACK_APP_TOKEN"]
    for _ in range(SOCKETS):
        web = AsyncWebClient(token=token, base_url=os.environ["SLACK_API_URL"])
        connecting: Awaitable[None] = AsyncSocketModeHandler(app, token, web_client=web).connect_async()  # type: ignore[no-untyped-call]
        await connecting


async def closed() -> None:
    """Until standard input closes."""
    await asyncio.to_thread(sys.stdin.read)


def _walk(plan: str) -> None:
    asyncio.run(_walking(json.loads(Path(plan).read_text(encoding="utf-8"))))


async def _walking(plan: dict[str, Any]) -> None:
    """A status and a card for each message; for each click the provider's calls and the card as done."""
    import aiohttp

    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {plan['token']}"}) as session:
        bare = _Bare(plan, session)
        await _listening({"message": bare.answer}, {"decide:approve": bare.deed, "decide:undo": bare.undo})


class _Bare:
    def __init__(self, plan: dict[str, Any], session: Any) -> None:
        self._google, self._acts, self._session = plan["google"], plan["acts"], session
        self._made = ""

    async def answer(self, ack: Any, event: dict[str, Any], client: Any) -> None:
        await ack()
        if event["text"] not in self._acts:
            return
        place = {"channel_id": event["channel"], "thread_ts": event["ts"]}
        await client.assistant_threads_setStatus(**place, status="is reading your request…")
        card = self._shown(event["text"], "proposed")
        await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], **card)

    async def deed(self, ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await self._turn(body, client, "deed", "done")

    async def undo(self, ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await self._turn(body, client, "undo", "undone")

    async def _turn(self, body: dict[str, Any], client: Any, what: str, status: str) -> None:
        name, place = body["message"]["text"], body["container"]
        for call in self._acts[name][what]:
            url = f"{self._google}{call['path']}".replace("{made}", self._made)
            other = {"Authorization": f"Bearer {call['token']}"} if "token" in call else None
            async with self._session.request(call["method"], url, json=call["body"], headers=other) as answer:
                answer.raise_for_status()
                if answer.status != 204:
                    self._made = (await answer.json()).get("id", self._made) if answer.content_length else self._made
        await client.chat_update(channel=place["channel_id"], ts=place["message_ts"], **self._shown(name, status))

    def _shown(self, name: str, status: str) -> dict[str, Any]:
        metadata = {"event_type": "bare", "event_payload": {"status": status}}
        return {"text": name, "blocks": self._acts[name][status], "metadata": metadata}


def _import(listed: str) -> None:
    """Nothing but imports; says how many seconds they took."""
    modules: list[str] = json.loads(Path(listed).read_text(encoding="utf-8"))
    began = time.perf_counter()
    for module in modules:
        # What a library makes up at import has a name in the list, and no file to import it from.
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    ready(f"{time.perf_counter() - began:.4f}")
    sys.stdin.read()


def _call(count: str, warming: str, request: str) -> None:
    asyncio.run(_calling(int(count), int(warming), request))


async def _calling(count: int, warming: int, request: str) -> None:
    """So many calls of the model at once, after a line of input."""
    from langchain_ollama import ChatOllama

    name = os.environ["MODEL"].partition(":")[2]
    model = ChatOllama(model=name, base_url=os.environ["OLLAMA_HOST"], temperature=0, num_ctx=8192)
    await asyncio.gather(*(model.ainvoke(request) for _ in range(warming)))
    ready()
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(model.ainvoke(request) for _ in range(count)))
    ready()
    await closed()


if __name__ == "__main__":
    main()
