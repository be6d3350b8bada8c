"""The limits of buttons, selects and inputs."""

from typing import Any

from sandbox.slack import limits
from sandbox.slack.checks import Checker, Node

_OPTIONS_OF = {
    "static_select": limits.SELECT_OPTIONS,
    "multi_static_select": limits.SELECT_OPTIONS,
    "checkboxes": limits.CHECKBOX_OPTIONS,
    "radio_buttons": limits.RADIO_OPTIONS,
}
_CHOOSERS = frozenset(
    {
        "users_select",
        "multi_users_select",
        "conversations_select",
        "multi_conversations_select",
        "channels_select",
        "multi_channels_select",
        "external_select",
        "multi_external_select",
        "datepicker",
        "timepicker",
        "datetimepicker",
    }
)
_TYPED = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"})
_MRKDWN_OPTIONS = frozenset({"checkboxes", "radio_buttons"})

IN_INPUT = frozenset({*_OPTIONS_OF, *_CHOOSERS, *_TYPED, "file_input"})
IN_SECTION = frozenset({*_OPTIONS_OF, *_CHOOSERS, "button", "overflow", "image", "workflow_button"})
IN_ACTIONS = frozenset({*_OPTIONS_OF, *_CHOOSERS, *_TYPED, "button", "overflow", "workflow_button"}) - {
    "rich_text_input"
}
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
IN_CARD = frozenset({"button"})


class ElementChecker(Checker):
    """Also knows the action_ids of the block that is being checked: they must be unique in it."""

    def __init__(self) -> None:
        super().__init__()
        self.action_ids: set[str] = set()

    def element(self, node: Any, where: str, allowed: frozenset[str]) -> None:
        if not isinstance(node, dict):
            self.complain("must provide an object", where)
            return
        kind = node.get("type")
        if kind not in allowed:
            self.complain(f"unsupported type: {kind}", f"{where}/type")
            return
        if kind == "image":
            self.image(node, where)
            return
        action_id = self.string(node, "action_id", where, most=limits.ACTION_ID)
        self.unique(self.action_ids, action_id, what="action_id", where=where)
        self.plain(node, "placeholder", where, most=limits.PLACEHOLDER)
        if "confirm" in node:
            self._confirm(node["confirm"], f"{where}/confirm")
        self._by_kind(kind, node, where)

    def _by_kind(self, kind: str, node: Node, where: str) -> None:
        if kind in ("button", "workflow_button"):
            self._button(node, where)
        elif kind == "overflow":
            low, high = limits.OVERFLOW_OPTIONS
            self._options(self.items(node, "options", where, least=low, most=high), f"{where}/options", kind)
        elif kind in _OPTIONS_OF:
            self._choices(kind, node, where)
        elif kind == "feedback_buttons":
            for side in ("positive_button", "negative_button"):
                self._feedback(node.get(side), f"{where}/{side}")
        elif kind == "icon_button":
            self.string(node, "icon", where, required=True)
            self.plain(node, "text", where, most=limits.BUTTON_TEXT, required=True)
        elif kind == "number_input" and not isinstance(node.get("is_decimal_allowed"), bool):
            self.complain("missing required field: is_decimal_allowed", where)
        elif kind == "plain_text_input":
            self._typed(node, where)

    def _button(self, node: Node, where: str) -> None:
        self.plain(node, "text", where, most=limits.BUTTON_TEXT, required=True)
        self.string(node, "value", where, most=limits.BUTTON_VALUE)
        self.string(node, "url", where, most=limits.BUTTON_URL)
        self.string(node, "accessibility_label", where, most=limits.BUTTON_LABEL)
        self.choice(node, "style", where, allowed=frozenset({"primary", "danger"}))

    def _feedback(self, node: Any, where: str) -> None:
        if not isinstance(node, dict):
            self.complain("must provide an object", where)
            return
        self.plain(node, "text", where, most=limits.BUTTON_TEXT, required=True)
        self.string(node, "value", where, most=limits.BUTTON_VALUE, required=True)

    def _choices(self, kind: str, node: Node, where: str) -> None:
        if "option_groups" not in node:
            options = self.items(node, "options", where, most=_OPTIONS_OF[kind])
            self._options(options, f"{where}/options", kind)
            return
        if "options" in node:
            self.complain("only one of options and option_groups allowed", where)
        for index, group in enumerate(self.items(node, "option_groups", where, most=limits.OPTION_GROUPS)):
            at = f"{where}/option_groups/{index}"
            self.plain(group, "label", at, most=limits.OPTION_TEXT, required=True)
            options = self.items(group, "options", at, most=limits.SELECT_OPTIONS)
            self._options(options, f"{at}/options", kind)

    def _options(self, options: list[Any], where: str, kind: str) -> None:
        def check(option: Node, at: str) -> None:
            text = self.text if kind in _MRKDWN_OPTIONS else self.plain
            text(option, "text", at, most=limits.OPTION_TEXT, required=True)
            self.string(option, "value", at, most=limits.OPTION_VALUE, required=True)
            text(option, "description", at, most=limits.OPTION_DESCRIPTION)

        self.each(options, where, check)

    def _typed(self, node: Node, where: str) -> None:
        for key in ("min_length", "max_length"):
            value = node.get(key)
            if value is not None and not (isinstance(value, int) and 0 <= value <= limits.INPUT_CHARACTERS):
                self.complain(f"must be between 0 and {limits.INPUT_CHARACTERS}", f"{where}/{key}")
        self.string(node, "initial_value", where, most=node.get("max_length", limits.INPUT_CHARACTERS))

    def _confirm(self, node: Any, where: str) -> None:
        if not isinstance(node, dict):
            self.complain("must provide an object", where)
            return
        self.plain(node, "title", where, most=limits.CONFIRM_TITLE, required=True)
        self.text(node, "text", where, most=limits.CONFIRM_TEXT, required=True)
        self.plain(node, "confirm", where, most=limits.CONFIRM_BUTTON)
        self.plain(node, "deny", where, most=limits.CONFIRM_BUTTON)

    def image(self, node: Node, where: str) -> None:
        if "slack_file" not in node:
            self.string(node, "image_url", where, most=limits.IMAGE_URL, required=True)
        self.string(node, "alt_text", where, most=limits.IMAGE_ALT, required=True)
