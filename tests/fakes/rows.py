"""What the store in memory keeps, and the rules that more than one of its parts needs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from app.domain.approvals import WORKING, Approval, Status
from app.domain.desk import Note
from app.domain.types import ActionId, Person, PersonId, Turn, TurnId, TurnStatus, person_id

AGAIN = timedelta(seconds=10)
DAY = timedelta(days=1)


@dataclass
class Envelope:
    key: str
    person: PersonId | None
    payload: dict[str, Any]
    owner: int | None
    settled: bool = False


@dataclass
class TurnRow:
    turn: Turn
    owner: int | None = None
    reply_ts: str = ""
    ended_at: datetime | None = None
    post_at: datetime | None = None

    @property
    def unposted(self) -> bool:
        answered = self.turn.status in (TurnStatus.ENDED, TurnStatus.FAILED)
        return answered and bool(self.turn.reply) and not self.reply_ts


@dataclass
class ApprovalRow:
    approval: Approval
    changed_at: datetime
    redraw_at: datetime
    owner: int | None = None
    not_before: datetime | None = None
    started_at: datetime | None = None
    tries: int = 0
    clicks: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def claimable(self, now: datetime, *, held: bool) -> bool:
        """`held`: whether the owner lives."""
        due = self.not_before is None or self.not_before <= now
        status = self.approval.status
        return due and (status is Status.APPROVED or (status in WORKING and not held))

    def overdue(self, now: datetime) -> bool:
        return self.approval.status is Status.PROPOSED and self.approval.expires_at <= now

    def undrawn(self, now: datetime) -> bool:
        return self.approval.drawn is not self.approval.status and self.redraw_at <= now

    def waits(self, now: datetime, *, held: bool) -> bool:
        at_rest = self.approval.status not in WORKING | {Status.APPROVED}
        redraw = at_rest and self.undrawn(now) and self.changed_at > now - DAY
        return self.claimable(now, held=held) or self.overdue(now) or redraw


@dataclass
class Disk:
    """What survives the death of a process."""

    envelopes: dict[str, Envelope] = field(default_factory=dict)
    people: dict[PersonId, Person] = field(default_factory=dict)
    turns: dict[TurnId, TurnRow] = field(default_factory=dict)
    approvals: dict[ActionId, ApprovalRow] = field(default_factory=dict)
    living: set[int] = field(default_factory=set)
    _owners: Iterator[int] = field(default_factory=lambda: count(1))

    def new_owner(self) -> int:
        owner = next(self._owners)
        self.living.add(owner)
        return owner

    def held(self, owner: int | None) -> bool:
        return owner in self.living

    def conversation(self, person: PersonId, conversation: str) -> list[TurnRow]:
        """The turns of a conversation in Slack's order."""
        rows = [r for r in self.turns.values() if (r.turn.person, r.turn.place.conversation) == (person, conversation)]
        return sorted(rows, key=lambda row: row.turn.ts)

    def first_queued(self, person: PersonId, conversation: str) -> TurnRow | None:
        """The queued turn that may start now."""
        rows = self.conversation(person, conversation)
        if any(row.turn.status is TurnStatus.RUNNING for row in rows):
            return None
        return next((row for row in rows if row.turn.status is TurnStatus.QUEUED), None)

    def left(self, row: TurnRow, now: datetime) -> bool:
        """Whether somebody should take this turn up."""
        if row.turn.status is TurnStatus.RUNNING:
            return not self.held(row.owner)
        if row.turn.status is TurnStatus.QUEUED:
            return self.first_queued(row.turn.person, row.turn.place.conversation) is row
        if not row.unposted or row.post_at is None or row.ended_at is None:
            return False
        return row.ended_at > now - DAY and (not self.held(row.owner) or row.post_at <= now)


def sender(envelope: Mapping[str, Any]) -> PersonId | None:
    """Whose event it is."""
    event = envelope.get("event", {})
    return person_id(envelope["team_id"], event["user"]) if "team_id" in envelope and "user" in event else None
