"""Google's limits for one user: Gmail's units a minute and requests at the same time, Calendar's requests a minute."""

from __future__ import annotations

from collections import deque

from sandbox.google.errors import quota_exceeded, too_many_at_once

MINUTE = 60.0
USUAL_COST = 5
EVENTS = "calendar."
# Units of each method: https://developers.google.com/workspace/gmail/api/reference/quota
COSTS = {
    "drafts.create": 10, "drafts.delete": 10, "drafts.get": 5, "drafts.list": 5, "drafts.send": 100,
    "drafts.update": 15, "getProfile": 1, "history.list": 2, "labels.create": 5, "labels.delete": 5,
    "labels.get": 1, "labels.list": 1, "labels.patch": 5, "labels.update": 5, "messages.attachments.get": 5,
    "messages.batchModify": 50, "messages.delete": 10, "messages.get": 5, "messages.import": 25,
    "messages.insert": 25, "messages.list": 5, "messages.modify": 5, "messages.send": 100, "messages.trash": 5,
    "messages.untrash": 5, "settings.sendAs.get": 1, "settings.sendAs.list": 1, "threads.delete": 20,
    "stop": 50, "threads.get": 10, "threads.list": 10, "threads.modify": 10, "threads.trash": 10,
    "threads.untrash": 10, "watch": 100,
}  # fmt: skip


class Meter:
    """What one user has used."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._spent: deque[tuple[float, int]] = deque()
        self._total = 0

    def spend(self, method: str, *, now: float, allowance: float) -> None:
        """Charges a method by its id, e.g. "gmail.users.messages.get"; every one of Calendar's costs the same."""
        while self._spent and self._spent[0][0] <= now - MINUTE:
            self._total -= self._spent.popleft()[1]
        cost = 1 if method.startswith(EVENTS) else COSTS.get(method.removeprefix("gmail.users."), USUAL_COST)
        if allowance and self._total + cost > allowance:
            raise quota_exceeded()
        self._spent.append((now, cost))
        self._total += cost

    def forget(self) -> None:
        """As a minute later."""
        self._spent.clear()
        self._total = 0

    def enter(self, most: float) -> None:
        if most and self.in_flight >= most:
            raise too_many_at_once()
        self.in_flight += 1

    def leave(self) -> None:
        self.in_flight -= 1
