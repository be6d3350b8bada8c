"""SIGKILL: whatever was answered is there afterwards, and the file can be read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contract.google_world import ADA, BOB, NOW, Clock, World, accounts, mail, raw, running

ROOT = Path(__file__).parents[2]
CHILD = """
import sys
from pathlib import Path
from tests.contract.google_world import running
with running(Path(sys.argv[1])) as world:
    print(world.port, world.token("ada@work.example"), flush=True)
    sys.stdin.read()
"""


@contextmanager
def child(home: Path) -> Iterator[tuple[World, int]]:
    """The stand-in in a process of its own, which is killed at the end."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{Path(__file__).parent}"}
    command = [sys.executable, "-c", CHILD, str(home)]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert started.stdout
    assert started.stdin
    try:
        port, token = started.stdout.readline().split()
        world = World(None, int(port), Clock(), {ADA: token})
        yield world, started.pid
    finally:
        started.kill()
        started.wait()
        started.stdin.close()
        started.stdout.close()


def test_what_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    with child(tmp_path) as (world, pid):
        letter = {"raw": raw(mail("Kept", sender=ADA, to=BOB, when=NOW))}
        sent = [world.gmail("POST", "messages/send", letter)["id"] for _ in range(20)]
        span = {"start": {"date": "2026-06-05"}, "end": {"date": "2026-06-06"}}
        event = world.calendar("POST", "events", {**span, "summary": "Kept"})
        token = world.tokens[ADA]
        os.kill(pid, signal.SIGKILL)
    with running(tmp_path, accounts()) as again:
        again.tokens[ADA] = token
        listed = again.gmail("GET", "messages?q=in:sent")["messages"]
        assert {message["id"] for message in listed} == set(sent)
        assert len(again.control(f"mailbox?account={BOB}")["messages"]) == 20
        assert again.calendar("GET", f"events/{event['id']}") == event
        assert len(again.commits("messages.send")) == 20
