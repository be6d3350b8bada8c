"""The Slack stand-in's Socket Mode: acks, redelivery, several sockets, and what can go wrong."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.slack_standin import RawSocket, Standin, standin


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[Standin]:
    async with standin(tmp_path) as running:
        yield running


async def test_a_dm_arrives_as_slack_sends_it(slack: Standin) -> None:
    socket = await slack.connect()
    ts = await slack.workspace.say(slack.ada, slack.dm(), "mail bob@example.com & <@U123>")
    envelope = await socket.acked()
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
    payload, event = envelope["payload"], envelope["payload"]["event"]
    assert (payload["type"], payload["team_id"]) == ("event_callback", slack.workspace.team["id"])
    assert payload["event_id"].startswith("Ev")
    assert payload["event_time"] == int(float(ts))
    assert event["text"] == "mail <mailto:bob@example.com|bob@example.com> &amp; <@U123>"
    assert (event["type"], event["channel_type"], event["channel"]) == ("message", "im", slack.dm())
    assert (event["ts"], event["thread_ts"], event["event_ts"], event["user"]) == (ts, ts, ts, slack.ada)
    assert event["client_msg_id"]
    kinds = [part["type"] for part in event["blocks"][0]["elements"][0]["elements"]]
    assert kinds == ["text", "link", "text", "user"]
    await slack.until(lambda state: state["outstanding"] == 0)


async def test_hello_says_how_many_connections_there_are(slack: Standin) -> None:
    hellos = [await (await slack.knock()).receive() for _ in range(3)]
    assert [hello["num_connections"] for hello in hellos] == [1, 2, 3]
    assert hellos[0]["debug_info"]["approximate_connection_time"] > 0
    assert hellos[0]["connection_info"]["app_id"].startswith("A")


async def test_each_envelope_goes_to_one_of_the_sockets(slack: Standin) -> None:
    sockets = [await slack.connect() for _ in range(2)]
    for number in range(4):
        await slack.workspace.say(slack.ada, slack.dm(), str(number))
    texts = [(await socket.acked())["payload"]["event"]["text"] for socket in sockets for _ in range(2)]
    assert sorted(texts) == ["0", "1", "2", "3"]


async def test_there_are_at_most_ten_sockets(slack: Standin) -> None:
    for _ in range(10):
        await slack.connect()
    refused = await slack.knock()
    frame = await refused.receive()
    assert (frame["type"], frame["reason"]) == ("disconnect", "too_many_websockets")
    assert await refused.closed()
    assert (await slack.control("GET", "sockets"))["sockets"] == 10


async def test_a_socket_address_opens_one_socket(slack: Standin) -> None:
    opened = await slack.client().apps_connections_open(app_token=slack.server.tokens.app)
    await slack.session.ws_connect(opened["url"])
    async with slack.session.get(opened["url"].replace("ws:", "http:")) as answer:
        assert answer.status == 404


async def test_an_event_that_is_not_acked_comes_three_more_times(slack: Standin) -> None:
    await slack.turn(time_scale=100_000)
    socket = await slack.connect()
    await slack.workspace.say(slack.ada, slack.dm(), "hello?")
    envelopes = [await socket.receive() for _ in range(4)]
    assert [envelope["retry_attempt"] for envelope in envelopes] == [0, 1, 2, 3]
    assert [envelope["retry_reason"] for envelope in envelopes] == ["", "timeout", "timeout", "timeout"]
    assert len({envelope["payload"]["event_id"] for envelope in envelopes}) == 1
    assert len({envelope["envelope_id"] for envelope in envelopes}) == 4
    await slack.until(lambda state: state["outstanding"] == state["retrying"] == 0)
    waits = [entry["after_s"] * 100_000 for entry in await slack.log("event_retry")]
    assert waits == pytest.approx([0, 60, 300])
    (given_up,) = await slack.log("event_given_up")
    assert given_up["event_id"] == envelopes[0]["payload"]["event_id"]


async def test_an_acked_retry_ends_the_redelivery(slack: Standin) -> None:
    await slack.turn(time_scale=100_000)
    socket = await slack.connect()
    await slack.workspace.say(slack.ada, slack.dm(), "hello?")
    first = await socket.receive()
    assert (await socket.acked())["retry_attempt"] == 1
    await socket.ack(first)  # too late, and no harm done
    await slack.until(lambda state: state["outstanding"] == state["retrying"] == 0)
    assert len(await slack.log("event_retry")) == 1
    assert await slack.log("event_given_up") == []


async def test_dropped_acks_bring_the_event_again(slack: Standin) -> None:
    await slack.turn(time_scale=100_000, drop_acks=1)
    socket = await slack.connect()
    await slack.workspace.say(slack.ada, slack.dm(), "once more")
    first, second = await socket.acked(), await socket.acked()
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert second["retry_attempt"] == 1


async def test_what_is_said_while_no_socket_is_open_is_delivered_later(slack: Standin) -> None:
    await slack.workspace.say(slack.ada, slack.dm(), "anybody there?")
    assert (await slack.control("GET", "sockets"))["parked"] == 1
    socket = await slack.connect()
    envelope = await socket.acked()
    assert envelope["payload"]["event"]["text"] == "anybody there?"
    assert envelope["retry_attempt"] == 1
    await slack.until(lambda state: state["outstanding"] == state["parked"] == 0)


async def test_unacked_events_outlive_a_restart_of_slack(tmp_path: Path) -> None:
    async with standin(tmp_path) as before:
        await before.workspace.say(before.ada, before.dm(), "said to nobody")
        socket = await before.connect()
        event_id = (await socket.receive())["payload"]["event_id"]
    async with standin(tmp_path) as after:
        socket = await after.connect()
        assert (await socket.acked())["payload"]["event_id"] == event_id
        await after.until(lambda state: state["outstanding"] == 0)
    async with standin(tmp_path) as last:
        assert (await last.control("GET", "sockets"))["parked"] == 0


async def test_duplicated_envelopes_carry_one_event(slack: Standin) -> None:
    await slack.turn(duplicate_envelopes=True)
    socket = await slack.connect()
    await slack.workspace.say(slack.ada, slack.dm(), "twice")
    first, second = await socket.receive(), await socket.receive()
    assert first["payload"] == second["payload"]
    assert first["envelope_id"] != second["envelope_id"]


async def test_reordered_envelopes_arrive_the_other_way_round(slack: Standin) -> None:
    socket = await slack.connect()
    await slack.turn(reorder_envelopes=True)
    for text in ("first", "second"):
        await slack.workspace.say(slack.ada, slack.dm(), text)
    assert [(await socket.acked())["payload"]["event"]["text"] for _ in range(2)] == ["second", "first"]


async def test_favoured_ports_get_everything_while_they_are_open(slack: Standin) -> None:
    sockets = [await slack.connect() for _ in range(3)]
    favoured = sockets[1]
    await slack.turn(favoured_ports=[favoured.port])
    for text in ("first", "second"):
        await slack.workspace.say(slack.ada, slack.dm(), text)
        assert (await favoured.acked())["payload"]["event"]["text"] == text
    await favoured.close()
    await slack.until(lambda state: state["sockets"] == 2)
    await slack.workspace.say(slack.ada, slack.dm(), "third")
    heard = [asyncio.ensure_future(socket.acked()) for socket in (sockets[0], sockets[2])]
    done, waiting = await asyncio.wait(heard, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()
    assert [each.result()["payload"]["event"]["text"] for each in done] == ["third"]


async def test_refresh_asks_to_reconnect_and_sends_nothing_more(slack: Standin) -> None:
    old, new = await slack.connect(), await slack.connect()
    assert await slack.control("POST", "refresh", {"count": 1}) == {"asked": 1}
    assert (await old.receive())["reason"] == "refresh_requested"
    for number in range(3):
        await slack.workspace.say(slack.ada, slack.dm(), str(number))
    assert [(await new.acked())["payload"]["event"]["text"] for _ in range(3)] == ["0", "1", "2"]


async def test_cut_sockets_lose_nothing(slack: Standin) -> None:
    await slack.turn(time_scale=100_000)
    socket = await slack.connect()
    await slack.workspace.say(slack.ada, slack.dm(), "on its way")
    await socket.receive()
    assert await slack.control("POST", "cut_sockets") == {"cut": 1}
    assert await socket.closed()
    again = await slack.connect()
    assert (await again.acked())["payload"]["event"]["text"] == "on its way"


async def events_of(socket: RawSocket, count: int) -> list[dict[str, Any]]:
    return [(await socket.acked())["payload"]["event"] for _ in range(count)]


async def test_edits_and_deletions_are_told(slack: Standin) -> None:
    socket = await slack.connect()
    ts = await slack.workspace.say(slack.ada, slack.dm(), "tomorow")
    await slack.workspace.edit(slack.ada, slack.dm(), ts, "tomorrow")
    await slack.workspace.delete(slack.ada, slack.dm(), ts)
    _, changed, deleted = await events_of(socket, 3)
    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "tomorrow")
    assert changed["previous_message"]["text"] == "tomorow"
    assert changed["message"]["edited"]["user"] == slack.ada
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)
    assert slack.workspace.history(slack.dm()) == []


async def test_the_deleted_root_of_a_thread_leaves_a_tombstone(slack: Standin) -> None:
    ts = await slack.workspace.say(slack.ada, slack.dm(), "forget it")
    await slack.client().chat_postMessage(channel=slack.dm(), text="ok", thread_ts=ts)
    await slack.workspace.delete(slack.ada, slack.dm(), ts)
    socket = await slack.connect()
    *_, last = await events_of(socket, 3)
    assert (last["subtype"], last["message"]["subtype"]) == ("message_changed", "tombstone")
    assert [message["text"] for message in slack.workspace.history(slack.dm(), ts)][1] == "ok"


async def test_the_apps_own_messages_come_back_with_its_bot_id(slack: Standin) -> None:
    socket = await slack.connect()
    posted = await slack.client().chat_postMessage(channel=slack.dm(), text="hi")
    (event,) = await events_of(socket, 1)
    assert (event["ts"], event["user"]) == (posted["ts"], slack.workspace.bot_user_id)
    assert event["bot_id"] == posted["message"]["bot_id"]


async def test_in_a_channel_only_mentions_are_told(slack: Standin) -> None:
    socket = await slack.connect()
    await slack.workspace.say(slack.ada, slack.general(), "lunch?")
    await slack.workspace.say(slack.ada, slack.general(), f"<@{slack.workspace.bot_user_id}> lunch?")
    (event,) = await events_of(socket, 1)
    assert (event["type"], event["channel"], event["user"]) == ("app_mention", slack.general(), slack.ada)
    assert "thread_ts" not in event
    assert (await slack.control("GET", "sockets"))["outstanding"] == 0


async def test_a_strangers_event_says_where_it_comes_from(slack: Standin) -> None:
    stranger = {"name": "sam", "real_name": "Sam", "email": "sam@example.org", "tz": "Etc/UTC", "kind": "stranger"}
    user = (await slack.control("POST", "people", stranger))["id"]
    socket = await slack.connect()
    await slack.workspace.say(user, slack.dm(user), "hello")
    payload = (await socket.acked())["payload"]
    assert payload["is_ext_shared_channel"]
    assert payload["event"]["team"] != slack.workspace.team["id"]


async def test_user_change_and_uninstall_are_told(slack: Standin) -> None:
    socket = await slack.connect()
    await slack.control("POST", "user_change", {"user": slack.ben, "changes": {"deleted": True}})
    await slack.control("POST", "uninstall")
    changed, revoked, uninstalled = await events_of(socket, 3)
    assert (changed["type"], changed["user"]["deleted"]) == ("user_change", True)
    assert (revoked["type"], uninstalled["type"]) == ("tokens_revoked", "app_uninstalled")
    await slack.workspace.say(slack.ada, slack.dm(), "gone?")
    assert (await slack.control("GET", "sockets"))["outstanding"] == 0


async def test_the_home_and_messages_tabs_and_the_stop_button_are_told(slack: Standin) -> None:
    socket = await slack.connect()
    root = await slack.workspace.say(slack.ada, slack.dm(), "work")
    ts = (await slack.client().chat_startStream(channel=slack.dm(), thread_ts=root))["ts"]
    await slack.workspace.open_home(slack.ada)
    await slack.workspace.open_messages(slack.ada, slack.dm())
    await slack.workspace.stop(slack.ada, slack.dm(), root)
    *_, home, messages, stopped = await events_of(socket, 5)
    assert (home["type"], home["tab"], home["user"]) == ("app_home_opened", "home", slack.ada)
    assert (messages["tab"], messages["channel"]) == ("messages", slack.dm())
    assert (stopped["type"], stopped["streaming_message_ts"]) == ("agent_session_stopped", [ts])


@pytest.mark.parametrize("rate", [None, 5_000])
async def test_a_burst_measures_every_ack_and_leaves_no_trace(slack: Standin, rate: int | None) -> None:
    socket = await slack.connect()
    run = slack.control("POST", "burst", {"count": 300, "rate": rate, "user": slack.ben, "visible": False})
    task = asyncio.create_task(run)
    ids = {(await socket.acked())["payload"]["event_id"] for _ in range(300)}
    report = await task
    assert (len(ids), report["sent"], report["acked"]) == (300, 300, 300)
    took = report["ack_ms"]
    assert 0 < took["min"] <= took["p50"] <= took["p95"] <= took["p99"] <= took["max"]
    assert slack.workspace.history(slack.dm(slack.ben)) == []


async def test_a_burst_speaks_for_several_people_or_of_unfurled_links(slack: Standin) -> None:
    socket = await slack.connect()
    people = {"count": 4, "users": [slack.ada, slack.ben]}
    said, report = await asyncio.gather(events_of(socket, 4), slack.control("POST", "burst", people))
    assert [(event["user"], event["channel"]) for event in said] == 2 * [
        (slack.ada, slack.dm(slack.ada)),
        (slack.ben, slack.dm(slack.ben)),
    ]
    unfurling = slack.control("POST", "burst", {"count": 1, "user": slack.ada, "unfurled": True})
    (changed,), _ = await asyncio.gather(events_of(socket, 1), unfurling)
    assert changed["subtype"] == "message_changed"
    assert changed["message"] == {**changed["previous_message"], "attachments": changed["message"]["attachments"]}
    assert report["acked"] == 4
