"""Ids and timestamps of the Slack stand-in never repeat, and what was said outlives a kill."""

import asyncio
import signal
import sys
import time
from pathlib import Path

from sandbox.slack.ids import Ids
from sandbox.slack.store import Store
from sandbox.slack.texts import compose
from tests.slack_standin import standin

_SAY_AND_WAIT = """
import asyncio, pathlib, sys
from sandbox.slack import build
async def main():
    ada = {"name": "ada", "real_name": "Ada", "email": "ada@example.com", "tz": "Etc/UTC"}
    slack = await build(pathlib.Path(sys.argv[1]), people=[ada], control_token="c", public_url=str)
    user = slack.workspace.people()[0]["id"]
    channel = slack.workspace.channels(user)[0]["id"]
    ts = [await slack.workspace.say(user, channel, str(n)) for n in range(20)]
    await asyncio.sleep(0)
    print(ts[-1], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_timestamps_grow_even_when_the_clock_went_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "slack.sqlite3")
    ahead = time.time_ns() // 1000 + 3_600_000_000  # the clock was an hour ahead when the file was written
    store.put_fact("ids.ts_limit", ahead)
    ids = Ids(store)
    drawn = [ids.ts() for _ in range(1000)]
    assert drawn == sorted(set(drawn))
    assert float(drawn[0]) >= ahead / 1_000_000
    store.close()


async def test_ids_go_on_after_a_restart(tmp_path: Path) -> None:
    before = Store(tmp_path / "slack.sqlite3")
    ids = Ids(before)
    first = [ids.new("U"), ids.new("C")]
    before.close()
    after = Store(tmp_path / "slack.sqlite3")
    again = Ids(after).new("U")
    after.close()
    assert len({value[1:] for value in [*first, again]}) == 3


async def test_what_was_said_and_not_heard_outlives_sigkill(tmp_path: Path) -> None:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", _SAY_AND_WAIT, str(tmp_path), stdout=pipe)
    assert child.stdout is not None
    last = (await child.stdout.readline()).decode().strip()
    child.send_signal(signal.SIGKILL)
    await child.wait()
    async with standin(tmp_path) as slack:
        history = slack.workspace.history(slack.dm())
        assert [message["text"] for message in history] == [str(number) for number in range(20)]
        assert history[-1]["ts"] == last
        socket = await slack.connect()
        heard = [(await socket.acked())["payload"]["event"]["text"] for _ in range(20)]
        assert heard == [message["text"] for message in history]


def test_the_composer_escapes_links_and_keeps_mentions() -> None:
    text, elements = compose("a < b & see https://example.com/x?a=1&b=2. <@U1> <#C1|general> x@example.com")
    assert text == (
        "a &lt; b &amp; see <https://example.com/x?a=1&amp;b=2>. "
        "<@U1> <#C1|general> <mailto:x@example.com|x@example.com>"
    )
    assert [element["type"] for element in elements] == [
        "text",
        "link",
        "text",
        "user",
        "text",
        "channel",
        "text",
        "link",
    ]
