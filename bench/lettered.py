"""A stand-in for Google with one inbox, in a process of its own: python -m bench.lettered KIND FOLDER."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import aiohttp

from app.domain.types import Account
from bench.mail import OWNER, Place
from bench.programs import environment, program, told
from integrations.google.gmail import GmailMailbox
from tests.fakes import ManualClock

MAILS = 100
TEXTS = {
    "asking": "Can you send me the contract by Friday?",
    "unread": "How about lunch?",
}
"""What every mail of an inbox of this kind says: something to do, or what only a model can weigh."""
NOW = ManualClock().now()


def serve(kind: str, home: Path) -> None:
    """The stand-in; says where it is, with a token, and ends with its input."""
    from sandbox.google.seed import SeedAccount, SeedMail
    from tests.contract.google_world import running

    labels = ("INBOX", "UNREAD")
    seeds = [SeedMail(_letter(n, TEXTS[kind]), NOW - timedelta(minutes=n + 1), labels) for n in range(MAILS)]
    with running(home, [SeedAccount(OWNER, "Ada", "Europe/Berlin", seeds)]) as world:
        world.switch(quota=0)
        print(json.dumps({"url": world.url, "token": world.token(OWNER)}), flush=True)
        sys.stdin.read()


def _letter(number: int, text: str) -> bytes:
    """From somebody new each time."""
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Colleague {number} <colleague{number}@example.org>", OWNER
    mail["Subject"], mail["Message-ID"] = f"Contract {number}", f"<{number}@example.org>"
    mail.set_content(text)
    return mail.as_bytes()


@asynccontextmanager
async def inbox(kind: str, account: Account, home: Path) -> AsyncIterator[GmailMailbox]:
    """The product's mailbox of an account, with such an inbox at the other end of real sockets."""
    command = (sys.executable, "-m", "bench.lettered", kind, str(home))
    async with program(*command, env=environment(home), cwd=home) as served, aiohttp.ClientSession() as session:
        where = json.loads(await told(served, "The stand-in for Google"))
        yield Place(session, where["url"], where["token"]).mailbox(account)


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]))
