"""The primitives of checking a payload: each complaint says what is wrong and where, as Slack's do."""

from collections.abc import Callable
from typing import Any

Node = dict[str, Any]


class Checker:
    """Collects complaints in Slack's words with a JSON pointer."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def complain(self, text: str, where: str) -> None:
        self.problems.append(f"{text} [json-pointer:{where}]")

    def string(
        self, node: Node, key: str, where: str, *, most: int | None = None, required: bool = False
    ) -> str | None:
        value = node.get(key)
        if value is None:
            if required:
                self.complain(f"missing required field: {key}", where)
            return None
        if not isinstance(value, str):
            self.complain("must be a string", f"{where}/{key}")
            return None
        if required and not value:
            self.complain("must be more than 0 characters", f"{where}/{key}")
        self._length(value, f"{where}/{key}", most)
        return value

    def _length(self, value: str, where: str, most: int | None) -> None:
        if most is not None and len(value) > most:
            self.complain(f"must be less than {most + 1} characters", where)

    def text(self, node: Node, key: str, where: str, *, most: int, required: bool = False) -> None:
        """A text object, plain_text or mrkdwn."""
        if self._present(node, key, where, required=required):
            self._text_object(node[key], f"{where}/{key}", most=most, allowed=("plain_text", "mrkdwn"))

    def plain(self, node: Node, key: str, where: str, *, most: int, required: bool = False) -> None:
        """A text object that must be plain_text."""
        if self._present(node, key, where, required=required):
            self._text_object(node[key], f"{where}/{key}", most=most, allowed=("plain_text",))

    def _present(self, node: Node, key: str, where: str, *, required: bool) -> bool:
        if node.get(key) is None and required:
            self.complain(f"missing required field: {key}", where)
        return node.get(key) is not None

    def _text_object(self, value: Any, where: str, *, most: int, allowed: tuple[str, ...]) -> None:
        if not isinstance(value, dict):
            self.complain("must provide an object", where)
            return
        if value.get("type") not in allowed:
            self.complain(f"must be one of: {', '.join(allowed)}", f"{where}/type")
        self.string(value, "text", where, most=most, required=True)

    def choice(self, node: Node, key: str, where: str, *, allowed: frozenset[str]) -> None:
        if node.get(key) is not None and node[key] not in allowed:
            self.complain(f"must be one of: {', '.join(sorted(allowed))}", f"{where}/{key}")

    def items(self, node: Node, key: str, where: str, *, least: int = 1, most: int) -> list[Any]:
        """The list under the key; an empty one if it is no list."""
        value, at = node.get(key), f"{where}/{key}"
        if value is None:
            if least:
                self.complain(f"missing required field: {key}", where)
            return []
        if not isinstance(value, list):
            self.complain("must be an array", at)
            return []
        if len(value) < least:
            self.complain(f"no fewer than {least} items allowed", at)
        if len(value) > most:
            self.complain(f"no more than {most} items allowed", at)
        return value

    def each(self, values: list[Any], where: str, check: Callable[[Node, str], None]) -> None:
        for index, value in enumerate(values):
            if isinstance(value, dict):
                check(value, f"{where}/{index}")
            else:
                self.complain("must provide an object", f"{where}/{index}")

    def unique(self, seen: set[str], value: str | None, *, what: str, where: str) -> None:
        if value is None:
            return
        if value in seen:
            self.complain(f"`{what}` {value!r} already exists", where)
        seen.add(value)

    def only(self, node: Node, where: str, known: frozenset[str]) -> None:
        """Slack refuses fields that it does not know."""
        for key in node.keys() - known - {"type", "block_id"}:
            self.complain(f"invalid additional property: {key}", where)
