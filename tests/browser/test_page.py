"""The page as a person uses it: conversations, threads, writing, people, reconnecting."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.browser.stage import BANNER, Stage

pytestmark = pytest.mark.browser

COMPOSER = ".main .composer-text"
PROMPTS = [
    {"title": "Archive newsletters", "message": "Archive all newsletters older than 30 days"},
    {"title": "My day", "message": "What is on today?"},
]


async def write(page: Page, text: str, where: str = COMPOSER) -> None:
    await page.fill(where, text)
    await page.press(where, "Enter")


def texts(stage: Stage, name: str) -> list[str]:
    return [message["text"] for message in stage.slack.workspace.history(stage.dm(name))]


async def test_an_empty_dm_says_what_this_is_and_what_can_be_tried(page: Page, stage: Stage) -> None:
    await expect(page.get_by_role("banner")).to_contain_text(BANNER["text"])
    await expect(page.locator(".welcome")).to_contain_text("changes nothing until you approve")
    await stage.app.client.assistant_threads_setSuggestedPrompts(channel_id=stage.dm("ada"), prompts=PROMPTS)
    await page.get_by_role("button", name="Archive newsletters").click()
    await expect(page.locator(".main .message")).to_contain_text(PROMPTS[0]["message"])
    await expect(page.locator(".welcome")).to_have_count(0)
    assert texts(stage, "ada") == [PROMPTS[0]["message"]]


async def test_an_answer_opens_beside_its_request(page: Page, stage: Stage) -> None:
    dm = stage.dm("ada")
    await write(page, "Archive all newsletters")
    await expect(page.locator(".main .message:not(.pending)")).to_have_count(1)
    ts = stage.slack.workspace.history(dm)[0]["ts"]

    await stage.app.client.assistant_threads_setStatus(
        channel_id=dm, thread_ts=ts, status="is searching your mail…", loading_messages=["Looking at promotions"]
    )
    await expect(page.locator(".thread .status")).to_contain_text("Looking at promotions")
    await expect(page.locator(".main .status")).to_be_visible()

    await stage.app.client.chat_postMessage(channel=dm, thread_ts=ts, text="I found *37* mails.")
    await expect(page.locator(".thread .message").last).to_contain_text("I found 37 mails.")
    await expect(page.locator(".status")).to_have_count(0)
    await expect(page.locator(".main .reply-count")).to_have_text("1 reply")
    await write(page, "Only the old ones", ".thread .composer-text")
    await expect(page.locator(".main .reply-count")).to_have_text("2 replies")
    reply = stage.slack.workspace.history(dm, ts)[-1]
    assert (reply["text"], reply["thread_ts"]) == ("Only the old ones", ts)


async def test_an_answer_does_not_take_the_place_of_a_reply_being_written(page: Page, stage: Stage) -> None:
    dm = stage.dm("ada")
    first = await stage.slack.workspace.say(stage.person("ada"), dm, "First request")
    await page.locator(f'[data-ts="{first}"]').hover()
    await page.locator(f'[data-ts="{first}"]').get_by_role("button", name="Reply in thread").click()
    await page.fill(".thread .composer-text", "half a sent")
    await write(page, "Second request")
    await expect(page.locator(".main .message:not(.pending)")).to_have_count(2)
    second = stage.slack.workspace.history(dm)[-1]["ts"]
    await stage.app.client.chat_postMessage(channel=dm, thread_ts=second, text="Second answer")
    await expect(page.locator(f'[data-ts="{second}"] .reply-count')).to_have_text("1 reply")
    await expect(page.locator(".thread")).to_contain_text("First request")
    await expect(page.locator(".thread .composer-text")).to_have_value("half a sent")


async def test_shift_enter_makes_a_line_and_enter_sends(page: Page, stage: Stage) -> None:
    await page.click(COMPOSER)
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two <b> & *three*")
    await page.keyboard.press("Enter")
    await expect(page.locator(".main .message:not(.pending) .rich-section")).to_have_text(
        "one\ntwo <b> & *three*", use_inner_text=True
    )
    assert texts(stage, "ada") == ["one\ntwo &lt;b&gt; &amp; *three*"]


async def test_people_are_mentioned_by_name(page: Page, stage: Stage) -> None:
    await page.get_by_role("button", name="general").click()
    await page.click(COMPOSER)
    await page.keyboard.type("@stew")
    await expect(page.get_by_role("option", name="Steward")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.type("and @Ben Carter: lunch?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".main .mention")).to_have_text(["@Steward", "@Ben Carter"])
    channel = next(one["id"] for one in stage.slack.workspace.channels(stage.person("ada")) if not one["is_im"])
    bot, ben = stage.slack.workspace.bot_user_id, stage.person("ben")
    assert stage.slack.workspace.history(channel)[0]["text"] == f"<@{bot}> and <@{ben}>: lunch?"


async def test_times_are_in_the_zone_of_the_person(page: Page, stage: Stage) -> None:
    channel = next(one["id"] for one in stage.slack.workspace.channels(stage.person("ada")) if not one["is_im"])
    ts = await stage.slack.workspace.say(stage.person("ada"), channel, "hello")
    await page.get_by_role("button", name="general").click()
    moment = datetime.fromtimestamp(float(ts), UTC)
    for name, zone in (("ada", "Europe/Berlin"), ("ben", "America/New_York")):
        await page.goto(f"{stage.origin}/#/{stage.person(name)}/{channel}")
        local = moment.astimezone(ZoneInfo(zone))
        stamp = f"{local:%I:%M %p}".lstrip("0")
        await expect(page.locator(".main .message .stamp")).to_have_text(stamp)
    await expect(page.locator(".main .day")).to_have_text("Today")


async def test_two_people_have_their_own_dms(page: Page, stage: Stage) -> None:
    await write(page, "only Ada may read this")
    await expect(page.locator(".main .message:not(.pending)")).to_have_count(1)
    await page.get_by_role("button", name="You are Ada Osei").click()
    await page.get_by_role("menuitemradio", name="Ben Carter").click()
    await expect(page.get_by_role("button", name="You are Ben Carter")).to_be_visible()
    await expect(page.locator(".main .welcome")).to_be_visible()
    await write(page, "and this is Ben's")
    await expect(page.locator(".main .message:not(.pending)")).to_have_count(1)
    assert (texts(stage, "ada"), texts(stage, "ben")) == (["only Ada may read this"], ["and this is Ben's"])


async def test_what_was_not_read_carries_a_dot_until_it_is(page: Page, stage: Stage) -> None:
    await page.get_by_role("button", name="general").click()
    dm = page.locator(".rail-row", has_text="Steward")
    await expect(dm.get_by_label("unread")).to_have_count(0)
    await stage.post("ada", text="Two things wait for you.")
    await expect(dm.get_by_label("unread")).to_be_visible()
    await dm.click()
    await expect(dm.get_by_label("unread")).to_have_count(0)


async def test_own_messages_are_changed_and_deleted(page: Page, stage: Stage) -> None:
    await write(page, "Archive newsletters & such")
    await expect(page.locator(".main .message:not(.pending)")).to_have_count(1)
    await page.press(COMPOSER, "ArrowUp")
    editor = page.locator(".editor textarea")
    await expect(editor).to_have_value("Archive newsletters & such")
    await expect(editor).to_be_focused()  # with the caret behind what stands there: from now on it is the writer's
    await write(page, "Archive promotions", ".editor textarea")
    await expect(page.locator(".main .message")).to_contain_text("Archive promotions(edited)")
    assert texts(stage, "ada") == ["Archive promotions"]

    await page.locator(".main .message").hover()
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Delete message…").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.locator(".main .message")).to_have_count(0)
    assert texts(stage, "ada") == []


async def test_a_file_is_shared_by_name_and_size(page: Page, stage: Stage) -> None:
    content = b"x" * 1500
    await page.set_input_files(
        ".main input[type=file]", {"name": "contract.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    await expect(page.locator(".composer .file")).to_contain_text("contract.pdf")
    await page.get_by_role("button", name="Send").first.click()
    await expect(page.locator(".main .message:not(.pending) .file")).to_contain_text("1.5 kB")
    shared = stage.slack.workspace.history(stage.dm("ada"))[0]
    assert shared["subtype"] == "file_share"
    assert [(file["name"], file["size"]) for file in shared["files"]] == [("contract.pdf", 1500)]


async def test_commands_are_offered_and_answered_to_oneself(page: Page, stage: Stage) -> None:
    heard: list[dict[str, Any]] = []

    async def answer(ack: Any, body: dict[str, Any]) -> None:
        heard.append(body)
        await ack("Ask me *anything*.")

    stage.app.command("/steward")(answer)
    await stage.connect()
    await page.click(COMPOSER)
    await page.keyboard.type("/st")
    await expect(page.get_by_role("option")).to_contain_text("/steward")
    await page.keyboard.press("Tab")
    await page.keyboard.type("help me")
    await page.keyboard.press("Enter")
    await expect(page.locator(".ephemeral")).to_contain_text("Only visible to you")
    await expect(page.locator(".ephemeral strong")).to_have_text("anything")
    assert [(one["command"], one["text"]) for one in heard] == [("/steward", "help me")]

    await write(page, "/nonsense now")
    await expect(page.locator(".main .composer-error")).to_contain_text("/nonsense is not a valid command")
    await expect(page.locator(COMPOSER)).to_have_value("/nonsense now")


async def test_commands_do_not_work_in_threads(page: Page, stage: Stage) -> None:
    ts = await stage.post("ada", text="Good morning")
    await page.locator(f'[data-ts="{ts}"]').hover()
    await page.get_by_role("button", name="Reply in thread").click()
    await write(page, "/steward help", ".thread .composer-text")
    await expect(page.locator(".thread .composer-error")).to_contain_text("not supported in threads")


async def test_a_message_that_was_not_sent_says_so_and_can_be_sent_again(page: Page, stage: Stage) -> None:
    await stage.control("switches", {"refuse_posts": True})
    await write(page, "Is anybody there?")
    await expect(page.locator(".main .message.failed")).to_contain_text("Not sent")
    assert texts(stage, "ada") == []
    await stage.control("switches", {"refuse_posts": False})
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator(".main .message:not(.pending)")).to_contain_text("Is anybody there?")
    await expect(page.locator(".main .message")).to_have_count(1)
    assert texts(stage, "ada") == ["Is anybody there?"]


async def test_a_message_on_its_way_is_shown_as_such(page: Page, stage: Stage) -> None:
    await stage.control("hold", {"match": "/api/say", "when": "before"})
    await write(page, "slowly")
    await expect(page.locator(".main .message.pending")).to_contain_text("Sending…")
    await stage.control("release", {})
    await expect(page.locator(".main .message.pending")).to_have_count(0)
    await expect(page.locator(".main .message")).to_have_count(1)


async def test_the_page_comes_back_by_itself_when_the_sandbox_does(page: Page, stage: Stage) -> None:
    await expect(page.locator(".welcome")).to_be_visible()
    await stage.close_page()
    await expect(page.locator(".connection")).to_contain_text("Reconnecting…")
    await stage.post("ada", text="While you were away")
    await stage.open_page()
    await expect(page.locator(".main .message")).to_contain_text("While you were away")
    await expect(page.locator(".connection")).to_be_hidden()
    await stage.post("ada", text="And now")
    await expect(page.locator(".main .message").last).to_contain_text("And now")


async def test_a_page_whose_token_is_over_says_where_the_new_address_is(page: Page, stage: Stage) -> None:
    await expect(page.locator(".welcome")).to_be_visible()
    await stage.close_page()
    await stage.open_page(token="another")
    await expect(page.locator(".connection")).to_contain_text("no longer opens the page")


async def test_the_keyboard_is_enough(page: Page, stage: Stage) -> None:
    ts = await stage.slack.workspace.say(stage.person("ada"), stage.dm("ada"), "Plan my week")
    await stage.app.client.chat_postMessage(channel=stage.dm("ada"), thread_ts=ts, text="Here it is")
    await page.locator(".reply-bar").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".thread .composer-text")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator(".thread")).to_be_hidden()
    await expect(page.locator(".reply-bar")).to_be_focused()
    await page.get_by_role("tab", name="Messages").focus()
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("tab", name="Home")).to_be_focused()
    await expect(page.get_by_role("tabpanel", name="Home")).to_be_visible()


async def test_landmarks_and_live_messages(page: Page) -> None:
    for role in ("banner", "navigation", "main"):
        await expect(page.get_by_role(role)).to_have_count(1)
    await expect(page.get_by_role("log", name="Messages")).to_have_attribute("aria-live", "polite")


async def test_a_phone_shows_one_screen_at_a_time(page: Page, stage: Stage) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    ts = await stage.slack.workspace.say(stage.person("ada"), stage.dm("ada"), "Plan my week")
    await stage.app.client.chat_postMessage(channel=stage.dm("ada"), thread_ts=ts, text="Here it is")
    rail, main, thread = page.locator(".rail"), page.locator(".main"), page.locator(".thread")
    await page.locator(".reply-bar").click()
    await expect(thread).to_be_visible()
    await expect(main).to_be_hidden()
    await page.get_by_role("button", name="Back to messages").click()
    await expect(main).to_be_visible()
    await page.get_by_role("button", name="Back to conversations").click()
    await expect(rail).to_be_visible()
    await expect(main).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_the_theme_follows_the_system_until_it_is_chosen(page: Page) -> None:
    async def paper() -> str:
        return str(await page.locator(".main").evaluate("node => getComputedStyle(node).backgroundColor"))

    await page.emulate_media(color_scheme="dark")
    dark = await paper()
    await page.emulate_media(color_scheme="light")
    light = await paper()
    assert dark != light
    await page.get_by_role("button", name="Theme: as the system").click()
    await page.get_by_role("button", name="Theme: light").click()
    assert await paper() == dark
    await page.reload()
    await expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert await paper() == dark
