"""Finding an interactive element in what the app sent, and what a person can enter into it."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.slack.faults import SlackError

Element = dict[str, Any]

# The field in which each element reports its value, and the one in which it starts with a value.
_OPTION = {"static_select": "option", "radio_buttons": "option", "overflow": "option", "external_select": "option"}
_OPTIONS = {"multi_static_select": "options", "checkboxes": "options", "multi_external_select": "options"}
_PLAIN = {
    "datepicker": "date",
    "timepicker": "time",
    "datetimepicker": "date_time",
    "users_select": "user",
    "multi_users_select": "users",
    "conversations_select": "conversation",
    "multi_conversations_select": "conversations",
    "channels_select": "channel",
    "multi_channels_select": "channels",
}
_TEXT = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
_RICH = "rich_text_input"
STATEFUL = {*_OPTION, *_OPTIONS, *_PLAIN, *_TEXT, _RICH} - {"overflow"}

REQUIRED = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d\d:\d\d")


def walk(blocks: Any) -> Iterator[tuple[str, Element]]:
    """Every interactive element with the block_id of the innermost block around it."""
    yield from _walk(blocks, "")


def _walk(node: Any, block_id: str) -> Iterator[tuple[str, Element]]:
    if isinstance(node, list):
        for entry in node:
            yield from _walk(entry, block_id)
    elif isinstance(node, dict):
        block_id = node.get("block_id", block_id)
        if "action_id" in node and "type" in node:
            yield block_id, node
        for value in node.values():
            if isinstance(value, dict | list):
                yield from _walk(value, block_id)


def find(blocks: Any, block_id: str, action_id: str) -> Element:
    for found_in, element in walk(blocks):
        if found_in == block_id and element["action_id"] == action_id:
            return element
    raise SlackError("not_found")


def report(element: Element, given: dict[str, Any]) -> dict[str, Any]:
    """What Slack tells of an element after a person used it; only what the app offered can be chosen."""
    kind = element["type"]
    if kind in _OPTION:
        wanted = given.get("selected_option")
        return {"selected_option": None if wanted is None else _offered(element, wanted)}
    if kind in _OPTIONS:
        return {"selected_options": [_offered(element, option) for option in given.get("selected_options") or []]}
    if kind in _PLAIN:
        field = f"selected_{_PLAIN[kind]}"
        return {field: _plain(kind, given.get(field))}
    if kind in _TEXT or kind == _RICH:
        field = "rich_text_value" if kind == _RICH else "value"
        return {field: given.get(field) or None}
    return _pressed(element, given)


def _pressed(element: Element, given: dict[str, Any]) -> dict[str, Any]:
    """Buttons report what the app put into them."""
    if element["type"] != "feedback_buttons":
        return {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    if given.get("value") not in [element[side]["value"] for side in ("positive_button", "negative_button")]:
        raise SlackError("invalid_arguments")
    return {"value": given["value"]}


def _plain(kind: str, value: Any) -> Any:
    wrong = (kind == "datepicker" and not _DATE.fullmatch(str(value))) or (
        kind == "timepicker" and not _TIME.fullmatch(str(value))
    )
    if value is not None and wrong:
        raise SlackError("invalid_arguments")
    return value


def _offered(element: Element, wanted: dict[str, Any]) -> dict[str, Any]:
    groups = [group["options"] for group in element.get("option_groups", [])]
    for option in [*element.get("options", []), *(option for group in groups for option in group)]:
        if option["value"] == wanted.get("value"):
            return dict(option)
    raise SlackError("invalid_arguments")


def _initial(element: Element) -> dict[str, Any]:
    kind = element["type"]
    name = {**_OPTION, **_OPTIONS, **_PLAIN}.get(kind)
    if name is None:
        field = "rich_text_value" if kind == _RICH else "value"
        return {field: element.get("initial_value")}
    return {f"selected_{name}": element.get(f"initial_{name}")}


def entered(blocks: Any, values: dict[str, Any]) -> dict[str, Any]:
    """state.values of all stateful elements: what was entered, else what they started with."""
    state: dict[str, Any] = {}
    for block_id, element in walk(blocks):
        if element["type"] in STATEFUL:
            given = values.get(block_id, {}).get(element["action_id"])
            told = report(element, _initial(element) if given is None else given)
            state.setdefault(block_id, {})[element["action_id"]] = {"type": element["type"], **told}
    return state


def complaints(blocks: list[dict[str, Any]], state: dict[str, Any]) -> dict[str, str]:
    """What Slack's own client says before it submits a modal, by block_id."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        entry = state.get(block["block_id"], {}).get(element["action_id"], {})
        value = next((v for key, v in entry.items() if key != "type"), None)
        empty = value in (None, "", [])
        if empty and not block.get("optional"):
            found[block["block_id"]] = REQUIRED
        elif not empty and (complaint := _complaint(element, value)):
            found[block["block_id"]] = complaint
    return found


def _complaint(element: Element, value: Any) -> str | None:
    kind = element["type"]
    if kind == "plain_text_input" and len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if kind == "plain_text_input" and len(value) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    if kind == "email_text_input" and not _EMAIL.fullmatch(value):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not value.startswith(("http://", "https://")):
        return "Please enter a valid URL."
    if kind == "number_input":
        return _number_complaint(element, value)
    return None


def _number_complaint(element: Element, value: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a valid number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(value) < float(low):
        return f"Please enter a number that is at least {low}."
    if high is not None and float(value) > float(high):
        return f"Please enter a number that is at most {high}."
    return None
