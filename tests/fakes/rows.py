"""What the store in memory keeps, and the rules that more than one of its parts needs."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from app.domain.approvals import WORKING, Approval, Status
from app.domain.desk import Note
from app.domain.memory import Relation
from app.domain.permissions import Permission
from app.domain.plans import BLOCKING, FRUITFUL, OPEN
from app.domain.ports import Kind
from app.domain.preferences import Said
from app.domain.sorting import Key, Opinion
from app.domain.tasks import Task
from app.domain.types import AccountId, ActionId, Person, PersonId, Turn, TurnId, TurnStatus, person_id

AGAIN = timedelta(seconds=10)
UNDER_WAY = timedelta(minutes=2)
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
    follows: TurnId | None = None
    key: str = ""

    @property
    def unposted(self) -> bool:
        answered = self.turn.status in (TurnStatus.ENDED, TurnStatus.FAILED)
        return answered and bool(self.turn.reply) and not self.reply_ts


@dataclass(frozen=True)
class Parked:
    """That a request waits until an account is there and allows this."""

    permissions: tuple[Permission, ...]
    since: datetime


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

    def move(self, status: Status, now: datetime, **fields: Any) -> Approval:
        self.changed_at, self.redraw_at = now, now + AGAIN
        self.approval = self.approval.model_copy(update={"status": status, **fields})
        return self.approval

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
    forgotten: set[tuple[PersonId, ActionId]] = field(default_factory=set)
    """The actions that were deleted, with whose they were."""
    relations: dict[tuple[PersonId, str], Relation] = field(default_factory=dict)
    parked: dict[tuple[TurnId, AccountId], Parked] = field(default_factory=dict)
    verdicts: dict[tuple[PersonId, Key], tuple[str, Opinion]] = field(default_factory=dict)
    tasks: dict[tuple[PersonId, str], Task] = field(default_factory=dict)
    preferences: dict[tuple[PersonId, str], tuple[Said, Any]] = field(default_factory=dict)
    watches: dict[tuple[PersonId, AccountId], str] = field(default_factory=dict)
    living: set[int] = field(default_factory=set)
    _owners: Iterator[int] = field(default_factory=lambda: count(1))

    def new_owner(self) -> int:
        owner = next(self._owners)
        self.living.add(owner)
        return owner

    def learn(self, person: PersonId, relation: Relation) -> None:
        """Keep whom a person means by a name, or forget it where they mean nobody."""
        self.relations[person, relation.key] = relation
        if not relation.people:
            del self.relations[person, relation.key]

    def held(self, owner: int | None) -> bool:
        return owner in self.living

    def conversation(self, person: PersonId, conversation: str) -> list[TurnRow]:
        """The turns of a conversation in Slack's order."""
        rows = [r for r in self.turns.values() if (r.turn.person, r.turn.place.conversation) == (person, conversation)]
        return sorted(rows, key=lambda row: row.turn.ts)

    def plan(self, plan: TurnId) -> list[ApprovalRow]:
        """The actions of a plan, in their order."""
        rows = [row for row in self.approvals.values() if row.approval.plan == plan]
        return sorted(rows, key=lambda row: row.approval.position)

    def blocked(self, row: ApprovalRow) -> bool:
        """Whether an earlier step of the same plan comes first."""
        earlier = (r.approval for r in self.plan(row.approval.plan) if r.approval.position < row.approval.position)
        return row.approval.status is Status.APPROVED and any(step.status in BLOCKING for step in earlier)

    def posted_with_its_turn(self, row: ApprovalRow) -> bool:
        """Whether its card doesn't stand yet, and comes with the reply of its turn."""
        turn = self.turns.get(row.approval.turn)
        return not row.approval.card_ts and turn is not None and turn.unposted

    def ready(self, row: TurnRow) -> bool:
        """Whether its plan is settled and to be gone on with."""
        steps = [r.approval.status for r in self.plan(row.turn.id)]
        settled = not any(step in OPEN for step in steps)
        return bool(row.turn.then) and settled and any(step in FRUITFUL for step in steps)

    def replace(self, person: PersonId, old: Collection[ActionId], new: Iterable[Approval], now: datetime) -> bool:
        rows = [self.approvals[i] for i in old if i in self.approvals]
        own = [r for r in rows if r.approval.person == person and not r.overdue(now)]
        mine = [r for r in own if r.approval.status is Status.PROPOSED]
        if len(mine) < len(old):
            return False
        for row in mine:
            row.move(Status.REPLACED, now)
        for approval in new:
            at = approval.proposed_at
            self.approvals[approval.id] = ApprovalRow(approval, changed_at=at, redraw_at=at + AGAIN)
        return True

    def first_queued(self, person: PersonId, conversation: str) -> TurnRow | None:
        """The queued turn that may start now: what nobody asked for comes last."""
        rows = sorted(self.conversation(person, conversation), key=lambda row: bool(row.key))
        if any(row.turn.status is TurnStatus.RUNNING for row in rows):
            return None
        return next((row for row in rows if row.turn.status is TurnStatus.QUEUED), None)

    def left(self, row: TurnRow, now: datetime) -> Kind | None:
        """As what somebody should take this turn up, or open the one that follows it."""
        if self.unfinished(row, now):
            return Kind.UNASKED if row.key else Kind.TURN
        return Kind.TURN if self.ready(row) else None

    def unfinished(self, row: TurnRow, now: datetime) -> bool:
        """Whether it isn't over, or its reply doesn't stand yet."""
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
