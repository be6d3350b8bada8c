"""What was read and may be wanted again, in memory."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.domain.ports import Clock
from app.domain.types import ActionId, PersonId


class MemoryShelf:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.kept: dict[ActionId, tuple[PersonId, datetime, str]] = {}

    async def keep(self, action: ActionId, person: PersonId, facts: Mapping[str, Any], *, lasting: timedelta) -> None:
        self.kept[action] = (person, self._clock.now() + lasting, json.dumps(facts))

    async def find(self, action: ActionId, person: PersonId) -> Mapping[str, Any]:
        whose, until, facts = self.kept.get(action, (None, self._clock.now(), "{}"))
        return dict(json.loads(facts)) if whose == person and until > self._clock.now() else {}
