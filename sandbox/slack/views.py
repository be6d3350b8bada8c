"""Modals and Home tabs: which views Slack accepts and how it gives them back."""

import json
from typing import Any

from sandbox.slack import blocks, limits
from sandbox.slack.blocks import BlockChecker
from sandbox.slack.directory import Directory
from sandbox.slack.faults import SlackError, invalid_arguments

View = dict[str, Any]

_FIELDS = frozenset(
    {
        "blocks",
        "callback_id",
        "clear_on_close",
        "close",
        "external_id",
        "notify_on_close",
        "private_metadata",
        "submit",
        "submit_disabled",
        "title",
    }
)


def complaints(view: View, surface: str) -> list[str]:
    checker = BlockChecker(surface)
    if view.get("type") != surface:
        checker.complain(f"unsupported type: {view.get('type')}", "/view/type")
    if surface == "modal":
        checker.plain(view, "title", "/view", most=limits.VIEW_TITLE, required=True)
        checker.plain(view, "submit", "/view", most=limits.VIEW_SUBMIT)
        checker.plain(view, "close", "/view", most=limits.VIEW_CLOSE)
    elif "submit" in view or "close" in view:
        checker.complain("home view cannot have submit and close", "/view")
    checker.string(view, "private_metadata", "/view", most=limits.PRIVATE_METADATA)
    checker.string(view, "callback_id", "/view", most=limits.CALLBACK_ID)
    checker.string(view, "external_id", "/view", most=limits.CALLBACK_ID)
    checker.only(view, "/view", _FIELDS)
    if "blocks" not in view:
        checker.complain("missing required field: blocks", "/view")
    checker.blocks(view.get("blocks", []), "/view/blocks")
    if any(b.get("type") == "input" for b in view.get("blocks", []) if isinstance(b, dict)) and surface == "modal":
        checker.plain(view, "submit", "/view", most=limits.VIEW_SUBMIT, required=True)
    return checker.problems


def checked_view(given: Any, directory: Directory, surface: str) -> View:
    """The view as Slack stores it, without what only a place in a stack gives it (id, hash)."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            raise invalid_arguments("view must be valid JSON [json-pointer:/view]") from None
    if not isinstance(given, dict):
        raise invalid_arguments("missing required field: view")
    problems = complaints(given, surface)
    if problems:
        raise invalid_arguments(*dict.fromkeys(problems))
    return {
        "team_id": directory.team["id"],
        "type": surface,
        "private_metadata": given.get("private_metadata", ""),
        "callback_id": given.get("callback_id", ""),
        "external_id": given.get("external_id", ""),
        "clear_on_close": given.get("clear_on_close", False),
        "notify_on_close": given.get("notify_on_close", False),
        "title": given.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "close": given.get("close"),
        "submit": given.get("submit"),
        "app_id": directory.app_id,
        "app_installed_team_id": directory.team["id"],
        "bot_id": directory.bot_id,
        "blocks": blocks.accepted(given["blocks"], surface),
    }


def refuse_duplicate_external_id(external_id: str, taken_by: str | None) -> None:
    if external_id and taken_by is not None:
        raise SlackError("duplicate_external_id")
