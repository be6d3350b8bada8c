"""Who watches the workspace, and what they are told when something visible changes."""

from collections.abc import Callable
from typing import Any

Listener = Callable[[dict[str, Any]], None]


class Feed:
    def __init__(self) -> None:
        self._listeners: dict[object, Listener] = {}

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """The returned function ends the subscription."""
        key = object()
        self._listeners[key] = listener

        def unsubscribe() -> None:
            self._listeners.pop(key, None)

        return unsubscribe

    def publish(self, kind: str, **change: Any) -> None:
        if self._listeners:
            told = {"type": kind, **change}
            for listener in list(self._listeners.values()):
                listener(told)
