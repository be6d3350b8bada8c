"""The page shows private mail: who gets in, what a hostile message can do, what each person hears."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import actions, button, mrkdwn, plain, raw, rich, section
from tests.browser.stage import CONTROL, TOKEN, Stage

HOSTILE = [
    '<img src=x onerror="window.hacked=1">',
    "<script>window.hacked=1</script>",
    '"><svg onload=window.hacked=1>',
    "<iframe src=javascript:window.hacked=1></iframe>",
    "<javascript:window.hacked=1|click me>",
    "<data:text/html;base64,PHNjcmlwdD4=|and me>",
    '<https://evil.example/"onmouseover="window.hacked=1|quotes>',
    "<a href=javascript:window.hacked=1>old style</a>",
    "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1}",
    "[md](javascript:window.hacked=1) ![x](https://evil.example/track.png)",
    "\u202egnp.exe\u202c \u2066isolated\u2069 e\u0301\u0301\u0301\u0301",
    "<!date^0^{date}^javascript:window.hacked=1|date>",
    "<style>*{display:none}</style><base href=https://evil.example/>",
]


def hostile_blocks() -> list[dict[str, Any]]:
    everything = "\n".join(HOSTILE)
    bad_link = {"type": "link", "url": "javascript:window.hacked=1", "text": "rich"}
    return [
        {"type": "header", "text": plain(HOSTILE[0])},
        section(everything, fields=[mrkdwn(one) for one in HOSTILE[:9]]),
        {"type": "context", "elements": [mrkdwn(everything), plain(HOSTILE[1])]},
        {"type": "markdown", "text": everything},
        rich({"type": "text", "text": everything}, bad_link, {"type": "user", "user_id": "<img onerror=1>"}),
        {"type": "image", "image_url": "https://evil.example/track.png", "alt_text": HOSTILE[0]},
        {"type": "table", "rows": [[raw(one) for one in HOSTILE[:3]], [raw(one) for one in HOSTILE[3:6]]]},
        actions(button(HOSTILE[0], "go"), button("link", "link", url="https://ok.example/")),
    ]


@pytest.mark.browser
async def test_a_hostile_message_is_only_text(page: Page, stage: Stage) -> None:
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    await page.get_by_role("button", name="general").click()
    await stage.slack.workspace.say(stage.person("ada"), stage.dm("ada"), "\n".join(HOSTILE))
    await stage.post("ada", text="\n".join(HOSTILE))
    for block in hostile_blocks():
        await stage.post("ada", text=HOSTILE[1], blocks=[block])
    await page.locator(".rail-row", has_text="Steward").click()
    await expect(page.locator(".main .message")).to_have_count(2 + len(hostile_blocks()))
    await page.locator(".main .message").first.hover()
    messages = page.locator(".main .messages")
    await expect(
        messages.locator("script, iframe, object, embed, style, base, img, [onerror], [onload]")
    ).to_have_count(0)
    hrefs = await messages.locator("a").evaluate_all(
        "nodes => nodes.map((node) => [node.protocol, node.target, node.rel])"
    )
    assert {protocol for protocol, _, _ in hrefs} <= {"http:", "https:", "mailto:"}
    assert {(target, rel) for _, target, rel in hrefs} == {("_blank", "noopener noreferrer")}
    assert await page.evaluate("window.hacked") is None
    shown = await messages.inner_text()
    assert not any(control in shown for control in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
    assert asked == {urlsplit(stage.origin).netloc}


@pytest.mark.browser
async def test_a_stranger_sees_only_where_to_look(browser: Browser, stage: Stage) -> None:
    context = await browser.new_context()
    stranger = await context.new_page()
    answer = await stranger.goto(stage.origin)
    assert answer is not None
    assert answer.status == 403
    assert "address that was printed" in await stranger.inner_text("body")
    await context.close()


@pytest.mark.browser
async def test_the_token_leaves_the_address_and_scripts_never_see_it(page: Page, stage: Stage) -> None:
    await expect(page.locator(".rail-row").first).to_be_visible()
    assert TOKEN not in page.url
    assert await page.evaluate("document.cookie") == ""
    cookies = await page.context.cookies()
    assert [(one["httpOnly"], one["sameSite"]) for one in cookies] == [(True, "Strict")]


async def status(stage: Stage, path: str = "/api/state", method: str = "GET", **headers: str) -> int:
    async with aiohttp.ClientSession() as session:
        url = f"{stage.origin}{path}"
        async with session.request(method, url, headers=headers, allow_redirects=False) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "Access-Control-Allow-Origin" not in answer.headers
            return answer.status


async def test_only_the_token_opens(stage: Stage) -> None:
    cookie = f"steward_page_{stage.page_port}={TOKEN}"
    assert await status(stage) == 403
    assert await status(stage, **{"X-Page-Token": "wrong"}) == 403
    assert await status(stage, **{"X-Page-Token": TOKEN}) == 200
    assert await status(stage, Cookie=cookie) == 200
    assert await status(stage, "/?token=wrong") == 403
    assert await status(stage, f"/?token={TOKEN}") == 303
    assert await status(stage, "/static/js/main.js") == 403
    assert await status(stage, "/static/js/main.js", Cookie=cookie) == 200
    assert await status(stage, "/static/%2e%2e/server.py", Cookie=cookie) in {403, 404}


async def test_foreign_hosts_and_sites_are_refused(stage: Stage) -> None:
    mine = {"X-Page-Token": TOKEN}
    cookie = {"Cookie": f"steward_page_{stage.page_port}={TOKEN}"}
    assert await status(stage, Host="evil.example", **mine) == 403
    assert await status(stage, Host=f"127.0.0.1.evil.example:{stage.page_port}", **mine) == 403
    assert await status(stage, Host=f"localhost:{stage.page_port}", **mine) == 200
    assert await status(stage, Origin="http://evil.example", **mine) == 403
    assert await status(stage, Origin="null", **cookie) == 403
    assert await status(stage, Origin="http://127.0.0.1:1", **cookie) == 403
    assert await status(stage, Origin=stage.origin, **cookie) == 200
    assert await status(stage, **{"Sec-Fetch-Site": "same-site"}, **cookie) == 403
    assert await status(stage, "/api/say", "POST", **cookie) == 403
    assert await status(stage, "/api/say", "POST", Origin="http://evil.example", **cookie) == 403
    assert await status(stage, "/api/events?user=x", Upgrade="websocket", Connection="Upgrade", **cookie) == 403


async def test_a_link_from_another_site_sets_the_cookie_before_it_leads_on(stage: Stage) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert await status(stage, f"/?token={TOKEN}", **foreign) == 200
    assert await status(stage, "/?token=wrong", **foreign) == 403


async def test_the_switches_need_their_own_token(stage: Stage) -> None:
    assert await status(stage, "/_sandbox/log", **{"X-Page-Token": TOKEN}) == 403
    assert await status(stage, "/_sandbox/log", **{"X-Sandbox-Control": CONTROL}) == 200
    refused = await stage.control("switches", {"no_such": True})
    assert refused["known"] == ["refuse_events", "refuse_posts"]


async def person_api(stage: Stage, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession(headers={"X-Page-Token": TOKEN}) as session,
        session.request(method, f"{stage.origin}/api/{path}", json=body) as answer,
    ):
        return answer.status, json.loads(await answer.text())


async def test_nobody_reads_or_writes_in_the_dm_of_another(stage: Stage) -> None:
    ada, ben, dm = stage.person("ada"), stage.person("ben"), stage.dm("ada")
    ts = await stage.slack.workspace.say(ada, dm, "private")
    assert (await person_api(stage, "GET", f"history?user={ada}&channel={dm}"))[0] == 200
    assert (await person_api(stage, "GET", f"history?user={ben}&channel={dm}"))[0] == 403
    assert (await person_api(stage, "GET", "state?user=U0NOBODY"))[0] == 404
    place = {"user": ben, "channel": dm}
    for name, more in (
        ("say", {"text": "x"}),
        ("edit", {"ts": ts, "text": "x"}),
        ("delete", {"ts": ts}),
        ("messages", {}),
    ):
        assert (await person_api(stage, "POST", name, {**place, **more}))[0] == 403
    click = {"user": ben, "container": {"type": "message", "channel": dm, "ts": ts}, "block_id": "b", "action_id": "a"}
    assert (await person_api(stage, "POST", "click", click))[0] == 403
    assert [message["text"] for message in stage.slack.workspace.history(dm)] == ["private"]


async def test_each_person_hears_only_what_they_may_see(stage: Stage) -> None:
    ada, ben = stage.person("ada"), stage.person("ben")
    heard: list[dict[str, Any]] = []
    async with (
        aiohttp.ClientSession(headers={"X-Page-Token": TOKEN}) as session,
        session.ws_connect(f"{stage.origin}/api/events?user={ben}") as socket,
    ):
        assert (await socket.receive_json())["type"] == "hello"
        dm = stage.dm("ada")
        ts = await stage.slack.workspace.say(ada, dm, "private")
        client = stage.app.client
        await client.chat_postMessage(channel=dm, thread_ts=ts, text="answer")
        await client.chat_postEphemeral(channel=dm, user=ada, text="whisper")
        await client.assistant_threads_setStatus(channel_id=dm, thread_ts=ts, status="thinks")
        await client.views_publish(user_id=ada, view={"type": "home", "blocks": [section("Ada's")]})
        await stage.slack.workspace.say(ben, stage.dm("ben"), "the end")
        async with asyncio.timeout(5):
            while not heard or heard[-1]["type"] != "message":
                heard.append(await socket.receive_json())
    assert [(event["type"], event["channel"]) for event in heard] == [("message", stage.dm("ben"))]


@pytest.mark.parametrize(
    ("name", "body", "wanted"),
    [
        ("say", {"text": ""}, 400),
        ("say", {"text": 7}, 400),
        ("say", {"text": "", "files": [{"size": 1}]}, 400),
        ("say", {"text": "hi", "thread_ts": "1.2"}, 409),
        ("delete", {"ts": "1.2"}, 409),
        ("command", {"command": "/steward", "text": None}, 400),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words(stage: Stage, name: str, body: Any, wanted: int) -> None:
    place = {"user": stage.person("ada"), "channel": stage.dm("ada")}
    given, answer = await person_api(stage, "POST", name, {**place, **body})
    assert given == wanted
    assert answer["error"]


async def test_what_is_not_json_is_refused(stage: Stage) -> None:
    async with aiohttp.ClientSession(headers={"X-Page-Token": TOKEN}) as session:
        async with session.post(f"{stage.origin}/api/say", data=b"user=x") as answer:
            assert answer.status == 415
        headers = {"Content-Type": "application/json"}
        async with session.post(f"{stage.origin}/api/say", data=b"{", headers=headers) as answer:
            assert answer.status == 400
        async with session.post(f"{stage.origin}/api/say", data=b"[]", headers=headers) as answer:
            assert answer.status == 400
