"""A running stand-in for Ollama and the ways to it, for the tests that speak to it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import ollama
from aiohttp import web

from sandbox.models.server import build_app

TOKEN = "control-token"
MODEL = "steward-planner:latest"


@dataclass
class Running:
    """A running stand-in and the ways to it."""

    address: str
    client: ollama.AsyncClient
    http: aiohttp.ClientSession

    async def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        method = "GET" if body is None else "POST"
        headers = {"X-Sandbox-Control": TOKEN}
        async with self.http.request(method, f"{self.address}/_sandbox/{path}", json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def log(self) -> list[dict[str, Any]]:
        return (await self.control("log"))["requests"]

    async def until(self, path: str, condition: Any) -> Any:
        """Ask the control route until the condition holds; the test's own timeout is the limit."""
        while not condition(seen := await self.control(path)):
            await asyncio.sleep(0.005)
        return seen

    def chat(self, text: str, **more: Any) -> Any:
        return self.client.chat(MODEL, messages=[{"role": "user", "content": text}], **more)


async def serve(home: Path) -> AsyncIterator[Running]:
    runner = web.AppRunner(build_app(control_token=TOKEN, slots=2, home=home), shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    address = f"http://{host}:{port}"
    client = ollama.AsyncClient(host=address)
    async with aiohttp.ClientSession() as http:
        yield Running(address, client, http)
    await client.close()
    await runner.cleanup()


TOOLS = [{"type": "function", "function": {"name": "change_mail", "parameters": {"type": "object"}}}]
