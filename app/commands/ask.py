"""One request from the terminal, over the same wires as a person's."""

import asyncio
import sys
from dataclasses import dataclass

from app.commands.run import Own, house
from app.domain.errors import StewardError
from app.settings import Settings


class NoSandbox(StewardError):
    """`ask` plays a request in the sandbox, but a real Slack workspace is configured. Ask there, or unset
    SLACK_BOT_TOKEN and SLACK_APP_TOKEN."""


@dataclass(frozen=True)
class Asked:
    """What to ask, and what to click."""

    text: str
    answer: str = ""
    as_json: bool = False


async def ask(settings: Settings, own: Own, asked: Asked) -> int:
    """Boot what isn't running, play the request as the first person, and return the play's exit status."""
    if settings.connected_to_slack:
        raise NoSandbox
    async with house(settings, own) as running:
        for note in running.notes:
            print(note, file=sys.stderr)
        play = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sandbox", "play", "--page", running.page_url, "--token", running.page_token),
            *("--ask", asked.text),
            *(("--answer", asked.answer) if asked.answer else ()),
            *(("--json",) if asked.as_json else ()),
        )
        return await play.wait()
