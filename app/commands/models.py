"""Whether the models that were set can be asked, and what to do if not: told before a start, and by `doctor`."""

import aiohttp

from app.settings import OLLAMA, ChosenModel, Settings

TIMEOUT = aiohttp.ClientTimeout(total=5)
VERSION = "2023-06-01"
"""Of Anthropic's API."""


async def trouble(model: ChosenModel, settings: Settings) -> str:
    """What keeps a model from answering, in sentences; empty when nothing does. Asks it nothing, so costs nothing."""
    try:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            if model.provider == OLLAMA:
                return await _on_ollama(model, session)
            return await _at_anthropic(model, session, settings.anthropic_api_key.get_secret_value())
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError):
        if model.provider == OLLAMA:
            return f"There is no Ollama at {model.place}. Start it there, or set OLLAMA_HOST to where it runs."
        return f"{model.place} can't be reached. Check the network, and ANTHROPIC_BASE_URL."


async def _on_ollama(model: ChosenModel, session: aiohttp.ClientSession) -> str:
    async with session.get(f"{model.place}/api/tags") as response:
        installed = [m["name"] for m in (await response.json())["models"]]
    if any(m in (model.name, f"{model.name}:latest") for m in installed):
        return ""
    return f"{model.name} isn't installed at {model.place}. Run there: ollama pull {model.name}"


async def _at_anthropic(model: ChosenModel, session: aiohttp.ClientSession, key: str) -> str:
    headers = {"x-api-key": key, "anthropic-version": VERSION}
    async with session.get(f"{model.place}/v1/models/{model.name}", headers=headers) as response:
        status = response.status
    if status == 200:
        return ""
    if status == 404:
        return f"Anthropic has no model {model.name}. Check MODEL and MODEL_FALLBACK."
    if status in {401, 403}:
        return "Anthropic doesn't accept ANTHROPIC_API_KEY. Copy it again from its console."
    return f"{model.place} answers with status {status}. Try again later."
