"""Block Kit on the page: what is shown, what is clicked, what the app hears of it."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.kit import actions, button, field, modal, mrkdwn, number, options, plain, raw, rich, section
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser

APPROVAL = [
    {"type": "header", "text": plain("Archive 37 newsletters")},
    section("*37 mails* from 9 senders"),
    {"type": "context", "elements": [mrkdwn("work · `older_than:30d`")]},
    actions(button("Approve", "approve", style="primary"), button("Reject", "reject", style="danger")),
]


class Heard:
    """The clicks an app hears; each is acked once `ack` is set."""

    def __init__(self, stage: Stage, *names: str) -> None:
        self.actions: list[dict[str, Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self.arrived, self.may_ack = asyncio.Event(), asyncio.Event()
        self.may_ack.set()
        for name in names:
            stage.app.action(name)(self._hear)

    async def _hear(self, ack: Any, body: dict[str, Any]) -> None:
        self.bodies.append(body)
        self.actions.append(body["actions"][0])
        self.arrived.set()
        await self.may_ack.wait()
        await ack()


async def test_a_clicked_button_waits_for_the_ack(page: Page, stage: Stage) -> None:
    heard = Heard(stage, "approve")
    heard.may_ack.clear()
    await stage.connect()
    await stage.post("ada", text="card", blocks=APPROVAL)
    approve = page.get_by_role("button", name="Approve")
    await approve.click()
    await expect(approve).to_have_attribute("aria-busy", "true")
    await heard.arrived.wait()
    await approve.click(force=True)
    heard.may_ack.set()
    await expect(approve).not_to_have_attribute("aria-busy", "true")
    assert [(one["action_id"], one["value"]) for one in heard.actions] == [("approve", "value of approve")]
    assert heard.bodies[0]["user"]["id"] == stage.person("ada")


async def test_a_click_nobody_answers_is_not_shown_as_done(page: Page, stage: Stage) -> None:
    await stage.turn(time_scale=10.0)
    await stage.post("ada", text="card", blocks=APPROVAL)
    await page.get_by_role("button", name="Approve").click()
    await expect(page.locator(".action-error")).to_contain_text("didn't reach Steward")
    await expect(page.get_by_role("button", name="Approve")).not_to_have_attribute("aria-busy", "true")


async def test_a_card_that_changes_loses_its_buttons(page: Page, stage: Stage) -> None:
    ts = await stage.post("ada", text="card", blocks=APPROVAL)
    await expect(page.get_by_role("button", name="Approve")).to_be_visible()
    await stage.app.client.chat_update(
        channel=stage.dm("ada"), ts=ts, text="done", blocks=[section("*Archived* 37 mails")]
    )
    await expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    await expect(page.locator(".main .message strong")).to_have_text("Archived")


async def test_a_confirmation_is_asked_before_the_click_counts(page: Page, stage: Stage) -> None:
    heard = Heard(stage, "reject")
    await stage.connect()
    confirm = {
        "title": plain("Sure?"),
        "text": mrkdwn("It is *gone* then."),
        "confirm": plain("Yes"),
        "deny": plain("Keep"),
    }
    await stage.post(
        "ada", text="card", blocks=[actions(button("Reject", "reject", confirm={**confirm, "style": "danger"}))]
    )
    reject, dialog = page.get_by_role("button", name="Reject"), page.get_by_role("dialog", name="Sure?")
    await reject.click()
    await expect(dialog.locator("strong")).to_have_text("gone")
    await dialog.get_by_role("button", name="Keep").click()
    await expect(dialog).to_have_count(0)
    await expect(reject).to_be_focused()
    assert heard.actions == []
    await reject.click()
    await dialog.get_by_role("button", name="Yes").click()
    await heard.arrived.wait()
    assert len(heard.actions) == 1


async def test_choices_tell_the_app_what_was_chosen(page: Page, stage: Stage) -> None:
    heard = Heard(stage, "zone", "day", "hour", "extras", "which", "more")
    await stage.connect()
    elements = [
        {
            "type": "static_select",
            "action_id": "zone",
            "placeholder": plain("Zone"),
            "options": options("Berlin", "Oslo"),
        },
        {"type": "datepicker", "action_id": "day"},
        {"type": "timepicker", "action_id": "hour"},
        {"type": "checkboxes", "action_id": "extras", "options": options("Call", "Room")},
        {"type": "radio_buttons", "action_id": "which", "options": options("First", "Second")},
        {"type": "overflow", "action_id": "more", "options": options("Later", "Never")},
    ]
    await stage.post("ada", text="choices", blocks=[actions(*elements)])
    await page.select_option(".select", label="Oslo")
    await expect(page.locator('[aria-busy="true"]:not(ol)')).to_have_count(0)
    await page.fill("input[type=date]", "2030-01-31")
    await page.fill("input[type=time]", "09:30")
    await page.get_by_label("Room").check()
    await page.get_by_label("Second").check()
    await page.get_by_role("button", name="More actions").first.click()
    await page.get_by_role("menuitem", name="Never").click()
    while len(heard.actions) < 6:
        heard.arrived.clear()
        await heard.arrived.wait()
    told = {one["action_id"]: one for one in heard.actions}
    assert told["zone"]["selected_option"]["value"] == "oslo"
    assert told["day"]["selected_date"] == "2030-01-31"
    assert told["hour"]["selected_time"] == "09:30"
    assert [one["value"] for one in told["extras"]["selected_options"]] == ["room"]
    assert told["which"]["selected_option"]["value"] == "second"
    assert told["more"]["selected_option"]["value"] == "never"


async def test_a_modal_shows_errors_at_their_fields_and_closes_when_accepted(page: Page, stage: Stage) -> None:
    seen: list[dict[str, Any]] = []

    async def open_modal(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        first = field("title", "Title", {"type": "plain_text_input"})
        day = field("day", "Day", {"type": "datepicker"})
        note = field("note", "Note", {"type": "plain_text_input", "multiline": True}, optional=True)
        await client.views_open(
            trigger_id=body["trigger_id"], view=modal("Edit event", first, day, note, callback_id="event")
        )

    async def submitted(ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        seen.append(values)
        if values["title"]["value"]["value"] == "bad":
            await ack(response_action="errors", errors={"title": "Choose another title."})
        else:
            await ack()

    stage.app.action("edit")(open_modal)
    stage.app.view("event")(submitted)
    await stage.connect()
    await stage.post("ada", text="card", blocks=[actions(button("Edit", "edit"))])
    await page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Edit event")
    title = dialog.get_by_label("Title")
    await expect(title).to_be_focused()

    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.locator(".field-error:visible")).to_have_count(2)
    assert seen == []
    await title.fill("bad")
    await dialog.get_by_label("Day").fill("2030-05-01")
    await dialog.get_by_label("Note").fill("kept")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.locator(".field-error:visible")).to_have_text("Choose another title.")
    await expect(title).to_be_focused()
    await expect(title).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_label("Note")).to_have_value("kept")

    await title.fill("good")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    assert seen[-1]["title"]["value"]["value"] == "good"
    assert seen[-1]["day"]["value"]["selected_date"] == "2030-05-01"
    await expect(page.get_by_role("button", name="Edit")).to_be_focused()


async def test_modals_stack_and_keep_what_was_entered(page: Page, stage: Stage) -> None:
    def first(hint: str) -> dict[str, Any]:
        return modal(
            "First",
            field("name", "Name", {"type": "plain_text_input"}),
            section(hint),
            actions(button("Deeper", "deeper"), button("Renew", "renew")),
        )

    async def open_first(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=first("old"))

    async def push(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_push(trigger_id=body["trigger_id"], view=modal("Second", section("inner")))

    async def renew(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_update(view_id=body["view"]["id"], view=first("new"))

    stage.app.action("open")(open_first)
    stage.app.action("deeper")(push)
    stage.app.action("renew")(renew)
    await stage.connect()
    await stage.post("ada", text="card", blocks=[actions(button("Open", "open"))])
    await page.get_by_role("button", name="Open").click()
    await page.get_by_label("Name").fill("Ada")
    await page.get_by_role("button", name="Deeper").click()
    await expect(page.get_by_role("dialog", name="Second")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="First").get_by_label("Name")).to_have_value("Ada")
    await page.get_by_role("button", name="Renew").click()
    await expect(page.get_by_role("dialog")).to_contain_text("new")
    await expect(page.get_by_label("Name")).to_have_value("Ada")


async def test_home_is_asked_for_shown_and_clicked(page: Page, stage: Stage) -> None:
    heard = Heard(stage, "connect")
    visits: list[str] = []

    async def opened(event: dict[str, Any], client: Any) -> None:
        visits.append(event["tab"])
        if event["tab"] == "home":
            view = {"type": "home", "blocks": [section("Good morning, *Ada*"), actions(button("Connect", "connect"))]}
            await client.views_publish(user_id=event["user"], view=view)

    stage.app.event("app_home_opened")(opened)
    await stage.connect()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator(".home strong")).to_have_text("Ada")
    await page.get_by_role("button", name="Connect").click()
    await heard.arrived.wait()
    assert heard.bodies[0]["view"]["type"] == "home"
    assert "home" in visits


async def test_a_data_table_sorts_filters_and_turns_pages(page: Page, stage: Stage) -> None:
    rows = [[raw("Sender"), raw("Mails")], *[[raw(f"Sender {index}"), number(index * 3 % 11)] for index in range(12)]]
    await stage.post("ada", text="table", blocks=[{"type": "data_table", "caption": "Senders", "rows": rows}])
    table = page.locator(".data-table")
    await expect(table.locator("tbody tr")).to_have_count(5)
    await expect(table.get_by_role("status")).to_have_text("1–5 of 12")
    await table.get_by_role("button", name="Next page").click()
    await expect(table.locator("tbody th").first).to_have_text("Sender 5")
    await table.get_by_role("button", name="Mails").click()
    await table.get_by_role("button", name="Mails").click()
    await expect(table.get_by_role("columnheader", name="Mails")).to_have_attribute("aria-sort", "descending")
    await table.get_by_label("Filter Senders").fill("sender 1")
    await expect(table.locator("tbody th")).to_have_text(["Sender 10", "Sender 1", "Sender 11"])


EVERYTHING = [
    section("text", fields=[mrkdwn("*one*"), mrkdwn("two")], accessory=button("Go", "go")),
    {"type": "divider"},
    {
        "type": "markdown",
        "text": "# Title\n\n- **bold**\n  - nested\n\n1. one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```",
    },
    {"type": "image", "image_url": "https://images.example/pixel.png", "alt_text": "A chart"},
    {
        "type": "container",
        "title": plain("More"),
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": [section("inside the container")],
    },
    {"type": "card", "title": mrkdwn("*Review*"), "body": mrkdwn("With Priya"), "actions": [button("Open", "open")]},
    {"type": "table", "rows": [[raw("Day"), raw("Hours")], [raw("Monday"), raw("4")]]},
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good"), "value": "good"},
                "negative_button": {"text": plain("Bad"), "value": "bad"},
            }
        ],
    },
    {
        "type": "plan",
        "title": "Finding newsletters",
        "tasks": [
            {
                "type": "task_card",
                "task_id": "1",
                "title": "Searched",
                "status": "complete",
                "output": rich({"type": "text", "text": "37 mails"}),
            },
            {"type": "task_card", "task_id": "2", "title": "Reading", "status": "in_progress"},
            {"type": "task_card", "task_id": "3", "title": "Asking", "status": "error"},
            {"type": "task_card", "task_id": "4", "title": "Writing", "status": "pending"},
        ],
    },
]


async def test_every_block_in_use_is_drawn(page: Page, stage: Stage) -> None:
    await stage.post("ada", text="everything", blocks=EVERYTHING)
    message = page.locator(".main .message")
    await expect(message.locator(".block-unsupported, .unsupported")).to_have_count(0)
    await expect(message.locator(".fields .text")).to_have_text(["one", "two"])
    await expect(message.get_by_role("heading", name="Title")).to_be_visible()
    await expect(message.locator(".markdown li li")).to_have_text("nested")
    await expect(message.get_by_role("img", name="A chart")).to_be_visible()
    await expect(message.get_by_text("inside the container")).to_be_hidden()
    await message.get_by_text("More", exact=True).click()
    await expect(message.get_by_text("inside the container")).to_be_visible()
    await expect(message.locator(".block-table td")).to_have_text(["Monday", "4"])
    for task, label in (("Searched", "done"), ("Reading", "in progress"), ("Asking", "failed"), ("Writing", "to do")):
        await expect(message.locator(".task-head", has_text=task).get_by_role("img", name=label)).to_be_visible()
    await message.get_by_text("Searched").click()
    await expect(message.get_by_text("37 mails")).to_be_visible()


async def test_a_line_has_its_menu_and_what_is_folded_its_links(page: Page, stage: Stage) -> None:
    heard = Heard(stage, "offers")
    await stage.connect()
    menu = {"type": "overflow", "action_id": "offers", "options": options("Done", "Later")}
    folded = section("• <https://mail.example/2?a=1&amp;b=2|Our &lt;week&gt;> · ∗Dana∗ ꞉boom:\n_… and 3 more_")
    more = {"type": "container", "title": plain("Newsletters"), "is_collapsible": True, "child_blocks": [folded]}
    line = section("<https://mail.example/1|Contract> · #1", accessory=menu)
    await stage.post("ada", text="tasks", blocks=[line, {**more, "default_collapsed": True}])
    message = page.locator(".main .message").last
    await message.get_by_text("Newsletters").click()
    inside = message.get_by_role("link", name="Our <week>")
    await expect(inside).to_have_attribute("href", "https://mail.example/2?a=1&b=2")
    await expect(message).to_contain_text("∗Dana∗ ꞉boom:")
    await expect(message.get_by_role("link", name="Contract")).to_be_visible()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Later").click()
    await heard.arrived.wait()
    assert heard.actions[0]["selected_option"]["value"] == "later"


async def test_an_opened_part_stays_open_when_the_message_changes(page: Page, stage: Stage) -> None:
    def blocks(text: str) -> list[dict[str, Any]]:
        return [section(text), {**EVERYTHING[4], "block_id": "more"}]

    ts = await stage.post("ada", text="one", blocks=blocks("one"))
    await page.locator(".container-title").click()
    await expect(page.get_by_text("inside the container")).to_be_visible()
    await stage.app.client.chat_update(channel=stage.dm("ada"), ts=ts, text="two", blocks=blocks("two"))
    await expect(page.locator(".main .message")).to_contain_text("two")
    await expect(page.get_by_text("inside the container")).to_be_visible()
