"""The Slack stand-in's Web API, spoken to by slack_sdk's own client."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.slack_standin import CONTROL, Standin, standin


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[Standin]:
    async with standin(tmp_path) as running:
        yield running


async def refused(call: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await call
    data = caught.value.response.data
    assert isinstance(data, dict)
    return data


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def test_auth_test_tells_who_the_app_is_and_its_scopes(slack: Standin) -> None:
    answer = await slack.client().auth_test()
    assert answer["user_id"] == slack.workspace.bot_user_id
    assert answer["team_id"] == slack.workspace.team["id"]
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-made-up", "invalid_auth")])
async def test_a_call_without_the_right_token_is_refused(slack: Standin, token: str, error: str) -> None:
    async with slack.session.post(f"{slack.base}/api/auth.test", data={"token": token}) as answer:
        assert (await answer.json())["error"] == error


async def test_the_app_token_opens_sockets_and_nothing_else(slack: Standin) -> None:
    tokens = slack.server.tokens
    assert (await refused(slack.client(tokens.app).auth_test()))["error"] == "not_allowed_token_type"
    call = slack.client().apps_connections_open(app_token=tokens.bot)
    assert (await refused(call))["error"] == "not_allowed_token_type"


async def test_a_method_outside_of_the_scopes_says_what_it_needs(slack: Standin) -> None:
    answer = await refused(slack.client().team_info())
    assert (answer["error"], answer["needed"]) == ("missing_scope", "team:read")
    assert "im:history" in answer["provided"]
    channel = await refused(slack.client().conversations_history(channel=slack.general()))
    assert (channel["error"], channel["needed"]) == ("missing_scope", "channels:history")


async def test_a_method_that_does_not_exist_is_unknown(slack: Standin) -> None:
    assert (await refused(slack.client().api_call("chat.shout")))["error"] == "unknown_method"


async def test_a_person_is_found_with_zone_and_address(slack: Standin) -> None:
    found = (await slack.client().users_info(user=slack.ada))["user"]
    assert (found["tz"], found["profile"]["email"]) == ("Europe/Berlin", "ada@example.com")
    assert (await refused(slack.client().users_info(user="U0NOBODY")))["error"] == "user_not_found"


async def test_the_guest_is_restricted_and_lists_are_paged(slack: Standin) -> None:
    first = await slack.client().users_list(limit=2)
    rest = await slack.client().users_list(cursor=first["response_metadata"]["next_cursor"])
    everyone = [*first["members"], *rest["members"]]
    assert len(everyone) == 4
    assert [user["name"] for user in everyone if user["is_restricted"]] == ["guest"]


async def test_a_message_is_posted_read_back_and_kept_with_its_metadata(slack: Standin) -> None:
    client, dm = slack.client(), slack.dm()
    metadata = {"event_type": "steward_action", "event_payload": {"id": "a1"}}
    posted = await client.chat_postMessage(channel=dm, text="hello", blocks=[section("hello")], metadata=metadata)
    plain = (await client.conversations_history(channel=dm))["messages"][0]
    whole = (await client.conversations_history(channel=dm, include_all_metadata=True))["messages"][0]
    assert (plain["ts"], plain["text"], "metadata" in plain) == (posted["ts"], "hello", False)
    assert whole["metadata"] == metadata
    assert whole["blocks"][0]["block_id"]
    assert slack.workspace.history(dm)[0]["bot_id"]


async def test_malformed_metadata_is_dropped_with_a_warning(slack: Standin) -> None:
    bad = {"event_type": "steward.action", "event_payload": {}}
    posted = await slack.client().chat_postMessage(channel=slack.dm(), text="x", metadata=bad)
    assert posted["warning"] == "invalid_metadata_schema"
    assert "metadata" not in slack.workspace.history(slack.dm())[0]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"text": " "}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "thread_ts": "1.000001"}, "message_not_found"),
        ({"text": "x", "blocks": [{"type": "marquee"}]}, "invalid_blocks"),
        ({"text": "x", "metadata": "[]"}, "invalid_metadata_format"),
    ],
)
async def test_what_cannot_be_posted_is_refused(slack: Standin, arguments: dict[str, Any], error: str) -> None:
    body = {"channel": slack.dm(), **arguments}
    answer = await refused(slack.client().api_call("chat.postMessage", json=body))
    assert answer["error"] == error
    assert slack.workspace.history(slack.dm()) == []


async def test_invalid_blocks_say_where_and_why(slack: Standin) -> None:
    answer = await refused(slack.client().chat_postMessage(channel=slack.dm(), text="x", blocks=[section("y" * 3001)]))
    (message,) = answer["response_metadata"]["messages"]
    assert message == "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"


async def test_a_form_body_is_understood_like_json(slack: Standin) -> None:
    form = {"token": slack.server.tokens.bot, "channel": slack.dm(), "text": "x", "blocks": '[{"type":"divider"}]'}
    async with slack.session.post(f"{slack.base}/api/chat.postMessage", data=form) as answer:
        assert (await answer.json())["message"]["blocks"][0]["type"] == "divider"


async def test_replies_make_a_thread_in_order(slack: Standin) -> None:
    client, dm = slack.client(), slack.dm()
    root = await slack.workspace.say(slack.ada, dm, "question")
    first = await client.chat_postMessage(channel=dm, text="one", thread_ts=root)
    second = await client.chat_postMessage(channel=dm, text="two", thread_ts=first["ts"])
    thread = (await client.conversations_replies(channel=dm, ts=root))["messages"]
    assert [message["text"] for message in thread] == ["question", "one", "two"]
    assert (thread[0]["reply_count"], thread[0]["latest_reply"]) == (2, second["ts"])
    assert [m["text"] for m in (await client.conversations_history(channel=dm))["messages"]] == ["question"]


async def test_a_broadcast_reply_stands_in_the_channel_too(slack: Standin) -> None:
    dm = slack.dm()
    root = await slack.workspace.say(slack.ada, dm, "question")
    await slack.client().chat_postMessage(channel=dm, text="to all", thread_ts=root, reply_broadcast=True)
    assert [message["text"] for message in slack.workspace.history(dm)] == ["question", "to all"]


async def test_history_is_newest_first_paged_and_bounded(slack: Standin) -> None:
    client, dm = slack.client(), slack.dm()
    ts = [await slack.workspace.say(slack.ada, dm, str(number)) for number in range(5)]
    page = await client.conversations_history(channel=dm, limit=2)
    assert [message["text"] for message in page["messages"]] == ["4", "3"]
    assert page["has_more"]
    rest = await client.conversations_history(channel=dm, cursor=page["response_metadata"]["next_cursor"])
    assert [message["text"] for message in rest["messages"]] == ["2", "1", "0"]
    between = await client.conversations_history(channel=dm, oldest=ts[1], latest=ts[3])
    assert [message["text"] for message in between["messages"]] == ["2"]


async def test_an_update_keeps_blocks_unless_an_empty_list_takes_them_away(slack: Standin) -> None:
    client, dm = slack.client(), slack.dm()
    ts = (await client.chat_postMessage(channel=dm, text="a", blocks=[section("a")]))["ts"]
    kept = await client.chat_update(channel=dm, ts=ts, text="b")
    assert (kept["text"], len(kept["message"]["blocks"])) == ("b", 1)
    gone = await client.chat_update(channel=dm, ts=ts, text="c", blocks=[])
    assert "blocks" not in gone["message"]
    assert gone["message"]["edited"]["user"] == slack.workspace.bot_user_id


async def test_only_own_messages_can_be_changed_or_deleted(slack: Standin) -> None:
    client, dm = slack.client(), slack.dm()
    ts = await slack.workspace.say(slack.ada, dm, "mine")
    assert (await refused(client.chat_update(channel=dm, ts=ts, text="x")))["error"] == "cant_update_message"
    assert (await refused(client.chat_delete(channel=dm, ts=ts)))["error"] == "cant_delete_message"
    assert (await refused(client.chat_update(channel=dm, ts="1.0", text="x")))["error"] == "message_not_found"
    own = (await client.chat_postMessage(channel=dm, text="own"))["ts"]
    await client.chat_delete(channel=dm, ts=own)
    assert [message["text"] for message in slack.workspace.history(dm)] == ["mine"]


async def test_an_ephemeral_note_is_shown_to_one_person_and_kept_nowhere(slack: Standin) -> None:
    await slack.client().chat_postEphemeral(channel=slack.general(), user=slack.ada, text="psst")
    shown = await slack.changes.of("ephemeral")
    assert (shown["user"], shown["message"]["text"]) == (slack.ada, "psst")
    assert slack.workspace.history(slack.general()) == []


async def test_a_dm_is_opened_by_its_person(slack: Standin) -> None:
    opened = await slack.client().conversations_open(users=slack.ben)
    assert opened["channel"]["id"] == slack.dm(slack.ben)
    info = await slack.client().conversations_info(channel=slack.dm(slack.ben))
    assert (info["channel"]["is_im"], info["channel"]["user"]) == (True, slack.ben)
    members = await slack.client().conversations_members(channel=slack.dm())
    assert set(members["members"]) == {slack.ada, slack.workspace.bot_user_id}


async def test_a_permalink_leads_to_message_and_thread(slack: Standin) -> None:
    root = await slack.workspace.say(slack.ada, slack.dm(), "question")
    reply = await slack.client().chat_postMessage(channel=slack.dm(), text="x", thread_ts=root)
    link = await slack.client().chat_getPermalink(channel=slack.dm(), message_ts=reply["ts"])
    assert link["permalink"].endswith(f"p{reply['ts'].replace('.', '')}?thread_ts={root}&cid={slack.dm()}")


async def test_a_reaction_is_added_once_and_removed(slack: Standin) -> None:
    client, dm = slack.client(), slack.dm()
    ts = await slack.workspace.say(slack.ada, dm, "x")
    await client.reactions_add(channel=dm, name="eyes", timestamp=ts)
    assert slack.workspace.history(dm)[0]["reactions"][0]["name"] == "eyes"
    again = client.reactions_add(channel=dm, name="eyes", timestamp=ts)
    assert (await refused(again))["error"] == "already_reacted"
    await client.reactions_remove(channel=dm, name="eyes", timestamp=ts)
    assert slack.workspace.history(dm)[0]["reactions"] == []


async def test_a_status_shows_until_the_app_posts_in_the_thread(slack: Standin) -> None:
    client, dm = slack.client(), slack.dm()
    root = await slack.workspace.say(slack.ada, dm, "question")
    await client.assistant_threads_setStatus(
        channel_id=dm, thread_ts=root, status="is thinking…", loading_messages=["Reading mail"]
    )
    assert slack.workspace.status(dm, root) == {"status": "is thinking…", "loading_messages": ["Reading mail"]}
    await client.chat_postMessage(channel=dm, text="done", thread_ts=root)
    assert slack.workspace.status(dm, root) is None


async def test_a_status_is_cleared_when_its_time_is_over(slack: Standin) -> None:
    await slack.turn(time_scale=1_000_000)
    root = await slack.workspace.say(slack.ada, slack.dm(), "question")
    await slack.client().assistant_threads_setStatus(channel_id=slack.dm(), thread_ts=root, status="is thinking…")
    gone = await slack.changes.until(lambda c: c["type"] == "status" and c["status"] is None)
    assert gone["thread_ts"] == root


async def test_prompts_titles_and_sessions(slack: Standin) -> None:
    client, dm = slack.client(), slack.dm()
    root = await slack.workspace.say(slack.ada, dm, "question")
    prompts = [{"title": "Today", "message": "What should I focus on today?"}]
    await client.assistant_threads_setSuggestedPrompts(channel_id=dm, prompts=prompts)
    assert slack.workspace.suggested_prompts(dm, root) == prompts
    await client.agents_sessions_setStatus(channel_id=dm, thread_ts=root, status="processing", title="Focus")
    assert slack.workspace.session(dm, root) == {"status": "processing", "title": "Focus"}
    wrong = client.agents_sessions_setStatus(channel_id=dm, thread_ts=root, status="busy")
    assert (await refused(wrong))["error"] == "invalid_arguments"


async def test_a_stream_grows_and_ends(slack: Standin) -> None:
    client, dm = slack.client(), slack.dm()
    root = await slack.workspace.say(slack.ada, dm, "question")
    ts = (await client.chat_startStream(channel=dm, thread_ts=root, task_display_mode="plan"))["ts"]
    task = {"type": "task_update", "id": "t1", "title": "Search mail", "status": "in_progress"}
    await client.chat_appendStream(channel=dm, ts=ts, chunks=[{"type": "plan_update", "title": "Plan"}, task])
    await client.chat_appendStream(channel=dm, ts=ts, chunks=[{**task, "status": "complete", "output": "3 mails"}])
    await client.chat_appendStream(channel=dm, ts=ts, markdown_text="**Three** ")
    done = await client.chat_stopStream(channel=dm, ts=ts, markdown_text="mails.", blocks=[{"type": "divider"}])
    plan, text, last = done["message"]["blocks"]
    assert (plan["title"], [task["status"] for task in plan["tasks"]]) == ("Plan", ["complete"])
    assert (text["text"], last["type"]) == ("**Three** mails.", "divider")
    late = client.chat_appendStream(channel=dm, ts=ts, markdown_text="x")
    assert (await refused(late))["error"] == "message_not_in_streaming_state"


async def test_a_wrong_chunk_is_refused_and_changes_nothing(slack: Standin) -> None:
    client, dm = slack.client(), slack.dm()
    root = await slack.workspace.say(slack.ada, dm, "question")
    ts = (await client.chat_startStream(channel=dm, thread_ts=root))["ts"]
    chunk = {"type": "task_update", "id": "t1", "title": "x", "status": "completed"}
    assert (await refused(client.chat_appendStream(channel=dm, ts=ts, chunks=[chunk])))["error"] == "invalid_chunks"
    assert slack.workspace.history(dm, root)[1]["blocks"] == []


async def test_posts_to_one_conversation_are_paced_and_others_go_on(slack: Standin) -> None:
    client = slack.client()
    await slack.turn(rate_burst=3)
    for number in range(3):
        await client.chat_postMessage(channel=slack.dm(), text=str(number))
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=slack.dm(), text="too much")
    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert caught.value.response.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel=slack.dm(slack.ben), text="x")
    await slack.turn(rate_limits="off")
    await client.chat_postMessage(channel=slack.dm(), text="3")
    assert [message["text"] for message in slack.workspace.history(slack.dm())] == ["0", "1", "2", "3"]


async def test_fifty_updates_a_minute_for_the_whole_workspace(slack: Standin) -> None:
    client = slack.client()
    ada = (await client.chat_postMessage(channel=slack.dm(), text="x"))["ts"]
    ben = (await client.chat_postMessage(channel=slack.dm(slack.ben), text="x"))["ts"]
    for number in range(25):
        await client.chat_update(channel=slack.dm(), ts=ada, text=f"{number}")
        await client.chat_update(channel=slack.dm(slack.ben), ts=ben, text=f"{number}")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_update(channel=slack.dm(), ts=ada, text="51")
    assert caught.value.response.status_code == 429
    assert 1 <= int(caught.value.response.headers["Retry-After"]) <= 60


async def test_failures_on_demand_change_nothing_and_are_used_up(slack: Standin) -> None:
    client, dm = slack.client(), slack.dm()
    await slack.turn(fail_next={"chat.postMessage": {"n": 1, "error": "fatal_error"}})
    assert (await refused(client.chat_postMessage(channel=dm, text="x")))["error"] == "fatal_error"
    await slack.turn(fail_next={"chat.postMessage": {"n": 1, "status": 503}}, rate_limit_next={"chat.update": 1})
    async with slack.session.post(
        f"{slack.base}/api/chat.postMessage",
        json={"channel": dm, "text": "x"},
        headers={"Authorization": f"Bearer {slack.server.tokens.bot}"},
    ) as answer:
        assert answer.status == 503
    ts = (await client.chat_postMessage(channel=dm, text="through"))["ts"]
    assert (await refused(client.chat_update(channel=dm, ts=ts, text="y")))["error"] == "ratelimited"
    assert [message["text"] for message in slack.workspace.history(dm)] == ["through"]
    outcomes = [(entry["method"], entry["committed"], entry["answer"]) for entry in await slack.log()]
    assert outcomes == [
        ("chat.postMessage", False, "fatal_error"),
        ("chat.postMessage", False, 503),
        ("chat.postMessage", True, "ok"),
        ("chat.update", False, "ratelimited"),
    ]


async def test_commit_then_drop_posts_without_an_answer(slack: Standin) -> None:
    await slack.turn(commit_then_drop={"chat.postMessage": 1})
    with pytest.raises(aiohttp.ClientConnectionError):
        await slack.client().chat_postMessage(channel=slack.dm(), text="did it arrive?")
    assert [message["text"] for message in slack.workspace.history(slack.dm())] == ["did it arrive?"]
    (entry,) = await slack.log()
    assert (entry["committed"], entry["answer"]) == (True, "dropped")


@pytest.mark.parametrize(("when", "there"), [("before", []), ("after", ["held"])])
async def test_a_call_is_held_before_or_after_its_effect(slack: Standin, when: str, there: list[str]) -> None:
    await slack.control("POST", "hold", {"match": "chat.postMessage", "when": when})
    call = asyncio.create_task(slack.client().chat_postMessage(channel=slack.dm(), text="held"))
    while not (held := await slack.control("GET", "held")):
        assert not call.done()
    assert held[0]["args"]["text"] == "held"
    assert [message["text"] for message in slack.workspace.history(slack.dm())] == there
    assert await slack.control("POST", "release") == {"released": 1}
    await call
    assert [message["text"] for message in slack.workspace.history(slack.dm())] == ["held"]


async def test_a_held_call_can_be_dropped(slack: Standin) -> None:
    await slack.control("POST", "hold", {"match": "secret plan", "when": "before"})
    call = asyncio.create_task(slack.client().chat_postMessage(channel=slack.dm(), text="secret plan"))
    while not await slack.control("GET", "held"):
        assert not call.done()
    await slack.control("POST", "release", {"drop": True})
    with pytest.raises(aiohttp.ClientConnectionError):
        await call
    assert slack.workspace.history(slack.dm()) == []


async def test_the_log_never_holds_a_token(slack: Standin) -> None:
    form = {"token": slack.server.tokens.bot, "channel": slack.dm(), "text": "x"}
    async with slack.session.post(f"{slack.base}/api/chat.postMessage", data=form) as answer:
        assert answer.status == 200
    assert slack.server.tokens.bot not in str(await slack.control("GET", "log"))


async def test_control_needs_its_token_and_known_switches(slack: Standin) -> None:
    async with slack.session.get(f"{slack.base}/_sandbox/log") as answer:
        assert answer.status == 403
    headers = {"X-Sandbox-Control": CONTROL}
    for body in ({"no_such": 1}, {"time_scale": 0}, {"rate_limits": "maybe"}, {"fail_next": {"x": 1}}):
        async with slack.session.post(f"{slack.base}/_sandbox/switches", json=body, headers=headers) as answer:
            assert answer.status == 400
    assert (await slack.control("GET", "switches"))["time_scale"] == 1.0


async def test_everything_is_still_there_after_a_restart(tmp_path: Path) -> None:
    async with standin(tmp_path) as before:
        root = await before.workspace.say(before.ada, before.dm(), "question")
        await before.client().chat_postMessage(channel=before.dm(), text="answer", thread_ts=root)
        await before.client().views_publish(user_id=before.ada, view={"type": "home", "blocks": [section("home")]})
        shown = (
            before.workspace.history(before.dm(), root),
            before.workspace.home(before.ada),
            before.workspace.people(),
        )
        tokens, last = before.server.tokens, shown[0][-1]["ts"]
    async with standin(tmp_path) as after:
        assert (
            after.workspace.history(after.dm(), root),
            after.workspace.home(after.ada),
            after.workspace.people(),
        ) == shown
        assert after.server.tokens == tokens
        assert await after.workspace.say(after.ada, after.dm(), "next") > last
