"""Which blocks Slack accepts where, and within which limits."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sandbox.slack import block_elements as elements
from sandbox.slack import limits
from sandbox.slack.block_elements import ElementChecker
from sandbox.slack.checks import Node
from sandbox.slack.faults import invalid_blocks

_EVERYWHERE = frozenset(
    {"section", "divider", "image", "actions", "context", "header", "input", "rich_text", "video", "container", "card"}
)
_MESSAGES_ONLY = frozenset(
    {"markdown", "table", "data_table", "plan", "task_card", "context_actions", "carousel", "file", "call"}
)
ALLOWED = {
    "message": _EVERYWHERE | _MESSAGES_ONLY,
    "modal": _EVERYWHERE | {"alert"},
    "home": _EVERYWHERE,
}
# What both the documentation and Slack's live validator accept inside of a container.
IN_CONTAINER = frozenset({"actions", "context", "divider", "header", "image", "section", "table", "video"})
_TABLE_CELLS = frozenset({"raw_text", "raw_number", "rich_text"})
_RICH_PARTS = frozenset({"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"})


class BlockChecker(ElementChecker):
    def __init__(self, surface: str) -> None:
        super().__init__()
        self._surface = surface
        self._block_ids: set[str] = set()
        self._checks: dict[str, Callable[[Node, str], None]] = {
            "section": self._section,
            "divider": self._divider,
            "image": self._image_block,
            "actions": self._actions,
            "context": self._context,
            "context_actions": self._context_actions,
            "header": self._header,
            "markdown": self._markdown,
            "rich_text": self._rich_text,
            "input": self._input,
            "table": self._table,
            "data_table": self._data_table,
            "plan": self._plan,
            "task_card": self._task_card,
            "alert": self._alert,
            "card": self._card,
            "carousel": self._carousel,
            "container": self._container,
            "video": self._video,
            "file": self._divider,
            "call": self._divider,
        }

    def blocks(self, blocks: Any, where: str = "/blocks") -> None:
        most = limits.MESSAGE_BLOCKS if self._surface == "message" else limits.VIEW_BLOCKS
        listed = self.items({"blocks": blocks}, "blocks", where.rpartition("/")[0], least=0, most=most)
        self.each(listed, where, lambda block, at: self.block(block, at, ALLOWED[self._surface]))

    def block(self, node: Node, where: str, allowed: frozenset[str]) -> None:
        kind = node.get("type")
        if kind not in allowed:
            self.complain(f"unsupported type: {kind}", f"{where}/type")
            return
        block_id = self.string(node, "block_id", where, most=limits.BLOCK_ID)
        self.unique(self._block_ids, block_id, what="block_id", where=where)
        self.action_ids = set()
        self._checks[kind](node, where)

    def _divider(self, node: Node, where: str) -> None:
        """Nothing to check."""

    def _section(self, node: Node, where: str) -> None:
        if not node.get("text") and not node.get("fields"):
            self.complain("missing required field: text or fields", where)
        self.text(node, "text", where, most=limits.SECTION_TEXT)
        for index in range(len(self.items(node, "fields", where, least=0, most=limits.SECTION_FIELDS))):
            fields = {str(index): node["fields"][index]}
            self.text(fields, str(index), f"{where}/fields", most=limits.SECTION_FIELD_TEXT)
        if "accessory" in node:
            self.element(node["accessory"], f"{where}/accessory", elements.IN_SECTION)
        self.only(node, where, frozenset({"text", "fields", "accessory", "expand"}))

    def _image_block(self, node: Node, where: str) -> None:
        self.image(node, where)
        self.plain(node, "title", where, most=limits.IMAGE_TITLE)

    def _actions(self, node: Node, where: str) -> None:
        listed = self.items(node, "elements", where, most=limits.ACTIONS_ELEMENTS)
        self.each(listed, f"{where}/elements", lambda element, at: self.element(element, at, elements.IN_ACTIONS))
        self.only(node, where, frozenset({"elements"}))

    def _context_actions(self, node: Node, where: str) -> None:
        listed = self.items(node, "elements", where, most=limits.CONTEXT_ACTIONS_ELEMENTS)
        allowed = elements.IN_CONTEXT_ACTIONS
        self.each(listed, f"{where}/elements", lambda element, at: self.element(element, at, allowed))

    def _context(self, node: Node, where: str) -> None:
        def check(element: Node, at: str) -> None:
            if element.get("type") == "image":
                self.image(element, at)
            else:
                self.text({"element": element}, "element", at.rpartition("/")[0], most=limits.SECTION_TEXT)

        self.each(self.items(node, "elements", where, most=limits.CONTEXT_ELEMENTS), f"{where}/elements", check)
        self.only(node, where, frozenset({"elements"}))

    def _header(self, node: Node, where: str) -> None:
        self.plain(node, "text", where, most=limits.HEADER_TEXT, required=True)
        self.only(node, where, frozenset({"text", "level"}))

    def _markdown(self, node: Node, where: str) -> None:
        self.string(node, "text", where, most=limits.MARKDOWN_CHARACTERS, required=True)

    def _rich_text(self, node: Node, where: str) -> None:
        def check(part: Node, at: str) -> None:
            if part.get("type") not in _RICH_PARTS:
                self.complain(f"unsupported type: {part.get('type')}", f"{at}/type")

        self.each(self.items(node, "elements", where, most=1_000), f"{where}/elements", check)

    def _input(self, node: Node, where: str) -> None:
        self.plain(node, "label", where, most=limits.INPUT_LABEL, required=True)
        self.plain(node, "hint", where, most=limits.INPUT_HINT)
        self.element(node.get("element"), f"{where}/element", elements.IN_INPUT)

    def _cells(self, rows: list[Any], where: str) -> None:
        for index, row in enumerate(rows):
            at = f"{where}/rows/{index}"
            cells = self.items({"row": row}, "row", at, most=limits.TABLE_COLUMNS)
            for column, cell in enumerate(cells):
                kind = cell.get("type") if isinstance(cell, dict) else None
                if kind not in _TABLE_CELLS:
                    self.complain(f"unsupported type: {kind}", f"{at}/{column}/type")
                elif kind == "raw_text":
                    self.string(cell, "text", f"{at}/{column}", required=True)

    def _table(self, node: Node, where: str) -> None:
        self._cells(self.items(node, "rows", where, most=limits.TABLE_ROWS), where)
        self.items(node, "column_settings", where, least=0, most=limits.TABLE_COLUMNS)

    def _data_table(self, node: Node, where: str) -> None:
        low, high = limits.DATA_TABLE_ROWS
        rows = self.items(node, "rows", where, least=low, most=high)
        self._cells(rows, where)
        self.string(node, "caption", where, required=True)
        if len({len(row) for row in rows if isinstance(row, list)}) > 1:
            self.complain("all rows must have the same number of cells", f"{where}/rows")
        if rows and isinstance(rows[0], list) and any(cell.get("type") == "rich_text" for cell in rows[0]):
            self.complain("rich_text is not allowed in the header row", f"{where}/rows/0")
        page, (least, most) = node.get("page_size"), limits.DATA_TABLE_PAGE
        if page is not None and not least <= page <= most:
            self.complain(f"must be between {least} and {most}", f"{where}/page_size")

    def _task_card(self, node: Node, where: str) -> None:
        for key in ("task_id", "title", "status"):
            self.string(node, key, where, required=True)
        self.choice(node, "status", where, allowed=limits.TASK_STATUSES)
        for key in ("details", "output"):
            if key in node and (not isinstance(node[key], dict) or node[key].get("type") != "rich_text"):
                self.complain("must be a rich_text block", f"{where}/{key}")
        self.only(node, where, frozenset({"task_id", "title", "status", "details", "output", "sources"}))

    def _plan(self, node: Node, where: str) -> None:
        self.string(node, "title", where, required=True)
        tasks = self.items(node, "tasks", where, least=0, most=limits.PLAN_TASKS)
        self.each(tasks, f"{where}/tasks", lambda task, at: self.block(task, at, frozenset({"task_card"})))
        self.only(node, where, frozenset({"title", "tasks"}))

    def _alert(self, node: Node, where: str) -> None:
        self.text(node, "text", where, most=limits.SECTION_TEXT, required=True)
        self.choice(node, "level", where, allowed=limits.ALERT_LEVELS)

    def _card(self, node: Node, where: str) -> None:
        if not any(node.get(key) for key in ("hero_image", "title", "actions", "body")):
            self.complain("missing required field: hero_image, title, actions or body", where)
        self.text(node, "title", where, most=limits.CARD_TITLE)
        self.text(node, "subtitle", where, most=limits.CARD_SUBTITLE)
        self.text(node, "body", where, most=limits.CARD_BODY)
        for key in ("hero_image", "icon"):
            if key in node:
                self.element(node[key], f"{where}/{key}", frozenset({"image"}))
        listed = self.items(node, "actions", where, least=0, most=limits.ACTIONS_ELEMENTS)
        self.each(listed, f"{where}/actions", lambda element, at: self.element(element, at, elements.IN_CARD))
        self.only(node, where, frozenset({"title", "subtitle", "body", "hero_image", "icon", "actions"}))

    def _carousel(self, node: Node, where: str) -> None:
        cards = self.items(node, "elements", where, most=limits.CAROUSEL_CARDS)
        self.each(cards, f"{where}/elements", lambda card, at: self.block(card, at, frozenset({"card"})))

    def _container(self, node: Node, where: str) -> None:
        if not node.get("title") and not node.get("rich_text_title"):
            self.complain("missing required field: title or rich_text_title", where)
        self.plain(node, "title", where, most=limits.CONTAINER_TITLE)
        self.text(node, "subtitle", where, most=limits.CONTAINER_SUBTITLE)
        self.choice(node, "width", where, allowed=limits.CONTAINER_WIDTHS)
        if node.get("is_collapsible") and node.get("has_header_divider"):
            self.complain("has_header_divider cannot be set when is_collapsible is true", where)
        if node.get("default_collapsed") and not node.get("is_collapsible"):
            self.complain("default_collapsed requires is_collapsible", where)
        children = self.items(node, "child_blocks", where, most=limits.CONTAINER_CHILDREN)
        allowed = IN_CONTAINER & ALLOWED[self._surface]
        self.each(children, f"{where}/child_blocks", lambda child, at: self.block(child, at, allowed))

    def _video(self, node: Node, where: str) -> None:
        self.plain(node, "title", where, most=limits.VIDEO_TITLE, required=True)
        self.string(node, "author_name", where, most=limits.VIDEO_AUTHOR)
        for key in ("alt_text", "video_url", "thumbnail_url"):
            self.string(node, key, where, required=True)


def check(blocks: Any, surface: str) -> list[str]:
    """All complaints about the blocks of a message, modal or home."""
    checker = BlockChecker(surface)
    checker.blocks(blocks)
    if not checker.problems and surface == "message":
        _check_size(checker, blocks)
    return checker.problems


def _check_size(checker: BlockChecker, blocks: list[Node]) -> None:
    if sum(map(_characters, blocks)) > limits.MESSAGE_CHARACTERS:
        checker.complain(f"message text must be less than {limits.MESSAGE_CHARACTERS + 1} characters", "/blocks")
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > limits.MARKDOWN_CHARACTERS:
        checker.complain(f"markdown text must be less than {limits.MARKDOWN_CHARACTERS + 1} characters", "/blocks")


def _characters(node: Any) -> int:
    """Text that is shown; ids, values and addresses do not count."""
    if isinstance(node, list):
        return sum(map(_characters, node))
    if not isinstance(node, dict):
        return 0
    shown = sum(len(node[key]) for key in ("text", "title") if isinstance(node.get(key), str))
    return shown + sum(_characters(value) for value in node.values() if isinstance(value, dict | list))


def accepted(blocks: Any, surface: str = "message") -> list[Node]:
    """The blocks as Slack stores them: checked, with an id for each block and element that came without one."""
    if isinstance(blocks, str):
        try:
            blocks = json.loads(blocks)
        except ValueError:
            raise invalid_blocks("blocks must be valid JSON [json-pointer:/blocks]") from None
    problems = check(blocks, surface)
    if problems:
        raise invalid_blocks(*problems)
    return [_with_ids(block) for block in blocks]


_HAS_ACTION_ID = frozenset({*elements.IN_INPUT, *elements.IN_ACTIONS, *elements.IN_CONTEXT_ACTIONS})


def _with_ids(block: Node) -> Node:
    filled: Node = json.loads(json.dumps(block))
    _fill(filled)
    return filled


def _fill(block: Node) -> None:
    block.setdefault("block_id", uuid4().hex[:5])
    for key in ("child_blocks", "tasks"):
        for child in block.get(key, []):
            _fill(child)
    if block["type"] == "carousel":
        for card in block["elements"]:
            _fill(card)
    found = [block.get("accessory"), block.get("element"), *block.get("elements", []), *block.get("actions", [])]
    for element in found:
        if isinstance(element, dict) and element.get("type") in _HAS_ACTION_ID:
            element.setdefault("action_id", uuid4().hex[:5])
